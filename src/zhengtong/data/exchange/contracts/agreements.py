"""Requests, agreements and access keys 共享协议, their events and refusals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy

from zhengtong.data.catalog.contracts import SharingMode
from zhengtong.kernel.errors import Conflict, InvalidInput, NotFound, Refusal, Text
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.contracts import event


class Permission(StrEnum):
    """What a post may be allowed to do with exchange."""

    REQUEST = "data.exchange:request"
    DECIDE = "data.exchange:decide"
    END = "data.exchange:end"
    ISSUE_KEY = "data.exchange:issue_key"
    SUBSCRIBE = "data.exchange:subscribe"


PERMISSION_SENTENCES: Mapping[Permission, Text] = {
    Permission.REQUEST: gettext_lazy("申请使用其他部门的数据"),
    Permission.DECIDE: gettext_lazy("答复其他部门的数据共享申请"),
    Permission.END: gettext_lazy("暂停、恢复或终止共享协议"),
    Permission.ISSUE_KEY: gettext_lazy("为应用系统签发或吊销接口密钥"),
    Permission.SUBSCRIBE: gettext_lazy("设置订阅的推送地址，暂停、恢复和补发变更通知"),
}


class RequestState(StrEnum):
    """Where a request stands 申请状态."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Text:
        """The state's name on screen."""
        return _REQUEST_LABELS[self]


_REQUEST_LABELS: Mapping[RequestState, Text] = {
    RequestState.SUBMITTED: gettext_lazy("待答复"),
    RequestState.APPROVED: gettext_lazy("已同意"),
    RequestState.REFUSED: gettext_lazy("不予同意"),
    RequestState.WITHDRAWN: gettext_lazy("已撤回"),
}


class AgreementState(StrEnum):
    """Where an agreement stands 协议状态; only an active one answers."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"
    EXPIRED = "expired"

    @property
    def label(self) -> Text:
        """The state's name on screen."""
        return _AGREEMENT_LABELS[self]


_AGREEMENT_LABELS: Mapping[AgreementState, Text] = {
    AgreementState.ACTIVE: gettext_lazy("生效"),
    AgreementState.SUSPENDED: gettext_lazy("已暂停"),
    AgreementState.ENDED: gettext_lazy("已终止"),
    AgreementState.EXPIRED: gettext_lazy("已到期"),
}


class Mask(StrEnum):
    """How a field leaves the house 脱敏方式 (GB/T 35273-2020 §7.2)."""

    NONE = "none"
    NAME = "name"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    YEAR = "year"
    PRESENT = "present"  # only whether there is a value

    @property
    def label(self) -> Text:
        """The mask's name on screen."""
        return _MASK_LABELS[self]


_MASK_LABELS: Mapping[Mask, Text] = {
    Mask.NONE: gettext_lazy("原值"),
    Mask.NAME: gettext_lazy("姓名脱敏"),
    Mask.ID_NUMBER: gettext_lazy("证件号脱敏"),
    Mask.PHONE: gettext_lazy("电话脱敏"),
    Mask.YEAR: gettext_lazy("仅年份"),
    Mask.PRESENT: gettext_lazy("仅有无"),
}


class Algorithm(StrEnum):
    """How an application signs its queries: RFC 9421 §6.2.2 names, and HMAC with SM3 under a name of our own."""

    HMAC_SHA256 = "hmac-sha256"
    HMAC_SM3 = "hmac-sm3"
    ED25519 = "ed25519"


