"""Evidence 证据包: what a court gets, and how anybody verifies it without us; no Django, no database."""
