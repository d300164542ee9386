"""Scenarios 推演方案: what a simulation assumes, read from YAML; every mistake is named with its place.

Durations are written `45s`, `20m`, `1.5h`, `2d` (24 hours) or `3wd` (working days), or as a distribution of them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from math import log
from pathlib import Path
from typing import Any, NoReturn

import yaml

from zhengtong.process.mining.api import OfficeHours
from zhengtong.process.simulation.contracts import ScenarioEntryUnknown, ScenarioNotReadable, ScenarioValueWrong
from zhengtong.process.simulation.fitting import (
    Duration,
    Empirical,
    Exponential,
    Fixed,
    Lognormal,
    Triangular,
    Uniform,
)

OUTSIDE = "outside"
_WRITTEN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|m|h|d|wd)\s*")
_INTERVAL = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})\s*")
_EXAMPLE = "45s, 20m, 1.5h, 2d, 3wd, {exponential: 20m}, {lognormal: {mean: 20m, cv: 0.8}}"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_KEYS = frozenset(
    {
        "seed", "start", "days", "warm_up_days", "replications", "confidence", "calendar", "office_hours", "arrivals",
        "staff", "tasks", "branches", "again", "instances", "messages", "timers", "variables", "other",
    }
)  # fmt: skip
IsWorkingDay = Callable[[date], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The people of an office who do its tasks, all alike; cost in yuan for each hour they work."""

    people: int
    cost_per_hour: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One of several values, each with its share."""

    values: tuple[Any, ...]
    shares: tuple[float, ...]

    def pick(self, share: float) -> Any:
        """Return the value at *share*."""
        passed = 0.0
        for value, part in zip(self.values, self.shares, strict=True):
            passed += part
            if share < passed:
                return value
        return self.values[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRule:
    """What a scenario says of a task: who does it, how long it takes, what each time costs and what comes of it.

    `staff` is an office, `OUTSIDE` for somebody nobody waits in line for (the applicant, a machine), empty for the
    lane or the performer of the model. Work outside goes on around the clock unless `office_time`.
    """

    staff: str = ""
    service: Duration | None = None
    cost: float = 0.0
    office_time: bool | None = None
    results: Mapping[str, Draw] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """How cases come: `between` is the time between two, in office time; None as the log has them."""

    between: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """When a message comes after a case begins to wait for it, on the wall clock; with `share` it comes at all."""

    after: Duration
    share: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What a simulation assumes. `other` holds what is different for the definition it is compared with."""

    seed: int = 1
    start: date | None = None
    days: int = 90
    warm_up_days: int = 0
    replications: int = 10
    confidence: float = 0.95
    hours: OfficeHours | None = None
    arrivals: Arrivals | None = None
    staff: Mapping[str, Staff] = field(default_factory=dict)
    tasks: Mapping[str, TaskRule] = field(default_factory=dict)
    branches: Mapping[str, float] = field(default_factory=dict)
    again: Mapping[str, float] = field(default_factory=dict)
    instances: Mapping[str, Draw] = field(default_factory=dict)
    messages: Mapping[str, Message] = field(default_factory=dict)
    timers: Mapping[str, Duration] = field(default_factory=dict)
    variables: Mapping[str, Draw] = field(default_factory=dict)
    other: "Scenario | None" = None


def read_scenario(path: Path, is_working_day: IsWorkingDay) -> Scenario:
    """Read a scenario file; `is_working_day` is the State Council calendar.

    Raises:
        OSError: the file cannot be read.
        ScenarioNotReadable: it is no YAML, or an entry is wrong.
    """
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ScenarioNotReadable(place=path.name, problem=" ".join(str(error).split())) from error
    return scenario_from(found if found is not None else {}, is_working_day)


def scenario_from(entries: Any, is_working_day: IsWorkingDay) -> Scenario:
    """Return the scenario in *entries*, as YAML or JSON gives them."""
    return _Reader(is_working_day).scenario(entries)


