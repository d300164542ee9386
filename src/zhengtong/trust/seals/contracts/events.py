"""What others hear of seals: ids and states, never a document."""

from dataclasses import dataclass
from uuid import UUID

from zhengtong.kernel.events.contracts import event
from zhengtong.trust.seals.contracts.filing import SealState


@event("trust.seals.seal.made.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class SealMade:
    """Both twins were made; public security is to be told, and nothing may be sealed before it answers."""

    seal: UUID


@event("trust.seals.seal.filed.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class SealFiled:
    """Public security acknowledged the filing: the seal is in force."""

    seal: UUID
    organisation: UUID


@event("trust.seals.seal.changed.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class SealChanged:
    """Both twins changed their state together: suspended, resumed, lost, cancelled, or the filing was given up."""

    seal: UUID
    state: SealState


@event("trust.seals.seal.used.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class SealUsed:
    """The seal was used for the `number`-th time."""

    seal: UUID
    number: int


@event("trust.seals.filing.due.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class FilingDue:
    """The time to wait for public security is over; happens by a timer."""

    seal: UUID
