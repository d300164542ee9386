"""An official sees what ministries offer, asks within a grant, grants and ends; an answer stands on the page alone."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.data.exchange.api import Algorithm
from zhengtong.data.ministries import api as ministries
from zhengtong.data.ministries.tests import builders
from zhengtong.data.ministries.tests.builders import ITEM, MARRIAGE, ME, SECRET, SYSTEM, entry
from zhengtong.kernel.clock import on_day, system
from zhengtong.kernel.ids import new_id
from zhengtong.portals.officer.tests.test_nodes import signed_in, text
from zhengtong.trust.identity.tests.builders import an_organisation

pytestmark = pytest.mark.django_db
PAGE = f"/officer/exchange/ministries/{MARRIAGE}/"


@pytest.fixture
def affairs() -> UUID:
    """A bureau whose grant lasts beyond today."""
    house = builders.a_house()
    ministries.end_grant(actor=SYSTEM, identifier=house.grant.id, reason="换新", at=builders.AT)
    lasting = entry(house.affairs, expires_on=on_day(system.now()) + timedelta(days=30))
    ministries.grant(actor=SYSTEM, identifier=new_id(), entry=lasting, at=system.now())
    return house.affairs


def asking(affairs: UUID) -> Client:
    return signed_in(affairs, "asker", ministries.Permission.ASK)


def test_the_list_finds_interfaces_by_ministry_and_says_what_is_granted(
    affairs: UUID, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = asking(affairs)
    with django_assert_max_num_queries(10):
        listed = text(client, "/officer/exchange/ministries/?q=民政部")
    assert "20 个部委，116 个接口" in listed
    assert "本节点尚未接入" in listed
    assert listed.count("/officer/exchange/ministries/civil_affairs-") == 8
    exported = text(client, "/officer/exchange/ministries/?q=婚姻登记信息查询&format=csv")
    assert "婚姻登记信息查询,民政部,有效,尚未使用,0," in exported


def test_who_is_granted_asks_and_reads_the_answer_once(
    affairs: UUID, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = asking(affairs)
    with builders.served() as address:
        ministries.connect(
            actor=SYSTEM, address=address, key_id="demo", algorithm=Algorithm.HMAC_SM3, key=SECRET, at=system.now()
        )
        answer = client.post(PAGE, {"business": ITEM, **ME}).content.decode()
    assert "已婚" in answer
    assert "部委于" not in answer
    with django_assert_max_num_queries(10):
        later = text(client, PAGE)
    assert "已婚" not in later
    assert "有结果" in later
    assert "部委于" in client.post(PAGE, {"business": ITEM, **ME}).content.decode()


def test_a_refusal_keeps_what_was_typed_and_says_what_to_do(affairs: UUID) -> None:
    client = asking(affairs)
    answer = client.post(PAGE, {"business": ITEM, **ME})
    assert answer.status_code == 422
    assert "本节点尚未接入国家部委接口" in answer.content.decode()
    assert ME["id_number"] in answer.content.decode()
    wrong = client.post(PAGE, {"business": "902004000000", **ME}).content.decode()
    assert "授权不允许用于该业务" in wrong


def test_who_is_not_granted_or_may_not_ask_sees_no_form(affairs: UUID) -> None:
    reader = signed_in(affairs, "reader", ministries.Permission.GRANT)
    assert 'name="id_number"' not in text(reader, PAGE)
    reader.post(PAGE, {"business": ITEM, **ME})
    assert ministries.status(MARRIAGE, at=system.now()).used_today == 0
    stranger = asking(an_organisation(name="德清县水利局", region="330521"))
    shown = text(stranger, PAGE)
    assert "没有使用这个接口的有效授权" in shown
    assert "德清县民政局" not in shown


def test_a_grant_is_made_and_ended_with_a_reason_by_who_may(affairs: UUID) -> None:
    leader = signed_in(affairs, "leader", ministries.Permission.GRANT)
    (held,) = [one for one in ministries.grants(at=system.now()) if one.state is ministries.GrantState.ACTIVE]
    end = f"/officer/exchange/ministries/grants/{held.id}/end/"
    assert leader.post(end, {"reason": ""}).status_code == 422
    assert "授权已终止" in leader.post(end, {"reason": "机构调整"}, follow=True).content.decode()
    assert "机构调整" in text(leader, PAGE)
    assert leader.get(f"{PAGE}grant/").status_code == 200
    asker = asking(affairs)
    assert asker.get(f"{PAGE}grant/").status_code == 403
    assert asker.post(end, {"reason": "无权"}).status_code == 403
