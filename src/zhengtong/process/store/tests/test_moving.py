"""Moving running cases: nothing is lost or doubled, whoever works meanwhile, and what cannot move is named."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhengtong.kernel.events.models import OutboxEvent
from zhengtong.kernel.ids import new_id
from zhengtong.process.store import api as store
from zhengtong.process.store import definitions, moving, statements
from zhengtong.process.store.cli import migrate_command
from zhengtong.process.store.models import CaseMigration, Instance, LiveRow
from zhengtong.process.store.tests import models
from zhengtong.trust.ledger.api import Authority, Responsibility, acts_on

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
ACT: dict[str, Any] = {"authority": Authority(clause="test"), "responsibility": Responsibility(subject=new_id())}


@pytest.fixture(autouse=True)
def _forget_compiled() -> None:
    definitions.compiled.cache_clear()


def publish(bpmn: bytes) -> int:
    return store.publish("joint", bpmn, effective_from=NOW, at=NOW, **ACT).id


def reviewed(width: int, *, review: str = "review") -> bytes:
    """Return the joint approval with a review between join and decision."""
    offices = [f"office{number}" for number in range(width)]
    return models.process(
        [
            '<startEvent id="start"/>',
            '<parallelGateway id="fork"/>',
            '<parallelGateway id="join"/>',
            *(f'<userTask id="{office}" name="{office}"/>' for office in offices),
            f'<userTask id="{review}"/>',
            '<userTask id="decide"/>',
            '<endEvent id="end"/>',
        ],
        [
            ("start", "fork"),
            *(("fork", office) for office in offices),
            *((office, "join") for office in offices),
            ("join", review),
            (review, "decide"),
            ("decide", "end"),
        ],
    )


def grown() -> bytes:
    """Return the joint approval of two with a third department; the flows that were there keep their ids."""
    return models.process(
        [
            '<startEvent id="start"/>',
            '<parallelGateway id="fork"/>',
            '<parallelGateway id="join"/>',
            *(f'<userTask id="office{number}"/>' for number in range(3)),
            '<userTask id="decide"/>',
            '<endEvent id="end"/>',
        ],
        [
            ("start", "fork"),
            ("fork", "office0"),
            ("fork", "office1"),
            ("office0", "join"),
            ("office1", "join"),
            ("join", "decide"),
            ("decide", "end"),
            ("fork", "office2"),
            ("office2", "join"),
        ],
    )


def start(definition: int, *done: str) -> UUID:
    instance = new_id()
    store.start(instance, definition, store.StartProcess(process="main", variables={"a": 1}), at=NOW)
    for node in done:
        finish(instance, node)
    return instance


def finish(instance: UUID, node: str) -> store.Receipt:
    (item,) = (work for work in store.open_work(instance) if work.node == node)
    return store.carry_out(instance, store.CompleteWorkItem(work_item=item.work_item), key=f"{node}", at=NOW)


def nodes(instance: UUID) -> list[str]:
    return sorted(work.node for work in store.open_work(instance))


def everything() -> list[object]:
    return [list(Instance.objects.order_by("id").values_list()), list(LiveRow.objects.order_by("pk").values_list())]


def move_all(old: int, new: int, instructions: dict[str, str] | None = None) -> store.MigrationProgress:
    batch = store.begin_migration(old, new, instructions, at=NOW, **ACT)
    return store.proceed_with_migration(batch.id, at=NOW)


def test_a_case_that_waits_at_a_join_goes_on_under_the_new_version() -> None:
    old, new = publish(models.joint(2)), publish(reviewed(2))
    instance = start(old, "office0")
    done = move_all(old, new)
    assert (done.total, done.moved, done.blocked, done.finished_at) == (1, 1, 0, NOW)
    finish(instance, "office1")
    assert nodes(instance) == ["review"]
    finish(instance, "review")
    assert finish(instance, "decide").state is store.InstanceState.COMPLETED
    moved = next(step for step in store.history(instance) if step.command == "MigrateCase")
    assert [entry.what for entry in moved.entries] == ["case_migrated"]
    assert [step.sequence for step in store.history(instance)] == [1, 2, 3, 4, 5, 6]


def test_a_dry_run_names_what_stands_against_it_and_changes_nothing() -> None:
    old, new = publish(models.joint(2)), publish(grown())
    past, before = start(old, "office0", "office1"), start(old, "office0")
    found = everything()
    report = store.dry_run_migration(old, new)
    assert (report.total, report.movable) == (2, 1)
    (blocked,) = report.blocked
    assert (blocked.code, blocked.node, blocked.count, blocked.examples) == ("starving-join", "join", 1, (before,))
    assert blocked.remedy
    first = store.dry_run_migration(old, new, most=1)
    assert (first.total, first.looked_at, first.movable, first.blocked) == (2, 1, 1, ())
    assert everything() == found
    assert CaseMigration.objects.count() == 0
    done = move_all(old, new)
    assert (done.moved, done.blocked) == (1, 1)
    assert store.blocked_cases(done.id) == ((before, (("starving-join", "join"),)),)
    assert nodes(past) == ["decide"]
    assert nodes(before) == ["office1"]


def test_a_node_that_was_renamed_is_suggested_and_moved_when_a_person_accepts() -> None:
    old, new = publish(reviewed(2)), publish(reviewed(2, review="second"))
    instance = start(old, "office0", "office1")
    assert [item.node for item in store.dry_run_migration(old, new).unplaced] == ["review"]
    assert move_all(old, new).blocked == 1
    accepted = store.migration_suggestions(old, new)
    assert accepted == {"review": "second"}
    assert move_all(old, new, accepted).moved == 1
    assert nodes(instance) == ["second"]


def test_a_batch_that_is_interrupted_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = publish(models.joint(2)), publish(reviewed(2))
    instances = [start(old, "office0") for _ in range(5)]
    batch = store.begin_migration(old, new, at=NOW, **ACT)
    assert store.proceed_with_migration(batch.id, at=NOW, limit=2).moved == 2

    def crash(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(statements, "count_moved", crash)
        with pytest.raises(KeyboardInterrupt):
            store.proceed_with_migration(batch.id, at=NOW)
    assert store.migration_progress(batch.id).moved == 2
    assert store.continue_migrations(NOW) == 3
    done = store.migration_progress(batch.id)
    assert (done.moved, done.blocked, done.finished_at) == (5, 0, NOW)
    assert {len(store.history(instance)) for instance in instances} == {3}
    assert store.continue_migrations(NOW) == 0


def test_a_case_another_worker_has_moved_is_neither_moved_nor_counted_again() -> None:
    old, new = publish(models.joint(2)), publish(reviewed(2))
    instance = start(old)
    batch = store.begin_migration(old, new, at=NOW, **ACT)
    way = moving.route(old, new)
    assert moving.move(way, batch.id, None, instance, NOW)
    found = everything()
    assert not moving.move(way, batch.id, None, instance, NOW)
    assert everything() == found
    assert store.migration_progress(batch.id).moved == 1


def test_reverting_takes_back_what_was_moved_and_nothing_else() -> None:
    old, new = publish(reviewed(2)), publish(reviewed(2, review="second"))
    moved, own = start(old, "office0", "office1"), start(new, "office0", "office1")
    ended = start(old, "office0", "office1")
    done = move_all(old, new, {"review": "second"})
    finish(ended, "second")
    finish(ended, "decide")
    back = store.revert_migration(done.id, at=NOW, **ACT)
    assert store.proceed_with_migration(back.id, at=NOW).moved == 1
    assert nodes(moved) == ["review"]
    assert nodes(own) == ["second"]
    assert Instance.objects.get(pk=moved).definition_id == old
    assert len(acts_on("process.migration", str(back.id)).items) == 1


@pytest.mark.parametrize("instructions", [{"nobody": "decide"}, {"decide": "nobody"}])
def test_instructions_that_name_no_node_are_refused_and_nothing_is_begun(instructions: dict[str, str]) -> None:
    old, new = publish(models.joint(2)), publish(reviewed(2))
    with pytest.raises(store.BadMigration):
        store.begin_migration(old, new, instructions, at=NOW, **ACT)
    with pytest.raises(store.BadMigration):
        store.begin_migration(old, old, at=NOW, **ACT)
    with pytest.raises(store.UnknownMigration):
        store.proceed_with_migration(new_id(), at=NOW)
    assert CaseMigration.objects.count() == 0


def test_a_migration_is_one_act_and_one_event() -> None:
    old, new = publish(models.joint(2)), publish(reviewed(2))
    start(old)
    batch = move_all(old, new)
    store.proceed_with_migration(batch.id, at=NOW)
    assert len(acts_on("process.migration", str(batch.id)).items) == 1
    assert OutboxEvent.objects.filter(type="process.migration.finished.v1").count() == 1


def test_a_move_keeps_the_limit_of_statements() -> None:
    old, new = publish(models.joint(5)), publish(reviewed(5))
    instance = start(old, "office0")
    batch = store.begin_migration(old, new, at=NOW, **ACT)
    way = moving.route(old, new)
    with CaptureQueriesContext(connection) as captured:
        moving.move(way, batch.id, None, instance, NOW)
    outside = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    assert len([query for query in captured.captured_queries if not query["sql"].startswith(outside)]) <= 8


def test_a_timer_keeps_its_date() -> None:
    old = publish(models.timed())
    new = publish(models.timed().replace(b"P5D", b"P9D"))
    instance = start(old)
    assert move_all(old, new).moved == 1
    assert store.fire_due_timers(NOW + timedelta(days=5)) == 1
    assert nodes(instance) == ["escalated"]


def test_the_command_tries_first_and_moves_when_told_by_what_right() -> None:
    old, new = publish(models.joint(2)), publish(grown())
    start(old, "office0", "office1")
    stays = start(old, "office0")
    versions = ["joint", "--from", "1", "--to", "2"]
    tried = CliRunner().invoke(migrate_command, [*versions, "--dry-run", "--lang", "en"])
    assert tried.exit_code == 1
    assert f"for example {stays}" in tried.output
    assert "1 of 2 running cases can move; nothing was changed" in tried.output
    assert CliRunner().invoke(migrate_command, versions).exit_code == 2
    moved = CliRunner().invoke(migrate_command, [*versions, "--clause", "c", "--subject", str(new_id())])
    assert moved.exit_code == 0, moved.output
    assert "1 moved, 1 blocked" in moved.output
    assert f"blocked: {stays} starving-join at join" in moved.output
    unknown = CliRunner().invoke(migrate_command, ["joint", "--from", "1", "--to", "9", "--dry-run"])
    assert unknown.exit_code == 1
    assert "v9" in unknown.output
    assert Instance.objects.filter(definition_id=new).count() == 1
