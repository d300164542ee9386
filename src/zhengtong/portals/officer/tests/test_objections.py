"""The desk where a department answers objections to its data, and what the citizen reads of it."""

import re

import pytest
from django.test import Client

from zhengtong.kernel import clock
from zhengtong.portals.officer.tests.test_case_page import client_of
from zhengtong.process.cases.tests.builders import World, a_world, official
from zhengtong.process.forms import api as forms
from zhengtong.process.items import api as items
from zhengtong.process.items.models import ServiceItem
from zhengtong.trust.identity.contracts import Actor

pytestmark = pytest.mark.django_db
CLAIM = "登记的户籍地址不对，应为 2 号"


@pytest.fixture
def world() -> World:
    world = a_world()
    # The world's bureau keeps the population registry: the only item it handles is the police's now.
    ServiceItem.objects.update(department=forms.PopulationSource.department)
    assert items.first_body_of(forms.PopulationSource.department) is not None
    return world


@pytest.fixture
def keeper(world: World) -> Client:
    assert world.clerk.organisation is not None
    actor: Actor = official(world.clerk.organisation, "keeping", "330106", {forms.Permission.ANSWER_OBJECTION})
    return client_of(actor.subject, "keeper")


@pytest.fixture
def citizen(world: World) -> Client:
    return client_of(world.citizen.subject, "citizen")


def _object(citizen: Client) -> None:
    answer = citizen.post("/me/objection/", {"source": "population.address", "claim": CLAIM})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/me/objections/")


def test_an_objection_goes_from_the_citizen_to_the_desk_and_back(citizen: Client, keeper: Client) -> None:
    assert "没有提出过异议" in citizen.get("/me/objections/").content.decode()
    assert "没有待答复的异议" in keeper.get("/officer/objections/").content.decode()
    assert "数据异议</a></h2>" not in keeper.get("/officer/").content.decode()
    _object(citizen)
    waiting = citizen.get("/me/objections/").content.decode()
    assert [word for word in (CLAIM, "核实中", "民政局", "答复期限") if word not in waiting] == []
    assert 'id="source-objections"' in keeper.get("/officer/").content.decode()
    listed = keeper.get("/officer/objections/").content.decode()
    assert "人口库 · 户籍地址" in listed
    assert CLAIM not in listed
    (path,) = re.findall(r'href="(/officer/objections/[0-9a-f-]+/)"', listed)
    page = keeper.get(path).content.decode()
    assert CLAIM in page
    assert keeper.post(path, {"outcome": "corrected", "answer": "好"}).status_code == 422
    done = keeper.post(path, {"outcome": "corrected", "answer": "已按房产证更正为 2 号"})
    assert done.status_code == 302
    assert "已按房产证更正为 2 号" in citizen.get("/me/objections/").content.decode()
    again = keeper.post(path, {"outcome": "kept", "answer": "无误，予以维持"})
    assert again.status_code == 409
    assert "属实，已在数源更正" in keeper.get("/officer/objections/?show=answered").content.decode()


def test_the_desk_is_closed_to_who_answers_for_no_data(world: World, citizen: Client) -> None:
    _object(citizen)
    clerk = client_of(world.clerk.subject, "clerk")
    assert clerk.get("/officer/objections/").status_code == 403
    (line,) = forms.open_about(world.citizen.subject, at=clock.system.now())
    assert clerk.get(f"/officer/objections/{line.id}/").status_code == 404
    assert citizen.get(f"/officer/objections/{line.id}/").status_code == 403


def test_a_mark_that_cannot_be_read_begins_at_the_first_page(keeper: Client) -> None:
    assert keeper.get("/officer/objections/?after=nonsense").status_code == 200
    assert keeper.get("/officer/inbox/objections/?after=nonsense").status_code == 200
