"""What crosses the door of forms 表单: schemas, prefilled values and their sources, drafts, objections, refusals."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from zhengtong.kernel.errors import NotFound, Refusal, Text
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
    """Where prefilled values come from; registered under the first part of a field's `source`."""

    title: Text

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


@event("process.form.objected.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class DataObjected:
    """A person says that a shared data item about them is wrong; `source` and `item` name it, never its value."""

    objection: UUID
    subject: UUID
    source: str
    item: str


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
