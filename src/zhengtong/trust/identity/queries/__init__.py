"""Reads of identity: they return contracts, never rows."""
