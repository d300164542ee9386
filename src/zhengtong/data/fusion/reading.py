"""Reading sources 读取数据源: any of the forms in which departments deliver, as Arrow tables of text.

CSV in any encoding Python knows, Parquet, SQLite and Delta tables come in batches, so that memory holds one; a JSON
array and a workbook are read whole. A column `row` numbers the rows of a source from 1.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from zhengtong.data.fusion.declaration import Source
from zhengtong.data.fusion.refusals import SourceUnreadable

_BATCH = 50_000
ROW = "row"
Reader = Callable[[Path, Source], Iterator[Any]]


def batches(source: Source, folder: Path) -> Iterator[Any]:
    """Yield the declared columns of *source* as Arrow tables of text with the column `row`.

    Raises:
        SourceUnreadable: the file is missing, is not of its form, or lacks a declared column.
    """
    path = folder / source.path
    try:
        yield from _numbered(_reader(path)(path, source), source.columns)
    except KeyError as error:
        raise SourceUnreadable(source=source.name, what=f"缺少列 {error.args[0]}") from error
    except (OSError, ValueError, sqlite3.Error) as error:
        raise SourceUnreadable(source=source.name, what=type(error).__name__) from error


def _reader(path: Path) -> Reader:
    if path.is_dir():
        return _delta
    readers: Mapping[str, Reader] = {
        ".csv": _csv, ".xlsx": _excel, ".json": _json, ".parquet": _parquet, ".sqlite": _sqlite,
    }  # fmt: skip
    if path.suffix not in readers:
        raise ValueError(path.suffix)
    return readers[path.suffix]


def _numbered(tables: Iterable[Any], columns: list[str]) -> Iterator[Any]:
    import pyarrow as pa  # noqa: PLC0415 -- heavy, and only where data are read

    before = 0
    for table in tables:
        missing = next((name for name in columns if name not in table.column_names), None)
        if missing is not None:
            raise KeyError(missing)
        text = table.select(columns).cast(pa.schema([(name, pa.string()) for name in columns]))
        numbers = pa.array(range(before + 1, before + 1 + text.num_rows), pa.int64())
        before += text.num_rows
        yield text.append_column(ROW, numbers)


def _csv(path: Path, source: Source) -> Iterator[Any]:
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import csv  # noqa: PLC0415

    options = csv.ConvertOptions(column_types=dict.fromkeys(source.columns, pa.string()))
    reading = csv.ReadOptions(encoding=source.encoding, block_size=1 << 22)
    with csv.open_csv(path, read_options=reading, convert_options=options) as reader:
        yield reader.schema.empty_table()  # a file of nothing but its heading has columns too
        for batch in reader:
            yield pa.Table.from_batches([batch])


def _parquet(path: Path, source: Source) -> Iterator[Any]:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    with pq.ParquetFile(path) as file:
        known = [name for name in source.columns if name in file.schema_arrow.names]
        for batch in file.iter_batches(batch_size=_BATCH, columns=known):
            yield pa.Table.from_batches([batch])


def _delta(path: Path, source: Source) -> Iterator[Any]:
    import pyarrow as pa  # noqa: PLC0415
    from deltalake import DeltaTable  # noqa: PLC0415
    from deltalake.exceptions import DeltaError  # noqa: PLC0415

    try:
        data = DeltaTable(path).to_pyarrow_dataset()
    except DeltaError as error:
        raise ValueError(path.name) from error
    known = [name for name in source.columns if name in data.schema.names]
    for batch in data.to_batches(columns=known, batch_size=_BATCH):
        yield pa.Table.from_batches([batch])


def _json(path: Path, source: Source) -> Iterator[Any]:
    with path.open(encoding="utf-8") as file:
        rows = json.load(file)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("an array of objects is expected")
    known = set().union(*rows)
    if rows and (missing := next((name for name in source.columns if name not in known), None)):
        raise KeyError(missing)
    yield from _tables(([row.get(name) for name in source.columns] for row in rows), source.columns)


def _sqlite(path: Path, source: Source) -> Iterator[Any]:
    if not path.is_file():
        raise FileNotFoundError(path)
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        cursor = database.execute(f'SELECT * FROM "{source.table}"')  # noqa: S608 -- a name of the declaration
        places = _places([entry[0] for entry in cursor.description], source.columns)
        yield from _tables(([row[place] for place in places] for row in cursor), source.columns)
    finally:
        database.close()


def _excel(path: Path, source: Source) -> Iterator[Any]:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415

    try:
        rows = iter(CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows())
    except CalamineError as error:
        raise ValueError(str(error)) from error
    places = _places([str(cell) for cell in next(rows, [])], source.columns)
    yield from _tables(([row[place] for place in places] for row in rows), source.columns)


def _places(found: list[str], wanted: list[str]) -> list[int]:
    """Return where the wanted columns stand.

    Raises:
        KeyError: one is missing.
    """
    where = {name: place for place, name in enumerate(found)}
    return [where[name] for name in wanted]


def _tables(rows: Iterator[list[Any]], columns: list[str]) -> Iterator[Any]:
    import pyarrow as pa  # noqa: PLC0415

    while batch := list(islice(rows, _BATCH)):
        arrays = [pa.array([_text(value) for value in column], pa.string()) for column in zip(*batch, strict=True)]
        yield pa.table(arrays, names=columns)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
