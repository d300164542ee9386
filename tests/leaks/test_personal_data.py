"""Nobody's number, name or telephone lies readable in the store, its file, the logs, the events or the acts."""

import json
import logging
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests.leaks import seeding
from tests.leaks.seeding import Seeded
from zhengtong.data.exchange.gateway import points
from zhengtong.data.exchange.models import Look
from zhengtong.data.exchange.tests.builders import DATASET, a_key, an_agreement
from zhengtong.data.exchange.tests.counter import Counter
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.events.api import drain
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import Decision
from zhengtong.process.cases.tests.builders import MONDAY, World, a_world, handle
from zhengtong.trust.delivery import api as delivery
from zhengtong.trust.identity import api as identity

QUERIES, CASES = 30, 20
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
_NUMBER = re.compile(rb"(?=(\d{17}[\dXx]))|(?=(1997\d{7}))")


class Searcher:
    """Finds seeded secrets in bytes, however a column or a file may have written them."""

    def __init__(self, people: Iterable[Seeded]) -> None:
        secrets = [secret for one in people for secret in one.secrets]
        self._digits = {secret.encode() for secret in secrets if secret.isascii()}
        names = {secret for secret in secrets if not secret.isascii()}
        forms = {form for name in names for form in _written_forms(name)}
        self._names = re.compile(b"|".join(map(re.escape, sorted(forms))))
        self._marks = {form[: len(form) // 3] for form in forms}

    def found_in(self, content: bytes) -> set[bytes]:
        digits = {match[1] or match[2] for match in _NUMBER.finditer(content)} & self._digits
        if not any(mark in content for mark in self._marks):
            return digits
        return digits | set(self._names.findall(content))


def _written_forms(name: str) -> Iterator[bytes]:
    yield name.encode()
    yield name.encode("utf-16-le")
    yield json.dumps(name).strip('"').encode()
    yield name.encode().hex().encode()


def stored() -> Iterator[tuple[str, bytes]]:
    """Return every value of every table, and on SQLite the bytes of the file with its freed pages."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 -- the database's own names
            columns = [column[0] for column in cursor.description or ()]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    yield f"{table}.{column}", _as_bytes(value)
    if connection.vendor == "sqlite":
        yield "file", connection.connection.serialize()


def _as_bytes(value: object) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return (json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)).encode()


def leaks(searcher: Searcher, places: Iterable[tuple[str, bytes]]) -> dict[str, int]:
    """Return how many different secrets each place holds."""
    found: dict[str, set[bytes]] = {}
    for place, content in places:
        if secrets := searcher.found_in(content):
            found.setdefault(place, set()).update(secrets)
    return {place: len(secrets) for place, secrets in found.items()}


def ask_about(people: Iterable[Seeded], *, agreement: str, key: tuple[str, bytes]) -> None:
    counter = Counter(agreement=agreement, key=key)
    for place, one in enumerate(people):
        status, answer = counter.ask(key=one.id_number, nonce=f"{place:020d}")
        assert (status, answer["data"]["born_on"]) == (200, str(one.born_on)[:4])


def be_refused(people: Iterable[Seeded]) -> None:
    """Do what goes wrong: register somebody twice, look somebody up under another name."""
    for one in people:
        with pytest.raises(IntegrityError), transaction.atomic():
            seeding.register([one], at=NOW)
        with pytest.raises(Refusal):
            identity.find_agent(actor=one.actor, id_number=one.id_number, name=one.name + "某", at=NOW)


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    return a_world()


def test_the_search_finds_a_secret_in_every_form_it_could_take() -> None:
    one = seeding.the_people(1)[0]
    searcher = Searcher([one])
    for secret in (one.id_number, one.phone):
        assert searcher.found_in(f"9{secret}9".encode()) == {secret.encode()}
    for form in _written_forms(one.name):
        assert searcher.found_in(b"\x00" + form + b"\xff") == {form}
    assert searcher.found_in("公民身份号码330106199001011234".encode()) == set()


def test_no_seeded_person_can_be_read_in_tables_file_events_acts_or_logs(
    world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    people = seeding.the_people()
    searcher = Searcher(people)
    agreement, application = an_agreement(at=NOW, quota=1_000)
    with caplog.at_level(logging.DEBUG):
        seeding.register(people, at=NOW)
        seeding.fill_registry(people, at=NOW)
        seeding.fill_points(people)
        seeding.keep_drafts(people, at=NOW)
        seeding.send_messages(people, at=NOW)
        references = seeding.open_cases(people[:CASES], at=MONDAY)
        handle(world.clerk, references[0], Decision.ACCEPT)
        ask_about(
            people[:QUERIES], agreement=agreement, key=a_key(application, at=NOW, expires_at=NOW + timedelta(days=1))
        )
        be_refused(people[:5])
        drain()
    assert points.find([(DATASET, points.fingerprint(DATASET, people[-1].id_number))])
    assert Look.objects.count() == QUERIES
    assert "公民身份号码" in str(cases.own_case(people[0].actor, references[0], at=MONDAY))
    assert people[7].name in str(delivery.mailbox(people[7].actor).items)
    printed = capfd.readouterr()
    logged = [("log", f"{record.getMessage()} {record.__dict__}".encode()) for record in caplog.records]
    said = [("log", caplog.text.encode()), ("stdout", printed.out.encode()), ("stderr", printed.err.encode())]
    assert leaks(searcher, [*stored(), *logged, *said]) == {}
