"""Mutual recognition 多证互认: whose certificates are accepted for what; containers of a token 一芯多证."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import NotFound, Refusal, Text
from zhengtong.trust.keys.contracts.algorithms import Algorithm, Signer
from zhengtong.trust.keys.contracts.certificates import TrustedPath


class Purpose(StrEnum):
    """What a certificate is accepted for 应用领域."""

    BUSINESS_LICENCE = "business_licence"
    LICENCE = "licence"
    SEAL = "seal"
    BANK = "bank"
    SOCIAL_SECURITY = "social_security"
    TAX = "tax"
    SIGN_IN = "sign_in"


PURPOSE_NAMES: Mapping[Purpose, Text] = {
    Purpose.BUSINESS_LICENCE: _("电子营业执照"),
    Purpose.LICENCE: _("电子证照"),
    Purpose.SEAL: _("电子印章"),
    Purpose.BANK: _("银行"),
    Purpose.SOCIAL_SECURITY: _("社会保障"),
    Purpose.TAX: _("税务"),
    Purpose.SIGN_IN: _("登录"),
}


class Assurance(IntEnum):
    """How sure an issuer is of the holder; the numbers of the platform's assurance levels (after eIDAS)."""

    LOW = 1
    SUBSTANTIAL = 2
    HIGH = 3