class _Reader:
    """Reads entries; knows how long a working day is."""

    def __init__(self, is_working_day: IsWorkingDay) -> None:
        self.is_working_day = is_working_day
        self.day = 0

    def scenario(self, entries: Any) -> Scenario:
        found = _mapping(entries, "scenario")
        for key in found:
            if key not in _KEYS:
                raise ScenarioEntryUnknown(place=key, known=", ".join(sorted(_KEYS)))
        hours = self.hours(found)
        self.day = 86_400 if hours is None else hours.seconds_a_day
        scenario = self.rules(found, hours)
        other = found.get("other")
        if other is None:
            return scenario
        changed = {**found, **_merged(found, _mapping(other, "other"))}
        changed.pop("other")
        return Scenario(**{**_fields(scenario), "other": self.scenario(changed)})

    def rules(self, found: Mapping[str, Any], hours: OfficeHours | None) -> Scenario:
        start = found.get("start")
        if start is not None and (type(start) is not date):
            _wrong("start", start, "2026-01-05")
        return Scenario(
            seed=_whole(found.get("seed", 1), "seed", 0, 2**63),
            start=start,
            days=_whole(found.get("days", 90), "days", 1),
            warm_up_days=_whole(found.get("warm_up_days", 0), "warm_up_days", 0),
            replications=_whole(found.get("replications", 10), "replications", 1),
            confidence=_number(found.get("confidence", 0.95), "confidence", 0.5, 0.9999),
            hours=hours,
            arrivals=self.arrivals(found["arrivals"]) if "arrivals" in found else None,
            staff={name: self.staff(name, value) for name, value in _section(found, "staff")},
            tasks={name: self.task(name, value) for name, value in _section(found, "tasks")},
            branches=self.branches(found),
            again={name: _number(value, f"again.{name}", 0, 0.999) for name, value in _section(found, "again")},
            instances={name: draw(value, f"instances.{name}") for name, value in _section(found, "instances")},
            messages={name: self.message(name, value) for name, value in _section(found, "messages")},
            timers={name: self.duration(value, f"timers.{name}") for name, value in _section(found, "timers")},
            variables={name: draw(value, f"variables.{name}") for name, value in _section(found, "variables")},
        )

    def hours(self, found: Mapping[str, Any]) -> OfficeHours | None:
        """Return the office hours; None for a calendar that is always open."""
        calendar = found.get("calendar", "state-council")
        known: dict[str, IsWorkingDay | None] = {
            "state-council": self.is_working_day,
            "monday-to-friday": lambda day: day.weekday() < 5,
            "every-day": lambda _day: True,
            "always": None,
        }
        if calendar not in known:
            _wrong("calendar", calendar, ", ".join(known))
        works = known[calendar]
        if works is None:
            return None
        texts = found.get("office_hours")
        if texts is None:
            return OfficeHours(is_working_day=works)
        try:
            return OfficeHours(is_working_day=works, intervals=tuple(_interval(text) for text in texts))
        except (ValueError, TypeError):
            return _wrong("office_hours", texts, '["09:00-12:00", "13:30-17:00"]')

    def arrivals(self, value: Any) -> Arrivals:
        if value == "log":
            return Arrivals()
        found = _mapping(value, "arrivals")
        if set(found) == {"per_day"}:
            return Arrivals(between=Exponential(self.day / _number(found["per_day"], "arrivals.per_day", 1e-6, 1e7)))
        if set(found) == {"between"}:
            return Arrivals(between=self.duration(found["between"], "arrivals.between"))
        return _wrong("arrivals", value, "log, {per_day: 12}, {between: {exponential: 30m}}")

    def staff(self, name: str, value: Any) -> Staff:
        place = f"staff.{name}"
        found = _only(
            _mapping(value if isinstance(value, Mapping) else {"people": value}, place), place, "people cost_per_hour"
        )
        return Staff(
            people=_whole(found.get("people"), f"{place}.people", 1),
            cost_per_hour=_number(found.get("cost_per_hour", 0), f"{place}.cost_per_hour", 0),
        )

    def task(self, name: str, value: Any) -> TaskRule:
        place = f"tasks.{name}"
        found = _only(_mapping(value, place), place, "staff service cost office_time results")
        office_time = found.get("office_time")
        if office_time is not None and not isinstance(office_time, bool):
            _wrong(f"{place}.office_time", office_time, "true, false")
        return TaskRule(
            staff=str(found.get("staff", "")),
            service=self.duration(found["service"], f"{place}.service") if "service" in found else None,
            cost=_number(found.get("cost", 0), f"{place}.cost", 0),
            office_time=office_time,
            results={key: draw(entry, f"{place}.results.{key}") for key, entry in _section(found, "results", place)},
        )

    def branches(self, found: Mapping[str, Any]) -> dict[str, float]:
        """Return the share of each flow; they stand under their gateway or by themselves."""
        flows: dict[str, float] = {}
        for name, value in _section(found, "branches"):
            entries = value if isinstance(value, Mapping) else {name: value}
            for flow, share in entries.items():
                flows[str(flow)] = _number(share, f"branches.{name}.{flow}", 0, 1)
        return flows

    def message(self, name: str, value: Any) -> Message:
        place = f"messages.{name}"
        found = _only(_mapping(value if isinstance(value, Mapping) else {"after": value}, place), place, "after share")
        after = self.duration(found.get("after"), f"{place}.after")
        return Message(after=after, share=_number(found.get("share", 1), f"{place}.share", 0, 1))

    def duration(self, value: Any, place: str) -> Duration:
        """Return a duration or a distribution of durations."""
        if not isinstance(value, Mapping):
            return Fixed(self.seconds(value, place))
        if len(value) != 1:
            _wrong(place, value, _EXAMPLE)
        ((kind, given),) = value.items()
        place = f"{place}.{kind}"
        if kind == "exponential":
            return Exponential(self.seconds(given, place))
        if kind == "lognormal":
            return self.lognormal(given, place)
        if kind in {"uniform", "triangular", "values"} and isinstance(given, list) and given:
            seconds = [self.seconds(item, place) for item in given]
            if kind == "values":
                return Empirical(tuple(sorted(seconds)))
            if seconds == sorted(seconds) and len(seconds) == (2 if kind == "uniform" else 3):
                return Uniform(*seconds) if kind == "uniform" else Triangular(*seconds)
        return _wrong(place, given, _EXAMPLE)

    def lognormal(self, given: Any, place: str) -> Duration:
        found = _only(_mapping(given, place), place, "mean cv")
        mean = self.seconds(found.get("mean"), f"{place}.mean")
        spread = _number(found.get("cv", 1), f"{place}.cv", 0, 100)
        if mean <= 0:
            _wrong(f"{place}.mean", found.get("mean"), _EXAMPLE)
        variance = log(1 + spread**2)
        return Lognormal(mu=log(mean) - variance / 2, sigma=variance**0.5)

    def seconds(self, value: Any, place: str) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return float(value)
        match = _WRITTEN.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            return _wrong(place, value, _EXAMPLE)
        return float(match[1]) * (self.day if match[2] == "wd" else _SECONDS[match[2]])


