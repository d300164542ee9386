"""Using a seal 用印: an approval that names authority, business and responsibility, then the seal, on record."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction

from zhengtong.kernel.events.api import emit
from zhengtong.kernel.failpoints import declare, failpoint
from zhengtong.kernel.ids import new_id
from zhengtong.trust.access.api import require
from zhengtong.trust.documents.api import Document, Drawing, Form, Place, ofd_files, page_id, pdf, read_package
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.keys.api import Algorithm, KeyReference, signer_for
from zhengtong.trust.ledger.api import Act, Authority, Business, Responsibility, digest, record
from zhengtong.trust.seals import law, making, outside
from zhengtong.trust.seals.contracts import (
    DocumentNotSealable,
    Permission,
    SealKind,
    SealNotInForce,
    SealState,
    SealUnknown,
    SealUsed,
    UseApproval,
    UseApprovalMissing,
    UseGround,
    UseGroundMissing,
)
from zhengtong.trust.seals.images import moved
from zhengtong.trust.seals.models import Approval, Seal, SealUse
from zhengtong.trust.seals.ses.reading import read_seal
from zhengtong.trust.seals.signing.ofd import SealSigner, Spot, sign_ofd
from zhengtong.trust.seals.trusted import platform_trust
from zhengtong.trust.seals.verification.wording import NO_PLACE

PLACES = declare("seals.granted", "seals.sealed", "seals.counted", "seals.used")
"""Where a test makes a process die that uses a seal; `used` lies behind the commit, the others before it."""

USED = "trust.seals.seal.used.v1"
_GOOD_FOR = timedelta(days=7)
_MOST_USES = 100_000


def approve_use(
    *, actor: Actor, seal: UUID, ground: UseGround, at: datetime, uses: int = 1, good_for: timedelta = _GOOD_FOR
) -> UseApproval:
    """Approve that a seal is used 用印审批.

    Args:
        actor: who answers for it: an official in a post, or the platform for what a rule decides.
        seal: which seal.
        ground: by what right, on what business.
        at: the present moment.
        uses: on how many documents.
        good_for: how long.

    Raises:
        SealUnknown, NotAllowed: not the actor's to approve.
        UseGroundMissing: authority, business or responsibility is not named.
        SealNotInForce: it may not be used now.
    """
    _check_ground(actor, ground, uses)
    with transaction.atomic():
        row = Seal.objects.filter(pk=seal).first()
        if row is None:
            raise SealUnknown
        require(actor, Permission.APPROVE_USE, organisation=row.organisation_id, region=row.region_id)
        _require_in_force(row, at)
        approval = Approval.objects.create(
            id=new_id(),
            seal=row,
            clause=ground.clause.strip(),
            power_item=ground.power_item or "",
            object_type=ground.object_type.strip(),
            object_id=ground.object_id.strip(),
            responsible=actor.subject,
            post=actor.post,
            uses=uses,
            granted_at=at,
            expires_at=at + good_for,
        )
        after = {"approval": str(approval.id), "object": [ground.object_type, ground.object_id], "uses": uses}
        _act("approve_use", row, approval, identity.responsibility_of(actor), at, after=after)
        failpoint("seals.granted")
    return approval_of(approval)


def stamp(
    *,
    document: Document | bytes,
    seal: UUID,
    approval: UUID,
    at: datetime,
    form: Form = Form.OFD,
    place: str | Place = "issuer",
) -> bytes:
    """Put a seal on a document 盖章 and return the signed file; counted, on record, once for each use approved.

    Args:
        document: laid out by `documents.render`, or an OFD of ours that carries seals already and gets another.
        seal: by which seal.
        approval: by which approval.
        at: the present moment.
        form: as what it is written.
        place: the template's name for the place, or the place itself.

    Raises:
        SealUnknown: there is no such seal.
        SealNotInForce: it is not filed yet, suspended, lost, cancelled or past its validity.
        UseApprovalMissing: the approval is another seal's, expired or used up.
        DocumentNotSealable: the document has no such place, or is none of ours.
    """
    with transaction.atomic():
        row = Seal.objects.select_for_update(of=("self",)).filter(pk=seal).first()
        if row is None:
            raise SealUnknown
        _require_in_force(row, at)
        granted = _take(approval, row, at)
        signed = _signed(document, row, at, form, place)
        failpoint("seals.sealed")
        row.uses += 1
        row.save(update_fields=["uses"])
        found = making.digest(signed)
        act = _use_act(row, granted, found, at)
        SealUse.objects.create(
            seal=row, number=row.uses, approval=granted, act=act, form=form, document=found, at=at
        )  # fmt: skip
        emit(USED, subject=row.id, data=SealUsed(seal=row.id, number=row.uses), at=at)
        failpoint("seals.counted")
    failpoint("seals.used")
    return signed


def approval_of(row: Approval) -> UseApproval:
    """Return an approval as it crosses the door."""
    return UseApproval(
        id=row.id,
        seal=row.seal_id,
        ground=UseGround(
            clause=row.clause,
            object_type=row.object_type,
            object_id=row.object_id,
            power_item=row.power_item or None,
        ),
        uses=row.uses,
        used=row.used,
        granted_at=row.granted_at,
        expires_at=row.expires_at,
    )


def _check_ground(actor: Actor, ground: UseGround, uses: int) -> None:
    if not ground.clause.strip():
        raise UseGroundMissing(what=law.AUTHORITY, field="clause")
    if not ground.object_type.strip() or not ground.object_id.strip():
        raise UseGroundMissing(what=law.BUSINESS, field="object_id")
    if not actor.is_system and actor.post is None:
        raise UseGroundMissing(what=law.RESPONSIBILITY)
    if not 0 < uses <= _MOST_USES:
        raise UseGroundMissing(what=law.NUMBER, field="uses")


def _require_in_force(row: Seal, at: datetime) -> None:
    state = SealState(row.state)
    if state is not SealState.IN_FORCE:
        raise SealNotInForce(seal=row.name, state=state.label)
    if row.valid_until is None or at > row.valid_until:
        raise SealNotInForce(seal=row.name, state=law.PAST_VALIDITY)


def _take(approval: UUID, row: Seal, at: datetime) -> Approval:
    """Take one use of an approval; the row is locked until the seal is on the document."""
    granted = Approval.objects.select_for_update(of=("self",)).filter(pk=approval, seal=row).first()
    if granted is None or not granted.granted_at <= at < granted.expires_at or granted.used >= granted.uses:
        raise UseApprovalMissing
    granted.used += 1
    granted.save(update_fields=["used"])
    return granted


def _signed(document: Document | bytes, row: Seal, at: datetime, form: Form, place: str | Place) -> bytes:
    where = _place(document, place)
    data = read_seal(bytes(row.data or b""))
    width, height = data.info.picture.width, data.info.picture.height
    spot = Spot(
        page=page_id(where.page), x=where.x - width / 2, y=where.y - height / 2, width=width, height=height
    )  # fmt: skip
    if form is Form.PDF:
        if isinstance(document, bytes):
            raise DocumentNotSealable(why=NO_PLACE)
        return _signed_pdf(document, row, at, where.page, spot)
    signer = signer_for(KeyReference(provider=row.key_provider, key=row.key))
    by = SealSigner(
        seal=data,
        certificate=bytes(row.certificate or b""),
        sign=signer.sign,
        stamp=partial(outside.licensed_authority().stamp, at=at),
    )
    files = read_package(document) if isinstance(document, bytes) else ofd_files(document, signed=True)
    return sign_ofd(files, by, at=at, spot=spot)


def _place(document: Document | bytes, place: str | Place) -> Place:
    if isinstance(place, Place):
        return place
    if isinstance(document, bytes) or place not in document.places:
        raise DocumentNotSealable(why=NO_PLACE)
    return document.places[place]


def _signed_pdf(document: Document, row: Seal, at: datetime, page: int, spot: Spot) -> bytes:
    """Draw the seal on its page and sign the whole file, so that image and text are protected alike."""
    from zhengtong.trust.seals.signing.pdf import Level, LongTerm, sign_pdf  # noqa: PLC0415 -- heavy, and most processes sign no PDF

    image = making.drawing_of(SealKind(row.kind), row.name, making.code_of(row.reference))
    pages = list(document.pages)
    pages[page] = _with(pages[page], image, spot)
    signer = signer_for(KeyReference(provider=row.key_provider, key=row.pdf_key))
    authority = outside.licensed_authority()
    long_term = LongTerm(
        answer=partial(authority.answer, at=at, algorithm=Algorithm.ECDSA_P256),
        roots=authority.roots,
        evidence=platform_trust(at).revocation,
    )
    return sign_pdf(
        pdf(replace(document, pages=tuple(pages))),
        certificate=bytes(row.pdf_certificate or b""),
        chain=authority.chain,
        signer=signer,
        at=at,
        reason=row.name,
        level=Level.B_LTA,
        long_term=long_term,
    )


def _with(page: Drawing, image: Drawing, spot: Spot) -> Drawing:
    return replace(page, marks=(*page.marks, *moved(image, spot.x, spot.y)))


def _use_act(row: Seal, granted: Approval, document: str, at: datetime) -> UUID:
    responsible = Responsibility(
        subject=granted.responsible, post=granted.post, organisation=row.organisation_id, channel="system"
    )
    after = {"number": row.uses, "approval": str(granted.id), "document": document}
    return _act("use", row, granted, responsible, at, after=after)


def _act(
    verb: str, row: Seal, granted: Approval, by: Responsibility, at: datetime, *, after: dict[str, object]
) -> UUID:
    business = Business(
        command=f"trust.seals.{verb}", object_type="trust.seal", object_id=str(row.id), after=digest(after)
    )
    authority = Authority(clause=granted.clause, power_item=granted.power_item or None)
    return record(Act(authority=authority, business=business, responsibility=by, at=at)).id
