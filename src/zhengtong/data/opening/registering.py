"""Using what is not open to everybody 登记使用: register with a purpose, by agreement where it takes one, get a key.

A key is `zto_`, the registration and a secret; the secret is shown once and only its SHA-256 is kept. Every call is
metered before it is answered.
"""

import hashlib
import hmac
import secrets
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from zhengtong.data.opening import queries, storing
from zhengtong.data.opening.contracts import (
    Access,
    AccessNeeded,
    AnsweredAlready,
    KeyWrong,
    OpeningReasonNeeded,
    OpeningView,
    Permission,
    QuotaUsedUp,
    RegistrationNotActive,
    RegistrationState,
    RegistrationUnknown,
    RegistrationView,
    WordsNeeded,
)
from zhengtong.data.opening.models import Registration, Use
from zhengtong.kernel.calendar import api as calendars
from zhengtong.kernel.calendar.contracts import Unit
from zhengtong.kernel.clock import on_day
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

THING = "data.opening.registration"
PREFIX = "zto_"
_LIVE = (RegistrationState.ASKED, RegistrationState.ACTIVE)
_SECRET_BYTES = 24


def register(*, actor: Actor, slug: str, registration: UUID, purpose: str, at: datetime) -> RegistrationView:
    """Register to use a release, stating what for; by agreement or for research the department answers first.

    Args:
        actor: who is signed in.
        slug: of the release.
        registration: an id chosen with the form, so that sending it twice makes one.
        purpose: what for.
        at: now.

    Raises:
        NotReleased: nothing is open under this name.
        WordsNeeded: the purpose says nothing.
    """
    one = queries.released(slug)
    if not purpose.strip():
        raise WordsNeeded(field="purpose")
    standard = storing.standard_on(on_day(at))
    waits = one.access in {Access.AGREEMENT, Access.RESEARCH}
    with transaction.atomic():
        live = Registration.objects.filter(application=one.id, subject=actor.party, state__in=_LIVE).first()
        if live is None:
            live = Registration.objects.create(
                id=registration, application_id=one.id, subject=actor.party, purpose=purpose.strip(), asked_at=at,
                state=RegistrationState.ASKED if waits else RegistrationState.ACTIVE,
                due_on=due_on(on_day(at), standard.answer_working_days) if waits else None,
                daily_quota=standard.daily_quota,
            )  # fmt: skip
            _record(actor, "register", live, one.basis, at)
    return registration_of(actor, live.id, on_day(at))


def decide(*, actor: Actor, registration: UUID, agrees: bool, reason: str, at: datetime) -> RegistrationView:
    """Answer for the department who asks to use a release by agreement.

    Raises:
        RegistrationUnknown: there is none, or it is another department's.
        NotAllowed: the actor may not answer for the department.
        AnsweredAlready: somebody was first.
        OpeningReasonNeeded: a refusal needs one.
    """
    with transaction.atomic():
        row = _rows().select_for_update(of=("self",)).filter(pk=registration).first()
        if row is None or row.application.provider_id != actor.organisation:
            raise RegistrationUnknown
        require_answering(actor, row.application.provider_id)
        if row.state != RegistrationState.ASKED:
            raise AnsweredAlready
        if not agrees and not reason.strip():
            raise OpeningReasonNeeded(field="reason")
        row.state = RegistrationState.ACTIVE if agrees else RegistrationState.REFUSED
        row.reason, row.decided_at, row.decided_by = reason.strip(), at, actor.subject
        row.save(update_fields=["state", "reason", "decided_at", "decided_by"])
        _record(actor, "agree" if agrees else "decline", row, row.application.basis, at)
    return view(row)


def issue_key(*, actor: Actor, registration: UUID, at: datetime) -> str:
    """Issue a key for an active registration and return it, this once; one issued before works no longer.

    Raises:
        RegistrationUnknown: the actor has none of this id.
        RegistrationNotActive: it opens nothing now.
    """
    with transaction.atomic():
        row = _rows().select_for_update(of=("self",)).filter(pk=registration, subject=actor.party).first()
        if row is None:
            raise RegistrationUnknown
        if row.state != RegistrationState.ACTIVE:
            raise RegistrationNotActive(state=RegistrationState(row.state).label)
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        row.key_digest = _digest(secret)
        row.save(update_fields=["key_digest"])
        _record(actor, "issue_key", row, row.application.basis, at)
    return f"{PREFIX}{row.id.hex}_{secret}"


def admit(one: OpeningView, *, key: str, actor: Actor | None, at: datetime) -> None:
    """Return when these rows may be handed out, and count the call: everybody, a key, or who is signed in.

    Raises:
        AccessNeeded: nothing says that this caller may.
        KeyWrong: the key does not fit.
        QuotaUsedUp: the calls of the day are used up.
    """
    if one.access is Access.UNCONDITIONAL:
        return
    row = _of_key(one, key) if key else _of_actor(one, actor)
    _count(row, on_day(at))


