"""The front ends: the team's desk, the customers' portal and the shell they share."""
