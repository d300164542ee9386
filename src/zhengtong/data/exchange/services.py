"""Acts of exchange 共享交换: ask, answer, suspend, end, issue a key. Each is one transaction and one act."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction
from django.utils.translation import gettext

from zhengtong.data.catalog import api as catalog
from zhengtong.data.catalog.api import DatasetState, DatasetUnknown, DatasetView, SharingClass
from zhengtong.data.exchange import law, queries, terms
from zhengtong.data.exchange.contracts import (
    AgreementChanged,
    AgreementOver,
    AgreementState,
    AgreementUnknown,
    Algorithm,
    AlreadyAnswered,
    IssuedKey,
    KeyUnknown,
    Permission,
    ReasonNeeded,
    RequestState,
    RequestUnknown,
    RequestView,
    ShareAgreed,
    ShareRefused,
    ShareRequested,
    SharingWithheld,
    Terms,
)
from zhengtong.data.exchange.models import AccessKey, Agreement, Look, ShareRequest
from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.kernel.errors import InvalidInput, NotAllowed
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.regions import api as regions
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, acts_on, digest, record

CLAUSES = {
    "request": "国发〔2016〕51号§12",
    "agree": "国发〔2016〕51号§12",
    "refuse": "国发〔2016〕51号§12",
    "withdraw": "国发〔2016〕51号§12",
    "suspend": "国发〔2016〕51号§12",
    "resume": "国发〔2016〕51号§12",
    "end": "国发〔2016〕51号§12",
    "issue_key": "GB/T 22239-2019 8.1.4.1",
    "revoke_key": "GB/T 22239-2019 8.1.4.1",
    "anchor_looks": "GB/T 22239-2019 8.1.4.3",
}
LOOKS = "data.exchange.looks"
ANCHORED_EVERY = timedelta(minutes=10)
_SECRET_BYTES = 32


def ask(*, actor: Actor, request: UUID, dataset: str, application: UUID, wanted: Terms, at: datetime) -> RequestView:
    """Ask for a dataset on behalf of the actor's organisation 共享申请; an unconditional one is agreed at once.

    Args:
        actor: an official of the department that will use the data.
        request: an id chosen with the form, so that sending it twice makes one request.
        dataset: its code in the catalogue.
        application: the application that will ask, one of the department's.
        wanted: the terms.
        at: now.

    Raises:
        NotAllowed: the actor may not ask for the organisation, or the application is not its own.
        DatasetUnknown, SharingWithheld: it cannot be had.
        FieldNotOffered, TermsUnfit: the terms do not hold.
    """
    require_asking(actor)
    if actor.organisation is None or identity.application(application).organisation != actor.organisation:
        raise NotAllowed
    found = _offered(dataset)
    terms.require_fit(wanted, found.entry, clock.on_day(at))
    with transaction.atomic():
        if not ShareRequest.objects.filter(pk=request, consumer=actor.organisation).exists():
            row = _submitted(actor, request, found, application, wanted, at)
            if found.entry.sharing is SharingClass.UNCONDITIONAL:
                _agree(actor, row, at)
    return queries.request(actor, request)


def require_asking(actor: Actor) -> None:
    """Return when the actor may ask for data on behalf of the own organisation.

    Raises:
        SignInNeeded, NotAllowed: no one is signed in, or the permission does not reach the organisation.
    """
    if actor.organisation is None:
        raise NotAllowed
    _require(actor, Permission.REQUEST, actor.organisation)


def answer(*, actor: Actor, request: UUID, agrees: bool, reason: str, at: datetime) -> RequestView:
    """Answer another department's request 答复.

    Raises:
        RequestUnknown: there is none, or it is another organisation's to answer.
        NotAllowed: the actor may not answer for the organisation.
        AlreadyAnswered: somebody was first.
        ReasonNeeded: a refusal needs one.
    """
    with transaction.atomic():
        row = ShareRequest.objects.select_for_update().filter(pk=request, provider=actor.organisation).first()
        if row is None:
            raise RequestUnknown
        _require(actor, Permission.DECIDE, row.provider_id)
        if row.state != RequestState.SUBMITTED:
            raise AlreadyAnswered
        if agrees:
            _agree(actor, row, at)
        else:
            _refuse(actor, row, reason.strip(), at)
    return queries.request(actor, request)


def withdraw_request(*, actor: Actor, request: UUID, at: datetime) -> None:
    """Withdraw a request before it is answered; a second time changes nothing.

    Raises:
        RequestUnknown: the actor's organisation made none of this id.
        NotAllowed: the actor may not ask for the organisation.
        AlreadyAnswered: it was answered.
    """
    with transaction.atomic():
        row = ShareRequest.objects.select_for_update().filter(pk=request, consumer=actor.organisation).first()
        if row is None:
            raise RequestUnknown
        _require(actor, Permission.REQUEST, row.consumer_id)
        if row.state == RequestState.WITHDRAWN:
            return
        if row.state != RequestState.SUBMITTED:
            raise AlreadyAnswered
        _decided(actor, row, RequestState.WITHDRAWN, at)
        _record(actor, "withdraw", "request", row.id, at=at, after={"state": row.state})


def suspend(*, actor: Actor, agreement: UUID, reason: str, at: datetime) -> None:
    """Stop an agreement for now 暂停: within a second nothing is answered under it.

    Raises:
        AgreementUnknown, AgreementOver, NotAllowed, ReasonNeeded.
    """
    _change(actor, agreement, "suspend", at, reason=reason, apply=lambda row: setattr(row, "suspended", True))


def resume(*, actor: Actor, agreement: UUID, at: datetime) -> None:
    """Let a suspended agreement work again 恢复.

    Raises:
        AgreementUnknown, AgreementOver, NotAllowed.
    """
    _change(actor, agreement, "resume", at, apply=lambda row: setattr(row, "suspended", False))


def end(*, actor: Actor, agreement: UUID, reason: str, at: datetime) -> None:
    """End an agreement for good 终止.

    Raises:
        AgreementUnknown, AgreementOver, NotAllowed, ReasonNeeded.
    """
    _change(actor, agreement, "end", at, reason=reason, apply=lambda row: setattr(row, "ended_at", at))


def issue_key(
    *,
    actor: Actor,
    application: UUID,
    algorithm: Algorithm,
    at: datetime,
    expires_at: datetime,
    public_key: bytes = b"",
) -> IssuedKey:
    """Issue an access key 签发接口密钥; a shared secret is returned once and lies sealed from then on.

    Args:
        actor: an official of the application's organisation.
        application: its subject.
        algorithm: how it will sign.
        at: now.
        expires_at: when it stops working.
        public_key: the 32 bytes of an Ed25519 public key; its private half never comes here.

    Raises:
        NotAllowed: the actor may not issue keys there.
        InvalidInput: it would have expired already, or the public key cannot be read.
    """
    organisation = identity.application(application).organisation
    _require(actor, Permission.ISSUE_KEY, organisation)
    if expires_at <= at:
        raise InvalidInput(field="expires_at", what=gettext("有效期须晚于现在"))
    brings = algorithm is Algorithm.ED25519
    if brings:
        _require_ed25519(public_key)
    secret = "" if brings else secrets.token_hex(_SECRET_BYTES)
    with transaction.atomic():
        row = AccessKey.objects.create(
            id=new_id(),
            application=application,
            organisation_id=organisation,
            algorithm=algorithm,
            secret=secret or None,
            public_key=public_key if brings else None,
            issued_at=at,
            expires_at=expires_at,
            changed_at=at,
        )
        _record(actor, "issue_key", "access_key", row.id, at=at, after={"application": application})
    return IssuedKey(id=row.id, algorithm=algorithm, secret=secret, expires_at=expires_at)


def revoke_key(*, actor: Actor, key: UUID, at: datetime) -> None:
    """Revoke an access key; within a second it signs nothing any more. Revoking twice changes nothing.

    Raises:
        KeyUnknown: there is none.
        NotAllowed: the actor may not revoke keys there.
    """
    with transaction.atomic():
        row = AccessKey.objects.select_for_update().filter(pk=key).first()
        if row is None:
            raise KeyUnknown
        _require(actor, Permission.ISSUE_KEY, row.organisation_id)
        if row.revoked_at is not None:
            return
        row.revoked_at = row.changed_at = at
        row.save(update_fields=["revoked_at", "changed_at"])
        _record(actor, "revoke_key", "access_key", row.id, at=at)


def anchor_looks(*, at: datetime) -> int:
    """Record where each node's chain of looks stands as an act, which ties it to the ledger; return how many moved.

    A head is recorded at most every `ANCHORED_EVERY`, and never twice, so a round may call this as often as it likes.
    """
    return sum(_anchored(node, at) for node in queries.nodes())


def _anchored(node: str, at: datetime) -> bool:
    with transaction.atomic():
        last = Look.objects.filter(node=node).order_by("-number").first()
        told = acts_on(LOOKS, node, limit=1).items
        if last is None or (told and at - told[0].act.at < ANCHORED_EVERY):
            return False
        after = {"number": last.number, "head": bytes(last.hash).hex()}
        if told and told[0].act.business.after == digest(after):
            return False
        _record(identity.system_actor(), "anchor_looks", "looks", node, at=at, after=after)
    return True


def _require(actor: Actor, permission: Permission, organisation: UUID) -> None:
    """Require *permission* for an organisation where it lies: a grant may be bounded by either."""
    require(actor, permission, organisation=organisation, region=identity.organisation(organisation).region)


def _offered(code: str) -> DatasetView:
    found = catalog.dataset(code)
    if found.state is not DatasetState.PUBLISHED:
        raise DatasetUnknown(dataset=code)
    if found.entry.sharing is SharingClass.WITHHELD:
        raise SharingWithheld(basis=found.entry.basis)
    return found


def _submitted(
    actor: Actor, request: UUID, found: DatasetView, application: UUID, wanted: Terms, at: datetime
) -> ShareRequest:
    assert actor.organisation is not None  # noqa: S101 -- `ask` has checked
    row = ShareRequest.objects.create(
        id=request,
        dataset=found.code,
        dataset_name=found.name,
        sharing=found.entry.sharing,
        provider_id=found.provider,
        consumer_id=actor.organisation,
        application=application,
        terms=terms.stored(wanted),
        state=RequestState.SUBMITTED,
        submitted_at=at,
        due_on=law.answer_due(found.entry.sharing, clock.on_day(at), calendars.current()),
    )
    _record(actor, "request", "request", row.id, at=at, permission=Permission.REQUEST, after=row.terms)
    data = ShareRequested(request=row.id, dataset=row.dataset, provider=row.provider_id, consumer=row.consumer_id)
    emit("data.exchange.requested.v1", subject=row.id, data=data, at=at)
    return row


def _agree(actor: Actor, row: ShareRequest, at: datetime) -> None:
    agreed = terms.read(row.terms)
    area = regions.region(agreed.region) if agreed.region else None
    _decided(actor, row, RequestState.APPROVED, at)
    made = Agreement.objects.create(
        id=new_id(),
        request=row,
        low=area.low if area else None,
        high=area.high if area else None,
        daily_quota=agreed.daily_quota,
        starts_at=at,
        expires_on=agreed.expires_on,
        changed_at=at,
    )
    _record(actor, "agree", "agreement", made.id, at=at, permission=Permission.DECIDE, after=row.terms)
    data = ShareAgreed(agreement=made.id, dataset=row.dataset, provider=row.provider_id, consumer=row.consumer_id)
    emit("data.exchange.agreed.v1", subject=made.id, data=data, at=at)


def _refuse(actor: Actor, row: ShareRequest, reason: str, at: datetime) -> None:
    if not reason:
        raise ReasonNeeded(field="reason")
    row.reason = reason
    _decided(actor, row, RequestState.REFUSED, at)
    _record(actor, "refuse", "request", row.id, at=at, permission=Permission.DECIDE, after={"state": row.state})
    data = ShareRefused(request=row.id, dataset=row.dataset, consumer=row.consumer_id)
    emit("data.exchange.refused.v1", subject=row.id, data=data, at=at)


def _decided(actor: Actor, row: ShareRequest, state: RequestState, at: datetime) -> None:
    row.state, row.decided_at, row.decided_by = state, at, actor.subject
    row.save(update_fields=["state", "decided_at", "decided_by", "reason"])


def _change(
    actor: Actor,
    agreement: UUID,
    verb: str,
    at: datetime,
    *,
    apply: Callable[[Agreement], None],
    reason: str | None = None,
) -> None:
    with transaction.atomic():
        row = Agreement.objects.select_for_update(of=("self",)).select_related("request").filter(pk=agreement).first()
        parties = () if row is None else (row.request.provider_id, row.request.consumer_id)
        if row is None or actor.organisation is None or actor.organisation not in parties:
            raise AgreementUnknown
        _require(actor, Permission.END, actor.organisation)
        before = queries.state_of(row, clock.on_day(at))
        if before in {AgreementState.ENDED, AgreementState.EXPIRED}:
            raise AgreementOver
        if reason is not None and not reason.strip():
            raise ReasonNeeded(field="reason")
        apply(row)
        row.reason, row.changed_at = (reason or "").strip(), at
        row.save(update_fields=["suspended", "ended_at", "reason", "changed_at"])
        after = queries.state_of(row, clock.on_day(at))
        facts = {"before": {"state": before}, "after": {"state": after, "reason": row.reason}}
        _record(actor, verb, "agreement", row.id, at=at, permission=Permission.END, **facts)
        emit("data.exchange.changed.v1", subject=row.id, data=AgreementChanged(agreement=row.id, state=after), at=at)


def _require_ed25519(public_key: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public_key)
    except ValueError:
        raise InvalidInput(field="public_key", what=gettext("须为 32 字节的 Ed25519 公钥")) from None


def _record(actor: Actor, verb: str, thing: str, identifier: Any, **facts: Any) -> None:
    record(_act(actor, verb, thing, str(identifier), **facts))


def _act(
    actor: Actor,
    verb: str,
    thing: str,
    identifier: str,
    *,
    at: datetime,
    permission: Permission | None = None,
    before: Any = None,
    after: Any = None,
) -> Act:
    return Act(
        authority=Authority(clause=CLAUSES[verb], permission=permission),
        business=Business(
            command=f"data.exchange.{verb}",
            object_type=f"data.exchange.{thing}",
            object_id=identifier,
            before=None if before is None else digest(before),
            after=None if after is None else digest(after),
        ),
        responsibility=identity.responsibility_of(actor),
        at=at,
    )
