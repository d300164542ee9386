"""Runtime 运行时: one evaluation's clock, budget and diagnostics.

Any expression ends: each repetition, call and large value is paid from a budget of steps, calls nest to a limit, and
values have a largest size. The budget counts work, not seconds, so the same expression stops at the same place
everywhere.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from zhengtong.rules.feel.diagnostics import Diagnostic
from zhengtong.rules.feel.values import DateTime

NOTES_LIMIT: Final = 100
# Diagnostics of an evaluation that was stopped.
LIMIT_CODES: Final = frozenset({"step-limit", "depth-limit", "size-limit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one evaluation may use. A step is a repetition, a call, or sixteen items or characters of a large value."""

    steps: int = 1_000_000
    depth: int = 128
    size: int = 1_000_000
    source: int = 32_768
    nesting: int = 64


DEFAULT_LIMITS: Final = Limits()


class LimitReachedError(Exception):
    """An evaluation used up one of its limits; it yields null with this diagnostic."""

    def __init__(self, code: str, limit: int) -> None:
        super().__init__(code)
        self.code, self.limit = code, limit


class FeelError(Exception):
    """A built-in cannot answer: the call yields null with this diagnostic."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code, self.details = code, details


class Runtime:
    """The state of one evaluation; stands in slot 0 of every frame."""

    __slots__ = ("depth", "left", "limits", "notes", "now")

    def __init__(self, now: datetime | DateTime | None = None, limits: Limits = DEFAULT_LIMITS) -> None:
        self.now = now
        self.limits = limits
        self.left = limits.steps
        self.depth = 0
        self.notes: list[Diagnostic] = []

    def note(self, code: str, position: int = 0, end: int = 0, /, **details: Any) -> None:
        """Collect a diagnostic (the first hundred); returns None, the value of what failed."""
        if len(self.notes) < NOTES_LIMIT:
            self.notes.append(Diagnostic(code, position, end, details))

    def spend(self, steps: int = 1) -> None:
        """Pay for work.

        Raises:
            LimitReachedError: the budget is used up.
        """
        self.left -= steps
        if self.left < 0:
            raise LimitReachedError("step-limit", self.limits.steps)

    def afford(self, size: int) -> None:
        """Pay for a value of *size* items or characters.

        Raises:
            LimitReachedError: it is larger than a value may be, or the budget is used up.
        """
        if size > self.limits.size:
            raise LimitReachedError("size-limit", self.limits.size)
        if size > 32:
            self.spend(size >> 4)

    def enter(self) -> None:
        """Go one call deeper.

        Raises:
            LimitReachedError: calls nest too deep.
        """
        self.depth += 1
        self.left -= 1
        if self.depth > self.limits.depth:
            raise LimitReachedError("depth-limit", self.limits.depth)
        if self.left < 0:
            raise LimitReachedError("step-limit", self.limits.steps)
