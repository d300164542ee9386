"""Acts of ministries: publish an edition of the catalogue, connect the line, grant an interface, end a grant."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from zhengtong.data.exchange.contracts import Algorithm
from zhengtong.data.ministries import queries, reading
from zhengtong.data.ministries.contracts import (
    Catalogue,
    GrantEntry,
    GrantExists,
    GrantReasonNeeded,
    GrantUnfit,
    GrantUnknown,
    GrantView,
    LineUnfit,
    Permission,
)
from zhengtong.data.ministries.models import CachedAnswer, Edition, Grant, Line
from zhengtong.kernel.clock import on_day
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

CLAUSE = "国发〔2016〕51号"
LONGEST_DAYS = 3 * 366
"""Days after which a grant must be made anew; this platform's own choice, no statute sets it."""
LARGEST_QUOTA = 10_000_000
_SECRET = 16
"""Bytes that a key of the line has at least."""


def publish_catalogue(*, actor: Actor, catalogue: Catalogue, at: datetime) -> int:
    """Publish an edition of the catalogue 发布接口目录; what is in force already is not published again.

    Grants of interfaces that are gone stay and give nothing. Answers kept under another edition are not used again.

    Returns:
        The number of the edition in force.

    Raises:
        NotAllowed: the actor may not.
        CatalogueUnfit: it contradicts itself.
    """
    require(actor, Permission.SET_UP)
    reading.require_sound(catalogue)
    content = reading.stored(catalogue)
    told = digest(content)
    with transaction.atomic():
        last = Edition.objects.select_for_update().order_by("-number").first()
        if last is not None and last.digest == told:
            return last.number
        number = (last.number if last else 0) + 1
        Edition.objects.create(number=number, digest=told, content=content, published_at=at)
        _record(actor, "publish_catalogue", "edition", str(number), told, at, permission=Permission.SET_UP)
    return number


def connect(*, actor: Actor, address: str, key_id: str, algorithm: Algorithm, key: bytes, at: datetime) -> None:
    """Set the line up, or change it 接入.

    Raises:
        NotAllowed: the actor may not.
        LineUnfit: it cannot work; nothing changed.
    """
    require(actor, Permission.SET_UP)
    if not address.startswith(("https://", "http://")):
        raise LineUnfit(field="address", what=Phrase(_("地址应以 https:// 开头")))
    if not key_id.strip() or len(key) < _SECRET:
        raise LineUnfit(field="key", what=Phrase(_("缺少密钥编号，或密钥不足 16 字节")))
    with transaction.atomic():
        row = Line.objects.select_for_update().first() or Line()
        row.address, row.key_id, row.algorithm = address.rstrip("/"), key_id.strip(), algorithm.value
        row.key, row.changed_at = key.hex(), at
        row.save()
        after = digest({"address": row.address, "key": row.key_id, "algorithm": row.algorithm})
        _record(actor, "connect", "line", "1", after, at, permission=Permission.SET_UP)


def grant(*, actor: Actor, identifier: UUID, entry: GrantEntry, at: datetime) -> GrantView:
    """Grant a department the use of an interface 授权使用; the same id again grants once.

    Raises:
        NotAllowed: the actor may not grant to this department.
        InterfaceUnknown: the catalogue in force has no such interface.
        GrantUnfit: something is missing or out of bounds.
        GrantExists: there is one that has not ended.
    """
    organisation = identity.organisation(entry.organisation)
    require(actor, Permission.GRANT, organisation=entry.organisation, region=organisation.region)
    wanted = queries.interface(entry.interface)
    for field, what in _lacking(entry, on_day(at)):
        raise GrantUnfit(field=field, what=Phrase(what))
    if entry.daily_quota > wanted.daily_quota:
        raise GrantUnfit(
            field="daily_quota", what=Phrase(_("每日次数不能超过接口的 {most} 次"), most=wanted.daily_quota)
        )
    try:
        with transaction.atomic():
            _enter(actor, identifier, entry, at)
    except IntegrityError:  # one grant a department and interface, and one an id: the constraints decide a race too
        if not Grant.objects.filter(pk=identifier).exists():
            raise GrantExists from None
    return queries.grant_of(identifier, at=at)


def end_grant(*, actor: Actor, identifier: UUID, reason: str, at: datetime) -> GrantView:
    """End a grant 终止授权; from then on nothing is answered under it. Ending twice changes nothing.

    Raises:
        GrantUnknown: there is none.
        NotAllowed: the actor may not.
        GrantReasonNeeded: no reason was given.
    """
    with transaction.atomic():
        row = Grant.objects.select_for_update().filter(pk=identifier).first()
        if row is None:
            raise GrantUnknown
        region = identity.organisation(row.organisation_id).region
        require(actor, Permission.GRANT, organisation=row.organisation_id, region=region)
        if row.ended_at is None:
            if not reason.strip():
                raise GrantReasonNeeded(field="reason")
            row.ended_at, row.reason = at, reason.strip()
            row.save(update_fields=["ended_at", "reason"])
            _record(actor, "end_grant", "grant", str(identifier), None, at, permission=Permission.GRANT)
    return queries.grant_of(identifier, at=at)


def forget_expired(at: datetime) -> int:
    """Delete answers that may not be used again; return how many."""
    gone, _kinds = CachedAnswer.objects.filter(expires_at__lte=at).delete()
    return gone


def _enter(actor: Actor, identifier: UUID, entry: GrantEntry, at: datetime) -> None:
    Grant.objects.create(
        id=identifier, interface=entry.interface, organisation_id=entry.organisation, items=list(entry.items),
        purpose=entry.purpose.strip(), basis=entry.basis.strip(), daily_quota=entry.daily_quota,
        for_applicants=entry.for_applicants, starts_at=at, expires_on=entry.expires_on,
    )  # fmt: skip
    after = digest({"interface": entry.interface, "organisation": str(entry.organisation), "items": entry.items})
    _record(actor, "grant", "grant", str(identifier), after, at, permission=Permission.GRANT)


def _lacking(entry: GrantEntry, today: date) -> Iterator[tuple[str, str]]:
    if not entry.items:
        yield "items", _("请写明用于哪些事项")
    if not entry.purpose.strip():
        yield "purpose", _("请写明用途")
    if not entry.basis.strip():
        yield "basis", _("请写明法律依据")
    if not 0 < entry.daily_quota <= LARGEST_QUOTA:
        yield "daily_quota", _("每日次数须为正数")
    if not today <= entry.expires_on <= today + timedelta(days=LONGEST_DAYS):
        yield "expires_on", _("有效期须在今天之后、三年之内")


def _record(
    actor: Actor, verb: str, thing: str, identifier: str, after: Any, at: datetime, *, permission: Permission
) -> None:
    record(
        Act(
            authority=Authority(clause=CLAUSE, permission=permission),
            business=Business(
                command=f"data.ministries.{verb}", object_type=f"data.ministries.{thing}", object_id=identifier,
                after=after,
            ),
            responsibility=identity.responsibility_of(actor),
            at=at,
        )
    )  # fmt: skip
