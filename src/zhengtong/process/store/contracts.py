"""What crosses the door of the process store 流程存储: receipts, views, refusals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from zhengtong.kernel.errors import Conflict, NotFound, Refusal, Text
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.contracts import event


class Permission(StrEnum):
    """What a post may be allowed to do with definitions."""

    PUBLISH = "process.definition:publish"
    JUDGE = "process.definition:judge"
    MIGRATE = "process.migration:begin"


PERMISSION_SENTENCES: dict[Permission, Text] = {
    Permission.PUBLISH: _("发布和停用流程定义"),
    Permission.JUDGE: _("分析办件记录，推演流程改革"),
    Permission.MIGRATE: _("把在办件迁移到新版流程"),
}


class InstanceState(StrEnum):
    """Whether an instance still runs, and if not, how it ended."""

    RUNNING = "running"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Published:
    """A published definition 流程定义; `repeated` where its content was known and nothing was published."""

    id: int
    key: str
    version: int
    content_hash: str
    effective_from: datetime
    repeated: bool = False


@dataclass(frozen=True, kw_only=True)
class ModelFinding:
    """Something publishing says of a model, in both languages: an error refuses it, a warning asks for attention.

    `file` is the decision model it is in, empty for the process; `line` is 0 where none is known.
    """

    file: str
    code: str
    is_error: bool
    element: str
    name: str
    line: int
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str

    def sentence(self, language: str = "zh") -> str:
        """Return one line: place, rule, message, remedy."""
        chinese = language.startswith("zh")
        place = ":".join(part for part in (self.file, str(self.line or "")) if part)
        kind = "error" if self.is_error else "warning"
        element = f"{self.element} ({self.name})" if self.name else self.element
        said = f"{self.zh} {self.remedy_zh}" if chinese else f"{self.en} {self.remedy_en}"
        return f"{place}: {kind} [{self.code}] {element}: {said}".strip(": ")


@dataclass(frozen=True, kw_only=True)
class DefinitionLine:
    """A definition as a list shows it; `name` is the model's own, `in_effect` a version's number or None."""

    key: str
    name: str
    versions: int
    in_effect: int | None
    running: int
    published_at: datetime


@dataclass(frozen=True, kw_only=True)
class VersionLine:
    """A version of a definition; `running` counts the cases that follow it."""

    id: int
    key: str
    version: int
    published_at: datetime
    effective_from: datetime
    effective_until: datetime | None
    is_in_effect: bool
    running: int


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a version was published from."""

    bpmn: bytes
    decisions: Mapping[str, bytes]


class LogEntry(NamedTuple):
    """One thing that happened, as it is kept: names of `engine.events.What`, and data ready for JSON."""

    what: str
    process: str
    node: str
    token: int
    data: Mapping[str, Any] = {}


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a command did; `repeated` when the same command had been carried out before and nothing was done now."""

    instance: UUID
    sequence: int
    state: InstanceState
    entries: tuple[LogEntry, ...]
    repeated: bool = False


@dataclass(frozen=True, kw_only=True)
class StepView:
    """One step of an instance's log."""

    sequence: int
    command: str
    at: datetime
    actor: UUID | None
    entries: tuple[LogEntry, ...]


@dataclass(frozen=True, kw_only=True)
class OpenWork:
    """A work item that waits for somebody."""

    instance: UUID
    work_item: int
    process: str
    node: str
    kind: str
    performers: tuple[str, ...]
    opened_at: datetime
    inputs: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class SuggestedPlace:
    """A node of the old version that has no place in the new one, and where it may have gone (empty: no idea)."""

    process: str
    node: str
    name: str
    suggestion: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class BlockedPlace:
    """Why cases at one node cannot move: the obstacle, how many, some of them, and what to do."""

    code: str
    node: str
    count: int
    examples: tuple[UUID, ...]
    message: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """What moving the running cases of a version would do; nothing was changed.

    `total` is how many run; `movable` and `blocked` speak of the `looked_at` first of them.
    """

    total: int
    looked_at: int
    movable: int
    blocked: tuple[BlockedPlace, ...]
    unplaced: tuple[SuggestedPlace, ...]


@dataclass(frozen=True, kw_only=True)
class MigrationProgress:
    """How far a batch has come. `total` is how many cases ran when it began."""

    id: UUID
    source: int
    target: int
    total: int
    moved: int
    blocked: int
    finished_at: datetime | None


@event("process.migration.finished.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class MigrationFinished:
    """Every running case of a version was moved to another version, or named with what stands against it."""

    migration: UUID
    definition: str
    moved: int
    blocked: int


@event("process.instance.stepped.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class InstanceStepped:
    """A step of a process concerns others: it sent, calls, listens, no longer waits for a call, or ended one."""

    instance: UUID
    sequence: int


class UnknownDefinition(NotFound):
    """No definition with this key is in effect."""

    code = "process_unknown_definition"
    message = _("没有生效的流程定义：{key}。")
    remedy = _("请先发布该流程，或检查生效日期。")


class UnknownInstance(NotFound):
    """There is no such instance."""

    code = "process_unknown_instance"
    message = _("没有找到这个流程实例。")
    remedy = _("请从办件列表重新进入。")


class NotPublishable(Refusal):
    """The model breaks a rule, or uses what the engine does not execute; nothing was published."""

    code = "process_not_publishable"
    status = 422
    message = _("流程“{key}”不能发布：{problems}")
    remedy = _("请在流程设计器中逐条改正后重新发布。")


class InstanceEnded(Conflict):
    """The instance has ended; nothing can be done in it any more."""

    code = "process_instance_ended"
    message = _("流程已经结束（{state}），不能再办理。")
    remedy = _("如需变更结果，请按规定另行启动相应流程。")


class KeyReused(Conflict):
    """The idempotency key was used for another command."""

    code = "process_key_reused"
    message = _("同一请求编号已用于另一项操作。")
    remedy = _("请刷新页面后重新提交。")


class NotStorable(Refusal):
    """A value cannot be kept in a case."""

    code = "process_not_storable"
    status = 422
    message = _("流程数据中含有不能保存的内容：{kind}。")
    remedy = _("请改用文字、数字、日期、列表或对象。")


class UnknownMigration(NotFound):
    """There is no such batch."""

    code = "process_unknown_migration"
    message = _("没有找到这次迁移。")
    remedy = _("请核对迁移编号。")


class BadMigration(Refusal):
    """Versions or instructions do not fit together; nothing was moved."""

    code = "process_bad_migration"
    status = 422
    message = _("不能这样迁移：{problem}")
    remedy = _("请核对两个版本和映射中的节点编号，可先预检。")
