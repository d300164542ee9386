"""An official sees what the department takes from other nodes, why it did not come, and has it pulled now."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.data.cascade import api as cascade
from zhengtong.data.cascade.tests.builders import OWN, Node, a_node, own_resource
from zhengtong.data.collection import api as collection
from zhengtong.data.exchange.tests.counter import NOW
from zhengtong.data.exchange.tests.resource import land, later, own_lake, resident
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def node(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Node:
    own_lake(settings, tmp_path / "home", monkeypatch)
    own_resource()
    return a_node("浙江省")


def signed_in(organisation: UUID, name: str, *permissions: str) -> Client:
    """Sign an official of an organisation in."""
    access.define_role(
        actor=builders.SYSTEM, code=name, name=name, name_en=name, duty=Duty.BUSINESS, permissions=permissions,
        at=builders.NOW,
    )  # fmt: skip
    post = builders.a_post(organisation, f"{name}岗", Duty.BUSINESS)
    access.grant_role(actor=builders.SYSTEM, role=name, post_id=post, region="33", at=builders.NOW)
    builders.an_account(builders.an_official(post, name=f"{name}甲", duty=Duty.BUSINESS), name)
    client = Client()
    client.force_login(get_user_model().objects.get(username=name))
    return client


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.getvalue().decode()


def test_the_list_says_how_each_resource_stands_and_why_it_did_not_come(
    node: Node, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    one = cascade.intake(node.intake)
    client = signed_in(one.provider, "collector", collection.Permission.COLLECT)
    assert "尚未获取" in text(client, "/officer/exchange/nodes/")
    land([resident(0), resident(1)])
    node.pull()
    land([resident(2)])
    node.pull(dies_at=3)
    with django_assert_max_num_queries(10):
        listed = text(client, "/officer/exchange/nodes/")
    assert "获取失败" in listed
    assert f"/officer/exchange/nodes/{one.id}/" in listed
    assert f"下发居民信息,{OWN},浙江省,上级节点,获取失败,1," in text(client, "/officer/exchange/nodes/?format=csv")
    with django_assert_max_num_queries(10):
        shown = text(client, f"/officer/exchange/nodes/{one.id}/")
    assert "ConnectionResetError" in shown
    assert "没有从上下级节点获取的数据" in text(client, "/officer/exchange/nodes/?q=无此")


def test_what_is_pulled_now_is_due_at_once(node: Node) -> None:
    one = cascade.intake(node.intake)
    client = signed_in(one.provider, "collector", collection.Permission.COLLECT)
    address = f"/officer/exchange/nodes/{one.id}/"
    assert cascade.claim_due(later(days=2), until=later(days=3)) == []
    answer = client.post(f"{address}pull/", follow=True).content.decode()
    assert "等待后台获取" in answer
    assert cascade.claim_due(later(days=3000), until=later(days=3001)) == [one.id]


def test_who_may_not_collect_has_no_button_and_cannot_pull_nor_see_another_departments(node: Node) -> None:
    one = cascade.intake(node.intake)
    reader = signed_in(one.provider, "reader", "data.exchange:request")
    assert "立即获取" not in text(reader, f"/officer/exchange/nodes/{one.id}/")
    assert reader.post(f"/officer/exchange/nodes/{one.id}/pull/").status_code == 403
    stranger = signed_in(builders.an_organisation(name="林业局"), "stranger", collection.Permission.COLLECT)
    assert stranger.get(f"/officer/exchange/nodes/{one.id}/").status_code == 404
    assert stranger.post(f"/officer/exchange/nodes/{one.id}/pull/").status_code == 404
    assert "下发居民信息" not in text(stranger, "/officer/exchange/nodes/")
    assert cascade.claim_due(NOW, until=NOW) == []
