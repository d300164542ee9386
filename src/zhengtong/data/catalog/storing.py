"""Entries to JSON and back: what a version said is kept whole, as it was."""

from dataclasses import asdict
from typing import Any

import orjson

from zhengtong.data.catalog.contracts import (
    DataClass,
    DataElement,
    DataGrade,
    DatasetEntry,
    ElementType,
    OpeningClass,
    OpeningMode,
    ResourceFormat,
    SharingClass,
    SharingMode,
    UpdateCycle,
)

COLLECTION = "catalog"
"""The search collection of the catalogue."""


def dump(entry: DatasetEntry) -> dict[str, Any]:
    """Return *entry* as plain JSON values, without its opening mode, which has a column of its own."""
    document: dict[str, Any] = orjson.loads(orjson.dumps(asdict(entry)))
    del document["opening_mode"]
    return document


def load(row: dict[str, Any], opening_mode: str) -> DatasetEntry:
    """Return the entry that `dump` wrote, with its opening mode."""
    return DatasetEntry(
        **{
            **row,
            "format": ResourceFormat(row["format"]),
            "elements": tuple(map(_element, row["elements"])),
            "sharing": SharingClass(row["sharing"]),
            "modes": tuple(map(SharingMode, row["modes"])),
            "opening": OpeningClass(row["opening"]),
            "opening_mode": OpeningMode(opening_mode) if opening_mode else None,
            "cycle": UpdateCycle(row["cycle"]),
            "sources": tuple(row["sources"]),
            "related": tuple(row["related"]),
        }
    )


def _element(row: dict[str, Any]) -> DataElement:
    return DataElement(
        **{
            **row,
            "type": ElementType(row["type"]),
            "data_class": DataClass(row["data_class"]),
            "grade": DataGrade(row["grade"]) if row["grade"] else None,
        }
    )
