"""Asking a ministry 查询部委接口: authorise, count, put on record, ask, keep what may be kept, answer.

The query is on record, durably, before the ministry is asked and so before any answer leaves. Between the two
transactions no lock is held: a ministry that takes its time holds nobody up. What a killed process asked stays on
record as never answered.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.models import Q

from zhengtong.data.exchange.api import Businesses, BusinessNotAgreed
from zhengtong.data.ministries import law, queries
from zhengtong.data.ministries.contracts import (
    Answer,
    AskedWrongly,
    GrantUsedUp,
    Interface,
    InterfaceUsedUp,
    MinistryBusinessNotGranted,
    MinistryResting,
    MinistrySilent,
    NotGranted,
    Outcome,
    Permission,
)
from zhengtong.data.ministries.line import UnansweredError, Upstream
from zhengtong.data.ministries.models import CachedAnswer, Condition, Grant, Query
from zhengtong.data.registries import api as registries
from zhengtong.kernel.clock import BEIJING, on_day
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.failpoints import declare, failpoint
from zhengtong.kernel.ids import new_id
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor, SubjectKind
from zhengtong.trust.keys.api import BlindIndex
from zhengtong.trust.ledger.api import Authority, digest, record_reading

PURPOSE = "data.ministries.query"
_ASKED = BlindIndex(purpose="ministries.query")
_TRIAL = timedelta(seconds=60)
"""How long others wait for the one that tries whether a resting interface answers again: longer than any time-out."""
_COUNT = """INSERT INTO ministries_querycount (counted, day, count) VALUES (%s, %s, 1)
    ON CONFLICT (counted, day) DO UPDATE SET count = ministries_querycount.count + 1 RETURNING count"""
_businesses = Businesses()
declare("ministries.recorded", "ministries.answered")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """A query that may be asked."""

    id: UUID
    actor: Actor
    grant: Grant
    interface: Interface
    edition: int
    inputs: Mapping[str, str]
    key: bytes
    business: str
    purpose: str
    subject: UUID | None
    at: datetime


def ask(
    *,
    actor: Actor,
    interface: str,
    business: str,
    inputs: Mapping[str, str],
    at: datetime,
    upstream: Upstream | None = None,
) -> Answer:
    """Ask a ministry's interface for an item or a case, as an official of a department that was granted it.

    Args:
        actor: the official.
        interface: its code.
        business: the code of a service item of the grant, or the number of an open case about one.
        inputs: values by the keys of the interface's inputs.
        at: now.
        upstream: what asks; the line that was set up by default.

    Raises:
        NotAllowed: the actor may not ask.
        InterfaceUnknown, NotGranted, MinistryBusinessNotGranted, AskedWrongly: nothing was asked or counted.
        GrantUsedUp, InterfaceUsedUp, MinistryResting, LineMissing: the same.
        MinistrySilent: no answer; the try is on record.
        RuntimeError: a transaction is open, which could undo the record after the answer has left.
    """
    organisation = actor.organisation
    if organisation is None:
        raise NotGranted
    require(actor, Permission.ASK, organisation=organisation, region=identity.organisation(organisation).region)
    found = queries.catalogue()
    wanted = queries.interface_in(found, interface)
    grant = _granted(Grant.objects.filter(organisation=organisation), interface, at)
    try:
        _businesses.require(business, items=frozenset(grant.items))
    except BusinessNotAgreed:
        raise MinistryBusinessNotGranted(field="business") from None
    fit = _require_fit(wanted, inputs)
    number = fit.get("id_number", "")
    return _answered(
        _Asked(
            id=new_id(), actor=actor, grant=grant, interface=wanted, edition=found.number, inputs=fit,
            key=_ASKED.of(law.canonical(wanted, fit)), business=business, purpose=PURPOSE,
            subject=registries.subject_of(number) if number else None, at=at,
        ),
        upstream,
    )  # fmt: skip


def ask_about_oneself(
    *, actor: Actor, interface: str, purpose: str, at: datetime, upstream: Upstream | None = None
) -> Answer:
    """Ask an interface about the actor's own party, under a grant for filling applicants' forms.

    What is asked comes from the registries and from who is signed in, never from what was typed.

    Raises:
        InterfaceUnknown, NotGranted, AskedWrongly: nothing was asked; the last where the interface needs to know more.
        GrantUsedUp, InterfaceUsedUp, MinistryResting, LineMissing, MinistrySilent: as `ask`.
        ResidentUnknown: the population registry has no such person.
    """
    found = queries.catalogue()
    wanted = queries.interface_in(found, interface)
    grant = _granted(Grant.objects.filter(for_applicants=True), interface, at)
    own = _own_inputs(actor, purpose, at)
    fit = _require_fit(wanted, {item.key: own[item.key] for item in wanted.inputs if item.key in own})
    return _answered(
        _Asked(
            id=new_id(), actor=actor, grant=grant, interface=wanted, edition=found.number, inputs=fit,
            key=_ASKED.of(law.canonical(wanted, fit)), business=purpose, purpose=purpose,
            subject=actor.party if actor.party_kind is SubjectKind.NATURAL else None, at=at,
        ),
        upstream,
    )  # fmt: skip


def _granted(rows: Any, interface: str, at: datetime) -> Grant:
    """Return the grant under which is asked."""
    row: Grant | None = rows.filter(interface=interface, ended_at=None, expires_on__gte=on_day(at)).first()
    if row is None:
        raise NotGranted
    return row


def _require_fit(interface: Interface, inputs: Mapping[str, str]) -> dict[str, str]:
    """Return what is asked without blanks around it, when nothing is missing and nothing is foreign."""
    wrong = [item.title for item in law.lacking(interface, inputs)]
    wrong += sorted(inputs.keys() - {item.key for item in interface.inputs})
    if wrong:
        raise AskedWrongly(field=next(iter(law.lacking(interface, inputs)), interface.inputs[0]).key, what=wrong[0])
    return {item.key: inputs[item.key].strip() for item in interface.inputs}


def _own_inputs(actor: Actor, purpose: str, at: datetime) -> dict[str, str]:
    if actor.party_kind is SubjectKind.NATURAL:
        person = registries.resident_of(actor.party, actor=actor, purpose=purpose, at=at)
        return {"name": person.name, "id_number": person.id_number}
    entity = identity.represented(actor)
    return {"entity_name": entity.name, "credit_code": entity.credit_code}


def _answered(asked: _Asked, upstream: Upstream | None) -> Answer:
    kept = _kept(asked)
    if kept is not None:
        with transaction.atomic(durable=True):
            _put_on_record(asked, Outcome.FOUND, record=kept[0])
        return Answer(
            query=asked.id, interface=asked.interface, answered_at=kept[1], is_cached=True, record=kept[0]
        )  # fmt: skip
    line: Upstream = upstream or queries.line()
    _require_awake(asked)
    with transaction.atomic(durable=True):
        _put_on_record(asked, Outcome.ASKED, record=None)
    failpoint("ministries.recorded")
    started = time.monotonic()
    try:
        record = line.ask(
            asked.interface, asked.inputs, request=asked.id, business=asked.business, at=asked.at
        )  # fmt: skip
    except UnansweredError as error:
        with transaction.atomic(durable=True):
            _settle(asked, Outcome.FAILED, None)
            _note_failure(asked, error.what)
        raise MinistrySilent(what=error.what) from None
    failpoint("ministries.answered")
    with transaction.atomic(durable=True):
        _settle(asked, Outcome.NOTHING if record is None else Outcome.FOUND, record)
        _note_answer(asked, round(1000 * (time.monotonic() - started)))
        _keep(asked, record)
    return Answer(query=asked.id, interface=asked.interface, answered_at=asked.at, is_cached=False, record=record)


def _put_on_record(asked: _Asked, outcome: Outcome, *, record: Mapping[str, str] | None) -> None:
    """Count and record the query, in the transaction that is open.

    Where the ministry is asked, its interface counts too; an answer that lies here costs the grant alone.
    """
    _count(str(asked.grant.pk), asked.at, asked.grant.daily_quota, GrantUsedUp)
    if outcome is Outcome.ASKED:
        _count(asked.interface.code, asked.at, asked.interface.daily_quota, InterfaceUsedUp)
    known = outcome is not Outcome.ASKED
    Query.objects.create(
        id=asked.id, grant=asked.grant, at=asked.at, business=asked.business, subject=asked.subject, key=asked.key,
        is_cached=known, outcome=outcome, settled_at=asked.at if known else None,
        answer_digest=digest(record, salt=asked.id.bytes) if known else "",
    )  # fmt: skip
    record_reading(
        responsibility=identity.responsibility_of(asked.actor),
        authority=Authority(clause=asked.grant.basis, permission=Permission.ASK),
        concerns=[asked.subject] if asked.subject else [],
        object_type="data.ministries.query",
        object_id=str(asked.id),
        purpose=asked.purpose,
        at=asked.at,
    )


def _count(counted: str, at: datetime, quota: int, refusal: Callable[..., Exception]) -> None:
    """Count one more of the day, under the row's lock."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [counted, on_day(at)])
        (count,) = cursor.fetchone()
    if count > quota:
        raise refusal(quota=quota)


