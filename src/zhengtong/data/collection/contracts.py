"""What crosses the door of collection 归集: sources, batches, refused rows, lineage."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Conflict, NotFound, Refusal, Text, mark
from zhengtong.kernel.events.contracts import event

BATCH_LANDED = "data.collection.batch.landed.v1"
BATCH_STOPPED = "data.collection.batch.stopped.v1"
ROWS_RETURNED = "data.collection.rows.returned.v1"


class ConnectorKind(StrEnum):
    """Where a source's rows come from 归集方式."""

    FILE = "file"
    DATABASE = "database"
    HTTP = "http"
    FEED = "feed"
    NODE = "node"


class Mode(StrEnum):
    """What a batch is to the rows that are there: the whole of them, changes to them, or more of them."""

    SNAPSHOT = "snapshot"
    UPSERT = "upsert"
    APPEND = "append"


class BatchState(StrEnum):
    """Where a batch stands: running, landed as a version, unchanged, stopped at the gate, failed."""

    RUNNING = "running"
    LANDED = "landed"
    UNCHANGED = "unchanged"
    STOPPED = "stopped"
    FAILED = "failed"


class Fault(StrEnum):
    """Why a row was refused 退回原因."""

    MISSING = "missing"
    TYPE = "type"
    LENGTH = "length"
    DUPLICATE = "duplicate"
    STRUCTURE = "structure"


class Permission(StrEnum):
    """What a post may be allowed to do in collection."""

    COLLECT = "data.collection:collect"
    TAKE_BACK = "data.collection:take_back"


PERMISSION_SENTENCES: dict[Permission, Text] = {
    Permission.COLLECT: _("设置数据源并归集数据"),
    Permission.TAKE_BACK: _("取回本部门被退回的数据"),
}
CONNECTOR_LABELS: Mapping[ConnectorKind, Text] = {
    ConnectorKind.FILE: _("文件"),
    ConnectorKind.DATABASE: _("数据库"),
    ConnectorKind.HTTP: _("网络接口"),
    ConnectorKind.FEED: _("变更订阅"),
    ConnectorKind.NODE: _("上下级节点"),
}
BATCH_STATE_LABELS: Mapping[BatchState, Text] = {
    BatchState.RUNNING: _("归集中"),
    BatchState.LANDED: _("已入库"),
    BatchState.UNCHANGED: _("无变化"),
    BatchState.STOPPED: _("质量拦截"),
    BatchState.FAILED: _("失败"),
}
FAULT_LABELS: Mapping[Fault, Text] = {
    Fault.MISSING: _("必填项为空"),
    Fault.TYPE: _("类型不符"),
    Fault.LENGTH: _("超过长度"),
    Fault.DUPLICATE: _("主键重复"),
    Fault.STRUCTURE: _("列数或引号有误"),
}


@dataclass(frozen=True, kw_only=True)
class SourceEntry:
    """A source 数据源 of a dataset as it is set up.

    Args:
        dataset: the code of the dataset its rows belong to.
        name: what it is called; with the dataset it is unique.
        kind: where rows come from.
        location: a path or address that fsspec knows, a database address, an HTTP address; sealed at rest.
        options: of the connector: `table`, `format`, `rows`, `next`, `page`, `size`, and `columns` (theirs to ours).
        mode: what a batch is to the rows that are there.
        watermark: the column whose largest value so far is where the next batch begins.
        every_minutes: how often to collect; None by hand.
    """

    dataset: str
    name: str
    kind: ConnectorKind
    location: str
    options: Mapping[str, Any] = field(default_factory=dict)
    mode: Mode = Mode.SNAPSHOT
    watermark: str = ""
    every_minutes: int | None = None


@dataclass(frozen=True, kw_only=True)
class SourceView:
    """A source as it is shown; its location stays sealed."""

    id: UUID
    dataset: str
    dataset_name: str
    provider: UUID
    name: str
    kind: ConnectorKind
    mode: Mode
    watermark: str
    every_minutes: int | None
    next_due_at: datetime | None

    @property
    def kind_label(self) -> Text:
        return CONNECTOR_LABELS[self.kind]


@dataclass(frozen=True, kw_only=True)
class BatchView:
    """One batch 批次: what was read, what landed as which version, what was refused and why."""

    id: UUID
    source: UUID
    source_name: str
    dataset: str
    dataset_name: str
    provider: UUID
    number: int
    state: BatchState
    started_at: datetime
    ended_at: datetime | None
    rows_read: int
    rows_landed: int
    rows_refused: int
    version: int | None
    reasons: Mapping[str, int]
    error: str
    returned_at: datetime | None

    @property
    def state_label(self) -> Text:
        return BATCH_STATE_LABELS[self.state]

    @property
    def reason_lines(self) -> list[tuple[str, Text, int]]:
        """Return (data element, why, how many rows), the most frequent first."""
        lines = []
        for key, count in sorted(self.reasons.items(), key=lambda pair: -pair[1]):
            column, _colon, fault = key.rpartition(":")
            lines.append((column, FAULT_LABELS[Fault(fault)], count))
        return lines


