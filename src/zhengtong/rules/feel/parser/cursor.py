"""The cursor 游标: walking over tokens, naming what was expected, and knowing which names are in scope."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from zhengtong.rules.feel.diagnostics import Both, FeelSyntaxError
from zhengtong.rules.feel.lexer import Token, tokenize
from zhengtong.rules.feel.names import NameTable, run_of_words
from zhengtong.rules.feel.runtime import DEFAULT_LIMITS, Limits
from zhengtong.rules.feel.types import FeelType

PROPERTIES: Final = ("time offset", "start included", "end included")
_SPACES: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the surroundings of an expression define.

    `names` are the variables in scope and `members` the members their values may have; both matter only to names with
    spaces or signs, any other name is found without being declared. `types` are the named types.
    """

    names: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    types: Mapping[str, FeelType] = field(default_factory=dict)
    builtins: tuple[str, ...] = ()


class Cursor:
    """A place among the tokens of one source."""

    def __init__(self, source: str, vocabulary: Vocabulary, limits: Limits = DEFAULT_LIMITS) -> None:
        if len(source) > limits.source:
            raise FeelSyntaxError(source, "too-long", limits.source, limit=limits.source)
        self.source = source
        self.types = vocabulary.types
        self.limits = limits
        self.tokens = tokenize(source)
        self.index = 0
        self.depth = 0
        self.scopes: list[NameTable] = [NameTable(vocabulary.builtins), NameTable(vocabulary.names)]
        self.members = NameTable((*PROPERTIES, *vocabulary.members))

    @property
    def token(self) -> Token:
        """The token at the place."""
        return self.tokens[self.index]

    @property
    def last_end(self) -> int:
        """Where the token before the place ends."""
        return self.tokens[self.index - 1].end if self.index else 0

    def at(self, *texts: str) -> bool:
        """Tell whether one of these symbols or keywords stands here."""
        token = self.token
        return token.text in texts and token.kind in {"symbol", "word"}

    def take(self, *texts: str) -> bool:
        """Step over one of these symbols or keywords if it stands here."""
        if self.at(*texts):
            self.index += 1
            return True
        return False

    def expect(self, *texts: str) -> Token:
        """Step over one of these symbols or keywords.

        Raises:
            FeelSyntaxError: something else stands here.
        """
        token = self.token
        if not self.take(*texts):
            wanted = " / ".join(f"“{text}”" for text in texts)
            raise self.unexpected(wanted, wanted)
        return token

    def unexpected(self, zh: str, en: str) -> FeelSyntaxError:
        """Build the refusal of the token that stands here; *zh* and *en* name what was expected."""
        token = self.token
        if not self.source.strip():
            return FeelSyntaxError(self.source, "empty", 0)
        text = f"“{self.source[token.start : token.end][:40]}”"
        found = Both(text, text) if token.kind != "end" else Both("结尾", "end")
        wanted = Both(zh, en)
        return FeelSyntaxError(self.source, "unexpected", token.start, token.end, found=found, wanted=wanted)

    def peek(self, offset: int = 1) -> Token:
        """Return a token further on."""
        return self.tokens[min(self.index + offset, len(self.tokens) - 1)]

    def written(self, start: int, stop: int) -> str:
        """Return the tokens from index *start* to *stop* as written, with single spaces."""
        return _SPACES.sub(" ", self.source[self.tokens[start].start : self.tokens[stop - 1].end])

    def find_name(self, *, members: bool = False) -> tuple[int, str] | None:
        """Return how many tokens the name that stands here spans, and the name; None if no name does."""
        words = run_of_words(self.tokens, self.index)
        best: tuple[int, str] | None = None
        for table in [self.members] if members else [*reversed(self.scopes), self.members]:
            found = table.match(self.tokens, self.index)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
        if best is not None and best[0] >= words:
            return best
        return (words, self.written(self.index, self.index + words)) if words else None

    @contextmanager
    def scope(self, names: Iterable[str] = ()) -> Iterator[NameTable]:
        """Open a scope of further names."""
        table = NameTable(names)
        self.scopes.append(table)
        try:
            yield table
        finally:
            self.scopes.pop()

    def enter(self) -> None:
        """Go one level deeper.

        Raises:
            FeelSyntaxError: deeper than the limit.
        """
        self.depth += 1
        if self.depth > self.limits.nesting:
            raise FeelSyntaxError(self.source, "too-deep", self.token.start, limit=self.limits.nesting)

    def leave(self) -> None:
        """Go back up."""
        self.depth -= 1
