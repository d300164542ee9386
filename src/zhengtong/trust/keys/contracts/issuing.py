"""Issuing at the desk 签发: what is wished for, what will be issued, and what is wrong with a request 证书申请."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import NotFound, Refusal, Text
from zhengtong.trust.keys.contracts.algorithms import ALGORITHM_NAMES, Algorithm
from zhengtong.trust.keys.contracts.certificates import DistinguishedName, Profile
from zhengtong.trust.keys.contracts.recognition import TokenKind


class HolderKind(StrEnum):
    """What a certificate is issued to 证书对象."""

    APPLICATION = "application"
    DEVICE = "device"
    TOKEN = "token"  # noqa: S105 -- a chip, not a secret


HOLDER_KIND_NAMES: Mapping[HolderKind, Text] = {
    HolderKind.APPLICATION: _("应用系统"),
    HolderKind.DEVICE: _("设备"),
    HolderKind.TOKEN: _("工作人员载体"),
}
TOKEN_KIND_NAMES: Mapping[TokenKind, Text] = {
    TokenKind.USB_KEY: _("智能密码钥匙"),
    TokenKind.PHONE: _("手机"),
    TokenKind.SIMULATED: _("模拟载体"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenPlace:
    """Where a private key lies that never leaves its chip: which container of which token 载体与容器."""

    kind: TokenKind
    serial: str
    container: str

    @property
    def kind_name(self) -> Text:
        """What the token is, in the reader's language."""
        return TOKEN_KIND_NAMES[self.kind]


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueWish:
    """What a key officer wants issued.

    Args:
        request: made anew for each confirmation page; the same again is the same certificates, not more.
        authority: who issues, by code.
        kind: what it is issued to.
        holder: whose it is: a code, never a personal number.
        days: how long it is to hold.
        profile: what it is for; None for a pair, a signing and an encryption certificate 双证书. With a token's
            request the encryption key is made here and delivered under the signing key of the request.
        subject: whom it names; None takes the name in *csr*.
        algorithm: of a key made here; None with *csr*.
        provider: where a key made here lies.
        csr: a PKCS#10 request, PEM or DER, of a holder who has the key.
        place: the container that holds the private key, of a token.
    """

    request: UUID
    authority: str
    kind: HolderKind
    holder: str
    days: int
    profile: Profile | None = None
    subject: DistinguishedName | None = None
    algorithm: Algorithm | None = None
    provider: str = "software"
    csr: bytes | None = None
    place: TokenPlace | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuePlan:
    """What issuing would do now: the confirmation page shows it, issuing does it."""

    subject: DistinguishedName
    profiles: tuple[Profile, ...]
    algorithm: Algorithm
    fingerprint: str | None
    provider: str | None
    issuer: str
    ends_at: datetime
    shortened: bool
    delivered: bool = False
    """Whether an encryption key is made here and delivered into the token, in an envelope under its signing key."""

    @property
    def algorithm_name(self) -> str:
        """The algorithm as people write it."""
        return ALGORITHM_NAMES[self.algorithm]


class NothingDelivered(NotFound):
    """No encryption key was delivered into a token with this certificate."""

    code = "nothing_delivered"
    message = _("这张证书没有随附送入载体的加密密钥。")
    remedy = _("送入的密钥见载体双证书中的加密证书；托管在平台的密钥从不交出。")


class UnreadableRequest(Refusal):
    """The bytes are no PKCS#10 request that its own key signed; `place` says where they go wrong."""

    code = "unreadable_request"
    status = 422
    message = _("证书申请无法读取，问题在：{place}。")
    remedy = _("请由持有私钥的系统重新生成 PKCS#10 申请（PEM 或 DER），整份粘贴或上传。")


class PrivateKeyHandedIn(Refusal):
    """Somebody handed in a private key instead of a request: it is not read and not kept, and it is compromised."""

    code = "private_key_handed_in"
    status = 422
    message = _("这是私钥，不是证书申请；平台没有读取，也没有保存。")
    remedy = _("私钥离开持有者即视为泄露：请废弃这把密钥，重新生成密钥和申请，只提交申请。")


class ValidityBeyondPolicy(Refusal):
    """More days are asked for than this use may have."""

    code = "validity_beyond_policy"
    status = 422
    message = _("“{profile}”证书最长 {most} 天。")
    remedy = _("请缩短有效期。")


class UnfitHolder(Refusal):
    """The use, or where the key is made, does not suit what the certificate is issued to."""

    code = "unfit_holder"
    status = 422
    message = _("“{kind}”不能签发这种证书：{what}")
    remedy = _("请换一种用途；工作人员载体的签名密钥在载体内生成，凭载体的证书申请签发签名证书或双证书。")


class RequestUsed(Refusal):
    """The number of this confirmation issued something else already."""

    code = "request_used"
    message = _("这次确认已用于签发另一张证书。")
    remedy = _("请从头填写一次。")
