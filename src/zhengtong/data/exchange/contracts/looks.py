"""Looks on record 调用留痕: single records, batches and changes, and whether the chain of them is sound."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Outcome(StrEnum):
    """What a look found: a row, nothing that the agreement reaches (alike from outside the area), or many at once."""

    FOUND = "found"
    NOTHING = "nothing"
    SHARED = "shared"


class Format(StrEnum):
    """How a batch is written 批量格式: an Arrow IPC stream (lz4), or a Parquet file (zstd)."""

    ARROW = "arrow"
    PARQUET = "parquet"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExchangeLook:
    """One query on record, as the person concerned or an auditor reads it."""

    node: str
    number: int
    at: datetime
    agreement: UUID
    application: UUID
    consumer_name: str
    dataset: str
    dataset_name: str
    fields: tuple[str, ...]
    business: str
    outcome: Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchLook:
    """One answer of many rows on record: which part of which version, its rows and its digest (SM3).

    It names no person. Of changes (`is_range`) `first` is the first version of the range that ends with `version`.
    """

    node: str
    number: int
    at: datetime
    agreement: UUID
    business: str
    version: int
    part: int
    rows: int
    format: Format
    digest: str
    is_range: bool = False
    first: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkShare:
    """What was shared in batches under one agreement: rows of a dataset, not of a person."""

    agreement: UUID
    dataset: str
    dataset_name: str
    consumer_name: str
    purpose: str
    basis: str
    last_on: date
    rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LooksVerdict:
    """What re-reading the chain of looks found: how many were checked, and the first that does not fit, if any."""

    checked: int
    broken_node: str = ""
    broken_number: int = 0

    @property
    def sound(self) -> bool:
        """Whether every look is what was recorded."""
        return not self.broken_number


@dataclass(frozen=True, kw_only=True, slots=True)
class AgreementUse:
    """An agreement with its looks in a period; `rows` are those that left in batches."""

    agreement: UUID
    dataset: str
    dataset_name: str
    consumer: UUID
    consumer_name: str
    consumer_name_en: str
    calls: int
    rows: int