@dataclass(frozen=True, kw_only=True)
class RefusedRow:
    """A row that was refused 退回数据: its number in the batch, `element:fault` for each fault, its cells as it had."""

    number: int
    reasons: tuple[str, ...]
    cells: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ColumnLineage:
    """That a column of a dataset is made from columns of others; `how` is an OpenLineage subtype."""

    column: str
    inputs: tuple[tuple[str, str], ...]
    how: str = "IDENTITY"


@dataclass(frozen=True, kw_only=True)
class LineageRun:
    """One run of a job that made a version of *output* out of *inputs*; names are dataset codes or addresses."""

    run: UUID
    job: str
    inputs: tuple[str, ...]
    output: str
    columns: tuple[ColumnLineage, ...]
    started_at: datetime
    ended_at: datetime
    version: int | None = None
    rows: int | None = None


@dataclass(frozen=True, kw_only=True)
class Edge:
    """An edge of the lineage graph 血缘: a column of one dataset goes into a column of another, by this job."""

    source: str
    source_column: str
    target: str
    target_column: str
    job: str
    how: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a gate says of a batch: whether it may land, and in a word why not."""

    passes: bool
    why: str = ""


class Gate(Protocol):
    """Looks at a batch before it lands; quality fills it in `site/wiring.py`."""

    def __call__(self, dataset: str, rows: Any, *, batch: UUID, at: datetime) -> Verdict:
        """Judge *rows* (an Arrow table)."""
        ...


Progress = Callable[[int, int | None], None]
"""Called with the rows done so far and the rows there are, None where unknown."""


@event(BATCH_LANDED)
@dataclass(frozen=True, kw_only=True)
class BatchLanded:
    """A batch landed as a version of its dataset in the lake."""

    batch: UUID
    dataset: str
    version: int
    rows: int


@event(BATCH_STOPPED)
@dataclass(frozen=True, kw_only=True)
class BatchStopped:
    """A batch did not pass the gate of quality; the version before it stays current."""

    batch: UUID
    dataset: str


@event(ROWS_RETURNED)
@dataclass(frozen=True, kw_only=True)
class RowsReturned:
    """Rows of a batch were refused and wait for their provider to correct them."""

    batch: UUID
    dataset: str
    rows: int


class SourceUnknown(NotFound):
    """There is no such source, or none this actor may see."""

    code = "source_unknown"
    message = mark("没有找到这个数据源。")
    remedy = mark("请在数据工作台查看本部门的数据源。")


class BatchUnknown(NotFound):
    """There is no such batch, or none this actor may see."""

    code = "batch_unknown"
    message = mark("没有找到这个批次。")
    remedy = mark("请在数据工作台查看本部门的批次。")


class VersionUnknown(NotFound):
    """A dataset's table has no such version, or its files have been cleared away."""

    code = "version_unknown"
    message = mark("没有这个版本：{version}")
    remedy = mark("请查询最新版本；较早的版本可能已经清理。")


class ChangesCleared(Refusal):
    """What a range of versions changed cannot be told any more: files were cleared away, or columns changed type."""

    code = "changes_cleared"
    status = 410
    message = mark("第 {first} 版到第 {last} 版的变更已经清理，不再完整。")
    remedy = mark("请不带 from 取一次最新版本的全部数据，再从该版本起接着获取变更。")


class AlreadyCollecting(Conflict):
    """A batch of this source is running."""

    code = "already_collecting"
    message = mark("该数据源正在归集。")
    remedy = mark("请等待当前批次结束后再试。")


class SourceUnfit(Refusal):
    """A source is set up in a way that cannot work; `what` says why."""

    code = "source_unfit"
    status = 422
    message = mark("数据源设置有误：{what}")
    remedy = mark("请改正后重新保存。")


class SourceUnreadable(Refusal):
    """A source cannot be read: not reachable, not in the form it says, or without a column it needs."""

    code = "source_unreadable"
    status = 502
    message = mark("读取数据源失败：{what}")
    remedy = mark("请检查地址、格式和列名；已入库的数据不受影响，修复后可重新归集。")


def fault_key(element: str, fault: Fault) -> str:
    """Return how a fault is counted.

    >>> fault_key("name", Fault.MISSING)
    'name:missing'
    """
    return f"{element}:{fault.value}"


Rows = Sequence[Mapping[str, Any]]
