"""Tests that concern more than one app; an app's own tests live beside it."""
