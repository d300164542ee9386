"""Mandates 委托授权 (Civil Code §§161–175): grant, accept, revoke; and acting under them 法人/个人切换."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from zhengtong.kernel.errors import InvalidInput
from zhengtong.kernel.events.api import emit
from zhengtong.trust.identity import acting, law
from zhengtong.trust.identity.contracts import (
    Actor,
    AssuranceLevel,
    Channel,
    MandateBasis,
    MandateView,
    SubjectKind,
)
from zhengtong.trust.identity.events import (
    MANDATE_ACCEPTED,
    MANDATE_GRANTED,
    MANDATE_REVOKED,
    MandateAccepted,
    MandateGranted,
)
from zhengtong.trust.identity.events import MandateRevoked as MandateRevokedEvent
from zhengtong.trust.identity.guard import require_assurance
from zhengtong.trust.identity.models import Mandate, Subject
from zhengtong.trust.identity.queries.mandates import (
    MANDATE,
    mandate_row,
    mandate_view,
    mandates,
    mandates_given,
    mandates_held,
)
from zhengtong.trust.identity.recording import record_act
from zhengtong.trust.identity.refusals import (
    MandateExpired,
    MandateMissing,
    MandateNotYours,
    MandateRevoked,
)
from zhengtong.trust.identity.services.real_name import find_registered


def grant_mandate(
    *,
    actor: Actor | None,
    agent: UUID,
    matters: Iterable[str],
    valid_from: datetime,
    valid_until: datetime,
    at: datetime,
    channels: Iterable[Channel] = (),
    limit_fen: int | None = None,
) -> MandateView:
    """Let *agent* act for the actor, or for the legal entity whose legal representative the actor is acting as.

    It counts once the agent has accepted it.

    Args:
        actor: the principal, or its legal representative in the act of representing.
        agent: a natural person's subject; `find_agent` gives it from number and name.
        matters: codes of matters (`social.pension` includes what lies under it), or `*` for all.
        valid_from: from then on,
        valid_until: and before then.
        at: now.
        channels: only over these; none given means over any.
        limit_fen: up to this amount for each act, in fen; None means any.

    Raises:
        SignInNeeded, AssuranceTooLow: the principal has to be real-name proved.
        MandateNotYours: the actor acts for somebody without being their legal representative: no sub-delegation
            (Civil Code §169), or helps at a window.
        MandateMissing: there is no such agent.
        InvalidInput: agent and principal are the same, no matter is named, or the period is empty.
    """
    actor = require_assurance(actor, AssuranceLevel.SUBSTANTIAL)
    _require_own_right(actor, at=at)
    wanted = _matters(matters)
    if valid_until <= max(valid_from, at):
        raise InvalidInput(field="valid_until", what=gettext("有效期须晚于开始时间和现在"))
    if agent == actor.party:
        raise InvalidInput(field="agent", what=gettext("不能授权给自己"))
    with transaction.atomic():
        if not Subject.objects.filter(id=agent, kind=SubjectKind.NATURAL, merged_into=None).exists():
            raise MandateMissing
        row = Mandate.objects.create(
            principal_id=actor.party,
            agent_id=agent,
            basis=MandateBasis.GRANTED,
            matters=wanted,
            channels=sorted(set(channels)),
            limit_fen=limit_fen,
            valid_from=valid_from,
            valid_until=valid_until,
        )
        act = _record(actor, "grant", row, at=at)
        Mandate.objects.filter(id=row.id).update(act=act)
        data = MandateGranted(
            mandate=row.id, principal=row.principal_id, agent=agent, valid_from=valid_from, valid_until=valid_until
        )
        emit(MANDATE_GRANTED, subject=row.id, data=data, at=at)
    return mandate_view(_existing(row.id))


def find_agent(*, actor: Actor | None, id_number: str, name: str, at: datetime) -> UUID:
    """Return the person to whom a mandate shall be given, found by number and name.

    Raises:
        SignInNeeded, AssuranceTooLow: only proved persons may look.
        InvalidResidentId, RealNameMismatch, RealNameAttemptsUsedUp: see `find_registered`.
    """
    actor = require_assurance(actor, AssuranceLevel.SUBSTANTIAL)
    return find_registered(actor=actor, id_number=id_number, name=name, at=at)


def accept_mandate(*, actor: Actor | None, mandate: UUID, at: datetime) -> MandateView:
    """Accept a mandate that was granted to the actor; accepting twice changes nothing.

    Raises:
        SignInNeeded, AssuranceTooLow: the agent has to be real-name proved.
        MandateMissing: it was not granted to the actor.
        MandateRevoked, MandateExpired: it is over.
    """
    actor = require_assurance(actor, AssuranceLevel.SUBSTANTIAL)
    with transaction.atomic():
        row = _locked(mandate)
        if row is None or row.agent_id != actor.subject:
            raise MandateMissing
        if row.revoked_at is not None:
            raise MandateRevoked
        if row.valid_until is not None and at >= row.valid_until:
            raise MandateExpired
        if row.accepted_at is None:
            Mandate.objects.filter(id=row.id).update(accepted_at=at)
            _record(actor, "accept", row, at=at)
            data = MandateAccepted(mandate=row.id, principal=row.principal_id, agent=row.agent_id)
            emit(MANDATE_ACCEPTED, subject=row.id, data=data, at=at)
    return mandate_view(_existing(mandate))


def revoke_mandate(*, actor: Actor | None, mandate: UUID, at: datetime) -> MandateView:
    """Take a mandate back, as its principal, or give it up, as its agent (Civil Code §173); at once and for good.

    The registration of a legal representative ends in the registry of enterprises, not here.

    Raises:
        SignInNeeded, AssuranceTooLow: the actor has to be real-name proved.
        MandateMissing: the actor is neither its principal nor its agent.
        MandateNotYours: it rests on a registration, or the actor is an agent of the principal only.
        MandateRevoked: it is revoked already.
    """
    actor = require_assurance(actor, AssuranceLevel.SUBSTANTIAL)
    with transaction.atomic():
        row = _locked(mandate)
        if row is None or not {actor.party, actor.subject} & {row.principal_id, row.agent_id}:
            raise MandateMissing
        if row.agent_id != actor.subject:
            _require_own_right(actor, at=at)
        if row.basis != MandateBasis.GRANTED:
            raise MandateNotYours
        if row.revoked_at is not None:
            raise MandateRevoked
        Mandate.objects.filter(id=row.id).update(revoked_at=at)
        _record(actor, "revoke", row, at=at)
        data = MandateRevokedEvent(mandate=row.id, principal=row.principal_id, agent=row.agent_id)
        emit(MANDATE_REVOKED, subject=row.id, data=data, at=at)
    return mandate_view(_existing(mandate))


def act_for(*, actor: Actor | None, session: acting.Session, mandate: UUID, at: datetime) -> Actor:
    """Act under *mandate* from the next request on, and return who one then is.

    Raises:
        SignInNeeded, AssuranceTooLow: agents are real-name proved.
        MandateMissing, MandateNotAccepted, MandateExpired, MandateRevoked: there is no such right.
    """
    actor = require_assurance(actor, AssuranceLevel.SUBSTANTIAL)
    own = acting.alone(actor)
    changed = acting.with_mandate(own, mandate, at=at)
    acting.forget_principal(session)
    session[acting.MANDATE] = str(mandate)
    return changed


def act_for_self(*, actor: Actor | None, session: acting.Session) -> Actor:
    """Act for oneself from the next request on, and return who one then is; help at a window is ended, not left.

    Raises:
        SignInNeeded: nobody is signed in.
    """
    actor = require_assurance(actor, AssuranceLevel.LOW)
    if actor.assistance is not None:
        return actor
    acting.forget_principal(session)
    return acting.alone(actor)


def require_mandate(actor: Actor | None, matter: str, *, at: datetime, amount_fen: int | None = None) -> Actor:
    """Return the actor when they may act in this matter for whom they act; acting for oneself needs no mandate.

    Raises:
        SignInNeeded: nobody is signed in.
        MandateMissing, MandateRevoked, MandateNotAccepted, MandateExpired: the right has ended.
        MandateOutsideMatter: it does not cover this matter, channel or amount.
    """
    actor = require_assurance(actor, AssuranceLevel.LOW)
    if actor.mandate is None:
        return actor
    law.permits(_mandate_of(actor), matter=matter, channel=actor.channel, at=at, amount_fen=amount_fen)
    return actor


def principals_of(actor: Actor | None, *, at: datetime) -> tuple[MandateView, ...]:
    """Return the mandates under which the actor may act for others, or may once accepted; legal entities first.

    Raises:
        SignInNeeded: nobody is signed in.
    """
    return mandates_held(require_assurance(actor, AssuranceLevel.LOW).subject, at=at)


def mandates_granted(actor: Actor | None) -> tuple[MandateView, ...]:
    """Return every mandate that was given by whom the actor acts for, themselves included, the newest first.

    Raises:
        SignInNeeded: nobody is signed in.
    """
    return mandates_given(require_assurance(actor, AssuranceLevel.LOW).party)


def _mandate_of(actor: Actor) -> MandateView:
    """Return the mandate the actor acts under, read once a request."""
    view: MandateView | None = actor.cache.get(MANDATE)
    if view is None:
        row = mandate_row(actor.mandate) if actor.mandate else None
        if row is None or row.agent_id != actor.subject:
            raise MandateMissing
        view = actor.cache[MANDATE] = mandate_view(row)
    return view


def _require_own_right(actor: Actor, *, at: datetime) -> None:
    """Refuse agents and helpers: only the principal, or its registered representative, disposes of its rights."""
    if actor.on_behalf_of is None:
        return
    if actor.mandate is None:
        raise MandateNotYours
    view = _mandate_of(actor)
    law.live(view, at=at)
    if view.basis is not MandateBasis.LEGAL_REPRESENTATIVE:
        raise MandateNotYours


def _matters(matters: Iterable[str]) -> list[str]:
    wanted = sorted({matter.strip() for matter in matters} - {""})
    if not wanted:
        raise InvalidInput(field="matters", what=gettext("请至少选择一类事项"))
    return wanted


def _locked(mandate: UUID) -> Mandate | None:
    return Mandate.objects.select_for_update().filter(id=mandate).first()


def _existing(mandate: UUID) -> Mandate:
    return mandates().get(id=mandate)


def _record(actor: Actor, command: str, row: Mandate, *, at: datetime) -> UUID:
    state = {"principal": row.principal_id, "agent": row.agent_id, "matters": row.matters, "until": row.valid_until}
    return record_act(
        actor,
        f"mandate.{command}",
        "mandate",
        str(row.id),
        at=at,
        states=(None, state),
        concerns=(row.principal_id, row.agent_id),
    )
