"""Tests of departments' systems."""
