"""Sealed files of a licence 版式文件: OFD and PDF with the issuer's seal, made when first asked for."""

import hashlib
from datetime import datetime

from zhengtong.trust.documents import api as documents
from zhengtong.trust.identity.api import system_actor
from zhengtong.trust.keys.api import Sealer, key_ring
from zhengtong.trust.licenses import law, queries
from zhengtong.trust.licenses.contracts import Form, IssuerHasNoSeal, LicenseState, LicenseStateForbids
from zhengtong.trust.licenses.models import ELicense, LicenseFileRow
from zhengtong.trust.licenses.rendering import SEAL_PLACE, page_of
from zhengtong.trust.licenses.services.recording import LICENSE
from zhengtong.trust.seals import api as seals


def sealed_file(row: ELicense, form: Form, *, at: datetime) -> bytes:
    """Return the sealed file of a licence, in the caller's transaction; the same bytes whoever asks and however often.

    Raises:
        LicenseStateForbids: it was never made and the licence is not valid any more.
        IssuerHasNoSeal: the issuing body has no seal in force.
    """
    ELicense.objects.select_for_update(of=("self",)).get(pk=row.pk)  # one seals, the other waits and takes the same
    kept = LicenseFileRow.objects.filter(license=row, form=form).first()
    if kept is not None:
        return _sealer().open_bytes(bytes(kept.content))
    content = _make(row, form, at)
    LicenseFileRow.objects.create(
        license=row,
        form=form,
        content=_sealer().seal_bytes(content),
        digest=hashlib.sha256(content).hexdigest(),
        made_at=at,
    )
    return content


def _make(row: ELicense, form: Form, at: datetime) -> bytes:
    view = queries.views_of([row], at=at)[0]
    if view.state is not LicenseState.VALID:
        raise LicenseStateForbids(state=view.state.label)
    seal = seals.seal_of(row.issuer_id)
    if seal is None:
        raise IssuerHasNoSeal
    ground = seals.UseGround(clause=law.CLAUSES["issue"], object_type=LICENSE, object_id=str(row.id))
    approval = seals.approve_use(actor=system_actor(), seal=seal.id, ground=ground, at=at)
    page = page_of(view, queries.attributes_of(row), at=at)
    return seals.stamp(
        document=page, seal=seal.id, approval=approval.id, at=at, form=documents.Form(form.value), place=SEAL_PLACE
    )


def _sealer() -> Sealer:
    return Sealer(key_ring(), place="license_file|content", purpose="licenses.attributes")
