"""Replay: what conforms, and where a case first leaves a changed definition."""

import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.process.bpmn.api import Definitions
from zhengtong.process.engine.tests.blocks import BLOCKS, Block, drawn
from zhengtong.process.engine.tests.builders import NOW, Office, model, tasks
from zhengtong.process.mining.api import Log
from zhengtong.process.simulation import api as simulation
from zhengtong.process.simulation.api import Difference, Happening, History, Replayed, Verdict

ENDS = '<startEvent id="s"/><endEvent id="e"/>'
BEFORE = model(ENDS + tasks("accept", "review", "decide"), "s>accept accept>review review>decide decide>e")
CHOICE = (
    ENDS
    + tasks("accept", "fast", "slow", "decide")
    + '<exclusiveGateway id="g" default="g_slow"/><exclusiveGateway id="m"/>'
)
CHOICE_WIRES = "s>accept accept>g g>fast[amount < 100] g>slow fast>m slow>m m>decide decide>e"


def history(*activities: str, case: str = "c", **data: Any) -> History:
    happenings = [
        Happening(activity=name, at=NOW + timedelta(hours=number), data=data if number == 0 else {})
        for number, name in enumerate(activities)
    ]
    return History(case=case, happenings=tuple(happenings))


def replay(definitions: Definitions, *histories: History, **options: Any) -> list[Replayed]:
    seen: list[Replayed] = []
    names = {item.activity for one in histories for item in one.happenings} | set(options.pop("also", ()))
    simulation.replay_all(definitions, histories, activities=names, observer=seen.append, **options)
    return seen


def one(definitions: Definitions, *activities: str, also: Iterable[str] = (), **data: Any) -> Replayed:
    (outcome,) = replay(definitions, history(*activities, **data), also=also)
    return outcome


def test_a_case_that_did_what_the_definition_says_conforms() -> None:
    outcome = one(BEFORE, "accept", "review", "decide")
    assert (outcome.verdict, outcome.matched, outcome.divergence) == (Verdict.CONFORMS, 3, None)


def test_a_case_that_is_under_way_is_unfinished_and_says_what_it_waits_for() -> None:
    outcome = one(BEFORE, "accept", also=["review", "decide"])
    assert (outcome.verdict, outcome.waiting_for) == (Verdict.UNFINISHED, ("review",))


def test_the_first_divergence_names_the_element_the_event_and_what_was_expected() -> None:
    outcome = one(BEFORE, "accept", "decide", also=["review"])
    assert outcome.verdict is Verdict.DIVERGES
    found = outcome.divergence
    assert found is not None
    assert (found.number, found.activity, found.element) == (2, "decide", "decide")
    assert (found.difference, found.expected) == (Difference.NOT_ENABLED, ("review",))


def test_a_task_the_reform_adds_is_missed_where_it_was_not_done() -> None:
    wires = "s>accept accept>check check>review review>decide decide>e"
    changed = model(ENDS + tasks("accept", "check", "review", "decide"), wires)
    found = one(changed, "accept", "review", "decide").divergence
    assert found is not None
    assert (found.number, found.expected) == (2, ("check",))


def test_a_task_the_reform_drops_is_unknown_to_the_definition() -> None:
    changed = model(ENDS + tasks("accept", "decide"), "s>accept accept>decide decide>e")
    found = one(changed, "accept", "review", "decide").divergence
    assert found is not None
    assert (found.number, found.difference, found.element) == (2, Difference.UNKNOWN, "")


def test_work_after_the_end_is_named_as_such() -> None:
    found = one(BEFORE, "accept", "review", "decide", "decide").divergence
    assert found is not None
    assert (found.number, found.difference) == (4, Difference.ENDED)


def test_without_data_either_way_of_a_choice_conforms() -> None:
    definitions = model(CHOICE, CHOICE_WIRES)
    assert one(definitions, "accept", "fast", "decide").verdict is Verdict.CONFORMS
    assert one(definitions, "accept", "slow", "decide").flows == ("g_slow",)


def test_data_in_the_log_decide_the_choice() -> None:
    definitions = model(CHOICE, CHOICE_WIRES)
    outcome = one(definitions, "accept", "fast", "decide", amount=500)
    assert outcome.divergence is not None
    assert (outcome.divergence.number, outcome.divergence.expected) == (2, ("slow",))


def test_parallel_work_may_come_in_any_order_but_the_join_waits_for_all() -> None:
    nodes = ENDS + tasks("a", "b", "decide") + '<parallelGateway id="f"/><parallelGateway id="j"/>'
    definitions = model(nodes, "s>f f>a f>b a>j b>j j>decide decide>e")
    assert one(definitions, "b", "a", "decide").verdict is Verdict.CONFORMS
    found = one(definitions, "b", "decide", also=["a"]).divergence
    assert found is not None
    assert found.expected == ("a",)


def test_a_service_the_log_never_shows_is_passed_over_and_one_it_shows_is_not() -> None:
    nodes = ENDS + tasks("a", "b") + '<serviceTask id="sms" implementation="notify"/>'
    definitions = model(nodes, "s>a a>sms sms>b b>e")
    assert one(definitions, "a", "b").verdict is Verdict.CONFORMS
    assert one(definitions, "a", "b", also=["sms"]).verdict is Verdict.DIVERGES


