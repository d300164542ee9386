"""What opening promises."""
