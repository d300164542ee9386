"""Keys and certificates as the state keeps them 密钥与证书管理: states, permissions, views, refusals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import NotFound, Refusal, Text
from zhengtong.trust.keys.contracts.algorithms import Algorithm, KeyReference
from zhengtong.trust.keys.contracts.certificates import DistinguishedName, Profile, RevocationReason
from zhengtong.trust.keys.contracts.issuing import TokenPlace


class Permission(StrEnum):
    """What a security administrator may be allowed to do with keys (GB/T 39786-2021, GB/T 22239-2019 8.1.5.3)."""

    MANAGE = "trust.keys:manage"
    ESTABLISH = "trust.keys:establish_authority"
    CERTIFY = "trust.keys:certify"
    REVOKE = "trust.keys:revoke"
    RECOGNISE = "trust.keys:recognise"


PERMISSION_SENTENCES: Mapping[Permission, Text] = {
    Permission.MANAGE: _("生成、启用、暂停和销毁密钥"),
    Permission.ESTABLISH: _("设立签发机构，提请使用根密钥"),
    Permission.CERTIFY: _("签发和换发证书"),
    Permission.REVOKE: _("暂停、恢复和吊销证书，发布吊销列表"),
    Permission.RECOGNISE: _("维护多证互认的可信列表"),
}


class KeyState(StrEnum):
    """The life of a key 密钥状态 (GB/T 39786 life cycle; NIST SP 800-57 part 1 §7)."""

    PRE_ACTIVE = "pre_active"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    COMPROMISED = "compromised"
    DESTROYED = "destroyed"


KEY_STATE_NAMES: Mapping[KeyState, Text] = {
    KeyState.PRE_ACTIVE: _("待启用"),
    KeyState.ACTIVE: _("已启用"),
    KeyState.SUSPENDED: _("已暂停"),
    KeyState.COMPROMISED: _("泄露"),
    KeyState.DESTROYED: _("已销毁"),
}


class KeyUse(StrEnum):
    """What a key is for; a signing key never decrypts and the other way round (GM/T 0034-2014: 双证书)."""

    SIGN = "sign"
    ENCRYPT = "encrypt"


KEY_USE_NAMES: Mapping[KeyUse, Text] = {KeyUse.SIGN: _("签名"), KeyUse.ENCRYPT: _("加密")}


class CertificateState(StrEnum):
    """The life of a certificate 证书状态; whether its dates hold is another question."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


CERTIFICATE_STATE_NAMES: Mapping[CertificateState, Text] = {
    CertificateState.VALID: _("有效"),
    CertificateState.SUSPENDED: _("已暂停"),
    CertificateState.REVOKED: _("已吊销"),
}
PROFILE_NAMES: Mapping[Profile, Text] = {
    Profile.ROOT: _("根"),
    Profile.INTERMEDIATE: _("签发机构"),
    Profile.SIGNING: _("签名"),
    Profile.ENCRYPTION: _("加密"),
    Profile.DEVICE: _("设备与应用"),
    Profile.SERVER: _("服务器"),
    Profile.TIME_STAMPING: _("时间戳"),
    Profile.OCSP: _("状态应答"),
}


class Responsible(Protocol):
    """Who answers for an act on keys; in the platform an `Actor` of trust.identity, which stands above this room."""

    @property
    def subject(self) -> UUID:
        """The subject who signed in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyEvent:
    """What was done to a key, certificate or authority; becomes an Act in the same transaction."""

    command: str
    thing: str
    identifier: str
    at: datetime
    permission: Permission
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


class KeyOffice(Protocol):
    """Who decides and who records; filled by the composition root, because access and ledger stand above this room."""

    def require(self, by: Responsible, permission: Permission) -> None:
        """Return when *by* may, else raise `NotAllowed`."""

    def record(self, by: Responsible, event: KeyEvent) -> None:
        """Record *event* as an Act in the transaction that is open."""

    def tell(self, custodians: Sequence[UUID], ceremony: UUID, at: datetime) -> None:
        """Tell custodians, in the transaction that is open, that a use of their root key waits for them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyView:
    """A managed key as the desk shows it."""

    id: UUID
    title: str
    holder: str
    algorithm: Algorithm
    use: KeyUse
    state: KeyState
    reference: KeyReference
    fingerprint: str
    pair: UUID | None
    made_at: datetime
    public: bytes = field(repr=False)

    @property
    def state_name(self) -> Text:
        """The state in the reader's language."""
        return KEY_STATE_NAMES[self.state]

    @property
    def use_name(self) -> Text:
        """The use in the reader's language."""
        return KEY_USE_NAMES[self.use]


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificateView:
    """A certificate we issued."""

    id: UUID
    authority: str
    serial: str
    subject: str
    holder: str
    profile: Profile
    state: CertificateState
    not_before: datetime
    not_after: datetime
    reason: RevocationReason | None
    changed_at: datetime | None
    replaces: UUID | None
    key: UUID | None
    note: str = ""
    place: TokenPlace | None = None
    delivered: bool = False
    der: bytes = field(repr=False)

    @property
    def state_name(self) -> Text:
        """The state in the reader's language."""
        return CERTIFICATE_STATE_NAMES[self.state]

    @property
    def profile_name(self) -> Text:
        """The use in the reader's language."""
        return PROFILE_NAMES[self.profile]


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorityView:
    """An authority that issues 签发机构."""

    id: UUID
    code: str
    name: str
    algorithm: Algorithm
    parent: str | None
    not_after: datetime
    in_custody: bool
    crl_number: int
    certificate: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificateEntry:
    """What should be certified: whom, for what, which key, for how long."""

    authority: str
    subject: DistinguishedName
    holder: str
    profile: Profile
    days: int
    public_key: bytes | None = None
    key: UUID | None = None
    request: UUID | None = None
    place: TokenPlace | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CustodianEntry:
    """A custodian of a root key 密钥保管人 and the passphrase they chose; it is never stored."""

    subject: UUID
    name: str
    passphrase: str = field(repr=False)


