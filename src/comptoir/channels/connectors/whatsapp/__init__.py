"""A number on WhatsApp's Cloud API."""
