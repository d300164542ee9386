"""Subscriptions 订阅变更: who is told that a resource has new versions, and of which range of them. Never of data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from zhengtong.kernel.errors import Conflict, InvalidInput, NotFound
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.contracts import event
from zhengtong.kernel.webhooks.contracts import AttemptView, DeliveryState

ANNOUNCED = "data.exchange.announced.v1"
FEED_PAGE = 100
"""Announcements that one call of the feed answers at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnouncementView:
    """A range of versions as it was announced.

    Attributes:
        id: stable, however often it is sent.
        number: counts the announcements of a subscription without a gap.
        agreement: under which the changes may be fetched.
        dataset: the resource's code in the catalogue.
        first: the first version of the range; None tells to begin with all rows of the last.
        last: the last version of the range.
        at: when it was announced.
    """

    id: UUID
    number: int
    agreement: UUID
    dataset: str
    first: int | None
    last: int
    at: datetime

    def cloud_event(self) -> dict[str, Any]:
        """Return it as a CloudEvents 1.0 document."""
        return {
            "specversion": "1.0",
            "id": str(self.id),
            "source": "/zhengtong/data/exchange",
            "type": ANNOUNCED,
            "subject": str(self.agreement),
            "time": self.at.isoformat(),
            "datacontenttype": "application/json",
            "sequence": f"{self.number:020d}",
            "data": {
                "agreement": str(self.agreement),
                "dataset": self.dataset,
                "from": self.first,
                "to": self.last,
                "position": self.number,
            },
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcements:
    """Some announcements, the oldest first.

    Attributes:
        items: those after the position asked for.
        next: the position of the following call; stays where it is while nothing happens.
        oldest: the position of the oldest that is kept, 0 where there is none.
        is_paused: nothing is pushed now; the feed goes on.
    """

    items: tuple[AnnouncementView, ...]
    next: int
    oldest: int
    is_paused: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriptionView:
    """A subscription as the desk shows it; no secret among it.

    Attributes:
        agreement: whose it is.
        announced: the last version that was announced, None before the first.
        address: where its messages go; empty, its application only pulls.
        key: what signs them, and since when.
        key_issued_at: see `key`.
        paused_at: since when its messages wait.
        waiting: messages that did not arrive yet.
        dead: messages that were given up.
    """

    agreement: UUID
    announced: int | None
    address: str
    key: UUID | None
    key_issued_at: datetime | None
    paused_at: datetime | None
    waiting: int
    dead: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnouncementLine:
    """An announcement and what became of its message; without a state it was only there to be pulled."""

    announcement: AnnouncementView
    state: DeliveryState | None
    due_at: datetime | None
    attempts: tuple[AttemptView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSigningKey:
    """What signs the messages to a subscriber, shown once."""

    key: UUID
    secret: str


@event(ANNOUNCED)
@dataclass(frozen=True, kw_only=True)
class ResourceAnnounced:
    """A subscriber was told of new versions of a resource, `first` to `last`; without a first, all rows of the last."""

    agreement: UUID
    dataset: str
    first: int | None
    last: int


class SubscriptionUnknown(NotFound):
    """The application has no subscription under an agreement of this id."""

    code = "subscription_unknown"
    message = _("没有找到这项订阅。")
    remedy = _("请核对协议编号；只有协议中的应用可以读取它的订阅。")


class AddressMissing(Conflict):
    """The subscription has no address to be told at."""

    code = "subscription_address_missing"
    message = _("这项订阅没有推送地址。")
    remedy = _("请先设置推送地址；应用也可以随时从变更通知接口拉取。")


class PositionUnfit(InvalidInput):
    """A position or a limit that the feed cannot begin or end with."""

    code = "position_unfit"
    message = _("无法从这里读取变更通知：{what}")
    remedy = _("请使用上次返回的 next；limit 为 1 到 100。")
