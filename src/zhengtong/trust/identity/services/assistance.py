"""Assisted handling 帮办代办: a clerk helps a person under the clerk's own login, with consent on record."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from zhengtong.kernel.events.api import emit
from zhengtong.trust.identity import acting
from zhengtong.trust.identity.contracts import Actor, Channel, Permission
from zhengtong.trust.identity.events import (
    ASSISTANCE_BEGAN,
    ASSISTANCE_ENDED,
    AssistanceBegan,
    AssistanceEnded,
)
from zhengtong.trust.identity.guard import require
from zhengtong.trust.identity.models import Assistance
from zhengtong.trust.identity.recording import record_act
from zhengtong.trust.identity.refusals import AssistanceOver, ConsentNeeded, PostNotHeld
from zhengtong.trust.identity.services.real_name import find_registered

LASTS = timedelta(hours=1)
"""Help ends by itself: nobody stays open to a clerk who forgot to close."""


def begin_assistance(
    *,
    actor: Actor | None,
    session: acting.Session,
    id_number: str,
    name: str,
    consent: bool,
    at: datetime,
    channel: Channel = Channel.WINDOW,
) -> UUID:
    """Help the person with this number and name, who stands at the window and has agreed; return the assistance.

    Help that the clerk gave to somebody else before is ended.

    Raises:
        SignInNeeded, NotAllowed: the actor may not help.
        PostNotHeld: the actor holds no post.
        ConsentNeeded: the person has not agreed.
        InvalidResidentId, RealNameMismatch, RealNameAttemptsUsedUp: the person was not found, see `find_registered`.
    """
    actor = acting.alone(require(actor, Permission.ASSIST))
    if actor.post is None:
        raise PostNotHeld
    if not consent:
        raise ConsentNeeded
    person = find_registered(actor=actor, id_number=id_number, name=name, at=at)
    with transaction.atomic():
        for earlier in Assistance.objects.select_for_update().filter(clerk=actor.subject, ended_at__isnull=True):
            _end(actor, earlier, at=at)
        row = Assistance.objects.create(
            clerk_id=actor.subject,
            post_id=actor.post,
            person_id=person,
            channel=channel,
            consented_at=at,
            ends_at=at + LASTS,
        )
        act = _record(actor, "begin", row, at=at)
        Assistance.objects.filter(id=row.id).update(act=act)
        data = AssistanceBegan(assistance=row.id, clerk=actor.subject, person=person, post=actor.post)
        emit(ASSISTANCE_BEGAN, subject=row.id, data=data, at=at)
    acting.forget_principal(session)
    session[acting.ASSISTANCE] = str(row.id)
    return row.id


def end_assistance(*, actor: Actor | None, session: acting.Session, at: datetime) -> None:
    """End the help that the actor is giving.

    Raises:
        SignInNeeded, NotAllowed: the actor may not help.
        AssistanceOver: the actor is helping nobody.
    """
    actor = require(actor, Permission.ASSIST)
    with transaction.atomic():
        row = (
            Assistance.objects.select_for_update()
            .filter(id=actor.assistance, clerk=actor.subject, ended_at__isnull=True)
            .first()
            if actor.assistance
            else None
        )
        if row is None:
            raise AssistanceOver
        _end(actor, row, at=at)
    acting.forget_principal(session)


def _end(actor: Actor, row: Assistance, *, at: datetime) -> None:
    Assistance.objects.filter(id=row.id).update(ended_at=at)
    _record(actor, "end", row, at=at)
    data = AssistanceEnded(assistance=row.id, clerk=row.clerk_id, person=row.person_id)
    emit(ASSISTANCE_ENDED, subject=row.id, data=data, at=at)


def _record(actor: Actor, command: str, row: Assistance, *, at: datetime) -> UUID:
    return record_act(
        actor,
        f"assistance.{command}",
        "assistance",
        str(row.id),
        at=at,
        states=(None, {"person": row.person_id, "consented_at": row.consented_at}),
        concerns=(row.person_id,),
        permission=Permission.ASSIST,
    )
