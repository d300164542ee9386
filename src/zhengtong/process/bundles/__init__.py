"""One thing 一件事: items of several departments applied for once, each handled by its own case."""
