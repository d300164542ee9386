"""A query at the gateway: what is answered, what is refused, and that each look is on record before it answers."""

from datetime import timedelta
from uuid import UUID

import orjson
import pytest

from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.gateway import points
from zhengtong.data.exchange.gateway.chain import Entry
from zhengtong.data.exchange.gateway.scribe import Record, Verdict
from zhengtong.data.exchange.gateway.signed import LARGEST_BODY
from zhengtong.data.exchange.models import Look, Usage
from zhengtong.data.exchange.tests.builders import (
    DATASET,
    ITEM,
    SYSTEM,
    a_key,
    an_agreement,
    consumer_of,
    id_number,
    person,
)
from zhengtong.data.exchange.tests.counter import NOW, Counter

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    agreement, application = an_agreement(at=NOW, quota=20)
    points.load(DATASET, [person(number) for number in range(10)], version=1)
    return Counter(agreement=agreement, key=a_key(application, at=NOW, expires_at=NOW + timedelta(days=1)))


def test_the_answer_holds_the_agreed_fields_masked_and_the_digest_of_the_request(counter: Counter) -> None:
    status, answer = counter.ask(3)
    own = id_number(3)
    assert status == 200
    assert answer["data"] == {
        "name": "刘*", "id_number": own[:3] + "*" * 13 + own[-2:], "born_on": own[6:10], "region": "330521",
    }  # fmt: skip
    assert answer["request_digest"] == bytes(Look.objects.get().request_digest).hex()


def test_each_look_is_on_record_with_its_business_and_whose_data_it_was(counter: Counter) -> None:
    counter.ask(3, nonce="n" * 20)
    look = exchange.looks_at_person(UUID(int=4))[0]
    assert (look.business, look.consumer_name, look.dataset_name) == (ITEM, "民政局", "居民信息")
    assert Usage.objects.get().count == 1
    assert id_number(3) not in str(list(Look.objects.values()))


def test_no_record_means_no_answer(counter: Counter) -> None:
    counter.broken = True
    status, answer = counter.ask()
    assert (status, answer["code"]) == (503, "record_unavailable")
    assert "data" not in answer


def test_a_nonce_is_taken_once_even_when_both_come_together(counter: Counter) -> None:
    body = orjson.dumps({"agreement": counter.agreement, "key": id_number(1), "business": ITEM})
    answers = counter.send(body, body, nonce="same-nonce-same-nonce")
    assert sorted(status for status, _ in answers) == [200, 409]
    assert counter.ask(1, nonce="same-nonce-same-nonce")[1]["code"] == "query_replayed"
    assert Look.objects.count() == 1


def test_a_nonce_is_remembered_by_the_scribe_that_comes_after(counter: Counter) -> None:
    counter.ask(1, nonce="same-nonce-same-nonce")
    later = Counter(agreement=counter.agreement, key=counter.key)
    assert later.ask(1, nonce="same-nonce-same-nonce")[1]["code"] == "query_replayed"


def test_a_nonce_that_another_node_took_is_refused_and_the_others_are_answered(counter: Counter) -> None:
    other = Counter(agreement=counter.agreement, key=counter.key, record=Record("other"))
    counter.ask(1, nonce="same-nonce-same-nonce")
    told = [
        Entry(
            at=1, agreement=counter.agreement, access_key=counter.key[0], nonce=nonce, business=ITEM, key="00" * 19,
            subject="", outcome=exchange.Outcome.NOTHING, request_digest="00", daily_quota=9,
        ).told()
        for nonce in ("before-before-before", "same-nonce-same-nonce", "after-after-after-after")
    ]  # fmt: skip
    assert other.record.write(told, at=NOW) == [Verdict.WRITTEN, Verdict.REPLAYED, Verdict.WRITTEN]
    assert exchange.check_looks().checked == 3


def test_the_quota_of_the_day_holds_and_the_next_day_begins_anew(counter: Counter) -> None:
    assert [counter.ask(number % 10)[0] for number in range(21)] == [200] * 20 + [429]
    counter.now += 86_400 - 3_600
    assert counter.ask()[0] == 200


def test_a_scribe_that_starts_anew_knows_the_looks_of_the_day(counter: Counter) -> None:
    assert {counter.ask(number % 10)[0] for number in range(19)} == {200}
    later = Counter(agreement=counter.agreement, key=counter.key)
    asked = [orjson.dumps({"agreement": counter.agreement, "key": id_number(n), "business": ITEM}) for n in range(5)]
    assert sorted(status for status, _ in later.send(*asked)) == [200, 429, 429, 429, 429]
    assert Usage.objects.get().count == Look.objects.count() == 20


