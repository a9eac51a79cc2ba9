"""Text messages to a number at Twilio."""
