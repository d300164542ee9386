"""Simulation: theory is met, a seed gives one answer, offices keep their hours, a comparison shows what changed."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from math import factorial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.process.bpmn.api import Definitions
from zhengtong.process.engine.tests.builders import model, tasks
from zhengtong.process.mining.api import Log
from zhengtong.process.simulation import api as simulation

ENDS = '<startEvent id="s"/><endEvent id="e"/>'
ONE = model(ENDS + tasks("a"), "s>a a>e")
QUEUE: dict[str, Any] = {
    "calendar": "always",
    "days": 30,
    "warm_up_days": 5,
    "replications": 8,
    "arrivals": {"between": {"exponential": "1h"}},
    "staff": {"窗口": 1},
    "tasks": {"a": {"service": {"exponential": "48m"}}},
}


def scenario(**changes: Any) -> simulation.Scenario:
    return simulation.scenario_from({**QUEUE, **changes}, lambda day: day.weekday() < 5)


def run(definitions: Definitions, **changes: Any) -> simulation.Report:
    return simulation.simulate(simulation.make_plan(definitions, scenario(**changes)))


def erlang_c(load: float, servers: int) -> float:
    """Return the probability of waiting in M/M/c (Erlang 1917); *load* is λ/μ."""
    tail = load**servers / factorial(servers) * servers / (servers - load)
    return tail / (sum(load**k / factorial(k) for k in range(servers)) + tail)


def waiting(arrivals_an_hour: float, service_hours: float, servers: int) -> float:
    """Return the mean hours in line of M/M/c."""
    load = arrivals_an_hour * service_hours
    return erlang_c(load, servers) * service_hours / (servers - load)


def test_one_server_waits_as_long_as_theory_says() -> None:
    station = run(ONE, seed=4).stations["窗口"]
    assert station.wait.low <= waiting(1, 0.8, 1) <= station.wait.high
    assert station.utilisation.low <= 0.8 <= station.utilisation.high
    # Little's law: the line is as long as arrivals times waiting.
    assert abs(station.queue.mean - station.wait.mean) < station.wait.half


@settings(max_examples=5, deadline=None, derandomize=True)
@given(servers=st.integers(1, 4), use=st.sampled_from([0.4, 0.5, 0.6, 0.7]))
def test_erlang_c_lies_within_the_interval(servers: int, use: float) -> None:
    service = f"{use * servers * 60:g}m"
    report = run(
        ONE,
        seed=11,
        days=14,
        replications=6,
        confidence=0.999,
        staff={"窗口": servers},
        tasks={"a": {"service": {"exponential": service}}},
    )
    wait = report.stations["窗口"].wait
    assert wait.low <= waiting(1, use * servers, servers) <= wait.high


def test_the_same_seed_gives_the_same_answer_and_another_seed_another() -> None:
    short = {"days": 3, "warm_up_days": 0, "replications": 2}
    assert run(ONE, **short) == run(ONE, **short)
    assert run(ONE, **short) != run(ONE, **short, seed=2)


def test_work_stands_still_when_offices_are_closed() -> None:
    friday_at_four = datetime(2026, 1, 9, 16)  # noqa: DTZ001 -- Beijing time
    log = Log()
    log.add_rows([("c", "a", friday_at_four)])
    entries = {
        "calendar": "monday-to-friday",
        "staff": {"窗口": 1},
        "tasks": {"a": {"service": "3h"}},
        "replications": 1,
    }
    rules = simulation.scenario_from(entries, lambda _day: True)
    report, _lesson = simulation.forecast(ONE, rules, log=log)
    # one hour on Friday, two on Monday: done on Monday at eleven
    assert report.measures["calendar_days"].mean == pytest.approx((3 * 24 - 5) / 24)
    assert (report.measures["working_days"].mean, report.measures["office_hours"].mean) == (1, 3)


def test_cost_is_hours_worked_and_fees() -> None:
    report = run(
        ONE,
        days=2,
        warm_up_days=0,
        replications=1,
        staff={"窗口": {"people": 1, "cost_per_hour": 60}},
        tasks={"a": {"service": "30m", "cost": 5}},
    )
    assert report.measures["cost"].mean == pytest.approx(35)


CHOICE = model(
    ENDS + tasks("fast", "slow") + '<exclusiveGateway id="g" default="g_slow"/><exclusiveGateway id="m"/>',
    "s>g g>fast[amount < 100] g>slow fast>m slow>m m>e",
)
WAYS = {"fast": {"staff": "outside", "service": "1h"}, "slow": {"staff": "outside", "service": "11h"}}


def test_shares_decide_where_data_do_not() -> None:
    report = run(CHOICE, tasks=WAYS, branches={"g": {"g_fast": 0.8, "g_slow": 0.2}})
    hours = report.measures["office_hours"]
    assert hours.low <= 3 <= hours.high


def test_data_decide_where_there_are_data() -> None:
    report = run(CHOICE, days=2, warm_up_days=0, tasks=WAYS, variables={"amount": 5})
    assert report.measures["office_hours"].mean == pytest.approx(1)


def test_a_timer_withdraws_work_in_hand_and_frees_the_office() -> None:
    nodes = (
        ENDS
        + tasks("a")
        + '<boundaryEvent id="late" attachedToRef="a"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        "</timerEventDefinition></boundaryEvent>"
    )
    timed = model(nodes, "s>a a>e late>e")
    report = run(
        timed, days=3, warm_up_days=0, arrivals={"between": "2h"}, tasks={"a": {"service": "100h"}}, replications=2
    )
    assert report.unfinished == 0
    assert report.measures["office_hours"].mean == pytest.approx(1)
    assert report.stations["窗口"].utilisation.mean == pytest.approx(0.5, abs=0.03)


def test_a_message_comes_when_the_scenario_says_or_the_case_is_named_as_waiting() -> None:
    nodes = ENDS + '<intermediateCatchEvent id="paid"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    waits = model(nodes, "s>paid paid>e", top='<message id="m" name="缴费"/>')
    few = {"days": 2, "warm_up_days": 0, "replications": 1, "tasks": {}}
    report = run(waits, **few, messages={"缴费": {"after": "6h"}})
    assert report.measures["office_hours"].mean == pytest.approx(6)
    assert run(waits, **few).waiting_at == {"paid": report.finished}


def test_a_comparison_shows_the_difference_and_not_the_luck() -> None:
    double = model(ENDS + tasks("a", "b"), "s>a a>b b>e")
    rules = scenario(
        days=10, replications=5, tasks={"a": QUEUE["tasks"]["a"], "b": {"staff": "outside", "service": "24h"}}
    )
    with pytest.raises(simulation.ScenarioEntryUnknown):
        simulation.make_plan(ONE, rules)
    before = simulation.make_plan(double, rules)
    after = simulation.make_plan(ONE, scenario(days=10, replications=5))
    found = simulation.compare(before, after)
    change = found.differences["calendar_days"]
    assert change.mean == pytest.approx(-1, abs=1e-6)
    assert change.is_clear
    assert change.half < found.first.measures["calendar_days"].half / 100


def log_of_cases() -> Log:
    """Forty cases of three steps on working days; every fourth goes the long way, work takes 30 minutes."""
    log = Log()
    rows: list[tuple[object, ...]] = []
    for number in range(40):
        at = datetime(2026, 1, 5, 9, 10) + timedelta(days=number // 10, minutes=13 * (number % 10))  # noqa: DTZ001
        names = ["accept", "slow" if number % 4 == 0 else "fast", "decide"]
        for place, name in enumerate(names):
            done = at + timedelta(minutes=40 * place)
            rows.append((f"c{number}", name, done, None, None, done - timedelta(minutes=30)))
    log.add_rows(rows)
    return log


CURRENT = model(
    ENDS + tasks("accept", "fast", "slow", "decide") + '<exclusiveGateway id="g"/><exclusiveGateway id="m"/>',
    "s>accept accept>g g>fast[x = 1] g>slow[x = 2] fast>m slow>m m>decide decide>e",
)


def test_a_log_teaches_service_times_shares_and_arrivals() -> None:
    lesson = simulation.learn(CURRENT, log_of_cases(), hours=scenario(calendar="monday-to-friday").hours)
    assert lesson.learned.flows == {"g_fast": 0.75, "g_slow": 0.25}
    assert {item.activity: (item.fit.chosen.mean, item.source) for item in lesson.services}["fast"] == (
        1800,
        simulation.Source.STARTED,
    )
    assert (len(lesson.arrivals), lesson.conforming) == (40, 1)


def test_a_reform_is_judged_on_the_cases_that_came() -> None:
    changed = model(ENDS + tasks("accept", "decide"), "s>accept accept>decide decide>e")
    rules = simulation.scenario_from({"staff": {"窗口": 3}, "replications": 3}, lambda day: day.weekday() < 5)
    found = simulation.judge(CURRENT, changed, log_of_cases(), rules)
    assert found.comparison.first.cases.mean == 40
    assert found.comparison.differences["office_hours"].high < -0.4
    assert found.replay is not None
    assert found.replay.share_conforming == 0


def test_what_a_reform_adds_must_be_in_the_scenario() -> None:
    changed = model(ENDS + tasks("accept", "check", "decide"), "s>accept accept>check check>decide decide>e")
    rules = simulation.scenario_from({"staff": {"窗口": 3}}, lambda day: day.weekday() < 5)
    with pytest.raises(simulation.ScenarioEntryMissing) as refusal:
        simulation.judge(CURRENT, changed, log_of_cases(), rules)
    assert refusal.value.details["place"] == "tasks.check.service"


def test_lanes_and_performers_say_which_office_does_a_task() -> None:
    lanes = (
        '<laneSet id="ls"><lane id="l1" name="窗口"><flowNodeRef>a</flowNodeRef></lane>'
        '<lane id="l2" name="审批科"><flowNodeRef>b</flowNodeRef></lane></laneSet>'
    )
    two = model(lanes + ENDS + tasks("a", "b"), "s>a a>b b>e")
    rules = scenario(staff={"窗口": 1, "审批科": 2}, tasks={"a": {"service": "1h"}, "b": {"service": "1h"}})
    plan = simulation.make_plan(two, rules)
    assert {node: job.station for node, job in plan.jobs.items()} == {"a": "窗口", "b": "审批科"}


@pytest.mark.parametrize(
    ("entries", "place"),
    [
        ({"stafff": {}}, "stafff"),
        ({"staff": {"窗口": 0}}, "staff.窗口.people"),
        ({"days": "many"}, "days"),
        ({"start": "soon"}, "start"),
        ({"calendar": "lunar"}, "calendar"),
        ({"office_hours": ["17:00-09:00"]}, "office_hours"),
        ({"office_hours": 9}, "office_hours"),
        ({"tasks": {"a": {"service": "1 week"}}}, "tasks.a.service"),
        ({"tasks": {"a": {"service": {"gaussian": "1h"}}}}, "tasks.a.service.gaussian"),
        ({"tasks": {"a": {"service": {"uniform": ["2h", "1h"]}}}}, "tasks.a.service.uniform"),
        ({"tasks": {"a": {"people": 3}}}, "tasks.a.people"),
        ({"instances": {"a": {1: 0.5, 2: 0.6}}}, "instances.a"),
        ({"branches": {"g": {"f": 1.5}}}, "branches.g.f"),
        ({"arrivals": {"per_week": 3}}, "arrivals"),
        ([], "scenario"),
        ({"other": {"days": 0}}, "days"),
    ],
)
def test_a_wrong_entry_is_named_with_its_place(entries: Any, place: str) -> None:
    with pytest.raises(simulation.ScenarioNotReadable) as refusal:
        simulation.scenario_from(entries, lambda _day: True)
    assert refusal.value.details["place"] == place


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"arrivals": "log"}, "arrivals"),
        ({"tasks": {"nobody": {"service": "1h"}}}, "tasks.nobody"),
        ({"tasks": {"a": {"service": "1h", "staff": "审批科"}}}, "tasks.a.staff"),
        ({"tasks": {}}, "tasks.a.service"),
        ({"staff": {"一科": 1, "二科": 1}}, "tasks.a.staff"),
        ({"branches": {"f9": 1}}, "branches.f9"),
    ],
)
def test_what_does_not_fit_the_definition_is_named_with_its_place(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(simulation.ScenarioNotReadable) as refusal:
        run(ONE, **changes)
    assert refusal.value.details["place"] == place


def test_a_choice_nobody_can_make_is_named() -> None:
    with pytest.raises(simulation.ScenarioEntryMissing) as refusal:
        run(CHOICE, tasks=WAYS)
    assert refusal.value.details["place"] == "branches.g.g_fast"


def test_cases_the_engine_refuses_are_counted_with_the_reason() -> None:
    strict = model(
        ENDS + tasks("fast", "slow") + '<exclusiveGateway id="g"/><exclusiveGateway id="m"/>',
        "s>g g>fast[amount < 1] g>slow[amount > 9] fast>m slow>m m>e",
    )
    report = run(strict, days=1, warm_up_days=0, replications=1, tasks=WAYS, variables={"amount": 5})
    assert report.finished == 0
    assert sum(report.refused.values()) == report.unfinished > 0


def test_a_start_date_moves_the_calendar() -> None:
    rules = replace(scenario(calendar="monday-to-friday"), start=date(2026, 1, 10))
    report = simulation.simulate(simulation.make_plan(ONE, rules))
    assert report.finished > 0
