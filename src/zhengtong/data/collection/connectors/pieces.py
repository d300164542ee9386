"""What a connector is asked and what it yields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What to read: where, how, and after which position. `size` bounds a piece where the source can be cut."""

    location: str
    options: Mapping[str, Any] = field(default_factory=dict)
    watermark: str = ""
    position: Mapping[str, Any] | None = None
    size: int = 200_000


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some rows of a source: a DuckDB relation, lines that are no rows, and where the next piece begins.

    `relation` is empty when nothing changed. `change` names the column that says `delete` where a row is gone.
    `is_whole`: these are all rows the source has, so what it gave before and is not among them is gone.
    """

    relation: str
    position: Mapping[str, Any] | None
    broken: Sequence[Mapping[str, Any]] = ()
    change: str = ""
    total: int | None = None
    is_whole: bool = False
