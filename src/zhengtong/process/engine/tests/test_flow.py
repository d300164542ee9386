"""How tokens move: tasks, gateways, joins."""

import pytest

from zhengtong.process.engine.api import (
    CompleteWorkItem,
    EndlessRun,
    NoFlowTaken,
    Token,
    Variable,
    What,
    WorkItemGone,
)
from zhengtong.process.engine.tests.builders import Office, model, tasks

FORK = '<startEvent id="s"/><parallelGateway id="fork"/><parallelGateway id="join"/><endEvent id="e"/>'


def test_a_case_ends_when_its_last_task_is_completed() -> None:
    office = Office(model('<startEvent id="s"/><endEvent id="e"/>' + tasks("a", "b"), "s>a a>b b>e"))
    office.start()
    assert office.open() == ["a"]
    office.complete("a", decision="yes")
    assert office.open() == ["b"]
    outcome = office.complete("b")
    assert outcome.has(What.PROCESS_COMPLETED)
    assert office.ended()
    assert office.variables() == {"decision": "yes"}


def test_two_officials_on_parallel_branches_touch_different_rows() -> None:
    office = Office(model(FORK + tasks("a", "b"), "s>fork fork>a fork>b a>join b>join join>e"))
    office.start()
    first, second = (office.rows.get(Token, office.item(node).token) for node in ("a", "b"))
    changes = office.complete("a").changes
    touched = {row.key for row in (*changes.inserted, *changes.updated, *changes.deleted) if isinstance(row, Token)}
    assert first is not None
    assert second is not None
    assert first.id in touched
    assert second.id not in touched
    assert not office.ended()
    assert office.complete("b").has(What.PROCESS_COMPLETED)


def test_a_parallel_join_takes_one_token_of_each_flow() -> None:
    nodes = FORK + tasks("a", "b", "c")
    office = Office(model(nodes, "s>fork fork>a fork>b a>join b>join join>c c>e"))
    office.start()
    office.complete("b")
    assert office.open() == ["a"]
    office.complete("a")
    assert office.open() == ["c"]


def test_an_exclusive_gateway_takes_the_first_true_flow_else_the_default() -> None:
    nodes = '<startEvent id="s"/><exclusiveGateway id="x" default="x_c"/><endEvent id="e"/>' + tasks("a", "b", "c")
    definitions = model(nodes, "s>x x>a[n > 10] x>b[n > 5] x>c a>e b>e c>e")
    for number, expected in ((11, "a"), (6, "b"), (1, "c")):
        office = Office(definitions)
        office.start(n=number)
        assert office.open() == [expected]


def test_a_gateway_without_a_way_on_refuses_the_step_and_changes_nothing() -> None:
    nodes = '<startEvent id="s"/><exclusiveGateway id="x" name="核定"/><endEvent id="e"/>' + tasks("a", "b", "c")
    office = Office(model(nodes, "s>a a>x x>b[n > 10] x>c[n > 5] b>e c>e"))
    office.start(n=1)
    before = (office.rows.all(Token), office.rows.all(Variable), office.rows.next_id)
    with pytest.raises(NoFlowTaken) as refusal:
        office.complete("a")
    assert "核定" in refusal.value.explanation
    assert (office.rows.all(Token), office.rows.all(Variable), office.rows.next_id) == before
    assert office.open() == ["a"]


def test_an_inclusive_join_waits_only_for_branches_that_can_still_come() -> None:
    nodes = '<startEvent id="s"/><inclusiveGateway id="o"/><inclusiveGateway id="j"/><endEvent id="e"/>'
    definitions = model(nodes + tasks("a", "b", "c", "z"), "s>o o>a[x] o>b[y] o>c[z] a>j b>j c>j j>z z>e")
    office = Office(definitions)
    office.start(x=True, y=True, z=False)
    assert office.open() == ["a", "b"]
    office.complete("a")
    assert office.open() == ["b"]
    office.complete("b")
    assert office.open() == ["z"]
    assert office.complete("z").has(What.PROCESS_COMPLETED)


def test_an_inclusive_join_is_released_when_the_awaited_branch_goes_elsewhere() -> None:
    nodes = (
        '<startEvent id="s"/><parallelGateway id="f"/><exclusiveGateway id="x" default="x_j"/>'
        '<inclusiveGateway id="j"/><endEvent id="e"/><endEvent id="e2"/>'
    )
    office = Office(model(nodes + tasks("a", "b", "z"), "s>f f>a f>b a>j b>x x>e2[away] x>j j>z z>e"))
    office.start(away=True)
    office.complete("a")
    assert office.open() == ["b"]
    office.complete("b")
    assert office.open() == ["z"]


