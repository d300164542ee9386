"""Verification 验证: every step of GB/T 38540-2020 6.3 and 7.3, and what of the file the signatures protect."""
