"""What happens to cases 事件."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.kernel.events.contracts import event


@event("process.case.received.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class CaseReceived:
    """An application was received; the applicant has a receipt number."""

    case: UUID
    item: str
    applicant: UUID


@event("process.case.accepted.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class CaseAccepted:
    """An application was accepted, by decision or by silence; the periods run from this day."""

    case: UUID
    item: str
    applicant: UUID


@event("process.case.returned.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class CaseReturned:
    """An application was returned for correction."""

    case: UUID
    item: str
    applicant: UUID


@event("process.case.concluded.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class CaseConcluded:
    """A case was concluded: granted, denied, not accepted or withdrawn; `outcome` is the state."""

    case: UUID
    item: str
    applicant: UUID
    outcome: str


@event("process.case.escalated.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class CaseEscalated:
    """A stage of a case is late: whoever supervises its organisation is told 督办."""

    case: UUID
    item: str
    stage: int
    organisation: UUID
    due_on: date


@event("process.case.supplemented.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class CaseSupplemented:
    """The applicant handed in the correction; the period for acceptance begins anew."""

    case: UUID
    item: str
    applicant: UUID


@event("process.case.handed_in.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class MissingHandedIn:
    """The applicant handed in evidence that a conditional acceptance had left open."""

    case: UUID
    item: str
    applicant: UUID


@event("process.case.transferred.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class CaseTransferred:
    """A case went from one organisation to the one that is competent."""

    case: UUID
    item: str
    applicant: UUID
    sender: UUID
    organisation: UUID


@event("process.case.recalled.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class AcceptanceRecalled:
    """An official took their acceptance back; the application is examined again."""

    case: UUID
    item: str
    applicant: UUID


@event("process.case.suspended.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class CaseSuspended:
    """A special procedure began: its days are not counted (行政许可法 §45)."""

    case: UUID
    item: str
    applicant: UUID
    procedure: str


@event("process.case.resumed.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class CaseResumed:
    """The special procedure is over; the period runs on."""

    case: UUID
    item: str
    applicant: UUID
    procedure: str


@event("process.case.extended.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class CaseExtended:
    """The period was extended with approval (行政许可法 §42); the applicant is told why."""

    case: UUID
    item: str
    applicant: UUID
    days: int
