"""What the register tells other rooms."""

from dataclasses import dataclass
from uuid import UUID

from zhengtong.kernel.events.contracts import event

STATE_CHANGED = "data.assets.state_changed.v1"


@event(STATE_CHANGED)
@dataclass(frozen=True, kw_only=True)
class AssetStateChanged:
    """An asset was registered, suspended, resumed or withdrawn; `state` is what it is now."""

    asset: UUID
    state: str
