"""Journeys of people through the served platform, in a real browser."""
