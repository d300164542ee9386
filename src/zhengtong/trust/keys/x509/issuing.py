"""Issuing certificates 签发证书 (GB/T 20518, RFC 5280 §4): one profile, one set of extensions."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from asn1crypto import core, keys, x509

from zhengtong.trust.keys.algorithms import identifiers
from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.contracts import DistinguishedName, Profile, Signer, UnfitCertificate, Verifier
from zhengtong.trust.keys.x509.names import written_name
from zhengtong.trust.keys.x509.signatures import whole_bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class _Usage:
    key_usage: frozenset[str]
    extended: tuple[str, ...] = ()
    is_ca: bool = False


_USAGES: Mapping[Profile, _Usage] = {
    Profile.ROOT: _Usage(key_usage=frozenset({"key_cert_sign", "crl_sign"}), is_ca=True),
    Profile.INTERMEDIATE: _Usage(key_usage=frozenset({"key_cert_sign", "crl_sign"}), is_ca=True),
    Profile.SIGNING: _Usage(key_usage=frozenset({"digital_signature", "non_repudiation"})),
    Profile.ENCRYPTION: _Usage(key_usage=frozenset({"key_encipherment", "data_encipherment"})),
    Profile.DEVICE: _Usage(key_usage=frozenset({"digital_signature"}), extended=("client_auth",)),
    Profile.SERVER: _Usage(key_usage=frozenset({"digital_signature"}), extended=("server_auth",)),
    Profile.TIME_STAMPING: _Usage(key_usage=frozenset({"digital_signature"}), extended=("time_stamping",)),
    Profile.OCSP: _Usage(key_usage=frozenset({"digital_signature"}), extended=("ocsp_signing",)),
}


def issue_certificate(
    *,
    signer: Signer,
    issuer: bytes | None,
    subject: DistinguishedName,
    public_key: Verifier,
    profile: Profile,
    not_before: datetime,
    not_after: datetime,
    serial: int | None = None,
    **options: Any,
) -> bytes:
    """Return a certificate for *public_key*, signed by *signer*.

    Args:
        signer: the issuer's key; the subject's own for a root.
        issuer: the issuer's certificate, None for a self-signed root.
        subject: whom it names.
        public_key: what it certifies; a `PublicKey` or any `Signer.public`.
        profile: what it is for.
        not_before: first moment of validity, aware; whole seconds are kept.
        not_after: last moment of validity, within the issuer's.
        serial: 159 random bits unless given (RFC 5280 §4.1.2.2 wants uniqueness per issuer).
        options: `path_length` (how many authorities may stand below), `crl_url`, `ocsp_url`, `dns_names`.

    Raises:
        UnfitCertificate: the dates, the names, or an issuer that is none or whose key is not *signer*.
    """
    _check_dates(not_before, not_after)
    authority = None if issuer is None else _authority(issuer, signer, not_after)
    subject_name = written_name(subject)
    extensions = _extensions(profile, public_key, signer.public, authority, options)
    tbs = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": serial if serial is not None else new_serial(),
            "signature": identifiers.signature_algorithm(signer.algorithm),
            "issuer": subject_name if authority is None else authority.subject,
            "validity": {"not_before": _time(not_before), "not_after": _time(not_after)},
            "subject": subject_name,
            "subject_public_key_info": keys.PublicKeyInfo.load(public_key.spki),
            "extensions": extensions,
        }
    )
    written: bytes = x509.Certificate(
        {
            "tbs_certificate": tbs,
            "signature_algorithm": identifiers.signature_algorithm(signer.algorithm),
            "signature_value": signer.sign(tbs.dump()),
        }
    ).dump()
    return written


def new_serial() -> int:
    """Return a positive serial number of 159 random bits."""
    return secrets.randbits(158) | 1 << 158


def key_identifier(public_key: Verifier) -> bytes:
    """Return the key identifier of RFC 7093 method 1: the first 160 bits of SHA-256 over the key's bits."""
    bits = keys.PublicKeyInfo.load(public_key.spki)["public_key"]
    return hashlib.sha256(bits.contents[1:]).digest()[:20]


