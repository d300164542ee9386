"""Batches at the gateway: agreed fields of a version part by part, masked, on record before the first byte leaves."""

import base64
import hashlib
import io
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.collection import lake, portions
from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.contracts import Mask, TermsUnfit
from zhengtong.data.exchange.gateway import sheets
from zhengtong.data.exchange.gateway.chain import answer_digest
from zhengtong.data.exchange.gateway.masks import masked
from zhengtong.data.exchange.gateway.scribe import Record
from zhengtong.data.exchange.models import Agreement, Look, Usage
from zhengtong.data.exchange.tests.builders import DATASET, a_key, an_agreement, consumer_of, id_number, person
from zhengtong.data.exchange.tests.counter import NOW, Answer, Counter, HungUpError
from zhengtong.kernel.ids import new_id

pytestmark = pytest.mark.django_db
TABLE, PEOPLE, PART = DATASET.replace("/", "-"), 30, 10
REGIONS = ("330106001001", "330107000000", "", "440103001001")


@pytest.fixture(autouse=True)
def lake_of_its_own(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HOME = tmp_path
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(lake, "PORTION_ROWS", PART)
    monkeypatch.setattr(portions, "PORTION_ROWS", PART)


def landed(numbers: range = range(PEOPLE), **changed: Any) -> int:
    rows = [
        {**person(number).row, "region": REGIONS[number % 4], "born_on": date(1950, 1, 1 + number % 28), **changed}
        for number in numbers
    ]
    return lake.land(
        TABLE, pa.Table.from_pylist(rows), keys=["id_number"], mode="snapshot", source=new_id(), sequence=1, notes={}
    )


@pytest.fixture
def open_counter() -> Callable[..., Counter]:
    def make(**terms: Any) -> Counter:
        given = {"modes": (SharingMode.BATCH,), "rows": 1_000, **terms}
        agreement, application = an_agreement(at=NOW, **given)
        key = a_key(application, at=NOW, expires_at=NOW + timedelta(days=2))
        return Counter(agreement=agreement, key=key, record=Record(agreement))

    return make


def rows_of(answer: Answer) -> list[dict[str, Any]]:
    assert answer.status == 200, answer.body
    if answer.headers["content-type"] == "application/vnd.apache.parquet":
        return list(pq.read_table(io.BytesIO(answer.body)).to_pylist())
    return list(pa.ipc.open_stream(answer.body).read_all().to_pylist())


@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_the_parts_of_a_version_hold_the_agreed_fields_masked(open_counter: Callable[..., Counter], form: str) -> None:
    version, counter = landed(), open_counter()
    manifest = counter.fetch("batch/manifest").document
    assert (manifest["version"], manifest["parts"], manifest["rows"]) == (version, [PART] * 3, PEOPLE)
    found = [row for part in range(3) for row in rows_of(counter.fetch(version=version, part=part, format=form))]
    own = {row["id_number"] for row in found}
    assert {tuple(row) for row in found} == {("name", "id_number", "born_on", "region")}
    assert own == {id_number(number)[:3] + "*" * 13 + id_number(number)[-2:] for number in range(PEOPLE)}
    assert {row["born_on"] for row in found} == {"1950"}
    assert {row["name"][1:] for row in found} == {"*"}


def test_the_headers_tell_what_left_and_the_record_holds_the_same(open_counter: Callable[..., Counter]) -> None:
    version, counter = landed(), open_counter()
    answer = counter.fetch(version=version, part=2)
    digest = hashlib.sha256(answer.body).digest()
    sealed = answer_digest(digest, version=version, part=2, rows=PART)
    told = {name: answer.headers[name] for name in ("content-digest", "exchange-rows", "exchange-digest")}
    assert told == {
        "content-digest": f"sha-256=:{base64.b64encode(digest).decode()}:",
        "exchange-rows": str(PART),
        "exchange-digest": f"sm3={sealed}",
    }
    look = exchange.batches_under(Agreement.objects.get().id)[0]
    assert (look.version, look.part, look.rows, look.digest) == (version, 2, PART, sealed)
    assert exchange.check_looks() == exchange.LooksVerdict(checked=1)
    Look.objects.update(handed=Look.objects.get().handed.replace(f",{PART},", ",1,"))
    assert not exchange.check_looks().sound


def test_a_part_of_an_older_version_is_the_same_after_the_table_has_changed(
    open_counter: Callable[..., Counter],
) -> None:
    version, counter = landed(), open_counter()
    before = counter.fetch(version=version, part=1)
    assert landed(range(3), name="改名") == version + 1
    again = counter.fetch(version=version, part=1)
    assert again.body == before.body
    assert counter.fetch("batch/manifest").document["version"] == version + 1


def test_a_caller_who_hangs_up_finds_the_look_on_record_and_fetches_the_part_again(
    open_counter: Callable[..., Counter],
) -> None:
    version, counter = landed(), open_counter()
    counter.hangs_up = True
    with pytest.raises(HungUpError):
        counter.fetch(version=version, part=0)
    assert Look.objects.count() == 1
    counter.hangs_up = False
    assert len(rows_of(counter.fetch(version=version, part=0))) == PART
    assert list(Usage.objects.values_list("count", "rows")) == [(2, 2 * PART)]


def test_no_record_means_no_row(open_counter: Callable[..., Counter]) -> None:
    landed()
    counter = open_counter()
    counter.broken = True
    answer = counter.fetch()
    assert (answer.status, answer.document["code"]) == (503, "record_unavailable")


def test_only_rows_of_the_agreed_area_leave(open_counter: Callable[..., Counter]) -> None:
    version, counter = landed(), open_counter(region="330106")
    parts = [counter.fetch(version=version, part=part, fields=["name"]) for part in range(3)]
    inside = [number for number in range(PEOPLE) if number % 4 == 0]
    assert sum(len(rows_of(part)) for part in parts) == len(inside) == Usage.objects.get().rows
    assert {tuple(row) for part in parts for row in rows_of(part)} == {("name",)}


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"business": "999999999999"}, 403, "business_not_agreed"),
        ({"fields": ["name", "phone"]}, 403, "field_not_agreed"),
        ({"part": 3}, 404, "part_unknown"),
        ({"version": 77}, 404, "version_unknown"),
        ({"version": -1}, 422, "query_unreadable"),
        ({"format": "csv"}, 422, "query_unreadable"),
        ({"key": "330106199001011234"}, 422, "query_unreadable"),
    ],
)
def test_what_is_not_agreed_is_refused_and_not_on_record(
    open_counter: Callable[..., Counter], asked: Mapping[str, Any], status: int, code: str
) -> None:
    landed()
    answer = open_counter().fetch(**asked)
    assert (answer.status, answer.document["code"]) == (status, code)
    assert not Look.objects.exists()