MODES: Mapping[SharingMode, Text] = {
    SharingMode.QUERY: gettext_lazy("单条查询"),
    SharingMode.BATCH: gettext_lazy("批量获取"),
    SharingMode.SUBSCRIPTION: gettext_lazy("订阅变更"),
}
"""How an agreement lets data be fetched, with the names on screen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldGrant:
    """One field that an agreement hands out, and how it is masked."""

    name: str
    mask: Mask = Mask.NONE


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What is asked for, and later agreed.

    Attributes:
        fields: which data elements, masked how.
        items: codes of the service items it may be used for 用途事项; a query for another business is refused.
        purpose: the use in words.
        basis: the clause of law that makes it necessary.
        daily_quota: looks a day.
        region: only rows of this region and below; None means wherever the provider's data reach.
        expires_on: the last day it works.
        modes: how it may be fetched 共享方式: one record a query, in batches, as changes.
        daily_rows: rows a day in batches and changes.
    """

    fields: tuple[FieldGrant, ...]
    items: tuple[str, ...]
    purpose: str
    basis: str
    daily_quota: int
    region: str | None
    expires_on: date
    modes: tuple[SharingMode, ...] = (SharingMode.QUERY,)
    daily_rows: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestView:
    """A request as the desk shows it. `due_on` is the last day for an answer, None where none is needed."""

    id: UUID
    dataset: str
    dataset_name: str
    provider: UUID
    provider_name: str
    consumer: UUID
    consumer_name: str
    application: UUID
    terms: Terms
    state: RequestState
    submitted_at: datetime
    due_on: date | None
    decided_at: datetime | None
    reason: str
    agreement: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AgreementView:
    """An agreement as the desk shows it, with the use of the day and the `reason` why it is suspended or ended."""

    id: UUID
    dataset: str
    dataset_name: str
    provider: UUID
    provider_name: str
    consumer: UUID
    consumer_name: str
    application: UUID
    terms: Terms
    state: AgreementState
    starts_at: datetime
    used_today: int
    reason: str
    rows_today: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuedKey:
    """An access key as it is handed over, once. `secret` is empty for a public key that the application brought."""

    id: UUID
    algorithm: Algorithm
    secret: str
    expires_at: datetime


@event("data.exchange.requested.v1")
@dataclass(frozen=True, kw_only=True)
class ShareRequested:
    """A department asked for another's data; the provider answers within ten working days."""

    request: UUID
    dataset: str
    provider: UUID
    consumer: UUID


@event("data.exchange.agreed.v1")
@dataclass(frozen=True, kw_only=True)
class ShareAgreed:
    """An agreement works from now on."""

    agreement: UUID
    dataset: str
    provider: UUID
    consumer: UUID


@event("data.exchange.refused.v1")
@dataclass(frozen=True, kw_only=True)
class ShareRefused:
    """A provider refused a request, with its reason."""

    request: UUID
    dataset: str
    consumer: UUID


@event("data.exchange.changed.v1")
@dataclass(frozen=True, kw_only=True)
class AgreementChanged:
    """An agreement was suspended, resumed or ended."""

    agreement: UUID
    state: str


class SharingWithheld(Refusal):
    """The resource is not shared (国发〔2016〕51号 §10: a law, regulation or State Council policy must say so)."""

    code = "sharing_withheld"
    status = 403
    message = _("该资源属于不予共享类：{basis}")
    remedy = _("如工作确需，请与数源部门协商并报大数据主管部门。")


class FieldNotOffered(InvalidInput):
    """A field is not among those of the dataset."""

    code = "field_not_offered"
    message = _("资源中没有数据项：{names}")
    remedy = _("请从资源的数据项中选择。")


class TermsUnfit(InvalidInput):
    """The terms lack what the law asks for."""

    code = "terms_unfit"
    message = _("申请内容不完整：{what}")
    remedy = _("请补充后重新提交。")


class RequestUnknown(NotFound):
    """There is no such request, or not for this reader."""

    code = "request_unknown"
    message = _("没有找到这份共享申请。")
    remedy = _("请核对编号。")


class AlreadyAnswered(Conflict):
    """Somebody answered the request first; nothing changed."""

    code = "already_answered"
    message = _("这份申请已经答复。")
    remedy = _("请刷新页面查看答复。")


class ReasonNeeded(InvalidInput):
    """A refusal needs its reason (国发〔2016〕51号 §12)."""

    code = "exchange_reason_needed"
    message = _("不予共享须说明理由。")
    remedy = _("请写明理由，使用部门会看到。")


class AgreementUnknown(NotFound):
    """There is no such agreement, or not for this reader."""

    code = "agreement_unknown"
    message = _("没有找到这份共享协议。")
    remedy = _("请核对编号。")


class AgreementOver(Conflict):
    """The agreement has ended; a new request is needed."""

    code = "agreement_over"
    message = _("这份协议已经终止或到期。")
    remedy = _("如仍需使用，请重新申请。")


class KeyUnknown(NotFound):
    """There is no such access key, or not for this reader."""

    code = "key_unknown"
    message = _("没有找到这把接口密钥。")
    remedy = _("请核对编号。")
