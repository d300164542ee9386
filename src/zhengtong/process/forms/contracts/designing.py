"""What crosses the door of forms when they are designed 表单设计: kinds of fields, versions, faults, refusals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import Conflict, NotFound, Refusal, Text
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.contracts import event

SHIPPED = 0
"""The number of what the catalogue itself says: counts where the body that keeps the form published nothing."""


class Kind(StrEnum):
    """What a field asks for 字段类型: what is drawn and checked, as an official calls it."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    ADDRESS = "address"
    PHONE = "phone"
    RESIDENT_ID = "resident_id"
    CREDIT_CODE = "credit_code"
    REGION = "region"
    DATE = "date"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    YES_NO = "yes_no"
    CHOICE = "choice"
    SEVERAL = "several"
    FILE = "file"
    GROUP = "group"

    @property
    def label(self) -> Text:
        """The kind's name on screen."""
        return _KIND_LABELS[self]


_KIND_LABELS: Mapping[Kind, Text] = {
    Kind.TEXT: gettext_lazy("单行文字"),
    Kind.LONG_TEXT: gettext_lazy("多行文字"),
    Kind.ADDRESS: gettext_lazy("地址"),
    Kind.PHONE: gettext_lazy("电话"),
    Kind.RESIDENT_ID: gettext_lazy("公民身份号码"),
    Kind.CREDIT_CODE: gettext_lazy("统一社会信用代码"),
    Kind.REGION: gettext_lazy("行政区划"),
    Kind.DATE: gettext_lazy("日期"),
    Kind.INTEGER: gettext_lazy("整数"),
    Kind.NUMBER: gettext_lazy("数（可有小数）"),
    Kind.MONEY: gettext_lazy("金额"),
    Kind.YES_NO: gettext_lazy("是否勾选"),
    Kind.CHOICE: gettext_lazy("单选"),
    Kind.SEVERAL: gettext_lazy("多选"),
    Kind.FILE: gettext_lazy("文件"),
    Kind.GROUP: gettext_lazy("可重复的一组"),
}


class VersionState(StrEnum):
    """Where a version of a form stands 版本状态."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Text:
        """The state's name on screen."""
        return _STATE_LABELS[self]


_STATE_LABELS: Mapping[VersionState, Text] = {
    VersionState.DRAFT: gettext_lazy("草稿"),
    VersionState.PUBLISHED: gettext_lazy("已发布"),
    VersionState.WITHDRAWN: gettext_lazy("已停用"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedForm:
    """What an item asks on a day: the schema, its version (`SHIPPED` for the catalogue's own) and its digest."""

    item: str
    version: int
    schema: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FormLine:
    """A form in the list of who keeps it. `version` counts today; `draft` is None where nobody is writing one."""

    item: str
    name: str
    name_en: str
    organisation: UUID
    region: str
    keeper: str
    keeper_en: str
    version: int = SHIPPED
    effective_on: date | None = None
    draft: int | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionLine:
    """A version in the history of a form. `counts` where it is what is asked today."""

    number: int
    state: VersionState
    revision: int
    digest: str
    begun_at: datetime
    changed_at: datetime
    changed_by: UUID
    effective_on: date | None
    published_at: datetime | None
    published_by: UUID | None
    withdrawn_at: datetime | None
    counts: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FormView:
    """A form whole: who keeps it, its versions (the newest first), what each asks, what the reader may do."""

    line: FormLine
    versions: tuple[VersionLine, ...]
    schemas: Mapping[int, Mapping[str, Any]]
    may_edit: bool
    may_publish: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RevisionLine:
    """A change of a draft: what was done, to which field, by whom."""

    revision: int
    verb: str
    field: str
    by: UUID
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionView:
    """A version whole: what it asks, what is asked today, and how it came about."""

    form: FormLine
    version: VersionLine | None
    schema: Mapping[str, Any]
    asked: Mapping[str, Any]
    revisions: tuple[RevisionLine, ...]
    may_edit: bool
    may_publish: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Something wrong with a form: where, what, what to do. An error keeps it from being published, a hint does not."""

    code: str
    field: str
    place: str
    message: Text
    remedy: Text
    is_error: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One difference between two versions, in plain words but for `before` and `after`, which are as written there."""

    field: str
    title: str
    what: Text
    before: str = ""
    after: str = ""


@event("process.form.published.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class FormPublished:
    """A version of an item's form was published: it is asked from `effective_on`; `digest` is that of its schema."""

    item: str
    version: int
    effective_on: date
    digest: str


@event("process.form.withdrawn.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class FormWithdrawn:
    """A published version of an item's form was withdrawn: what was asked before it is asked again."""

    item: str
    version: int


class FormUnknown(NotFound):
    """There is no such form or version, or not for this reader."""

    code = "form_unknown"
    message = _("没有找到这份表单。")
    remedy = _("它可能由其他单位维护，或者草稿已经发布、放弃；请回到表单列表重新进入。")


class FieldUnknown(NotFound):
    """The draft has no field of this name any more."""

    code = "form_field_unknown"
    message = _("草稿里没有这个字段。")
    remedy = _("它可能已被删除；请回到草稿查看，删除可以撤销。")


class FormDraftChanged(Conflict):
    """Somebody else changed the draft since this reader saw it; nothing of either is lost."""

    code = "form_draft_changed"
    message = _("这份草稿已被他人修改，您的这次修改还没有保存。")
    remedy = _("请看清草稿现在的内容，再保存一次。")


class FieldNameTaken(Refusal):
    """Two fields of a form may not have one name."""

    code = "form_field_name_taken"
    status = 422
    message = _("字段标识 {name} 已经有了。")
    remedy = _("请换一个标识；同一份表单里标识不能重复。")


class FieldNameUnfit(Refusal):
    """A field's name is used in conditions and in data: small letters, digits, underscores."""

    code = "form_field_name_unfit"
    status = 422
    message = _("字段标识 {name} 不合要求。")
    remedy = _("标识以小写字母开头，只含小写字母、数字和下划线，最多 40 个字符。")


class FormTooLong(Refusal):
    """Nobody fills in a form without end."""

    code = "form_too_long"
    status = 422
    message = _("一份表单最多 {most} 个字段。")
    remedy = _("请删去不必问的字段，能由数据共享取得的不要再问。")


class NothingToUndo(Conflict):
    """The draft is as it was begun."""

    code = "form_nothing_to_undo"
    message = _("没有可以撤销的修改。")
    remedy = _("草稿现在就是开始时的样子。")


class FormNotPublishable(Refusal):
    """What is wrong with a draft would reach the applicants."""

    code = "form_not_publishable"
    status = 422
    message = _("草稿还有 {count} 处错误，没有发布。")
    remedy = _("请先检查，按每一处的说明改正。")


class EffectiveDayPassed(Refusal):
    """A version counts from today or a later day: what was asked yesterday was asked."""

    code = "form_effective_day_passed"
    status = 422
    message = _("生效日期不能早于今天。")
    remedy = _("请填今天或以后的日期。")


class FormFileUnreadable(Refusal):
    """An imported file is no form."""

    code = "form_file_unreadable"
    status = 422
    message = _("这个文件不是表单定义：{what}")
    remedy = _("请导入从这里导出的 JSON Schema 文件，不超过 256 KB。")
