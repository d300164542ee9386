"""The workshop 融合工场: DuckDB with Ibis on top, in which one registry is made, from files to golden records.

Memory is bounded and what does not fit goes to a temporary folder; nothing of it outlives the pass.
"""
# ruff: noqa: S608 -- every name in these statements is ours, Splink's or declared; values are bound or registered

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import ibis

from zhengtong.data.fusion import expression, lake, law, linkage, reading, standard
from zhengtong.data.fusion.declaration import Registry

MEMORY = "1500MB"
_STANDARD, _ROWS, GOLDEN = "standard", "rows", "golden"
_RESIDUE, _REFERENCE, _LESSONS, _SUBJECTS = "residue", "reference", "lessons", "known_subjects"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a department said of a contradiction, since `minute`."""

    key: str
    attribute: str
    value: str
    minute: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """What one source says of an attribute of a record: `source` is its place in the declaration."""

    key: str
    attribute: str
    source: int
    value: str
    minute: int


class Workshop:
    """One pass over one registry. Use it as a context manager, and call `stage`, `link`, `fuse` in this order."""

    def __init__(self, registry: Registry, *, memory: str = MEMORY) -> None:
        self.registry = registry
        self._folder = TemporaryDirectory(prefix="zhengtong-fusion-")
        self.ibis: Any = ibis.duckdb.connect()
        self.ibis.raw_sql("SET enable_progress_bar = false")
        self.db: Any = self.ibis.con
        self.db.execute(f"SET memory_limit = '{memory}'")
        self.db.execute(f"SET temp_directory = '{self._folder.name}'")
        self.db.execute("SET preserve_insertion_order = false")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.ibis.disconnect()
        self._folder.cleanup()

    def stage(self, folder: Path) -> int:
        """Read every source below *folder* into standard rows; return how many.

        Raises:
            SourceUnreadable: a file is missing, is not of its form, or lacks a column.
        """
        for place, source in enumerate(self.registry.sources):
            raw = f"raw_{place}"
            for number, batch in enumerate(reading.batches(source, folder)):
                self.db.register("batch", batch)
                verb = f'INSERT INTO "{raw}"' if number else f'CREATE TABLE "{raw}" AS'
                self.db.execute(f"{verb} SELECT * FROM batch")
                self.db.unregister("batch")
            if raw in self.ibis.list_tables():
                self._add(_STANDARD, standard.standard(self.ibis.table(raw), self.registry, source))
                self.db.execute(f'DROP TABLE "{raw}"')
        return self.count(_STANDARD) if _STANDARD in self.ibis.list_tables() else 0

    def keyless(self) -> int:
        """Return how many rows have no valid key and no decision."""
        return int(self.db.execute(f"SELECT count(*) FROM {_STANDARD} WHERE key IS NULL").fetchone()[0])

    def apply(self, links: Mapping[str, str]) -> int:
        """Give rows the key that was decided for them (record digest → key); return how many there were."""
        if not links:
            return 0
        self._register("links", ["record", "key"], list(links.items()))
        self.db.execute(
            f"UPDATE {_STANDARD} SET key = links.key FROM links "
            f"WHERE {_STANDARD}.record = links.record AND {_STANDARD}.key IS NULL"
        )
        return len(links)

    def link(self, decided: Iterable[str] = ()) -> list[linkage.Proposal]:
        """Propose a record for every row without a key, save those already *decided* (record digests).

        Returns:
            Proposals whose `uid` is the row's record digest, from the registry's threshold of review on.
        """
        declared = self.registry.linkage
        if declared is None or not self._prepare_linkage(list(declared.compare), list(decided)):
            return []
        prior = 1 / max(2, self.db.execute(f"SELECT count(DISTINCT key) FROM {_REFERENCE}").fetchone()[0])
        model = linkage.train(self.db, _LESSONS, declared, prior=prior, subjects=_SUBJECTS)
        found = linkage.pairs(self.db, model, [_RESIDUE, _REFERENCE], threshold=min(0.2, declared.review))
        proposals = linkage.propose(self.db, found, _REFERENCE)
        return [one for one in proposals if one.probability >= declared.review]

    def fuse(self, answers: Iterable[Answer] = ()) -> int:
        """Make the golden records; return how many there are."""
        keyed = self.ibis.table(_STANDARD).filter(ibis._.key.notnull())
        keyed = keyed.mutate(bucket=standard.bucket(keyed.key, self.registry.buckets))
        self._replace(_ROWS, expression.current(keyed).select(*expression.SYSTEM, *self.registry.names))
        self._answer(list(answers))
        self._replace(GOLDEN, expression.golden(self.ibis.table(_ROWS), self.registry))
        return self.count(GOLDEN)

    def contradictions(self, attribute: str) -> list[Word]:
        """Return every word on *attribute* of the records in which sources contradict each other, by key."""
        return self._words(attribute, f'SELECT key FROM {GOLDEN} WHERE "{attribute}_conflict"')

    def words(self, attribute: str, keys: list[str]) -> list[Word]:
        """Return every source's word on *attribute* of the records *keys*."""
        if not keys:
            return []
        self._register("asked", ["key"], [(key,) for key in keys])
        return self._words(attribute, "SELECT key FROM asked")

    def conflicts(self) -> dict[str, int]:
        """Return how many records are flagged, by attribute."""
        parts = ", ".join(f'count(*) FILTER ("{name}_conflict")' for name in self.registry.names)
        return dict(zip(self.registry.names, self.db.execute(f"SELECT {parts} FROM {GOLDEN}").fetchone(), strict=True))

    def sides(self, proposals: list[linkage.Proposal]) -> dict[str, tuple[int, dict[str, str], dict[str, str]]]:
        """Return for each proposal: the source of its row, what the row says, what the golden record says."""
        self._register("proposed", ["record", "key"], [(one.uid, one.key) for one in proposals])
        names = self.registry.names
        left, right = (", ".join(f'{side}."{name}"' for name in names) for side in ("s", "g"))
        rows = self.db.execute(
            f"SELECT p.record, s.source, s.raw_key, p.key, {left}, {right} FROM proposed p "
            f"JOIN {_STANDARD} s ON s.record = p.record JOIN {GOLDEN} g ON g.key = p.key"
        ).fetchall()
        size = len(names)
        return {
            row[0]: (row[1], _said(names, row[4 : 4 + size], row[2]), _said(names, row[4 + size :], row[3]))
            for row in rows
        }

    def publish(self, path: Path) -> lake.Commit:
        """Bring the golden table at *path* to the records made here; see `lake.publish`."""
        return lake.publish(self.db, GOLDEN, path)

    def digest(self) -> str:
        """Return the SHA-256 over the golden records; see `lake.digest`."""
        return lake.digest(self.db, GOLDEN, self.registry.buckets)

    def count(self, table: str) -> int:
        """Return how many rows *table* has."""
        return int(self.db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])

    def _prepare_linkage(self, compared: list[str], decided: list[str]) -> bool:
        """Make the tables linkage works on; say whether there is anything to link."""
        names = ", ".join(f'"{name}"' for name in compared)
        self._register("decided", ["record"], [(one,) for one in decided])
        self.db.execute(
            f"CREATE OR REPLACE TABLE {_RESIDUE} AS SELECT record AS uid, "
            + ", ".join(f'any_value("{name}") AS "{name}"' for name in compared)
            + f" FROM {_STANDARD} WHERE key IS NULL AND record NOT IN (SELECT record FROM decided) GROUP BY record"
        )
        self.fuse()
        filled = ", ".join(f'coalesce(s."{name}", g."{name}") AS "{name}"' for name in compared)
        self.db.execute(
            f"CREATE OR REPLACE TABLE {_REFERENCE} AS SELECT (row_number() OVER ())::VARCHAR AS uid, key, {names} FROM "
            f"(SELECT DISTINCT s.key, {filled} FROM {_STANDARD} s JOIN {GOLDEN} g ON g.key = s.key)"
        )
        self.db.execute(
            f"CREATE OR REPLACE TABLE {_LESSONS} AS SELECT (row_number() OVER ())::VARCHAR AS uid, key, {names} "
            f"FROM {_STANDARD} WHERE key IS NOT NULL AND md5(key) < {self._share()}"
        )
        self.db.execute(f"CREATE OR REPLACE VIEW {_SUBJECTS} AS SELECT key AS uid, {names} FROM {GOLDEN}")
        return bool(self.count(_RESIDUE) and self.count(_LESSONS))

    def _share(self) -> str:
        """Return up to which MD5 keys are lessons: about 100,000 rows of them."""
        part = min(1.0, 100_000 / max(1, self.count(_STANDARD)))
        return f"'{int(part * 255):02x}~'"

    def _answer(self, answers: list[Answer]) -> None:
        """Add answers to the rows, one row an answer, above every source."""
        by_attribute: dict[str, list[tuple[int, Answer]]] = {}
        for number, one in enumerate(answers, 1):
            by_attribute.setdefault(one.attribute, []).append((number, one))
        for attribute, some in by_attribute.items():
            rows = [(one.key, one.minute, number, one.value) for number, one in some]
            self._register("answers", ["key", "minute", "row", "value"], rows)
            table = self.ibis.table("answers")
            said = {name: table.value if name == attribute else ibis.null("string") for name in self.registry.names}
            self._add(
                _ROWS,
                table.select(
                    bucket=standard.bucket(table.key, self.registry.buckets), key=table.key,
                    source=ibis.literal(law.ANSWERS, "int16"), minute=table.minute, row=table.row, **said,
                ),
            )  # fmt: skip

    def _words(self, attribute: str, keys: str) -> list[Word]:
        rows = self.db.execute(
            f'SELECT key, source, "{attribute}", minute FROM {_ROWS} WHERE source <> {law.ANSWERS} '
            f'AND "{attribute}" IS NOT NULL AND key IN ({keys}) ORDER BY key, source'
        ).fetchall()
        return [
            Word(key=key, attribute=attribute, source=at, value=value, minute=minute) for key, at, value, minute in rows
        ]

    def _register(self, name: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
        import pyarrow as pa  # noqa: PLC0415 -- heavy

        kinds = {"minute": pa.int64(), "row": pa.int64()}
        values = list(zip(*rows, strict=True)) or [()] * len(columns)
        arrays = [
            pa.array(column, kinds.get(label, pa.string())) for label, column in zip(columns, values, strict=True)
        ]
        self.db.register("incoming", pa.table(arrays, names=columns))
        self.db.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM incoming')
        self.db.unregister("incoming")

    def _add(self, table: str, rows: Any) -> None:
        verb = f'INSERT INTO "{table}" BY NAME' if table in self.ibis.list_tables() else f'CREATE TABLE "{table}" AS'
        self.db.execute(f"{verb} {self.ibis.compile(rows)}")

    def _replace(self, table: str, rows: Any) -> None:
        self.db.execute(f'CREATE OR REPLACE TABLE "{table}" AS {self.ibis.compile(rows)}')


def _said(names: list[str], values: Iterable[Any], key: str | None) -> dict[str, str]:
    return {"key": key or ""} | {name: value or "" for name, value in zip(names, values, strict=True)}
