"""Reviews of places on Google, and the tokens that Google's networks share."""
