"""The five portals 五个门户: pages only, no tables."""