ASSURANCE_NAMES: Mapping[Assurance, Text] = {
    Assurance.LOW: _("低"),
    Assurance.SUBSTANTIAL: _("中"),
    Assurance.HIGH: _("高"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustedIssuer:
    """An issuer on the list: its root certificates, what for, how sure, by what right, from when to when (half-open).

    An issuer that was withdrawn stays on the list with its end and why: signatures of before are judged by it.
    """

    name: str
    roots: tuple[bytes, ...]
    purposes: frozenset[Purpose]
    assurance: Assurance
    since: datetime
    until: datetime | None = None
    basis: str = ""
    ended_basis: str = ""

    def in_force(self, at: datetime) -> bool:
        """Tell whether the entry counts at a moment."""
        return self.since <= at and (self.until is None or at < self.until)

    @property
    def purpose_names(self) -> tuple[Text, ...]:
        """The purposes in the reader's language."""
        return tuple(PURPOSE_NAMES[one] for one in Purpose if one in self.purposes)

    @property
    def assurance_name(self) -> Text:
        """The assurance in the reader's language."""
        return ASSURANCE_NAMES[self.assurance]


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustedList:
    """A list as it was signed 可信列表; numbers grow, and each list holds everything."""

    number: int
    issued_at: datetime
    issuers: tuple[TrustedIssuer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recognition:
    """That a certificate is recognised: by which issuer's entry, how sure, by which path."""

    issuer: str
    assurance: Assurance
    path: TrustedPath


@dataclass(frozen=True, kw_only=True, slots=True)
class RecognisedFor:
    """Whether a certificate is recognised for one purpose: by whose entry and how sure, or why not."""

    purpose: Purpose
    issuer: str = ""
    assurance: Assurance | None = None
    why_not: Text = ""

    @property
    def purpose_name(self) -> Text:
        """The purpose in the reader's language."""
        return PURPOSE_NAMES[self.purpose]

    @property
    def assurance_name(self) -> Text:
        """The assurance in the reader's language."""
        return "" if self.assurance is None else ASSURANCE_NAMES[self.assurance]


class TokenKind(StrEnum):
    """What a token is 载体."""

    USB_KEY = "usb_key"
    PHONE = "phone"
    SIMULATED = "simulated"


@dataclass(frozen=True, kw_only=True, slots=True)
class ContainerPolicy:
    """What a container is for, and which issuers may put certificates into it (fingerprints of their keys)."""

    purpose: Purpose
    issuers: frozenset[str]
    algorithm: Algorithm = Algorithm.SM2


@dataclass(frozen=True, kw_only=True, slots=True)
class ContainerView:
    """One container 容器 of a token: the public half of what lies in it."""

    name: str
    policy: ContainerPolicy | None
    sign_public: bytes
    sign_certificate: bytes | None = None
    encrypt_certificate: bytes | None = None


class Token(Protocol):
    """One chip with many certificates 一芯多证: containers, each with its own keys, certificates and issuer policy."""

    @property
    def kind(self) -> TokenKind:
        """What it is."""

    @property
    def serial(self) -> str:
        """Its number."""

    def containers(self) -> tuple[ContainerView, ...]:
        """Return what lies in it; needs no PIN."""

    def unlock(self, pin: str) -> None:
        """Open it for use.

        Raises:
            WrongPin: with the number of attempts left.
            TokenLocked: none are left.
        """

    def signer(self, container: str) -> Signer:
        """Return the handle of a container's signing key.

        Raises:
            TokenLocked: it was not unlocked.
            UnknownContainer: there is none of this name.
        """


class WritableToken(Token, Protocol):
    """A token that this software may write to; a USB key behind SKF is written with its vendor's tools."""

    def make_container(self, name: str, policy: ContainerPolicy) -> ContainerView:
        """Make a container with a signing key of its own.

        Raises:
            TokenLocked: it was not unlocked.
            ContainerForbids: the name is taken.
        """

    def install(
        self,
        name: str,
        *,
        issuer: bytes,
        sign_certificate: bytes,
        encrypt_certificate: bytes | None = None,
        enveloped_key: bytes | None = None,
    ) -> ContainerView:
        """Put the certificates of one issuer into a container, and the encryption key it made for the holder.

        Raises:
            TokenLocked, UnknownContainer: as `signer`.
            ContainerForbids: another issuer, another key, or a wrong signature.
            NotOpened: the envelope is for another key.
        """

    def decrypt(self, container: str, cipher: bytes) -> bytes:
        """Decrypt with a container's encryption key.

        Raises:
            TokenLocked: it was not unlocked.
            UnknownContainer: there is none of this name, or it has no encryption key yet.
            NotOpened: damaged, tampered with, or for another key.
        """


class UnreadableDelivery(Refusal):
    """The bytes are no file that brings a key into a token."""

    code = "unreadable_delivery"
    status = 422
    message = _("这不是密钥送达文件，或文件已损坏。")
    remedy = _("请在密钥台的加密证书页重新下载送达文件。")


class NotRecognised(Refusal):
    """No entry of the trusted list accepts this certificate for this purpose at this assurance."""

    code = "certificate_not_recognised"
    status = 403
    message = _("该证书未列入“{purpose}”领域的可信列表，或可信等级不足。")
    remedy = _("请改用列表中机构签发的证书，或向安全管理员了解互认范围。")


class AlreadyListed(Refusal):
    """An entry of this name is in force."""

    code = "issuer_already_listed"
    message = _("“{name}”已在可信列表中。")
    remedy = _("要改变领域或等级，请先撤回原有条目，再重新列入。")


class NotListed(NotFound):
    """The list has no such entry in force."""

    code = "issuer_not_listed"
    message = _("可信列表中没有这个有效条目。")
    remedy = _("请刷新页面查看最新一版列表。")


class BasisMissing(Refusal):
    """An entry is listed or withdrawn by a legal basis, and none was given."""

    code = "basis_missing"
    status = 422
    message = _("没有写明依据。")
    remedy = _("请写明列入或撤回所依据的法律、协议或公文。")


class WrongPin(Refusal):
    """The PIN does not open the token."""

    code = "wrong_pin"
    status = 422
    message = _("PIN 码不正确，还可尝试 {left} 次。")
    remedy = _("请核对后重试；次数用尽后载体将锁定。")


class TokenLocked(Refusal):
    """The token was not unlocked, or locked itself after too many wrong PINs."""

    code = "token_locked"
    status = 423
    message = _("载体未解锁或已锁定。")
    remedy = _("请输入 PIN 码解锁；已锁定的请到发放机构重置。")


class UnknownContainer(Refusal):
    """The token has no container of this name."""

    code = "unknown_container"
    status = 404
    message = _("载体中没有名为 {name} 的容器。")
    remedy = _("请核对容器名称，或先在载体中建立容器。")


class ContainerForbids(Refusal):
    """The container's policy does not allow this certificate, or the name is taken."""

    code = "container_forbids"
    message = _("容器 {name} 不接受这项操作：{what}")
    remedy = _("请由容器策略允许的机构签发证书，或另建容器。")
