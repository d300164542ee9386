"""What a thief of the store would read."""
