"""What crosses the door of forms when they ask 表单: prefilled values, their sources, drafts, objections, refusals."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import Conflict, NotFound, Refusal, Text
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.contracts import event
from zhengtong.trust.identity.contracts import Actor

Schema = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Prefilled:
    """A value the government knows already 共享预填: shown with its source and day, never taken from a client.

    `value` is what is kept with the application, `shown` what the page shows (masked where it identifies a person).
    """

    value: str
    shown: str
    source: str
    title: Text
    on: date


class PrefillSource(Protocol):
    """Where prefilled values come from; registered under the first part of a field's `source`.

    `department` is the key of the department that keeps the data and answers objections; `items` names its data items.
    """

    title: Text
    department: str
    items: Mapping[str, Text]

    def values(
        self, names: Collection[str], *, actor: Actor, purpose: str, at: datetime
    ) -> Mapping[str, tuple[str, str]]:
        """Return value and masked form of those of *names* that the source knows of the actor's party.

        Every reading of a person's data is on the record, with *purpose*.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftView:
    """A draft 草稿 as its owner sees it: `about` is the address it continues at."""

    about: str
    saved_at: datetime
    content: Mapping[str, list[str]]
    digest: str = ""
    """The SHA-256 of the form it was begun under; empty where that was not kept."""


class Permission(StrEnum):
    """What a post may be allowed to do with forms."""

    ANSWER_OBJECTION = "process.form:answer_objection"
    EDIT = "process.form:edit"
    PUBLISH = "process.form:publish"


PERMISSION_SENTENCES: Mapping[Permission, Text] = {
    Permission.ANSWER_OBJECTION: gettext_lazy("核实并答复对本部门数据的异议"),
    Permission.EDIT: gettext_lazy("起草和修改本单位事项的表单"),
    Permission.PUBLISH: gettext_lazy("发布和停用本单位事项的表单版本"),
}


class AnswerLight(StrEnum):
    """How near the day is by which an objection must be answered 红黄灯."""

    GREEN = "good"
    YELLOW = "warn"
    RED = "bad"


class Outcome(StrEnum):
    """How an objection was answered 异议处理结果."""

    CORRECTED = "corrected"
    KEPT = "kept"

    @property
    def label(self) -> Text:
        """The outcome's name on screen."""
        return _OUTCOME_LABELS[self]


_OUTCOME_LABELS: Mapping[Outcome, Text] = {
    Outcome.CORRECTED: gettext_lazy("属实，已在数源更正"),
    Outcome.KEPT: gettext_lazy("经核实无误，予以维持"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectionLine:
    """An objection in a list: whose data item it is about, until when it is to be answered; never what was said.

    `due_on` and `light` are None once it is answered, and `keeper` empty where no organisation was found.
    """

    id: UUID
    subject: UUID
    source: str
    title: Text
    keeper: str
    keeper_en: str
    opened_at: datetime
    due_on: date | None
    light: AnswerLight | None
    outcome: Outcome | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectionView:
    """An objection whole: what the person said, and what was answered."""

    line: ObjectionLine
    claim: str
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectionPage:
    """Some objections; `after` marks the next page, empty on the last."""

    items: tuple[ObjectionLine, ...]
    after: str


@event("process.form.objected.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class DataObjected:
    """A person says that a shared data item about them is wrong; `source` and `item` name it, never its value."""

    objection: UUID
    subject: UUID
    source: str
    item: str


@event("process.form.objection_answered.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class DataObjectionAnswered:
    """The department that keeps a data item answered an objection: corrected at the source, or kept with a reason."""

    objection: UUID
    subject: UUID
    source: str
    item: str
    outcome: str


class SchemaNotUnderstood(Refusal):
    """A form's schema uses what is not rendered, so it would ask less than it says."""

    code = "schema_not_understood"
    status = 422
    message = _("表单定义有误：{what}")
    remedy = _("请只使用已支持的 JSON Schema 关键字。")


class ObjectionEmpty(Refusal):
    """An objection says neither what is wrong nor what is right."""

    code = "objection_empty"
    status = 422
    message = _("请写明哪里不对、正确的内容是什么。")
    remedy = _("写明后再提交；数源部门会核实并答复。")


class SourceUnknown(NotFound):
    """No such shared data item."""

    code = "form_source_unknown"
    message = _("没有这个数据项。")
    remedy = _("请从申请页面的“这里有误”进入。")


class ObjectionUnknown(NotFound):
    """There is no such objection, or not for this reader."""

    code = "objection_unknown"
    message = _("没有找到这条数据异议。")
    remedy = _("它可能由其他单位答复；请回到列表重新进入。")


class ObjectionAnswered(Conflict):
    """An objection is answered once."""

    code = "objection_answered"
    message = _("这条异议已经答复。")
    remedy = _("请刷新页面查看答复；如有新的情况，由当事人再次提出。")


class ObjectionAnswerMissing(Refusal):
    """An answer says what was verified, and why the data are kept or how they were corrected."""

    code = "objection_answer_missing"
    status = 422
    message = _("请写明核实的情况：怎样更正，或者为什么维持。")
    remedy = _("当事人会看到您的答复。")
