"""Plans 推演计划: a definition and a scenario brought together, with everything resolved before the first case."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from zhengtong.process.bpmn.api import ActivityNode, Definitions, FlowNode, GatewayNode
from zhengtong.process.engine.api import FeelEvaluator
from zhengtong.process.simulation.contracts import (
    ScenarioEntryMissing,
    ScenarioEntryUnknown,
    ScenarioValueWrong,
)
from zhengtong.process.simulation.fitting import Duration, Fixed
from zhengtong.process.simulation.guiding import Asked, Guided, prepare
from zhengtong.process.simulation.naming import Naming, tidy
from zhengtong.process.simulation.scenario import OUTSIDE, Draw, Scenario, Staff, TaskRule

_MACHINES = frozenset({"serviceTask", "businessRuleTask", "scriptTask", "sendTask"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """How a task is done: at an office (`station`), or outside (empty)."""

    station: str
    service: Duration
    cost: float
    office_time: bool
    results: Mapping[str, Draw]


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What a log taught: service times by element, shares of flows, numbers of instances."""

    services: Mapping[str, Duration] = field(default_factory=dict)
    flows: Mapping[str, float] = field(default_factory=dict)
    instances: Mapping[str, Draw] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All a replication needs. `chances` is the share of each flow given that those before it were not taken."""

    guided: Guided
    evaluator: FeelEvaluator
    scenario: Scenario
    jobs: Mapping[str, Job]
    chances: Mapping[str, float]
    instances: Mapping[str, Draw]
    stations: Mapping[str, Staff]
    labels: Mapping[str, str]


def make_plan(
    definitions: Definitions,
    scenario: Scenario,
    *,
    process: str = "",
    evaluator: FeelEvaluator | None = None,
    learned: Learned | None = None,
) -> Plan:
    """Bring *definitions* and *scenario* together; what the scenario leaves out is taken from what was *learned*.

    Raises:
        NotRunnable: the definition has errors.
        ScenarioNotReadable: the scenario names what is not in the definition, or leaves out what nobody can guess.
    """
    evaluator = evaluator or FeelEvaluator()
    guided = prepare(definitions, process, evaluator=evaluator)
    naming = Naming(guided.definitions, guided.process)
    return _Planner(guided, naming, scenario, learned or Learned()).plan(evaluator)


class _Planner:
    def __init__(self, guided: Guided, naming: Naming, scenario: Scenario, learned: Learned) -> None:
        self.guided = guided
        self.naming = naming
        self.scenario = scenario
        self.learned = learned
        self.lanes = lanes(guided.definitions)

    def plan(self, evaluator: FeelEvaluator) -> Plan:
        rules = {node: rule for name, rule in self.scenario.tasks.items() for node in self.named(f"tasks.{name}", name)}
        work = [node for node in self.naming.nodes.values() if isinstance(node, ActivityNode) and waits(node)]
        known_flows = {flow for graph in self.guided.definitions.processes.values() for flow in graph.flows}
        for flow in self.scenario.branches:
            if flow not in known_flows:
                raise ScenarioEntryUnknown(place=f"branches.{flow}", known=", ".join(sorted(self.decided())))
        counts = {
            node: count
            for name, count in self.scenario.instances.items()
            for node in self.named(f"instances.{name}", name)
        }
        return Plan(
            guided=self.guided,
            evaluator=evaluator,
            scenario=self.scenario,
            jobs={node.id: self.job(node, rules.get(node.id, TaskRule())) for node in work},
            chances=self.chances(),
            instances={**self.learned.instances, **counts},
            stations=self.scenario.staff,
            labels={key: self.naming.label(key) for key in self.naming.nodes},
        )

    def named(self, place: str, name: str) -> frozenset[str]:
        found = self.naming.meant(name)
        if not found:
            known = ", ".join(node.id for node in self.naming.nodes.values() if isinstance(node, ActivityNode))
            raise ScenarioEntryUnknown(place=place, known=known)
        return found

    def job(self, node: ActivityNode, rule: TaskRule) -> Job:
        station = self.station(node, rule)
        service = rule.service or self.learned.services.get(node.id)
        if service is None:
            if (node.called_task or node).kind not in _MACHINES:
                raise ScenarioEntryMissing(place=f"tasks.{node.id}.service")
            service = Fixed(0.0)
        office_time = rule.office_time if rule.office_time is not None else bool(station)
        return Job(station=station, service=service, cost=rule.cost, office_time=office_time, results=rule.results)

    def station(self, node: ActivityNode, rule: TaskRule) -> str:
        """Return the office that does *node*: as the scenario says, else by lane, performer, or the only one."""
        offices = self.scenario.staff
        if rule.staff == OUTSIDE:
            return ""
        if rule.staff:
            if rule.staff not in offices:
                raise ScenarioValueWrong(place=f"tasks.{node.id}.staff", value=rule.staff, expected=", ".join(offices))
            return rule.staff
        task = node.called_task or node
        if task.kind in _MACHINES:
            return ""
        wishes = [self.lanes.get(node.id, ""), *(item.resource for item in task.performers)]
        wishes += [item.expression.strip().strip('"') for item in task.performers]
        found = next((wish for wish in wishes if wish in offices), None)
        if found is not None:
            return found
        if len(offices) == 1:
            return next(iter(offices))
        raise ScenarioEntryMissing(place=f"tasks.{node.id}.staff")

    def decided(self) -> set[str]:
        """Return the flows whose share a scenario may give."""
        places = {(item.process, item.node) for item in self.guided.questions.values() if item.asked is Asked.FLOW}
        graphs = self.guided.definitions.processes
        return {flow for process, node in places for flow in graphs[process].nodes[node].outgoing}

    def chances(self) -> dict[str, float]:
        """Return the chance of each flow that is asked for, in the order in which it is asked for."""
        places = {(item.process, item.node) for item in self.guided.questions.values() if item.asked is Asked.FLOW}
        found: dict[str, float] = {}
        for process, node in places:
            found |= self.chances_at(self.guided.definitions.processes[process].nodes[node])
        return found

    def chances_at(self, node: FlowNode) -> dict[str, float]:
        shares = {flow: self.scenario.branches[flow] for flow in node.outgoing if flow in self.scenario.branches}
        exclusive = isinstance(node, GatewayNode) and node.kind == "exclusiveGateway"
        if not shares:
            shares = {flow: self.learned.flows[flow] for flow in node.outgoing if flow in self.learned.flows}
        if not exclusive or not shares:
            return shares
        return self.in_turn(node, shares)

    def in_turn(self, node: FlowNode, shares: dict[str, float]) -> dict[str, float]:
        """Complete the shares of an exclusive gateway, and make them chances one after the other."""
        rest = 1 - sum(shares.values())
        lacking = [flow for flow in node.outgoing if flow not in shares]
        if rest < -1e-6 or (rest > 1e-6 and not lacking):
            raise ScenarioValueWrong(place=f"branches.{node.id}", value=f"{1 - rest:g}", expected="Σ = 1")
        shares |= dict.fromkeys(lacking, max(0.0, rest) / max(1, len(lacking)))
        left, found = 1.0, {}
        asked = [flow for flow in node.outgoing if flow != node.default]
        for place, flow in enumerate(asked, start=1):
            sure = place == len(asked) and not node.default
            found[flow] = 1.0 if sure else min(1.0, shares[flow] / left) if left > 1e-12 else 0.0
            left -= shares[flow]
        return found


def waits(node: ActivityNode) -> bool:
    """Tell whether *node* opens work that somebody or something must do."""
    task = node.called_task or node
    if task.kind == "businessRuleTask":
        return not task.decision
    return task.kind in {"userTask", "serviceTask"}


def lanes(definitions: Definitions) -> dict[str, str]:
    """Return the innermost lane's name, or its id, for each element."""
    document = definitions.document
    found: dict[str, str] = {}
    for lane in document.of("lane"):
        name = tidy(lane.get("name") or lane.get("id") or "")
        found |= {reference.strip(): name for reference in document.texts(lane, "flowNodeRef")}
    return found
