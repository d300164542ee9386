"""Random triples of a definition, an edit and a running case, and what migrating must keep."""

from collections import Counter
from dataclasses import dataclass, replace
from random import Random

from zhengtong.process.bpmn.api import Definitions
from zhengtong.process.engine.api import (
    CompleteWorkItem,
    Completion,
    MemoryRows,
    Role,
    Timer,
    Token,
    Variable,
    What,
    WorkItem,
)
from zhengtong.process.engine.mapping import VersionMap, map_versions
from zhengtong.process.engine.migration import MigrationBlocked, migrate, review
from zhengtong.process.engine.tests.blocks import drawn
from zhengtong.process.engine.tests.builders import NOW, Office
from zhengtong.process.engine.tests.edits import Editor, random_block


@dataclass(frozen=True)
class Result:
    """What became of a triple."""

    blocked: bool
    tokens: int


def snapshot(rows: MemoryRows) -> list[object]:
    """Return everything there is."""
    return [rows.all(table) for table in (Token, WorkItem, Timer, Variable, Completion)] + [rows.next_id]


def work(office: Office, random: Random, limit: int) -> None:
    """Complete up to *limit* random open items."""
    for _ in range(limit):
        items = office.rows.all(WorkItem)
        if not items:
            return
        office.do(CompleteWorkItem(work_item=random.choice(items).id))


def waiting(office: Office) -> set[int]:
    """Return the tokens that do something others wait for: all but those at merges."""
    return {token.id for token in office.rows.all(Token) if token.state.value != "waiting"}


def try_triple(seed: int) -> Result:
    """Draw a process, run a case of it for a while, edit the process, migrate, and run the case to its end.

    Raises:
        AssertionError: a token, a work item or a variable was lost or doubled, or the case does not end.
    """
    random = Random(seed)  # noqa: S311 -- a reproducible test, no secret
    definitions = drawn(random_block(random))
    office = Office(definitions)
    office.start()
    work(office, random, random.randint(0, 6))
    old = definitions.processes["p"]
    editor = Editor(old, random)
    for _ in range(random.randint(1, 3)):
        editor.edit()
    new = editor.result()
    mapping = map_versions(old, new, {key: value for key, value in editor.renamed.items() if value in new.nodes})
    library = replace(definitions, processes={"p": new})
    before = snapshot(office.rows)
    tokens = {token.id: token for token in office.rows.all(Token)}
    items = {item.id for item in office.rows.all(WorkItem)}
    try:
        outcome = migrate(library, mapping, office.rows, NOW, office.evaluator)
    except MigrationBlocked:
        assert review(mapping, office.rows)
        assert snapshot(office.rows) == before
        return Result(blocked=True, tokens=len(tokens))
    office.rows.apply(outcome.changes)
    office.definitions = library
    check_kept(office, tokens, items, mapping)
    work(office, random, 10_000)
    while office.rows.all(Timer):
        office.fire()
        work(office, random, 10_000)
    check_work(office, definitions, editor)
    ended = sum(entry.what is What.PROCESS_COMPLETED for entry in (*office.log, *outcome.entries))
    assert office.ended(), office.rows.all(Token)
    assert ended == 1
    return Result(blocked=False, tokens=len(tokens))


def done(office: Office) -> Counter[str]:
    """Return how often each task was done."""
    return Counter(entry.node for entry in office.log if entry.what is What.WORK_COMPLETED)


def check_work(office: Office, definitions: Definitions, editor: Editor) -> None:
    """What the edit left alone is done as often as without it: nothing is done twice, nothing is left out."""
    untouched = Office(definitions)
    untouched.start()
    work(untouched, editor.random, 10_000)
    now = done(office)
    for node, times in done(untouched).items():
        new = editor.renamed.get(node, node)
        if new in editor.nodes:
            assert now[new] + (now[node] if new != node else 0) == times, (node, new, times, now)


def check_kept(office: Office, tokens: dict[int, Token], items: set[int], mapping: VersionMap) -> None:
    """Every token is where its node has gone, or went on from there by a join; open work is open, once."""
    after = {token.id: token for token in office.rows.all(Token)}
    for key, token in tokens.items():
        if token.state.value != "waiting" and token.role in {Role.FLOW, Role.INSTANCE}:
            assert key in after
            assert after[key].node == mapping.place(token.node)
    assert items <= {item.id for item in office.rows.all(WorkItem)}
    assert len({item.token for item in office.rows.all(WorkItem)}) == len(office.rows.all(WorkItem))
