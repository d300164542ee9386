"""Posts 岗位: appoint to, relieve of, choose among those one holds."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.kernel.errors import Conflict, NotFound
from zhengtong.kernel.events.api import emit
from zhengtong.trust.identity import acting
from zhengtong.trust.identity.contracts import Actor, AppointmentView, AssuranceLevel, Permission
from zhengtong.trust.identity.events import (
    OFFICIAL_APPOINTED,
    OFFICIAL_RELIEVED,
    OfficialAppointed,
    OfficialRelieved,
)
from zhengtong.trust.identity.guard import require, require_assurance
from zhengtong.trust.identity.models import Appointment, OfficialProfile, Post
from zhengtong.trust.identity.queries.organisations import appointments_of
from zhengtong.trust.identity.recording import record_act
from zhengtong.trust.identity.refusals import DutiesKeptApart, PostNotHeld


def appoint(*, actor: Actor | None, official: UUID, post: UUID, at: datetime) -> UUID:
    """Appoint *official* to *post* from now on, and return the appointment.

    Raises:
        SignInNeeded, NotAllowed: the actor may not appoint in that organisation.
        NotFound: there is no such official or post.
        DutiesKeptApart: the post's duty is not the official's (三员分立).
        Conflict: the official holds the post already.
    """
    place = Post.objects.filter(id=post).first()
    if place is None:
        raise NotFound
    actor = require(actor, Permission.APPOINT, organisation=place.organisation_id)
    with transaction.atomic():
        person = OfficialProfile.objects.select_for_update().filter(pk=official).first()
        if person is None:
            raise NotFound
        if person.duty != place.duty:
            raise DutiesKeptApart
        if Appointment.objects.filter(official=official, post=post, valid_until__isnull=True).exists():
            raise Conflict
        row = Appointment.objects.create(official_id=official, post_id=post, valid_from=at)
        act = _record(actor, Permission.APPOINT, row, at=at)
        Appointment.objects.filter(id=row.id).update(act=act)
        data = OfficialAppointed(official=official, post=post, valid_from=at)
        emit(OFFICIAL_APPOINTED, subject=official, data=data, at=at)
    return row.id


def relieve(*, actor: Actor | None, appointment: UUID, at: datetime) -> None:
    """Relieve an official of a post, from now on.

    Raises:
        SignInNeeded, NotAllowed: the actor may not relieve in that organisation.
        NotFound: there is no such appointment.
        PostNotHeld: it has ended, or begins only later.
    """
    found = Appointment.objects.filter(id=appointment).select_related("post").first()
    if found is None:
        raise NotFound
    actor = require(actor, Permission.RELIEVE, organisation=found.post.organisation_id)
    with transaction.atomic():
        row = Appointment.objects.select_for_update().get(id=appointment)
        if row.valid_until is not None or row.valid_from >= at:
            raise PostNotHeld
        Appointment.objects.filter(id=appointment).update(valid_until=at)
        _record(actor, Permission.RELIEVE, row, at=at)
        data = OfficialRelieved(official=row.official_id, post=row.post_id, valid_until=at)
        emit(OFFICIAL_RELIEVED, subject=row.official_id, data=data, at=at)


def take_post(*, actor: Actor | None, session: acting.Session, post: UUID) -> None:
    """Act from *post* from the next request on; help given from another post is over.

    Raises:
        SignInNeeded: nobody is signed in.
        PostNotHeld: the actor does not hold it.
    """
    actor = require_assurance(actor, AssuranceLevel.LOW)
    if post not in actor.posts:
        raise PostNotHeld
    acting.forget_principal(session)
    session[acting.POST] = str(post)


def my_posts(actor: Actor | None, *, at: datetime) -> tuple[AppointmentView, ...]:
    """Return the posts the actor holds.

    Raises:
        SignInNeeded: nobody is signed in.
    """
    actor = require_assurance(actor, AssuranceLevel.LOW)
    return appointments_of(actor.subject, at=at)


def _record(actor: Actor, permission: Permission, row: Appointment, *, at: datetime) -> UUID:
    return record_act(
        actor,
        permission.value.partition(":")[2],
        "appointment",
        str(row.id),
        at=at,
        states=(None, {"official": row.official_id, "post": row.post_id, "from": row.valid_from}),
        permission=permission,
    )
