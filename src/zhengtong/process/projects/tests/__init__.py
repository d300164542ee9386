"""Tests of investment projects."""
