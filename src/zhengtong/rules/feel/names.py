"""Names 名称: where a name with spaces or signs ends, by the names that are known (DMN 1.5, 10.3.1.2, 10.3.1.4)."""

from collections.abc import Iterable
from typing import Final

from zhengtong.rules.feel.lexer import KEYWORDS, Token, name_parts

Parts = tuple[str, ...]
NAME_SIGNS: Final = frozenset("+-*/'.")


class NameTable:
    """A set of names, searched for the longest that stands at a place."""

    __slots__ = ("_by_first",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        # first part → number of parts → parts → name
        self._by_first: dict[str, dict[int, dict[Parts, str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Add a name."""
        parts = name_parts(name)
        if not parts:
            return
        by_length = self._by_first.setdefault(parts[0], {})
        if len(parts) not in by_length:
            by_length[len(parts)] = {}
            self._by_first[parts[0]] = dict(sorted(by_length.items(), reverse=True))
        self._by_first[parts[0]][len(parts)].setdefault(parts, name)

    def match(self, tokens: list[Token], index: int) -> tuple[int, str] | None:
        """Return how many tokens the longest name at *index* spans, and that name."""
        if tokens[index].kind == "string":
            return None
        for length, names in self._by_first.get(tokens[index].text, {}).items():
            stretch = tokens[index : index + length]
            name = names.get(tuple(token.text for token in stretch))
            if name is not None and all(token.kind != "string" for token in stretch):
                return length, name
        return None


def run_of_words(tokens: list[Token], index: int) -> int:
    """Count the words that follow one another from *index*; a keyword ends the run.

    A first word that no table knows still is a name, and so are the words right after it: two names never stand side by
    side in an expression.
    """
    count = 0
    while tokens[index + count].kind == "word" and tokens[index + count].text not in KEYWORDS:
        count += 1
    return count


def key_ends_at(tokens: list[Token], index: int) -> int | None:
    """Return the index of the colon if a context key or the name of an argument stands at *index*."""
    stop = index
    while tokens[stop].kind in {"word", "number"} or (
        tokens[stop].kind == "symbol" and tokens[stop].text in NAME_SIGNS
    ):
        stop += 1
    is_key = (
        stop > index and tokens[index].kind == "word" and tokens[stop].kind == "symbol" and tokens[stop].text == ":"
    )
    return stop if is_key else None
