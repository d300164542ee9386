"""The lead authority's pages of a bundle: progress told plainly, a reminder, a bad review that leads to its answer."""

import re

import pytest
from django.test import Client

from zhengtong.kernel.observability.statements import count_statements
from zhengtong.portals.officer.tests.test_case_page import client_of
from zhengtong.process.bundles.tests import test_bundles
from zhengtong.process.bundles.tests.builders import BIRTH, CARD, VACCINE, apply
from zhengtong.process.bundles.tests.test_bundles import conclude, seen
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import Decision, Grade
from zhengtong.process.cases.tests.builders import MONDAY, World, official
from zhengtong.trust.identity.contracts import Actor

pytestmark = pytest.mark.django_db
world, officers = test_bundles.world, test_bundles.officers
MOST = 10


@pytest.fixture
def lead(officers: dict[str, Actor]) -> Client:
    return client_of(officers[BIRTH].subject, "lead")


def test_the_lead_finds_the_bundle_sees_whom_it_waits_for_and_reminds(
    world: World, officers: dict[str, Actor], lead: Client
) -> None:
    assert "没有办理中的一件事" in lead.get("/officer/bundles/").content.decode()
    reference = apply(world)
    conclude(world, officers, reference, BIRTH, Decision.DENY)
    listed = lead.get("/officer/bundles/").content.decode()
    assert f"/officer/bundles/{reference}/" in listed
    assert "5 项中已办成 0 项" in listed
    with count_statements() as counted:
        page = lead.get(f"/officer/bundles/{reference}/").content.decode()
    assert counted.total <= MOST
    told = ("共 5 个事项：", "办理中 1", "未办成 1", "前一事项未办成，没有开始 3", "卫生健康")
    assert [word for word in told if word not in page] == []
    assert "沈小满" not in page
    (action,) = re.findall(r'action="(/officer/bundles/[^"]+/nudge/)"', page)
    assert VACCINE in action
    assert lead.post(action).status_code == 302
    page = lead.get(f"/officer/bundles/{reference}/").content.decode()
    assert "催办过" in page
    assert "/nudge/" not in page
    assert lead.post(action).status_code == 409


def test_who_leads_nothing_is_turned_away(world: World, officers: dict[str, Actor]) -> None:
    reference = apply(world)
    clerk = client_of(world.clerk.subject, "clerk")
    assert clerk.get("/officer/bundles/").status_code == 403
    card = client_of(officers[CARD].subject, "card")
    assert card.get(f"/officer/bundles/{reference}/").status_code == 404
    assert card.post(f"/officer/bundles/{reference}/{BIRTH}/nudge/").status_code == 404


def test_a_bad_review_leads_the_head_to_its_answer(world: World, officers: dict[str, Actor]) -> None:
    reference = apply(world)
    conclude(world, officers, reference, BIRTH, Decision.DENY)
    conclude(world, officers, reference, VACCINE, Decision.GRANT)
    view = seen(world, reference)
    cases.rate(
        actor=world.citizen, about=reference, title=view.line.name, organisation=view.lead, region=view.region,
        concluded=True, grade=Grade.DISSATISFIED, text="跑了两趟", link=f"/officer/bundles/{reference}/", at=MONDAY,
    )  # fmt: skip
    boss = client_of(official(view.lead, "leading", "330106", {cases.Permission.SUPERVISE}).subject, "boss")
    page = boss.get(f"/officer/bundles/{reference}/").content.decode()
    assert "部分办成" in page
    (answering,) = re.findall(r'href="(/officer/reviews/[0-9a-f-]+/)"', page)
    assert f"/officer/bundles/{reference}/" in boss.get(answering).content.decode()
    assert reference in boss.get("/officer/bundles/?show=concluded").content.decode()
    assert boss.get("/officer/bundles/?after=nonsense").status_code == 200
