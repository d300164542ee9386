"""Replaying many cases 批量回放: each way through the process once, and the sum of what came out."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from zhengtong.process.bpmn.api import Definitions, EventNode
from zhengtong.process.engine.api import FeelEvaluator
from zhengtong.process.simulation.contracts import (
    Divergence,
    DivergenceCount,
    History,
    NothingToReplay,
    Replayed,
    ReplaySummary,
    Verdict,
)
from zhengtong.process.simulation.guiding import Guided, prepare
from zhengtong.process.simulation.naming import Naming
from zhengtong.process.simulation.replaying import Replayer

Progress = Callable[[int], None]
_REMEMBERED = 20_000


def replay_all(
    definitions: Definitions,
    histories: Iterable[History],
    *,
    activities: Iterable[str],
    process: str = "",
    aliases: Mapping[str, str] | None = None,
    evaluator: FeelEvaluator | None = None,
    progress: Progress | None = None,
    observer: Callable[[Replayed], None] | None = None,
) -> ReplaySummary:
    """Replay *histories* one after the other and sum up; memory does not grow with their number.

    Args:
        definitions: the definition to replay on, usually a changed one.
        histories: the cases, each with its events in order.
        activities: the names of all activities of the log: what it shows when it happens.
        process: the process of the file to run; the first executable one without it.
        aliases: which element an activity means where ids and names differ.
        evaluator: FEEL, and the decisions at hand.
        progress: told the number of cases done, every thousand.
        observer: given every case's outcome.

    Raises:
        NotRunnable: the definition has errors.
        NothingToReplay: no activity of the log is in the definition, or there is no case.
        ScenarioNotReadable: an alias names no element.
    """
    evaluator = evaluator or FeelEvaluator()
    guided = prepare(definitions, process, evaluator=evaluator)
    naming = Naming(guided.definitions, guided.process, aliases)
    names = list(activities)
    visible = naming.visible(names)
    if not visible:
        raise NothingToReplay(problem="、".join(names[:10]) or "–")
    replayer = Replayer(guided, naming, visible, evaluator)
    summary = _Summing(_remembering(replayer) if _is_timeless(guided) else replayer.replay)
    for history in histories:
        outcome = summary.take(history)
        if observer is not None:
            observer(outcome)
        if progress is not None and summary.cases % 1000 == 0:
            progress(summary.cases)
    if not summary.cases:
        raise NothingToReplay(problem="0")
    return summary.total()


def _is_timeless(guided: Guided) -> bool:
    """Tell whether no timer can make two cases with the same events end differently."""
    graphs = guided.definitions.processes.values()
    nodes = (node for graph in graphs for node in graph.nodes.values() if isinstance(node, EventNode))
    return not any(definition.timer for node in nodes for definition in node.definitions)


def _remembering(replayer: Replayer) -> Callable[[History], Replayed]:
    """Return `replay` that replays each way through the process once: of a million cases most are alike."""
    known: dict[tuple[Any, ...], Replayed] = {}

    def replay(history: History) -> Replayed:
        way = (history.ended, *((item.activity, item.strict, repr(item.data)) for item in history.happenings))
        if way not in known:
            if len(known) >= _REMEMBERED:
                known.clear()
            known[way] = replayer.replay(history)
        return replace(known[way], case=history.case)

    return replay


class _Summing:
    """Sums up outcomes."""

    def __init__(self, replay: Callable[[History], Replayed]) -> None:
        self.replay = replay
        self.cases = self.events = self.matched = 0
        self.verdicts: Counter[Verdict] = Counter()
        self.flows: Counter[str] = Counter()
        self.passes: Counter[str] = Counter()
        self.divergences: dict[Divergence, tuple[int, str]] = {}

    def take(self, history: History) -> Replayed:
        outcome = self.replay(history)
        self.cases += 1
        self.events += outcome.events
        self.matched += outcome.matched
        self.verdicts[outcome.verdict] += 1
        self.flows.update(outcome.flows)
        self.passes.update(outcome.passed)
        if outcome.divergence is not None:
            kind = replace(outcome.divergence, number=0)
            count, example = self.divergences.get(kind, (0, outcome.case))
            if count or len(self.divergences) < 10_000:
                self.divergences[kind] = (count + 1, example)
        return outcome

    def total(self) -> ReplaySummary:
        ranked = sorted(self.divergences.items(), key=lambda item: (-item[1][0], item[1][1]))
        return ReplaySummary(
            cases=self.cases,
            events=self.events,
            matched=self.matched,
            verdicts=dict(self.verdicts),
            divergences=tuple(
                DivergenceCount(divergence=kind, cases=count, example=example) for kind, (count, example) in ranked
            ),
            flows=dict(self.flows),
            passes=dict(self.passes),
        )
