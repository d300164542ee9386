"""Marts over golden records 主题汇总: small tables for pages and reports, each one Ibis expression for every engine."""

from typing import Any

import ibis

from zhengtong.data.fusion.declaration import Registry

SUPPLY = ("attribute", "source", "records", "conflicts", "oldest", "newest")


def supply(golden: Any, registry: Registry) -> Any:
    """Return who supplies what 供数情况: for each attribute and source, the golden records that take its word.

    Columns: `attribute`, `source` (its place in the declaration; `law.ANSWERS` for answered contradictions),
    `records` and among them `conflicts`, `oldest` and `newest` word (minutes since 2000, see `law.moment`).
    """
    parts = [_supply_of(golden, name) for name in registry.names]
    return ibis.union(parts[0], *parts[1:]) if len(parts) > 1 else parts[0]


def _supply_of(golden: Any, name: str) -> Any:
    said = golden.filter(golden[f"{name}_source"].notnull())
    return (
        said.group_by(source=said[f"{name}_source"])
        .aggregate(
            records=said.count(),
            conflicts=said.count(where=said[f"{name}_conflict"]),
            oldest=said[f"{name}_at"].min(),
            newest=said[f"{name}_at"].max(),
        )
        .mutate(attribute=ibis.literal(name))
        .select(*SUPPLY)
    )
