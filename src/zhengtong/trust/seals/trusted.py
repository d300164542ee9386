"""Whom this installation trusts when it verifies 信任列表: its licensed authority, its time stamps, what it revoked.

Revocation evidence is made anew every hour and after every change, and reused in between: a list costs signatures, a
verification should not.
"""

from datetime import datetime, timedelta

from zhengtong.trust.keys.api import RevocationReason, RevokedEntry, load_certificate
from zhengtong.trust.seals import outside
from zhengtong.trust.seals.contracts.filing import SealState
from zhengtong.trust.seals.models import Seal
from zhengtong.trust.seals.verification.trust import Trust

_REASONS = {
    SealState.SUSPENDED: RevocationReason.CERTIFICATE_HOLD,
    SealState.LOST: RevocationReason.KEY_COMPROMISE,
    SealState.CANCELLED: RevocationReason.CESSATION_OF_OPERATION,
    SealState.NOT_FILED: RevocationReason.CESSATION_OF_OPERATION,
}
_COLUMNS = ("certificate", "pdf_certificate", "state", "revoked_at")
_HOUR = timedelta(hours=1)
_Key = tuple[int, tuple[RevokedEntry, ...], int]
_kept: dict[str, tuple[_Key, Trust]] = {}


def platform_trust(at: datetime) -> Trust:
    """Return whom to trust at this moment: one statement."""
    authority = outside.licensed_authority()
    revoked = tuple(_revoked())
    hour = int(at.timestamp() // _HOUR.total_seconds())
    key = (hour, revoked, id(authority))
    known = _kept.get("trust")
    if known is not None and known[0] == key:
        return known[1]
    since = at.replace(minute=0, second=0, microsecond=0)
    trust = Trust(roots=authority.roots, chain=authority.chain, revocation=authority.evidence(revoked, since))
    _kept["trust"] = (key, trust)
    return trust


def _revoked() -> list[RevokedEntry]:
    entries = []
    for row in Seal.objects.filter(revoked_at__isnull=False).order_by("id").only(*_COLUMNS):
        for certificate in (row.certificate, row.pdf_certificate):
            if certificate is not None and row.revoked_at is not None:
                serial = load_certificate(bytes(certificate)).serial_number
                entries.append(RevokedEntry(serial=serial, at=row.revoked_at, reason=_REASONS[SealState(row.state)]))
    return entries
