"""Fusion as one Ibis expression 融合表达式: written once, run by DuckDB, by PySpark and by Sail with equal results.

Input is a table of standard rows: `bucket`, `key`, `source` (its place in the declaration), `minute`, `row`, and a text
column for each attribute; at most one row a key and source (`current` sees to that). Output is a record a key: for each
attribute its value, `_source`, `_at` (minute) and `_conflict`.

No integer division: Ibis writes `a // b` of whole numbers as a division of doubles, which loses the low bits of a
standing on every engine alike. Bits are taken apart by shifts and masks.
"""

from collections.abc import Mapping
from typing import Any

import ibis

from zhengtong.data.fusion import law
from zhengtong.data.fusion.declaration import Registry

SYSTEM = ("bucket", "key", "source", "minute", "row")
_STANDING = "__standing"


def current(rows: Any) -> Any:
    """Return the newest row of each key and source; of two of one minute the later row."""
    newest = ibis.window(group_by=["key", "source"], order_by=[ibis.desc("minute"), ibis.desc("row")])
    return rows.mutate(place=ibis.row_number().over(newest)).filter(ibis._.place == 0).drop("place")


def golden(rows: Any, registry: Registry) -> Any:
    """Return the golden records of *rows* (an Ibis table), as an expression.

    Raises:
        SecondSourceUnnamed, DeclarationBroken: from the declaration, see `law.levels`.
    """
    ranked = _ranked(rows, registry)
    measures: dict[str, Any] = {}
    for name in registry.names:
        standing = ranked[name + _STANDING]
        measures[name] = ranked[name].argmax(standing)
        measures[name + _STANDING] = standing.max()
        measures[f"{name}_conflict"] = ranked[name].min() != ranked[name].max()
    fused = ranked.group_by(["bucket", "key"]).aggregate(**measures)
    return fused.select("bucket", "key", **_columns(fused, registry))


def columns(registry: Registry) -> list[str]:
    """Return the columns of golden records, in order."""
    return ["bucket", "key", *(name + part for name in registry.names for part in ("", "_source", "_at", "_conflict"))]


def _ranked(rows: Any, registry: Registry) -> Any:
    """Return *rows* with the standing of each word, null where nothing is said."""
    word = (
        rows.minute.cast("int64") * law.MINUTE_UNIT
        + rows.source.cast("int64") * law.SOURCE_UNIT
        + (rows.row.cast("int64") & (law.SOURCE_UNIT - 1))
    )
    nothing = ibis.null("int64")
    standings = {
        name + _STANDING: ibis.ifelse(rows[name].notnull(), _level(rows, registry, ranks) + word, nothing)
        for name, ranks in law.levels(registry).items()
    }
    return rows.select("bucket", "key", *registry.names, **standings)


def _level(rows: Any, registry: Registry, ranks: Mapping[str, int]) -> Any:
    """Return the level of each row's source for one attribute, shifted to its place."""
    places = {one.name: place for place, one in enumerate(registry.sources)}
    known = [(places[name], level) for name, level in ranks.items()] + [(law.ANSWERS, law.ANSWER_LEVEL)]
    branches = [(rows.source == place, ibis.literal(level * law.LEVEL_UNIT, "int64")) for place, level in known]
    return ibis.cases(*branches, else_=ibis.literal(0, "int64"))


def _columns(fused: Any, registry: Registry) -> dict[str, Any]:
    """Return value, source, minute and conflict of every attribute; an answered contradiction is none."""
    found: dict[str, Any] = {}
    for name in registry.names:
        standing = fused[name + _STANDING]
        source = (standing >> law.ROW_BITS) & (law.MAX_SOURCES - 1)
        minute = (standing >> (law.ROW_BITS + law.SOURCE_BITS)) & ((1 << law.MINUTE_BITS) - 1)
        differs = fused[f"{name}_conflict"] & (source != law.ANSWERS)
        found[name] = fused[name]
        found[f"{name}_source"] = source.cast("int16")
        found[f"{name}_at"] = minute.cast("int32")
        found[f"{name}_conflict"] = differs.fill_null(False)  # noqa: FBT003 -- Ibis's own parameter
    return found
