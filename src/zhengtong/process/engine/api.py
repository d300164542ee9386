"""The door of the process engine 门: `step` and what goes in and comes out of it.

A store keeps one table row for each row of a case (`Token`, `WorkItem`, `Timer`, `Subscription`, `Variable`,
`Completion`), gives them to `step` through `Rows`, and writes back exactly the `Changes` of the outcome.
"""

from zhengtong.process.engine.clock import ClockContradiction, ClockEvent, Deadline, DeadlineLight, Term, Tick
from zhengtong.process.engine.clock import fold as fold_clock
from zhengtong.process.engine.clock import light as deadline_light
from zhengtong.process.engine.commands import (
    BroadcastSignal,
    CancelCase,
    Command,
    CompleteWorkItem,
    DeliverMessage,
    EscalateWorkItem,
    FailWorkItem,
    FinishAdHoc,
    FireTimer,
    SetVariables,
    StartAdHoc,
    StartProcess,
)
from zhengtong.process.engine.errors import (
    BadCallee,
    BadExpression,
    BadRepetition,
    BadTimer,
    EndlessRun,
    NoFlowTaken,
    NotAdHoc,
    StepRefused,
    UnknownProcess,
    WorkItemGone,
)
from zhengtong.process.engine.events import ENDINGS, Entry, What
from zhengtong.process.engine.feel import FeelEvaluator
from zhengtong.process.engine.mapping import Suggestion, VersionMap, map_versions
from zhengtong.process.engine.mapping import suggest as suggest_places
from zhengtong.process.engine.migration import MigrationBlocked, Obstacle, migrate
from zhengtong.process.engine.migration import review as review_migration
from zhengtong.process.engine.ports import Evaluator, Library, Limits
from zhengtong.process.engine.state import (
    TABLES,
    Changes,
    Completion,
    MemoryRows,
    Role,
    Row,
    Rows,
    Subscription,
    Timer,
    Token,
    TokenState,
    Variable,
    WorkItem,
)
from zhengtong.process.engine.step import Outcome, step
from zhengtong.process.engine.timing import as_text, first_due
from zhengtong.process.engine.virtual import Done, Failed, VirtualCase, World

__all__ = [
    "ENDINGS",
    "TABLES",
    "BadCallee",
    "BadExpression",
    "BadRepetition",
    "BadTimer",
    "BroadcastSignal",
    "CancelCase",
    "Changes",
    "ClockContradiction",
    "ClockEvent",
    "Command",
    "CompleteWorkItem",
    "Completion",
    "Deadline",
    "DeadlineLight",
    "DeliverMessage",
    "Done",
    "EndlessRun",
    "Entry",
    "EscalateWorkItem",
    "Evaluator",
    "FailWorkItem",
    "Failed",
    "FeelEvaluator",
    "FinishAdHoc",
    "FireTimer",
    "Library",
    "Limits",
    "MemoryRows",
    "MigrationBlocked",
    "NoFlowTaken",
    "NotAdHoc",
    "Obstacle",
    "Outcome",
    "Role",
    "Row",
    "Rows",
    "SetVariables",
    "StartAdHoc",
    "StartProcess",
    "StepRefused",
    "Subscription",
    "Suggestion",
    "Term",
    "Tick",
    "Timer",
    "Token",
    "TokenState",
    "UnknownProcess",
    "Variable",
    "VersionMap",
    "VirtualCase",
    "What",
    "WorkItem",
    "WorkItemGone",
    "World",
    "as_text",
    "deadline_light",
    "first_due",
    "fold_clock",
    "map_versions",
    "migrate",
    "review_migration",
    "step",
    "suggest_places",
]