class CeremonyKind(StrEnum):
    """What a root key is asked for."""

    ISSUE_AUTHORITY = "issue_authority"
    PUBLISH_CRL = "publish_crl"


CEREMONY_NAMES: Mapping[CeremonyKind, Text] = {
    CeremonyKind.ISSUE_AUTHORITY: _("签发下级机构证书"),
    CeremonyKind.PUBLISH_CRL: _("发布根吊销列表"),
}


class CeremonyState(StrEnum):
    """How far a use of a root key is."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    EXPIRED = "expired"


CEREMONY_STATE_NAMES: Mapping[CeremonyState, Text] = {
    CeremonyState.WAITING: _("等待批准"),
    CeremonyState.DONE: _("已办结"),
    CeremonyState.REFUSED: _("已拒绝"),
    CeremonyState.EXPIRED: _("已过期"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CeremonyView:
    """A use of a root key that waits for its custodians, or had them 根密钥使用申请."""

    id: UUID
    authority: str
    kind: CeremonyKind
    details: Mapping[str, str]
    asked_at: datetime
    expires_at: datetime
    done_at: datetime | None
    threshold: int
    approved_by: tuple[str, ...]
    custodians: tuple[tuple[UUID, str], ...]
    refused_at: datetime | None = None
    refused_by: tuple[tuple[str, str], ...] = ()

    @property
    def kind_name(self) -> Text:
        """What it is for, in the reader's language."""
        return CEREMONY_NAMES[self.kind]

    def state_at(self, at: datetime) -> "CeremonyState":
        """Return how far it is at a moment."""
        if self.done_at is not None:
            return CeremonyState.DONE
        if self.refused_at is not None:
            return CeremonyState.REFUSED
        return CeremonyState.WAITING if self.expires_at > at else CeremonyState.EXPIRED


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificateFigures:
    """How many certificates are valid, and how many of them end within thirty days."""

    valid_certificates: int
    ending_certificates: int


class StateForbids(Refusal):
    """The key or certificate is in a state that does not lead there."""

    code = "key_state_forbids"
    message = _("当前状态为“{state}”，不能进行这项操作。")
    remedy = _("请刷新页面查看最新状态；已吊销或销毁的不能恢复，可换发新的。")


class AlreadyReplaced(Refusal):
    """The certificate has a successor."""

    code = "certificate_replaced"
    message = _("这张证书已换发过。")
    remedy = _("请在证书列表中打开它的新证书；需要时对新证书再换发。")


class UnknownAuthority(NotFound):
    """No authority of this code."""

    code = "unknown_authority"
    message = _("没有代码为 {code} 的签发机构。")
    remedy = _("请核对签发机构代码。")


class UnknownCertificate(NotFound):
    """No certificate of this id or serial number."""

    code = "unknown_certificate"
    message = _("没有找到这张证书。")
    remedy = _("请核对证书编号或序列号。")


class AuthorityExists(Refusal):
    """The code is taken."""

    code = "authority_exists"
    message = _("签发机构代码 {code} 已被使用。")
    remedy = _("请换一个代码。")


class NeedsCustodians(Refusal):
    """The root key is in custody: its use is asked for and approved, not called."""

    code = "needs_custodians"
    message = _("根密钥由保管人共同保管，不能单人使用。")
    remedy = _("请提交使用申请，由保管人分别批准。")


class UnfitCustody(Refusal):
    """The number of custodians or of those needed, or a passphrase, does not do."""

    code = "unfit_custody"
    status = 422
    message = _("保管人设置不符合要求：{what}")
    remedy = _("保管人 2 至 9 名、互不相同，所需人数不少于 2 且不多于保管人总数，口令不少于 12 个字符。")


class WrongPassphrase(Refusal):
    """The passphrase does not open this custodian's share."""

    code = "wrong_passphrase"
    status = 422
    message = _("口令不正确。")
    remedy = _("请核对您本人设置的保管口令后重试。")


class CustodianClosed(Refusal):
    """Too many wrong passphrases: this custodian's share is not tried for a while."""

    code = "custodian_closed"
    status = 429
    message = _("口令连续错误 {most} 次，您的份额暂停使用至 {until}。")
    remedy = _("请到时再试；如果不是您本人尝试，请立即告知安全管理员。其他保管人不受影响。")


class NotCustodian(Refusal):
    """Only a custodian answers, once."""

    code = "not_custodian"
    status = 403
    message = _("您不是该密钥的保管人，或已对这次使用作过答复。")
    remedy = _("请由其他保管人答复。")


class CeremonyOver(Refusal):
    """It was carried out, or its time is over."""

    code = "ceremony_over"
    message = _("这次使用申请已办结、已拒绝或已过期。")
    remedy = _("如仍需要，请重新提交申请。")
