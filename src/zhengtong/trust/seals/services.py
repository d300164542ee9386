"""Acts on seals 印章: apply, approve, make, file, suspend, report lost, cancel; both twins in one step of one row."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction

from zhengtong.kernel.events.api import cancel as cancel_timer
from zhengtong.kernel.events.api import emit, schedule
from zhengtong.kernel.failpoints import declare, failpoint
from zhengtong.kernel.ids import new_reference
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import SYSTEM_SUBJECT, Actor
from zhengtong.trust.keys.api import DistinguishedName, KeyReference, key_provider
from zhengtong.trust.ledger.api import Act, ActReceipt, Authority, Business, Responsibility, digest, record
from zhengtong.trust.seals import law, making, outside
from zhengtong.trust.seals.contracts import (
    Acknowledgement,
    FilingDue,
    FilingRequest,
    Permission,
    SealChanged,
    SealExists,
    SealFiled,
    SealKind,
    SealMade,
    SealReasonMissing,
    SealSelfApproval,
    SealState,
    SealStepNotPossible,
    SealUnknown,
)
from zhengtong.trust.seals.models import Seal

PLACES = declare(
    "seals.applied", "seals.approved", "seals.made", "seals.due", "seals.answered", "seals.live", "seals.withdrawn",
    "seals.changed", "seals.reported", "seals.settled",
)  # fmt: skip
"""Where a test makes a process die that files a seal; `settled` lies behind the commit, the others before it."""

_PLATFORM = Responsibility(subject=SYSTEM_SUBJECT, channel="system")
_NAME_MOST = 64
MADE, FILED, CHANGED, DUE = (
    "trust.seals.seal.made.v1",
    "trust.seals.seal.filed.v1",
    "trust.seals.seal.changed.v1",
    "trust.seals.filing.due.v1",
)


def apply(*, actor: Actor, seal: UUID, organisation: UUID, kind: SealKind, at: datetime) -> str:
    """Apply for a seal 申请 and return its reference. Its name is the body's legal name; nobody chooses another.

    Args:
        actor: an official of the body or above it.
        seal: an id chosen with the form, so that sending it twice makes one application.
        organisation: whose seal.
        kind: what for.
        at: the present moment.

    Raises:
        NotAllowed: the post may not apply for this body.
        SealExists: the body has a seal of its legal name.
    """
    body = identity.organisation(organisation)
    require(actor, Permission.APPLY, organisation=organisation, region=body.region or None)
    with transaction.atomic():
        known = Seal.objects.filter(pk=seal, organisation=organisation).first()
        if known is not None:
            return known.reference
        if kind is SealKind.OFFICIAL and _has_official(organisation):
            raise SealExists
        row = Seal(
            id=seal,
            reference=new_reference("YN"),
            organisation_id=organisation,
            region_id=body.region or None,
            name=body.name[:_NAME_MOST],
            kind=kind,
            state=SealState.APPLIED,
            applied_by=actor.subject,
            applied_at=at,
            changed_at=at,
        )
        _insert(row)
        _record("apply", row, at, by=identity.responsibility_of(actor), permission=Permission.APPLY)
        failpoint("seals.applied")
    failpoint("seals.settled")
    return row.reference


def approve(*, actor: Actor, seal: UUID, at: datetime) -> None:
    """Approve an application 批准; whoever applied does not approve.

    Raises:
        SealUnknown, NotAllowed, SealSelfApproval, SealStepNotPossible: nothing changed.
    """
    with transaction.atomic():
        row = _locked(seal)
        _require(actor, Permission.APPROVE, row)
        if row.applied_by == actor.subject and not actor.is_system:
            raise SealSelfApproval
        _step(row, SealState.APPROVED, "approve", at, actor=actor, permission=Permission.APPROVE)
        failpoint("seals.approved")
    failpoint("seals.settled")


def refuse(*, actor: Actor, seal: UUID, reason: str, at: datetime) -> None:
    """Refuse an application 不予批准.

    Raises:
        SealUnknown, NotAllowed, SealReasonMissing, SealStepNotPossible: nothing changed.
    """
    with transaction.atomic():
        row = _locked(seal)
        _require(actor, Permission.APPROVE, row)
        _because(row, reason)
        _step(row, SealState.REFUSED, "refuse", at, actor=actor, permission=Permission.APPROVE)


def make(*, actor: Actor, seal: UUID, at: datetime) -> None:
    """Have both twins made 制作; public security is told by event, and until it answers nothing can be sealed.

    Raises:
        SealUnknown, NotAllowed, SealStepNotPossible: nothing changed.
    """
    with transaction.atomic():
        row = _locked(seal)
        _require(actor, Permission.APPROVE, row)
        _check_step(row, SealState.FILING)
        body = identity.organisation(row.organisation_id)
        twins = making.make(
            authority=outside.licensed_authority(),
            number=row.reference,
            name=row.name,
            kind=SealKind(row.kind),
            subject=DistinguishedName(common_name=row.name, organisation=row.name, identifier=body.code or None),
            at=at.replace(microsecond=0),
            code=making.code_of(row.reference),
        )
        failpoint("seals.made")
        row.key_provider, row.key, row.pdf_key = twins.key.provider, twins.key.key, twins.pdf_key.key
        row.certificate, row.pdf_certificate, row.data = twins.certificate, twins.pdf_certificate, twins.seal.encoded
        row.valid_until = twins.seal.info.valid_until
        row.patience = schedule(DUE, due=at + law.FILING_PATIENCE, subject=row.id, data=FilingDue(seal=row.id))
        _step(row, SealState.FILING, "make", at, actor=actor, permission=Permission.APPROVE)
        emit(MADE, subject=row.id, data=SealMade(seal=row.id), at=at)
        failpoint("seals.due")
    failpoint("seals.settled")


def file_with_public_security(*, seal: UUID, at: datetime) -> None:
    """File a made seal with public security 备案, or ask again how its filing stands; a second time changes nothing.

    Whatever the register raises goes up: the outbox tries again.
    """
    with transaction.atomic():
        row = _locked(seal)
        if row.state != SealState.FILING:
            return
        answer = outside.seal_registry().file(_request(row))
        failpoint("seals.answered")
        if answer is None:
            schedule(MADE, due=at + law.ASK_AGAIN, subject=row.id, data=SealMade(seal=row.id))
        else:
            _acknowledge(row, answer, at)


def acknowledge(*, seal: UUID, answer: Acknowledgement, at: datetime) -> None:
    """Take public security's answer when it comes by itself; a second time, or too late, changes nothing."""
    with transaction.atomic():
        row = _locked(seal)
        if row.state == SealState.FILING:
            _acknowledge(row, answer, at)


