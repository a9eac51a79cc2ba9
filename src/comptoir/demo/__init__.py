"""A fictional shop, simulated: sample data to explore Comptoir with, never a measure of quality."""
