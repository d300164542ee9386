"""Migrations of the working calendar."""
