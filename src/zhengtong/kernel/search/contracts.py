"""What crosses the door of search 检索: documents in, hits and suggestions out."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """Something that can be found.

    Args:
        key: what the owner calls it; comes back in hits.
        title: what it is called; suggestions match it from any place, and by the first letters of its pinyin.
        title_en: the same in English.
        text: passages with their weight; 1.0 is running text, a title deserves about 3.
        tags: what a search may be narrowed to, for example `audience:legal`; matched whole.
        rank: how much it is asked for; breaks ties between suggestions.
    """

    key: str
    title: str
    title_en: str = ""
    text: tuple[tuple[str, float], ...] = ()
    tags: tuple[str, ...] = ()
    rank: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A document that was found and how well it fits (BM25, larger is better)."""

    key: str
    score: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Hits:
    """One page of hits, best first, and how many there are in all."""

    total: int
    hits: tuple[Hit, ...]
