"""Reads of licences: contracts, never rows. What is written in a licence is opened only on the record, by services."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from zhengtong.kernel.clock import on_day
from zhengtong.kernel.errors import Phrase, Refusal
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.identity.api import Actor, organisations, require_mandate
from zhengtong.trust.keys.api import PublicKey
from zhengtong.trust.ledger.api import acts_on
from zhengtong.trust.licenses import jose, law
from zhengtong.trust.licenses.content import load_type
from zhengtong.trust.licenses.contracts import (
    FileNotGenuine,
    IssuingKey,
    LicenseState,
    LicenseType,
    LicenseView,
    PresentationLook,
    PresentationPurpose,
    PresentationView,
    UnknownLicense,
    UnknownLicenseType,
    Words,
)
from zhengtong.trust.licenses.models import ELicense, IssuerKey, Presentation, TypeRow

PRESENTATION = "trust.license.presentation"
_MOST = 200


def license_types() -> tuple[LicenseType, ...]:
    """Return the types in force, by key."""
    return tuple(load_type(row.content) for row in TypeRow.objects.filter(current=True).order_by("key"))


def has_type(key: str) -> bool:
    """Say whether a type is published."""
    return TypeRow.objects.filter(key=key, current=True).exists()


def type_row(key: str) -> TypeRow:
    """Return the version of a type in force.

    Raises:
        UnknownLicenseType: none is published.
    """
    row = TypeRow.objects.filter(key=key, current=True).first()
    if row is None:
        raise UnknownLicenseType(type=key)
    return row


def wallet(actor: Actor, *, at: datetime) -> tuple[LicenseView, ...]:
    """Return the licences of the actor's party, the newest version of each, newest first.

    An agent sees only those whose department the mandate covers.
    """
    rows = ELicense.objects.filter(holder=actor.party).exclude(state=LicenseState.REPLACED).select_related("type")
    views = views_of(list(rows.order_by("-id")[:_MOST]), at=at)
    return tuple(view for view in views if _covered(actor, view.type, at))


def valid_license_of(actor: Actor, type_key: str, *, at: datetime) -> LicenseView | None:
    """Return the party's valid licence of a type, None where there is none: evidence instead of paper."""
    return next((one for one in wallet(actor, at=at) if one.type.key == type_key and one.in_force), None)


def license_of_case(case: UUID, type_key: str, *, at: datetime) -> LicenseView | None:
    """Return the licence that a case gave, in its newest version."""
    row = ELicense.objects.filter(case=case, type_key=type_key).select_related("type").order_by("-version").first()
    return views_of([row], at=at)[0] if row else None


def own_row(actor: Actor, license_id: UUID, *, at: datetime) -> ELicense:
    """Return a licence of the actor's party.

    Raises:
        UnknownLicense: there is none, or it is not theirs.
        MandateOutsideMatter and its like: the agent may not act in this matter.
    """
    row = ELicense.objects.select_related("type").filter(pk=license_id, holder=actor.party).first()
    if row is None:
        raise UnknownLicense
    require_mandate(actor, matter_of(load_type(row.type.content)), at=at)
    return row


def row_of_number(text: str) -> ELicense:
    """Return the licence of an identifier as typed.

    Raises:
        InvalidLicenseNumber: it is none.
        UnknownLicense: none has it.
    """
    number = law.compose(law.parse(text))
    row = ELicense.objects.select_related("type").filter(number=number).first()
    if row is None:
        raise UnknownLicense
    return row


def genuine(data: bytes) -> tuple[ELicense, dict[str, Any]]:
    """Return the licence a signed file is of, and what the file says, when a key of ours signed it.

    Raises:
        FileNotGenuine: it is no such file, was changed, or no key of ours signed it.
    """
    signed = jose.read(data)
    key = IssuerKey.objects.filter(fingerprint=signed.key).first()
    if key is None or not signed.verify(PublicKey.read(bytes(key.public_key))):
        raise FileNotGenuine(what=Phrase(_("签名无效，内容可能被改动")))
    row = ELicense.objects.select_related("type").filter(number=str(signed.payload.get("number"))).first()
    if row is None or row.issuer_id != key.organisation_id:
        raise FileNotGenuine(what=Phrase(_("签发单位与证照不符")))
    return row, signed.payload


def issuing_keys() -> tuple[IssuingKey, ...]:
    """Return the public keys of all issuing bodies, old ones too: what verifies licences elsewhere."""
    rows = list(IssuerKey.objects.select_related("organisation").order_by("made_at"))
    return tuple(
        IssuingKey(
            fingerprint=row.fingerprint,
            code=row.organisation.code or "",
            name=row.organisation.name,
            spki=bytes(row.public_key),
        )
        for row in rows
    )


def presentations(actor: Actor, license_id: UUID, *, at: datetime, limit: int = 5) -> tuple[PresentationView, ...]:
    """Return the newest consents of one licence with who verified them and when.

    Raises:
        UnknownLicense: it is not theirs.
    """
    row = own_row(actor, license_id, at=at)
    kind = load_type(row.type.content)
    return tuple(_presentation(kind, one) for one in Presentation.objects.filter(license=row).order_by("-id")[:limit])


def views_of(
    rows: Iterable[ELicense], *, at: datetime, names: Mapping[UUID, Words] | None = None
) -> tuple[LicenseView, ...]:
    """Return rows as others see them: one statement for all issuers, none where their *names* are known."""
    kept = list(rows)
    if names is None:
        names = {key: Words(zh=one.name, en=one.name_en or one.name) for key, one in _issuers(kept).items()}
    return tuple(_view(row, names, at) for row in kept)


def matter_of(kind: LicenseType) -> str:
    """Return the matter a mandate must cover to use licences of this type."""
    return f"{kind.department}.{kind.key}"


def attributes_of(row: ELicense) -> dict[str, str]:
    """Return what is written in a licence. The caller records the reading."""
    found: dict[str, str] = jose.read(row.signed).payload["attributes"]
    return found


def _issuers(rows: list[ELicense]) -> Mapping[UUID, Any]:
    return organisations({row.issuer_id for row in rows}) if rows else {}


def _view(row: ELicense, names: Mapping[UUID, Words], at: datetime) -> LicenseView:
    return LicenseView(
        id=row.id,
        number=row.number,
        type=load_type(row.type.content),
        issuer=row.issuer_id,
        issuer_name=names[row.issuer_id],
        holder=row.holder,
        state=law.standing(LicenseState(row.state), row.valid_until, on_day(at)),
        version=row.version,
        issued_at=row.issued_at,
        state_at=row.state_at,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        reason=row.reason,
        revision=row.revision,
    )


def _covered(actor: Actor, kind: LicenseType, at: datetime) -> bool:
    if actor.mandate is None:
        return True
    try:
        require_mandate(actor, matter_of(kind), at=at)
    except Refusal:
        return False
    return True


def _presentation(kind: LicenseType, row: Presentation) -> PresentationView:
    looks = acts_on(PRESENTATION, str(row.id)).items
    return PresentationView(
        id=row.id,
        license=row.license_id,
        purpose=PresentationPurpose(row.purpose),
        fields=tuple(one.name for one in kind.fields if one.key in row.fields),
        made_at=row.made_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        looks=tuple(_look(one) for one in looks if one.act.business.command == "read"),
    )


def _look(item: Any) -> PresentationLook:
    said = item.act.responsibility
    known = said.account is not None or said.organisation is not None
    return PresentationLook(at=item.act.at, subject=said.subject if known else None, organisation=said.organisation)
