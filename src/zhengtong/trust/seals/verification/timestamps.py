"""Time stamps 时间戳 (GB/T 20520, RFC 3161) over the value of a signature."""

from dataclasses import dataclass
from datetime import datetime

from zhengtong.kernel.errors import Text
from zhengtong.trust.keys.api import (
    NO_REVOCATION,
    CertificateNotTrusted,
    Distrust,
    Profile,
    SignatureRefused,
    read_time_stamp,
    validate_path,
)
from zhengtong.trust.seals.contracts.report import Outcome
from zhengtong.trust.seals.verification import wording
from zhengtong.trust.seals.verification.trust import BROKEN, UNKNOWN, Trust, time_stamping_distrust


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamped:
    """What a time stamp proves: the moment, if it may be believed."""

    at: datetime | None
    outcome: Outcome
    note: Text = ""


def stamped(token: bytes, signature: bytes, trust: Trust) -> Stamped:
    """Judge *token* over *signature*: its value, its imprint, its certificate at the moment it states.

    A moment is given only when it may be believed.
    """
    try:
        at, reason = _judged(token, signature, trust)
    except (SignatureRefused, *BROKEN):
        return Stamped(at=None, outcome=Outcome.FAILED, note=wording.STAMP_WRONG)
    except CertificateNotTrusted as refusal:
        reason = refusal.reason
    if reason is None:
        return Stamped(at=at, outcome=Outcome.PASSED)
    outcome = Outcome.UNKNOWN if reason in UNKNOWN else Outcome.FAILED
    return Stamped(at=None, outcome=outcome, note=wording.STAMP_UNTRUSTED)


def _judged(token: bytes, signature: bytes, trust: Trust) -> tuple[datetime, Distrust | None]:
    """Return the moment a token states, and why its authority is not trusted.

    The signature and its imprint are checked by a path of one certificate, the authority's own; that one is then
    judged like any other, which is remembered. Certificates that only the token brings are asked last.
    """
    at, signed = read_time_stamp(token, data=signature)
    own, use = signed.certificate, Profile.TIME_STAMPING
    validate_path(own, roots=(own,), at=at, revocation=NO_REVOCATION, profile=use, chain=signed.chain)
    reason = time_stamping_distrust(own, trust, at)
    if reason is Distrust.NO_ISSUER:
        chain = (*signed.chain, *trust.chain)
        validate_path(own, chain=chain, roots=trust.roots, at=at, revocation=trust.revocation, profile=use)
        reason = None
    return at, reason
