"""Alerts: when what is said deserves somebody’s attention now."""
