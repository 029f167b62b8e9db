"""Servers that a test may ask for; each starts once per test process, when first asked for."""
