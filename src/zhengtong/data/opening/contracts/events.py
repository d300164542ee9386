"""What opening tells other rooms."""

from dataclasses import dataclass
from uuid import UUID

from zhengtong.kernel.events.contracts import event

RELEASED = "data.opening.released.v1"
WITHDRAWN = "data.opening.withdrawn.v1"


@event(RELEASED)
@dataclass(frozen=True, kw_only=True)
class OpeningReleased:
    """A frozen copy of a dataset became open to the public."""

    opening: UUID
    dataset: str
    access: str


@event(WITHDRAWN)
@dataclass(frozen=True, kw_only=True)
class OpeningWithdrawn:
    """A release was taken back: its files are served no longer."""

    opening: UUID
    dataset: str
