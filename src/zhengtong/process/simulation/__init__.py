"""Replay and simulation 回放与推演: a reform is judged before it is published, by what was and what would be."""
