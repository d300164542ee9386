"""Behaviour of zhengtong.data.assets."""
