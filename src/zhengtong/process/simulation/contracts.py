"""What crosses the door of replay and simulation 回放与推演: results, and refusals with their remedy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.errors import mark as _


class NotRunnable(Refusal):
    """A definition has errors, so neither replay nor simulation can run it."""

    code = "simulation_not_runnable"
    message = _("流程定义不能执行：{problems}")
    remedy = _("请先按提示改正流程定义（zhengtong bpmn check --publish）。")


class ScenarioNotReadable(Refusal):
    """A scenario names something that is not there, or a value that makes no sense."""

    code = "simulation_scenario_not_readable"
    message = _("推演方案有误（{place}）：{problem}")
    remedy = _("请按参考文档改正这一项后重试。")


class ScenarioValueWrong(ScenarioNotReadable):
    """A value in a scenario makes no sense."""

    code = "simulation_scenario_value_wrong"
    message = _("推演方案的 {place} 是“{value}”，应当像：{expected}。")


class ScenarioEntryUnknown(ScenarioNotReadable):
    """A scenario names something the definition or the format does not have."""

    code = "simulation_scenario_entry_unknown"
    message = _("推演方案的 {place} 不存在；可用的有：{known}。")
    remedy = _("请核对名称后重试。")


class ScenarioEntryMissing(ScenarioNotReadable):
    """A scenario leaves out what nobody can guess."""

    code = "simulation_scenario_entry_missing"
    message = _("推演还缺少 {place}。")
    remedy = _("请在推演方案中补上，或给出事件日志由系统估计。")


class NothingToReplay(Refusal):
    """The log holds no case, or none of its activities is in the definition."""

    code = "simulation_nothing_to_replay"
    message = _("日志里没有可以回放的办件：{problem}")
    remedy = _("请核对日志与流程定义是否对应；名称不同时请给出对照关系。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event of a case: what was done, when (aware), and what it wrote, if the log says so.

    `strict` is False for what a machine did unasked: a definition that no longer has it is not contradicted by it.
    """

    activity: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    strict: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A case as it happened; `ended` says whether it is known to be over, None where the log does not tell."""

    case: str
    happenings: tuple[Happening, ...]
    started_at: datetime | None = None
    ended: bool | None = None


class Verdict(StrEnum):
    """What replay says of a case."""

    CONFORMS = "conforms"
    UNFINISHED = "unfinished"  # conforms as far as it goes, but the definition still waits for something
    DIVERGES = "diverges"
    UNDECIDED = "undecided"  # too many ways were open to follow them all


class Difference(StrEnum):
    """How a case leaves the definition."""

    UNKNOWN = "unknown"  # the definition has no such element
    NOT_ENABLED = "not_enabled"  # the element is there, but it is not its turn
    SKIPPED = "skipped"  # something the definition does was not done
    ENDED = "ended"  # the definition had nothing left to do
    REFUSED = "refused"  # the engine refused the step, for example no condition of a gateway holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """Where a case first leaves the definition.

    `number` is the event's place in the case, counted from 1; `element` the definition's element for it, empty where
    there is none; `expected` what the definition would have allowed instead, as "id name".
    """

    number: int
    activity: str
    element: str
    difference: Difference
    expected: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """The outcome of one case; `matched` of its `events` followed the definition before the first divergence.

    Of a conforming case `passed` are the places where it had a choice and `flows` what it chose, latest first.
    """

    case: str
    verdict: Verdict
    events: int
    matched: int
    divergence: Divergence | None = None
    waiting_for: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DivergenceCount:
    """Cases that first leave the definition in the same way; `example` is one of them."""

    divergence: Divergence
    cases: int
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySummary:
    """What replay says of a whole log.

    `flows` counts how often conforming cases took each sequence flow that leaves a choice, and `passes` how often they
    came to it: what a simulation takes as branch probabilities.
    """

    cases: int
    events: int
    matched: int
    verdicts: Mapping[Verdict, int]
    divergences: tuple[DivergenceCount, ...]
    flows: Mapping[str, int]
    passes: Mapping[str, int]

    @property
    def share_conforming(self) -> float:
        """The share of cases that follow the definition, unfinished ones included."""
        good = self.verdicts.get(Verdict.CONFORMS, 0) + self.verdicts.get(Verdict.UNFINISHED, 0)
        return good / self.cases if self.cases else 0.0
