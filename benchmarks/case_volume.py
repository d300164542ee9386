"""Inbox, lists and dossier of a restricted officer among very many cases: p50, p95 and SQL statements of each page.

    python -m benchmarks case_volume [cases] [postgresql | database URL]

Cases are rows of 200 organisations, copied in the database from one that was applied for through the door and spread
over states, stages and days: one in ten waits, of these one in ten is late, the rest are concluded. The officer decides
and supervises at one of the organisations; the head of the county, who is measured for comparison, at all of them.
Pages are the real views with their templates, one request after another in one process; lists are turned page by page.
Goal for the officer: p50 ≤ 60 ms, p95 ≤ 200 ms. Without more on an embedded SQLite database in a folder of this run;
with `postgresql` on a throwaway server that is analysed and flushes nothing, with a URL on an empty database.
"""

import contextlib
import html
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks.common import cpu_seconds, machine, quantile

ORGANISATIONS, ROUNDS, DAYS = 200, 40, 700
GOAL_P50, GOAL_P95 = 60.0, 200.0
NEXT = re.compile(r'href="(\?(?:after|before)=[^"]+)"')
NUMBERED = (
    "WITH RECURSIVE series(n) AS (SELECT CAST(0 AS bigint) UNION ALL SELECT n + 1 FROM series WHERE n + 1 < {count})"
)
DRAWN = "((n + 1) * {factor} % 2147483647 / 1024)"  # multiples modulo a prime: the same rows in every run
LOADING = {  # of the loading connection alone; keys are right by construction, checking each would take longer than all
    "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -1500000", "PRAGMA foreign_keys = OFF"),
    "postgresql": ("SET session_replication_role = replica",),
}
OFFICE, WAITS, MINUTES, DUE = 1103515245, 1597334677, 747796405, 1140671485
SQLITE = {
    "id": "printf('%032x', n + 1)",
    "reference": "printf('BV%010d', n)",
    "item": "printf('90%010d', n % 100)",
    "opened": "datetime('now', printf('%+d minutes', -({minutes})))",
    "ended": "datetime('now', printf('%+d minutes', {later} - ({minutes})))",
    "day": "date('now', printf('%+d days', {days}))",
}
POSTGRESQL = {
    "id": "lpad(to_hex(n + 1), 32, '0')::uuid",
    "reference": "'BV' || lpad(n::text, 10, '0')",
    "item": "'90' || lpad((n % 100)::text, 10, '0')",
    "opened": "now() - ({minutes}) * interval '1 minute'",
    "ended": "now() - (({minutes}) - {later}) * interval '1 minute'",
    "day": "CURRENT_DATE + ({days})::int",
}


def prepare(folder: str, url: str) -> None:
    """Set Django up on an empty database."""
    module = "zhengtong.site.settings.test"
    os.environ.update(ZHENGTONG_HOME=folder, ZHENGTONG_TEST_DATABASE=url, DJANGO_SETTINGS_MODULE=module)
    import django  # noqa: PLC0415 -- after the environment is set

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)


def load(world: Any, count: int) -> None:
    """Fill the tables within the database: one case in ten waits, one in a hundred is late, the rest are concluded."""
    from django.db import connection, transaction  # noqa: PLC0415 -- after Django is set up

    from zhengtong.process.cases.models import Case, Stage  # noqa: PLC0415
    from zhengtong.process.cases.tests.builders import apply  # noqa: PLC0415
    from zhengtong.trust.identity.tests import builders  # noqa: PLC0415

    offices = [builders.an_organisation(name=f"第{n}局", region="330106") for n in range(ORGANISATIONS - 1)]
    offices.append(world.approver.organisation)
    started, template = time.perf_counter(), Case.objects.get(reference=apply(world))
    stage = Stage.objects.get(case=template)
    written = POSTGRESQL if connection.vendor == "postgresql" else SQLITE
    columns = [str(field.column) for field in Case._meta.concrete_fields]  # noqa: SLF001 -- Django's documented model API
    of_stage = [str(field.column) for field in Stage._meta.concrete_fields if not field.primary_key]  # noqa: SLF001
    with connection.cursor() as cursor:
        for setting in LOADING[connection.vendor]:
            cursor.execute(setting)
    with transaction.atomic(), connection.cursor() as cursor:
        kind = "uuid" if connection.vendor == "postgresql" else "char(32)"
        cursor.execute(f"CREATE TEMPORARY TABLE office (number integer PRIMARY KEY, id {kind})")
        cursor.executemany("INSERT INTO office VALUES (%s, %s)", [(n, _key(one)) for n, one in enumerate(offices)])
        rows = _rows(written, _key(world.clerk.subject), _key(world.approver.subject))
        source = f"FROM series JOIN office ON office.number = {_drawn(OFFICE)} % {ORGANISATIONS} CROSS JOIN"
        for table, names, made, origin in (
            ("cases_case", columns, rows[0], _quoted(_key(template.pk))), ("cases_stage", of_stage, rows[1], stage.pk),
            ("cases_stage", of_stage, rows[2], stage.pk),
        ):  # fmt: skip
            kept = ", ".join(made.get(name, f"origin.{name}") for name in names)
            cursor.execute(
                f"{NUMBERED.format(count=count)} INSERT INTO {table} ({', '.join(names)})"
                f" SELECT {kept} {source} {table} origin WHERE origin.id = {origin}"
            )
    connection.close()  # what is measured has the cache and the care of every day
    print(f"  {count:,} cases loaded in {time.perf_counter() - started:.0f} s", flush=True)


