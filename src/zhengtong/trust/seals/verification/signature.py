"""A signature by a seal 电子签章验证: the steps of GB/T 38540-2020 7.3 over `SignedValue.dat` and `Signature.xml`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from zhengtong.trust.seals.contracts.report import Check, Outcome, SignatureReport, Step
from zhengtong.trust.seals.digests import sm3
from zhengtong.trust.seals.ses.contracts import SM2_WITH_SM3, SM3, SealSignature
from zhengtong.trust.seals.ses.der import NotDer
from zhengtong.trust.seals.ses.reading import read_signature
from zhengtong.trust.seals.verification import wording
from zhengtong.trust.seals.verification.seal import seal_checks
from zhengtong.trust.seals.verification.timestamps import Stamped, stamped
from zhengtong.trust.seals.verification.trust import Moment, Trust, certificate_check, holds, subject_of

CLOCKS_DIFFER = timedelta(minutes=5)
_SM3_NAMES = frozenset({"SM3", SM3})


@dataclass(frozen=True, kw_only=True)
class _Times:
    """When it was signed: as the signer says, as an authority says, which of them counts."""

    claimed: datetime | None
    stamp: Stamped | None
    now: datetime

    @property
    def at(self) -> datetime:
        if self.stamp and self.stamp.at:
            return self.stamp.at
        return self.claimed or self.now

    @property
    def moment(self) -> Moment:
        proved = self.stamp is not None and self.stamp.outcome is Outcome.PASSED
        return Moment(at=self.at, now=self.now, proved=proved)


def signature_report(name: str, written: bytes, text: bytes, trust: Trust, now: datetime) -> SignatureReport:
    """Judge one signature.

    Args:
        name: what it is called in the file.
        written: the signature by the seal, DER.
        text: what was signed: the bytes of `Signature.xml`.
        trust: whom to trust.
        now: the present moment.
    """
    try:
        signature = read_signature(written)
    except NotDer:
        check = Check(step=Step.SIGNATURE_FORMAT, outcome=Outcome.FAILED, note=wording.NOT_DER)
        return SignatureReport(name=name, checks=(check,))
    stamp = stamped(signature.timestamp, signature.signature, trust) if signature.timestamp else None
    times = _Times(claimed=signature.signed_at, stamp=stamp, now=now)
    return SignatureReport(
        name=name,
        seal_name=signature.seal.info.name,
        seal_number=signature.seal.info.number,
        signer=subject_of(signature.certificate),
        signed_at=signature.signed_at,
        stamped_at=stamp.at if stamp else None,
        checks=tuple(_checks(signature, text, trust, times)),
        facts=_facts(signature, text),
    )


def _checks(signature: SealSignature, text: bytes, trust: Trust, times: _Times) -> Iterator[Check]:
    yield _format(signature)
    yield value_check(signature)
    yield digest_check(signature, text)
    yield listed_check(signature)
    yield certificate_check(Step.SIGNER_CERTIFICATE, signature.certificate, trust, times.moment)
    yield _time(times)
    yield _stamp(times)
    yield from seal_checks(signature.seal, trust, times.moment)


def _format(signature: SealSignature) -> Check:
    if any(extension.critical for extension in signature.extensions):
        return Check(step=Step.SIGNATURE_FORMAT, outcome=Outcome.FAILED, note=wording.CRITICAL)
    if signature.version != signature.seal.info.version:
        return Check(step=Step.SIGNATURE_FORMAT, outcome=Outcome.FAILED, note=wording.NOT_DER)
    return Check(step=Step.SIGNATURE_FORMAT, outcome=Outcome.PASSED)


def value_check(signature: SealSignature) -> Check:
    """Verify the signer's own signature."""
    if signature.algorithm != SM2_WITH_SM3:
        return Check(step=Step.SIGNATURE_VALUE, outcome=Outcome.FAILED, note=wording.ALGORITHM)
    if not holds(signature.certificate, signature.signature, signature.signed):
        return Check(step=Step.SIGNATURE_VALUE, outcome=Outcome.FAILED, note=wording.WRONG_SIGNATURE)
    return Check(step=Step.SIGNATURE_VALUE, outcome=Outcome.PASSED)


def digest_check(signature: SealSignature, text: bytes) -> Check:
    """Hold what was signed against the digest in the signature."""
    if sm3(text) != signature.data_hash:
        return Check(step=Step.DATA_DIGEST, outcome=Outcome.FAILED, note=wording.DATA_CHANGED)
    return Check(step=Step.DATA_DIGEST, outcome=Outcome.PASSED)


def listed_check(signature: SealSignature) -> Check:
    """Look for the signer among those that the seal lists, whole or by digest."""
    info = signature.seal.info
    if signature.certificate in info.certificates:
        return Check(step=Step.SIGNER_IN_SEAL, outcome=Outcome.PASSED)
    if any(name not in _SM3_NAMES for name, _value_ in info.digests):
        return Check(step=Step.SIGNER_IN_SEAL, outcome=Outcome.FAILED, note=wording.DIGEST_UNKNOWN)
    if sm3(signature.certificate) in {value for _name, value in info.digests}:
        return Check(step=Step.SIGNER_IN_SEAL, outcome=Outcome.PASSED)
    return Check(step=Step.SIGNER_IN_SEAL, outcome=Outcome.FAILED, note=wording.NOT_LISTED)


def _time(times: _Times) -> Check:
    if times.claimed is None and not (times.stamp and times.stamp.at):
        return Check(step=Step.SIGNING_TIME, outcome=Outcome.FAILED, note=wording.NO_TIME)
    if times.at > times.now + CLOCKS_DIFFER:
        return Check(step=Step.SIGNING_TIME, outcome=Outcome.FAILED, note=wording.IN_FUTURE)
    return Check(step=Step.SIGNING_TIME, outcome=Outcome.PASSED, note="" if times.stamp else wording.CLAIMED)


def _stamp(times: _Times) -> Check:
    if times.stamp is None:
        return Check(step=Step.TIME_STAMP, outcome=Outcome.ABSENT)
    if times.stamp.at and times.claimed and times.stamp.at < times.claimed - CLOCKS_DIFFER:
        return Check(step=Step.TIME_STAMP, outcome=Outcome.FAILED, note=wording.STAMP_BEFORE)
    return Check(step=Step.TIME_STAMP, outcome=times.stamp.outcome, note=times.stamp.note)


def _facts(signature: SealSignature, text: bytes) -> dict[str, str]:
    seal = signature.seal.info
    return {
        "version": str(signature.version),
        "algorithm": signature.algorithm,
        "data_hash": signature.data_hash.hex(),
        "data_hash_found": sm3(text).hex(),
        "property_info": signature.property_info,
        "certificate": sm3(signature.certificate).hex(),
        "seal_version": str(seal.version),
        "seal_vendor": seal.vendor,
        "seal_valid_from": seal.valid_from.isoformat(),
        "seal_valid_until": seal.valid_until.isoformat(),
        "seal_digest": sm3(signature.seal.encoded).hex(),
        "maker": subject_of(signature.seal.maker),
        "maker_certificate": sm3(signature.seal.maker).hex(),
    }
