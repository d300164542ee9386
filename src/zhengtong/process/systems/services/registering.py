"""Who may call 接入: connect a department's system, narrow it, suspend and resume it, give it new keys."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from zhengtong.kernel.clock import on_day
from zhengtong.kernel.errors import Conflict, InvalidInput
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.webhooks import api as webhooks
from zhengtong.process.cases import api as cases
from zhengtong.process.items import api as items
from zhengtong.process.systems.contracts import (
    ActNotAllowed,
    Caller,
    Connected,
    CredentialMissing,
    NewKey,
    Permission,
    SystemAct,
    SystemEntry,
    SystemSuspended,
    SystemUnknown,
)
from zhengtong.process.systems.models import System
from zhengtong.trust.access import api as access
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor, Duty
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

ROLE = "department_system"
CLAUSE = "GB/T 22239-2019 8.1.4.2"
_SECRET_BYTES = 32


def caller(request: HttpRequest) -> Caller:
    """Return who calls with `Authorization: Bearer …`; revocation and suspension count from the next call on.

    Raises:
        CredentialMissing: no working token of a connected system came.
        SystemSuspended: the system is suspended.
    """
    actor = identity.authenticate_application(request)
    row = None if actor is None else System.objects.filter(pk=actor.subject).first()
    if actor is None or row is None:
        raise CredentialMissing
    if row.suspended_at is not None:
        raise SystemSuspended
    return Caller(
        actor=actor, system=row.pk, items=frozenset(row.items), acts=frozenset(SystemAct(act) for act in row.acts)
    )


def require_act(caller: Caller, act: SystemAct) -> None:
    """Refuse what the system was not connected for.

    Raises:
        ActNotAllowed: it was not.
    """
    if act not in caller.acts:
        raise ActNotAllowed(act=str(act.label))


def connect(*, actor: Actor, entry: SystemEntry, at: datetime, expires_at: datetime) -> Connected:
    """Connect a system: register the application, bound it to its department, hand its secrets over once.

    Args:
        actor: who answers for it; registering an application and issuing a credential are asked of them as well.
        entry: what it is and what it may do.
        at: now.
        expires_at: when its credential stops working.

    Raises:
        NotAllowed: the actor may not do this there.
        ItemUnknown: an item is not in force.
        AddressUnfit: nothing may be sent to the address.
        Conflict: the department has an application of this name.
    """
    _require(actor, entry.organisation)
    _check(entry, at)
    with transaction.atomic():
        application = identity.register_application(
            actor=actor, organisation=entry.organisation, name=entry.name, name_en=entry.name_en, sector="process",
            at=at,
        ).subject  # fmt: skip
        issued = identity.issue_application_credential(
            actor=actor, application=application, at=at, expires_at=expires_at
        )
        _bound(application, entry.organisation, at)
        row = System(
            application=application, organisation_id=entry.organisation, name=entry.name, name_en=entry.name_en,
            items=sorted(entry.items), acts=sorted(entry.acts), address=entry.address, connected_at=at,
        )  # fmt: skip
        key = _new_key(row, at) if entry.address else None
        row.save(force_insert=True)
        record_act(
            actor, "connect", row, at, after={"items": row.items, "acts": row.acts, "address": bool(row.address)}
        )
    return Connected(
        system=application, client_id=issued.client_id, client_secret=issued.secret,
        key=row.key, secret=key.secret if key else "",
    )  # fmt: skip


def _check(entry: SystemEntry, at: datetime) -> None:
    for code in entry.items:
        items.in_force(code, at=on_day(at))
    if not entry.acts:
        raise InvalidInput(field="acts", what="acts")
    if entry.address:
        webhooks.require_fit(entry.address)


def _bound(application: UUID, organisation: UUID, at: datetime) -> None:
    """Give the application its department's powers over cases; what it may do of them, its row says."""
    system = identity.system_actor()
    if ROLE not in {role.code for role in access.roles()}:
        powers = {cases.Permission.ACCEPT, cases.Permission.DECIDE, cases.Permission.OPINE}
        access.define_role(
            actor=system, code=ROLE, name="部门业务系统", name_en="Department's system", duty=Duty.BUSINESS,
            permissions={str(power) for power in powers}, at=at,
        )  # fmt: skip
    access.grant_role(actor=system, role=ROLE, application_id=application, organisation=organisation, at=at)


def suspend(*, actor: Actor, system: UUID, reason: str, at: datetime) -> None:
    """Stop a system for now: its calls are refused, and what it is told waits; a second time changes nothing.

    Raises:
        SystemUnknown: there is none, or it is another's to manage.
        InvalidInput: no reason is given.
    """
    if not reason.strip():
        raise InvalidInput(field="reason", what="reason")

    def stop(row: System) -> None:
        row.suspended_at, row.reason = row.suspended_at or at, reason.strip()[:300]

    _change(actor, system, "suspend", at, stop)


def resume(*, actor: Actor, system: UUID, at: datetime) -> None:
    """Let a suspended system work again; it goes on from where it had read to.

    Raises:
        SystemUnknown: there is none, or it is another's to manage.
    """

    def start(row: System) -> None:
        row.suspended_at, row.reason = None, ""

    _change(actor, system, "resume", at, start)


def renew_key(*, actor: Actor, system: UUID, at: datetime) -> NewKey:
    """Give the system another key for what it is told, shown this once; the next message is signed with it.

    Raises:
        SystemUnknown: there is none, or it is another's to manage.
        Conflict: it has no address to be told at.
    """
    made: list[NewKey] = []

    def renew(row: System) -> None:
        if not row.address:
            raise Conflict
        made.append(_new_key(row, at))

    _change(actor, system, "renew_key", at, renew)
    return made[0]


def _new_key(row: System, at: datetime) -> NewKey:
    row.key, row.secret, row.key_issued_at = new_id(), secrets.token_hex(_SECRET_BYTES), at
    return NewKey(key=row.key, secret=row.secret)


def _change(actor: Actor, system: UUID, verb: str, at: datetime, apply: Callable[[System], None]) -> None:
    with transaction.atomic():
        row = managed(actor, system)
        apply(row)
        row.save()
        record_act(actor, verb, row, at, after={"suspended": row.suspended_at is not None, "key": str(row.key)})


def managed(actor: Actor, system: UUID) -> System:
    """Return the row of a system the actor manages, held until the transaction ends.

    Raises:
        SystemUnknown: there is none, or it is another's to manage.
    """
    row = System.objects.select_for_update(of=("self",)).filter(pk=system).first()
    if row is None or not access.allowed(
        actor, Permission.MANAGE, organisation=row.organisation_id,
        region=identity.organisation(row.organisation_id).region,
    ):  # fmt: skip
        raise SystemUnknown
    return row


def _require(actor: Actor, organisation: UUID) -> None:
    place = identity.organisation(organisation).region
    access.require(actor, Permission.MANAGE, organisation=organisation, region=place)


def record_act(actor: Actor, verb: str, row: System, at: datetime, *, after: Any) -> None:
    """Record what was done with a system."""
    record(
        Act(
            authority=Authority(clause=CLAUSE, permission=Permission.MANAGE),
            business=Business(
                command=f"process.system.{verb}",
                object_type="process.system",
                object_id=str(row.pk),
                after=digest(after),
            ),
            responsibility=identity.responsibility_of(actor),
            at=at,
        )
    )
