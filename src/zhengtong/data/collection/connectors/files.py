"""Files: CSV in UTF-8 or GB18030, Excel, JSON, Parquet; at a path, or at any address fsspec knows.

A file that has not changed since the last batch (SHA-256) brings nothing.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhengtong.data.collection.conforming import structure_fault
from zhengtong.data.collection.connectors.pieces import Piece, Reading
from zhengtong.data.collection.contracts import SourceUnreadable
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _

if TYPE_CHECKING:
    import duckdb

_SUFFIXES = {
    ".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "excel", ".xls": "excel", ".json": "json",
    ".ndjson": "json", ".jsonl": "json", ".parquet": "parquet",
}  # fmt: skip
_BLOCK = 1 << 20
_PROBE = 1 << 16


def pieces(connection: "duckdb.DuckDBPyConnection", reading: Reading) -> Iterator[Piece]:
    """Yield the file's rows as one piece, or none when it is the same as before.

    Raises:
        SourceUnreadable: it is not there or not in the form its name or `format` says.
    """
    form = str(reading.options.get("format") or _SUFFIXES.get(Path(reading.location).suffix.lower(), ""))
    if form not in set(_SUFFIXES.values()):
        raise SourceUnreadable(what=Phrase(_("不支持的文件格式 {name}"), name=Path(reading.location).name))
    with tempfile.TemporaryDirectory(prefix="zhengtong-") as folder:
        path = Path(folder) / f"data.{'xlsx' if form == 'excel' else form}"
        digest = _fetch(reading.location, path)
        if reading.position and reading.position.get("digest") == digest:
            return
        broken = _load(connection, form, path, reading)
        yield Piece(relation="raw_rows", position={"digest": digest}, broken=broken)


def encoding_of(path: Path) -> str:
    """Return `utf-8` or `gb18030`, whichever the whole file can be read in, UTF-8 first.

    Raises:
        SourceUnreadable: neither.
    """
    for encoding in ("utf-8", "gb18030"):
        try:
            with path.open(encoding=encoding) as file:
                while file.read(_BLOCK):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise SourceUnreadable(what=Phrase(_("文字编码既不是 UTF-8 也不是 GB18030")))


def _fetch(location: str, target: Path) -> str:
    """Copy the file to *target* and return its SHA-256."""
    import fsspec  # noqa: PLC0415 -- only where files are read

    digest = hashlib.sha256()
    try:
        with fsspec.open(location, "rb") as source, target.open("wb") as copy:
            while block := source.read(_BLOCK):
                digest.update(block)
                copy.write(block)
    except (OSError, ValueError, ImportError) as error:
        what = Phrase(_("无法打开文件（{kind}）"), kind=type(error).__name__)
        raise SourceUnreadable(what=what) from error
    return digest.hexdigest()


def _load(connection: "duckdb.DuckDBPyConnection", form: str, path: Path, reading: Reading) -> list[dict[str, Any]]:
    import duckdb  # noqa: PLC0415 -- only where files are read

    try:
        if form == "csv":
            return _load_csv(connection, path, reading)
        if form == "excel":
            _load_excel(connection, path, reading)
        else:
            reader = "read_parquet" if form == "parquet" else "read_json_auto"
            connection.execute(f"CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT * FROM {reader}(?)", [str(path)])  # noqa: S608 -- two names
    except duckdb.Error as error:
        raise SourceUnreadable(what=Phrase(_("文件内容不是 {form}"), form=form)) from error
    return []


def _load_csv(connection: "duckdb.DuckDBPyConnection", path: Path, reading: Reading) -> list[dict[str, Any]]:
    """Load a CSV; lines with too few or too many cells are kept apart."""
    readable = path
    if encoding_of(path) != "utf-8":
        readable = path.with_suffix(".utf8")
        with (
            path.open(encoding="gb18030", newline="") as source,
            readable.open("w", encoding="utf-8", newline="") as copy,
        ):
            shutil.copyfileobj(source, copy, _BLOCK)
    with readable.open(encoding="utf-8-sig") as file:
        head = file.readline(_PROBE)
    if not head.strip():
        raise SourceUnreadable(what=Phrase(_("文件是空的")))
    delimiter = str(reading.options.get("delimiter") or max(",\t;|", key=head.count))
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT * FROM read_csv(?, all_varchar = true, header = true,
        delim = ?, quote = '"', escape = '"', store_rejects = true, null_padding = false, strict_mode = true)""",
        [str(readable), delimiter],
    )
    lines = connection.execute("SELECT DISTINCT line, csv_line FROM reject_errors ORDER BY line").fetchall()
    return [structure_fault(int(line), str(text)) for line, text in lines]


def _load_excel(connection: "duckdb.DuckDBPyConnection", path: Path, reading: Reading) -> None:
    import pyarrow as pa  # noqa: PLC0415 -- only where files are read
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415

    try:
        book = CalamineWorkbook.from_path(str(path))
        name = reading.options.get("sheet")
        sheet = book.get_sheet_by_name(str(name)) if name else book.get_sheet_by_index(0)
        rows = sheet.to_python()
    except (CalamineError, OSError, ValueError) as error:
        raise SourceUnreadable(what=Phrase(_("不是 Excel 文件或没有该工作表"))) from error
    if not rows:
        raise SourceUnreadable(what=Phrase(_("文件是空的")))
    header = [str(cell).strip() for cell in rows[0]]
    columns = {title: [_text(row[place]) for row in rows[1:]] for place, title in enumerate(header) if title}
    table = pa.table({title: pa.array(cells, pa.string()) for title, cells in columns.items()})
    connection.register("sheet_rows", table)
    connection.execute("CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT * FROM sheet_rows")
    connection.unregister("sheet_rows")


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
