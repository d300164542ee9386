"""Reads of the region tree. Every question costs one or two index look-ups, however deep the tree."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from zhengtong.kernel.regions import law
from zhengtong.kernel.regions.contracts import RegionLevel, RegionView, SqlCondition
from zhengtong.kernel.regions.models import FormerName, Region, Succession
from zhengtong.kernel.regions.refusals import RegionNotFound, RegionNotInForce

_COLUMN = re.compile(r'"?[A-Za-z_]\w*"?(\."?[A-Za-z_]\w*"?)?')
_FIELDS = ("code", "name", "full_name", "level", "parent_id", "low", "high", "valid_from", "valid_to")


def region(code: str, *, at: date | None = None) -> RegionView:
    """Return the region with *code*, which may be padded with zeros as on forms (330100 is 3301).

    Args:
        code: the region's code.
        at: if given, the region must be in force on that day and carries the name of that day.

    Raises:
        RegionNotFound: there is none.
        RegionNotInForce: not on that day; the refusal names the successors.
    """
    found = _views(Region.objects.filter(code=law.canonical_code(code)).values_list(*_FIELDS))
    if not found:
        raise RegionNotFound(region=code)
    if at is None:
        return found[0]
    if not found[0].in_force(at):
        raise RegionNotInForce(region=code, on=at, successors="、".join(successors(found[0].code)) or "—")
    return _as_named(found[0], at)


def regions(codes: Iterable[str]) -> dict[str, RegionView]:
    """Return those of *codes* that exist, by code: one statement for a page of rows."""
    wanted = {law.canonical_code(code) for code in codes}
    return {view.code: view for view in _views(Region.objects.filter(code__in=wanted).values_list(*_FIELDS))}


def children(code: str | None, *, at: date | None = None) -> tuple[RegionView, ...]:
    """Return the regions directly under *code* (None: the provinces) in force on *at*, or never abolished."""
    parent = None if code is None else law.canonical_code(code)
    rows = (
        Region.objects.filter(_in_force(at), parent_id=parent)
        if parent
        else Region.objects.filter(_in_force(at), parent=None)
    )
    return _views(rows.order_by("low").values_list(*_FIELDS))


def walk(code: str | None = None, *, down_to: RegionLevel = RegionLevel.VILLAGE) -> Iterator[RegionView]:
    """Yield the regions in force from *code* (None: all provinces) down to a level, each before what lies in it.

    One statement, read in portions: the whole country is never held in memory.

    Raises:
        RegionNotFound: there is no *code*.
    """
    rows = Region.objects.filter(_in_force(None), level__lte=down_to)
    if code is not None:
        view = region(code)
        rows = rows.filter(low__gte=view.low, low__lte=view.high)
    for row in rows.order_by("low").values_list(*_FIELDS).iterator(chunk_size=2000):
        yield from _views([row])


def ancestors(code: str) -> tuple[RegionView, ...]:
    """Return the regions that contain *code*, the province first, itself not included.

    Raises:
        RegionNotFound: there is none.
    """
    around = law.lows_around(region(code).low)
    return _views(Region.objects.filter(low__in=around[:-1]).order_by("low").values_list(*_FIELDS))


def chain(code: str) -> tuple[RegionView, ...]:
    """Return the regions that contain *code* and itself, the province first: two statements.

    Raises:
        RegionNotFound: there is none.
    """
    low = Region.objects.filter(code=law.canonical_code(code)).values_list("low", flat=True).first()
    if low is None:
        raise RegionNotFound(region=code)
    return _views(Region.objects.filter(low__in=law.lows_around(low)).order_by("low").values_list(*_FIELDS))


def is_within(code: str, ancestor: str) -> bool:
    """Tell whether *code* is *ancestor* or lies in it.

    Raises:
        RegionNotFound: one of them is not there.
    """
    inner, outer = _places(code, ancestor)
    return outer[0] <= inner[0] <= outer[1]


def codes_under(code: str, column: str = "region_id") -> SqlCondition:
    """Return the condition that *column*, which holds region codes, lies in *code* (itself included).

    Args:
        code: the region.
        column: a column name, plain or with its table; never anything a user typed.

    Raises:
        RegionNotFound: there is none.
        ValueError: *column* is not a column name.
    """
    if not _COLUMN.fullmatch(column):
        raise ValueError(f"{column!r} is not a column name")
    ((low, high),) = _places(code)
    sql = f"{column} IN (SELECT code FROM regions_region WHERE low BETWEEN %s AND %s)"  # noqa: S608 -- column checked above
    return SqlCondition(sql, (low, high))


def under(code: str, field: str = "region") -> Q:
    """Return the same as a condition for Django, *field* being the foreign key to Region.

    Raises:
        RegionNotFound: there is none.
    """
    ((low, high),) = _places(code)
    return Q(**{f"{field}__low__gte": low, f"{field}__low__lte": high})


def successors(code: str) -> tuple[str, ...]:
    """Return the codes of the regions that took over from an abolished one."""
    rows = Succession.objects.filter(abolished_id=law.canonical_code(code)).order_by("successor_id")
    return tuple(rows.values_list("successor_id", flat=True))


def search(
    text: str, *, within: str | None = None, level: RegionLevel | None = None, limit: int = 20
) -> tuple[RegionView, ...]:
    """Return regions in force whose code starts with *text*, or whose names fit its words.

    The last word must be in the region's own name, earlier ones anywhere in its full name: `余杭 良渚`. A text without
    blanks that no name holds is looked for in full names: `杭州市余杭区良渚`. Upper levels and short names come first.
    """
    words = text.split()
    if not words:
        return ()
    rows = Region.objects.filter(_in_force(None))
    if within is not None:
        ((low, high),) = _places(within)
        rows = rows.filter(low__range=(low, high))
    if level is not None:
        rows = rows.filter(level=level)
    if len(words) == 1 and words[0].isdigit():
        return _views(
            rows.filter(code__startswith=law.canonical_code(words[0])).order_by("low").values_list(*_FIELDS)[:limit]
        )
    earlier = Q()
    for word in words[:-1]:
        earlier &= Q(full_name__contains=word)
    ranked = rows.filter(earlier).order_by("level", "low").values_list(*_FIELDS)
    found = _views(ranked.filter(name__contains=words[-1])[:limit])
    return found or _views(ranked.filter(full_name__contains=words[-1])[:limit])


def _places(*codes: str) -> tuple[tuple[int, int], ...]:
    """Return the intervals of *codes* in their order, in one plain statement: this is asked on every guarded row.

    Raises:
        RegionNotFound: one is not there.
    """
    wanted = [law.canonical_code(code) for code in codes]
    places = ", ".join(["%s"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT code, low, high FROM regions_region WHERE code IN ({places})", wanted)  # noqa: S608 -- only places
        found = {code: (low, high) for code, low, high in cursor.fetchall()}
    for code, canonical in zip(codes, wanted, strict=True):
        if canonical not in found:
            raise RegionNotFound(region=code)
    return tuple(found[canonical] for canonical in wanted)


def _in_force(at: date | None) -> Q:
    if at is None:
        return Q(valid_to=None)
    return (Q(valid_from=None) | Q(valid_from__lte=at)) & (Q(valid_to=None) | Q(valid_to__gt=at))


def _as_named(view: RegionView, at: date) -> RegionView:
    """Return *view* with the names that it and the regions around it bore on *at*."""
    around = {row.code: row for row in (*ancestors(view.code), view)}
    names = {code: row.name for code, row in around.items()}
    for former in FormerName.objects.filter(region_id__in=around, valid_to__gt=at).order_by("-valid_to"):
        names[former.region_id] = former.name
    full_name = "".join(names[code] for code in around)
    return replace(view, name=names[view.code], full_name=full_name)


def _views(rows: Iterable[tuple[Any, ...]]) -> tuple[RegionView, ...]:
    """Build views from rows of `_FIELDS`."""
    return tuple(
        RegionView(
            code=code, name=name, full_name=full_name, level=RegionLevel(level), parent_code=parent, low=low, high=high,
            valid_from=valid_from, valid_to=valid_to,
        )
        for code, name, full_name, level, parent, low, high, valid_from, valid_to in rows
    )  # fmt: skip
