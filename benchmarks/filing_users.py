"""Fifty citizens file the newborn bundle at once over HTTP, a worker running. Goal: p95 ≤ 300 ms for sending.

Run: `.venv/bin/python -m benchmarks filing_users [users] [seconds]`. A demo of its own on the embedded database, one
web process and one worker. Each user signs in, opens the form, takes 5 to 15 seconds to type two facts, sends them,
looks at the receipt, again and again. Then the same without a pause, which asks what the machine can bear. In the end
every receipt is held against the database: one bundle for each, and none besides.
"""
# ruff: noqa: E402 -- Django must be set up before its parts are imported

import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengtong.site.settings.test")

import django

django.setup()

import requests
from tests.support.crawl import sign_in
from tests.support.server import COMMAND, Site, environment, prepare, serving

from benchmarks.common import machine, quantile
from zhengtong.site.demo.accounts import PASSWORD

USERS, SECONDS, GOAL_MILLISECONDS = 50, 60.0, 300.0
PAUSE = (5.0, 15.0)
FORM = "/bundles/newborn/apply/"
RECEIPT = re.compile(r"/cases/bundles/(YJ-[\w-]+)/")
TYPED = {"child_name": "沈小满", "born_on_0": "2026", "born_on_1": "11", "born_on_2": "2", "child_sex": "female"}
ACCOUNTS = """
import sys
import django
django.setup()
from django.contrib.auth.hashers import make_password
from zhengtong.data.registries.models import Resident
from zhengtong.kernel.clock import system
from zhengtong.site.demo.accounts import PASSWORD
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.models import Subject

count, now, actor = int(sys.argv[1]), system.now(), identity.system_actor()
known = Subject.objects.values("id")
rows = Resident.objects.filter(birth_year__range=(1988, 1998)).exclude(id__in=known).order_by("id")[:count]
people = [
    identity.PersonEntry(subject=row.id, name=row.name, id_number=row.id_number, region=row.region_id) for row in rows
]
identity.bulk_register_people(people, actor=actor, at=now)
shared = make_password(PASSWORD)
identity.bulk_open_accounts(
    [
        identity.AccountEntry(
            username=f"filing{number}", subject=one.subject, password_hash=shared,
            proved_by=identity.ProofMethod.COUNTER,
        )
        for number, one in enumerate(people)
    ],
    actor=actor, at=now,
)
"""
COUNT = """
import django
django.setup()
from zhengtong.process.bundles.models import BundleCase
print("\\n".join(BundleCase.objects.values_list("reference", flat=True)))
"""


class Fields(HTMLParser):
    """Collects what a form would send unchanged."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, kind = told.get("name"), told.get("type")
        if tag == "input" and name and (kind not in {"radio", "checkbox", "file"} or "checked" in told):
            self.found[name] = told.get("value") or ""


@dataclass(kw_only=True)
class Tally:
    """What all users met: milliseconds of each kind of request, receipts, and what went wrong."""

    waits: dict[str, list[float]] = field(default_factory=lambda: {"open": [], "send": [], "receipt": []})
    receipts: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def timed(self, what: str, started: float) -> None:
        """Note a wait."""
        self.waits[what].append(1000 * (time.perf_counter() - started))


def use(session: requests.Session, url: str, tally: Tally, until: float, *, pause: tuple[float, float]) -> None:
    """File again and again until the time is up."""
    chance = random.Random()  # noqa: S311 -- how long a person types
    while time.monotonic() < until:
        started = time.perf_counter()
        form = session.get(url + FORM, timeout=60)
        tally.timed("open", started)
        fields = Fields()
        fields.feed(form.text)
        time.sleep(chance.uniform(*pause))
        started = time.perf_counter()
        sent = session.post(
            url + FORM, data={**fields.found, **TYPED}, headers={"Referer": url + FORM}, timeout=60,
            allow_redirects=False,
        )  # fmt: skip
        tally.timed("send", started)
        receipt = RECEIPT.search(sent.headers.get("Location", ""))
        if not receipt:
            tally.errors.append(f"{sent.status_code} {sent.headers.get('Location', '')}")
            continue
        tally.receipts.append(receipt[1])
        started = time.perf_counter()
        session.get(url + sent.headers["Location"], timeout=60)
        tally.timed("receipt", started)


def rush(site: Site, sessions: list[requests.Session], seconds: float, pause: tuple[float, float]) -> Tally:
    """Let all users file side by side; return what they met."""
    tally, until = Tally(), time.monotonic() + seconds
    threads = [
        threading.Thread(target=use, args=(session, site.url, tally, until), kwargs={"pause": pause})
        for session in sessions
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def told(title: str, tally: Tally, seconds: float) -> None:
    """Print how long users waited."""
    print(f"  {title}: {len(tally.receipts):,} filed, {len(tally.receipts) / seconds:.1f} a second, "
          f"{len(tally.errors)} errors {sorted(set(tally.errors))[:3]}")  # fmt: skip
    for what, waits in tally.waits.items():
        if waits:
            print(f"    {what:8} p50 {quantile(waits, 0.5):7.0f}  p95 {quantile(waits, 0.95):7.0f} ms")


def in_home(home: Path, program: str, *arguments: str) -> str:
    """Run a few lines with the demo's settings; return what they print."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=environment(home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def main() -> int:
    """Prepare a demo, let users file with a pause and without, count; 0 if nothing is lost or doubled."""
    users = int(sys.argv[1]) if len(sys.argv) > 1 else USERS
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    print(machine())
    with tempfile.TemporaryDirectory(prefix="zhengtong-bench-") as folder:
        home = Path(folder)
        prepare(home)
        in_home(home, ACCOUNTS, str(users))
        before = set(in_home(home, COUNT).split())
        with serving(home) as site, (home / "worker.log").open("wb") as log:
            worker = subprocess.Popen([COMMAND, "worker"], env=environment(home), stdout=log, stderr=log)
            try:
                sessions = [sign_in(site.url, f"filing{number}", PASSWORD) for number in range(users)]
                calm = rush(site, sessions, seconds, PAUSE)
                told(f"{users} users who type for {PAUSE[0]:.0f} to {PAUSE[1]:.0f} s", calm, seconds)
                storm = rush(site, sessions, seconds, (0.0, 0.0))
                told(f"{users} users without a pause", storm, seconds)
            finally:
                worker.terminate()
                worker.wait(60)
        made = set(in_home(home, COUNT).split()) - before
    receipts = calm.receipts + storm.receipts
    lost, doubled = len(set(receipts) - made), len(receipts) - len(set(receipts)) + len(made - set(receipts))
    slow = quantile(calm.waits["send"], 0.95)
    print(f"  lost {lost}, doubled {doubled}; p95 of sending {slow:.0f} ms (goal ≤ {GOAL_MILLISECONDS:.0f})")
    return 1 if lost or doubled or calm.errors else 0


if __name__ == "__main__":
    raise SystemExit(main())
