"""How many events a second the dispatcher hands out, and how many SQL statements one event costs.

    python -m benchmarks.events_dispatch                                   on SQLite, in a folder of its own
    python scripts/throwaway_postgres.py -- python -m benchmarks.events_dispatch

Emits events over many subjects in transactions of fifty, then hands them out in this one process to handlers that write
one row each. The last line is the plain way beside it: claim, handle and mark each event in a transaction of its own.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

EVENTS, SUBJECTS = 5_000, 500


@dataclass(frozen=True, kw_only=True)
class Run:
    """One measured run."""

    name: str
    seconds: float
    cpu: float
    statements: int

    def line(self) -> str:
        """Return it as a line of the table."""
        rate, each = EVENTS / self.seconds, self.statements / EVENTS
        return f"{self.name:<34} {rate:>9,.0f} events/s {each:>8.2f} SQL/event {self.cpu:>7.2f} CPU s"


def measured(name: str, work: Callable[[], object]) -> Run:
    """Run *work* and measure it."""
    from zhengtong.kernel.observability.api import count_statements  # noqa: PLC0415 -- Django must be set up first

    started, cpu = time.perf_counter(), time.process_time()
    with count_statements() as counted:
        work()
    return Run(
        name=name,
        seconds=time.perf_counter() - started,
        cpu=time.process_time() - cpu,
        statements=counted.total,
    )


def prepare() -> None:
    """Make a database of its own and set Django up on it."""
    server = os.environ.get("ZHENGTONG_TEST_DATABASE", "")
    os.environ["ZHENGTONG_HOME"] = tempfile.mkdtemp(prefix="zhengtong-bench-")
    os.environ["ZHENGTONG_LOG_LEVEL"] = "ERROR"
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhengtong.site.settings.base"
    os.environ["DATABASE_URL"] = _fresh_database(server) if server else ""
    import django  # noqa: PLC0415 -- after the environment is set
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)


def _fresh_database(server: str) -> str:
    from urllib.parse import urlsplit, urlunsplit  # noqa: PLC0415 -- only here

    import psycopg  # noqa: PLC0415 -- only for PostgreSQL

    name = f"zhengtong_bench_{uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def note(event: Any) -> None:
    """Take an event: write one row."""
    from django.db import connection  # noqa: PLC0415 -- Django must be set up first

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_note (subject) VALUES (%s)", [event.subject])


def emit_all() -> None:
    """Emit all events, fifty in a transaction."""
    from django.db import transaction  # noqa: PLC0415 -- Django must be set up first

    from zhengtong.kernel.clock import system  # noqa: PLC0415
    from zhengtong.kernel.events.api import emit  # noqa: PLC0415
    from zhengtong.kernel.ids import new_id  # noqa: PLC0415
    from zhengtong.trust.delivery.contracts import MessageDelivered, MessageKind  # noqa: PLC0415

    payload = MessageDelivered(message=new_id(), kind=MessageKind.NOTICE)
    for first in range(0, EVENTS, 50):
        with transaction.atomic():
            for number in range(first, first + 50):
                subject = f"s{number % SUBJECTS}"
                emit("trust.delivery.message.delivered.v1", subject=subject, data=payload, at=system.now())


def hand_out(handlers: int) -> None:
    """Hand everything out to so many handlers."""
    from zhengtong.kernel.events import api  # noqa: PLC0415 -- Django must be set up first

    subscribers = api.Subscriptions()
    for number in range(handlers):
        subscribers.subscribe("trust.delivery.*", note, name=f"bench.{number}")
    api.drain(api.Dispatcher(subscribers=subscribers))


def one_by_one() -> None:
    """Hand everything out the plain way, without an inbox."""
    from django.db import transaction  # noqa: PLC0415 -- Django must be set up first

    from zhengtong.kernel.clock import system  # noqa: PLC0415
    from zhengtong.kernel.events import store  # noqa: PLC0415

    while store.anything_waits():
        with transaction.atomic():
            (waiting,) = store.claim(1)
            note(waiting.event())
            store.mark_dispatched([waiting.position], system.now())


def main() -> None:
    """Measure and print the table."""
    prepare()
    from django.db import connection  # noqa: PLC0415 -- Django must be set up first

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_note (subject varchar(40))")
    print(f"{connection.vendor}, Python {sys.version.split()[0]}, {EVENTS:,} events, {SUBJECTS} subjects")
    print("  " + measured("emit", emit_all).line())
    for handlers in (0, 1, 3):
        run = measured(f"dispatch, {handlers} handlers", partial(hand_out, handlers))
        print("  " + run.line())
        emit_all()
    print("  " + measured("one by one, 1 handler, no inbox", one_by_one).line())


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
    main()
