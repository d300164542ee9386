"""Replay of the platform's own cases, read from the event rows of the store."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from zhengtong.kernel.ids import new_id
from zhengtong.process.bpmn.api import read_definitions, read_document
from zhengtong.process.cli import bpmn_group
from zhengtong.process.simulation import api as simulation
from zhengtong.process.simulation.api import Verdict
from zhengtong.process.store import api as store
from zhengtong.process.store import definitions
from zhengtong.process.store.tests import models
from zhengtong.trust.ledger.api import Authority, Responsibility

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forget_compiled() -> None:
    """Definitions are cached by their id, which a rolled-back test gives to the next one."""
    definitions.compiled.cache_clear()


NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


def begin(bpmn: bytes) -> UUID:
    definition = store.publish(
        "joint",
        bpmn,
        effective_from=NOW,
        at=NOW,
        authority=Authority(clause="test"),
        responsibility=Responsibility(subject=new_id()),
    )
    instance = new_id()
    store.start(instance, definition.id, store.StartProcess(process="main"), at=NOW)
    return instance


def finish(instance: UUID, *nodes: str) -> None:
    for node in nodes:
        (item,) = (work for work in store.open_work(instance) if work.node == node)
        store.carry_out(instance, store.CompleteWorkItem(work_item=item.work_item), key=f"{node}", at=NOW)


def replayed(bpmn: bytes) -> simulation.ReplaySummary:
    return simulation.replay_all(
        read_definitions(read_document(bpmn)),
        simulation.histories_in_store("joint"),
        activities=simulation.activities_in_store("joint"),
    )


def test_stored_cases_conform_to_the_definition_they_ran_on() -> None:
    finish(begin(models.joint(3)), "office2", "office0", "office1", "decide")
    finish(begin(models.joint(3)), "office0")
    assert replayed(models.joint(3)).verdicts == {Verdict.CONFORMS: 1, Verdict.UNFINISHED: 1}


def test_stored_cases_say_where_a_changed_definition_would_have_stopped_them() -> None:
    finish(begin(models.joint(2)), "office0", "office1", "decide")
    (group,) = replayed(models.joint(3)).divergences
    assert (group.divergence.activity, group.divergence.expected) == ("decide", ("office2 office2",))


def test_the_command_replays_stored_cases(tmp_path: Path) -> None:
    finish(begin(models.joint(2)), "office0", "office1", "decide")
    file = tmp_path / "joint.bpmn"
    file.write_bytes(models.joint(2))
    result = CliRunner().invoke(bpmn_group, ["replay", str(file), "--stored", "joint"])
    assert result.output.endswith("1 cases: 1 conforms\n")
