"""Migration: running cases go on under a new version; nothing lost, nothing doubled, obstacles named beforehand."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.process.bpmn.api import Definitions
from zhengtong.process.engine.api import (
    MigrationBlocked,
    Outcome,
    Timer,
    Token,
    What,
    map_versions,
    migrate,
    review_migration,
    suggest_places,
)
from zhengtong.process.engine.tests.builders import NOW, Office, flows, model, tasks
from zhengtong.process.engine.tests.triples import snapshot, try_triple

ENDS = '<startEvent id="s"/><endEvent id="e"/>'
FORK = ENDS + '<parallelGateway id="f"/><parallelGateway id="j"/>'
TIMER = "<timerEventDefinition><timeDuration>{}</timeDuration></timerEventDefinition>"


def move(office: Office, new: Definitions, instructions: dict[str, str] | None = None) -> Outcome:
    """Migrate the case of *office* to *new*."""
    mapping = map_versions(office.definitions.processes["p"], new.processes["p"], instructions)
    outcome = migrate(new, mapping, office.rows, office.now, office.evaluator)
    office.rows.apply(outcome.changes)
    office.log.extend(outcome.entries)
    office.definitions = new
    return outcome


def test_open_work_goes_on_in_the_new_version() -> None:
    office = Office(model(ENDS + tasks("a", "b"), "s>a a>b b>e"))
    office.start()
    item = office.item("a")
    outcome = move(office, model(ENDS + tasks("a", "check", "b"), "s>a a>check check>b b>e"))
    assert office.item("a").id == item.id
    assert outcome.has(What.CASE_MIGRATED)
    office.complete("a")
    assert office.open() == ["check"]


def test_tokens_that_wait_at_a_join_keep_waiting_for_the_same_branches() -> None:
    office = Office(model(FORK + tasks("a", "b"), "s>f f>a f>b a>j b>j j>e"))
    office.start()
    office.complete("a")
    move(office, model(FORK + tasks("a", "b", "seal"), "s>f f>a f>b a>seal seal>j b>j j>e"))
    assert office.open() == ["b"]
    assert office.complete("b").has(What.PROCESS_COMPLETED)


def test_a_join_whose_last_missing_branch_is_gone_passes_at_once() -> None:
    inclusive = FORK.replace('<parallelGateway id="j"/>', '<inclusiveGateway id="j"/>')
    both = model(inclusive + tasks("a", "b", "z"), "s>f f>a f>b a>j b>j j>z z>e")
    other = Office(both)
    other.start()
    other.complete("a")
    assert other.open() == ["b"]
    move(other, model(inclusive + tasks("a", "b", "z") + '<endEvent id="e2"/>', "s>f f>a f>b a>j b>e2 j>z z>e"))
    assert other.open() == ["b", "z"]


def test_a_renamed_node_is_suggested_by_name_and_by_neighbours() -> None:
    old = model(ENDS + '<userTask id="a" name="受理"/>' + tasks("b"), "s>a a>b b>e")
    new = model(ENDS + '<userTask id="accept" name="受理"/>' + tasks("c"), "s>accept accept>c c>e")
    mapping = map_versions(old.processes["p"], new.processes["p"])
    found = {(item.old, item.new, item.reason) for item in suggest_places(mapping)}
    assert ("a", "accept", "name") in found


def test_the_dry_run_names_token_node_and_remedy_and_changes_nothing() -> None:
    office = Office(model(ENDS + tasks("a", "b"), "s>a a>b b>e"))
    office.start()
    new = model(ENDS + tasks("c", "b"), "s>c c>b b>e")
    mapping = map_versions(office.definitions.processes["p"], new.processes["p"])
    before = snapshot(office.rows)
    (obstacle,) = review_migration(mapping, office.rows)
    assert (obstacle.code, obstacle.node, obstacle.token) == ("no-place", "a", office.item("a").token)
    assert obstacle.message.zh
    assert obstacle.remedy.en
    with pytest.raises(MigrationBlocked):
        migrate(new, mapping, office.rows, NOW, office.evaluator)
    assert snapshot(office.rows) == before
    move(office, new, {"a": "c"})
    assert office.open() == ["c"]


def test_a_join_that_would_starve_blocks_the_migration() -> None:
    office = Office(model(FORK + tasks("a", "b"), "s>f f>a f>b a>j b>j j>e"))
    office.start()
    office.complete("a")
    new = model(FORK + tasks("a", "b", "c"), "s>f f>a f>b f>c a>j b>j c>j j>e")
    mapping = map_versions(office.definitions.processes["p"], new.processes["p"])
    assert [item.code for item in review_migration(mapping, office.rows)] == ["starving-join"]
    early = Office(model(ENDS + FORK.replace(ENDS, "") + tasks("a", "b", "y"), "s>y y>f f>a f>b a>j b>j j>e"))
    early.start()
    later = model(FORK + tasks("a", "b", "c", "y"), "s>y y>f f>a f>b f>c a>j b>j c>j j>e")
    move(early, later)
    early.complete("y")
    assert early.open() == ["a", "b", "c"]


def test_another_kind_of_node_or_another_scope_blocks_the_migration() -> None:
    office = Office(model(ENDS + tasks("a", "b"), "s>a a>b b>e"))
    office.start()
    service = model(ENDS + '<serviceTask id="a"/>' + tasks("b"), "s>a a>b b>e")
    inside = (
        '<subProcess id="sub"><startEvent id="is"/><userTask id="a"/><endEvent id="ie"/>'
        + flows("is>a a>ie")
        + "</subProcess>"
    )
    deeper = model(ENDS + inside + tasks("b"), "s>sub sub>b b>e")
    old = office.definitions.processes["p"]
    kinds = [review_migration(map_versions(old, new.processes["p"]), office.rows)[0].code for new in (service, deeper)]
    assert kinds == ["other-kind", "other-scope"]


def boundary(key: str, duration: str) -> str:
    return (
        f'<boundaryEvent id="{key}" attachedToRef="a" cancelActivity="false">{TIMER.format(duration)}</boundaryEvent>'
    )


def test_timers_keep_their_date_new_ones_start_and_gone_ones_stop() -> None:
    old = ENDS + tasks("a", "r") + boundary("keep", "P5D") + boundary("gone", "P6D")
    office = Office(model(old, "s>a a>e keep>r gone>r"))
    office.start()
    office.now = NOW + timedelta(days=1)
    new = ENDS + tasks("a", "r") + boundary("keep", "P9D") + boundary("fresh", "P2D")
    move(office, model(new, "s>a a>e keep>r fresh>r"))
    due = {timer.node: timer.due for timer in office.rows.all(Timer)}
    assert due == {"keep": NOW + timedelta(days=5), "fresh": NOW + timedelta(days=3)}


def test_a_migration_can_be_reverted() -> None:
    first = model(ENDS + tasks("a", "b"), "s>a a>b b>e")
    second = model(ENDS + tasks("x", "b"), "s>x x>b b>e")
    office = Office(first)
    office.start()
    before = [replace(token) for token in office.rows.all(Token)]
    mapping = map_versions(first.processes["p"], second.processes["p"], {"a": "x"})
    office.rows.apply(migrate(second, mapping, office.rows, NOW, office.evaluator).changes)
    office.rows.apply(migrate(first, mapping.reverse, office.rows, NOW, office.evaluator).changes)
    assert office.rows.all(Token) == before
    assert office.open() == ["a"]


@given(st.integers(0, 2**32))
@settings(max_examples=250, deadline=None)
def test_no_random_edit_of_a_running_case_loses_or_doubles_a_token(seed: int) -> None:
    try_triple(seed)
