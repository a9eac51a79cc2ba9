"""The words of stored messages, kept in files so that the past answers a query at once."""