def public_key_of(certificate: bytes) -> PublicKey:
    """Return the public key of a certificate.

    Raises:
        UnreadableKey: of a kind that is not used here.
        UnfitCertificate: these bytes are no certificate.
    """
    return PublicKey.read(load_certificate(certificate).public_key.dump())


@lru_cache(maxsize=1024)
def load_certificate(certificate: bytes) -> x509.Certificate:
    """Read a certificate to its end; the same bytes give the same object, which nobody changes.

    Raises:
        UnfitCertificate: these bytes are no certificate.
    """
    try:
        parsed = x509.Certificate.load(certificate, strict=True)
        parsed.native  # noqa: B018 -- asn1crypto reads lazily; this reads everything once
        whole_bytes(parsed["signature_value"])
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        # what asn1crypto lets through from hostile bytes; REAL, for one, has no value there and raises AttributeError
        raise UnfitCertificate(what="X.509") from error
    return parsed


def _check_dates(not_before: datetime, not_after: datetime) -> None:
    if not_before.tzinfo is None or not_after.tzinfo is None or not_before >= not_after:
        raise UnfitCertificate(what="not_before < not_after")


def _authority(issuer: bytes, signer: Signer, not_after: datetime) -> x509.Certificate:
    """Return the issuer's certificate if it may issue with this key until then."""
    authority = load_certificate(issuer)
    if not authority.ca or authority.public_key.dump() != signer.public.spki:
        raise UnfitCertificate(what="issuer")
    if not_after > authority.not_valid_after:
        raise UnfitCertificate(what="not_after")
    return authority


def _time(moment: datetime) -> x509.Time:
    """Return UTCTime until 2049 and GeneralizedTime after (RFC 5280 §4.1.2.5)."""
    moment = moment.astimezone(UTC).replace(microsecond=0)
    if moment.year < 2050:
        return x509.Time({"utc_time": moment})
    return x509.Time({"general_time": moment})


def _extensions(
    profile: Profile,
    public_key: Verifier,
    issuer_key: Verifier,
    authority: x509.Certificate | None,
    options: Mapping[str, Any],
) -> list[dict[str, Any]]:
    usage = _USAGES[profile]
    parent = authority.key_identifier if authority is not None else None
    found = [
        _extension("key_identifier", core.OctetString(key_identifier(public_key))),
        _extension("authority_key_identifier", {"key_identifier": parent or key_identifier(issuer_key)}),
        _extension("key_usage", set(usage.key_usage), critical=True),
        _extension("basic_constraints", _constraints(usage, options.get("path_length")), critical=True),
    ]
    if usage.extended:
        critical = profile is Profile.TIME_STAMPING
        found.append(_extension("extended_key_usage", list(usage.extended), critical=critical))
    if profile is Profile.OCSP:
        found.append(_extension("ocsp_no_check", core.Null()))
    return found + list(_addresses(options))


def _constraints(usage: _Usage, path_length: int | None) -> dict[str, Any]:
    if usage.is_ca and path_length is not None:
        return {"ca": True, "path_len_constraint": path_length}
    return {"ca": usage.is_ca}


def _addresses(options: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    if options.get("dns_names"):
        names = [x509.GeneralName("dns_name", name) for name in options["dns_names"]]
        found.append(_extension("subject_alt_name", names))
    if options.get("crl_url"):
        point = x509.DistributionPoint(
            {"distribution_point": x509.DistributionPointName("full_name", [_uri(options["crl_url"])])}
        )
        found.append(_extension("crl_distribution_points", [point]))
    if options.get("ocsp_url"):
        access = {"access_method": "ocsp", "access_location": _uri(options["ocsp_url"])}
        found.append(_extension("authority_information_access", [access]))
    return found


def _uri(address: str) -> x509.GeneralName:
    return x509.GeneralName("uniform_resource_identifier", address)


def _extension(name: str, value: Any, *, critical: bool = False) -> dict[str, Any]:
    return {"extn_id": name, "critical": critical, "extn_value": value}
