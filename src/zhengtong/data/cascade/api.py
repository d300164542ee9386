"""The door of cascade 级联: set up nodes of other levels, take resources from them, pull, see how far each is.

add_peer(actor=actor, entry=PeerEntry(name="杭州市", position=Position.UPPER, …), at=now)
one = take(actor=actor, entry=IntakeEntry(dataset="301001/1", peer="杭州市", agreement=…, item=…), at=now)
pull(actor=actor, intake=one.id)      # versions of the node's resource become versions of this node's
"""

from zhengtong.data.cascade.contracts import (
    FELL_BEHIND,
    PERMISSION_SENTENCES,
    AlreadyPulling,
    FellBehind,
    IntakeEntry,
    IntakeUnfit,
    IntakeUnknown,
    IntakeView,
    KeysMasked,
    LineCut,
    NotLanded,
    PeerEntry,
    PeerUnfit,
    PeerUnknown,
    PeerView,
    Permission,
    Position,
    PullView,
)
from zhengtong.data.cascade.queries import intake, intakes, peers
from zhengtong.data.cascade.services import add_peer, claim_due, note_late, pull, pull_by_schedule, pull_soon, take

__all__ = [
    "FELL_BEHIND",
    "PERMISSION_SENTENCES",
    "AlreadyPulling",
    "FellBehind",
    "IntakeEntry",
    "IntakeUnfit",
    "IntakeUnknown",
    "IntakeView",
    "KeysMasked",
    "LineCut",
    "NotLanded",
    "PeerEntry",
    "PeerUnfit",
    "PeerUnknown",
    "PeerView",
    "Permission",
    "Position",
    "PullView",
    "add_peer",
    "claim_due",
    "intake",
    "intakes",
    "note_late",
    "peers",
    "pull",
    "pull_by_schedule",
    "pull_soon",
    "take",
]
