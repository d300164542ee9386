"""What crosses the door of leave and substitution 请假与代班: who may arrange it, how it looks, what happens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import Text
from zhengtong.kernel.events.contracts import event


class Permission(StrEnum):
    """What a post may be allowed to do for the desks of its organisation; it opens no case."""

    ARRANGE_LEAVE = "process.desk:arrange_leave"
    KEEP_PHRASES = "process.desk:keep_phrases"
    ANSWER_CHECKS = "process.desk:answer_checks"


DESK_SENTENCES: Mapping[Permission, Text] = {
    Permission.ARRANGE_LEAVE: gettext_lazy("为本单位人员登记请假、安排代班"),
    Permission.KEEP_PHRASES: gettext_lazy("维护本单位的常用意见"),
    Permission.ANSWER_CHECKS: gettext_lazy("答复其他部门请本单位核验的材料"),
}


@dataclass(frozen=True, slots=True)
class AtPost:
    """An official at one of the posts they hold."""

    official: UUID
    post: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaveView:
    """A leave with its substitute; `last_day` is the last day away, `over` once it has ended, `began` once it runs."""

    id: UUID
    official: UUID
    official_name: str
    substitute: UUID
    substitute_name: str
    first_day: date
    last_day: date
    began: bool
    over: bool
    ended_early: bool
    may_end: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LeavePage:
    """Some leaves; `after` asks for the following page, empty on the last."""

    items: tuple[LeaveView, ...]
    after: str = ""


@event("process.leave.arranged.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class LeaveArranged:
    """An official goes on leave, and a colleague stands in; both are told."""

    leave: UUID
    official: UUID
    substitute: UUID


@event("process.leave.ended.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class LeaveEnded:
    """A leave was ended before its last day; both are told."""

    leave: UUID
    official: UUID
    substitute: UUID