def test_a_complex_join_activates_once_and_absorbs_what_comes_late() -> None:
    nodes = (
        '<startEvent id="s"/><parallelGateway id="f"/><complexGateway id="j"><activationCondition>activationCount >= 2'
        '</activationCondition></complexGateway><endEvent id="e"/>'
    )
    office = Office(model(nodes + tasks("a", "b", "c", "z"), "s>f f>a f>b f>c a>j b>j c>j j>z z>e"))
    office.start()
    office.complete("b")
    assert office.open() == ["a", "c"]
    office.complete("a")
    assert office.open() == ["c", "z"]
    office.complete("z")
    assert not office.ended()
    assert office.complete("c").has(What.PROCESS_COMPLETED)
    assert office.done().count("z") == 1


def test_conditional_flows_of_a_task_split_and_the_default_is_for_none() -> None:
    nodes = '<startEvent id="s"/><endEvent id="e"/><userTask id="a" default="a_d"/>' + tasks("b", "c", "d")
    definitions = model(nodes, "s>a a>b[x] a>c[y] a>d b>e c>e d>e")
    both, none = Office(definitions), Office(definitions)
    both.start(x=True, y=True)
    both.complete("a")
    assert both.open() == ["b", "c"]
    none.start(x=False, y=False)
    none.complete("a")
    assert none.open() == ["d"]


def test_an_activity_waits_for_its_start_quantity_and_yields_its_completion_quantity() -> None:
    nodes = (
        '<startEvent id="s"/><parallelGateway id="f"/><endEvent id="e"/>'
        '<userTask id="z" startQuantity="2" completionQuantity="3"/>' + tasks("a", "b", "c")
    )
    office = Office(model(nodes, "s>f f>a f>b a>z b>z z>c c>e"))
    office.start()
    office.complete("a")
    assert office.open() == ["b"]
    office.complete("b")
    assert office.open() == ["z"]
    office.complete("z")
    assert office.open() == ["c", "c", "c"]


def test_a_work_item_is_completed_once() -> None:
    office = Office(model('<startEvent id="s"/><endEvent id="e"/>' + tasks("a", "b"), "s>a a>b b>e"))
    office.start()
    item = office.item("a")
    office.complete("a")
    before = office.rows.all(Token)
    with pytest.raises(WorkItemGone):
        office.do(CompleteWorkItem(work_item=item.id))
    assert office.rows.all(Token) == before


def test_a_loop_without_anything_to_wait_for_is_refused() -> None:
    nodes = '<startEvent id="s"/><task id="a"/><task id="b"/>'
    office = Office(model(nodes, "s>a a>b b>a"))
    with pytest.raises(EndlessRun):
        office.start()
    assert office.ended()


def test_the_same_command_on_the_same_rows_gives_the_same_outcome() -> None:
    definitions = model(FORK + tasks("a", "b"), "s>fork fork>a fork>b a>join b>join join>e")
    one, other = Office(definitions), Office(definitions)
    assert one.start(n=1) == other.start(n=1)
    assert one.complete("a", x=2) == other.complete("a", x=2)


@pytest.mark.parametrize("width", [5, 40])
def test_a_step_on_one_of_many_branches_writes_the_same_few_rows(width: int) -> None:
    names = [f"t{number}" for number in range(width)]
    wires = " ".join(f"fork>{name} {name}>join" for name in names)
    office = Office(model(FORK + tasks(*names), f"s>fork {wires} join>e"))
    office.start()
    changes = office.complete("t1").changes
    assert (len(changes.inserted), len(changes.updated), len(changes.deleted)) == (0, 1, 1)


def test_the_hundredth_correction_round_writes_what_the_first_did() -> None:
    nodes = '<startEvent id="s"/><exclusiveGateway id="x" default="x_e"/><endEvent id="e"/>' + tasks(
        "review", "correct"
    )
    office = Office(model(nodes, "s>review review>x x>correct[again] x>e correct>review"))
    office.start(again=True)
    sizes = set()
    for _ in range(100):
        first = office.complete("review").changes
        second = office.complete("correct").changes
        sizes.add(tuple(len(part) for item in (first, second) for part in (item.inserted, item.updated, item.deleted)))
    assert len(sizes) == 1
    assert len(office.rows.all(Token)) == 2
