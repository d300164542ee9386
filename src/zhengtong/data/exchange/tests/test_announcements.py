"""A subscriber learns which versions are new, in ranges that join, once each; never data, and nobody else's."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.db import connection

from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.collection import lake
from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.gateway import signatures
from zhengtong.data.exchange.gateway.scribe import Record
from zhengtong.data.exchange.models import Agreement, Announcement, Look
from zhengtong.data.exchange.tests.builders import DATASET, a_key, an_agreement, consumer_of, id_number
from zhengtong.data.exchange.tests.counter import NOW, Counter
from zhengtong.data.exchange.tests.resource import TABLE, land, later, own_lake, resident, tell
from zhengtong.kernel.events.api import drain
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity.contracts import Actor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake_of_its_own(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_lake(settings, tmp_path, monkeypatch)


@pytest.fixture
def subscribed() -> Callable[..., Counter]:
    def make(**terms: Any) -> Counter:
        agreement, application = an_agreement(at=NOW, **{"modes": (SharingMode.SUBSCRIPTION,), "rows": 1_000, **terms})
        drain()
        key = a_key(application, at=NOW, expires_at=later(days=400))
        return Counter(agreement=agreement, key=key, record=Record(agreement))

    return make


def ranges(counter: Counter, **asked: Any) -> list[tuple[int | None, int]]:
    answer = counter.heard(**asked)
    assert answer.status == 200, answer.body
    return [(one["data"]["from"], one["data"]["to"]) for one in answer.document["announcements"]]


def party_to(counter: Counter) -> Actor:
    return consumer_of(Agreement.objects.select_related("request").get(pk=counter.agreement).request.consumer_id)


def test_ranges_begin_with_everything_and_then_join(subscribed: Callable[..., Counter]) -> None:
    counter = subscribed()
    assert ranges(counter) == []
    land([resident(0)])
    land([resident(1)])
    tell(land([resident(2)]))
    assert ranges(counter) == [(None, 0), (1, 1), (2, 2)]


def test_who_subscribes_later_begins_with_the_version_of_that_moment(subscribed: Callable[..., Counter]) -> None:
    early = subscribed()
    land([resident(0)])
    land([resident(1)])
    assert ranges(subscribed()) == [(None, 1)]
    assert ranges(early) == [(None, 0), (1, 1)]


def test_an_announcement_is_a_cloud_event_that_names_nobody(subscribed: Callable[..., Counter]) -> None:
    counter = subscribed()
    land([resident(0)])
    answer = counter.heard()
    (event,) = answer.document["announcements"]
    row = Announcement.objects.get()
    assert event == {
        "specversion": "1.0",
        "id": str(row.id),
        "source": "/zhengtong/data/exchange",
        "type": "data.exchange.announced.v1",
        "subject": counter.agreement,
        "time": NOW.isoformat(),
        "datacontenttype": "application/json",
        "sequence": "0" * 19 + "1",
        "data": {"agreement": counter.agreement, "dataset": DATASET, "from": None, "to": 0, "position": 1},
    }
    assert id_number(0) not in answer.body.decode()
    assert not Look.objects.exists()


def test_the_feed_goes_on_where_it_was_read_to(subscribed: Callable[..., Counter]) -> None:
    counter = subscribed()
    for number in range(5):
        land([resident(number)])
    first = counter.heard(limit=2).document
    assert (len(first["announcements"]), first["next"], first["oldest"]) == (2, 2, 1)
    rest = counter.heard(after=first["next"]).document
    assert ([one["data"]["position"] for one in rest["announcements"]], rest["next"]) == ([3, 4, 5], 5)
    assert counter.heard(after=5).document == {"announcements": [], "next": 5, "oldest": 1, "paused": False}


@pytest.mark.parametrize("asked", [{"after": "-1"}, {"after": "x"}, {"limit": 0}, {"limit": 101}, {"since": 1}])
def test_a_feed_that_cannot_be_read_from_there_says_so(
    subscribed: Callable[..., Counter], asked: dict[str, Any]
) -> None:
    answer = subscribed().heard(**asked)
    assert (answer.status, answer.document["code"]) == (422, "position_unfit")


def test_a_query_that_was_not_signed_is_refused(subscribed: Callable[..., Counter]) -> None:
    counter = subscribed()
    path = f"/v1/announcements?agreement={counter.agreement}&after="
    signed = signatures.sign(
        method="GET", path=path + "1", body=b"", key_id=counter.key[0], algorithm=exchange.Algorithm.HMAC_SHA256,
        key=counter.key[1], now=int(counter.now),
    )  # fmt: skip
    assert counter.get(path + "1", signed).status == 200
    assert counter.get(path + "0", signed).document["code"] == "signature_wrong"


def test_another_applications_subscription_looks_like_none(subscribed: Callable[..., Counter]) -> None:
    counter, stranger = subscribed(), subscribed()
    land([resident(0)])
    stranger.agreement = counter.agreement
    answers = [stranger.heard(), stranger.fetch("changes/manifest"), stranger.fetch("changes")]
    assert {(one.status, one.document["code"]) for one in answers} == {(404, "subscription_unknown")}


def test_an_agreement_without_the_mode_is_told_nothing(subscribed: Callable[..., Counter]) -> None:
    counter = subscribed(modes=(SharingMode.BATCH,))
    land([resident(0)])
    assert not Announcement.objects.exists()
    for what in (counter.heard(), counter.fetch("changes/manifest"), counter.fetch("changes")):
        assert (what.status, what.document["code"]) == (403, "mode_not_agreed")


def test_an_event_that_comes_twice_announces_once(subscribed: Callable[..., Counter]) -> None:
    counter = subscribed()
    version = land([resident(0)])
    tell(version)
    assert exchange.announce(DATASET, at=NOW) == 0
    assert ranges(counter) == [(None, 0)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_of_workers_that_announce_at_once_nothing_is_lost_and_nothing_told_twice(
    subscribed: Callable[..., Counter],
) -> None:
    counters, workers, versions = [subscribed(), subscribed()], 3, 6
    landed, start = threading.Lock(), threading.Barrier(workers)

    def work(worker: int) -> int:
        told = 0
        try:
            start.wait()
            for number in range(versions):
                with landed:  # one collection at a time; announcing is what meets
                    rows = pa.Table.from_pylist([resident(worker * versions + number)])
                    lake.land(TABLE, rows, keys=[], mode="append", source=new_id(), sequence=1, notes={})
                told += exchange.announce(DATASET, at=later(minutes=number))
            return told
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        told = sum(pool.map(work, range(workers)))
    found = [ranges(counter) for counter in counters]
    for own in found:
        assert own[0][0] is None
        assert [first for first, _last in own[1:]] == [last + 1 for _first, last in own[:-1]]
        assert own[-1][1] == workers * versions - 1
    assert told == len(found[0]) + len(found[1]) == Announcement.objects.count()
    assert exchange.announce(DATASET, at=later(hours=1)) == 0


def test_what_a_suspended_agreement_missed_is_one_range_when_it_works_again(
    subscribed: Callable[..., Counter],
) -> None:
    counter = subscribed()
    land([resident(0)])
    party, agreement = party_to(counter), Agreement.objects.get().id
    exchange.suspend(actor=party, agreement=agreement, reason="核查", at=later(minutes=1))
    land([resident(1)])
    land([resident(2)])
    assert counter.heard().document["code"] == "agreement_stopped"
    exchange.resume(actor=party, agreement=agreement, at=later(minutes=2))
    drain()
    assert ranges(counter) == [(None, 0), (1, 2)]


def test_an_expired_agreement_is_told_nothing_and_answers_nothing(subscribed: Callable[..., Counter]) -> None:
    counter = subscribed()
    land([resident(0)])
    end = Agreement.objects.get().expires_on - NOW.date()
    land([resident(1)], at=NOW + end)
    land([resident(2)], at=NOW + end + timedelta(days=1))
    counter.now += end.total_seconds()
    assert ranges(counter) == [(None, 0), (1, 1)]
    counter.now += 86_400
    for what in (counter.heard(), counter.fetch("changes")):
        assert (what.status, what.document["code"]) == (403, "agreement_stopped")
