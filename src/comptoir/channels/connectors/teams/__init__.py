"""Alerts to a team on Microsoft Teams."""
