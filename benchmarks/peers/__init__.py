"""Peers 对照: small programs that do the same work with another engine, each run in an environment of its own."""
