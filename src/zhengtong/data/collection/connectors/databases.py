"""SQL databases: SQLite, PostgreSQL and MySQL, read through DuckDB's extensions, read only.

The extensions come as wheels beside DuckDB and are loaded from there, never from the network. With a watermark a table
is read in pieces in its order, so that a batch that was cut off goes on where it ended.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from zhengtong.data.collection.conforming import quoted
from zhengtong.data.collection.connectors.pieces import Piece, Reading
from zhengtong.data.collection.contracts import SourceUnreadable
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _

if TYPE_CHECKING:
    import duckdb

_TYPES = {"sqlite": "sqlite", "postgresql": "postgres", "postgres": "postgres", "mysql": "mysql"}


def pieces(connection: "duckdb.DuckDBPyConnection", reading: Reading) -> Iterator[Piece]:
    """Yield the rows of a table: all of them, or with a watermark those past the last one, piece by piece.

    Raises:
        SourceUnreadable: the database does not answer, or has no such table or column.
    """
    import duckdb  # noqa: PLC0415 -- only where databases are read

    try:
        _attach(connection, reading.location)
        yield from _read(connection, reading)
    except duckdb.Error as error:
        # what the driver says may hold the address with its password: the kind of error is enough
        raise SourceUnreadable(what=Phrase(_("数据库查询失败（{kind}）"), kind=type(error).__name__)) from error


def load_extension(connection: "duckdb.DuckDBPyConnection", name: str) -> None:
    """Load a DuckDB extension from its wheel.

    Raises:
        SourceUnreadable: the wheel is not installed in DuckDB's version.
    """
    import duckdb  # noqa: PLC0415 -- only where databases are read

    folder = Path(duckdb.__file__).parent.parent / f"duckdb_extension_{name}" / "extensions"
    path = folder / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    if not path.exists():
        raise SourceUnreadable(what=Phrase(_("没有安装扩展 {name}"), name=name))
    connection.execute(f"LOAD '{str(path).replace(chr(39), chr(39) * 2)}'")


def _attach(connection: "duckdb.DuckDBPyConnection", location: str) -> None:
    kind = _TYPES[urlsplit(location).scheme]
    load_extension(connection, f"{kind}_scanner")
    connection.execute(
        f"ATTACH '{_address(kind, location).replace(chr(39), chr(39) * 2)}' AS theirs (TYPE {kind}, READ_ONLY)"
    )


def _address(kind: str, location: str) -> str:
    """Return the address as the extension wants it; for MySQL every value in quotes, or a blank would end it.

    >>> _address("mysql", "mysql://reader:p%40ss%20word@db.example:3307/census")
    'host="db.example" port="3307" user="reader" password="p@ss word" database="census"'
    """
    if kind == "sqlite":
        path = location.removeprefix("sqlite://")
        if not Path(path).exists():
            raise SourceUnreadable(what=Phrase(_("数据库文件不存在")))
        return path
    if kind == "postgres":
        return location
    parts = urlsplit(location)
    values = {
        "host": parts.hostname,
        "port": parts.port,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": parts.path.removeprefix("/"),
    }
    return " ".join(f"{key}={_in_quotes(str(value))}" for key, value in values.items() if value)


def _in_quotes(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _read(connection: "duckdb.DuckDBPyConnection", reading: Reading) -> Iterator[Piece]:
    table = ".".join(quoted(part) for part in str(reading.options["table"]).split("."))
    if not reading.watermark:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT * FROM theirs.{table}")  # noqa: S608 -- quoted
        yield Piece(relation="raw_rows", position=None)
        return
    column = quoted(_their_name(reading))
    last = reading.position.get("after") if reading.position else None
    while True:
        # rows that share the largest value of a piece are read with it, so that none is passed over
        past = f"WHERE {column} > ?" if last is not None else ""
        given = [last] if last is not None else []
        bound = connection.execute(
            f"SELECT max(w) FROM (SELECT {column} AS w FROM theirs.{table} {past} ORDER BY 1 LIMIT {reading.size})",  # noqa: S608 -- quoted
            given,
        ).fetchone()
        if bound is None or bound[0] is None:
            return
        upto = f"{past + ' AND' if past else 'WHERE'} {column} <= ?"
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT * FROM theirs.{table} {upto}",  # noqa: S608 -- quoted
            [*given, bound[0]],
        )
        last = bound[0] if isinstance(bound[0], int | str) else str(bound[0])
        yield Piece(relation="raw_rows", position={"after": last})


def _their_name(reading: Reading) -> str:
    renamed = {ours: theirs for theirs, ours in dict(reading.options.get("columns") or {}).items()}
    return str(renamed.get(reading.watermark, reading.watermark))
