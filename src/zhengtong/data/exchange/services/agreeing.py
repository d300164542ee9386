"""Agreements 共享协议: ask, answer, suspend, end. Each is one transaction and one act."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.data.catalog import api as catalog
from zhengtong.data.catalog.api import DatasetState, DatasetUnknown, DatasetView, SharingClass
from zhengtong.data.exchange import law, queries, terms
from zhengtong.data.exchange.contracts import (
    AgreementChanged,
    AgreementOver,
    AgreementState,
    AgreementUnknown,
    AlreadyAnswered,
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
from zhengtong.data.exchange.models import Agreement, ShareRequest
from zhengtong.data.exchange.services.acts import record_act, require_permission
from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.regions import api as regions
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor


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
    require_permission(actor, Permission.REQUEST, actor.organisation)


def answer(*, actor: Actor, request: UUID, agrees: bool, reason: str, at: datetime) -> RequestView:
    """Answer another department's request 答复.

    Raises:
        RequestUnknown: there is none, or it is another organisation's to answer.
        NotAllowed: the actor may not answer for the organisation.
        AlreadyAnswered: somebody was first.
        ReasonNeeded: a refusal needs one.
        DatasetUnknown, SharingWithheld: the resource is not on offer any more; it can only be refused.
    """
    with transaction.atomic():
        row = ShareRequest.objects.select_for_update().filter(pk=request, provider=actor.organisation).first()
        if row is None:
            raise RequestUnknown
        require_permission(actor, Permission.DECIDE, row.provider_id)
        if row.state != RequestState.SUBMITTED:
            raise AlreadyAnswered
        if agrees:
            _offered(row.dataset)  # the catalogue may have changed since it was asked for
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
        require_permission(actor, Permission.REQUEST, row.consumer_id)
        if row.state == RequestState.WITHDRAWN:
            return
        if row.state != RequestState.SUBMITTED:
            raise AlreadyAnswered
        _decided(actor, row, RequestState.WITHDRAWN, at)
        record_act(actor, "withdraw", "request", row.id, at=at, after={"state": row.state})


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
    record_act(actor, "request", "request", row.id, at=at, permission=Permission.REQUEST, after=row.terms)
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
    record_act(actor, "agree", "agreement", made.id, at=at, permission=Permission.DECIDE, after=row.terms)
    data = ShareAgreed(agreement=made.id, dataset=row.dataset, provider=row.provider_id, consumer=row.consumer_id)
    emit("data.exchange.agreed.v1", subject=made.id, data=data, at=at)


def _refuse(actor: Actor, row: ShareRequest, reason: str, at: datetime) -> None:
    if not reason:
        raise ReasonNeeded(field="reason")
    row.reason = reason
    _decided(actor, row, RequestState.REFUSED, at)
    record_act(actor, "refuse", "request", row.id, at=at, permission=Permission.DECIDE, after={"state": row.state})
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
        require_permission(actor, Permission.END, actor.organisation)
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
        record_act(actor, verb, "agreement", row.id, at=at, permission=Permission.END, **facts)
        emit("data.exchange.changed.v1", subject=row.id, data=AgreementChanged(agreement=row.id, state=after), at=at)
