"""The citizen and enterprise portal 公众门户."""
