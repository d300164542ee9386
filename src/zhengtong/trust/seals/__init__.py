"""Seals 印章: the physical and the electronic one under one filing 物电一体, and what they seal."""
