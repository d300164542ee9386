"""Random processes: they always end, and no token is lost or doubled, whatever the officials' order."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from zhengtong.process.engine.api import (
    TABLES,
    CompleteWorkItem,
    Completion,
    Subscription,
    Timer,
    Token,
    TokenState,
    Variable,
    What,
    WorkItem,
    WorkItemGone,
    step,
)
from zhengtong.process.engine.tests.blocks import BLOCKS, Block, drawn, work_of
from zhengtong.process.engine.tests.builders import NOW, Office


def worked(office: Office) -> Counter[str]:
    """Return how often each task has been worked on."""
    return Counter(entry.node for entry in office.happened(What.WORK_COMPLETED))


def expected(block: Block) -> list[int]:
    """Return how often tasks are done, without those that never are."""
    return sorted(number for number in work_of(block).values() if number)


def loops(block: Block) -> bool:
    """Tell whether a cycle lies inside a repetition: its counter then goes on counting."""
    inside = block.kind in {"loop", "many", "each"}
    return any((inside and holds_loop(part)) or loops(part) for part in block.parts)


def holds_loop(block: Block) -> bool:
    """Tell whether there is a cycle in *block*."""
    return block.kind == "loop" or any(holds_loop(part) for part in block.parts)


SOUND = BLOCKS.filter(lambda block: not loops(block))


@given(SOUND, st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_every_process_ends_having_done_exactly_its_work(block: Block, data: st.DataObject) -> None:
    office = Office(drawn(block))
    office.start()
    while items := office.rows.all(WorkItem):
        item = data.draw(st.sampled_from(items))
        office.do(CompleteWorkItem(work_item=item.id))
    assert office.ended()
    assert len(office.happened(What.PROCESS_COMPLETED)) == 1
    assert sorted(worked(office).values()) == expected(block)
    assert [office.rows.all(table) for table in (WorkItem, Timer, Subscription, Completion)] == [[], [], [], []]


class Offices(RuleBasedStateMachine):
    """Officials complete open items of one case in any order, some of them twice."""

    def __init__(self) -> None:
        super().__init__()
        self.office: Office | None = None
        self.block = Block("task")
        self.completed = 0

    @initialize(block=SOUND)
    def begin(self, block: Block) -> None:
        self.block = block
        self.office = Office(drawn(block))
        self.office.start()

    @precondition(lambda self: self.office is not None and self.office.rows.all(WorkItem))
    @rule(pick=st.integers(0, 100))
    def complete(self, pick: int) -> None:
        assert self.office is not None
        items = self.office.rows.all(WorkItem)
        item = items[pick % len(items)]
        command = CompleteWorkItem(work_item=item.id)
        twin = step(self.office.definitions, self.office.rows, command, NOW, self.office.evaluator)
        assert self.office.do(command) == twin
        self.completed = item.id

    @rule()
    def complete_again(self) -> None:
        assert self.office is not None
        before = [self.office.rows.all(table) for table in TABLES]
        with pytest.raises(WorkItemGone):
            self.office.do(CompleteWorkItem(work_item=self.completed))
        assert [self.office.rows.all(table) for table in TABLES] == before

    @invariant()
    def every_row_belongs_to_a_living_token(self) -> None:
        if self.office is None:
            return
        rows = self.office.rows
        alive = {token.id for token in rows.all(Token)}
        assert all(token.scope in alive | {0} for token in rows.all(Token))
        assert all(item.token in alive for item in rows.all(WorkItem))
        assert all(row.scope in alive for row in rows.all(Variable) if row.name == "loopCounter")

    @invariant()
    def nobody_waits_for_nothing(self) -> None:
        if self.office is None or self.office.rows.all(WorkItem):
            return
        assert self.office.rows.all(Token) == []
        assert sorted(worked(self.office).values()) == expected(self.block)

    @invariant()
    def no_token_is_left_on_the_move(self) -> None:
        if self.office is not None:
            assert all(token.state is not TokenState.READY for token in self.office.rows.all(Token))


Offices.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestOffices = Offices.TestCase
