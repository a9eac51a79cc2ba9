"""Tests of Acme’s connector, and a simulator of Acme."""
