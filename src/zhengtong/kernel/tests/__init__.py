"""What the kernel's own modules promise."""
