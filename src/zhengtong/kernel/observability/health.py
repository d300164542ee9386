"""Health 健康检查: is this process alive, and can it do its work?"""

from dataclasses import dataclass

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.api import presence

_migrated = False


class DatabaseMissing(Refusal):
    """The database does not answer."""

    code = "database_missing"
    status = 503
    message = _("无法连接数据库。")
    remedy = _("请检查 DATABASE_URL 以及数据库服务是否已启动。")


class MigrationsPending(Refusal):
    """The database is of an older release, or empty."""

    code = "migrations_pending"
    status = 503
    message = _("数据库结构尚未更新到本版本。")
    remedy = _("请先运行：zhengtong manage migrate")


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What the platform needs. Without a worker pages still open, so its absence is told but does not make unready."""

    database: bool
    migrations: bool
    worker: bool

    @property
    def ready(self) -> bool:
        """Whether requests can be answered."""
        return self.database and self.migrations

    def document(self) -> dict[str, str]:
        """Return it as JSON values."""
        status = "ready" if self.ready and self.worker else "degraded" if self.ready else "unready"
        return {
            "status": status,
            "database": "ok" if self.database else "unreachable",
            "migrations": "ok" if self.migrations else "pending",
            "worker": "ok" if self.worker else "not seen",
        }


def examine() -> Health:
    """Ask the database; never raises for what it finds."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        migrated = is_migrated()
        return Health(database=True, migrations=migrated, worker=migrated and bool(presence.alive(clock.system.now())))
    except DatabaseError:
        connection.close()
        return Health(database=False, migrations=False, worker=False)


def require_migrated() -> None:
    """Refuse to start on a database that cannot be reached or lacks migrations.

    Raises:
        DatabaseMissing, MigrationsPending
    """
    try:
        migrated = is_migrated()
    except DatabaseError as error:
        raise DatabaseMissing from error
    if not migrated:
        raise MigrationsPending


def is_migrated() -> bool:
    """Tell whether every migration of this release is applied; once it is, that is remembered."""
    global _migrated  # noqa: PLW0603 -- a fact of this process: releases only migrate forwards
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated
