"""Tests of ministries."""
