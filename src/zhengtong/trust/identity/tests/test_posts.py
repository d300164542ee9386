"""Posts and help at a window: who appoints whom, from which post one acts, whom one helps and for how long."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound, SignInNeeded
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity import acting
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import (
    Actor,
    AssuranceLevel,
    Channel,
    Duty,
    OrganisationKind,
    OrganisationLevel,
    Permission,
    SubjectKind,
)
from zhengtong.trust.identity.middleware import ActorMiddleware
from zhengtong.trust.identity.models import Account, Appointment, Assistance
from zhengtong.trust.identity.refusals import (
    AssistanceOver,
    ConsentNeeded,
    DutiesKeptApart,
    PostNotHeld,
    RealNameAttemptsUsedUp,
    RealNameMismatch,
)
from zhengtong.trust.identity.tests.builders import (
    DAY,
    NOW,
    SYSTEM,
    Gate,
    a_person,
    a_post,
    an_account,
    an_actor_in_post,
    an_official,
    an_organisation,
    id_number,
)
from zhengtong.trust.ledger.api import acts_concerning, count_acts

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(gate: Gate) -> Actor:
    actor = an_actor_in_post()
    gate.allow(actor, Permission.ASSIST)
    return actor


def test_appointing_and_relieving_open_and_close_a_period() -> None:
    post = a_post(an_organisation())
    official = an_official()
    appointment = identity.appoint(actor=SYSTEM, official=official, post=post, at=NOW)
    with pytest.raises(Conflict):
        identity.appoint(actor=SYSTEM, official=official, post=post, at=NOW)
    identity.relieve(actor=SYSTEM, appointment=appointment, at=NOW + DAY)
    held = [len(identity.appointments_of(official, at=NOW + n * DAY)) for n in (-1, 0, 1)]
    assert held == [0, 1, 0]
    with pytest.raises(PostNotHeld):
        identity.relieve(actor=SYSTEM, appointment=appointment, at=NOW + 2 * DAY)
    assert identity.appoint(actor=SYSTEM, official=official, post=post, at=NOW + DAY) != appointment


@pytest.mark.parametrize("duty", [Duty.ADMINISTRATION, Duty.SECURITY, Duty.AUDIT])
def test_a_clerk_is_not_appointed_to_administer(duty: Duty) -> None:
    post = a_post(an_organisation(), "管理", duty)
    official = an_official()
    acts = count_acts()
    with pytest.raises(DutiesKeptApart):
        identity.appoint(actor=SYSTEM, official=official, post=post, at=NOW)
    assert (Appointment.objects.count(), count_acts()) == (0, acts)


def test_only_an_administrator_of_the_organisation_appoints(gate: Gate, clerk: Actor) -> None:
    bureau, neighbour = an_organisation(), an_organisation()
    administrator = an_actor_in_post(Duty.ADMINISTRATION, bureau)
    gate.allow(administrator, Permission.APPOINT, bureau)
    own, other = a_post(bureau), a_post(neighbour)
    official = an_official()
    appointment = identity.appoint(actor=administrator, official=official, post=own, at=NOW)
    with pytest.raises(NotAllowed):
        identity.appoint(actor=administrator, official=official, post=other, at=NOW)
    with pytest.raises(NotAllowed):
        identity.appoint(actor=clerk, official=official, post=other, at=NOW)
    with pytest.raises(NotAllowed):
        identity.relieve(actor=administrator, appointment=appointment, at=NOW + DAY)
    with pytest.raises(SignInNeeded):
        identity.appoint(actor=None, official=official, post=other, at=NOW)
    with pytest.raises(NotFound):
        identity.appoint(actor=administrator, official=new_id(), post=own, at=NOW)
    assert Appointment.objects.filter(official=official, valid_until=None).count() == 1


def test_one_acts_only_from_a_post_one_holds(clerk: Actor) -> None:
    session: dict[str, Any] = {}
    with pytest.raises(PostNotHeld):
        identity.take_post(actor=clerk, session=session, post=new_id())
    assert session == {}
    assert clerk.post is not None
    identity.take_post(actor=clerk, session=session, post=clerk.post)
    assert session == {acting.POST: str(clerk.post)}
    assert [a.post.id for a in identity.my_posts(clerk, at=NOW)] == [clerk.post]


def test_a_clerk_helps_under_their_own_login_with_consent_on_record(clerk: Actor) -> None:
    number = id_number()
    person = a_person("王芳", number)
    session: dict[str, Any] = {}
    with pytest.raises(ConsentNeeded):
        identity.begin_assistance(actor=clerk, session=session, id_number=number, name="王芳", consent=False, at=NOW)
    assert (session, Assistance.objects.count()) == ({}, 0)
    help_id = identity.begin_assistance(
        actor=clerk, session=session, id_number=number, name="王芳", consent=True, at=NOW
    )
    helping = acting.with_assistance(clerk, help_id, at=NOW)
    assert (helping.subject, helping.party, helping.clerk) == (clerk.subject, person, clerk.subject)
    assert helping.channel is Channel.WINDOW
    [begun] = acts_concerning(person).items
    assert (begun.act.responsibility.subject, begun.act.responsibility.post) == (clerk.subject, clerk.post)
    assert identity.act_for_self(actor=helping, session=session) is helping
    identity.end_assistance(actor=helping, session=session, at=NOW)
    assert session == {}
    with pytest.raises(AssistanceOver):
        acting.with_assistance(clerk, help_id, at=NOW)


def test_help_ends_by_itself_and_belongs_to_its_clerk_and_post(clerk: Actor) -> None:
    number = id_number()
    a_person("王芳", number)
    help_id = identity.begin_assistance(actor=clerk, session={}, id_number=number, name="王芳", consent=True, at=NOW)
    end = NOW + timedelta(hours=1)
    assert acting.with_assistance(clerk, help_id, at=end - timedelta(seconds=1))
    with pytest.raises(AssistanceOver):
        acting.with_assistance(clerk, help_id, at=end)
    with pytest.raises(AssistanceOver):
        acting.with_assistance(replace(clerk, subject=new_id()), help_id, at=NOW)
    with pytest.raises(PostNotHeld):
        acting.with_assistance(replace(clerk, post=new_id()), help_id, at=NOW)


def test_a_clerk_helps_one_person_at_a_time(clerk: Actor) -> None:
    numbers = [id_number(), id_number()]
    for number in numbers:
        a_person("王芳", number)
        identity.begin_assistance(actor=clerk, session={}, id_number=number, name="王芳", consent=True, at=NOW)
    assert Assistance.objects.filter(ended_at__isnull=True).count() == 1
    row = Assistance.objects.get(ended_at__isnull=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assistance.objects.create(
            clerk=row.clerk, post=row.post, person=row.person, consented_at=NOW, ends_at=NOW + DAY
        )


def test_right_answers_cost_a_clerk_nothing_and_wrong_ones_run_out(clerk: Actor) -> None:
    number = id_number()
    a_person("王芳", number)
    for _ in range(7):
        identity.begin_assistance(actor=clerk, session={}, id_number=number, name="王芳", consent=True, at=NOW)
    for _ in range(5):
        with pytest.raises(RealNameMismatch):
            identity.begin_assistance(actor=clerk, session={}, id_number=number, name="李四", consent=True, at=NOW)
    with pytest.raises(RealNameAttemptsUsedUp):
        identity.begin_assistance(actor=clerk, session={}, id_number=number, name="王芳", consent=True, at=NOW)


def test_citizens_do_not_assist() -> None:
    number = id_number()
    citizen = Actor(subject=a_person("王芳", number), kind=SubjectKind.NATURAL, assurance=AssuranceLevel.HIGH)
    with pytest.raises(NotAllowed):
        identity.begin_assistance(actor=citizen, session={}, id_number=number, name="王芳", consent=True, at=NOW)
    assert Assistance.objects.count() == 0


@pytest.mark.parametrize(("method", "status"), [("get", None), ("post", 302)])
def test_a_lapsed_right_is_said_aloud_and_changes_nothing_meanwhile(
    client: Client, rf: RequestFactory, method: str, status: int | None
) -> None:
    an_account(a_person(), "zhang")
    client.force_login(Account.objects.get())
    session = client.session
    session[acting.MANDATE] = str(new_id())
    session.save()
    request = getattr(rf, method)("/anything")
    request.session = session
    request.user = Account.objects.select_related("subject").get()
    request._messages = client.get("/accounts/2fa/").wsgi_request._messages  # type: ignore[attr-defined]  # Django's messages framework
    chain = ActorMiddleware(lambda _request: HttpResponse())
    answer = chain.process_view(request, print, [], {})
    assert (answer.status_code if answer else None) == status
    assert acting.MANDATE not in request.session
    assert request.actor.on_behalf_of is None
    assert [str(message) for message in get_messages(request)][-1].startswith("没有代表对方办事的授权")
    assert clock.system.now() > NOW


def test_an_administrator_establishes_below_their_organisation(gate: Gate, clerk: Actor) -> None:
    bureau = an_organisation()
    administrator = an_actor_in_post(Duty.ADMINISTRATION, bureau)
    gate.allow(administrator, Permission.ESTABLISH_ORGANISATION, bureau)
    gate.allow(administrator, Permission.APPOINT, bureau)
    terms: dict[str, Any] = {"kind": OrganisationKind.OFFICE, "region": "330106", "at": NOW, "parent": bureau}
    level = OrganisationLevel.COUNTY
    office = identity.establish_organisation(actor=administrator, name="窗口", level=level, code="X", **terms)
    assert office.path == f"{identity.organisation_path(bureau)}0001"
    with pytest.raises(Conflict):
        identity.establish_organisation(actor=administrator, name="另一窗口", level=level, code="X", **terms)
    with pytest.raises(InvalidInput):
        identity.establish_organisation(actor=administrator, name="省厅", level=OrganisationLevel.PROVINCE, **terms)
    with pytest.raises(NotAllowed):
        identity.establish_organisation(actor=clerk, name="窗口", level=level, **terms)
    post = identity.establish_post(actor=administrator, organisation_id=bureau, title="受理", at=NOW)
    with pytest.raises(Conflict):
        identity.establish_post(actor=administrator, organisation_id=bureau, title="受理", at=NOW)
    official = identity.register_official(
        actor=administrator, organisation_id=bureau, name="李", staff_number="T1", at=NOW
    )
    with pytest.raises(Conflict):
        identity.register_official(actor=administrator, organisation_id=bureau, name="王", staff_number="T1", at=NOW)
    assert identity.appoint(actor=administrator, official=official, post=post.id, at=NOW)
    assert [o.name for o in identity.organisation_tree(bureau).items] == ["窗口"]


def test_people_do_not_load_in_bulk(clerk: Actor) -> None:
    with pytest.raises(NotAllowed):
        identity.bulk_register_people([], actor=clerk, at=NOW)