def give_up_filing(*, seal: UUID, at: datetime) -> None:
    """Give a filing up that was not answered in time: both twins are destroyed, the register is told by event."""
    with transaction.atomic():
        row = _locked(seal)
        if row.state == SealState.FILING:
            row.patience = None
            _abandon(row, "", at)


def suspend(*, actor: Actor, seal: UUID, reason: str, at: datetime) -> None:
    """Suspend both twins 停用.

    Raises:
        SealUnknown, NotAllowed, SealReasonMissing, SealStepNotPossible: nothing changed.
    """
    _change(actor, seal, SealState.SUSPENDED, "suspend", reason, at)


def resume(*, actor: Actor, seal: UUID, reason: str, at: datetime) -> None:
    """Let suspended twins be used again 恢复.

    Raises:
        SealUnknown, NotAllowed, SealReasonMissing, SealStepNotPossible: nothing changed.
    """
    _change(actor, seal, SealState.IN_FORCE, "resume", reason, at)


def report_lost(*, actor: Actor, seal: UUID, reason: str, at: datetime) -> None:
    """Report a seal lost 挂失: the electronic twin's keys are destroyed with it.

    Raises:
        SealUnknown, NotAllowed, SealReasonMissing, SealStepNotPossible: nothing changed.
    """
    _change(actor, seal, SealState.LOST, "report_lost", reason, at)


def cancel(*, actor: Actor, seal: UUID, reason: str, at: datetime) -> None:
    """Cancel a seal 注销 for good: the physical one is handed in, the electronic one's keys are destroyed.

    Raises:
        SealUnknown, NotAllowed, SealReasonMissing, SealStepNotPossible: nothing changed.
    """
    _change(actor, seal, SealState.CANCELLED, "cancel", reason, at)


def report_to_public_security(*, seal: UUID, state: SealState, at: datetime) -> None:
    """Tell public security of a change, in the order of the changes."""
    outside.seal_registry().report(request=seal, state=state, at=at)
    failpoint("seals.reported")


