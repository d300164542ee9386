"""What the lake holds of a resource 资源所在: its table, and the column that says where a row belongs."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from zhengtong.data.catalog import api as catalog
from zhengtong.data.collection import api as collection
from zhengtong.data.exchange.gateway.grants import Grant
from zhengtong.data.exchange.terms import region_column
from zhengtong.kernel.regions import api as regions

REMEMBERED = 60.0
"""Seconds for which a resource once found needs no second look."""
_PLACES = 500
"""Region codes a statement asks for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """Where the rows of a resource lie."""

    table: str
    region: str | None


class Holdings:
    """Answers where rows lie, and which regions an agreement covers.

    Args:
        monotonic: tells seconds; replaced in tests.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, Holding]] = {}
        self._places: dict[str, int | None] = {}

    def of(self, dataset: str) -> Holding:
        """Return where the rows of a resource lie."""
        now = self._monotonic()
        known = self._known.get(dataset)
        if known is None or now - known[0] > REMEMBERED:
            entry = catalog.dataset(dataset).entry
            found = Holding(table=collection.table_name(entry.code, entry.table), region=region_column(entry))
            known = self._known[dataset] = (now, found)
        return known[1]

    def covered(self, grant: Grant, codes: Collection[str]) -> list[str]:
        """Return those of *codes* that lie in the agreement's area; unknown ones do not."""
        unknown = [code for code in codes if code not in self._places]
        for start in range(0, len(unknown), _PLACES):
            some = {code: regions.canonical_code(code) for code in unknown[start : start + _PLACES]}
            found = regions.regions(some.values())
            self._places.update({code: found[own].low if own in found else None for code, own in some.items()})
        return [code for code in codes if grant.covers(self._places[code])]
