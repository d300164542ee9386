"""Tokens 载体 with many containers 一芯多证: one in software for phones and tests, one over SKF for USB keys."""
