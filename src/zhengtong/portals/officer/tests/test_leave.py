"""The pages of leave and substitution: entered and ended with plain forms; the inbox and the dossier say for whom."""

from datetime import timedelta

import pytest

from zhengtong.kernel import clock
from zhengtong.kernel.observability.statements import count_statements
from zhengtong.portals.officer.tests.test_case_page import client_of
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.models import Leave
from zhengtong.process.cases.tests.builders import a_world, apply, official, seen
from zhengtong.trust.identity.contracts import Actor

pytestmark = pytest.mark.django_db


def at_post(actor: Actor) -> str:
    return f"{actor.subject}_{actor.post}"


def test_a_leave_is_entered_shown_to_the_substitute_and_ended() -> None:
    world, now = a_world(), clock.system.now()
    assert world.clerk.organisation is not None
    away, substitute = (official(world.clerk.organisation, "accepting", "330106") for _ in range(2))
    reference = apply(world, now)
    task = cases.open_dossier(actor=world.clerk, reference=reference, at=now).task
    assert task is not None
    cases.delegate(actor=world.clerk, case=seen(world, reference).line.id, task=task.number, to=away.subject, at=now)
    mine, theirs = client_of(away.subject, "away"), client_of(substitute.subject, "substitute")
    assert "没有请假或者代班" in mine.get("/officer/leave/").content.decode()
    form = mine.get("/officer/leave/new/").context["form"]
    assert "official" not in form.fields
    today, until = clock.on_day(now), clock.on_day(now + timedelta(days=3))
    asked = {"leave": form["leave"].value(), "substitute": at_post(world.approver)}
    for name, day in (("first_day", today), ("last_day", until)):
        asked |= {f"{name}_{part}": number for part, number in enumerate((day.year, day.month, day.day))}
    unfit = mine.post("/officer/leave/new/", asked)
    assert (unfit.status_code, Leave.objects.count()) == (422, 0)
    assert "代班不增加权限" in unfit.content.decode()
    for _press in range(2):
        assert mine.post("/officer/leave/new/", asked | {"substitute": at_post(substitute)}).status_code == 302
    assert Leave.objects.count() == 1
    with count_statements() as counted:
        inbox = theirs.get("/officer/inbox/cases/").content.decode()
    assert "代 李科长 办理" in inbox
    assert counted.total <= 12
    assert "您在其请假期间代班" in theirs.get(f"/officer/cases/{reference}/").content.decode()
    listed = theirs.get("/officer/leave/").content.decode()
    assert ("代班中" in listed, "提前结束" in listed) == (True, False)
    leave = Leave.objects.get()
    assert theirs.post(f"/officer/leave/{leave.id}/end/").status_code == 404
    assert mine.post(f"/officer/leave/{leave.id}/end/").status_code == 302
    assert "代 李科长 办理" not in theirs.get("/officer/inbox/cases/").content.decode()
    assert "已提前结束" in mine.get("/officer/leave/").content.decode()


def test_who_may_arrange_it_enters_a_leave_for_a_colleague() -> None:
    world = a_world()
    assert world.clerk.organisation is not None
    head = official(world.clerk.organisation, "arranging", "330106", cases.DeskPermission)
    form = client_of(head.subject, "head").get("/officer/leave/new/").context["form"]
    assert at_post(world.clerk) in dict(form.fields["official"].choices)
    assert client_of(world.clerk.subject, "clerk").get("/officer/leave/?after=nonsense").status_code == 200
