"""What CMS signatures and time stamps say, and what may be wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Refusal, Text
from zhengtong.trust.keys.contracts.certificates import TrustedPath


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedContent:
    """What a CMS signature says (RFC 5652): the content, who signed, and the certificates that came along.

    `claimed_at` is the signer's own word; only a time stamp proves a moment. The signature itself has been checked;
    whether the certificate is trusted is `validate_path`'s to say.
    """

    content_type: str
    content: bytes
    certificate: bytes
    chain: tuple[bytes, ...]
    claimed_at: datetime | None
    names_certificate: bool
    signature: bytes


class CmsFlaw(StrEnum):
    """What is wrong with a CMS signature or a time stamp."""

    MALFORMED = "malformed"
    SIGNERS = "signers"  # not exactly one
    ALGORITHM = "algorithm"
    NO_CERTIFICATE = "no_certificate"
    OTHER_CONTENT = "other_content"
    OTHER_CERTIFICATE = "other_certificate"
    SIGNATURE = "signature"
    NONCE = "nonce"
    REFUSED = "refused"  # the authority answered no


CMS_FLAW_SENTENCES: Mapping[CmsFlaw, Text] = {
    CmsFlaw.MALFORMED: _("编码无法解析"),
    CmsFlaw.SIGNERS: _("签名者不止一个或没有"),
    CmsFlaw.ALGORITHM: _("算法不被接受"),
    CmsFlaw.NO_CERTIFICATE: _("未附签名证书"),
    CmsFlaw.OTHER_CONTENT: _("与所签内容不符"),
    CmsFlaw.OTHER_CERTIFICATE: _("与签名证书不符"),
    CmsFlaw.SIGNATURE: _("签名值不正确"),
    CmsFlaw.NONCE: _("与请求不对应"),
    CmsFlaw.REFUSED: _("时间戳机构拒绝签发"),
}


class SignatureRefused(Refusal):
    """A CMS signature or a time stamp that proves nothing; `flaw` says why."""

    code = "signature_refused"
    status = 422
    message = _("签名或时间戳无效：{reason}。")
    remedy = _("请取得未经改动的原件后重新验证。")

    def __init__(self, flaw: CmsFlaw) -> None:
        super().__init__(reason=CMS_FLAW_SENTENCES[flaw])
        self.flaw = flaw


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeStamp:
    """A time stamp that holds 可信时间戳 (RFC 3161): the imprint existed at `at`, give or take the accuracy."""

    at: datetime
    accuracy_seconds: float
    serial: int
    policy: str
    digest: str
    imprint: bytes
    path: TrustedPath
