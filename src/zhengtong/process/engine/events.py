"""What happened in a step 流程事件: the append-only log of a case. Ids and names only, except results and messages."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple


class What(StrEnum):
    """The kinds of entries."""

    PROCESS_STARTED = "process_started"
    PROCESS_COMPLETED = "process_completed"
    PROCESS_TERMINATED = "process_terminated"
    PROCESS_FAILED = "process_failed"
    PROCESS_CANCELLED = "process_cancelled"
    ACTIVITY_STARTED = "activity_started"
    ACTIVITY_COMPLETED = "activity_completed"
    ACTIVITY_INTERRUPTED = "activity_interrupted"
    ACTIVITY_COMPENSATED = "activity_compensated"
    INSTANCE_COMPLETED = "instance_completed"
    GATEWAY_PASSED = "gateway_passed"
    EVENT_CAUGHT = "event_caught"
    EVENT_THROWN = "event_thrown"
    FLOW_TAKEN = "flow_taken"
    WORK_OPENED = "work_opened"
    WORK_COMPLETED = "work_completed"
    WORK_FAILED = "work_failed"
    WORK_WITHDRAWN = "work_withdrawn"
    TIMER_SET = "timer_set"
    TIMER_FIRED = "timer_fired"
    MESSAGE_SENT = "message_sent"
    SIGNAL_SENT = "signal_sent"
    ESCALATION_UNCAUGHT = "escalation_uncaught"
    NOBODY_LISTENED = "nobody_listened"
    CASE_MIGRATED = "case_migrated"


ENDINGS = frozenset({What.PROCESS_COMPLETED, What.PROCESS_TERMINATED, What.PROCESS_FAILED, What.PROCESS_CANCELLED})


class Entry(NamedTuple):
    """One entry of the log."""

    what: What
    process: str
    node: str
    token: int
    at: datetime
    data: Mapping[str, Any] = {}
