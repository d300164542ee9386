"""The door of search: build a collection, keep it up to date, search it, suggest while typing."""

from zhengtong.kernel.search.contracts import Document, Hit, Hits
from zhengtong.kernel.search.queries import search, suggest
from zhengtong.kernel.search.services import put, rebuild, remove

__all__ = ["Document", "Hit", "Hits", "put", "rebuild", "remove", "search", "suggest"]
