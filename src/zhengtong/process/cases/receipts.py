"""Receipts 收件凭证 that anybody can verify: a code that only the platform can make, and what it confirms.

What a stranger with the code learns names no person: which service, which office, when it was received, how it stands.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core import signing

from zhengtong.process.cases.contracts import CaseState
from zhengtong.process.cases.models import Case
from zhengtong.process.cases.refusals import CaseUnknown

_SALT = "process.case.receipt"


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What a receipt confirms."""

    reference: str
    item_name: str
    item_name_en: str
    organisation_name: str
    received_at: datetime
    state: CaseState


def receipt_code(reference: str) -> str:
    """Return the code on the receipt of a case: its reference, signed under the platform's key (HMAC-SHA256)."""
    return signing.Signer(salt=_SALT).sign(reference)


def receipt_of(code: str) -> Receipt:
    """Return what the receipt with *code* confirms.

    Raises:
        CaseUnknown: the code was not made by this platform, or the case is gone.
    """
    try:
        reference = signing.Signer(salt=_SALT).unsign(code)
    except signing.BadSignature as forged:
        raise CaseUnknown from forged
    row = Case.objects.select_related("organisation").defer("form").filter(reference=reference).first()
    if row is None:
        raise CaseUnknown
    return Receipt(
        reference=row.reference,
        item_name=row.item_name,
        item_name_en=row.item_name_en,
        organisation_name=row.organisation.name,
        received_at=row.received_at,
        state=CaseState(row.state),
    )
