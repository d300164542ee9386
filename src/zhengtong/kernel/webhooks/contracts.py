"""What crosses the door of webhooks 推送: where a message stands, what became of each attempt, unfit addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import InvalidInput, Text
from zhengtong.kernel.errors import mark as _


class DeliveryState(StrEnum):
    """Where a pushed message stands 推送状态."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"

    @property
    def label(self) -> Text:
        """The state's name on screen."""
        return _DELIVERY_LABELS[self]


_DELIVERY_LABELS: Mapping[DeliveryState, Text] = {
    DeliveryState.WAITING: gettext_lazy("等待送达"),
    DeliveryState.DELIVERED: gettext_lazy("已送达"),
    DeliveryState.DEAD: gettext_lazy("多次失败，已停止"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptView:
    """One attempt to deliver: the answer's status, or in a word what went wrong."""

    number: int
    at: datetime
    status: int | None
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What is sent, and where; `headers` sign it."""

    address: str
    body: bytes
    headers: Mapping[str, str]


CLOUD_EVENT: Mapping[str, str] = {
    "Content-Type": "application/cloudevents+json; charset=utf-8",
    "User-Agent": "zhengtong",
}
"""What is said of a message besides its signature."""


class AddressUnfit(InvalidInput):
    """An address that the platform must not send to."""

    code = "webhook_address_unfit"
    message = _("不能向这个地址推送：{what}")
    remedy = _("请使用 https 地址；内部网络的地址须由运维人员在 ZHENGTONG_WEBHOOK_NETWORKS 中放行。")
