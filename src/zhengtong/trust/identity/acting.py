"""Who is acting 当前身份: from a request to an Actor, in at most two statements beyond session and account.

The session remembers a choice (`post`, `mandate` or `assistance`), never a right: every request checks again that the
post is held, the mandate is live, the help goes on. When it is not, `Lapsed` says so; nobody becomes themselves
silently in the middle of something they meant to do for another.
"""

from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from django.db.models import Q
from django.http import HttpRequest

from zhengtong.kernel.errors import Refusal, SignInNeeded
from zhengtong.trust.identity import law
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, Channel, Duty, SubjectKind
from zhengtong.trust.identity.guard import require_assurance
from zhengtong.trust.identity.models import Account, Appointment, Assistance
from zhengtong.trust.identity.queries import mandates
from zhengtong.trust.identity.refusals import AssistanceOver, MandateMissing, PostNotHeld

POST, MANDATE, ASSISTANCE = "acting.post", "acting.mandate", "acting.assistance"
Session = MutableMapping[str, Any]


class Lapsed(Exception):  # noqa: N818 -- named after what happened
    """The right on which the session acts for somebody has ended; `actor` is who remains: the person themselves."""

    def __init__(self, refusal: Refusal, actor: Actor) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.actor = actor


def resolve(request: HttpRequest, *, at: datetime) -> Actor | None:
    """Return who acts in *request*; nobody when nobody is signed in.

    Raises:
        Lapsed: the session acts for somebody, and the right to do so has ended.
    """
    account = request.user
    if not isinstance(account, Account) or not account.is_active:
        return None
    own = _own(account, request.session, factors=_factors(request, account), at=at)
    try:
        return _with_principal(own, request.session, at=at)
    except Refusal as refusal:
        raise Lapsed(refusal, own) from refusal


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor that the middleware found.

    Raises:
        SignInNeeded: nobody is signed in.
    """
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise SignInNeeded
    return actor


def forget_principal(session: Session) -> None:
    """Act for oneself from now on."""
    for key in (MANDATE, ASSISTANCE):
        session.pop(key, None)


def alone(actor: Actor) -> Actor:
    """Return *actor* without anybody behind them."""
    return _changed(
        actor, on_behalf_of=None, on_behalf_of_kind=None, mandate=None, assistance=None, channel=Channel.WEB
    )


def _factors(request: HttpRequest, account: Account) -> int:
    records = get_authentication_records(request, account)
    return law.factors_of((record.get("method", ""), record.get("type", "")) for record in records)


def _own(account: Account, session: Mapping[str, Any], *, factors: int, at: datetime) -> Actor:
    subject = account.subject
    kind = SubjectKind(subject.kind)
    facts: dict[str, Any] = {
        "subject": subject.id,
        "kind": kind,
        "account": account.pk,
        # A session restored without records (by a test client or an administrator) counts as one factor.
        "assurance": law.assurance(proof=AssuranceLevel(subject.proof_level), factors=max(factors, 1)),
        "channel": Channel.WEB,
    }
    if kind is SubjectKind.OFFICIAL:
        facts |= _post(subject.id, session, at=at)
    return Actor(**facts)


def _post(official: UUID, session: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """Return the post chosen in the session, else the first one held: one statement."""
    held = list(
        Appointment.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=at), official=official, valid_from__lte=at
        )
        .select_related("post__organisation")
        .order_by("valid_from", "id")
    )
    if not held:
        return {}
    chosen = next((row for row in held if str(row.post_id) == session.get(POST)), held[0]).post
    return {
        "post": chosen.id,
        "posts": tuple(row.post_id for row in held),
        "organisation": chosen.organisation_id,
        "organisation_path": chosen.organisation.path,
        "region": chosen.organisation.region,
        "duty": Duty(chosen.duty),
    }


def _with_principal(own: Actor, session: Mapping[str, Any], *, at: datetime) -> Actor:
    if identifier := session.get(MANDATE):
        return with_mandate(own, UUID(identifier), at=at)
    if identifier := session.get(ASSISTANCE):
        return with_assistance(own, UUID(identifier), at=at)
    return own


def with_mandate(own: Actor, mandate: UUID, *, at: datetime) -> Actor:
    """Return *own* acting under *mandate*.

    Raises:
        MandateMissing, MandateRevoked, MandateNotAccepted, MandateExpired: there is no such right now.
    """
    row = mandates.mandate_row(mandate)
    if row is None or row.agent_id != own.subject:
        raise MandateMissing
    view = mandates.mandate_view(row)
    law.live(view, at=at)
    actor = _changed(own, on_behalf_of=view.principal, on_behalf_of_kind=view.principal_kind, mandate=mandate)
    actor.cache.update({mandates.MANDATE: view, mandates.PRINCIPAL: row.principal})
    return actor


def with_assistance(own: Actor, assistance: UUID, *, at: datetime) -> Actor:
    """Return *own*, a clerk, helping the person of *assistance*.

    Raises:
        AssistanceOver: it has ended, or belongs to another clerk.
        PostNotHeld: the clerk has left the post from which the help was given.
    """
    row = (
        Assistance.objects.filter(id=assistance, clerk=own.subject)
        .select_related("person__natural", "person__legal")
        .first()
    )
    if row is None or row.ended_at is not None or at >= row.ends_at:
        raise AssistanceOver
    if row.post_id != own.post:
        raise PostNotHeld
    actor = _changed(
        own,
        on_behalf_of=row.person_id,
        on_behalf_of_kind=SubjectKind(row.person.kind),
        assistance=assistance,
        channel=Channel(row.channel),
    )
    actor.cache[mandates.PRINCIPAL] = row.person
    return actor


def by_api(account: Account, *, mandate: UUID | None, at: datetime) -> Actor:
    """Return who acts when an application calls on behalf of *account*, under *mandate* where there is one.

    Raises:
        AssuranceTooLow: agents are real-name proved.
        MandateMissing, MandateRevoked, MandateNotAccepted, MandateExpired: there is no such right now.
    """
    actor = _changed(_own(account, {}, factors=1, at=at), channel=Channel.API)
    if mandate is None:
        return actor
    return with_mandate(require_assurance(actor, AssuranceLevel.SUBSTANTIAL), mandate, at=at)


def _changed(actor: Actor, **facts: Any) -> Actor:
    values = {name: getattr(actor, name) for name in actor.__dataclass_fields__ if name != "cache"}
    return Actor(**(values | facts))
