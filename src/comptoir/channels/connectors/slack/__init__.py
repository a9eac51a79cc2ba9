"""A Slack workspace: alerts to the team, and channels where customers write."""
