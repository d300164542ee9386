"""Acts get one place each, in one order; what is signed continues what was signed before."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from zhengtong.kernel.ids import new_id
from zhengtong.trust.ledger import api, guards
from zhengtong.trust.ledger.contracts import LogForked, LogNotBegun
from zhengtong.trust.ledger.log import memory, reading, rows, sequencing, signing
from zhengtong.trust.ledger.models import CheckpointRow, EntryRow, LogRow, RecordedActRow, TileRow, WaitingRow
from zhengtong.trust.ledger.tests.keyring import Key
from zhengtong.trust.ledger.tests.test_ledger import record
from zhengtong.trust.ledger.tests.test_tree import naive_root
from zhengtong.trust.ledger.tree.checkpoints import Checkpoint, read_signed
from zhengtong.trust.ledger.tree.hashing import HashName, hashing
from zhengtong.trust.ledger.tree.notes import verified
from zhengtong.trust.ledger.tree.proofs import verify_consistency, verify_inclusion

NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)
ORIGIN = "log.example/acts"
KEY = Key(ORIGIN)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def log() -> rows.Log:
    name = HashName.SM3
    LogRow.objects.create(id=rows.LOG, identity=new_id(), origin=ORIGIN, hash=name.value, root=hashing(name).empty)
    return rows.read_log()


def signers(_log: rows.Log) -> Sequence[Key]:
    return [KEY]


def recorded(number: int) -> list[UUID]:
    return [record().id for _ in range(number)]


def signed(at: datetime = NOON) -> Checkpoint | None:
    return signing.sign_checkpoint(signers, at)


def test_an_act_waits_until_it_gets_its_place() -> None:
    acts = recorded(3)
    assert WaitingRow.objects.count() == 3
    assert sequencing.append_waiting() == sequencing.Appended(entries=3, size=3)
    assert not rows.anything_waits()
    assert [rows.place_of_act(act) for act in acts] == [0, 1, 2]
    assert sequencing.append_waiting() == sequencing.Appended(entries=0, size=3)


def test_an_act_that_is_undone_does_not_wait() -> None:
    with transaction.atomic():
        record()
        transaction.set_rollback(True)
    assert not rows.anything_waits()


def test_the_log_is_the_tree_of_its_acts_whatever_the_batches() -> None:
    for number in (1, 2, 260, 5):
        recorded(number)
        sequencing.append_waiting(limit=200)
    sequencing.append_waiting()
    log = rows.read_log()
    order = EntryRow.objects.order_by("number").values_list("act_id", flat=True)
    leaves = RecordedActRow.objects.in_bulk()
    assert (log.size, log.root) == (268, naive_root(log.hashing, [bytes(leaves[act].leaf) for act in order]))
    assert reading.root_at(log, 268) == log.root


def test_every_entry_is_proven_and_every_size_continues_the_one_before() -> None:
    recorded(20)
    sequencing.append_waiting()
    log = rows.read_log()
    acts = [bytes(row.leaf) for row in RecordedActRow.objects.order_by("id")]
    for number, leaf in enumerate(acts):
        proof = reading.inclusion_proof(log, number, log.size)
        verify_inclusion(log.hashing, index=number, size=20, leaf=log.hashing.leaf(leaf), proof=proof, root=log.root)
    for size in range(1, 21):
        verify_consistency(
            log.hashing,
            old_size=size,
            new_size=20,
            old_root=reading.root_at(log, size),
            new_root=log.root,
            proof=reading.consistency_proof(log, size, 20),
        )


def test_a_proof_reads_a_tile_again_that_has_grown_since() -> None:
    recorded(3)
    sequencing.append_waiting()
    reading.inclusion_proof(rows.read_log(), 0, 3)
    recorded(9)
    sequencing.append_waiting()
    log = rows.read_log()
    assert reading.root_at(log, 12) == log.root
    with pytest.raises(LookupError):
        reading.root_at(log, 13)


def test_a_checkpoint_is_signed_once_for_each_size_and_at_most_once_a_second() -> None:
    assert signed() is None
    recorded(2)
    sequencing.append_waiting()
    first = signed()
    assert first == Checkpoint(origin=ORIGIN, size=2, root=rows.read_log().root)
    assert signed(NOON + timedelta(minutes=1)) is None
    recorded(1)
    sequencing.append_waiting()
    assert signed(NOON + timedelta(milliseconds=999)) is None
    second = signed(NOON + timedelta(seconds=1))
    assert second is not None
    note, checkpoint = read_signed(CheckpointRow.objects.latest("size").note)
    assert (checkpoint, verified(note, [KEY.public])) == (second, (KEY.public,))


def test_nothing_is_signed_that_does_not_continue_the_last_checkpoint() -> None:
    recorded(3)
    sequencing.append_waiting()
    signed()
    identity = rows.read_log().identity
    LogRow.objects.update(size=2, root=reading.root_at(rows.read_log(), 2))  # as if restored from a backup
    with pytest.raises(LogForked):
        signed(NOON + timedelta(hours=1))
    assert CheckpointRow.objects.count() == 1
    assert memory.remembered(identity) == memory.Signed(3, bytes(CheckpointRow.objects.get().root))


def test_a_restored_database_is_found_out_by_the_memory_beside_it() -> None:
    recorded(2)
    sequencing.append_waiting()
    log = rows.read_log()
    memory.remember(log.identity, memory.Signed(2, bytes(32)))
    with pytest.raises(LogForked):
        signed()
    assert not CheckpointRow.objects.exists()


def test_a_log_whose_tiles_were_altered_is_not_signed() -> None:
    recorded(2)
    sequencing.append_waiting()
    TileRow.objects.update(nodes=bytes(32))
    with pytest.raises(LogForked):
        signed()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM ledger_entry",
        "UPDATE ledger_entry SET number = 7",
        "DELETE FROM ledger_checkpoint",
        "UPDATE ledger_checkpoint SET size = 7",
    ],
)
def test_places_and_checkpoints_are_kept(statement: str) -> None:
    recorded(1)
    sequencing.append_waiting()
    signed()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_place_is_given_once() -> None:
    recorded(1)
    sequencing.append_waiting()
    for number, act in ((0, uuid4()), (1, EntryRow.objects.get().act_id)):
        with pytest.raises(DatabaseError), transaction.atomic():
            EntryRow.objects.create(number=number, act_id=act)


def test_without_a_log_nothing_is_read() -> None:
    LogRow.objects.all().delete()
    with pytest.raises(LogNotBegun):
        rows.read_log()


def test_lifted_guards_come_back_whole() -> None:
    guards.lift(connection)
    guards.install(connection)
    recorded(1)
    assert rows.anything_waits()
    assert list(api.verify()) == []
