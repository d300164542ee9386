"""What the lake holds of a resource 资源所在: its table, and the column that says where a row belongs."""

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhengtong.data.catalog import api as catalog
from zhengtong.data.collection import api as collection
from zhengtong.data.exchange.gateway.grants import Grant
from zhengtong.data.exchange.terms import region_column
from zhengtong.kernel.regions import api as regions

if TYPE_CHECKING:
    import pyarrow as pa

TOGETHER = 2
"""Parts that a worker prepares at once; more wait, so that its memory stays bounded."""
REMEMBERED = 60.0
"""Seconds for which a resource once found needs no second look."""
_PLACES = 500
"""Region codes a statement asks for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """Where the rows of a resource lie, where they say their region, and what tells them apart."""

    table: str
    region: str | None
    keys: tuple[str, ...] = ()

    def bounding(self, grant: Grant) -> tuple[str, ...]:
        """Return the columns that say whether a row lies in the agreement's area: one, or none."""
        return (self.region,) if self.region is not None and grant.is_bounded else ()


class Holdings:
    """Answers where rows lie, and which regions an agreement covers.

    Args:
        monotonic: tells seconds; replaced in tests.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, Holding]] = {}
        self._places: dict[str, int | None] = {}
        self.turns = asyncio.Semaphore(TOGETHER)

    def of(self, dataset: str) -> Holding:
        """Return where the rows of a resource lie."""
        now = self._monotonic()
        known = self._known.get(dataset)
        if known is None or now - known[0] > REMEMBERED:
            view = catalog.dataset(dataset)
            table = collection.table_name(view.entry.code, view.entry.table)
            found = Holding(table=table, region=region_column(view.entry), keys=view.keys)
            known = self._known[dataset] = (now, found)
        return known[1]

    async def within(self, grant: Grant, rows: "pa.Table") -> "pa.Table":
        """Return those *rows*, which hold the column of their region, that lie in the agreement's area.

        Called in the event loop, whose thread owns the database connection; the work on rows is done beside it.
        """
        from zhengtong.data.exchange.gateway import sheets  # noqa: PLC0415 -- heavy; most workers answer single records

        if not grant.is_bounded:
            return rows
        column = self.of(grant.dataset).region
        if column is None:
            return rows.slice(0, 0)  # nobody can say which rows lie in the area
        codes = await asyncio.to_thread(sheets.regions_in, rows, column)
        return await asyncio.to_thread(sheets.within, rows, column, self.covered(grant, codes))

    def covered(self, grant: Grant, codes: Collection[str]) -> list[str]:
        """Return those of *codes* that lie in the agreement's area; unknown ones do not."""
        unknown = [code for code in codes if code not in self._places]
        for start in range(0, len(unknown), _PLACES):
            some = {code: regions.canonical_code(code) for code in unknown[start : start + _PLACES]}
            found = regions.regions(some.values())
            self._places.update({code: found[own].low if own in found else None for code, own in some.items()})
        return [code for code in codes if grant.covers(self._places[code])]