def _change(actor: Actor, seal: UUID, state: SealState, verb: str, reason: str, at: datetime) -> None:
    with transaction.atomic():
        row = _locked(seal)
        _require(actor, Permission.KEEP, row)
        if state is SealState.IN_FORCE and row.state != SealState.SUSPENDED:
            raise SealStepNotPossible(state=SealState(row.state).label)
        _check_step(row, state)
        _because(row, reason)
        row.revoked_at = None if state is SealState.IN_FORCE else row.revoked_at or at
        _step(row, state, verb, at, actor=actor, permission=Permission.KEEP)
        if state in {SealState.LOST, SealState.CANCELLED}:
            _destroy_keys(row)
        emit(CHANGED, subject=row.id, data=SealChanged(seal=row.id, state=state), at=at)
        failpoint("seals.changed")
    failpoint("seals.settled")


def _acknowledge(row: Seal, answer: Acknowledgement, at: datetime) -> None:
    if row.patience is not None:
        cancel_timer(row.patience)
        row.patience = None
    if not answer.accepted:
        _abandon(row, answer.reason, at)
        return
    row.filing_number = answer.number
    _step(row, SealState.IN_FORCE, "go_live", at)
    emit(FILED, subject=row.id, data=SealFiled(seal=row.id, organisation=row.organisation_id), at=at)
    failpoint("seals.live")


def _abandon(row: Seal, reason: str, at: datetime) -> None:
    row.reason, row.revoked_at = reason[:300], at
    _step(row, SealState.NOT_FILED, "give_up", at)
    _destroy_keys(row)
    emit(CHANGED, subject=row.id, data=SealChanged(seal=row.id, state=SealState.NOT_FILED), at=at)
    failpoint("seals.withdrawn")


def _destroy_keys(row: Seal) -> None:
    """Destroy both private keys; what was sealed stays verifiable, nothing more can be sealed."""
    for key in (row.key, row.pdf_key):
        key_provider(row.key_provider).destroy(KeyReference(provider=row.key_provider, key=key))


def _request(row: Seal) -> FilingRequest:
    data = bytes(row.data or b"")
    return FilingRequest(
        id=row.id,
        reference=row.reference,
        organisation_name=row.name,
        seal_name=row.name,
        kind=SealKind(row.kind),
        region=row.region_id or "",
        image_digest=making.image_digest(data),
        seal_digest=making.digest(data),
    )


def _require(actor: Actor, permission: Permission, row: Seal) -> None:
    require(actor, permission, organisation=row.organisation_id, region=row.region_id)


def _has_official(organisation: UUID) -> bool:
    ended = [state.value for state in SealState if state.ended]
    mine = Seal.objects.filter(organisation=organisation, kind=SealKind.OFFICIAL)
    return mine.exclude(state__in=ended).exists()


def _insert(row: Seal) -> None:
    """Insert an application; of two at once for one legal name, the database lets one through."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if _has_official(row.organisation_id):
            raise SealExists from error
        raise


def _locked(seal: UUID) -> Seal:
    row = Seal.objects.select_for_update(of=("self",)).filter(pk=seal).first()
    if row is None:
        raise SealUnknown
    return row


def _check_step(row: Seal, state: SealState) -> None:
    if not law.may_become(SealState(row.state), state):
        raise SealStepNotPossible(state=SealState(row.state).label)


def _because(row: Seal, reason: str) -> None:
    if not reason.strip():
        raise SealReasonMissing(field="reason")
    row.reason = reason.strip()[:300]


def _step(
    row: Seal,
    state: SealState,
    verb: str,
    at: datetime,
    *,
    actor: Actor | None = None,
    permission: Permission | None = None,
) -> None:
    _check_step(row, state)
    before = row.state
    row.state, row.changed_at = state, at
    row.save()
    responsibility = identity.responsibility_of(actor) if actor else _PLATFORM
    _record(verb, row, at, by=responsibility, permission=permission, before=before)


def _record(
    verb: str, row: Seal, at: datetime, *, by: Responsibility, permission: Permission | None = None, before: str = ""
) -> ActReceipt:
    business = partial(Business, command=f"trust.seals.{verb}", object_type="trust.seal", object_id=str(row.id))
    return record(
        Act(
            authority=Authority(clause=law.CLAUSES[verb], permission=permission),
            business=business(
                before=digest({"state": before}) if before else None,
                after=digest({"state": str(row.state), "number": row.filing_number or ""}),
            ),
            responsibility=by,
            at=at,
        )
    )
