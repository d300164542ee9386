"""What a range of versions changed leaves as the agreement allows: bounded, masked, on record, the same every time."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.gateway.scribe import Record
from zhengtong.data.exchange.models import Agreement, Look, Usage
from zhengtong.data.exchange.tests.builders import a_key, an_agreement
from zhengtong.data.exchange.tests.counter import NOW, Answer, Counter
from zhengtong.data.exchange.tests.resource import (
    INSIDE,
    OUTSIDE,
    PART,
    clear_away,
    land,
    later,
    masked,
    own_lake,
    resident,
)

pytestmark = pytest.mark.django_db
Row = tuple[Any, ...]


@pytest.fixture(autouse=True)
def lake_of_its_own(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_lake(settings, tmp_path, monkeypatch)


@pytest.fixture
def subscribed() -> Callable[..., Counter]:
    def make(**terms: Any) -> Counter:
        agreement, application = an_agreement(at=NOW, **{"modes": (SharingMode.SUBSCRIPTION,), "rows": 1_000, **terms})
        key = a_key(application, at=NOW, expires_at=later(days=2))
        return Counter(agreement=agreement, key=key, record=Record(agreement))

    return make


def rows_of(answer: Answer) -> list[Row]:
    assert answer.status == 200, answer.body
    if answer.headers["content-type"] == "application/vnd.apache.parquet":
        table = pq.read_table(io.BytesIO(answer.body))
    else:
        table = pa.ipc.open_stream(answer.body).read_all()
    return [tuple(row.values()) for row in table.to_pylist()]


def changes(counter: Counter, first: int | None, last: int, fields: tuple[str, ...] = ("id_number",)) -> list[Row]:
    """Fetch all parts of a range; version and kind stand before the fields."""
    asked = {"from": first, "to": last, "fields": list(fields)}
    manifest = counter.fetch("changes/manifest", **asked).document
    parts = [counter.fetch("changes", part=part, **asked) for part in range(len(manifest["parts"]))]
    return [row for part in parts for row in rows_of(part)]


@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_inserts_updates_and_deletes_leave_with_the_agreed_fields_masked(
    subscribed: Callable[..., Counter], form: str
) -> None:
    land([resident(0), resident(1), resident(2)])
    land([resident(0, name="改名者"), resident(3)], gone=[1])
    answer = subscribed().fetch("changes", **{"from": 1, "to": 1, "format": form})
    found = rows_of(answer)
    named = {0: "王*", 1: "李*", 3: "刘*"}
    born = {number: str(resident(number)["born_on"])[:4] for number in named}

    def row(kind: str, number: int, name: str = "") -> Row:
        return (kind, 1, name or named[number], masked(number), born[number], INSIDE)

    assert sorted(found) == sorted(
        [
            row("update_preimage", 0), row("update_postimage", 0, "改*者"), row("insert", 3), row("delete", 1),
        ]
    )  # fmt: skip
    assert (answer.headers["exchange-version"], answer.headers["exchange-rows"]) == ("1-1", "4")


def test_asked_twice_for_a_range_the_bytes_are_the_same_whatever_happened_since(
    subscribed: Callable[..., Counter],
) -> None:
    land(resident(number) for number in range(25))
    land([resident(number, name="改名") for number in range(12)], gone=[20])
    counter = subscribed()
    asked = {"from": 0, "to": 1}
    manifest = counter.fetch("changes/manifest", **asked).document
    assert (manifest["from"], manifest["to"], manifest["parts"], manifest["rows"]) == (0, 1, [10, 10, 5, 10, 10, 5], 50)
    before = [counter.fetch("changes", part=part, **asked).body for part in range(6)]
    land([resident(30)])
    assert [counter.fetch("changes", part=part, **asked).body for part in range(6)] == before
    assert sum(len(rows_of(counter.fetch("changes", part=part, **asked))) for part in range(6)) == 50


def test_without_a_beginning_all_rows_of_the_version_leave_as_inserts(subscribed: Callable[..., Counter]) -> None:
    land(resident(number) for number in range(15))
    land([], gone=[3])
    found = changes(subscribed(), None, 1)
    assert {row[:2] for row in found} == {("insert", 1)}
    assert sorted(row[2] for row in found) == sorted(masked(number) for number in range(15) if number != 3)


def test_at_the_edge_of_the_area_an_update_becomes_a_delete_or_an_insert(subscribed: Callable[..., Counter]) -> None:
    land([resident(0), resident(1), resident(2, region=OUTSIDE), resident(3, region=OUTSIDE), resident(4, region="")])
    land([
        resident(0, name="改名"), resident(1, region=OUTSIDE), resident(2, region=INSIDE),
        resident(3, region=OUTSIDE, name="改名"), resident(4, region=INSIDE),
    ])  # fmt: skip
    found = changes(subscribed(region="330106"), 1, 1, ("id_number", "name"))
    assert sorted((kind, own) for kind, _version, own, _name in found) == sorted(
        [
            ("update_preimage", masked(0)), ("update_postimage", masked(0)), ("delete", masked(1)),
            ("insert", masked(2)), ("insert", masked(4)),
        ]
    )  # fmt: skip
    everywhere = changes(subscribed(), 1, 1, ("id_number", "region"))
    assert {kind for kind, *_rest in everywhere} == {"update_preimage", "update_postimage"}


def test_both_images_are_bounded_when_they_lie_in_different_parts(subscribed: Callable[..., Counter]) -> None:
    land(resident(number) for number in range(3 * PART))
    land(resident(number, region=OUTSIDE if number % 2 else INSIDE, name="改名") for number in range(3 * PART))
    counter = subscribed(region="330106")
    assert len(counter.fetch("changes/manifest", **{"from": 1, "to": 1}).document["parts"]) == 6
    kinds = [kind for kind, *_rest in changes(counter, 1, 1, ("name",))]
    half = 3 * PART // 2
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "delete": half,
        "update_preimage": half,
        "update_postimage": half,
    }


def test_an_update_of_what_is_not_agreed_is_not_told(subscribed: Callable[..., Counter]) -> None:
    land([resident(0), resident(1)])
    land([resident(0, phone="13911111111"), resident(1, name="李明")])  # masked alike: 李*
    counter = subscribed()
    assert changes(counter, 1, 1, ("id_number", "name")) == []
    land([resident(0, phone="13922222222", name="王大伟"), resident(1, name="李明")])
    assert [row[0] for row in changes(counter, 2, 2, ("name",))] == ["update_preimage", "update_postimage"]


def test_a_row_that_goes_and_comes_back_is_told_version_by_version(subscribed: Callable[..., Counter]) -> None:
    land([resident(0)])
    land([resident(0, region=OUTSIDE)])
    land([resident(0)])
    found = changes(subscribed(region="330106"), 0, 2)
    assert [row[:2] for row in found] == [("insert", 0), ("delete", 1), ("insert", 2)]


def test_each_part_is_one_look_with_its_range_and_counts_its_rows(subscribed: Callable[..., Counter]) -> None:
    land([resident(0), resident(1)])
    land([resident(0, name="改名")])
    counter = subscribed()
    answer = counter.fetch("changes", **{"from": 1, "to": 1})
    look = exchange.batches_under(Agreement.objects.get().id)[0]
    assert (look.is_range, look.first, look.version, look.part, look.rows) == (True, 1, 1, 0, 2)
    assert answer.headers["exchange-digest"] == f"sm3={look.digest}"
    counter.fetch("changes", to=1)
    assert [one.first for one in exchange.batches_under(Agreement.objects.get().id)].count(None) == 1
    assert exchange.check_looks() == exchange.LooksVerdict(checked=2)
    assert list(Usage.objects.values_list("count", "rows")) == [(2, 4)]
    (share,) = exchange.shared_in_bulk()
    assert share.rows == 4
    Look.objects.filter(number=1).update(handed=look_told(1).replace(",1]", ",0]"))
    assert not exchange.check_looks().sound


def look_told(number: int) -> str:
    return Look.objects.get(number=number).handed


def test_no_record_means_no_change_row(subscribed: Callable[..., Counter]) -> None:
    land([resident(0)])
    counter = subscribed()
    counter.broken = True
    answer = counter.fetch("changes", to=0)
    assert (answer.status, answer.document["code"]) == (503, "record_unavailable")


def test_rows_of_the_day_are_bounded(subscribed: Callable[..., Counter]) -> None:
    land(resident(number) for number in range(2 * PART))
    counter = subscribed(rows=PART)
    told = [counter.fetch("changes", to=0, part=part) for part in (0, 1)]
    assert [answer.status for answer in told] == [200, 429]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"business": "999999999999"}, 403, "business_not_agreed"),
        ({"fields": ["phone"]}, 403, "field_not_agreed"),
        ({"part": 9}, 404, "part_unknown"),
        ({"from": 1, "to": 7}, 404, "version_unknown"),
        ({"from": "1"}, 422, "query_unreadable"),
        ({"from": -1}, 422, "query_unreadable"),
        ({"version": 1}, 422, "query_unreadable"),
    ],
)
def test_what_is_not_agreed_is_refused_and_not_on_record(
    subscribed: Callable[..., Counter], asked: Mapping[str, Any], status: int, code: str
) -> None:
    land([resident(0)])
    answer = subscribed().fetch("changes", **asked)
    assert (answer.status, answer.document["code"]) == (status, code)
    assert not Look.objects.exists()


def test_a_range_that_was_cleared_away_is_refused_with_what_to_do_and_the_whole_version_is_there(
    subscribed: Callable[..., Counter],
) -> None:
    land([resident(0)])
    land([resident(1)])
    clear_away()
    counter = subscribed()
    for what in ("changes/manifest", "changes"):
        refused = counter.fetch(what, **{"from": 0, "to": 1})
        assert (refused.status, refused.document["code"]) == (410, "changes_cleared")
        assert "from" in refused.document["detail"]
    assert not Look.objects.exists()
    latest = counter.fetch("changes/manifest").document["to"]
    assert len(changes(counter, None, latest)) == 2


def test_a_range_behind_the_latest_version_has_no_part(subscribed: Callable[..., Counter]) -> None:
    land([resident(0)])
    manifest = subscribed().fetch("changes/manifest", **{"from": 1}).document
    assert (manifest["from"], manifest["to"], manifest["parts"]) == (1, 0, [])
