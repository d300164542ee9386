"""A small app whose handlers leave countable traces, for the tests that kill workers."""
