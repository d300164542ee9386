"""The event log 事件日志 as a DuckDB table, ordered once; every analysis groups the same steps.

A log has one row per completed activity: `case_id`, `activity`, `completed_at` (local time), and if known `office`,
`item`, `started_at`, `resource` (a pseudonym of who did it) and `data` (a JSON object of what the activity wrote). Rows
with the same moment keep the order in which they came.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from zhengtong.process.mining.contracts import LogNotReadable, OfficeHours, seconds_of_day
from zhengtong.process.mining.exchange import read_ocel, read_xes

REQUIRED = ("case_id", "activity", "completed_at")
OPTIONAL = ("office", "item", "started_at", "resource", "data")
COLUMNS = REQUIRED + OPTIONAL
_READERS = {".csv": "read_csv(?, all_varchar = false)", ".parquet": "read_parquet(?)"}
_EXCHANGE = {".xes": read_xes, ".gz": read_xes, ".json": read_ocel, ".jsonocel": read_ocel}
_FORMATS = ".csv, .parquet, .duckdb, .xes, .xes.gz and .json (OCEL 2.0)"
_BATCH = 20_000

# Names become numbers before sorting, because ten million strings cost four times as much to sort as their numbers.
_NUMBER_CASES = """
    create or replace table case_name as
    select row_number() over () :: integer as case_no, case_id from (select distinct case_id from event)
