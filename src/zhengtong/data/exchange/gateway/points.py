"""The key table of point queries 单条查询库: golden records under a keyed fingerprint of their key, sealed.

Filled from a registry's change feed; read many keys at a time, so that the database is asked once for all queries that
arrived while it was answering the last ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from zhengtong.data.exchange.models import Point
from zhengtong.trust.keys.api import BlindIndex, EncryptedTextField, Sealer

LARGEST = 256
"""Keys a statement asks for."""
_BATCH = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class PointRow:
    """A golden record on its way into the table.

    Attributes:
        key: the identity number, credit code or plate it is asked by.
        subject: whose data it is, if a person's.
        place: its region's place in the tree.
        row: the fields, JSON values.
    """

    key: str
    subject: UUID | None
    place: int | None
    row: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A record as found; `opened` unseals it only where it will leave."""

    subject: UUID | None
    place: int | None
    sealed: bytes

    def opened(self) -> dict[str, Any]:
        """Return the fields."""
        row: dict[str, Any] = orjson.loads(_sealer().open(self.sealed))
        return row


def fingerprint(dataset: str, key: str) -> bytes:
    """Return the blind index of a key in a dataset (19 bytes); another dataset gives another one."""
    return _index(dataset).of(key)


def find(wanted: Sequence[tuple[str, bytes]]) -> dict[tuple[str, bytes], Found]:
    """Return the records under these (dataset, fingerprint) pairs; at most `LARGEST` in one statement."""
    found: dict[tuple[str, bytes], Found] = {}
    by_dataset: dict[str, list[bytes]] = {}
    for dataset, key in wanted:
        by_dataset.setdefault(dataset, []).append(key)
    with connection.cursor() as cursor:
        for dataset, keys in by_dataset.items():
            for start in range(0, len(keys), LARGEST):
                some = keys[start : start + LARGEST]
                places = ",".join(["%s"] * len(some))
                cursor.execute(
                    f"SELECT key, subject, place, row FROM exchange_point WHERE dataset = %s AND key IN ({places})",  # noqa: S608 -- places only
                    [dataset, *some],
                )
                for key, subject, place, row in cursor.fetchall():
                    found[dataset, bytes(key)] = Found(subject=_uuid(subject), place=place, sealed=bytes(row))
    return found


def load(dataset: str, rows: Iterable[PointRow], *, version: int) -> int:
    """Put the *rows* of a registry version into the table and return how many; an older one never overwrites a newer.

    Loading the same version again changes nothing, so a feed may repeat itself.
    """
    count, batch = 0, list[Point]()
    for row in rows:
        batch.append(_point(dataset, row, version))
        if len(batch) == _BATCH:
            count += _write(batch)
            batch.clear()
    return count + _write(batch)


def remove(dataset: str, keys: Iterable[str]) -> int:
    """Take records out that the registry no longer has. Returns how many were there."""
    wanted = [fingerprint(dataset, key) for key in keys]
    return Point.objects.filter(dataset=dataset, key__in=wanted).delete()[0]


_UPSERT = """INSERT INTO exchange_point (dataset, key, subject, place, row, version) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (dataset, key) DO UPDATE SET subject = excluded.subject, place = excluded.place, row = excluded.row,
    version = excluded.version WHERE excluded.version >= exchange_point.version"""


def _write(batch: Sequence[Point]) -> int:
    if not batch:
        return 0
    native = connection.features.has_native_uuid_field
    values = [
        (p.dataset, p.key, p.subject if native or p.subject is None else p.subject.hex, p.place, p.row, p.version)
        for p in batch
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_UPSERT, values)
    return len(batch)


def _point(dataset: str, row: PointRow, version: int) -> Point:
    sealed: Any = _sealer().seal(orjson.dumps(dict(row.row)).decode())
    return Point(
        dataset=dataset,
        key=fingerprint(dataset, row.key),
        subject=row.subject,
        place=row.place,
        row=sealed,
        version=version,
    )


def _uuid(value: Any) -> UUID | None:
    return value if value is None or isinstance(value, UUID) else UUID(value)


_indexes: dict[str, BlindIndex] = {}


def _index(dataset: str) -> BlindIndex:
    if dataset not in _indexes:
        _indexes[dataset] = BlindIndex(purpose=f"data.exchange.{dataset}")
    return _indexes[dataset]


def _sealer() -> Sealer:
    """Return what seals the column `row`: the field's own, which follows the keys of the present home."""
    field = Point._meta.get_field("row")  # noqa: SLF001 -- Django's documented model API
    assert isinstance(field, EncryptedTextField)  # noqa: S101 -- declared in models
    return field.sealer()
