"""Bringing regions in by the hundred thousand: a stream, plain SQL, memory bounded by the number of parents.

Ordinary saves would take minutes for two provinces; this takes seconds. Rows arrive in batches; each batch asks the
database once for the rows it already holds and once for the parents it has not met, and writes once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Max

from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.regions import law
from zhengtong.kernel.regions.contracts import ImportReport, RegionLevel, RegionRow
from zhengtong.kernel.regions.models import FormerName, Region
from zhengtong.kernel.regions.refusals import InvalidRegionRow

BATCH = 2_000
_INSERT = (
    "INSERT INTO regions_region (code, name, full_name, level, parent_id, low, high, valid_from, valid_to)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, NULL)"
)
_RENAME = "UPDATE regions_region SET full_name = %s || substr(full_name, %s) WHERE low BETWEEN %s AND %s"


@dataclass(slots=True)
class _Parent:
    """What a child needs to know of its parent, and where the next child of each level goes."""

    low: int
    level: int
    full_name: str
    next_low: dict[RegionLevel, int] = field(default_factory=dict)


class Importer:
    """One import: `take` rows, batch by batch, inside the caller's transaction.

    Args:
        valid_from: the day from which new regions exist; None: since before the first import.
        renamed_on: the day from which a new name of a known region holds.
    """

    def __init__(self, *, valid_from: date | None, renamed_on: date) -> None:
        self._valid_from = valid_from
        self._renamed_on = renamed_on
        self._parents: dict[str | None, _Parent] = {None: _Parent(0, 0, "")}
        self._added = self._renamed = self._unchanged = 0
        self._load_next_lows({None: self._parents[None]})

    def run(self, rows: Iterable[RegionRow], on_progress: Callable[[int], None] | None) -> ImportReport:
        """Import all *rows*, telling *on_progress* after each batch how many have been seen.

        Raises:
            InvalidRegionRow: a row does not fit; the caller's transaction takes everything back.
        """
        for batch in _batches(rows):
            self._take(batch)
            if on_progress:
                on_progress(self.report.seen)
        return self.report

    @property
    def report(self) -> ImportReport:
        """What has been done so far."""
        return ImportReport(added=self._added, renamed=self._renamed, unchanged=self._unchanged)

    def _take(self, batch: Sequence[RegionRow]) -> None:
        there = Region.objects.filter(code__in=[row.code for row in batch])
        known = {row[0]: row[1:] for row in there.values_list("code", "name", "parent_id", "level")}
        inserts: dict[str, tuple[Any, ...]] = {}
        self._meet_parents({row.parent_code for row in batch})
        for line, row in enumerate(batch, start=self.report.seen + 1):
            if row.code in inserts:
                raise _refusal(line, row, Phrase(_("代码重复")))
            if row.code not in known:
                inserts[row.code] = self._placed(line, row, inserts)
            elif known[row.code][1:] != (row.parent_code, row.level):
                raise _refusal(line, row, Phrase(_("已有区划的上级或级别不同；调整隶属关系应使用新代码")))
        with connection.cursor() as cursor:
            cursor.executemany(_INSERT, list(inserts.values()))
        for row in batch:
            if row.code in known:
                self._keep_or_rename(row, known[row.code][0])
        self._added += len(inserts)

    def _placed(self, line: int, row: RegionRow, inserts: dict[str, tuple[Any, ...]]) -> tuple[Any, ...]:
        """Return the values to insert for a new region, having given it the next free place under its parent."""
        if not law.is_code(row.code):
            raise _refusal(line, row, Phrase(_("代码应为 2 至 24 位数字或大写字母")))
        if not row.name.strip() or len(row.name) > 100:
            raise _refusal(line, row, Phrase(_("名称为空或超过 100 字")))
        parent = self._parents.get(row.parent_code)
        if parent is None and row.parent_code in inserts:
            _code, _name, full_name, level, _parent_id, low, _high, _from = inserts[row.parent_code]
            parent = self._parents[row.parent_code] = _Parent(low, level, full_name)
        if parent is None:
            raise _refusal(line, row, Phrase(_("上级区划不存在")))
        if row.level <= parent.level:
            raise _refusal(line, row, Phrase(_("级别不低于上级")))
        low = parent.next_low.get(row.level) or law.first_child_low(parent.low, row.level)
        if not law.has_room(parent.low, low, row.level):
            raise _refusal(line, row, Phrase(_("上级之下已无编排余地")))
        parent.next_low[row.level] = low + law.SPANS[row.level]
        full_name, high = parent.full_name + row.name, law.high_of(low, row.level)
        return (row.code, row.name, full_name, int(row.level), row.parent_code, low, high, self._valid_from)

    def _meet_parents(self, codes: set[str | None]) -> None:
        """Load those of the parents *codes* that the database holds and that have not been met."""
        strangers = [code for code in codes if code is not None and code not in self._parents]
        rows = Region.objects.filter(code__in=strangers).values_list("code", "low", "level", "full_name")
        met: dict[str | None, _Parent] = {code: _Parent(low, level, full_name) for code, low, level, full_name in rows}
        self._load_next_lows(met)
        self._parents.update(met)

    @staticmethod
    def _load_next_lows(parents: dict[str | None, _Parent]) -> None:
        """Find where the next child goes under parents that may have children already."""
        rows = Region.objects.filter(parent_id__in=[code for code in parents if code is not None])
        if None in parents:
            rows = Region.objects.filter(parent=None)
        for code, number, low in rows.values_list("parent_id", "level").annotate(newest=Max("low")).order_by():
            level = RegionLevel(number)
            parents[code].next_low[level] = low + law.SPANS[level]

    def _keep_or_rename(self, row: RegionRow, name: str) -> None:
        if row.name == name:
            self._unchanged += 1
            return
        rename(row.code, row.name, on=self._renamed_on)
        for code in self._parents.keys() - {None}:
            del self._parents[code]  # their full names may have changed
        self._renamed += 1


def rename(code: str, name: str, *, on: date) -> None:
    """Give a region a new name from *on*, keep the old one, and carry it into the full names of all under it."""
    region = Region.objects.get(code=code)
    FormerName.objects.update_or_create(region=region, valid_to=on, defaults={"name": region.name})
    full_name = region.full_name.removesuffix(region.name) + name
    Region.objects.filter(code=code).update(name=name)
    with connection.cursor() as cursor:
        cursor.execute(_RENAME, [full_name, len(region.full_name) + 1, region.low, region.high])


def _batches(rows: Iterable[RegionRow]) -> Iterator[list[RegionRow]]:
    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        yield batch


def _refusal(line: int, row: RegionRow, what: Phrase) -> InvalidRegionRow:
    return InvalidRegionRow(line=line, region=row.code, what=what)
