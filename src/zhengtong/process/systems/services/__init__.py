"""Acts around departments' systems: connect and suspend them, take what they send, tell them what happened."""
