"""Who manages a department's systems sees them, suspends them, and sends again what did not arrive."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.kernel import clock
from zhengtong.kernel.events.api import drain
from zhengtong.kernel.outbound import NoAnswer
from zhengtong.process.cases.tests.builders import World, a_world, apply, official
from zhengtong.process.systems import api
from zhengtong.process.systems.api import DeliveryState
from zhengtong.process.systems.tests.builders import connected
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests import builders

pytestmark = pytest.mark.django_db
ADDRESS = "https://203.0.114.7/events"


@pytest.fixture
def world() -> World:
    return a_world()


def signed_in(world: World, *, elsewhere: bool = False, manages: bool = True) -> Client:
    """Sign a manager of systems in, of our bureau or of the neighbouring county's."""
    permissions = {api.Permission.MANAGE} if manages else {"process.case:accept"}
    access.define_role(
        actor=builders.SYSTEM, code="managing", name="managing", name_en="managing", duty=Duty.BUSINESS,
        permissions=permissions, at=builders.NOW,
    )  # fmt: skip
    organisation = (world.stranger if elsewhere else world.clerk).organisation
    assert organisation is not None
    actor = official(organisation, "managing", "330107" if elsewhere else "330106")
    builders.an_account(actor.subject, "manager")
    client = Client()
    client.force_login(get_user_model().objects.get(username="manager"))
    return client


def test_a_manager_sees_what_did_not_arrive_and_sends_it_again(world: World) -> None:
    system = connected(world, address=ADDRESS).system.system
    reference = apply(world)
    drain()
    (due,) = api.claim_due(clock.system.now())

    def nobody(*_place: object, **_message: object) -> int:
        raise NoAnswer from ConnectionRefusedError()

    api.send(due, at=clock.system.now(), now=clock.system.now, post=nobody)
    client = signed_in(world)
    assert "养老试点" in client.get("/officer/systems/").content.decode()
    shown = client.get(f"/officer/systems/{system}/").content.decode()
    assert reference in shown
    assert "ConnectionRefusedError" in shown
    before = api.delivery(due, system).due_at
    assert client.post(f"/officer/systems/{system}/again/{due}/").status_code == 302
    assert api.delivery(due, system).state is DeliveryState.WAITING
    assert api.delivery(due, system).due_at < before


def test_a_manager_suspends_with_a_reason_and_resumes(world: World) -> None:
    system = connected(world).system.system
    client, path = signed_in(world), f"/officer/systems/{system}/"
    assert client.post(f"{path}suspend/", {"reason": " "}).status_code == 422
    assert client.get(f"{path}suspend/").status_code == 200
    assert client.post(f"{path}suspend/", {"reason": "检修"}).status_code == 302
    assert "检修" in client.get(path).content.decode()
    assert client.post(f"{path}resume/").status_code == 302
    assert api.system(builders.SYSTEM, system).suspended_at is None


def test_a_new_key_is_shown_this_once(world: World) -> None:
    made = connected(world, address=ADDRESS).system
    client, path = signed_in(world), f"/officer/systems/{made.system}/"
    shown = client.post(f"{path}key/")
    (secret,) = re.findall(r"<code>([0-9a-f]{64})</code>", shown.content.decode())
    assert secret != made.secret
    assert shown.headers["Cache-Control"] == "no-store"
    assert secret not in client.get(path).content.decode()


def test_nobody_else_sees_or_changes_a_system(world: World) -> None:
    system = connected(world, address=ADDRESS).system.system
    neighbour = signed_in(world, elsewhere=True)
    assert "养老试点" not in neighbour.get("/officer/systems/").content.decode()
    for path, method in (("", "get"), ("suspend/", "post"), ("resume/", "post"), ("key/", "post")):
        assert getattr(neighbour, method)(f"/officer/systems/{system}/{path}", {"reason": "x"}).status_code == 404
    assert api.system(builders.SYSTEM, system).suspended_at is None


def test_who_does_not_manage_systems_finds_no_page(world: World) -> None:
    client = signed_in(world, manages=False)
    assert client.get("/officer/systems/").status_code == 403
    assert "/officer/systems/" not in client.get("/officer/done/").content.decode()


def test_the_pages_take_few_statements(world: World, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    systems = [connected(world, address=ADDRESS).system.system for _one in range(3)]
    for _one in range(3):
        apply(world)
    drain()
    client = signed_in(world)
    for path in ("/officer/systems/", f"/officer/systems/{systems[0]}/"):
        with django_assert_max_num_queries(10):
            assert client.get(path).status_code == 200
