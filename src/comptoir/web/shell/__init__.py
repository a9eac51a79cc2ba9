"""The design system and page frame every front end of Comptoir is built from."""
