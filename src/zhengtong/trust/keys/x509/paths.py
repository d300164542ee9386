"""Path validation 证书链验证 (RFC 5280 §6.1) by pyhanko-certvalidator, with SM2 plugged in and the moment given.

The validator's coroutines never wait for anything, because nothing is fetched; they are run to their end without an
event loop, so that this works in threads and inside of asynchronous code alike.
"""

from collections import OrderedDict
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any, TypeVar

from asn1crypto import x509

from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.contracts import (
    CertificateNotTrusted,
    Distrust,
    Profile,
    RevocationDemand,
    RevocationEvidence,
    TrustedPath,
    UnfitCertificate,
    UnreadableKey,
)
from zhengtong.trust.keys.x509 import segments, signatures
from zhengtong.trust.keys.x509.issuing import load_certificate

_T = TypeVar("_T")
_USES: dict[Profile, tuple[frozenset[str], str | None]] = {
    Profile.SIGNING: (frozenset({"digital_signature", "non_repudiation"}), None),
    Profile.ENCRYPTION: (frozenset({"key_encipherment"}), None),
    Profile.DEVICE: (frozenset({"digital_signature"}), "client_auth"),
    Profile.SERVER: (frozenset({"digital_signature"}), "server_auth"),
    Profile.TIME_STAMPING: (frozenset({"digital_signature"}), "time_stamping"),
    Profile.OCSP: (frozenset({"digital_signature"}), "ocsp_signing"),
}


def validate_path(
    certificate: bytes,
    *,
    chain: Iterable[bytes] = (),
    roots: Iterable[bytes],
    at: datetime,
    revocation: RevocationEvidence | None = None,
    profile: Profile | None = None,
) -> TrustedPath:
    """Return the path from *certificate* to one of *roots* that holds at the moment *at*.

    Args:
        certificate: the end entity's.
        chain: certificates of authorities in between, in any order; more than needed does no harm.
        roots: the trusted ones. A root must itself be valid at *at*.
        at: the moment in question, aware: of signing, or now.
        revocation: by what to judge it; by default nothing is known and something is required, so pass `NO_REVOCATION`
            to look away on purpose.
        profile: what the certificate must be for; None asks for no use.

    Raises:
        CertificateNotTrusted: it does not hold; `reason` is one of `Distrust`.
    """
    asked = _Asked(
        certificate=certificate,
        chain=tuple(chain),
        roots=tuple(roots),
        evidence=revocation or RevocationEvidence(),
        profile=profile,
    )
    try:
        answer = _remembered(asked, at)
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # nonsense inside a CRL or an OCSP answer
        raise CertificateNotTrusted(Distrust.MALFORMED, detail=str(error)) from error
    if isinstance(answer, TrustedPath):
        return replace(answer, at=at)
    raise CertificateNotTrusted(answer[0], detail=answer[1])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """A question about a path, but for its moment."""

    certificate: bytes
    chain: tuple[bytes, ...]
    roots: tuple[bytes, ...]
    evidence: RevocationEvidence
    profile: Profile | None


_Answer = TrustedPath | tuple[Distrust, str]
_answers: OrderedDict[tuple[_Asked, segments.Segment], _Answer] = OrderedDict()
_MOST_ANSWERS = 4096
_turn = Lock()


def _remembered(asked: _Asked, at: datetime) -> _Answer:
    """Return the answer for the stretch of time that *at* lies in, worked out once per process."""
    everything = (asked.certificate, *asked.chain, *asked.roots)
    for one in everything:
        _read(one)
    known = asked, segments.segment(at, certificates=everything, crls=asked.evidence.crls, ocsps=asked.evidence.ocsps)
    with _turn:
        if known in _answers:
            _answers.move_to_end(known)
            return _answers[known]
    try:
        answer: _Answer = _judge(asked, at)
    except CertificateNotTrusted as refusal:
        answer = refusal.reason, refusal.detail
    with _turn:
        _answers[known] = answer
        if len(_answers) > _MOST_ANSWERS:
            _answers.popitem(last=False)
    return answer