def may_take(one: OpeningView, *, actor: Actor | None) -> bool:
    """Say whether rows of a release may be shown to who is signed in, if anybody; it counts nothing."""
    return one.access is Access.UNCONDITIONAL or _active(one, actor) is not None


def registration_of(actor: Actor, identifier: UUID, today: date) -> RegistrationView:
    """Return a registration of the actor's own.

    Raises:
        RegistrationUnknown: there is none.
    """
    row = _rows().filter(pk=identifier, subject=actor.party).first()
    if row is None:
        raise RegistrationUnknown
    return view(row, today)


def registrations_of(actor: Actor, today: date) -> tuple[RegistrationView, ...]:
    """Return the actor's own registrations, the newest first, with the calls of the day: two statements."""
    found = list(_rows().filter(subject=actor.party).order_by("-asked_at")[: queries.PAGE])
    used = dict(Use.objects.filter(registration__in=found, day=today).values_list("registration", "count"))
    return tuple(view(row, used=used.get(row.id, 0)) for row in found)


def registrations_to_decide(provider: UUID) -> tuple[RegistrationView, ...]:
    """Return who asks the department for an agreement, the most urgent first."""
    rows = _rows().filter(application__provider=provider, state=RegistrationState.ASKED).order_by("due_on", "asked_at")
    return tuple(map(view, rows[: queries.PAGE]))


def registration_to_decide(actor: Actor, identifier: UUID) -> RegistrationView:
    """Return a registration for a release of the actor's department.

    Raises:
        RegistrationUnknown: there is none.
        NotAllowed: the actor may not answer for the department.
    """
    row = _rows().filter(pk=identifier, application__provider=actor.organisation).first()
    if row is None:
        raise RegistrationUnknown
    require_answering(actor, row.application.provider_id)
    return view(row)


def require_answering(actor: Actor, provider: UUID) -> None:
    """Return when the actor may answer the public for a department."""
    require(actor, Permission.ANSWER, organisation=provider, region=identity.organisation(provider).region)


def due_on(today: date, working_days: int) -> date:
    """Return the last day for an answer."""
    return calendars.current().due_on(today, working_days, Unit.WORKING_DAYS).on


def view(row: Registration, today: date | None = None, *, used: int = 0) -> RegistrationView:
    """Return *row*, whose application and provider are loaded, as a contract."""
    if today is not None:
        used = Use.objects.filter(registration=row.id, day=today).values_list("count", flat=True).first() or 0
    one = row.application
    return RegistrationView(
        id=row.id, opening=one.id, slug=one.slug, title=one.title, title_en=one.title_en, provider=one.provider_id,
        provider_name=one.provider.name, subject=row.subject, purpose=row.purpose, state=RegistrationState(row.state),
        asked_at=row.asked_at, due_on=row.due_on, reason=row.reason, daily_quota=row.daily_quota, used_today=used,
        has_key=bool(row.key_digest),
    )  # fmt: skip


def _rows() -> QuerySet[Registration]:
    return Registration.objects.select_related("application__provider")


def _of_key(one: OpeningView, key: str) -> Registration:
    identifier, _underscore, secret = key.removeprefix(PREFIX).partition("_")
    try:
        wanted = UUID(hex=identifier)
    except ValueError:
        raise KeyWrong from None
    row = Registration.objects.filter(pk=wanted, application=one.id, state=RegistrationState.ACTIVE).first()
    if row is None or not row.key_digest or not hmac.compare_digest(row.key_digest, _digest(secret)):
        raise KeyWrong
    return row


def _of_actor(one: OpeningView, actor: Actor | None) -> Registration:
    row = _active(one, actor)
    if row is None:
        raise AccessNeeded(title=one.title)
    return row


def _active(one: OpeningView, actor: Actor | None) -> Registration | None:
    if actor is None:
        return None
    return Registration.objects.filter(application=one.id, subject=actor.party, state=RegistrationState.ACTIVE).first()


def _count(row: Registration, today: date) -> None:
    """Count a call in one statement, so that two at once never pass the quota."""
    Use.objects.bulk_create([Use(registration=row, day=today)], ignore_conflicts=True)
    room = Use.objects.filter(registration=row, day=today, count__lt=row.daily_quota)
    if not room.update(count=F("count") + 1):
        raise QuotaUsedUp(quota=row.daily_quota)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _record(actor: Actor, verb: str, row: Registration, clause: str, at: datetime) -> None:
    permission = Permission.ANSWER if verb in {"agree", "decline"} else None
    record(
        Act(
            authority=Authority(clause=clause, permission=permission),
            business=Business(
                command=f"data.opening.{verb}", object_type=THING, object_id=str(row.id),
                after=digest({"application": row.application_id, "state": row.state}),
            ),
            responsibility=identity.responsibility_of(actor),
            concerns=(row.subject,),
            at=at,
        )
    )  # fmt: skip
