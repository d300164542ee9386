"""Whom a verification trusts, and its judgement of certificates, remembered where it cannot differ.

A path holds or not by comparing one moment with dates: of certificates, of revocation lists, of revocations. Between
two neighbouring dates the answer is the same, so it is kept for that span; nothing is rounded.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from asn1crypto import crl

from zhengtong.trust.keys.api import (
    Algorithm,
    CertificateNotTrusted,
    Distrust,
    Profile,
    PublicKey,
    RevocationEvidence,
    UnfitCertificate,
    UnreadableKey,
    forget_paths,
    load_certificate,
    public_key_of,
    read_name,
    validate_path,
)
from zhengtong.trust.seals.contracts.report import Check, Outcome, Step
from zhengtong.trust.seals.verification.wording import REVOKED_SINCE, distrust_note

Span = tuple[int, int, int, int]
_MOST = 4096
BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What asn1crypto raises on bytes that only look like a certificate or a token."""
_TOLERANCE = timedelta(seconds=1)
UNKNOWN = frozenset({Distrust.NO_ISSUER, Distrust.NO_REVOCATION_EVIDENCE})
_answers: dict[tuple[bytes, "Trust", Span, Profile], Distrust | None] = {}


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Roots of seal makers, signers and time-stamping authorities, what lies between, and who was revoked."""

    roots: tuple[bytes, ...] = ()
    chain: tuple[bytes, ...] = ()
    revocation: RevocationEvidence = field(default_factory=RevocationEvidence)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """As of when things are judged, whether an authority proved that moment, and what time it is now."""

    at: datetime
    now: datetime
    proved: bool = False


def certificate_check(step: Step, certificate: bytes, trust: Trust, moment: Moment) -> Check:
    """Judge a signing certificate as of a moment: chain, dates, use, revocation.

    A revocation after the signature leaves it good only if the time of signing is proved: else whoever found the key
    could have put an earlier date.
    """
    reason = _reason_at(certificate, trust, moment.at)
    if reason is None and not moment.proved and _reason_at(certificate, trust, moment.now) is Distrust.REVOKED:
        return Check(step=step, outcome=Outcome.UNKNOWN, note=REVOKED_SINCE)
    if reason is None:
        return Check(step=step, outcome=Outcome.PASSED)
    outcome = Outcome.UNKNOWN if reason in UNKNOWN else Outcome.FAILED
    return Check(step=step, outcome=outcome, note=distrust_note(reason))


def time_stamping_distrust(certificate: bytes, trust: Trust, at: datetime) -> Distrust | None:
    """Return why a time-stamping authority's certificate is not trusted at *at*, None if it is."""
    return _judged(certificate, trust, _span(certificate, trust, at), at, Profile.TIME_STAMPING)


def _reason_at(certificate: bytes, trust: Trust, at: datetime) -> Distrust | None:
    return _judged(certificate, trust, _span(certificate, trust, at), at, Profile.SIGNING)


def _judged(certificate: bytes, trust: Trust, span: Span, at: datetime, profile: Profile) -> Distrust | None:
    key = (certificate, trust, span, profile)
    if key in _answers:
        return _answers[key]
    try:
        validate_path(
            certificate,
            chain=trust.chain,
            roots=trust.roots,
            at=at,
            revocation=trust.revocation,
            profile=profile,
        )
        answer: Distrust | None = None
    except CertificateNotTrusted as refusal:
        answer = refusal.reason
    except BROKEN:
        answer = Distrust.MALFORMED
    if len(_answers) >= _MOST:
        _answers.clear()
    _answers[key] = answer
    return answer


def forget() -> None:
    """Forget every judgement: for measuring without what was remembered."""
    _answers.clear()
    _dates_of_trust.cache_clear()
    _dates_of.cache_clear()
    made.cache_clear()
    forget_paths()


def _span(certificate: bytes, trust: Trust, at: datetime) -> Span:
    """Return between which dates *at* lies, or on which."""
    try:
        own = _dates_of(certificate)
    except (UnfitCertificate, *BROKEN):
        own = ()
    shared = _dates_of_trust(trust)
    return bisect_left(shared, at), bisect_right(shared, at), bisect_left(own, at), bisect_right(own, at)


@lru_cache(maxsize=4096)
def _dates_of(certificate: bytes) -> tuple[datetime, ...]:
    read = load_certificate(certificate)
    return tuple(sorted(_around(read.not_valid_before, read.not_valid_after)))


@lru_cache(maxsize=64)
def _dates_of_trust(trust: Trust) -> tuple[datetime, ...]:
    dates = {date for one in (*trust.roots, *trust.chain) for date in _dates_of(one)}
    for encoded in trust.revocation.crls:
        listed = crl.CertificateList.load(encoded)["tbs_cert_list"]
        dates |= _around(listed["this_update"].native, listed["next_update"].native)
        dates |= _around(*(entry["revocation_date"].native for entry in listed["revoked_certificates"] or ()))
    return tuple(sorted(dates))


def _around(*dates: datetime | None) -> set[datetime]:
    """Return each date and its neighbours: the validator tolerates one second."""
    return {date + step for date in dates if date for step in (-_TOLERANCE, timedelta(), _TOLERANCE)}


@lru_cache(maxsize=1024)
def made(certificate: bytes, signature: bytes, data: bytes) -> bool:
    """Say what `holds` says, worked out once for the same bytes: of a seal, which stands on a thousand documents."""
    return holds(certificate, signature, data)


def holds(certificate: bytes, signature: bytes, data: bytes) -> bool:
    """Say whether the SM2 key of *certificate* made *signature* over *data*; nonsense for a certificate did not."""
    try:
        key = _key_of(certificate)
    except (UnfitCertificate, UnreadableKey, *BROKEN):
        return False
    return key.algorithm is Algorithm.SM2 and key.verify(signature, data)


@lru_cache(maxsize=4096)
def subject_of(certificate: bytes) -> str:
    """Return whom a certificate names; empty when it cannot be read."""
    try:
        name = read_name(load_certificate(certificate).subject)
    except (UnfitCertificate, *BROKEN):
        return ""
    return name.organisation or name.common_name


@lru_cache(maxsize=4096)
def _key_of(certificate: bytes) -> PublicKey:
    return public_key_of(certificate)
