"""Inbox, lists and dossier of a restricted officer among very many cases: p50, p95 and SQL statements of each page.

    python -m benchmarks case_volume [cases] [database URL]

Cases are synthetic rows of 200 organisations, spread over states, stages and days; the officer decides and supervises
at one of them. Pages are the real views, one request after another in one process; lists are turned page by page.
Goal: p50 ≤ 60 ms, p95 ≤ 200 ms. Without a URL on an embedded SQLite database in a folder of this run; with one on
PostgreSQL (an empty database).
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from benchmarks.common import cpu_seconds, machine, quantile

BATCH, ORGANISATIONS, ROUNDS = 5_000, 200, 40
GOAL_P50, GOAL_P95 = 60.0, 200.0


def prepare(folder: str, url: str) -> None:
    """Set Django up on an empty database."""
    os.environ.update(ZHENGTONG_HOME=folder, DATABASE_URL=url, DJANGO_SETTINGS_MODULE="zhengtong.site.settings.test")
    import django  # noqa: PLC0415 -- after the environment is set

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)


def load(world: Any, count: int) -> None:
    """Fill the tables: one case in ten waits, one in a hundred is late, the rest are concluded."""
    from zhengtong.process.cases.models import Case, Stage  # noqa: PLC0415 -- after Django is set up
    from zhengtong.trust.identity.tests import builders  # noqa: PLC0415

    offices = [builders.an_organisation(name=f"第{n}局", region="330106") for n in range(ORGANISATIONS - 1)]
    offices.append(world.approver.organisation)
    draw, started = random.Random(1), time.perf_counter()  # noqa: S311 -- repeatable, no secret
    for first in range(0, count, BATCH):
        made = [_case(draw, first + n, offices, world) for n in range(min(BATCH, count - first))]
        Case.objects.bulk_create(case for case, _stages in made)
        Stage.objects.bulk_create(stage for _case, stages in made for stage in stages)
        if (first + BATCH) % 100_000 == 0:
            print(f"  {first + BATCH:,} cases loaded in {time.perf_counter() - started:.0f} s", flush=True)


def _case(draw: random.Random, number: int, offices: list[Any], world: Any) -> tuple[Any, list[Any]]:
    from zhengtong.kernel import clock  # noqa: PLC0415 -- after Django is set up
    from zhengtong.kernel.ids import new_id  # noqa: PLC0415
    from zhengtong.process.cases.models import Case, Stage  # noqa: PLC0415

    now = clock.system.now()
    opened = now - timedelta(minutes=draw.randrange(60 * 24 * 700))
    waits, office = draw.random() < 0.1, draw.choice(offices)
    due = clock.on_day(now) + timedelta(days=draw.randrange(-2, 20)) if waits else clock.on_day(opened)
    ended = None if waits else opened + timedelta(days=3)
    case = Case(
        id=new_id(), reference=f"BV{number:010d}", item=f"90{number % 100:010d}", item_version=1,
        item_name=f"事项{number % 100}", item_name_en=f"Item {number % 100}", region_id="330106",
        organisation_id=office, applicant=new_id(), state="accepted" if waits else "granted", form="{}",
        received_at=opened, accepted_on=clock.on_day(opened), statutory_due=due, promised_due=due, concluded_at=ended,
    )  # fmt: skip
    at = {"organisation_id": office, "region_id": "330106", "opened_at": opened, "due_on": due}
    first = Stage(
        case=case, number=1, kind="accept", permission="process.case:accept", closed_at=opened, decision="accept",
        official=world.clerk.subject if office == offices[-1] else None, **at,
    )  # fmt: skip
    second = Stage(
        case=case, number=2, kind="decide", permission="process.case:decide", closed_at=ended,
        decision="" if waits else "grant", official=None if waits else world.approver.subject, **at,
    )  # fmt: skip
    return case, [first, second]


def pages(world: Any) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield name and request of each page; a list is turned page by page, so that deep pages are among its times."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 -- after Django is set up
    from django.test import Client  # noqa: PLC0415

    from zhengtong.kernel import clock  # noqa: PLC0415
    from zhengtong.process.cases import api as cases  # noqa: PLC0415
    from zhengtong.process.cases.tests.builders import official  # noqa: PLC0415
    from zhengtong.trust.identity.tests import builders  # noqa: PLC0415

    permissions = {cases.Permission.DECIDE, cases.Permission.SUPERVISE}
    officer = official(world.approver.organisation, "restricted", "330106", permissions)
    builders.an_account(officer.subject, "volume")
    client = Client()
    client.force_login(get_user_model().objects.get(username="volume"))

    def get(path: str) -> Callable[[], str]:
        def request() -> str:
            answer = client.get(path)
            if answer.status_code != 200:
                raise SystemExit(f"{path}: {answer.status_code}")
            return ""

        return request

    def turned(read: Callable[..., Any], marker: str) -> Callable[[], str]:
        after = [""]

        def request() -> str:
            page = read(officer, at=clock.system.now(), **{marker: after[0]})
            after[0] = page.after
            return str(len(page.items))

        return request

    line = cases.tasks_of(officer, at=clock.system.now()).items[0]
    yield "home with inbox", get("/officer/")
    yield "inbox, first page", get("/officer/inbox/cases/")
    yield "late, supervised", get("/officer/late/")
    yield "dossier", get(f"/officer/cases/{line.reference}/")
    yield "tasks, page by page", turned(cases.tasks_of, "after")
    yield (
        "cases of the office, page by page",
        turned(lambda actor, **more: cases.cases_at(actor, items=[], **more), "after"),
    )


def main() -> None:
    """Load, measure, and say whether the goal is met."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    url = sys.argv[2] if len(sys.argv) > 2 else ""
    print(machine())
    with tempfile.TemporaryDirectory(prefix="zhengtong-bench-") as folder:
        prepare(folder, url)
        from django.db import connection  # noqa: PLC0415 -- after Django is set up

        from zhengtong.kernel.observability.statements import count_statements  # noqa: PLC0415
        from zhengtong.process.cases.tests.builders import a_world  # noqa: PLC0415

        world = a_world()
        load(world, count)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        met = True
        print(f"{count:,} cases, {connection.vendor}\n{'page':36} {'p50 ms':>7} {'p95 ms':>7} {'CPU ms':>7} {'SQL':>4}")
        for name, request in pages(world):
            request()
            times, before = [], cpu_seconds()
            for _round in range(ROUNDS):
                started = time.perf_counter()
                request()
                times.append((time.perf_counter() - started) * 1000)
            spent = (cpu_seconds() - before) / ROUNDS * 1000
            with count_statements() as counted:
                request()
            half, slow = quantile(times, 0.5), quantile(times, 0.95)
            met = met and half <= GOAL_P50 and slow <= GOAL_P95
            print(f"{name:36} {half:7.1f} {slow:7.1f} {spent:7.1f} {counted.total:4}", flush=True)
        print(f"goal p50 ≤ {GOAL_P50:.0f} ms and p95 ≤ {GOAL_P95:.0f} ms: {'met' if met else 'missed'}")


if __name__ == "__main__":
    main()
