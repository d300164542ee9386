"""Writers of the forms in which departments deliver 文件格式: CSV in two encodings, Excel, JSON, Parquet, SQLite.

Each takes rows as a stream and holds at most one batch of them; equal rows give equal contents.
"""

import csv
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, Self

Row = Sequence[Any]
_BATCH = 20_000


class Writer(Protocol):
    """What takes the rows of one file."""

    def write(self, rows: Iterable[Row]) -> int:
        """Append *rows*; return how many there were."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


def writer(path: Path, columns: Sequence[str], *, encoding: str = "utf-8", table: str = "") -> Writer:
    """Return the writer for the ending of *path*; *encoding* is for CSV, *table* for a database."""
    match path.suffix:
        case ".csv":
            return _Csv(path, columns, encoding)
        case ".xlsx":
            return _Excel(path, columns)
        case ".json":
            return _Json(path, columns)
        case ".parquet":
            return _Parquet(path, columns)
        case _:
            return _Sqlite(path, columns, table)


class _Csv:
    def __init__(self, path: Path, columns: Sequence[str], encoding: str) -> None:
        self._file = path.open("w", encoding=encoding, newline="")
        self._csv = csv.writer(self._file)
        self._csv.writerow(columns)

    def write(self, rows: Iterable[Row]) -> int:
        counted = _Counted(rows)
        self._csv.writerows(counted)
        return counted.count

    def close(self) -> None:
        self._file.close()


class _Excel:
    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        from openpyxl import Workbook  # noqa: PLC0415 -- heavy, and only where a workbook is written

        self._path, self._book = path, Workbook(write_only=True)
        self._sheet = self._book.create_sheet("Sheet1")
        self._sheet.append(list(columns))

    def write(self, rows: Iterable[Row]) -> int:
        count = 0
        for count, row in enumerate(rows, 1):  # noqa: B007 -- the count is what is returned
            self._sheet.append(list(row))
        return count

    def close(self) -> None:
        moment = datetime(2026, 1, 1)  # noqa: DTZ001 -- workbooks know no zone; a fixed moment keeps the file the same
        self._book.properties.created = self._book.properties.modified = moment
        self._book.save(self._path)


class _Json:
    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._file, self._columns, self._first = path.open("w", encoding="utf-8"), columns, True
        self._file.write("[")

    def write(self, rows: Iterable[Row]) -> int:
        count = 0
        for count, row in enumerate(rows, 1):  # noqa: B007 -- the count is what is returned
            record = dict(zip(self._columns, map(_plain, row), strict=True))
            self._file.write(("\n" if self._first else ",\n") + json.dumps(record, ensure_ascii=False))
            self._first = False
        return count

    def close(self) -> None:
        self._file.write("\n]\n")
        self._file.close()


class _Parquet:
    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path, self._columns = path, columns
        self._file: Any = None

    def write(self, rows: Iterable[Row]) -> int:
        import pyarrow as pa  # noqa: PLC0415 -- heavy, and only where Parquet is written
        import pyarrow.parquet as pq  # noqa: PLC0415

        count, stream = 0, iter(rows)
        while batch := list(islice(stream, _BATCH)):
            count += len(batch)
            table = pa.table(dict(zip(self._columns, map(list, zip(*batch, strict=True)), strict=True)))
            if self._file is None:
                self._file = pq.ParquetWriter(self._path, table.schema, compression="zstd")
            self._file.write_table(table.cast(self._file.schema))
        return count

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


class _Sqlite:
    def __init__(self, path: Path, columns: Sequence[str], table: str) -> None:
        path.unlink(missing_ok=True)
        self._db = sqlite3.connect(path)
        names = ", ".join(f'"{column}" TEXT' for column in columns)
        self._db.execute(f'CREATE TABLE "{table}" ({names})')
        self._insert = f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(columns))})'  # noqa: S608 -- our own names

    def write(self, rows: Iterable[Row]) -> int:
        counted = _Counted([_plain(value) for value in row] for row in rows)
        with self._db:
            self._db.executemany(self._insert, counted)
        return counted.count

    def close(self) -> None:
        self._db.close()


class _Counted:
    """An iterable that remembers how much it gave."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows, self.count = iter(rows), 0

    def __iter__(self) -> Iterator[Row]:
        return self

    def __next__(self) -> Row:
        row = next(self._rows)
        self.count += 1
        return row


def _plain(value: Any) -> Any:
    """Return dates and moments as text, anything else as it is."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else value


class Writers:
    """Writers that are closed together."""

    def __init__(self) -> None:
        self._open: list[Writer] = []

    def add(self, one: Writer) -> Writer:
        """Keep *one* until the end."""
        self._open.append(one)
        return one

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for one in self._open:
            one.close()
