"""Commands 指令.

Everything that can be asked of a running case. Frozen, without ids of their own: the store adds the key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class StartProcess:
    """Begin a case at its none start event, or at the named *start* (a message, signal, timer or receive task)."""

    process: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    start: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    definition: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteWorkItem:
    """A person or a service has done the work; *results* become variables."""

    work_item: int
    results: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailWorkItem:
    """The work ends in a business error: the nearest error event with this *code*, or without one, takes over."""

    work_item: int
    code: str = ""
    results: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateWorkItem:
    """Raise an escalation from work that goes on."""

    work_item: int
    code: str = ""
    results: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FireTimer:
    """A timer is due. Firing one that is gone changes nothing, so a dispatcher may try twice."""

    timer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverMessage:
    """A message has come; the first subscription that correlates takes it."""

    name: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    correlation: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastSignal:
    """A signal has been thrown elsewhere; every subscription to it takes it."""

    name: str
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVariables:
    """Change variables of the case; conditions that become true fire."""

    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAdHoc:
    """Start an activity of an ad-hoc sub-process that has none running or wants one more."""

    token: int
    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishAdHoc:
    """End an ad-hoc sub-process whose performers are done."""

    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelCase:
    """End the case at once, without compensation."""

    reason: str


Command = (
    StartProcess
    | CompleteWorkItem
    | FailWorkItem
    | EscalateWorkItem
    | FireTimer
    | DeliverMessage
    | BroadcastSignal
    | SetVariables
    | StartAdHoc
    | FinishAdHoc
    | CancelCase
)
