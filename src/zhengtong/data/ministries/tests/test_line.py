"""The line speaks to a server of its own: signed, in time, and believes no answer that is not one."""

import time

import pytest

from zhengtong.data.exchange.api import Algorithm
from zhengtong.data.ministries import api
from zhengtong.data.ministries.tests.builders import AT, FOLDER, ITEM, MARRIAGE, ME, SECRET, SYSTEM, a_house, served
from zhengtong.kernel.clock import system
from zhengtong.kernel.ids import new_id

CODES = {one.code: one for one in api.read_catalogue(FOLDER).interfaces}


def asked(address: str, *, key: bytes = SECRET, timeout_ms: int = 3000) -> api.Answer | object:
    from dataclasses import replace

    line = api.HttpLine(address, key_id="demo", algorithm=Algorithm.HMAC_SM3, key=key)
    one = replace(CODES[MARRIAGE], timeout_ms=timeout_ms)
    return line.ask(one, ME, request=new_id(), business=ITEM, at=system.now())


@pytest.mark.django_db
def test_an_officer_asks_through_the_line_that_was_set_up() -> None:
    house = a_house()
    with served() as address:
        api.connect(actor=SYSTEM, address=address, key_id="demo", algorithm=Algorithm.HMAC_SM3, key=SECRET, at=AT)
        assert api.address() == address
        now = system.now()
        api.end_grant(actor=SYSTEM, identifier=house.grant.id, reason="换新", at=AT)
        from datetime import timedelta

        from zhengtong.data.ministries.tests.builders import entry

        lasting = entry(house.affairs, expires_on=now.date() + timedelta(days=30))
        api.grant(actor=SYSTEM, identifier=new_id(), entry=lasting, at=now)
        answer = api.ask(actor=house.officer, interface=MARRIAGE, business=ITEM, inputs=ME, at=now)
    assert answer.record is not None
    assert answer.record["marriage_status"] == "已婚"


def test_a_wrong_key_an_outage_a_slow_answer_and_nobody_are_told_apart_without_personal_data() -> None:
    with served(latency=1.0, failing=("civil_affairs-marriage",)) as address:
        with pytest.raises(api.UnansweredError, match="401"):
            asked(address, key=bytes(32))
        started = time.monotonic()
        with pytest.raises(api.UnansweredError, match=r"超过 0\.2 秒"):
            asked(address, timeout_ms=200)
        assert time.monotonic() - started < 0.9
        with pytest.raises(api.UnansweredError, match="503"):
            asked(address)
    with pytest.raises(api.UnansweredError, match="ConnectionError") as failure:
        asked(address)
    assert ME["id_number"] not in str(failure.value)


def test_an_answer_to_another_question_or_of_another_form_is_none() -> None:
    from zhengtong.data.ministries.line import _record

    one, request = CODES[MARRIAGE], new_id()
    good = f'{{"request": "{request}", "record": {{"marriage_status": "已婚", "registered_on": "2010-05-01"}}}}'
    assert _record(one, 200, good.encode(), request) == {"marriage_status": "已婚", "registered_on": "2010-05-01"}
    for bad in (
        good.replace(str(request), str(new_id())), good.replace("已婚", "不详"), good.replace("2010-05-01", ""),
        good.replace("registered_on", "registered"), "[]", "{", good.replace('{"marriage', '[{"marriage'),
    ):  # fmt: skip
        with pytest.raises(api.UnansweredError):
            _record(one, 200, bad.encode(), request)


def test_a_query_is_answered_once_a_nonce() -> None:
    import requests

    from zhengtong.data.exchange.api import sign_request

    body = b"{}"
    with served() as address:
        path = f"/v1/interfaces/{MARRIAGE}"
        signed = sign_request(
            method="POST", path=path, body=body, key_id="demo", algorithm=Algorithm.HMAC_SM3, key=SECRET,
            now=int(time.time()),
        )  # fmt: skip
        answers = [requests.post(address + path, data=body, headers=signed, timeout=5) for _count in range(2)]
        assert [answer.status_code for answer in answers] == [422, 401]


@pytest.mark.django_db
def test_a_line_that_cannot_work_is_not_set_up() -> None:
    for address, key in (("ftp://a", SECRET), ("https://a", b"short")):
        with pytest.raises(api.LineUnfit):
            api.connect(actor=SYSTEM, address=address, key_id="k", algorithm=Algorithm.HMAC_SM3, key=key, at=AT)
    assert api.address() == ""
