"""What the issuing body's officials see of the licences they keep 证照管理: masked, and in full only on the record."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from zhengtong.kernel.clock import on_day
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.pages.api import Asked, Slice, of_queryset
from zhengtong.trust.access.api import organisations_within, require, scope_filter
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.ledger.api import RecordedAct, acts_on
from zhengtong.trust.licenses import law, queries
from zhengtong.trust.licenses.content import load_type
from zhengtong.trust.licenses.contracts import (
    HistoryEntry,
    KeepingPurpose,
    KeptFilter,
    KeptLicense,
    LicenseState,
    LicenseView,
    OpenedLicense,
    Permission,
    UnknownHolder,
    UnknownLicense,
)
from zhengtong.trust.licenses.masking import shown_fields
from zhengtong.trust.licenses.models import ELicense
from zhengtong.trust.licenses.services.recording import LICENSE, record_look

HOLDER = "trust.license.holder"
ORDERS: Mapping[str, str] = {"number": "number", "issued": "issued_at", "from": "valid_from"}
_MOST = 200


def kept_licenses(
    actor: Actor, wanted: KeptFilter, asked: Asked, *, at: datetime, named: bool = True
) -> Slice[KeptLicense]:
    """Return a page of the licences within the actor's reach, the newest first unless asked otherwise.

    Args:
        actor: an official of the issuing body, or above it.
        wanted: which ones.
        asked: the page and its order.
        at: the present moment; whether a licence has expired depends on it.
        named: whether holders' names are told, masked; an export does without.

    Raises:
        NotAllowed: the actor keeps no licences.
        UnreadableCursor: the page's mark was changed on its way.
    """
    require(actor, Permission.VIEW)
    rows = _reach(actor)
    if wanted.type_key:
        rows = rows.filter(type_key=wanted.type_key)
    if wanted.state is not None:
        rows = rows.filter(_standing(wanted.state, at))
    if wanted.number:
        rows = rows.filter(number__contains="".join(wanted.number.split()).upper())
    found = of_queryset(rows, asked, orders=ORDERS, default="issued_at")
    return Slice(rows=_listed(list(found.rows), at, named=named), after=found.after, total=found.total)


@transaction.atomic
def licenses_of_holder(*, actor: Actor, number: str, purpose: KeepingPurpose, at: datetime) -> tuple[KeptLicense, ...]:
    """Return the licences of a holder within the actor's reach, newest first; the look is on record.

    Args:
        actor: an official of the issuing body.
        number: the holder's ID number or credit code; it is kept nowhere.
        purpose: what for.
        at: the present moment.

    Raises:
        NotAllowed: the actor may not look holders up.
        UnknownHolder: nobody is registered under this number.
    """
    require(actor, Permission.OPEN)
    holder = _holder(number.strip())
    rows = _reach(actor, Permission.OPEN).filter(holder=holder).order_by("-id")[:_MOST]
    record_look(
        "keep",
        by=identity.responsibility_of(actor),
        holder=holder,
        object_type=HOLDER,
        object_id=holder,
        purpose=purpose,
        at=at,
    )
    return _listed(list(rows), at, named=True)


def kept_license(actor: Actor, license_id: UUID, *, at: datetime) -> OpenedLicense:
    """Return a licence within the actor's reach, its fields masked.

    Raises:
        UnknownLicense: there is none, or it lies outside the actor's bounds.
    """
    return _opened(_kept_row(actor, license_id, Permission.VIEW), at, masked=True)


@transaction.atomic
def open_kept_license(*, actor: Actor, license_id: UUID, purpose: KeepingPurpose, at: datetime) -> OpenedLicense:
    """Return a licence within the actor's reach with all that is written in it; the look is on record.

    Raises:
        UnknownLicense: there is none, or the actor may not open it.
    """
    row = _kept_row(actor, license_id, Permission.OPEN)
    record_look(
        "keep",
        by=identity.responsibility_of(actor),
        holder=row.holder,
        object_type=LICENSE,
        object_id=row.id,
        purpose=purpose,
        at=at,
    )
    return _opened(row, at, masked=False)


def versions_of(view: LicenseView, *, at: datetime) -> tuple[LicenseView, ...]:
    """Return all versions of a licence, the newest first; whoever asks has been let see one."""
    number = law.parse(view.number)
    start = f"{law.ROOT}.{number.type_code}.{number.issuer}.{number.serial}."
    rows = ELicense.objects.select_related("type").filter(number__startswith=start, issuer=view.issuer)
    return queries.views_of(rows.order_by("-version"), at=at, names={view.issuer: view.issuer_name})


def history_of(license_id: UUID, *, limit: int = 50) -> tuple[HistoryEntry, ...]:
    """Return what was done with a licence and who looked, the newest first; whoever asks has been let see it."""
    return tuple(_entry(item) for item in acts_on(LICENSE, str(license_id), limit=limit).items)


def _reach(actor: Actor, permission: Permission = Permission.VIEW) -> QuerySet[ELicense]:
    bodies = organisations_within(scope_filter(actor, permission))
    rows = ELicense.objects.select_related("type")
    return rows if bodies is None else rows.filter(issuer__in=bodies)


def _kept_row(actor: Actor, license_id: UUID, permission: Permission) -> ELicense:
    row = _reach(actor, permission).filter(pk=license_id).first()
    if row is None:
        raise UnknownLicense
    return row


def _standing(state: LicenseState, at: datetime) -> Q:
    """Return the filter for a state that takes the date into account, as `law.standing` does."""
    over = Q(state__in=[LicenseState.VALID, LicenseState.SUSPENDED], valid_until__lt=on_day(at))
    if state is LicenseState.EXPIRED:
        return over
    return Q(state=state) & ~over if state in {LicenseState.VALID, LicenseState.SUSPENDED} else Q(state=state)


def _listed(rows: list[ELicense], at: datetime, *, named: bool) -> tuple[KeptLicense, ...]:
    names = identity.names_of({row.holder for row in rows}) if named else {}
    return tuple(
        KeptLicense(license=view, holder_name=names.get(view.holder, "")) for view in queries.views_of(rows, at=at)
    )


def _opened(row: ELicense, at: datetime, *, masked: bool) -> OpenedLicense:
    fields = shown_fields(load_type(row.type.content), queries.attributes_of(row), masked=masked)
    return OpenedLicense(license=queries.views_of([row], at=at)[0], fields=fields)


def _holder(number: str) -> UUID:
    if not number:
        raise UnknownHolder
    known = identity.subject_of_id_number(number)
    if known is not None:
        return known
    try:
        return identity.enterprise(credit_code=number).subject
    except Refusal as refusal:
        raise UnknownHolder from refusal


def _entry(item: RecordedAct) -> HistoryEntry:
    act = item.act
    return HistoryEntry(
        at=act.at,
        verb=act.business.command.rpartition(".")[2],
        organisation=act.responsibility.organisation,
        clause=act.authority.clause,
        purpose=act.purpose or "",
    )