"""
_NAMES = ("activity", "office", "item")
_SORT = """
    create or replace table sorted as
    select case_no, cast(activity as activity_name) as activity, cast(office as office_name) as office,
           cast(item as item_name) as item, completed_at, ({office_clock}) :: bigint as office_seconds
    from (
        select *, (passed // 86400) :: integer as day, (passed % 86400) :: integer as second
        from (
            select event.*, event.rowid as arrival, case_no, (epoch_us(completed_at) - {start}) // 1000000 as passed
            from event join case_name using (case_id)
        )
    ) join working_day using (day)
    order by case_no, completed_at, arrival
"""
# `over ()` streams over the rows as they lie, so looking one row ahead costs no second sort.
_STEPS = """
    create or replace table step as
    select case_no, activity, office, item, completed_at, office_seconds, place, case_no = next_case as goes_on,
           next_activity, next_office,
           epoch(next_at) - epoch(completed_at) as elapsed, next_seconds - office_seconds as worked
    from (
        select *, row_number() over () as place, lead(case_no) over () as next_case,
               lead(activity) over () as next_activity, lead(office) over () as next_office,
               lead(completed_at) over () as next_at, lead(office_seconds) over () as next_seconds
        from sorted
    )
"""


class Log:
    """An event log ready to be asked. Close it, or use it as a context manager, to free its memory.

    Args:
        hours: the office hours that count as worked time.
        threads: how many cores DuckDB may use.
        memory: DuckDB's limit, for example `4GB`; beyond it sorting spills to a temporary folder.
    """

    def __init__(self, *, hours: OfficeHours | None = None, threads: int = 2, memory: str = "8GB") -> None:
        self.hours = hours or OfficeHours()
        self.db = duckdb.connect(config={"threads": threads, "memory_limit": memory})
        self.db.execute("set enable_progress_bar = false")
        self.db.execute(
            "create table event (case_id varchar, activity varchar, completed_at timestamp, office varchar,"
            " item varchar, started_at timestamp, resource varchar, data varchar)"
        )
        self.db.execute("create table evidence (holder varchar, case_id varchar, item varchar, evidence_type varchar)")
        self._ready = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the memory."""
        self.db.close()

    def add_rows(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows of (case_id, activity, completed_at[, office[, item[, started_at[, resource[, data]]]]])."""
        self.add_table("event", COLUMNS, rows)
        self._ready = False

    def add_table(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add rows to one of the log's tables; what a row lacks at its end is null."""
        source = iter(rows)
        casts = ", ".join(map(_cast, columns))
        while batch := list(islice(source, _BATCH)):
            filled = [[*row, *[None] * (len(columns) - len(row))] for row in batch]
            self.db.register("arriving", pa.table(dict(zip(columns, zip(*filled, strict=True), strict=True))))
            self.db.execute(f"insert into {table} select {casts} from arriving")  # noqa: S608 -- constants
            self.db.unregister("arriving")

    def add_table_file(self, table: str, columns: Sequence[str], path: Path) -> None:
        """Add a CSV or Parquet file, every column of which is needed, to one of the log's tables.

        Raises:
            LogNotReadable: no such file, another format, or a missing column.
        """
        reader = _READERS.get(path.suffix.lower())
        if reader is None or not path.is_file():
            what = (
                "no such file; check the path"
                if reader
                else "only .csv and .parquet can be read; convert the file first"
            )
            raise LogNotReadable(f"{path}: {what}")
        try:
            self._insert_from(path, reader, [str(path)], table=table, columns=columns, required=columns)
        except duckdb.Error as error:
            raise LogNotReadable(
                f"{path.name}: {str(error).splitlines()[0]}; correct the file and try again"
            ) from error

    def add_file(self, path: Path) -> None:
        """Add a file: CSV, Parquet or the table `event` of a DuckDB file by column names; XES and OCEL 2.0 by standard.

        A file that cannot be read to its end adds nothing.

        Raises:
            LogNotReadable: no such file, another format, a missing column, or a value that is no moment.
        """
        kind = path.suffix.lower()
        if kind not in _READERS and kind not in _EXCHANGE and kind != ".duckdb":
            raise LogNotReadable(f"{path.name}: only {_FORMATS} logs can be read; convert the file first")
        if not path.is_file():
            raise LogNotReadable(f"{path}: no such file; check the path")
        try:
            if kind == ".duckdb":
                self._copy_from(path)
            else:
                with self._all_or_nothing():
                    if kind in _EXCHANGE:
                        self.add_rows(_EXCHANGE[kind](path))
                    else:
                        self._insert_from(path, _READERS[kind], [str(path)])
        except (duckdb.Error, pa.ArrowException) as error:
            raise LogNotReadable(
                f"{path.name}: {str(error).splitlines()[0]}; correct the file and try again"
            ) from error
        self._ready = False

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        self.db.execute("begin")
        try:
            yield
        except BaseException:
            self.db.execute("rollback")
            raise
        self.db.execute("commit")

    def _copy_from(self, path: Path) -> None:
        """Copy the table `event` of another DuckDB file, opened for reading only."""
        quoted = str(path).replace("'", "''")
        self.db.execute(f"attach '{quoted}' as arriving (read_only)")
        try:
            with self._all_or_nothing():
                self._insert_from(path, "arriving.event", [])
        finally:
            self.db.execute("detach arriving")

    def _insert_from(
        self,
        path: Path,
        reader: str,
        parameters: list[str],
        *,
        table: str = "event",
        columns: Sequence[str] = COLUMNS,
        required: Sequence[str] = REQUIRED,
    ) -> None:
        """Insert *columns* from *reader*, a table or a table function with one place."""
        known = {row[0] for row in self.db.execute(f"describe select * from {reader}", parameters).fetchall()}  # noqa: S608 -- the reader is one of three constants
        missing = [name for name in required if name not in known]
        if missing:
            raise LogNotReadable(
                f"{path.name}: column {', '.join(missing)} is missing; a log needs {', '.join(required)}"
            )
        wanted = ", ".join(_cast(name) if name in known else f"null as {name}" for name in columns)
        self.db.execute(f"insert into {table} select {wanted} from {reader}", parameters)  # noqa: S608 -- constants

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of *sql*, which may use the tables `event` and `step`."""
        return self.cursor(sql, parameters).fetchall()

    def cursor(self, sql: str, parameters: Sequence[Any] = ()) -> duckdb.DuckDBPyConnection:
        """Run *sql* and return its cursor, for answers too large for memory."""
        if not self._ready:
            self._order()
        return self.db.execute(sql, parameters)

    def _order(self) -> None:
        first, last = self.db.execute("select min(completed_at), max(completed_at) from event").fetchone() or (
            None,
            None,
        )
        start = self._tabulate_days(first, last)
        self.db.execute(_NUMBER_CASES)
        for name in _NAMES:
            self.db.execute(f"drop type if exists {name}_name")
            names = f"select distinct {name} from event where {name} is not null"  # noqa: S608 -- constants
            self.db.execute(f"create type {name}_name as enum ({names})")
        self.db.execute(_SORT.format(office_clock=_office_clock(self.hours), start=start))
        self.db.execute(_STEPS)
        self.db.execute("drop table sorted")
        self._ready = True

    def _tabulate_days(self, first: datetime | None, last: datetime | None) -> int:
        """Lay out every day of the log with the seconds worked before it; return where the first begins, in µs.

        Days are numbered from the first on: whole numbers join three times as fast as dates.
        """
        self.db.execute("create or replace table working_day (day integer, works integer, before bigint)")
        if first is None or last is None:
            return 0
        before, rows = 0, []
        for day in range((last.date() - first.date()).days + 1):
            works = int(self.hours.is_working_day(first.date() + timedelta(days=day)))
            rows.append((day, works, before))
            before += works * self.hours.seconds_a_day
        self.db.executemany("insert into working_day values (?, ?, ?)", rows)
        return (first.date() - date(1970, 1, 1)) // timedelta(microseconds=1)


def _cast(column: str) -> str:
    """Return SQL that reads *column* in the type of the table `event`."""
    return f"cast({column} as {'timestamp' if column.endswith('_at') else 'varchar'})"


def _office_clock(hours: OfficeHours) -> str:
    """Return SQL that reads the office clock at `second` of a day: seconds worked since the log's first day."""
    passed = " + ".join(
        f"greatest(0, least(second, {seconds_of_day(closes)}) - {seconds_of_day(opens)})"
        for opens, closes in hours.intervals
    )
    return f"before + works * ({passed})"
