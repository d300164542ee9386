"""The page with a desk's figures: own and the organisation's, for a period."""

import pytest

from zhengtong.kernel import clock
from zhengtong.kernel.observability.statements import count_statements
from zhengtong.portals.officer.tests.test_case_page import client_of
from zhengtong.process.cases.api import Decision
from zhengtong.process.cases.tests.builders import a_world, apply, handle

pytestmark = pytest.mark.django_db


def test_the_figures_are_shown_for_the_period_asked_in_few_statements() -> None:
    world, now = a_world(), clock.system.now()
    handle(world.clerk, apply(world, now), Decision.ACCEPT, at=now)
    client = client_of(world.clerk.subject, "clerk")
    with count_statements() as counted:
        page = client.get("/officer/statistics/").content.decode()
    assert counted.total <= 8
    told = ("我办理的", "本单位", "aria-current", "其中超期 0 件", "100.0%", "近 30 天")
    assert [word for word in told if word not in page] == []
    for asked in ("?days=90", "?days=365", "?days=7", "?days=nonsense"):
        assert client.get(f"/officer/statistics/{asked}").status_code == 200


def test_an_empty_desk_shows_no_invented_average() -> None:
    page = client_of(a_world().clerk.subject, "clerk").get("/officer/statistics/").content.decode()
    assert page.count("—") >= 4