def forget_paths() -> None:
    """Forget every answer: for measuring without what was remembered."""
    with _turn:
        _answers.clear()


def _judge(asked: _Asked, at: datetime) -> TrustedPath:
    end = _read(asked.certificate)
    anchors, between = [_read(root) for root in asked.roots], [_read(one) for one in asked.chain]
    path = _walk(end, between, anchors, at, asked.evidence)
    if asked.profile is not None:
        _check_use(end, asked.profile)
    try:
        public = PublicKey.read(end.public_key.dump())
    except UnreadableKey as error:
        raise CertificateNotTrusted(Distrust.ALGORITHM, detail=str(error)) from error
    return TrustedPath(certificates=tuple(one.dump() for one in path), at=at, public=public)


def _walk(
    end: x509.Certificate,
    between: list[x509.Certificate],
    anchors: list[x509.Certificate],
    at: datetime,
    evidence: RevocationEvidence,
) -> list[x509.Certificate]:
    """Try the paths there are; the reason given is that of the last one that failed."""
    from pyhanko_certvalidator.errors import PathBuildingError, PathError, ValidationError  # noqa: PLC0415 -- slow

    context = _context(between, anchors, at)
    failure: Exception = PathBuildingError("no path")
    try:
        for path in _done(context.path_builder.async_build_paths(end)):
            try:
                return _checked(context, path, at, evidence)
            except ValidationError as error:
                failure = error
    except (PathError, ValidationError) as error:
        failure = error
    raise CertificateNotTrusted(_reason(failure), detail=str(failure)) from failure


def _checked(context: Any, path: Any, at: datetime, evidence: RevocationEvidence) -> list[x509.Certificate]:
    from pyhanko_certvalidator.validate import async_validate_path  # noqa: PLC0415 -- slow

    root = path.trust_anchor.authority.certificate
    if not root.not_valid_before <= at <= root.not_valid_after:
        raise CertificateNotTrusted(
            Distrust.EXPIRED if at > root.not_valid_after else Distrust.NOT_YET_VALID, detail="root"
        )
    _done(async_validate_path(context, path))
    downward = list(path.iter_certs(include_root=True))
    if evidence.demand is not RevocationDemand.NONE:
        knowing = _context(downward[1:], [root], at, evidence)
        for certificate in downward[1:]:
            _check_revocation(knowing, path, certificate, evidence.demand)
    return downward[::-1]


def _check_revocation(context: Any, path: Any, certificate: x509.Certificate, demand: RevocationDemand) -> None:
    """Ask all the evidence about one certificate; whatever says revoked counts, and one good word is needed.

    The validator's own check looks only at kinds of evidence that the certificate announces, so that a list in hand
    would be passed over; therefore its two judges are called one by one.
    """
    from pyhanko_certvalidator import errors  # noqa: PLC0415 -- slow
    from pyhanko_certvalidator.revinfo.validate_crl import verify_crl  # noqa: PLC0415
    from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response  # noqa: PLC0415

    good, doubts = False, []
    for judge in (verify_ocsp_response, verify_crl):
        try:
            _done(judge(certificate, path, context))
            good = True
        except (errors.OCSPNoMatchesError, errors.CRLNoMatchesError):
            continue
        except (errors.OCSPValidationError, errors.CRLValidationError) as doubt:
            doubts.append(f"{doubt} {getattr(doubt, 'failures', '')}")
    if not good and (doubts or demand is RevocationDemand.REQUIRED):
        raise CertificateNotTrusted(
            Distrust.NO_REVOCATION_EVIDENCE,
            detail="; ".join(doubts) or certificate.subject.human_friendly,
        )


