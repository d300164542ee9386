"""The door of the developer portal: the composition root says which API it describes."""

from zhengtong.portals.developer.reference import publish

__all__ = ["publish"]
