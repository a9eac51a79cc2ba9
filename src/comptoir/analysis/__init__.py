"""Plain Python on text and tables: no Django, no network, no clock of its own."""
