"""The door of kernel.observability 可观测: health for commands, the statement counter for tests and benchmarks."""

from zhengtong.kernel.observability.health import (
    DatabaseMissing,
    Health,
    MigrationsPending,
    examine,
    require_migrated,
)
from zhengtong.kernel.observability.redaction import redact
from zhengtong.kernel.observability.statements import Counted, count_statements

__all__ = [
    "Counted",
    "DatabaseMissing",
    "Health",
    "MigrationsPending",
    "count_statements",
    "examine",
    "redact",
    "require_migrated",
]
