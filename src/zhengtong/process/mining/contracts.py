"""What crosses the door of process mining 流程挖掘, in the terms of the field (van der Aalst, Process Mining, 2016).

Durations are seconds. *Elapsed* is wall-clock time, *worked* counts only the office hours of working days.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum


class LogNotReadable(ValueError):  # noqa: N818 -- named after what is missing, like a refusal
    """A log could not be read; the message says which file, what is wrong and what to do."""


def monday_to_friday(day: date) -> bool:
    """The fallback where no calendar is given; wrong for about half of all due dates in China, so pass the real one."""
    return day.weekday() < 5


@dataclass(frozen=True, kw_only=True)
class OfficeHours:
    """When offices work 办公时间: the same intervals on every working day, in local time, in order, not overlapping."""

    is_working_day: Callable[[date], bool] = monday_to_friday
    intervals: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(13, 30), time(17)))

    def __post_init__(self) -> None:
        moments = [moment for interval in self.intervals for moment in interval]
        if not moments or moments != sorted(set(moments)):
            raise ValueError(
                "office hours are intervals in order that do not overlap, for example 09:00–12:00, 13:30–17:00"
            )

    @property
    def seconds_a_day(self) -> int:
        """How much work fits into one day, in seconds."""
        return sum(seconds_of_day(closes) - seconds_of_day(opens) for opens, closes in self.intervals)


def seconds_of_day(moment: time) -> int:
    """Return the seconds since midnight."""
    return moment.hour * 3600 + moment.minute * 60 + moment.second


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How a duration is distributed, in seconds. The percentiles interpolate linearly."""

    mean: float
    median: float
    p90: float


@dataclass(frozen=True, kw_only=True)
class Edge:
    """One activity directly followed by another in the same case; `elapsed` is the mean on the wall clock."""

    source: str
    target: str
    count: int
    elapsed: float
    worked: Spread


@dataclass(frozen=True, kw_only=True)
class Graph:
    """The directly-follows graph; `starts` and `ends` count the cases that begin and end with an activity."""

    activities: dict[str, int]
    edges: tuple[Edge, ...]
    starts: dict[str, int]
    ends: dict[str, int]
    cases: int
    events: int


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way through the process and how many cases took it; `worked` is from first to last."""

    activities: tuple[str, ...]
    cases: int
    share: float
    worked: Spread


@dataclass(frozen=True, kw_only=True)
class Bottleneck:
    """Where the working time goes: the waiting before `activity` at `office`; `share` is of all worked time."""

    activity: str
    office: str
    count: int
    worked: Spread
    total_worked: float
    share: float


@dataclass(frozen=True, kw_only=True)
class Rework:
    """An activity done again in the same case: in how many cases, how many extra times, and the worked time it cost."""

    activity: str
    cases: int
    repetitions: int
    share_of_cases: float
    worked: float


class Where(StrEnum):
    """Where evidence was asked for again: in the same case, in another case of the same item, or under another item."""

    CASE = "case"
    ITEM = "item"
    ITEMS = "items"


@dataclass(frozen=True, kw_only=True)
class RepeatedEvidence:
    """Evidence handed in again under `second_item`, first under `first_item`: a candidate for asking once 一次提交.

    `avoidable` counts the hand-ins after each holder's first, `holders` those they come from.
    """

    evidence_type: str
    first_item: str
    second_item: str
    where: Where
    holders: int
    avoidable: int


@dataclass(frozen=True, kw_only=True)
class EvidenceSummary:
    """How much was handed in, and how little would have been needed: each type once from each holder."""

    handed_in: int
    needed: int
    holders: int
    cases: int

    @property
    def avoidable_share(self) -> float:
        """The share of hand-ins that asking once would save."""
        return 1 - self.needed / self.handed_in if self.handed_in else 0.0
