"""Zhengtong 政通: the digital-government platform of a province."""