def test_an_agreement_about_single_records_hands_out_no_batch_and_the_other_way_round(
    open_counter: Callable[..., Counter],
) -> None:
    landed()
    assert open_counter(modes=(SharingMode.QUERY,)).fetch().document["code"] == "mode_not_agreed"
    assert open_counter().ask()[1]["code"] == "mode_not_agreed"


def test_rows_and_calls_of_the_day_are_bounded_and_the_next_day_begins_anew(
    open_counter: Callable[..., Counter],
) -> None:
    version = landed()
    by_rows, by_calls = open_counter(rows=2 * PART), open_counter(quota=1)
    assert [by_rows.fetch(version=version, part=part).status for part in (0, 1, 2)] == [200, 200, 429]
    later = replace(by_rows, record=Record(by_rows.agreement))  # a scribe that starts anew knows the day's rows
    assert later.fetch(version=version, part=2).document["code"] == "quota_used_up"
    later.now += 86_400 - 3_600
    assert later.fetch(version=version, part=2).status == 200
    assert [by_calls.fetch(version=version, part=part).status for part in (0, 1)] == [200, 429]


def test_a_part_beyond_the_quota_is_refused_before_a_row_is_read(open_counter: Callable[..., Counter]) -> None:
    version, by_rows, by_calls = landed(), open_counter(rows=PART + 1), open_counter(quota=1)
    for counter in (by_rows, by_calls):
        assert counter.fetch(version=version, part=0).status == 200
    for path in lake.table_path(TABLE).rglob("*.parquet"):
        path.unlink()
    for counter in (by_rows, by_calls):
        assert counter.fetch(version=version, part=1).document["code"] == "quota_used_up"


