"""What was said in phone calls, as Twilio transcribes it."""
