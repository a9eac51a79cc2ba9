"""Pages watched for change: what rivals ask, offer and say on their own sites."""
