"""Certificates, what is known of their revocation, and whether a path holds 证书."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Refusal, Text
from zhengtong.trust.keys.contracts.algorithms import Verifier


class Profile(StrEnum):
    """What a certificate is for 证书用途; decides its key usage (RFC 5280 §4.2.1)."""

    ROOT = "root"
    INTERMEDIATE = "intermediate"
    SIGNING = "signing"  # signature and non-repudiation: seals, documents, officials
    ENCRYPTION = "encryption"  # the other half of a pair, GM/T 0015's 加密证书: key and data encipherment
    DEVICE = "device"  # client authentication of devices and applications
    SERVER = "server"  # server authentication
    TIME_STAMPING = "time_stamping"  # RFC 3161 §2.3: critical, and nothing else
    OCSP = "ocsp"  # RFC 6960 §4.2.2.2, with id-pkix-ocsp-nocheck


@dataclass(frozen=True, kw_only=True, slots=True)
class DistinguishedName:
    """Whom a certificate names 证书主体; what is None is left out. `identifier` is a credit code or a device number."""

    common_name: str
    organisation: str | None = None
    unit: str | None = None
    locality: str | None = None
    province: str | None = None
    country: str = "CN"
    identifier: str | None = None

    def __str__(self) -> str:
        return self.common_name


class RevocationReason(StrEnum):
    """Why a certificate is no longer good (RFC 5280 §5.3.1); `CERTIFICATE_HOLD` can be lifted, the others cannot."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "key_compromise"
    CA_COMPROMISE = "ca_compromise"
    AFFILIATION_CHANGED = "affiliation_changed"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessation_of_operation"
    CERTIFICATE_HOLD = "certificate_hold"
    PRIVILEGE_WITHDRAWN = "privilege_withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class RevokedEntry:
    """One line of a revocation list: serial number, since when, why."""

    serial: int
    at: datetime
    reason: RevocationReason = RevocationReason.UNSPECIFIED


class RevocationDemand(StrEnum):
    """What a path needs to say about revocation."""

    REQUIRED = "required"  # every certificate below the root must be shown not to be revoked
    IF_PRESENT = "if_present"  # what the evidence says counts; a certificate it says nothing about passes
    NONE = "none"  # not looked at


@dataclass(frozen=True, kw_only=True, slots=True)
class RevocationEvidence:
    """CRLs and OCSP responses 吊销证据 (DER) to judge a path by; nothing is ever fetched.

    `retroactive` lets evidence made after the moment in question speak for it (a list of today, for a signature of last
    year). It cannot see a suspension that was lifted in between, so prefer evidence kept from the time of signing.
    """

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    demand: RevocationDemand = RevocationDemand.REQUIRED
    retroactive: bool = False


NO_REVOCATION = RevocationEvidence(demand=RevocationDemand.NONE)


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustedPath:
    """A path that holds 有效证书链: DER certificates from the end entity up to and including the root."""

    certificates: tuple[bytes, ...]
    at: datetime
    public: Verifier


class Distrust(StrEnum):
    """Why a path does not hold."""

    MALFORMED = "malformed"
    NO_ISSUER = "no_issuer"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    REVOKED = "revoked"
    NO_REVOCATION_EVIDENCE = "no_revocation_evidence"
    ALGORITHM = "algorithm"
    USAGE = "usage"
    INVALID = "invalid"  # a signature, a constraint or a critical extension


DISTRUST_SENTENCES: Mapping[Distrust, Text] = {
    Distrust.MALFORMED: _("证书无法解析"),
    Distrust.NO_ISSUER: _("找不到受信任的签发者"),
    Distrust.EXPIRED: _("证书在该时刻已过期"),
    Distrust.NOT_YET_VALID: _("证书在该时刻尚未生效"),
    Distrust.REVOKED: _("证书在该时刻已吊销或暂停"),
    Distrust.NO_REVOCATION_EVIDENCE: _("缺少有效的吊销状态证明"),
    Distrust.ALGORITHM: _("签名算法不被接受"),
    Distrust.USAGE: _("证书用途不符"),
    Distrust.INVALID: _("证书链校验不通过"),
}


class CertificateNotTrusted(Refusal):
    """A certificate's path does not hold at the moment asked about; `reason` says why, `detail` for experts."""

    code = "certificate_not_trusted"
    status = 422
    message = _("证书不可信：{reason}。")
    remedy = _("请核对证书有效期、签发机构和吊销状态，必要时换发证书。")

    def __init__(self, reason: Distrust, *, detail: str = "") -> None:
        super().__init__(reason=DISTRUST_SENTENCES[reason])
        self.reason = reason
        self.detail = detail


class UnfitCertificate(Refusal):
    """What should be certified contradicts the standard or its issuer: dates, names, an issuer that is none."""

    code = "unfit_certificate"
    status = 422
    message = _("无法签发证书：{what}")
    remedy = _("请修正申请内容后重新提交。")


@dataclass(frozen=True, kw_only=True, slots=True)
class OcspQuestion:
    """What an OCSP request asks about: a serial number of an authority that is named by two hashes."""

    serial: int
    name_hash: bytes
    key_hash: bytes
    digest: str
    nonce: bytes | None = None


class InvalidOcspRequest(Refusal):
    """The bytes are no OCSP request about one certificate."""

    code = "invalid_ocsp_request"
    status = 422
    message = _("无法解析证书状态查询请求。")
    remedy = _("请按 RFC 6960 编码，每次查询一张证书。")
