"""Officials find the projects of their region, see stages, cases and whom they wait for, and read the drawings."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.portals.officer.tests.test_case_page import client_of
from zhengtong.process.projects.tests.builders import FILING, Town, a_town, begun, drawn, registered

pytestmark = pytest.mark.django_db
MOST = 10


@pytest.fixture
def town() -> Town:
    return a_town()


def text(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return re.sub(r"\s+", " ", body.decode())


def test_the_list_is_searched_by_code_and_name_filtered_and_exported(
    town: Town, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    reader = client_of(town.reader.subject, "reader")
    assert "辖区内还没有登记项目" in text(reader.get("/officer/projects/"))
    code = registered(town)
    with django_assert_max_num_queries(MOST):
        page = text(reader.get("/officer/projects/"))
    assert [word for word in (code, "智能装备厂房", "杭州云溪科技有限公司", "西湖区") if word not in page] == []
    for query, found in ((f"q={code}", True), ("q=装备", True), ("q=桥梁", False), ("state=completed", False)):
        assert (code in text(reader.get(f"/officer/projects/?{query}"))) is found, query
    assert code in text(reader.get("/officer/projects/?format=csv"))


def test_the_page_shows_who_has_what_and_hands_out_the_drawings(
    town: Town, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    reader = client_of(town.reader.subject, "reader")
    code = registered(town)
    drawn(town, code)
    begun(town, code, FILING)
    address = f"/officer/projects/{code}/"
    reader.get(address)
    with django_assert_max_num_queries(MOST):
        page = text(reader.get(address))
    told = ("等 发展和改革部门 办理", "还缺：", "企业投资项目备案", "图纸第 1 版", f"{address}drawings/1/architecture/")
    assert [word for word in told if word not in page] == []
    assert reader.get(f"{address}drawings/1/architecture/")["Content-Type"] == "application/pdf"
    assert reader.get(f"{address}drawings/9/architecture/").status_code == 404


def test_another_region_and_another_role_see_nothing(town: Town) -> None:
    code = registered(town)
    drawn(town, code)
    elsewhere: Client = client_of(town.elsewhere.subject, "elsewhere")
    assert code not in text(elsewhere.get("/officer/projects/"))
    for path in (f"/officer/projects/{code}/", f"/officer/projects/{code}/drawings/1/architecture/"):
        assert elsewhere.get(path).status_code == 404
    other: Client = client_of(town.officers["water"].subject, "water")
    assert other.get("/officer/projects/").status_code == 403
