"""Whatever is changed in the stored log, the auditor's check finds it and names it."""

import secrets
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection

from zhengtong.trust.ledger import api, guards
from zhengtong.trust.ledger.cli import ledger_group
from zhengtong.trust.ledger.contracts import LogFinding, LogFlaw
from zhengtong.trust.ledger.log import memory, reading, rows, running
from zhengtong.trust.ledger.models import (
    CheckpointRow,
    CosignatureRow,
    EntryRow,
    LogRow,
    RecordedActRow,
    TileRow,
    WaitingRow,
)
from zhengtong.trust.ledger.tests.test_ledger import record
from zhengtong.trust.ledger.tests.test_log import NOON
from zhengtong.trust.ledger.tests.test_publication import sequenced
from zhengtong.trust.ledger.tree import tiles
from zhengtong.trust.ledger.tree.checkpoints import Checkpoint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unguarded() -> None:
    """Whoever owns the database can take the guards away; the check must find what they then do."""
    guards.lift(connection)


def findings(*kept: Checkpoint) -> list[LogFinding]:
    return list(api.check_log(kept))


def flaws() -> set[LogFlaw]:
    return {finding.flaw for finding in findings()}


def act_at(number: int) -> RecordedActRow:
    return RecordedActRow.objects.get(id=EntryRow.objects.get(number=number).act_id)


def test_an_untouched_log_passes() -> None:
    for batch in range(3):
        sequenced(100, NOON + timedelta(minutes=batch))
    assert findings() == []
    assert CliRunner().invoke(ledger_group, ["check"]).output == "300 entries in the log, 0 findings\n"


def test_every_flipped_byte_of_an_entry_is_found_by_name() -> None:
    sequenced(300)
    flipped = {number: act_at(number) for number in range(0, 300, 2)}
    for row in flipped.values():
        leaf = bytearray(bytes(row.leaf))
        leaf[secrets.randbelow(len(leaf))] ^= 1 << secrets.randbelow(8)
        RecordedActRow.objects.filter(id=row.id).update(leaf=bytes(leaf))
    expected = [LogFinding(flaw=LogFlaw.ENTRY, number=number, act=row.id) for number, row in flipped.items()]
    assert findings() == expected


def test_an_act_rewritten_with_its_tiles_and_root_is_found_by_the_checkpoint() -> None:
    sequenced(5)
    row, log = act_at(2), rows.read_log()
    RecordedActRow.objects.filter(id=row.id).update(leaf=bytes(act_at(3).leaf))
    leaves = [log.hashing.leaf(bytes(act_at(number).leaf)) for number in range(5)]
    rebuilt = tiles.grow(log.hashing, 0, {}, leaves)
    with connection.cursor() as cursor:
        rows.write_tiles(cursor, rebuilt)
        rows.count(cursor, 5, tiles.root_of(log.hashing, 5, lambda wanted: tiles.nodes_in(rebuilt, wanted)))
    assert findings() == [LogFinding(flaw=LogFlaw.CHECKPOINT, number=5)]


def test_two_acts_that_changed_places_are_found() -> None:
    sequenced(4)
    first, second = EntryRow.objects.get(number=1).act_id, EntryRow.objects.get(number=2).act_id
    EntryRow.objects.filter(number__in=(1, 2)).delete()
    EntryRow.objects.create(number=1, act_id=second)
    EntryRow.objects.create(number=2, act_id=first)
    assert [(one.flaw, one.number) for one in findings()] == [(LogFlaw.ENTRY, 1), (LogFlaw.ENTRY, 2)]


def test_a_missing_act_is_found() -> None:
    sequenced(4)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_concern")
        cursor.execute("DELETE FROM ledger_act WHERE id = (SELECT act_id FROM ledger_entry WHERE number = 1)")
    assert findings() == [LogFinding(flaw=LogFlaw.MISSING, number=1)]


def test_an_act_taken_off_the_queue_is_found() -> None:
    sequenced(2)
    act = record().id
    WaitingRow.objects.all().delete()
    assert findings() == [LogFinding(flaw=LogFlaw.UNPLACED, act=act)]


