"""Pages on Facebook: posts, comments, mentions, recommendations and Messenger."""
