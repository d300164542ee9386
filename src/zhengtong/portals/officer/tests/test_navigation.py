"""The workbench's entries stand in groups: each reader sees what is his, and where he is."""

import re
from typing import Any

import pytest

from zhengtong.portals.officer.tests.conftest import House, SignIn


def groups_of(answer: Any) -> dict[str, list[str]]:
    """Return the addresses behind each group's word, as the page sends them."""
    navigation = re.search(r'<nav class="nav".*?</nav>', answer.content.decode(), re.DOTALL)
    assert navigation
    found = re.findall(r"<summary[^>]*>([^<]+).*?<ul>(.*?)</ul>", navigation[0], re.DOTALL)
    return {title: re.findall(r'href="([^"]+)"', entries) for title, entries in found}


def test_every_entry_is_in_the_page_without_a_script(house: House, signed_in: SignIn) -> None:
    groups = groups_of(signed_in("clerk").get("/officer/"))
    assert groups == {
        "办件与窗口": [
            "/officer/done/",
            "/officer/statistics/",
            "/officer/assist/",
            "/officer/licences/verify/",
            "/officer/look-up/",
        ],
        "数据": ["/officer/data/"],
        "流程与表单": ["/officer/reform/"],
        "组织与人员": ["/officer/organisations/", "/officer/colleagues/"],
        "我的工作": ["/officer/leave/", "/officer/phrases/", "/officer/rights/", "/officer/acts/"],
    }


@pytest.mark.parametrize(
    ("username", "group", "entry"),
    [
        ("auditor", "监督", "/officer/audit/"),
        ("security", "信任服务", "/officer/keys/"),
        ("administrator", "组织与人员", "/officer/administration/"),
    ],
)
def test_an_entry_that_needs_a_permission_is_shown_to_its_holder_alone(
    house: House, signed_in: SignIn, username: str, group: str, entry: str
) -> None:
    assert entry in groups_of(signed_in(username).get("/officer/"))[group]
    others = {"auditor", "security", "administrator", "clerk"} - {username}
    for other in others:
        assert entry not in groups_of(signed_in(other).get("/officer/")).get(group, [])


def test_a_group_says_that_it_holds_the_current_page(house: House, signed_in: SignIn) -> None:
    page = signed_in("clerk").get("/officer/colleagues/").content.decode()
    assert re.findall(r'<summary class="here">([^<]+)<span class="unseen">（当前位置）', page) == ["组织与人员"]
    assert '<a href="/officer/colleagues/" aria-current="page">' in page
    assert 'class="here"' not in signed_in("clerk").get("/officer/").content.decode()