def test_a_suspended_or_expired_agreement_says_why(open_counter: Callable[..., Counter]) -> None:
    landed()
    counter = open_counter()
    row = Agreement.objects.select_related("request").get()
    exchange.suspend(
        actor=consumer_of(row.request.consumer_id), agreement=row.id, reason="核查用途", at=NOW + timedelta(seconds=1)
    )
    refused = counter.fetch().document
    assert (refused["code"], refused["details"]["reason"]) == ("agreement_stopped", "核查用途")
    stranger = open_counter()
    stranger.agreement = counter.agreement
    assert stranger.fetch().document["code"] == "agreement_not_working"


def test_a_part_costs_few_statements_and_no_log_holds_personal_data(
    open_counter: Callable[..., Counter],
    django_assert_num_queries: DjangoAssertNumQueries,
    caplog: pytest.LogCaptureFixture,
) -> None:
    version, counter = landed(), open_counter()
    counter.fetch(version=version, part=0)
    # what works, what is on offer, the use of the day, again for the rows; look and use in a transaction of two
    with caplog.at_level(logging.DEBUG), django_assert_num_queries(8):
        counter.fetch(version=version, part=1)
    logged = "\n".join(str(vars(record)) for record in caplog.records)
    assert [number for number in range(PEOPLE) if id_number(number) in logged] == []


def test_terms_for_batches_need_rows_a_mode_on_offer_and_a_column_for_the_area(
    open_counter: Callable[..., Counter],
) -> None:
    unfit: list[tuple[dict[str, Any], str]] = [
        ({"rows": 0}, "daily_rows"),
        ({"modes": ()}, "modes"),
        ({"modes": (SharingMode.FILE,)}, "modes"),
    ]
    for terms, field in unfit:
        with pytest.raises(TermsUnfit) as refused:
            open_counter(**terms)
        assert refused.value.field == field


texts = st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20))
numbers = st.text("0123456789X", min_size=18, max_size=18)


@given(
    mask=st.sampled_from(list(Mask)),
    values=st.one_of(st.lists(texts, max_size=8), st.lists(numbers, max_size=8)),
    coded=st.booleans(),
)
def test_masks_of_columns_are_the_masks_of_values(mask: Mask, values: list[str | None], *, coded: bool) -> None:
    column = pa.array(values, pa.string())
    found = sheets.masked_column(column.dictionary_encode() if coded else column, mask)
    assert found.to_pylist() == [masked(value, mask) for value in values]


def test_equal_masks_of_coded_values_cannot_be_told_apart() -> None:
    found = sheets.masked_column(pa.array(["张伟", "张芳", "张伟"]).dictionary_encode(), Mask.NAME)
    assert (found.dictionary.to_pylist(), found.indices.to_pylist()) == (["张*"], [0, 0, 0])


def test_a_version_with_files_of_another_shape_reads_as_one(open_counter: Callable[..., Counter]) -> None:
    landed()
    lake.land(
        TABLE, pa.table({"id_number": ["X"], "new": [datetime(2026, 1, 1, tzinfo=UTC)]}), keys=[], mode="append",
        source=new_id(), sequence=1, notes={},
    )  # fmt: skip
    found = portions.portions(TABLE)
    read = [portions.read_portion(found, number, ["new", "name", "lacking"]) for number in range(len(found.portions))]
    assert sum(len(part) for part in read) == PEOPLE + 1
    assert {part.schema for part in read} == {read[0].schema} or len({str(part.schema) for part in read}) == 1
