"""One transaction of the store and its cursor 会话: statements go to the database by the shortest safe way.

On SQLite they run on the driver's own cursor: Django rewrites `%s` to `?` at every execution and wraps it five times,
which costs more than the statement itself. Whenever somebody watches (a test that counts, a debug log) and always on
PostgreSQL they run through Django's cursor. The transaction is Django's own in every case, so that
callers, followers and savepoints meet in it.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, cast
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction


class Statement:
    """A constant text in both styles of parameters."""

    __slots__ = ("django", "plain")

    def __init__(self, text: str) -> None:
        self.django = text
        self.plain = text.replace("%s", "?")


class Session:
    """A cursor, and values as its database takes them. This one runs through Django's cursor."""

    postgresql = False
    _instance: tuple[UUID | None, Any] = (None, None)
    _at: tuple[datetime | None, Any] = (None, None)

    def __init__(self, connection: Any) -> None:
        self.postgresql = connection.vendor == "postgresql"
        self._cursor = connection.cursor()

    def execute(self, statement: Statement, values: Sequence[Any]) -> Any:
        """Run *statement* and return the cursor that holds its rows."""
        self._cursor.execute(statement.django, values)
        return self._cursor

    def one(self, statement: Statement, values: Sequence[Any]) -> Any:
        """Return the first row, None if there is none."""
        return self.execute(statement, values).fetchone()

    def all(self, statement: Statement, values: Sequence[Any]) -> list[Any]:
        """Return every row."""
        return cast("list[Any]", self.execute(statement, values).fetchall())

    def count(self, statement: Statement, values: Sequence[Any]) -> int:
        """Return how many rows *statement* wrote."""
        return cast("int", self.execute(statement, values).rowcount)

    def uuid(self, value: UUID) -> Any:
        """Return an id as the database takes it; the last one is remembered, a command has one instance."""
        known, written = self._instance
        if known is not value:
            written = value if self.postgresql else value.hex
            self._instance = (value, written)
        return written

    def moment(self, value: datetime) -> Any:
        """Return a moment as the database takes it; the last one is remembered, a command has one moment."""
        known, written = self._at
        if known is not value:
            written = value if self.postgresql else value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
            self._at = (value, written)
        return written

    def close(self) -> None:
        """Give the cursor back."""
        self._cursor.close()


class DriverSession(Session):
    """Runs on the driver's cursor below Django's: SQLite, with nobody watching."""

    def __init__(self, connection: Any) -> None:
        self._translating = connection.wrap_database_errors
        self._cursor = connection.connection.cursor()

    def execute(self, statement: Statement, values: Sequence[Any]) -> Any:
        """Run *statement* and return the cursor that holds its rows; its errors are Django's, whatever the driver."""
        try:
            return self._cursor.execute(statement.plain, values)
        except sqlite3.Error:
            with self._translating:
                raise


def session() -> Session:
    """Return a session on the present connection, inside a transaction or not."""
    connection = connections[DEFAULT_DB_ALIAS]
    return DriverSession(connection) if _is_plain(connection) else Session(connection)


def _is_plain(connection: Any) -> bool:
    """Tell whether statements may go to the driver: SQLite, open, and nobody watches."""
    watched = connection.execute_wrappers or connection.queries_logged
    return not watched and isinstance(connection.connection, sqlite3.Connection)


class Transaction:
    """A transaction (a savepoint inside another one) with its session: `transaction.atomic`, and as fast as the driver.

    Beginning and committing the outermost transaction by Django's own code takes four times as long as by the driver's,
    and a command is short. So these two go to the driver and leave the connection in exactly the state `Atomic` would
    leave it in (a test compares them); everything else, errors first of all, is left to `Atomic`.
    """

    __slots__ = ("_atomic", "_connection", "_is_quick", "_session")

    def __enter__(self) -> Session:
        self._connection = connection = cast("Any", connections[DEFAULT_DB_ALIAS])
        self._atomic = transaction.Atomic(DEFAULT_DB_ALIAS, savepoint=True, durable=False)
        self._is_quick = not connection.in_atomic_block and connection.autocommit and _is_plain(connection)
        if self._is_quick:
            self._begin(connection)
            self._session: Session = DriverSession(connection)
        else:
            self._atomic.__enter__()
            self._session = session()
        return self._session

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()
        if error is None and self._is_quick and self._commit(self._connection):
            return
        if not isinstance(error, sqlite3.Error):
            self._atomic.__exit__(kind, error, trace)
            return
        try:  # as Django's cursor would: its own exceptions, whatever the driver
            self._connection.wrap_database_errors.__exit__(kind, error, trace)
        except Exception as translated:
            self._atomic.__exit__(type(translated), translated, translated.__traceback__)
            raise

    def _begin(self, connection: Any) -> None:
        """Do what `Atomic.__enter__` does outside of any other transaction."""
        connection.validate_thread_sharing()
        connection.close_if_health_check_failed()
        with connection.wrap_database_errors:
            connection.connection.execute(f"BEGIN {connection.transaction_mode or ''}")
        connection.autocommit, connection.in_atomic_block = False, True
        connection.commit_on_exit, connection.needs_rollback = True, False
        connection.atomic_blocks.append(self._atomic)

    def _commit(self, connection: Any) -> bool:
        """Do what `Atomic.__exit__` does after success; False leaves it to `Atomic`, which commits or rolls back."""
        if connection.needs_rollback or connection.closed_in_transaction:
            return False
        try:
            connection.connection.execute("COMMIT")
        except sqlite3.Error:
            return False
        connection.atomic_blocks.pop()
        connection.autocommit, connection.in_atomic_block = True, False
        connection.errors_occurred = False
        if connection.run_on_commit:
            connection.run_and_clear_commit_hooks()
        return True


def read_uuid(value: Any) -> UUID:
    """Return an id as SQLite (text) or PostgreSQL gives it."""
    return value if isinstance(value, UUID) else UUID(value)


def read_moment(value: Any) -> datetime:
    """Return a moment as SQLite (text) or PostgreSQL gives it."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
