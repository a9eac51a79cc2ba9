"""A bot on Telegram."""
