"""What text messages and calls at Twilio have in common."""
