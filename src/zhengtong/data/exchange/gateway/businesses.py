"""What a query is for 用途: a service item the agreement names, or a case of which process knows.

Cases lie in a room above, so that room says which references are real, through `register_case_directory`.
"""

import time
from collections.abc import Callable
from typing import Protocol

from zhengtong.data.exchange.gateway.refusals import BusinessNotAgreed

REMEMBERED = 60.0
"""Seconds for which a case once found needs no second look."""


class CaseDirectory(Protocol):
    """What process tells about cases."""

    def item_of(self, reference: str) -> str | None:
        """Return the code of the item an open case is about, or None where there is no such open case."""
        ...


_directories: list[CaseDirectory] = []


def register_case_directory(directory: CaseDirectory) -> None:
    """Say who knows the cases; called once, by the composition root."""
    _directories[:] = [directory]


class Businesses:
    """Answers whether a business is one that an agreement is for.

    Args:
        monotonic: tells seconds; replaced in tests.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, str | None]] = {}

    def require(self, business: str, *, items: frozenset[str]) -> None:
        """Return when *business* is one of *items*, or an open case about one of them.

        Raises:
            BusinessNotAgreed: it is neither.
        """
        if business in items or self._item_of(business) in items:
            return
        raise BusinessNotAgreed

    def _item_of(self, reference: str) -> str | None:
        if not _directories:
            return None
        now = self._monotonic()
        known = self._known.get(reference)
        if known is None or now - known[0] > REMEMBERED:
            if len(self._known) > 50_000:
                self._known.clear()
            known = (now, _directories[0].item_of(reference))
            self._known[reference] = known
        return known[1]
