"""Migrations of the regions."""
