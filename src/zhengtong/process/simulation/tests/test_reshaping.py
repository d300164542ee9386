"""Two tasks side by side instead of one after the other: the model made for judging runs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from zhengtong.process.bpmn.api import Definitions, publishable, read_definitions, read_document
from zhengtong.process.engine.api import FeelEvaluator, MemoryRows, StartProcess, WorkItem, step
from zhengtong.process.simulation.api import ScenarioEntryUnknown, in_parallel, parallel_pairs

DEMO = Path(__file__).parents[5] / "provinces" / "demo" / "processes" / "single-item.bpmn"
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


def read(source: bytes) -> Definitions:
    return read_definitions(read_document(source))


def test_the_pairs_of_the_demo_process_are_those_that_follow_each_other() -> None:
    pairs = {(one.id, other.id) for one, other in parallel_pairs(read(DEMO.read_bytes()))}
    assert ("accept", "decide") in pairs
    assert not pairs & {("decide", "accept"), ("supplement", "decide")}


def test_both_tasks_wait_at_once_and_the_choice_comes_after_both() -> None:
    source = DEMO.read_bytes()
    changed = read(in_parallel(source, read(source), "accept", "decide"))
    assert [found for found in publishable(changed, FeelEvaluator().problem) if found.is_error] == []
    rows = MemoryRows()
    begin = StartProcess(process="single_item", variables={"acceptance_ends": "2026-12-01T00:00:00Z"})
    rows.apply(step(changed, rows, begin, NOW, FeelEvaluator()).changes)
    assert sorted(item.node for item in rows.all(WorkItem)) == ["accept", "decide"]
    process = changed.processes["single_item"]
    (after,) = process.nodes["what_if_join"].outgoing
    assert process.flows[after].target == "examined"
    assert process.flows["to_decide"].target == "decided"
    assert "recalled" not in process.nodes


def test_tasks_that_do_not_follow_each_other_are_refused_by_name() -> None:
    source = DEMO.read_bytes()
    with pytest.raises(ScenarioEntryUnknown, match="accept\\+decide"):
        in_parallel(source, read(source), "decide", "accept")
