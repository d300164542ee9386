"""Judging a reform 改革预评: what would last quarter's cases have cost under the changed definition?

The cases come when they came; service times and branches are learned from the log on the definition they ran on. What
the changed definition adds must be in the scenario: nobody can learn from a log what has never happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from zhengtong.process.bpmn.api import Definitions
from zhengtong.process.engine.api import FeelEvaluator
from zhengtong.process.mining.api import Log
from zhengtong.process.simulation.contracts import NothingToReplay, ReplaySummary
from zhengtong.process.simulation.histories import activities_of, of_log
from zhengtong.process.simulation.learning import LogLesson, learn
from zhengtong.process.simulation.planning import make_plan
from zhengtong.process.simulation.scenario import Arrivals, Scenario
from zhengtong.process.simulation.simulating import Comparison, Progress, Report, compare, simulate
from zhengtong.process.simulation.summing import replay_all


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a reform would have changed: how the cases replay on it, and the days, queues and cost side by side."""

    lesson: LogLesson
    replay: ReplaySummary | None
    comparison: Comparison


def settled(scenario: Scenario, lesson: LogLesson) -> Scenario:
    """Return *scenario* with cases that come as in the log, and long enough for all of them, where it does not say."""
    if scenario.arrivals is not None:
        return scenario
    days = (lesson.arrivals[-1].date() - lesson.arrivals[0].date()).days + 1
    span = max(1, days - scenario.warm_up_days)
    return replace(scenario, arrivals=Arrivals(), start=lesson.arrivals[0].date(), days=span)


def judge(
    current: Definitions,
    changed: Definitions,
    log: Log,
    scenario: Scenario,
    *,
    process: str = "",
    aliases: Mapping[str, str] | None = None,
    evaluator: FeelEvaluator | None = None,
    progress: Progress | None = None,
) -> Judgement:
    """Simulate the cases of *log* on *current* and on *changed* under the same luck.

    Raises:
        NotRunnable: a definition has errors.
        NothingToReplay: the log does not belong to *current*.
        ScenarioNotReadable: the scenario is wrong, or leaves out what the log does not tell.
    """
    lesson = learn(current, log, hours=scenario.hours, process=process, aliases=aliases, evaluator=evaluator)
    scenario = settled(scenario, lesson)
    other = replace(scenario.other or scenario, arrivals=scenario.arrivals, start=scenario.start, days=scenario.days)
    plans = [
        make_plan(definitions, rules, process=process, evaluator=evaluator, learned=lesson.learned)
        for definitions, rules in ((current, scenario), (changed, other))
    ]
    comparison = compare(plans[0], plans[1], arrivals=lesson.arrivals, progress=progress)
    try:
        replay = replay_all(
            changed, of_log(log), activities=activities_of(log), process=process, aliases=aliases, evaluator=evaluator
        )
    except NothingToReplay:
        replay = None
    return Judgement(lesson=lesson, replay=replay, comparison=comparison)


def forecast(
    definitions: Definitions,
    scenario: Scenario,
    *,
    log: Log | None = None,
    process: str = "",
    aliases: Mapping[str, str] | None = None,
    evaluator: FeelEvaluator | None = None,
    progress: Progress | None = None,
) -> tuple[Report, LogLesson | None]:
    """Simulate one definition; a log fills in what the scenario leaves out.

    Raises:
        NotRunnable: the definition has errors.
        NothingToReplay: the log does not belong to the definition.
        ScenarioNotReadable: the scenario is wrong, or leaves out what nobody can guess.
    """
    if log is None:
        plan = make_plan(definitions, scenario, process=process, evaluator=evaluator)
        return simulate(plan, progress=progress), None
    lesson = learn(definitions, log, hours=scenario.hours, process=process, aliases=aliases, evaluator=evaluator)
    scenario = settled(scenario, lesson)
    plan = make_plan(definitions, scenario, process=process, evaluator=evaluator, learned=lesson.learned)
    return simulate(plan, arrivals=lesson.arrivals, progress=progress), lesson