def test_what_the_engine_does_itself_must_appear_where_the_log_shows_such_things() -> None:
    nodes = ENDS + tasks("a", "b") + '<scriptTask id="sum"><script>{x: 1}</script></scriptTask>'
    definitions = model(nodes, "s>a a>sum sum>b b>e")
    assert one(definitions, "a", "sum", "b").verdict is Verdict.CONFORMS
    found = one(definitions, "a", "b", also=["sum"]).divergence
    assert found is not None
    assert (found.difference, found.expected) == (Difference.SKIPPED, ("sum",))


def test_a_due_timer_fires_silently_but_not_before_it_is_due() -> None:
    nodes = (
        ENDS
        + tasks("accept", "remind", "decide")
        + '<boundaryEvent id="late" attachedToRef="accept"><timerEventDefinition><timeDuration>PT5H</timeDuration>'
        "</timerEventDefinition></boundaryEvent>"
    )
    definitions = model(nodes, "s>accept accept>decide late>remind remind>decide decide>e")
    begun = NOW - timedelta(hours=6)
    late = History(case="late", happenings=history("remind", "decide").happenings, started_at=begun)
    early = History(case="early", happenings=history("remind", "decide").happenings, started_at=NOW)
    outcomes = replay(definitions, late, early, also=["accept"])
    assert [outcome.verdict for outcome in outcomes] == [Verdict.CONFORMS, Verdict.DIVERGES]


def test_a_timer_whose_date_is_not_in_the_log_may_have_fired() -> None:
    nodes = (
        ENDS
        + tasks("accept", "decide")
        + '<boundaryEvent id="silence" attachedToRef="accept"><timerEventDefinition><timeDate>ends_at</timeDate>'
        "</timerEventDefinition></boundaryEvent>"
    )
    definitions = model(nodes, "s>accept accept>decide silence>decide decide>e")
    assert one(definitions, "decide", also=["accept"]).verdict is Verdict.CONFORMS


def test_names_and_aliases_lead_to_elements() -> None:
    nodes = ENDS + '<userTask id="t1" name="受理&#10;审查"/><userTask id="t2" name="决定"/>'
    definitions = model(nodes, "s>t1 t1>t2 t2>e")
    (outcome,) = replay(definitions, history("受理 审查", "审批"), aliases={"审批": "t2"})
    assert outcome.verdict is Verdict.CONFORMS
    with pytest.raises(simulation.ScenarioNotReadable):
        replay(definitions, history("受理 审查"), aliases={"审批": "t3"})


def test_a_log_of_another_process_is_refused() -> None:
    with pytest.raises(simulation.NothingToReplay):
        replay(BEFORE, history("x", "y"))


def test_a_definition_with_errors_is_refused_with_its_problems() -> None:
    broken = model(ENDS + tasks("a"), "s>a")
    with pytest.raises(simulation.NotRunnable) as refusal:
        replay(broken, history("a"))
    assert refusal.value.details["problems"]


def test_the_summary_groups_divergences_and_counts_flows() -> None:
    definitions = model(CHOICE, CHOICE_WIRES)
    cases = [history("accept", "fast", "decide", case=f"f{n}") for n in range(3)]
    cases += [history("accept", "slow", "decide", case="s0"), history("accept", "decide", case="x0")]
    cases += [history("accept", "decide", case="x1")]
    summary = simulation.replay_all(definitions, cases, activities=["accept", "fast", "slow", "decide"])
    assert (summary.cases, summary.share_conforming) == (6, 4 / 6)
    assert summary.flows == {"g_fast": 3, "g_slow": 1}
    (group,) = summary.divergences
    assert (group.cases, group.example) == (2, "x0")


def test_a_log_is_read_case_by_case_with_its_data() -> None:
    with Log() as log:
        rows = [
            ("b", "accept", NOW.replace(tzinfo=None), None, None, None, None, '{"amount": 5}'),
            ("a", "accept", NOW.replace(tzinfo=None)),
        ]
        log.add_rows(rows)
        first, second = simulation.histories_of_log(log)
        assert simulation.activities_of(log) == ["accept"]
    assert (first.case, first.happenings[0].data) == ("a", {})
    assert second.happenings[0].data == {"amount": 5}


def done_in_some_order(block: Block, seed: int) -> tuple[Definitions, list[str]]:
    """Run *block* with its work done in a random order; return what the log would hold."""
    definitions, chance = drawn(block), random.Random(seed)  # noqa: S311 -- a repeatable order
    office, log = Office(definitions), []
    office.start()
    while items := office.open():
        node = chance.choice(items)
        office.complete(node)
        log.append(node)
    return definitions, log


@settings(max_examples=60, deadline=None)
@given(block=BLOCKS, seed=st.integers(0, 1000))
def test_whatever_the_engine_has_done_conforms_to_its_own_definition(block: Block, seed: int) -> None:
    definitions, log = done_in_some_order(block, seed)
    if log:
        (outcome,) = replay(definitions, history(*log))
        assert outcome.verdict in {Verdict.CONFORMS, Verdict.UNDECIDED}


@settings(max_examples=60, deadline=None)
@given(block=BLOCKS, seed=st.integers(0, 1000))
def test_one_event_too_many_diverges(block: Block, seed: int) -> None:
    definitions, log = done_in_some_order(block, seed)
    if log:
        (outcome,) = replay(definitions, history(*log, log[-1]))
        assert outcome.verdict in {Verdict.DIVERGES, Verdict.UNDECIDED}
        assert outcome.divergence is None or outcome.divergence.number <= len(log) + 1
