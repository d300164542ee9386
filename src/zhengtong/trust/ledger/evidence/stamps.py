"""The check of time stamps 时间戳核验, as the verifier wants it, by whatever verifies RFC 3161 tokens.

The function comes in as an argument: with Django it is taken from the key room's door, offline from its library.
"""

from collections.abc import Callable

from asn1crypto import x509

from zhengtong.trust.keys.contracts import (
    CertificateNotTrusted,
    Distrust,
    RevocationEvidence,
    SignatureRefused,
    TimeStamp,
)
from zhengtong.trust.ledger.evidence.bundle import TimeStampEvidence
from zhengtong.trust.ledger.evidence.verifying import CheckStamp, StampProof, StampRefused

_UNDECIDED = frozenset({Distrust.NO_ISSUER, Distrust.NO_REVOCATION_EVIDENCE})
"""What leaves a stamp open: its authority is not trusted here, or nothing says whether its certificate was revoked."""


def stamp_checker(verify_time_stamp: Callable[..., TimeStamp]) -> CheckStamp:
    """Return the check of time stamps; *verify_time_stamp* is that of `zhengtong.trust.keys`."""

    def check(stamp: TimeStampEvidence, data: bytes, roots: tuple[bytes, ...]) -> StampProof:
        # lists are fetched right after stamping, so they are younger than the moment they speak for
        revocation = RevocationEvidence(crls=stamp.crls, retroactive=True)
        try:
            proof = verify_time_stamp(
                stamp.token, data=data, roots=roots, chain=stamp.certificates, revocation=revocation
            )
        except CertificateNotTrusted as refusal:
            raise StampRefused(refusal.reason.value, undecided=refusal.reason in _UNDECIDED) from refusal
        except SignatureRefused as refusal:
            raise StampRefused(refusal.flaw.value) from refusal
        except Exception as error:  # whatever a library says to bytes that an enemy may have chosen
            raise StampRefused(type(error).__name__) from error
        certificate = x509.Certificate.load(proof.path.certificates[0])
        return StampProof(at=proof.at, subject=str(certificate.subject.native.get("common_name", "")))

    return check
