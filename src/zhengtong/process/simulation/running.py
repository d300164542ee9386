"""One replication 单次推演: cases arrive, wait for offices, are worked on in office hours; the engine does every step.

The clock is virtual and jumps from happening to happening. An office is a line with so many people, first come first
served; a task in hand at closing time goes on the next working day. Timers fire when they are due, messages come when
the scenario says. What a case sends itself it receives; other cases hear nothing of it.
"""

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from zhengtong.process.bpmn.api import Trigger
from zhengtong.process.engine.api import (
    ENDINGS,
    Command,
    CompleteWorkItem,
    DeliverMessage,
    FireTimer,
    Outcome,
    Row,
    StartProcess,
    StepRefused,
    Subscription,
    Timer,
    What,
    WorkItem,
    WorkItemGone,
    step,
)
from zhengtong.process.simulation.contracts import ScenarioEntryMissing
from zhengtong.process.simulation.draws import Draws
from zhengtong.process.simulation.guiding import NEVER, Asked, GuidedEvaluator, Question
from zhengtong.process.simulation.officetime import DAY, Clock
from zhengtong.process.simulation.parts import Case, Result, Station, StationResult, Task
from zhengtong.process.simulation.planning import Job, Plan
from zhengtong.process.simulation.scenario import Draw

HOUR = 3600.0
_AFTERWARDS = 366 * DAY  # how long after the last arrival cases may still run


class _Guide:
    """Answers what data leave open, by chance, for the case at hand."""

    def __init__(self, plan: Plan, draws: Draws) -> None:
        self.plan = plan
        self.draws = draws
        self.case: Case

    def answer(self, question: Question, variables: Mapping[str, Any]) -> Any:
        """Return what chance says."""
        del variables
        if question.asked is Asked.TIMER:
            return self.timer(question)
        share = self.draws.uniform(question.key, self.case.number, self.case.occurrence(question.key))
        if question.asked is Asked.COUNT:
            count = self.plan.instances.get(question.node)
            if count is None:
                raise ScenarioEntryMissing(place=f"instances.{question.node}")
            return int(count.pick(share))
        if question.asked is Asked.AGAIN:
            if question.node not in self.plan.scenario.again:
                raise ScenarioEntryMissing(place=f"again.{question.node}")
            return share < self.plan.scenario.again[question.node]
        if question.key not in self.plan.chances:
            raise ScenarioEntryMissing(place=f"branches.{question.node}.{question.key}")
        return share < self.plan.chances[question.key]

    def timer(self, question: Question) -> Any:
        """Return a duration the scenario gives, or never."""
        rule = self.plan.scenario.timers.get(question.node)
        if rule is None or question.form == "cycle":
            return NEVER[question.form]
        share = self.draws.uniform(question.key, self.case.number, self.case.occurrence(question.key))
        seconds = rule.quantile(share)
        return timedelta(seconds=seconds) if question.form == "duration" else self.now + timedelta(seconds=seconds)

    now: datetime


