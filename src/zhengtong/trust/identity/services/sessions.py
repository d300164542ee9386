"""Sessions at applications 应用会话: begun by consent, ended by signing out, of which the applications are told."""

from datetime import datetime, timedelta
from uuid import UUID

from allauth.idp.oidc.models import Token
from django.db import transaction
from django.db.models import Q

from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity.acting import Session
from zhengtong.trust.identity.contracts import Actor, LogoutOutcome, system_actor
from zhengtong.trust.identity.models import ApplicationCredential, ApplicationSession, LogoutAttempt
from zhengtong.trust.identity.recording import record_act

VISIT = "oidc.visit"
"""Where a browser session keeps its own number, which no application learns."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 1800, 7200, 21600))
"""How long to wait after each failed attempt; after the last an application is given up."""
REMEMBERED = timedelta(days=30)
_AT_ONCE = 100


def begin_session(
    *, account: int, session: Session, credential: ApplicationCredential, issuer: str, ends_at: datetime, at: datetime
) -> UUID:
    """Begin the session of *account* at an application, or go on with the one of this browser; return its `sid`.

    Each application gets a `sid` of its own: a shared one would tell two sectors that they see one person. What ended
    long ago is forgotten on the way.
    """
    visit = session.setdefault(VISIT, str(new_id()))
    ApplicationSession.objects.filter(account=account, ended_at__lt=at - REMEMBERED, tell_at=None).delete()
    row, _new = ApplicationSession.objects.update_or_create(
        visit=visit,
        credential=credential,
        account_id=account,
        ended_at=None,
        defaults={"ends_at": ends_at, "issuer": issuer},
        create_defaults={"ends_at": ends_at, "issuer": issuer, "started_at": at},
    )
    return row.id


def end_sessions(
    *,
    actor: Actor,
    at: datetime,
    visit: str | None = None,
    account: int | None = None,
    credential: UUID | None = None,
) -> tuple[UUID, ...]:
    """End the sessions of a browser (*visit*), an account or a credential; tokens die, applications are told after.

    Returns:
        The ids of the sessions that ended; ending them again ends nothing.
    """
    named = {"visit": visit, "account": account, "credential": credential}
    whose = Q(**{name: value for name, value in named.items() if value is not None})
    if not whose:
        return ()
    with transaction.atomic():
        return _end(actor, whose, at=at)


def end_overdue_sessions(*, at: datetime) -> int:
    """End the sessions whose browser session has run out; return how many."""
    if not ApplicationSession.objects.filter(ended_at=None, ends_at__lte=at).exists():
        return 0
    with transaction.atomic():
        return len(_end(system_actor(), Q(ends_at__lte=at), at=at, most=_AT_ONCE))


def claim_untold(at: datetime, *, until: datetime) -> list[UUID]:
    """Return the ended sessions whose application is to be told now; they come again at *until* if nobody does it."""
    due = ApplicationSession.objects.filter(tell_at__lte=at)
    if not due.exists():
        return []
    with transaction.atomic():
        found = list(due.select_for_update().order_by("tell_at", "id").values_list("id", flat=True)[:_AT_ONCE])
        ApplicationSession.objects.filter(id__in=found).update(tell_at=until)
    return found


def record_attempt(*, session: UUID, outcome: LogoutOutcome, status: int | None, at: datetime) -> None:
    """Record an attempt to tell an application, and when to try again: not once it knows, not for ever."""
    with transaction.atomic():
        row = ApplicationSession.objects.select_for_update().get(id=session)
        number = row.attempts.count() + 1
        LogoutAttempt.objects.create(session=row, number=number, outcome=outcome, status=status, at=at)
        row.tell_at = None if outcome is LogoutOutcome.DELIVERED or number > len(PAUSES) else at + PAUSES[number - 1]
        row.save(update_fields=["tell_at"])


def _end(actor: Actor, whose: Q, *, at: datetime, most: int | None = None) -> tuple[UUID, ...]:
    rows = list(
        ApplicationSession.objects.select_for_update(of=("self",))
        .filter(whose, ended_at=None)
        .select_related("credential", "account")
        .order_by("id")[:most]
    )
    for row in rows:
        row.ended_at = at
        row.tell_at = at if row.credential.logout_uri and row.credential.revoked_at is None else None
        record_act(
            actor,
            "leave",
            "application",
            str(row.credential.application_id),
            at=at,
            concerns=(row.account.subject_id,),
        )
    ApplicationSession.objects.bulk_update(rows, ["ended_at", "tell_at"])
    ended = tuple(row.id for row in rows)
    people = {row.account_id for row in rows}
    Token.objects.filter(user__in=people, data__sid__in=[str(sid) for sid in ended]).delete()
    return ended