def _context(
    between: list[x509.Certificate],
    anchors: list[x509.Certificate],
    at: datetime,
    evidence: RevocationEvidence | None = None,
) -> Any:
    """Return the validator's context; without *evidence* one that does not look at revocation."""
    from pyhanko_certvalidator.context import ValidationContext  # noqa: PLC0415 -- slow
    from pyhanko_certvalidator.policy_decl import (  # noqa: PLC0415
        CertRevTrustPolicy,
        RevocationCheckingPolicy,
        RevocationCheckingRule,
    )

    rule = RevocationCheckingRule.NO_CHECK
    if evidence:  # this rule is for whoever signed the evidence
        required = evidence.demand is RevocationDemand.REQUIRED
        soft = RevocationCheckingRule.CHECK_IF_DECLARED_SOFT
        rule = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED if required else soft
    return ValidationContext(
        trust_roots=list(anchors),
        other_certs=between,
        moment=at,
        time_tolerance=timedelta(0),  # answers are remembered between moments, so these must be exact
        crls=[_crl(one) for one in evidence.crls] if evidence else [],
        ocsps=[_ocsp(one) for one in evidence.ocsps] if evidence else [],
        revinfo_policy=CertRevTrustPolicy(
            RevocationCheckingPolicy(ee_certificate_rule=rule, intermediate_ca_cert_rule=rule),
            retroactive_revinfo=bool(evidence and evidence.retroactive),
        ),
        signature_validator=signatures.remembering(),
    )


def _check_use(end: x509.Certificate, profile: Profile) -> None:
    """Refuse a certificate that is not for *profile*: one key usage suffices, the extended one must be there."""
    usages, extended = _USES.get(profile, (frozenset({"key_cert_sign"}), None))
    given = set(end.key_usage_value.native) if end.key_usage_value is not None else set()
    extended_given = set(end.extended_key_usage_value.native) if end.extended_key_usage_value is not None else set()
    if not usages & given or (extended is not None and extended not in extended_given):
        raise CertificateNotTrusted(Distrust.USAGE, detail=profile)


def _reason(failure: Exception) -> Distrust:
    from pyhanko_certvalidator import errors  # noqa: PLC0415 -- slow

    known: tuple[tuple[type[Exception], Distrust], ...] = (
        (errors.PathBuildingError, Distrust.NO_ISSUER),
        (errors.RevokedError, Distrust.REVOKED),
        (errors.InsufficientRevinfoError, Distrust.NO_REVOCATION_EVIDENCE),
        (errors.ExpiredError, Distrust.EXPIRED),
        (errors.NotYetValidError, Distrust.NOT_YET_VALID),
        (errors.DisallowedAlgorithmError, Distrust.ALGORITHM),
    )
    return next((reason for kind, reason in known if isinstance(failure, kind)), Distrust.INVALID)


def _read(certificate: bytes) -> x509.Certificate:
    try:
        return load_certificate(certificate)
    except UnfitCertificate as error:
        raise CertificateNotTrusted(Distrust.MALFORMED, detail=str(error.__cause__)) from error


@lru_cache(maxsize=128)
def _crl(encoded: bytes) -> Any:
    from asn1crypto import crl  # noqa: PLC0415 -- seldom needed

    parsed = crl.CertificateList.load(encoded, strict=True)
    signatures.whole_bytes(parsed["signature"])
    return parsed


@lru_cache(maxsize=512)
def _ocsp(encoded: bytes) -> Any:
    from asn1crypto import ocsp  # noqa: PLC0415 -- seldom needed

    parsed = ocsp.OCSPResponse.load(encoded, strict=True)
    if parsed["response_status"].native == "successful":
        basic = parsed["response_bytes"]["response"].parsed
        signatures.whole_bytes(basic["signature"])
        for certificate in basic["certs"]:
            signatures.whole_bytes(certificate["signature_value"])
    return parsed


def _done(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as finished:
        result: _T = finished.value
        return result
    coroutine.close()
    raise RuntimeError("path validation waited for something, though nothing may be fetched")
