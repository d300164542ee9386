"""Leaders see true counts of their own region, beside their numbers and as CSV; nobody sees further."""

import csv
import io
import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.data.registries import api as registries
from zhengtong.data.registries.tests import builders as registry
from zhengtong.kernel import clock
from zhengtong.portals.cockpit.contracts import Permission
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests import builders

PAGES = ["/cockpit/", "/cockpit/population/", "/cockpit/economy/", "/cockpit/services/", "/cockpit/platform/"]


@pytest.fixture
def county(db: None) -> None:
    del db
    registry.county()
    access.define_role(
        actor=builders.SYSTEM, code="leader", name="领导", name_en="Leader", duty=Duty.BUSINESS,
        permissions=[Permission.VIEW], at=builders.NOW,
    )  # fmt: skip


@pytest.fixture
def loaded(county: None) -> None:
    del county
    registries.load(registry.part(), responsibility=registry.LOADER, at=builders.NOW)


def reader(region: str, *, granted: str | None = None, name: str = "leader") -> Client:
    """Return a signed-in official of an organisation in *region* who may view the cockpit of *granted*."""
    post = builders.a_post(builders.an_organisation(name=f"{name}单位", region=region), f"{name}岗")
    if granted:
        access.grant_role(actor=builders.SYSTEM, role="leader", post_id=post, region=granted, at=builders.NOW)
    builders.an_account(builders.an_official(post, name=name), name)
    client = Client()
    client.force_login(get_user_model().objects.get(username=name))
    return client


def table(client: Client, path: str) -> list[list[str]]:
    answer = client.get(path)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]


def test_the_overview_counts_what_the_registries_hold(loaded: None) -> None:
    client = reader("330521", granted="330521")
    answer = client.get("/cockpit/")
    assert [one.value for one in answer.context["figures"]] == [4, 2, 1, 2]
    page = answer.content.decode()
    assert "浙江省湖州市德清县" in page
    assert "示意图" in page
    assert table(client, "/cockpit/?csv=towns")[1:] == [
        [registry.TOWN, "武康街道", "3", "1", "1", "2"],
        [registry.OTHER_TOWN, "舞阳街道", "1", "1", "0", "0"],
    ]


def test_the_map_shows_the_measure_asked_for_and_people_when_in_doubt(loaded: None) -> None:
    client = reader("330521", granted="330521")
    for show, values in (("vehicles", [2, 0]), ("residents", [3, 1]), ("nonsense", [3, 1]), ("__class__", [3, 1])):
        tiles = {tile.label: tile.value for tile in client.get("/cockpit/", {"show": show}).context["map"].tiles}
        assert [tiles["武康街道"], tiles["舞阳街道"]] == values


def test_a_leader_goes_down_into_a_town_and_not_out_of_the_county(loaded: None) -> None:
    client = reader("330521", granted="330521")
    town = client.get("/cockpit/population/", {"region": registry.TOWN})
    assert town.context["figures"][0].value == 3
    assert "本地区" in town.content.decode()
    for foreign in ("330522", "3305", "33"):
        for page in ("/cockpit/", "/cockpit/population/", "/cockpit/economy/"):
            assert client.get(page, {"region": foreign}).status_code == 403
        assert client.get("/cockpit/", {"region": foreign, "csv": "towns"}).status_code == 403
    assert client.get("/cockpit/", {"region": "999999"}).status_code == 404


def test_a_town_leader_sees_the_town_only(loaded: None) -> None:
    client = reader(registry.OTHER_TOWN, granted=registry.OTHER_TOWN)
    assert client.get("/cockpit/").context["figures"][0].value == 1
    assert client.get("/cockpit/", {"region": registry.TOWN}).status_code == 403
    assert client.get("/cockpit/", {"region": "330521"}).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_whoever_may_not_see_a_cockpit_is_told_so(path: str, loaded: None) -> None:
    assert "您没有办理这项操作的权限。" in reader("330521").get(path).content.decode()
    citizen = builders.a_person(region=registry.VILLAGE)
    builders.an_account(citizen, "citizen")
    client = Client()
    client.force_login(get_user_model().objects.get(username="citizen"))
    assert client.get(path).status_code == 403
    assert Client().get(path).status_code == 302


@pytest.mark.parametrize("path", PAGES)
def test_a_board_without_data_says_so_instead_of_failing(path: str, county: None) -> None:
    answer = reader("330522", granted="330522").get(path)
    assert answer.status_code == 200
    if path in {"/cockpit/", "/cockpit/economy/", "/cockpit/population/"}:
        assert "还没有入库的数据" in answer.content.decode()


def test_every_chart_can_be_taken_as_csv_and_no_other(loaded: None) -> None:
    client = reader("330521", granted="330521")
    for path in PAGES:
        offered = re.findall(r"csv=(\w+)", client.get(path).content.decode())
        assert offered
        for name in offered:
            assert len(table(client, f"{path}?csv={name}")) > 1 or path == "/cockpit/services/"
        assert client.get(path, {"csv": "passwords"}).status_code == 404
    ages = table(client, "/cockpit/population/?csv=ages")
    assert ages[0] == ["年龄", "男", "女"]
    assert sum(int(row[1]) + int(row[2]) for row in ages[1:]) == 4
    assert len(table(client, "/cockpit/platform/?csv=acts")) == 15


def test_the_acts_of_the_last_day_are_counted(county: None) -> None:
    client = reader("330521", granted="330521")
    assert table(client, "/cockpit/platform/?csv=acts")[-1][1] == "0"
    now = clock.system.now()
    registries.load(registry.part(), responsibility=registry.LOADER, at=now)
    assert table(client, "/cockpit/platform/?csv=acts")[-1] == [clock.on_day(now).isoformat(), "1"]


def test_a_refresh_of_the_platform_brings_the_figures_alone(loaded: None) -> None:
    part = reader("330521", granted="330521").get("/cockpit/platform/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "待分发事件" in part.content.decode()


@pytest.mark.parametrize("path", [*PAGES, f"/cockpit/population/?region={registry.TOWN}"])
def test_a_board_costs_ten_statements_at_most(
    path: str, loaded: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = reader("330521", granted="330521")
    with django_assert_max_num_queries(10):
        assert client.get(path).status_code == 200