def _key(value: Any) -> Any:
    from django.db import connection  # noqa: PLC0415 -- after Django is set up

    return value if connection.vendor == "postgresql" else value.hex


def _drawn(factor: int) -> str:
    return DRAWN.format(factor=factor)


def _rows(written: dict[str, str], clerk: Any, approver: Any) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return by column what a copy has of its own: the case, its acceptance, its decision."""
    waits, minutes = f"{_drawn(WAITS)} % 10 = 0", f"{_drawn(MINUTES)} % {60 * 24 * DAYS}"
    mine = f"office.number = {ORGANISATIONS - 1}"
    opened, day = written["opened"].format(minutes=minutes), written["day"]
    ended = written["ended"].format(minutes=minutes, later=60 * 72)
    coming, then = day.format(days=f"({_drawn(DUE)} % 20 - 2)"), day.format(days=f"(-({minutes}) / 1440)")
    due = f"CASE WHEN {waits} THEN {coming} ELSE {then} END"
    at = {"organisation_id": "office.id", "opened_at": opened, "due_on": due, "case_id": written["id"]}
    case = {
        "id": written["id"], "reference": written["reference"], "item": written["item"], "organisation_id": "office.id",
        "applicant": written["id"], "state": f"CASE WHEN {waits} THEN 'accepted' ELSE 'granted' END",
        "received_at": opened, "accepted_on": then, "statutory_due": due,
        "promised_due": due, "concluded_at": f"CASE WHEN {waits} THEN NULL ELSE {ended} END",
    }  # fmt: skip
    accepted = at | {
        "number": "1", "kind": "'accept'", "permission": "'process.case:accept'", "closed_at": opened,
        "decision": "'accept'", "official": f"CASE WHEN {mine} THEN {_quoted(clerk)} END",
    }  # fmt: skip
    decided = at | {
        "number": "2", "kind": "'decide'", "permission": "'process.case:decide'",
        "closed_at": f"CASE WHEN {waits} THEN NULL ELSE {ended} END",
        "decision": f"CASE WHEN {waits} THEN '' ELSE 'grant' END",
        "official": f"CASE WHEN {waits} OR NOT ({mine}) THEN NULL ELSE {_quoted(approver)} END",
    }  # fmt: skip
    return case, accepted, decided


def _quoted(key: Any) -> str:
    return f"'{key}'" if isinstance(key, str) else f"'{key}'::uuid"


def pages(world: Any) -> Iterator[tuple[str, bool, Callable[[], object]]]:
    """Yield name, whether the goal is for it, and request of each page; deep pages of a list are among its times."""
    from zhengtong.process.cases import api as cases  # noqa: PLC0415 -- after Django is set up
    from zhengtong.process.cases.tests.builders import official  # noqa: PLC0415
    from zhengtong.trust.access import api as access  # noqa: PLC0415
    from zhengtong.trust.identity.contracts import Duty  # noqa: PLC0415
    from zhengtong.trust.identity.tests import builders  # noqa: PLC0415

    both = {cases.Permission.DECIDE, cases.Permission.SUPERVISE}
    officer = official(world.approver.organisation, "restricted", "330106", both)
    head = official(builders.an_organisation(name="县政府", region="330106"), "heading_all", "330106", both)
    access.define_role(
        actor=builders.SYSTEM, code="county", name="county", name_en="county", duty=Duty.BUSINESS, permissions=both,
        at=builders.NOW,
    )  # fmt: skip
    access.grant_role(actor=builders.SYSTEM, role="county", post_id=head.post, region="330106", at=builders.NOW)
    for who, actor, goal in (("officer", officer, True), ("head of the county", head, False)):
        yield from ((f"{who}: {name}", goal, request) for name, request in _seen_by(actor))


def _seen_by(actor: Any) -> Iterator[tuple[str, Callable[[], object]]]:
    from django.contrib.auth import get_user_model  # noqa: PLC0415 -- after Django is set up
    from django.test import Client  # noqa: PLC0415

    from zhengtong.kernel import clock  # noqa: PLC0415
    from zhengtong.process.cases import api as cases  # noqa: PLC0415
    from zhengtong.trust.identity.tests import builders  # noqa: PLC0415

    name = f"volume-{actor.subject.hex}"[:30]
    builders.an_account(actor.subject, name)
    client = Client()
    client.force_login(get_user_model().objects.get(username=name))

    def get(path: str) -> str:
        answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
        return answer.content.decode()

    def turned(path: str) -> Callable[[], str]:
        after = [""]

        def request() -> str:
            content = get(f"{path}{after[0]}")
            found = NEXT.search(content)
            after[0] = html.unescape(found[1]) if found else ""
            return content

        return request

    def listed() -> Callable[[], object]:
        after = [""]

        def request() -> object:
            page = cases.cases_at(actor, items=[], at=clock.system.now(), after=after[0])
            after[0] = page.after
            return page

        return request

    lines = cycle(cases.tasks_of(actor, at=clock.system.now()).items)
    yield "home with inbox", lambda: get("/officer/")
    yield "inbox, page by page", turned("/officer/inbox/cases/")
    yield "late, page by page", turned("/officer/late/")
    yield "done, page by page", turned("/officer/done/")
    yield "statistics of the desk", lambda: get("/officer/statistics/?days=365")
    yield "batches", lambda: get("/officer/batches/")
    yield "dossier", lambda: get(f"/officer/cases/{next(lines).reference}/")
    yield "cases of the office for a system", listed()


@contextlib.contextmanager
def database(asked: str) -> Iterator[str]:
    """Lend the URL of an empty database: the embedded one, a throwaway PostgreSQL, or the one that was named."""
    if asked != "postgresql":
        yield asked
        return
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
    import throwaway_postgres  # noqa: PLC0415 -- beside the tests' scripts, needed for this alone

    with throwaway_postgres.running() as url:
        yield url


def measure(request: Callable[[], object]) -> tuple[float, float, float, int]:
    """Return p50 and p95 in milliseconds, CPU milliseconds of this process a request, and SQL statements."""
    from zhengtong.kernel.observability.statements import count_statements  # noqa: PLC0415 -- after Django is set up

    request()
    times, before = [], cpu_seconds()
    for _round in range(ROUNDS):
        started = time.perf_counter()
        request()
        times.append((time.perf_counter() - started) * 1000)
    spent = (cpu_seconds() - before) / ROUNDS * 1000
    with count_statements() as counted:
        request()
    return quantile(times, 0.5), quantile(times, 0.95), spent, counted.total


def main() -> None:
    """Load, measure, and say whether the goal is met."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(machine())
    asked = sys.argv[2] if len(sys.argv) > 2 else ""
    with tempfile.TemporaryDirectory(prefix="zhengtong-bench-") as folder, database(asked) as url:
        prepare(folder, url)
        from django.db import connection  # noqa: PLC0415 -- after Django is set up

        from zhengtong.process.cases.tests.builders import a_world  # noqa: PLC0415

        world = a_world()
        load(world, count)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        met = True
        print(f"{count:,} cases, {connection.vendor}\n{'page':52} {'p50 ms':>7} {'p95 ms':>7} {'CPU ms':>7} {'SQL':>4}")
        for name, goal, request in pages(world):
            half, slow, spent, statements = measure(request)
            met = met and (not goal or (half <= GOAL_P50 and slow <= GOAL_P95))
            print(f"{name:52} {half:7.1f} {slow:7.1f} {spent:7.1f} {statements:4}", flush=True)
        print(f"goal p50 ≤ {GOAL_P50:.0f} ms and p95 ≤ {GOAL_P95:.0f} ms: {'met' if met else 'missed'}")
        connection.close()


if __name__ == "__main__":
    main()
