"""The query language: parsing, evaluating, printing, and help for editors."""
