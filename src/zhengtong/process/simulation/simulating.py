"""Simulation 推演: replications of a plan with confidence intervals, and two definitions side by side.

Days are counted for cases that came in the measured time, however long they took. Intervals are Student's over
independent replications; a comparison takes the difference within each replication, where both definitions had the
same cases, service times and luck.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from zhengtong.process.simulation.contracts import ScenarioEntryMissing
from zhengtong.process.simulation.draws import Draws
from zhengtong.process.simulation.intervals import Estimate, estimate
from zhengtong.process.simulation.officetime import DAY, AlwaysOpen, Clock, OfficeClock, midnight
from zhengtong.process.simulation.parts import Result
from zhengtong.process.simulation.planning import Plan
from zhengtong.process.simulation.running import Replication

_MOST_CASES = 1_000_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class StationReport:
    """An office: people, share of office time they work, tasks waiting on average, office hours of waiting."""

    people: int
    utilisation: Estimate
    queue: Estimate
    wait: Estimate
    wait_p90: Estimate


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a simulation says; `measures` are means per case: days, hours, cost.

    `unfinished` counts cases over all replications that did not end within a year after the last arrival, and
    `waiting_at` where they stood; `refused` the steps the engine refused, by reason.
    """

    process: str
    replications: int
    confidence: float
    cases: Estimate
    measures: Mapping[str, Estimate]
    stations: Mapping[str, StationReport]
    finished: int
    unfinished: int
    waiting_at: Mapping[str, int]
    refused: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two definitions under the same scenario: `differences` are the second minus the first, case by case alike."""

    first: Report
    second: Report
    differences: Mapping[str, Estimate]
    stations: Mapping[str, Mapping[str, Estimate]]


def simulate(plan: Plan, *, arrivals: Sequence[datetime] = (), progress: Progress | None = None) -> Report:
    """Run the replications of *plan*; `arrivals` are what a log shows, where the scenario asks for them.

    Raises:
        ScenarioEntryMissing: the scenario does not say how cases arrive.
    """
    return _report(plan, replicate(plan, arrivals=arrivals, progress=progress))


def compare(
    first: Plan, second: Plan, *, arrivals: Sequence[datetime] = (), progress: Progress | None = None
) -> Comparison:
    """Run *first* and *second* under the same cases and luck."""
    total = first.scenario.replications * 2

    def told(done: int, _of: int, base: int = 0) -> None:
        if progress is not None:
            progress(base + done, total)

    one = replicate(first, arrivals=arrivals, progress=told)
    other = replicate(second, arrivals=arrivals, progress=lambda done, of: told(done, of, first.scenario.replications))
    confidence = first.scenario.confidence
    pairs = list(zip(one, other, strict=True))
    differences = {
        name: estimate([measure(right) - measure(left) for left, right in pairs], confidence)
        for name, measure in MEASURES.items()
    }
    shared = [name for name in first.stations if name in second.stations]
    stations = {
        name: {
            field: estimate(
                [getattr(right.stations[name], field) - getattr(left.stations[name], field) for left, right in pairs],
                confidence,
            )
            for field in ("utilisation", "queue", "wait", "wait_p90")
        }
        for name in shared
    }
    return Comparison(
        first=_report(first, one), second=_report(second, other), differences=differences, stations=stations
    )


def replicate(plan: Plan, *, arrivals: Sequence[datetime] = (), progress: Progress | None = None) -> list[Result]:
    """Return the outcome of every replication."""
    scenario = plan.scenario
    first_on = scenario.start or (min(arrivals).date() if arrivals else date(2026, 1, 5))
    clock: Clock = AlwaysOpen() if scenario.hours is None else OfficeClock(scenario.hours, first_on)
    base = midnight(first_on)
    results = []
    for number in range(scenario.replications):
        draws = Draws(scenario.seed, number)
        came = arrival_moments(plan, clock, base, draws, arrivals)
        results.append(Replication(plan, clock, base, came, draws).run())
        if progress is not None:
            progress(number + 1, scenario.replications)
    return results


def arrival_moments(
    plan: Plan, clock: Clock, base: datetime, draws: Draws, arrivals: Sequence[datetime]
) -> list[float]:
    """Return when cases come: as the scenario says, or as the log has them."""
    rule = plan.scenario.arrivals
    end = float((plan.scenario.warm_up_days + plan.scenario.days) * DAY)
    if rule is None or (rule.between is None and not arrivals):
        raise ScenarioEntryMissing(place="arrivals")
    if rule.between is None:
        moments = sorted((at - base).total_seconds() for at in arrivals)
        return [moment for moment in moments if 0 <= moment < end]
    generator, moments, spent = draws.generator("arrivals"), [], 0.0
    while len(moments) < _MOST_CASES:
        for share in generator.random(256):
            spent += rule.between.quantile(float(share))
            moment = clock.after(0.0, spent)
            if moment >= end:
                return moments
            moments.append(moment)
    return moments


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _p90(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.9 * len(values)))] if values else 0.0


MEASURES: Mapping[str, Callable[[Result], float]] = {
    "working_days": lambda result: _mean(result.working_days),
    "working_days_p90": lambda result: _p90(result.working_days),
    "calendar_days": lambda result: _mean(result.calendar_days),
    "calendar_days_p90": lambda result: _p90(result.calendar_days),
    "office_hours": lambda result: _mean(result.office_hours),
    "cost": lambda result: _mean(result.costs),
}


def _report(plan: Plan, results: Sequence[Result]) -> Report:
    confidence = plan.scenario.confidence

    def over(measure: Callable[[Result], float]) -> Estimate:
        return estimate([measure(result) for result in results], confidence)

    def station(name: str, field: str) -> Estimate:
        return over(lambda result: getattr(result.stations[name], field))

    refused: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    for result in results:
        refused.update(result.refused)
        waiting.update({plan.labels.get(node, node): count for node, count in result.open_at.items()})
    finished = sum(result.finished for result in results)
    return Report(
        process=plan.guided.process.name or plan.guided.process.id,
        replications=len(results),
        confidence=confidence,
        cases=over(lambda result: result.cases),
        measures={name: over(measure) for name, measure in MEASURES.items()},
        stations={
            name: StationReport(
                people=staff.people,
                utilisation=station(name, "utilisation"),
                queue=station(name, "queue"),
                wait=station(name, "wait"),
                wait_p90=station(name, "wait_p90"),
            )
            for name, staff in plan.stations.items()
        },
        finished=finished,
        unfinished=sum(result.cases for result in results) - finished,
        waiting_at=dict(waiting.most_common(10)),
        refused=dict(refused),
    )
