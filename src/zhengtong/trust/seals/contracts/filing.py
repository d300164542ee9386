"""A seal and its filing 印章备案: states, kinds, views, permissions, and what goes to outside bodies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Text
from zhengtong.trust.keys.contracts import (
    Algorithm,
    DistinguishedName,
    RevocationEvidence,
    RevokedEntry,
    Signer,
    Verifier,
)


class Permission(StrEnum):
    """What a post may be allowed to do with seals."""

    APPLY = "trust.seal:apply"
    APPROVE = "trust.seal:approve"
    APPROVE_USE = "trust.seal:approve_use"
    KEEP = "trust.seal:keep"
    VIEW = "trust.seal:view"


PERMISSION_SENTENCES: Mapping[Permission, Text] = {
    Permission.APPLY: _("为本单位申请印章"),
    Permission.APPROVE: _("审批印章的刻制"),
    Permission.APPROVE_USE: _("审批用印"),
    Permission.KEEP: _("停用、挂失和注销印章"),
    Permission.VIEW: _("查看印章和用印记录"),
}


class SealState(StrEnum):
    """Where a seal stands; the physical and the electronic twin always stand at the same place 物电一体."""

    APPLIED = "applied"
    REFUSED = "refused"
    APPROVED = "approved"
    FILING = "filing"
    NOT_FILED = "not_filed"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    LOST = "lost"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Text:
        """The state on screen."""
        return _STATES[self]

    @property
    def made(self) -> bool:
        """Whether the twins exist, or existed."""
        return self not in {SealState.APPLIED, SealState.REFUSED, SealState.APPROVED}

    @property
    def ended(self) -> bool:
        """Whether nothing comes after it."""
        return self in {SealState.REFUSED, SealState.NOT_FILED, SealState.CANCELLED}


_STATES: Mapping[SealState, Text] = {
    SealState.APPLIED: _("已申请"),
    SealState.REFUSED: _("不予批准"),
    SealState.APPROVED: _("已批准，待制作"),
    SealState.FILING: _("已制作，待公安备案"),
    SealState.NOT_FILED: _("未能备案，已作废"),
    SealState.IN_FORCE: _("使用中"),
    SealState.SUSPENDED: _("已停用"),
    SealState.LOST: _("已挂失"),
    SealState.CANCELLED: _("已注销"),
}


class SealKind(StrEnum):
    """What a seal is for (国办发〔2025〕33号 §3)."""

    OFFICIAL = "official"
    CONTRACT = "contract"
    FINANCE = "finance"
    INVOICE = "invoice"
    MATTER = "matter"

    @property
    def label(self) -> Text:
        """The kind on screen."""
        return _KINDS[self]

    @property
    def engraved(self) -> str:
        """What stands on the seal below the star; nothing on the seal of the legal name."""
        return _ENGRAVED[self]


_KINDS: Mapping[SealKind, Text] = {
    SealKind.OFFICIAL: _("法定名称章"),
    SealKind.CONTRACT: _("合同专用章"),
    SealKind.FINANCE: _("财务专用章"),
    SealKind.INVOICE: _("发票专用章"),
    SealKind.MATTER: _("业务专用章"),
}
_ENGRAVED: Mapping[SealKind, str] = {
    SealKind.OFFICIAL: "",
    SealKind.CONTRACT: "合同专用章",
    SealKind.FINANCE: "财务专用章",
    SealKind.INVOICE: "发票专用章",
    SealKind.MATTER: "业务专用章",
}


class SealShape(StrEnum):
    """The outline of a seal."""

    ROUND = "round"
    OVAL = "oval"


@dataclass(frozen=True, kw_only=True, slots=True)
class SealView:
    """A seal and its filing as others see it. `filing_number` is public security's, of both twins."""

    id: UUID
    reference: str
    organisation: UUID
    organisation_name: str
    name: str
    kind: SealKind
    shape: SealShape
    state: SealState
    filing_number: str
    uses: int
    applied_at: datetime
    changed_at: datetime
    valid_until: datetime | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SealPage:
    """Some seals, the newest first; `next` is the `before` of the following page, None on the last."""

    items: tuple[SealView, ...]
    next: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class UseGround:
    """Why a seal may be used 用印依据: by what right, on what business; who answers is the approver."""

    clause: str
    object_type: str
    object_id: str
    power_item: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UseApproval:
    """An approval to use a seal 用印审批, good for `uses` documents until `expires_at`."""

    id: UUID
    seal: UUID
    ground: UseGround
    uses: int
    used: int
    granted_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class UseEntry:
    """One use of a seal 用印记录: its number in the seal's own count, on what, by which approval, with which act."""

    number: int
    seal: UUID
    approval: UUID
    act: UUID
    object_type: str
    object_id: str
    form: str
    document: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class UsePage:
    """Some uses, the latest first; `next` is the `before` of the following page, None on the last."""

    items: tuple[UseEntry, ...]
    next: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FilingRequest:
    """What public security is told when a seal was made: both twins, by digest. The id makes repetition harmless."""

    id: UUID
    reference: str
    organisation_name: str
    seal_name: str
    kind: SealKind
    region: str
    image_digest: str
    seal_digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledgement:
    """Public security's answer: the filing number, or why not."""

    accepted: bool
    number: str = ""
    reason: str = ""


class SealRegistry(Protocol):
    """Public security's register of seals 公安印章治安管理; its interface is not public, so this is what we need of it.

    Every call bears repetition: the same id again gives the same answer.
    """

    def file(self, request: FilingRequest) -> Acknowledgement | None:
        """File a seal; None when the answer will come later."""
        ...

    def report(self, *, request: UUID, state: SealState, at: datetime) -> None:
        """Tell that a filed seal changed its state, or that a filing is withdrawn."""
        ...


class LicensedAuthority(Protocol):
    """A licensed certification authority 电子认证服务机构 and seal maker 制章者, for seals that face the public."""

    @property
    def roots(self) -> tuple[bytes, ...]:
        """The certificates that everything is trusted by."""
        ...

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The certificates between a seal's and a root's."""
        ...

    def issue(
        self, *, subject: DistinguishedName, public_key: Verifier, valid_from: datetime, valid_until: datetime
    ) -> bytes:
        """Return the certificate of a seal's key."""
        ...

    def maker(self) -> tuple[bytes, Signer]:
        """Return the seal maker's certificate and what signs for it."""
        ...

    def stamp(self, data: bytes, *, at: datetime) -> bytes:
        """Return a time stamp token (GB/T 20520) over *data*, signed by SM2."""
        ...

    def answer(self, request: bytes, *, at: datetime, algorithm: Algorithm) -> bytes:
        """Answer a TimeStampReq (RFC 3161) with a TimeStampResp, signed by *algorithm*."""
        ...

    def evidence(self, revoked: tuple[RevokedEntry, ...], at: datetime) -> RevocationEvidence:
        """Return what proves at *at* which certificates are revoked."""
        ...
