"""Learning from a log 从日志估计: service times, shares of branches, instances and arrivals, with what each rests on.

How long work itself took is seldom logged. In this order: the logged start (`started_at`); else the time since the
same person's previous completion or since the case came to them, whichever is later (needs `resource`); else the time
since the case's previous event, which holds the waiting as well and is an upper bound. All in office time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise

from zhengtong.process.bpmn.api import Definitions, GatewayNode, Process
from zhengtong.process.engine.api import FeelEvaluator
from zhengtong.process.mining.api import Log, OfficeHours
from zhengtong.process.simulation.contracts import NothingToReplay, Verdict
from zhengtong.process.simulation.fitting import Fit, fit
from zhengtong.process.simulation.guiding import prepare
from zhengtong.process.simulation.histories import BEIJING, activities_of, of_log
from zhengtong.process.simulation.naming import Naming
from zhengtong.process.simulation.officetime import AlwaysOpen, Clock, OfficeClock, midnight
from zhengtong.process.simulation.planning import Learned
from zhengtong.process.simulation.scenario import Draw
from zhengtong.process.simulation.summing import replay_all

_MOST_EVENTS = 200_000  # the latest ones; more would not change a fit
_EVENTS = """
    select case_id, activity, completed_at, started_at, resource from event
    where completed_at >= (select coalesce(min(completed_at), timestamp '1970-01-01') from
                           (select completed_at from event order by completed_at desc limit ?))
    order by completed_at, rowid
"""


class Source(StrEnum):
    """What a service time rests on, best first."""

    STARTED = "started_at"
    RESOURCE = "resource"
    WAITING_INCLUDED = "waiting included"


@dataclass(frozen=True, kw_only=True)
class ServiceFit:
    """The service time of one activity: what fits, and what it rests on."""

    activity: str
    fit: Fit
    source: Source


@dataclass(frozen=True, kw_only=True)
class LogLesson:
    """What a log taught; `arrivals` are the first moments of its cases, `conforming` the share that replay follows."""

    learned: Learned
    services: tuple[ServiceFit, ...]
    arrivals: tuple[datetime, ...]
    between: Fit | None
    conforming: float


def learn(
    definitions: Definitions,
    log: Log,
    *,
    hours: OfficeHours | None,
    process: str = "",
    aliases: Mapping[str, str] | None = None,
    evaluator: FeelEvaluator | None = None,
) -> LogLesson:
    """Fit what a simulation of *definitions* needs to *log*; `hours` None counts every second.

    Raises:
        NotRunnable: the definition has errors.
        NothingToReplay: no activity of the log is in the definition.
    """
    guided = prepare(definitions, process, evaluator=evaluator)
    naming = Naming(guided.definitions, guided.process, aliases)
    starts = tuple(_aware(at) for (at,) in log.ask("select min(completed_at) from event group by case_id order by 1"))
    if not starts:
        raise NothingToReplay(problem="0")
    clock: Clock = AlwaysOpen() if hours is None else OfficeClock(hours, starts[0].date())
    services = tuple(_services(log, clock, starts[0].date()))
    summary = replay_all(
        definitions,
        of_log(log),
        activities=activities_of(log),
        process=process,
        aliases=aliases,
        evaluator=evaluator,
    )
    lesson = Learned(
        services={node: item.fit.chosen for item in services for node in naming.meant(item.activity)},
        flows=_shares(guided.definitions, summary.flows, summary.passes),
        instances=_instances(log, guided.process, naming),
    )
    bad = summary.verdicts.get(Verdict.DIVERGES, 0) + summary.verdicts.get(Verdict.UNDECIDED, 0)
    return LogLesson(
        learned=lesson,
        services=services,
        arrivals=starts,
        between=_between(clock, starts),
        conforming=1 - bad / summary.cases,
    )


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=BEIJING)


def _services(log: Log, clock: Clock, first_on: date) -> Iterator[ServiceFit]:
    """Yield the service time of each activity."""
    base = midnight(first_on).replace(tzinfo=None)
    seen: dict[tuple[str, Source], list[float]] = defaultdict(list)
    last_of_case: dict[str, float] = {}
    last_of_person: dict[str, float] = {}
    for case, activity, at, started_at, resource in log.ask(_EVENTS, [_MOST_EVENTS]):
        done = clock.worked((at - base).total_seconds())
        came = last_of_case.get(case)
        if started_at is not None and started_at >= base:
            begun = clock.worked((started_at - base).total_seconds())
            seen[activity, Source.STARTED].append(max(0.0, done - begun))
        elif came is not None and resource is not None:
            seen[activity, Source.RESOURCE].append(done - max(came, last_of_person.get(resource, came)))
        elif came is not None:
            seen[activity, Source.WAITING_INCLUDED].append(done - came)
        last_of_case[case] = done
        if resource is not None:
            last_of_person[resource] = done
    for activity in sorted({name for name, _source in seen}):
        source = next(source for source in Source if seen.get((activity, source)))
        yield ServiceFit(activity=activity, fit=fit(seen[activity, source]), source=source)


def _shares(definitions: Definitions, flows: Mapping[str, int], passes: Mapping[str, int]) -> dict[str, float]:
    """Return the share of each flow: of its gateway's choices, or, where several may go, of the times it was passed."""
    found: dict[str, float] = {}
    for process in definitions.processes.values():
        for node in process.nodes.values():
            counts = {flow: flows.get(flow, 0) for flow in node.outgoing}
            exclusive = isinstance(node, GatewayNode) and node.kind == "exclusiveGateway"
            total = sum(counts.values()) if exclusive else passes.get(node.id, 0)
            if len(counts) > 1 and total:
                found |= {flow: min(1.0, count / total) for flow, count in counts.items()}
    return found


def _instances(log: Log, process: Process, naming: Naming) -> dict[str, Draw]:
    """Return how often a case did each activity that has several instances."""
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    rows = log.ask(
        "with done as (select activity, count(*) as times from event group by case_id, activity)"
        " select activity, times, count(*) from done group by all order by all"
    )
    for activity, times, cases in rows:
        for node in naming.meant(activity):
            if getattr(process.nodes.get(node), "loop", None) is not None:
                counts[node][times] += cases
    return {
        node: Draw(values=tuple(sorted(found)), shares=tuple(found[times] / found.total() for times in sorted(found)))
        for node, found in counts.items()
    }


def _between(clock: Clock, starts: Sequence[datetime]) -> Fit | None:
    """Return what fits the office time between arrivals."""
    base = midnight(starts[0].date())
    moments = [clock.worked((at - base).total_seconds()) for at in starts[-_MOST_EVENTS:]]
    gaps = [after - before for before, after in pairwise(moments)]
    return fit(gaps) if gaps else None
