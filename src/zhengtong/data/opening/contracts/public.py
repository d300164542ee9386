"""What the public does with what is open: registrations with their keys, requests and feedback."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import Conflict, InvalidInput, NotFound, Refusal, Text
from zhengtong.kernel.errors import mark as _


class RegistrationState(StrEnum):
    """Where a registration stands; only an active one opens anything."""

    ASKED = "asked"
    ACTIVE = "active"
    REFUSED = "refused"
    ENDED = "ended"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return _STATE_LABELS[self]


_STATE_LABELS: Mapping[RegistrationState, Text] = {
    RegistrationState.ASKED: gettext_lazy("待部门答复"),
    RegistrationState.ACTIVE: gettext_lazy("可以使用"),
    RegistrationState.REFUSED: gettext_lazy("不同意"),
    RegistrationState.ENDED: gettext_lazy("已终止"),
}


class EnquiryKind(StrEnum):
    """What somebody wants of a department: data that are not open yet, or a word about data that are."""

    REQUEST = "request"
    FEEDBACK = "feedback"

    @property
    def label(self) -> Text:
        """Its name on screen."""
        return _KIND_LABELS[self]


_KIND_LABELS: Mapping[EnquiryKind, Text] = {
    EnquiryKind.REQUEST: gettext_lazy("开放需求"),
    EnquiryKind.FEEDBACK: gettext_lazy("意见反馈"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrationView:
    """A registration as its holder and the department see it; `due_on` is the last day for the department's answer."""

    id: UUID
    opening: UUID
    slug: str
    title: str
    title_en: str
    provider: UUID
    provider_name: str
    subject: UUID
    purpose: str
    state: RegistrationState
    asked_at: datetime
    due_on: date | None
    reason: str
    daily_quota: int
    used_today: int
    has_key: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class EnquiryView:
    """A request or feedback with its answer, if there is one."""

    id: UUID
    kind: EnquiryKind
    provider: UUID
    provider_name: str
    about: str
    text: str
    asked_at: datetime
    due_on: date
    answer: str
    answered_at: datetime | None


class RegistrationUnknown(NotFound):
    """There is no such registration, or not for this reader."""

    code = "opening_registration_unknown"
    message = _("没有找到这份使用登记。")
    remedy = _("请从“我的数据使用”中重新打开。")


class RegistrationNotActive(Conflict):
    """The registration opens nothing now."""

    code = "opening_registration_not_active"
    message = _("这份使用登记目前是“{state}”。")
    remedy = _("请等待部门答复，或重新登记。")


class KeyWrong(Refusal):
    """The key is none of ours, was replaced, or its registration ended."""

    code = "opening_key_wrong"
    status = 401
    message = _("接口密钥无效。")
    remedy = _("请在“我的数据使用”中重新取得密钥。")


class QuotaUsedUp(Refusal):
    """The calls of the day are used up."""

    code = "opening_quota_used_up"
    status = 429
    message = _("今天的 {quota} 次调用已经用完。")
    remedy = _("请明天再试，或下载全部数据后在本地使用。")


class WordsNeeded(InvalidInput):
    """A purpose, a request or an answer says nothing."""

    code = "opening_words_needed"
    message = _("请写明内容。")
    remedy = _("请用一两句话说明，部门和申请人会看到。")


class EnquiryUnknown(NotFound):
    """There is no such request or feedback, or not for this reader."""

    code = "opening_enquiry_unknown"
    message = _("没有找到这条需求或意见。")
    remedy = _("请核对编号。")


class AnsweredAlready(Conflict):
    """Somebody else has answered."""

    code = "opening_answered_already"
    message = _("这一条已经答复。")
    remedy = _("请刷新页面查看答复。")
