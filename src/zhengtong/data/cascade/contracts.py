"""What crosses the door of cascade 级联: nodes of other levels, what is taken from them, how a pull went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy

from zhengtong.data.exchange.contracts import Algorithm
from zhengtong.kernel.errors import Conflict, InvalidInput, NotFound, Refusal, Text
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.contracts import event

FELL_BEHIND = "data.cascade.intake.fell_behind.v1"


class Position(StrEnum):
    """Where a node stands to this one 节点位置: above, and gives data back; or below, and gives data up."""

    UPPER = "upper"
    LOWER = "lower"

    @property
    def label(self) -> Text:
        """The position's name on screen."""
        return _POSITION_LABELS[self]


_POSITION_LABELS: Mapping[Position, Text] = {
    Position.UPPER: gettext_lazy("上级节点"),
    Position.LOWER: gettext_lazy("下级节点"),
}


class Permission(StrEnum):
    """What a post may be allowed to do in cascade; pulling is collecting, and needs `data.collection:collect`."""

    SET_UP = "data.cascade:set_up"


PERMISSION_SENTENCES: dict[Permission, Text] = {
    Permission.SET_UP: gettext_lazy("设置上下级节点和从节点获取的数据"),
}


@dataclass(frozen=True, kw_only=True)
class PeerEntry:
    """A node of another level as it is set up.

    Args:
        name: what it is called here; its rows bear this name.
        position: above or below.
        gateway: the address of its gateway, `https://…` without a path.
        key_id: the access key that it issued to this node.
        algorithm: what the key signs with.
        key: its secret, sealed at rest.
    """

    name: str
    position: Position
    gateway: str
    key_id: str
    algorithm: Algorithm
    key: bytes


@dataclass(frozen=True, kw_only=True)
class PeerView:
    """A node of another level as it is shown; its key stays sealed."""

    id: UUID
    name: str
    position: Position
    gateway: str


@dataclass(frozen=True, kw_only=True)
class IntakeEntry:
    """A resource that is taken from a node 接入.

    Args:
        dataset: the code of the resource in this node's catalogue.
        peer: the node's name.
        agreement: under which it gives; its area and fields say what comes.
        item: the code of the service item that the agreement names.
        every_minutes: how often to pull; None by hand.
    """

    dataset: str
    peer: str
    agreement: UUID
    item: str
    every_minutes: int | None = None


@dataclass(frozen=True, kw_only=True)
class IntakeView:
    """A resource that is taken from a node, and how far it came.

    Attributes:
        version: of the node's versions the last that landed here; None before the first.
        announced: the last that the node is known to have announced.
        pulled_at: when the node was last heard and everything it had was landed.
        late_at: when it is late unless pulled before; None where the resource has no cycle.
        late_since: since when it is late.
        refusal: why the last pull failed; empty when it did not.
    """

    id: UUID
    dataset: str
    dataset_name: str
    provider: UUID
    peer: PeerView
    every_minutes: int | None
    next_due_at: datetime | None
    version: int | None
    announced: int | None
    pulled_at: datetime | None
    late_at: datetime | None
    late_since: datetime | None
    refusal: str
    refused_at: datetime | None

    @property
    def versions_behind(self) -> int:
        """How many versions were announced that have not landed."""
        return 0 if self.announced is None else self.announced - (-1 if self.version is None else self.version)


@dataclass(frozen=True, kw_only=True)
class PullView:
    """How a pull went: from which of the node's versions to which, the rows that changed here, what stopped it."""

    intake: UUID
    before: int | None
    after: int | None
    rows: int
    rows_refused: int
    refusal: Refusal | None


@event(FELL_BEHIND)
@dataclass(frozen=True, kw_only=True)
class FellBehind:
    """A resource was not brought up to date from its node within its update cycle."""

    intake: UUID
    dataset: str


class PeerUnknown(NotFound):
    """There is no node of this name."""

    code = "peer_unknown"
    message = _("没有名为“{name}”的节点。")
    remedy = _("请先登记这个节点：zhengtong cascade add-peer。")


class PeerUnfit(InvalidInput):
    """A node is set up in a way that cannot work; `what` says why."""

    code = "peer_unfit"
    message = _("节点设置有误：{what}")
    remedy = _("请改正后重新登记。")


class IntakeUnknown(NotFound):
    """Nothing of this resource is taken from a node, or not from this one."""

    code = "intake_unknown"
    message = _("没有从节点获取这项数据：{dataset}")
    remedy = _("请先设置获取：zhengtong cascade take。")


class IntakeUnfit(InvalidInput):
    """A resource cannot be taken from this node; `what` says why."""

    code = "intake_unfit"
    message = _("不能这样获取数据：{what}")
    remedy = _("请改正设置；已有的数据没有改变。")


class AlreadyPulling(Conflict):
    """Another process pulls the same."""

    code = "already_pulling"
    message = _("正在从该节点获取这项数据。")
    remedy = _("请等待当前获取结束后再试。")


class LineCut(Refusal):
    """The line to the node was cut; what arrived is kept."""

    code = "line_cut"
    status = 502
    message = _("与节点的连接中断（{kind}）。")
    remedy = _("已取得的部分不会重复获取；连接恢复后会自动接着获取。")


class NotLanded(Refusal):
    """What was fetched did not land; `what` says why."""

    code = "pull_not_landed"
    message = _("取得的数据未能入库：{what}")
    remedy = _("请在数据工作台查看该批次；问题解决后再次获取，必要时从全部数据重新开始。")


class KeysMasked(Refusal):
    """Rows cannot be told apart: a key is masked, or not among the agreed fields."""

    code = "keys_masked"
    status = 422
    message = _("协议没有提供主键的原值：{names}")
    remedy = _("请与对方按含主键原值的字段重新达成协议。")
