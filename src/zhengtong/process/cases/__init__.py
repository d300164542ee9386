"""Cases 办件: what somebody applied for, from receipt to conclusion, on the process engine."""
