"""What Facebook, Messenger, Instagram and WhatsApp have in common."""