def draw(value: Any, place: str) -> Draw:
    """Return a fixed value, or values with shares that sum to 1."""
    if not isinstance(value, Mapping):
        return Draw(values=(value,), shares=(1.0,))
    shares = tuple(_number(share, f"{place}.{name}", 0, 1) for name, share in value.items())
    if not shares or abs(sum(shares) - 1) > 1e-6:
        _wrong(place, dict(value), "{a: 0.9, b: 0.1}, Σ = 1")
    return Draw(values=tuple(value), shares=shares)


def _fields(scenario: Scenario) -> dict[str, Any]:
    return {name: getattr(scenario, name) for name in scenario.__dataclass_fields__}


def _merged(found: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries of *other*, sections laid over those of *found*."""
    merged: dict[str, Any] = {}
    for key, value in other.items():
        before = found.get(key)
        both = isinstance(value, Mapping) and isinstance(before, Mapping) and key != "arrivals"
        merged[key] = {**before, **value} if both and before is not None else value
    return merged


def _wrong(place: str, value: Any, expected: str) -> NoReturn:
    raise ScenarioValueWrong(place=place, value=value, expected=expected)


def _mapping(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        _wrong(place, value, "name: value")
    return {str(key): entry for key, entry in value.items()}


def _only(found: Mapping[str, Any], place: str, names: str) -> Mapping[str, Any]:
    for key in found:
        if key not in names.split():
            raise ScenarioEntryUnknown(place=f"{place}.{key}", known=names.replace(" ", ", "))
    return found


def _section(found: Mapping[str, Any], key: str, around: str = "") -> list[tuple[str, Any]]:
    return list(_mapping(found.get(key) or {}, f"{around}.{key}".lstrip(".")).items())


def _whole(value: Any, place: str, least: int, most: int = 1_000_000) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        _wrong(place, value, f"{least}, {least + 1}, …")
    return value


def _number(value: Any, place: str, least: float, most: float = 1e12) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        _wrong(place, value, f"{least:g} … {most:g}")
    return float(value)


def _interval(text: str) -> tuple[time, time]:
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