def _settle(asked: _Asked, outcome: Outcome, record: Mapping[str, str] | None) -> None:
    told = "" if outcome is Outcome.FAILED else digest(record, salt=asked.id.bytes)
    Query.objects.filter(pk=asked.id, outcome=Outcome.ASKED).update(
        outcome=outcome, answer_digest=told, settled_at=asked.at
    )  # fmt: skip


def _kept(asked: _Asked) -> tuple[Mapping[str, str], datetime] | None:
    """Return an answer that may be used again, with its moment: of this edition, and no older than it says today."""
    if not asked.interface.cache_minutes:
        return None
    since = asked.at - timedelta(minutes=asked.interface.cache_minutes)
    row = CachedAnswer.objects.filter(
        pk=asked.key, edition=asked.edition, expires_at__gt=asked.at, answered_at__gt=since
    ).first()
    return None if row is None else (orjson.loads(row.record), row.answered_at)


def _keep(asked: _Asked, record: Mapping[str, str] | None) -> None:
    """Keep an answer that may be used again; that nothing was found is asked again each time."""
    if record is None or not asked.interface.cache_minutes:
        return
    CachedAnswer.objects.update_or_create(
        key=asked.key,
        defaults={
            "interface": asked.interface.code, "edition": asked.edition, "record": orjson.dumps(dict(record)).decode(),
            "answered_at": asked.at, "expires_at": asked.at + timedelta(minutes=asked.interface.cache_minutes),
        },
    )  # fmt: skip


