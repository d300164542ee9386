"""Issuing and keeping licences 签发、暂停、恢复、撤销、换发: each one transaction with its act and its event."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from zhengtong.kernel.checkdigits import ALPHANUMERIC, InvalidCode, parse_credit_code
from zhengtong.kernel.clock import on_day
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.ids import new_id
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.identity.contracts import OrganisationView
from zhengtong.trust.licenses import jose, law, queries
from zhengtong.trust.licenses.content import load_type
from zhengtong.trust.licenses.contracts import (
    AttributesUnfit,
    IssuerUnfit,
    LicenseChanged,
    LicenseChangedMeanwhile,
    LicenseClauseMissing,
    LicenseIssued,
    LicenseNumber,
    LicenseReasonMissing,
    LicenseState,
    LicenseStateForbids,
    LicenseType,
    LicenseView,
    Permission,
    UnknownLicense,
)
from zhengtong.trust.licenses.models import ELicense, TypeRow
from zhengtong.trust.licenses.services.recording import record_act, state_of
from zhengtong.trust.licenses.services.signing import signer_for_body

ISSUED, CHANGED = "trust.licenses.license.issued.v1", "trust.licenses.license.changed.v1"
_RANDOM_OF_SERIAL = 10  # 36¹⁰: nobody finds a neighbour's licence by counting
_LONGEST_REASON = 300
_LONGEST_CLAUSE = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class _Draft:
    """What a version is made of before it is signed."""

    type: TypeRow
    kind: LicenseType
    body: OrganisationView
    serial: str
    version: int
    holder: UUID
    case: UUID | None
    attributes: Mapping[str, str]
    valid_from: date
    valid_until: date | None


def issue(
    *,
    actor: Actor,
    type_key: str,
    issuer: UUID,
    holder: UUID,
    attributes: Mapping[str, str],
    at: datetime,
    case: UUID | None = None,
    valid_from: date | None = None,
) -> LicenseView:
    """Issue a licence on behalf of a body 签发. Twice for one case and type gives the one licence.

    Args:
        actor: an official of the body, or the platform when a case concludes.
        type_key: what kind of licence.
        issuer: the body in whose name.
        holder: whose it is.
        attributes: what is written in it, by field.
        at: the present moment.
        case: the case that gave it.
        valid_from: the first valid day, not after today; today unless given.

    Raises:
        UnknownLicenseType, NotAllowed, AttributesUnfit, IssuerUnfit: nothing is issued.
    """
    body = identity.organisation(issuer)
    require(actor, Permission.ISSUE, organisation=issuer, region=body.region or None)
    row = queries.type_row(type_key)
    kind = load_type(row.content)
    today = on_day(at)
    first = valid_from or today
    if first > today:
        raise AttributesUnfit(what=Phrase(_("生效日期不能晚于今天")), field="valid_from")
    draft = _Draft(
        type=row,
        kind=kind,
        body=body,
        serial=_serial(first),
        version=1,
        holder=holder,
        case=case,
        attributes=law.check_attributes(kind, attributes),
        valid_from=first,
        valid_until=law.last_day(kind.years, first),
    )
    return _issue_once(draft, actor, at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """Why a keeper acts 办理依据: the reason, which the holder sees, the clause, the revision that was on screen."""

    reason: str
    clause: str | None = None
    revision: int | None = None


def suspend(
    *,
    actor: Actor,
    license_id: UUID,
    reason: str,
    at: datetime,
    clause: str | None = None,
    revision: int | None = None,
) -> LicenseView:
    """Suspend a licence 暂停.

    Args:
        actor: an official of the issuing body.
        license_id: which.
        reason: why; its holder sees it.
        at: the present moment.
        clause: by what right; the law's own clause for this act unless given.
        revision: of the licence as the official saw it; unless given, it is not compared.

    Raises:
        UnknownLicense, NotAllowed, LicenseReasonMissing, LicenseClauseMissing, LicenseStateForbids: nothing changed.
        LicenseChangedMeanwhile: somebody else was quicker; nothing changed.
    """
    ground = Ground(reason=reason, clause=clause, revision=revision)
    return _change(actor, license_id, LicenseState.SUSPENDED, "suspend", ground, at)


def resume(
    *,
    actor: Actor,
    license_id: UUID,
    at: datetime,
    reason: str | None = None,
    clause: str | None = None,
    revision: int | None = None,
) -> LicenseView:
    """Let a suspended licence be valid again 恢复; arguments as `suspend`, the reason may be left out.

    Raises:
        UnknownLicense, NotAllowed, LicenseReasonMissing, LicenseClauseMissing, LicenseStateForbids: nothing changed.
        LicenseChangedMeanwhile: somebody else was quicker; nothing changed.
    """
    ground = None if reason is None else Ground(reason=reason, clause=clause, revision=revision)
    return _change(actor, license_id, LicenseState.VALID, "resume", ground, at)


def revoke(
    *,
    actor: Actor,
    license_id: UUID,
    reason: str,
    at: datetime,
    clause: str | None = None,
    revision: int | None = None,
) -> LicenseView:
    """Revoke a licence for good 撤销; arguments as `suspend`.

    Raises:
        UnknownLicense, NotAllowed, LicenseReasonMissing, LicenseClauseMissing, LicenseStateForbids: nothing changed.
        LicenseChangedMeanwhile: somebody else was quicker; nothing changed.
    """
    ground = Ground(reason=reason, clause=clause, revision=revision)
    return _change(actor, license_id, LicenseState.REVOKED, "revoke", ground, at)


def replace(
    *,
    actor: Actor,
    license_id: UUID,
    attributes: Mapping[str, str],
    reason: str,
    at: datetime,
    clause: str | None = None,
    revision: int | None = None,
    keep_rest: bool = False,
) -> LicenseView:
    """Replace a licence by its next version 换发: same serial, same period, other content.

    Args:
        actor: an official of the issuing body.
        license_id: which.
        attributes: what is written in the next version.
        reason: why; its holder sees it.
        at: the present moment.
        clause: by what right; the law's own clause for this act unless given.
        revision: of the licence as the official saw it; unless given, it is not compared.
        keep_rest: whether what *attributes* does not name stays as it was written.

    Raises:
        UnknownLicense, NotAllowed, LicenseReasonMissing, LicenseClauseMissing, LicenseStateForbids, AttributesUnfit,
        LicenseChangedMeanwhile: nothing changed.
    """
    ground = Ground(reason=reason, clause=clause, revision=revision)
    with transaction.atomic():
        old = _locked(license_id)
        body = _require(actor, old)
        _check_step(old, LicenseState.REPLACED, at)
        _check_ground(old, ground)
        row = queries.type_row(old.type_key)
        kind = load_type(row.content)
        draft = _Draft(
            type=row,
            kind=kind,
            body=body,
            serial=law.parse(old.number).serial,
            version=old.version + 1,
            holder=old.holder,
            case=old.case,
            attributes=law.check_attributes(kind, _all_attributes(old, attributes) if keep_rest else attributes),
            valid_from=old.valid_from,
            valid_until=old.valid_until,
        )
        _step(old, LicenseState.REPLACED, "replace", ground, actor=actor, at=at)
        new = _write(draft, actor, at, replaces=old)
    return queries.views_of([new], at=at)[0]


def _issue_once(draft: _Draft, actor: Actor, at: datetime) -> LicenseView:
    """Write the licence; of two at once for one case, the database lets one through and both get it."""
    try:
        with transaction.atomic():
            known = draft.case and queries.license_of_case(draft.case, draft.kind.key, at=at)
            if known:
                return known
            row = _write(draft, actor, at)
    except IntegrityError:
        known = draft.case and queries.license_of_case(draft.case, draft.kind.key, at=at)
        if not known:
            raise
        return known
    return queries.views_of([row], at=at)[0]


def _write(draft: _Draft, actor: Actor, at: datetime, replaces: ELicense | None = None) -> ELicense:
    number = _number(draft)
    signer, key = signer_for_body(draft.body, at=at)
    signed = jose.sign(_payload(draft, number, at), signer=signer, key=key)
    row = ELicense.objects.create(
        id=new_id(),
        number=number,
        type=draft.type,
        type_key=draft.kind.key,
        issuer_id=draft.body.id,
        holder=draft.holder,
        case=draft.case,
        state=LicenseState.VALID,
        version=draft.version,
        replaces=replaces,
        signed=signed,
        signed_digest=hashlib.sha256(signed.encode()).hexdigest(),
        issued_at=at,
        state_at=at,
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
    )
    record_act("issue", row, by=identity.responsibility_of(actor), at=at, permission=Permission.ISSUE)
    told = LicenseIssued(
        license=row.id,
        type=draft.kind.key,
        issuer=draft.body.id,
        case=draft.case,
        replaces=replaces.id if replaces else None,
    )
    emit(ISSUED, subject=row.id, data=told, at=at)
    return row


def _number(draft: _Draft) -> str:
    try:
        issuer = parse_credit_code(draft.body.code).text
    except InvalidCode as error:
        raise IssuerUnfit from error
    return law.compose(
        LicenseNumber(type_code=draft.type.code, issuer=issuer, serial=draft.serial, version=f"{draft.version:03d}")
    )


def _payload(draft: _Draft, number: str, at: datetime) -> dict[str, Any]:
    """Return what is signed: everything a stranger needs, nothing that only this platform understands."""
    return {
        "number": number,
        "type": {"key": draft.kind.key, "code": draft.type.code, "version": draft.type.version},
        "name": [draft.kind.name.zh, draft.kind.name.en],
        "issuer": {"code": draft.body.code, "name": draft.body.name, "name_en": draft.body.name_en},
        "issued_at": at.isoformat(),
        "valid_from": draft.valid_from.isoformat(),
        "valid_until": draft.valid_until.isoformat() if draft.valid_until else None,
        "labels": {one.key: [one.name.zh, one.name.en] for one in draft.kind.fields if one.key in draft.attributes},
        "attributes": dict(draft.attributes),
    }


def _serial(first: date) -> str:
    return f"{first:%Y%m%d}" + "".join(secrets.choice(ALPHANUMERIC) for _place in range(_RANDOM_OF_SERIAL))


def _change(
    actor: Actor,
    license_id: UUID,
    state: LicenseState,
    verb: str,
    ground: Ground | None,
    at: datetime,
) -> LicenseView:
    with transaction.atomic():
        row = _locked(license_id)
        _require(actor, row)
        if ground is not None:
            _check_ground(row, ground)
        _check_step(row, state, at)
        _step(row, state, verb, ground, actor=actor, at=at)
    return queries.views_of([row], at=at)[0]


def _locked(license_id: UUID) -> ELicense:
    row = ELicense.objects.select_for_update(of=("self",)).select_related("type").filter(pk=license_id).first()
    if row is None:
        raise UnknownLicense
    return row


def _require(actor: Actor, row: ELicense) -> OrganisationView:
    body = identity.organisation(row.issuer_id)
    require(actor, Permission.KEEP, organisation=body.id, region=body.region or None)
    return body


def _check_step(row: ELicense, state: LicenseState, at: datetime) -> None:
    now = law.standing(LicenseState(row.state), row.valid_until, on_day(at))
    if not law.may_become(LicenseState(row.state), state):
        raise LicenseStateForbids(state=now.label)


def _check_ground(row: ELicense, ground: Ground) -> None:
    """Raise unless the licence is as it was seen, and the act says why and by what right."""
    if ground.revision is not None and ground.revision != row.revision:
        raise LicenseChangedMeanwhile
    if not ground.reason.strip():
        raise LicenseReasonMissing(field="reason")
    if ground.clause is not None and not ground.clause.strip():
        raise LicenseClauseMissing(field="clause")


def _all_attributes(row: ELicense, changes: Mapping[str, str]) -> dict[str, str]:
    return {**queries.attributes_of(row), **changes}


def _step(row: ELicense, state: LicenseState, verb: str, ground: Ground | None, *, actor: Actor, at: datetime) -> None:
    before = state_of(row)
    row.state, row.state_at, row.revision = state, at, row.revision + 1
    row.reason = ground.reason.strip()[:_LONGEST_REASON] if ground else ""
    row.save(update_fields=["state", "reason", "state_at", "revision"])
    by = identity.responsibility_of(actor)
    clause = ground.clause.strip()[:_LONGEST_CLAUSE] if ground and ground.clause else None
    record_act(verb, row, by=by, at=at, permission=Permission.KEEP, before=before, clause=clause)
    emit(CHANGED, subject=row.id, data=LicenseChanged(license=row.id, state=state), at=at)
