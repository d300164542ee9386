"""The developer portal 开发者门户."""