def _require_awake(asked: _Asked) -> None:
    """Return when the interface may be asked; of those who come after its rest, one tries and the others wait."""
    row = Condition.objects.filter(pk=asked.interface.code).first()
    if row is None or row.resting_until is None:
        return
    trying = Condition.objects.filter(pk=row.pk, resting_until=row.resting_until, resting_until__lte=asked.at)
    if row.resting_until > asked.at or not trying.update(resting_until=asked.at + _TRIAL):
        raise MinistryResting(until=f"{row.resting_until.astimezone(BEIJING):%H:%M:%S}")


def _note_failure(asked: _Asked, what: Phrase) -> None:
    Condition.objects.get_or_create(interface=asked.interface.code)
    row = Condition.objects.select_for_update().get(pk=asked.interface.code)
    row.failures += 1
    rest = law.rest_after(row.failures)
    row.resting_until = None if rest is None else asked.at + rest
    row.failed_at, row.failure = asked.at, {"template": what.template, "values": what.values}
    row.save(update_fields=["failures", "resting_until", "failed_at", "failure"])


def _note_answer(asked: _Asked, milliseconds: int) -> None:
    """Note that it answers; where it did well all along, the moment is written once a minute, not by every query."""
    told = {"failures": 0, "resting_until": None, "answered_at": asked.at, "milliseconds": milliseconds}
    stale = Q(failures__gt=0) | Q(answered_at=None) | Q(answered_at__lte=asked.at - timedelta(minutes=1))
    row = Condition.objects.filter(pk=asked.interface.code)
    if not row.filter(stale).update(**told) and not row.exists():
        Condition.objects.get_or_create(interface=asked.interface.code, defaults=told)
