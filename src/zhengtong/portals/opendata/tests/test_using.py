"""A citizen registers, gets a key, calls, says what is wrong and reads the answer."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from zhengtong.data.opening import api as opening
from zhengtong.data.opening.tests import builders
from zhengtong.data.opening.tests.builders import House, opened, wanted
from zhengtong.trust.identity.contracts import ProofMethod
from zhengtong.trust.identity.tests import builders as people


@pytest.fixture
def house(db: None, settings: Any, tmp_path: Path) -> House:
    del db
    settings.HOME = tmp_path
    found = builders.a_house()
    builders.published(found)
    opened(found, found.applicant, wanted(access=opening.Access.REGISTRATION))
    return found


@pytest.fixture
def citizen(house: House) -> Client:
    del house
    name = people.an_account(people.a_person(), "citizen", proved_by=ProofMethod.COUNTER)
    client = Client()
    assert client.login(username=name, password=people.PASSWORD)
    return client


def register(citizen: Client) -> None:
    form = {"identifier": str(uuid4()), "purpose": "研究餐饮业的分布", "promise": "on"}
    assert citizen.post("/open/releases/restaurants/register/", form).status_code == 302


@pytest.mark.usefixtures("house")
def test_a_stranger_is_asked_to_sign_in_before_anything_is_asked_of_them(client: Client) -> None:
    page = client.get("/open/releases/restaurants/").content.decode()
    assert "/open/releases/restaurants/register/" in page
    for path in ("releases/restaurants/register/", "releases/restaurants/feedback/", "mine/", "requests/"):
        assert client.get(f"/open/{path}").status_code in {302, 401}
    assert client.get("/open/releases/restaurants/data.csv").status_code == 403
    assert client.get("/api/v1/open/releases/restaurants/rows").status_code == 403


def test_a_registration_gives_the_files_and_a_key_for_the_api(citizen: Client, client: Client) -> None:
    assert citizen.get("/open/releases/restaurants/register/").status_code == 200
    assert citizen.post("/open/releases/restaurants/register/", {"identifier": str(uuid4())}).status_code == 422
    register(citizen)
    assert citizen.get("/open/releases/restaurants/data.csv").status_code == 200
    page = citizen.get("/open/mine/").content.decode()
    assert "研究餐饮业的分布" in page
    action = re.search(r'action="(/open/mine/[^"]+/key/)"', page)
    assert action
    shown = citizen.post(action[1])
    assert shown.headers["Cache-Control"] == "no-store"
    key = re.search(r"zto_[\w-]+", shown.content.decode())
    assert key
    path, bearer = "/api/v1/open/releases/restaurants/rows", {"Authorization": f"Bearer {key[0]}"}
    first = client.get(path, {"limit": 15}, headers=bearer).json()
    assert (len(first["rows"]), first["next"]) == (15, 15)
    second = client.get(path, {"start": 15, "limit": 15}, headers=bearer).json()
    assert (len(second["rows"]), second["next"]) == (5, None)
    wrong = client.get(path, headers={"Authorization": "Bearer zto_0_0"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "opening_key_wrong")
    assert key[0] not in citizen.get("/open/mine/").content.decode()


def test_feedback_and_requests_reach_the_department_and_the_answer_comes_back(house: House, citizen: Client) -> None:
    for path in ("releases/restaurants/feedback/", "requests/"):
        assert citizen.get(f"/open/{path}").status_code == 200
    said = {"identifier": str(uuid4()), "text": "第3号店已关门"}
    assert citizen.post("/open/releases/restaurants/feedback/", said).status_code == 302
    asked = {"identifier": str(uuid4()), "provider": str(house.market), "text": "要营业时间"}
    assert citizen.post("/open/requests/", asked).status_code == 302
    assert citizen.post("/open/requests/", {**asked, "provider": "x"}).status_code == 422
    waiting = opening.enquiries_to_answer(house.market)
    assert {one.text for one in waiting} == {"第3号店已关门", "要营业时间"}
    assert "第3号店已关门" in citizen.get("/open/mine/").content.decode()
