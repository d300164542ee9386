"""What a holder does with a licence: open it, download it, present it 亮证, end a presentation."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.kernel.ids import new_id, new_reference
from zhengtong.trust.identity.api import Actor, responsibility_of
from zhengtong.trust.keys.api import BlindIndex
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record
from zhengtong.trust.licenses import law, queries
from zhengtong.trust.licenses.content import load_type
from zhengtong.trust.licenses.contracts import (
    OWN,
    ConsentUnfit,
    Form,
    LicenseFile,
    LicenseState,
    LicenseStateForbids,
    OpenedLicense,
    PresentationOver,
    PresentationPass,
    PresentationPurpose,
)
from zhengtong.trust.licenses.masking import shown_fields
from zhengtong.trust.licenses.models import ELicense, Presentation
from zhengtong.trust.licenses.services.crediting import credential
from zhengtong.trust.licenses.services.recording import LICENSE, record_look
from zhengtong.trust.licenses.services.sealing import sealed_file

CODE_INDEX = BlindIndex(purpose="licenses.presentation")


@transaction.atomic
def open_license(*, actor: Actor, license_id: UUID, at: datetime, masked: bool = True) -> OpenedLicense:
    """Return a licence of the actor's party with its fields, and record the reading.

    Args:
        actor: the holder or an agent of theirs.
        license_id: which.
        at: the present moment.
        masked: whether names and numbers are shown in part only.

    Raises:
        UnknownLicense: there is none, or it is not theirs.
        MandateOutsideMatter: the agent may not act in this matter.
    """
    row = queries.own_row(actor, license_id, at=at)
    _looked(actor, row, at)
    fields = shown_fields(load_type(row.type.content), queries.attributes_of(row), masked=masked)
    return OpenedLicense(license=queries.views_of([row], at=at)[0], fields=fields)


@transaction.atomic
def download(*, actor: Actor, license_id: UUID, form: Form, at: datetime, origin: str = "") -> LicenseFile:
    """Return a licence of the actor's party as a file, and record the reading.

    The data file is exactly what was signed, a sealed file always the same bytes; an SD-JWT VC is made anew with the
    addresses under *origin* (scheme and host), where its verifiers find keys and status.

    Raises:
        UnknownLicense, MandateOutsideMatter: as `open_license`.
        LicenseStateForbids, IssuerHasNoSeal: there is no sealed file, and none can be made.
    """
    row = queries.own_row(actor, license_id, at=at)
    _looked(actor, row, at)
    content = _content(row, form, origin, at)
    name = f"{row.type_key}-{law.parse(row.number).serial}.{form.value}"
    return LicenseFile(name=name, media_type=form.media_type, content=content)


@transaction.atomic
def serve_as_evidence(*, actor: Actor, type_key: str, purpose: str, at: datetime) -> str | None:
    """Return the identifier of the party's valid licence of a type, or None; the reading is on record.

    Args:
        actor: for whose party it is looked up.
        type_key: what kind of licence.
        purpose: why, as the ledger knows it.
        at: the present moment.
    """
    found = queries.valid_license_of(actor, type_key, at=at)
    if found is None:
        return None
    record_look(
        "open",
        by=responsibility_of(actor),
        holder=found.holder,
        object_type=LICENSE,
        object_id=found.id,
        purpose=purpose,
        at=at,
    )
    return found.number


@transaction.atomic
def present(
    *,
    actor: Actor,
    license_id: UUID,
    fields: Collection[str],
    purpose: PresentationPurpose,
    at: datetime,
) -> PresentationPass:
    """Consent to show some fields of a valid licence for a purpose, and return the code to show 亮证.

    Raises:
        UnknownLicense, MandateOutsideMatter: as `open_license`.
        LicenseStateForbids: it is not valid.
        ConsentUnfit: no field was chosen, or one the licence does not have.
    """
    row = queries.own_row(actor, license_id, at=at)
    view = queries.views_of([row], at=at)[0]
    if view.state is not LicenseState.VALID:
        raise LicenseStateForbids(state=view.state.label)
    chosen = [one.key for one in view.type.fields if one.key in set(fields)]
    if not chosen or len(chosen) != len(set(fields)):
        raise ConsentUnfit(field="fields")
    code = new_reference(law.CODE_PREFIX)
    made = Presentation.objects.create(
        id=new_id(),
        license=row,
        fields=chosen,
        purpose=purpose,
        code_index=CODE_INDEX.of(code),
        made_at=at,
        expires_at=law.expires_at(at, at),
    )
    _record(actor, "present", made, row.holder, at)
    return _pass(made, code)


@transaction.atomic
def renew(*, actor: Actor, presentation: UUID, at: datetime) -> PresentationPass:
    """Give a presentation a new code for another minute; the old one ends. A consent lasts fifteen minutes.

    Raises:
        PresentationOver: it was ended, its time is over, or it is not theirs.
    """
    row = _own(actor, presentation, at)
    if row.ended_at is not None or at >= row.made_at + law.CONSENT_LIVES:
        raise PresentationOver
    code = new_reference(law.CODE_PREFIX)
    row.code_index, row.expires_at = CODE_INDEX.of(code), law.expires_at(row.made_at, at)
    row.save(update_fields=["code_index", "expires_at"])
    return _pass(row, code)


@transaction.atomic
def end_presentation(*, actor: Actor, presentation: UUID, at: datetime) -> UUID:
    """End a presentation at once and return its licence; a second time changes nothing.

    Raises:
        PresentationOver: it is not theirs.
    """
    row = _own(actor, presentation, at)
    if row.ended_at is None:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        _record(actor, "end_presentation", row, row.license.holder, at)
    return row.license_id


def _content(row: ELicense, form: Form, origin: str, at: datetime) -> bytes:
    if form is Form.JSON:
        return row.signed.encode()
    if form is Form.SD_JWT:
        return credential(row, origin=origin, at=at).encode()
    return sealed_file(row, form, at=at)


def _own(actor: Actor, presentation: UUID, at: datetime) -> Presentation:
    rows = Presentation.objects.select_for_update(of=("self",)).select_related("license__type")
    row = rows.filter(pk=presentation, license__holder=actor.party).first()
    if row is None:
        raise PresentationOver
    queries.own_row(actor, row.license_id, at=at)
    return row


def _pass(row: Presentation, code: str) -> PresentationPass:
    return PresentationPass(
        id=row.id, code=code, expires_at=row.expires_at, renewable_until=row.made_at + law.CONSENT_LIVES
    )


def _looked(actor: Actor, row: ELicense, at: datetime) -> None:
    record_look(
        "open",
        by=responsibility_of(actor),
        holder=row.holder,
        object_type=LICENSE,
        object_id=row.id,
        purpose=OWN,
        at=at,
    )


def _record(actor: Actor, verb: str, row: Presentation, holder: UUID, at: datetime) -> None:
    business = Business(
        command=f"trust.licenses.{verb}",
        object_type=queries.PRESENTATION,
        object_id=str(row.id),
        after=digest({"license": str(row.license_id), "fields": row.fields, "purpose": str(row.purpose)}),
    )
    authority = Authority(clause=law.CLAUSES["consent"])
    act = Act(
        authority=authority, business=business, responsibility=responsibility_of(actor), at=at, concerns=(holder,)
    )
    record(act)
