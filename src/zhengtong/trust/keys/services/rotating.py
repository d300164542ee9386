"""Rotation 密钥轮换: a new root wraps the data keys anew; resealing moves the rows of one table to its newest key."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from zhengtong.trust.keys.cipher import Sealer, key_ring
from zhengtong.trust.keys.contracts import Permission, Responsible, TableNotSealed
from zhengtong.trust.keys.fields import EncryptedTextField
from zhengtong.trust.keys.services import office

BATCH = 500
"""Rows of one transaction: a lock is held for some tens of milliseconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rotation:
    """What a rotation did: the root that is current now, and how many keys were wrapped anew."""

    root: int
    wrapped: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Resealing:
    """How far resealing has come: rows looked at, and rows that took the newest key."""

    seen: int
    resealed: int


def rotate(*, by: Responsible, at: datetime, new_root: bool = True) -> Rotation:
    """Add a root and wrap by it every data key and kept secret; no row is touched.

    The act is recorded before the first key is wrapped. Cut off between two keys, everything stays readable, and
    calling again without *new_root* wraps what is left.

    Raises:
        NotAllowed: *by* may not.
        KeyRingDamaged: a key cannot be opened; the others stay as they are.
    """
    office.require(by, Permission.MANAGE)
    ring = key_ring()
    before = {"root": ring.current}
    root = ring.add_root() if new_root else ring.current
    with transaction.atomic():
        office.record(by, "rotate", "ring", root, at=at, permission=Permission.MANAGE, states=(before, {"root": root}))
    return Rotation(root=root, wrapped=ring.rewrap())


def reseal(
    *,
    by: Responsible,
    table: str,
    at: datetime,
    new_key: bool = False,
    batch: int = BATCH,
    progress: Callable[[Resealing], None] = lambda _: None,
) -> Resealing:
    """Seal the rows of *table* with its newest data key and today's cipher, *batch* rows to a transaction with its act.

    Rows that are so already are left alone, so a run cut off is finished by another one. A row that changes meanwhile
    keeps what was written into it.

    Args:
        by: who answers for it.
        table: its name in the database.
        at: now.
        new_key: make a new data key first, as after a leak; other processes take it up when they start again.
        batch: rows of a transaction.
        progress: told after each batch.

    Raises:
        NotAllowed: *by* may not.
        TableNotSealed: no column of such a table is a sealed field.
        CiphertextDamaged: a value does not open; the batches before it are done.
    """
    office.require(by, Permission.MANAGE)
    model, sealers = _sealed_columns(table)
    if new_key:
        key_ring().data_keys.renew(table)
    after: Any = None
    seen = resealed = 0
    while True:
        with transaction.atomic():
            rows = _rows(model, list(sealers), after, batch)
            changed = sum(_reseal_row(model, sealers, row) for row in rows)
            if changed:
                told = {"table": table, "rows": changed}
                office.record(
                    by, "reseal", "ring", table, at=at, permission=Permission.MANAGE, states=(None, told)
                )  # fmt: skip
        if not rows:
            return Resealing(seen=seen, resealed=resealed)
        after, seen, resealed = rows[-1][0], seen + len(rows), resealed + changed
        progress(Resealing(seen=seen, resealed=resealed))


def sealed_tables() -> list[str]:
    """Return the tables that have sealed fields, by name."""
    return sorted({model._meta.db_table for model in apps.get_models() if _fields(model)})  # noqa: SLF001 -- Django's documented model API


def _sealed_columns(table: str) -> tuple[type[models.Model], dict[str, Sealer]]:
    for model in apps.get_models():
        if model._meta.db_table == table and (fields := _fields(model)):  # noqa: SLF001 -- Django's documented model API
            return model, {str(field.column): field.sealer() for field in fields}
    raise TableNotSealed(table=table, tables=", ".join(sealed_tables()))


def _fields(model: type[models.Model]) -> list[EncryptedTextField[Any, Any]]:
    return [field for field in model._meta.local_fields if isinstance(field, EncryptedTextField)]  # noqa: SLF001 -- as above


def _rows(model: type[models.Model], columns: list[str], after: Any, batch: int) -> list[tuple[Any, ...]]:
    quote = connection.ops.quote_name
    key, table = quote(_key(model)), quote(model._meta.db_table)  # noqa: SLF001 -- as above
    names = ", ".join([key, *map(quote, columns)])
    where = "" if after is None else f"WHERE {key} > %s"
    with connection.cursor() as cursor:
        statement = f"SELECT {names} FROM {table} {where} ORDER BY {key} LIMIT {batch:d}"  # noqa: S608 -- the models' own names
        cursor.execute(statement, [] if after is None else [after])
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _reseal_row(model: type[models.Model], sealers: dict[str, Sealer], row: tuple[Any, ...]) -> bool:
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(_key(model))  # noqa: SLF001 -- as above
    changed = False
    for (column, sealer), value in zip(sealers.items(), row[1:], strict=True):
        old = None if value is None else bytes(value)
        if old is None or sealer.is_current(old):
            continue
        binary = connection.Database.Binary  # type: ignore[attr-defined]
        new, name = sealer.seal_bytes(sealer.open_bytes(old)), quote(column)
        with connection.cursor() as cursor:
            statement = f"UPDATE {table} SET {name} = %s WHERE {key} = %s AND {name} = %s"  # noqa: S608 -- as above
            cursor.execute(statement, [binary(new), row[0], binary(old)])
            changed = cursor.rowcount > 0 or changed
    return changed


def _key(model: type[models.Model]) -> str:
    key = model._meta.pk  # noqa: SLF001 -- as above
    assert key is not None  # noqa: S101 -- a model has one
    return str(key.column)