class Replication:
    """Runs one replication; `arrivals` are moments in seconds, sorted."""

    def __init__(self, plan: Plan, clock: Clock, base: datetime, arrivals: Sequence[float], draws: Draws) -> None:
        scenario = plan.scenario
        self.plan, self.clock, self.base, self.draws = plan, clock, base, draws
        self.guide = _Guide(plan, draws)
        self.evaluator = GuidedEvaluator(plan.guided, self.guide, plan.evaluator)
        self.stations = {
            name: Station(people=staff.people, cost=staff.cost_per_hour) for name, staff in scenario.staff.items()
        }
        self.opens = float(scenario.warm_up_days * DAY)
        self.closes = float((scenario.warm_up_days + scenario.days) * DAY)
        self.agenda: list[tuple[float, int, str, Any, Any]] = []
        self.turn = 0
        self.cases: list[Case] = []
        self.tasks: dict[tuple[int, int], Task] = {}
        for number, moment in enumerate(arrivals):
            self.plan_for(moment, "arrive", number, None)

    def plan_for(self, moment: float, what: str, who: Any, which: Any) -> None:
        """Put something on the agenda; what comes at the same moment keeps its order."""
        self.turn += 1
        heapq.heappush(self.agenda, (moment, self.turn, what, who, which))

    def run(self) -> Result:
        """Run to the end."""
        last = self.closes + _AFTERWARDS
        while self.agenda and self.agenda[0][0] <= last:
            moment, _turn, what, who, which = heapq.heappop(self.agenda)
            getattr(self, what)(moment, who, which)
        return self.result()

    # -- happenings ---------------------------------------------------------------------------------------------------

    def arrive(self, moment: float, number: int, _which: None) -> None:
        """A case comes in."""
        case = Case(number=number, began=moment)
        self.cases.append(case)
        values = {
            name: self.drawn(case, f"variable {name}", rule) for name, rule in self.plan.scenario.variables.items()
        }
        process = self.plan.guided.process
        plain = any(not getattr(process.nodes[key], "definitions", ()) for key in process.scopes[process.id].starts)
        start = "" if plain else next(iter(process.scopes[process.id].starts), "")
        self.do(moment, case, StartProcess(process=process.id, start=start, variables=values))

    def finish(self, moment: float, task: Task, station: Station | None) -> None:
        """A task is done."""
        if task.gone:
            return
        job = self.plan.jobs[task.node]
        self.tasks.pop((task.case.number, task.item), None)
        task.case.cost += job.cost
        if station is not None:
            self.release(moment, task, station)
        task.gone = True
        results = {name: self.drawn(task.case, f"{task.node} {name}", rule) for name, rule in job.results.items()}
        self.do(moment, task.case, CompleteWorkItem(work_item=task.item, results=results))

    def fire(self, moment: float, case: Case, timer: int) -> None:
        """A timer is due, unless it is gone or was set anew."""
        row = case.rows.get(Timer, timer)
        if row is not None and self.seconds(row.due) <= moment + 1e-6:
            self.do(moment, case, FireTimer(timer=timer))

    def deliver(self, moment: float, case: Case, order: tuple[int | None, DeliverMessage]) -> None:
        """A message comes, unless nobody waits for it any longer."""
        subscription, command = order
        if subscription is None or case.rows.get(Subscription, subscription) is not None:
            self.do(moment, case, command)

    # -- the engine ---------------------------------------------------------------------------------------------------

    def do(self, moment: float, case: Case, command: Command) -> None:
        """Let the engine carry out *command*, and see to what it opens and closes."""
        if case.ended is not None or case.refused:
            return
        now = self.base + timedelta(seconds=moment)
        self.guide.case, self.guide.now = case, now
        try:
            outcome = step(self.plan.guided.definitions, case.rows, command, now, self.evaluator)
        except (StepRefused, WorkItemGone) as refusal:
            case.refused = str(refusal)
            return
        case.rows.apply(outcome.changes)
        self.see_to(moment, case, outcome)

    def see_to(self, moment: float, case: Case, outcome: Outcome) -> None:
        """Take work, timers and messages of a step to where they belong."""
        for row in outcome.changes.deleted:
            if isinstance(row, WorkItem):
                self.withdraw(moment, case, row)
        for row in (*outcome.changes.inserted, *outcome.changes.updated):
            self.await_timer(moment, case, row)
        for row in outcome.changes.inserted:
            if isinstance(row, WorkItem):
                self.open(moment, case, row)
            elif isinstance(row, Subscription) and row.trigger is Trigger.MESSAGE:
                self.await_message(moment, case, row)
        for entry in outcome.entries:
            if entry.what in ENDINGS:
                case.ended = moment
            elif entry.what is What.MESSAGE_SENT:
                self.post(moment, case, entry.data)

    def await_timer(self, moment: float, case: Case, row: Row) -> None:
        """Let a timer that was set, or set anew, fire when it is due."""
        if isinstance(row, Timer):
            self.plan_for(max(moment, self.seconds(row.due)), "fire", case, row.id)

    def post(self, moment: float, case: Case, data: Mapping[str, Any]) -> None:
        """Let a case receive what it sends."""
        order = DeliverMessage(name=data["name"], payload=data["payload"], correlation=data["correlation"])
        self.plan_for(moment, "deliver", case, (None, order))

    def await_message(self, moment: float, case: Case, row: Subscription) -> None:
        """Let the message the scenario promises come in its time."""
        messages = self.plan.scenario.messages
        rule = messages.get(row.node) or messages.get(row.name)
        if rule is None:
            return
        what = f"message {row.node}"
        occurrence = case.occurrence(what)
        if self.draws.uniform(f"{what} comes", case.number, occurrence) < rule.share:
            after = rule.after.quantile(self.draws.uniform(what, case.number, occurrence))
            order = DeliverMessage(name=row.name, correlation=row.correlation.get(""))
            self.plan_for(moment + after, "deliver", case, (row.id, order))

    # -- offices ------------------------------------------------------------------------------------------------------

    def open(self, moment: float, case: Case, item: WorkItem) -> None:
        """Somebody has to do *item*: it joins the line of its office, or goes outside."""
        job = self.plan.jobs.get(item.node)
        if job is None:
            raise ScenarioEntryMissing(place=f"tasks.{item.node}")
        share = self.draws.uniform(f"service {item.node}", case.number, case.occurrence(f"service {item.node}"))
        task = Task(case, item.id, item.node, moment, job.service.quantile(share))
        self.tasks[case.number, item.id] = task
        if not job.station:
            self.plan_for(self.after(moment, task.seconds, job), "finish", task, None)
            return
        station = self.stations[job.station]
        self.look(moment, station)
        station.line.append(task)
        station.length += 1
        self.serve(moment, station)

    def after(self, moment: float, seconds: float, job: Job) -> float:
        """Return when *job* is done."""
        return self.clock.after(moment, seconds) if job.office_time else moment + seconds

    def serve(self, moment: float, station: Station) -> None:
        """Let free people take what is next in line."""
        while station.busy < station.people and station.line:
            task = station.line.popleft()
            if task.gone:
                continue
            self.look(moment, station)
            station.length -= 1
            station.busy += 1
            task.begun = moment
            if self.is_measured(task.case):
                station.waits.append(self.clock.worked(moment) - self.clock.worked(task.came))
            self.plan_for(self.clock.after(moment, task.seconds), "finish", task, station)

    def release(self, moment: float, task: Task, station: Station) -> None:
        """Somebody is free again."""
        assert task.begun is not None  # noqa: S101 -- only what was begun is released
        spent = self.clock.worked(moment) - self.clock.worked(task.begun)
        task.case.cost += spent / HOUR * station.cost
        station.worked += self.within(task.begun, moment)
        station.busy -= 1
        self.serve(moment, station)

    def withdraw(self, moment: float, case: Case, row: WorkItem) -> None:
        """A work item was withdrawn: nobody does it any longer."""
        task = self.tasks.pop((case.number, row.id), None)
        if task is None or task.gone:
            return
        task.gone = True
        job = self.plan.jobs[task.node]
        if not job.station:
            return
        station = self.stations[job.station]
        if task.begun is not None:
            self.release(moment, task, station)
        else:
            self.look(moment, station)
            station.length -= 1

    # -- measuring ----------------------------------------------------------------------------------------------------

    def look(self, moment: float, station: Station) -> None:
        """Add up the length of the line over office time, within the measured time."""
        station.area += station.length * self.within(station.looked, moment)
        station.looked = moment

    def within(self, start: float, end: float) -> float:
        """Return the office seconds from *start* to *end* that are measured."""
        start, end = max(start, self.opens), min(end, self.closes)
        return self.clock.worked(end) - self.clock.worked(start) if end > start else 0.0

    def is_measured(self, case: Case) -> bool:
        """Tell whether *case* came in the measured time."""
        return self.opens <= case.began < self.closes

    def seconds(self, moment: datetime) -> float:
        return (moment - self.base).total_seconds()

    def drawn(self, case: Case, what: str, rule: Draw) -> Any:
        if len(rule.values) == 1:
            return rule.values[0]
        return rule.pick(self.draws.uniform(what, case.number, case.occurrence(what)))

    def result(self) -> Result:
        measured = [case for case in self.cases if self.is_measured(case)]
        spans = [(case.began, case.ended) for case in measured if case.ended is not None]
        waiting = Counter(item.node for case in measured if case.ended is None for item in case.rows.all(WorkItem))
        waiting.update(row.node for case in measured if case.ended is None for row in case.rows.all(Subscription))
        return Result(
            cases=len(measured),
            finished=len(spans),
            refused=Counter(case.refused for case in measured if case.refused),
            calendar_days=[(end - start) / DAY for start, end in spans],
            working_days=[self.clock.working_days(start, end) for start, end in spans],
            office_hours=[(self.clock.worked(end) - self.clock.worked(start)) / HOUR for start, end in spans],
            costs=[case.cost for case in measured if case.ended is not None],
            stations={name: self.station_result(station) for name, station in self.stations.items()},
            open_at=waiting,
        )

    def station_result(self, station: Station) -> StationResult:
        self.look(max(self.closes, station.looked), station)
        time = self.within(self.opens, self.closes)
        for task in self.tasks.values():
            if task.begun is not None and self.stations[self.plan.jobs[task.node].station] is station:
                station.worked += self.within(task.begun, self.closes)
        waits = sorted(station.waits)
        return StationResult(
            utilisation=station.worked / (time * station.people) if time else 0.0,
            queue=station.area / time if time else 0.0,
            wait=sum(waits) / len(waits) / HOUR if waits else 0.0,
            wait_p90=waits[min(len(waits) - 1, int(0.9 * len(waits)))] / HOUR if waits else 0.0,
            tasks=len(waits),
        )
