"""The door of replay and simulation."""

from zhengtong.process.simulation.contracts import (
    Difference,
    Divergence,
    DivergenceCount,
    Happening,
    History,
    NothingToReplay,
    NotRunnable,
    Replayed,
    ReplaySummary,
    ScenarioEntryMissing,
    ScenarioEntryUnknown,
    ScenarioNotReadable,
    ScenarioValueWrong,
    Verdict,
)
from zhengtong.process.simulation.fitting import Fit, fit
from zhengtong.process.simulation.histories import activities_of
from zhengtong.process.simulation.histories import of_log as histories_of_log
from zhengtong.process.simulation.intervals import Estimate
from zhengtong.process.simulation.judging import Judgement, forecast, judge
from zhengtong.process.simulation.learning import LogLesson, ServiceFit, Source, learn
from zhengtong.process.simulation.planning import Plan, make_plan
from zhengtong.process.simulation.reshaping import in_parallel, parallel_pairs
from zhengtong.process.simulation.scenario import Scenario, read_scenario, scenario_from
from zhengtong.process.simulation.simulating import Comparison, Report, StationReport, compare, simulate
from zhengtong.process.simulation.stored import activities_in_store
from zhengtong.process.simulation.stored import of_store as histories_in_store
from zhengtong.process.simulation.summing import replay_all

__all__ = [
    "Comparison",
    "Difference",
    "Divergence",
    "DivergenceCount",
    "Estimate",
    "Fit",
    "Happening",
    "History",
    "Judgement",
    "LogLesson",
    "NotRunnable",
    "NothingToReplay",
    "Plan",
    "ReplaySummary",
    "Replayed",
    "Report",
    "Scenario",
    "ScenarioEntryMissing",
    "ScenarioEntryUnknown",
    "ScenarioNotReadable",
    "ScenarioValueWrong",
    "ServiceFit",
    "Source",
    "StationReport",
    "Verdict",
    "activities_in_store",
    "activities_of",
    "compare",
    "fit",
    "forecast",
    "histories_in_store",
    "histories_of_log",
    "in_parallel",
    "judge",
    "learn",
    "make_plan",
    "parallel_pairs",
    "read_scenario",
    "replay_all",
    "scenario_from",
    "simulate",
]
