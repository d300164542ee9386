"""What crosses the door of cases 办件: states, decisions, views, permissions, events.

The verbs are those of the Administrative License Law 行政许可法: receive 收件, accept 受理, return for correction 补正,
conclude 办结, withdraw 撤回.
"""

from zhengtong.process.cases.contracts.checks import CheckAnswer, CheckLine, CheckPage, CheckView
from zhengtong.process.cases.contracts.events import (
    AcceptanceRecalled,
    CaseAccepted,
    CaseConcluded,
    CaseEscalated,
    CaseExtended,
    CaseReceived,
    CaseResumed,
    CaseReturned,
    CaseSupplemented,
    CaseSuspended,
    CaseTransferred,
    MissingHandedIn,
)
from zhengtong.process.cases.contracts.kinds import (
    DECISIONS,
    EXTENSION,
    PERMISSION_SENTENCES,
    PROCESSES,
    CaseState,
    Decision,
    EvidenceSource,
    IssueOrder,
    OutputIssuer,
    Permission,
    Procedure,
    ServedEvidence,
)
from zhengtong.process.cases.contracts.leave import (
    DESK_SENTENCES,
    AtPost,
    LeaveArranged,
    LeaveEnded,
    LeavePage,
    LeaveView,
)
from zhengtong.process.cases.contracts.leave import Permission as DeskPermission
from zhengtong.process.cases.contracts.views import CaseLine, CaseView, DeadlineLight, LinePage, Moment, Task

__all__ = [
    "DECISIONS",
    "DESK_SENTENCES",
    "EXTENSION",
    "PERMISSION_SENTENCES",
    "PROCESSES",
    "AcceptanceRecalled",
    "AtPost",
    "CaseAccepted",
    "CaseConcluded",
    "CaseEscalated",
    "CaseExtended",
    "CaseLine",
    "CaseReceived",
    "CaseResumed",
    "CaseReturned",
    "CaseState",
    "CaseSupplemented",
    "CaseSuspended",
    "CaseTransferred",
    "CaseView",
    "CheckAnswer",
    "CheckLine",
    "CheckPage",
    "CheckView",
    "DeadlineLight",
    "Decision",
    "DeskPermission",
    "EvidenceSource",
    "IssueOrder",
    "LeaveArranged",
    "LeaveEnded",
    "LeavePage",
    "LeaveView",
    "LinePage",
    "MissingHandedIn",
    "Moment",
    "OutputIssuer",
    "Permission",
    "Procedure",
    "ServedEvidence",
    "Task",
]