def test_two_nodes_together_never_pass_the_quota_of_the_day(counter: Counter) -> None:
    other = Counter(agreement=counter.agreement, key=counter.key, record=Record("other"))
    assert other.ask()[0] == 200  # from now on it believes to know the use of the day
    assert {counter.ask(number % 10)[0] for number in range(17)} == {200}
    asked = [orjson.dumps({"agreement": counter.agreement, "key": id_number(n), "business": ITEM}) for n in range(5)]
    assert sorted(status for status, _ in other.send(*asked)) == [200, 200, 429, 429, 429]
    assert Usage.objects.get().count == Look.objects.count() == 20
    assert exchange.check_looks() == exchange.LooksVerdict(checked=20)


def test_a_person_outside_the_agreed_area_looks_like_nobody(counter: Counter) -> None:
    small, application = an_agreement(at=NOW, region="330106001001")
    key = a_key(application, at=NOW, expires_at=NOW + timedelta(days=1))
    bounded = Counter(agreement=small, key=key)
    outside, nobody = bounded.ask(1)[1], bounded.ask(500)[1]
    assert (outside["data"], outside["found"]) == (nobody["data"], nobody["found"]) == (None, False)
    assert not exchange.looks_at_person(UUID(int=2))


def test_only_agreed_fields_can_be_asked_for(counter: Counter) -> None:
    assert counter.ask(2, fields=["region"])[1]["data"] == {"region": "330521"}
    status, answer = counter.ask(2, fields=["region", "phone"])
    assert (status, answer["code"], answer["details"]) == (403, "field_not_agreed", {"names": "phone"})


def test_another_business_is_refused(counter: Counter) -> None:
    assert counter.ask(2, business="999999999999")[1]["code"] == "business_not_agreed"
    assert not Look.objects.exists()


def test_an_open_case_about_an_agreed_item_is_a_business(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    class Cases:
        def item_of(self, reference: str) -> str | None:
            return ITEM if reference == "BJ-AAAA" else None

    monkeypatch.setattr("zhengtong.data.exchange.gateway.businesses._directories", [Cases()])
    assert counter.ask(2, business="BJ-AAAA")[0] == 200
    assert counter.ask(2, business="BJ-BBBB")[1]["code"] == "business_not_agreed"


def test_a_suspended_agreement_and_a_revoked_key_stop_working(counter: Counter) -> None:
    view = exchange.agreements(consumer_of(_consumer(counter)), at=NOW)[0]
    later = NOW + timedelta(seconds=1)
    exchange.suspend(actor=consumer_of(view.consumer), agreement=view.id, reason="核查", at=later)
    refused = counter.ask()[1]
    assert (refused["code"], refused["details"]["reason"]) == ("agreement_stopped", "核查")
    exchange.resume(actor=consumer_of(view.consumer), agreement=view.id, at=later + timedelta(seconds=1))
    assert counter.ask()[0] == 200
    exchange.revoke_key(actor=SYSTEM, key=UUID(counter.key[0]), at=later)
    assert counter.ask()[1]["code"] == "signature_wrong"


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"agreement":1}', b'{"agreement":"a","key":"k","business":"b","more":1}', b"x" * 20_000],
)
def test_an_unreadable_query_says_so_and_repeats_no_value(counter: Counter, body: bytes) -> None:
    assert len(body) < LARGEST_BODY or body.startswith(b"x")
    status, answer = counter.send(body)[0]
    assert (status, answer["code"]) == (422, "query_unreadable")


def test_an_edited_look_is_found(counter: Counter) -> None:
    for number in range(4):
        counter.ask(number)
    assert exchange.check_looks() == exchange.LooksVerdict(checked=4)
    Look.objects.filter(number=3).update(business="902002000000")
    verdict = exchange.check_looks()
    assert (verdict.sound, verdict.broken_number) == (False, 3)


def test_a_look_left_out_is_found(counter: Counter) -> None:
    for number in range(4):
        counter.ask(number)
    Look.objects.filter(number=2).delete()
    assert exchange.check_looks().broken_number == 2


def test_the_head_of_the_chain_is_recorded_now_and_then_and_never_twice(counter: Counter) -> None:
    later = NOW + timedelta(minutes=10)
    counter.ask()
    assert [exchange.anchor_looks(at=NOW), exchange.anchor_looks(at=later)] == [1, 0]
    counter.ask(1)
    moments = (NOW + timedelta(minutes=9), later)
    assert [exchange.anchor_looks(at=at) for at in moments] == [0, 1]


def test_an_older_version_of_a_record_never_overwrites_a_newer(counter: Counter) -> None:
    newer = points.PointRow(key=id_number(1), subject=UUID(int=2), place=1, row={"region": "330522"})
    points.load(DATASET, [newer], version=3)
    points.load(DATASET, [person(1)], version=2)
    assert counter.ask(1)[1]["data"]["region"] == "330522"
    assert points.remove(DATASET, [id_number(1)]) == 1
    assert counter.ask(1)[1]["found"] is False


def _consumer(counter: Counter) -> UUID:
    from zhengtong.data.exchange.models import Agreement

    return Agreement.objects.select_related("request").get(pk=counter.agreement).request.consumer_id
