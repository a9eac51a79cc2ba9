"""Files that people export from elsewhere, read into `Incoming` messages; no Django here."""