def test_a_log_cut_off_is_found_by_the_checkpoints_and_by_the_memory() -> None:
    sequenced(6)
    LogRow.objects.update(size=4)
    CheckpointRow.objects.all().delete()
    assert LogFlaw.CUT_OFF in flaws()
    assert memory.remembered(rows.read_log().identity) is not None


@pytest.mark.parametrize("column", ["hashes", "nodes"])
@pytest.mark.parametrize("level", [0, 1])
def test_a_flipped_byte_of_a_tile_is_found(column: str, level: int) -> None:
    sequenced(600)
    tile = TileRow.objects.filter(level=level).order_by("number").first()
    assert tile is not None
    blob = bytearray(bytes(getattr(tile, column)))
    blob[secrets.randbelow(len(blob))] ^= 1 << secrets.randbelow(8)
    TileRow.objects.filter(level=level, number=tile.number).update(**{column: bytes(blob)})
    assert flaws() & {LogFlaw.TILE, LogFlaw.ENTRY}


def test_a_checkpoint_that_was_rewritten_is_found() -> None:
    sequenced(3)
    note = CheckpointRow.objects.get().note
    CheckpointRow.objects.update(note=note.replace("\n3\n", "\n2\n"))
    assert flaws() == {LogFlaw.SIGNATURE}
    CheckpointRow.objects.update(note=note, root=bytes(32))
    assert flaws() == {LogFlaw.SIGNATURE}


def test_a_root_that_was_rewritten_is_found() -> None:
    sequenced(3)
    LogRow.objects.update(root=bytes(32))
    assert flaws() == {LogFlaw.ROOT}


def test_a_co_signature_that_does_not_fit_is_found(tmp_path: Path, settings: object) -> None:
    from zhengtong.trust.ledger.tests.test_publication import COURT, Courthouse

    sequenced(3)
    Courthouse(tmp_path).asked()
    (tmp_path / "witnesses.json").write_text(
        f'[{{"key": "{COURT.public.written}", "address": "http://court.example"}}]'
    )
    settings.LEDGER_WITNESSES = str(tmp_path / "witnesses.json")  # type: ignore[attr-defined]
    assert findings() == []
    sequenced(1, NOON + timedelta(minutes=1))
    CosignatureRow.objects.update(checkpoint=4)
    assert findings() == [LogFinding(flaw=LogFlaw.COSIGNATURE, number=4, what=COURT.name)]


def test_a_checkpoint_kept_elsewhere_finds_a_history_that_was_written_anew(tmp_path: Path) -> None:
    sequenced(3)
    kept = tmp_path / "kept.txt"
    kept.write_text(api.signed_checkpoint())
    assert CliRunner().invoke(ledger_group, ["check", "--checkpoint", str(kept)]).exit_code == 0
    identity = rows.read_log().identity
    with connection.cursor() as cursor:
        for table in ("ledger_checkpoint", "ledger_entry", "ledger_tile"):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 -- constants
    row = RecordedActRow.objects.first()
    assert row is not None
    RecordedActRow.objects.filter(id=row.id).update(leaf=bytes(row.leaf).replace(b"accept", b"reject"))
    empty = rows.read_log().hashing.empty
    LogRow.objects.update(size=0, root=empty)
    memory.remember(identity, memory.Signed(0, empty))
    WaitingRow.objects.bulk_create(
        WaitingRow(act_id=one) for one in RecordedActRow.objects.values_list("id", flat=True)
    )
    reading._shelves.clear()  # as another process would see it
    while running.sequence(NOON + timedelta(hours=1)):
        pass
    told = CliRunner().invoke(ledger_group, ["check", "--checkpoint", str(kept)])
    assert (told.exit_code, told.output) == (1, "✗ checkpoint  3\n3 entries in the log, 1 findings\n")


@pytest.mark.parametrize("written", ["", "nonsense"])
def test_a_file_that_is_no_checkpoint_of_ours_is_refused(tmp_path: Path, written: str) -> None:
    sequenced(1)
    (tmp_path / "kept.txt").write_text(written)
    told = CliRunner().invoke(ledger_group, ["check", "--checkpoint", str(tmp_path / "kept.txt")])
    assert told.exit_code == 1
    assert "kept.txt" in told.output
