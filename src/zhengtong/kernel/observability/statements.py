"""Counting SQL statements 语句计数: for the metrics of every request, and for tests that hold a page to its number.

with count_statements() as counted:
    client.get("/")
assert counted.total <= 10
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection


@dataclass(kw_only=True)
class Counted:
    """How many statements ran, and, where asked for, which."""

    total: int = 0
    texts: list[str] | None = field(default=None, repr=False)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        """Count one statement and run it."""
        self.total += 1
        if self.texts is not None:
            self.texts.append(sql)
        return execute(sql, params, *rest)


@contextmanager
def count_statements(*, keep: bool = False) -> Iterator[Counted]:
    """Count the statements of this thread on the default database; *keep* their texts, without their values."""
    counted = Counted(texts=[] if keep else None)
    with connection.execute_wrapper(counted):
        yield counted
