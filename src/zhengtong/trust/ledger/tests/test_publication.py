"""What the log publishes is enough to check it, and nothing of whom it is about; witnesses co-sign it."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from django.test import Client
from pytest_django import Settings

from zhengtong.trust.ledger import api
from zhengtong.trust.ledger.cli import ledger_group
from zhengtong.trust.ledger.contracts import WitnessesUnreadable
from zhengtong.trust.ledger.evidence.trusted import TrustedList, read_trusted_list
from zhengtong.trust.ledger.log import rows, running, witnessing
from zhengtong.trust.ledger.models import CheckpointRow, CosignatureRow, LogRow, RecordedActRow, WitnessRow
from zhengtong.trust.ledger.tests.keyring import Key
from zhengtong.trust.ledger.tests.test_ledger import record
from zhengtong.trust.ledger.tests.test_log import NOON
from zhengtong.trust.ledger.tree import tiles
from zhengtong.trust.ledger.tree.checkpoints import read_signed
from zhengtong.trust.ledger.tree.notes import verified
from zhengtong.trust.ledger.tree.tiles import Tile, TilePlace
from zhengtong.trust.ledger.tree.verifiers import COSIGNATURE_TYPE
from zhengtong.trust.ledger.witness.judging import Witness
from zhengtong.trust.ledger.witness.state import Seen, WitnessState

pytestmark = pytest.mark.django_db

COURT = Key("court.example/w1", COSIGNATURE_TYPE)


def sequenced(number: int, at: datetime = NOON) -> None:
    for _ in range(number):
        record()
    while running.sequence(at):
        pass


def own_list() -> TrustedList:
    return read_trusted_list(api.own_trusted_list())


class Courthouse:
    """A witness elsewhere, asked without a network; it may be down."""

    def __init__(self, folder: Path) -> None:
        state = WitnessState(folder / "state.json")
        self.witness = Witness(key=COURT.public, sign=COURT.sign, trusted=own_list(), state=state)
        self.known = witnessing.KnownWitness(key=COURT.public, address="http://court.example")
        self.down = False

    def ask(self, address: str, body: bytes) -> tuple[int, str]:
        assert address == "http://court.example/add-checkpoint"
        if self.down:
            raise ConnectionRefusedError("down")
        answer = self.witness.add_checkpoint(body, 1_764_000_000)
        return int(answer.status), answer.body

    def asked(self, at: datetime = NOON) -> int:
        return witnessing.ask_witnesses([self.known], at, self.ask)


def test_the_log_signs_with_both_of_its_keys_and_its_list_says_which() -> None:
    sequenced(3)
    log = own_list().log(rows.read_log().origin)
    assert log is not None
    note, checkpoint = read_signed(api.signed_checkpoint())
    assert checkpoint.size == 3
    assert [key.kind[0] for key in verified(note, log.keys)] == [0x01, 0xFF]


def test_an_idle_log_is_left_alone() -> None:
    assert running.sequence(NOON) == 0
    assert not LogRow.objects.exists()
    sequenced(1)
    assert running.sequence(NOON + timedelta(hours=1)) == 0
    assert CheckpointRow.objects.count() == 1


def test_from_the_published_tiles_anybody_computes_the_signed_root(client: Client) -> None:
    sequenced(258)
    _, checkpoint = read_signed(client.get("/ledger/checkpoint").content.decode())
    hashing = rows.read_log().hashing
    found: dict[TilePlace, bytes] = {}
    for place, width in tiles.tiles_of(checkpoint.size):
        answer = client.get(f"/ledger/{tiles.tile_path(place, width=width)}")
        assert "immutable" in answer.headers["Cache-Control"]
        found[place] = answer.content
    leaves = [found[TilePlace(0, 0)] + found[TilePlace(0, 1)]]
    assert len(leaves[0]) == 258 * 32
    split = [leaves[0][start : start + 32] for start in range(0, 258 * 32, 32)]
    rebuilt: dict[TilePlace, Tile] = tiles.grow(hashing, 0, {}, split)
    assert tiles.root_of(hashing, 258, lambda nodes: tiles.nodes_in(rebuilt, nodes)) == checkpoint.root
    assert rebuilt[TilePlace(1, 0)].hashes == found[TilePlace(1, 0)]


@pytest.mark.parametrize(
    "path", ["0/000", "0/000.p/4", "0/001.p/1", "1/000.p/1", "entries/000.p/3", "0/0", "../checkpoint"]
)
def test_what_is_not_signed_or_names_people_is_not_published(client: Client, path: str) -> None:
    sequenced(3)
    assert client.get(f"/ledger/tile/{path}").status_code == 404
    assert (
        client.get("/ledger/tile/0/000.p/2").status_code == 200
    )  # a smaller one was signed for once, or may have been


def test_published_bytes_hold_no_id_of_an_act(client: Client) -> None:
    sequenced(2)
    row = RecordedActRow.objects.first()
    assert row is not None
    shown = client.get("/ledger/tile/0/000.p/2").content + client.get("/ledger/checkpoint").content
    for identifier in (row.id, row.subject):
        assert str(identifier).encode() not in shown
        assert identifier.bytes not in shown


def test_nothing_is_published_before_the_first_checkpoint(client: Client) -> None:
    assert client.get("/ledger/checkpoint").status_code == 404
    assert client.get("/ledger/trusted-list.json").status_code == 404


def test_a_witness_co_signs_each_checkpoint_from_the_one_before(tmp_path: Path) -> None:
    sequenced(2)
    court = Courthouse(tmp_path)
    assert (court.asked(), court.asked()) == (1, 0)
    sequenced(7, NOON + timedelta(seconds=5))
    assert court.asked() == 1
    note, checkpoint = read_signed(api.signed_checkpoint())
    assert (checkpoint.size, verified(note, [COURT.public])) == (9, (COURT.public,))


def test_a_witness_that_saw_more_than_we_remember_corrects_us(tmp_path: Path) -> None:
    sequenced(2)
    court = Courthouse(tmp_path)
    court.asked()
    WitnessRow.objects.all().delete()
    sequenced(2, NOON + timedelta(seconds=5))
    assert court.asked() == 1


def test_a_witness_that_is_down_or_refuses_is_on_record_and_costs_nothing(tmp_path: Path, settings: Settings) -> None:
    sequenced(2)
    court, file = Courthouse(tmp_path), tmp_path / "witnesses.json"
    file.write_text(json.dumps([{"key": COURT.public.written, "address": "http://court.example/"}]))
    settings.LEDGER_WITNESSES = str(file)
    court.down = True
    assert court.asked() == 0
    assert [(one.name, one.size, one.trouble) for one in api.witness_states()] == [(COURT.name, 0, "down")]
    assert "down" in CliRunner().invoke(ledger_group, ["witnesses"]).output
    court.down = False
    with court.witness.state.held() as seen:
        seen[rows.read_log().origin] = Seen(size=2, root=bytes(32), note="")
    assert court.asked() == 0
    assert not CosignatureRow.objects.exists()
    assert api.witness_states()[0].trouble.startswith("409")


def test_an_answer_without_the_witness_s_signature_is_not_kept(tmp_path: Path) -> None:
    sequenced(2)
    court = Courthouse(tmp_path)
    forger = Key(COURT.name, COSIGNATURE_TYPE)
    forged = Witness(key=forger.public, sign=forger.sign, trusted=own_list(), state=WitnessState(tmp_path / "f.json"))
    court.witness = forged
    assert court.asked() == 0
    assert not CosignatureRow.objects.exists()


@pytest.mark.parametrize("written", ["{", "[1]", '[{"key": "x", "address": "http://a"}]', '[{"address": "http://a"}]'])
def test_a_list_of_witnesses_that_cannot_be_read_is_refused(tmp_path: Path, settings: Settings, written: str) -> None:
    settings.LEDGER_WITNESSES = str(tmp_path / "witnesses.json")
    assert witnessing.known_witnesses() == ()
    Path(settings.LEDGER_WITNESSES).write_text(written)
    with pytest.raises(WitnessesUnreadable):
        witnessing.known_witnesses()


def test_only_web_addresses_are_asked() -> None:
    with pytest.raises(OSError, match="http"):
        witnessing.post("file:///etc/hostname", b"")


def test_the_command_sequences_what_waits() -> None:
    record()
    told = CliRunner().invoke(ledger_group, ["sequence", "--once"])
    assert (told.exit_code, told.output) == (0, "2 done\n")
    assert f'"origin": "{rows.read_log().origin}"' in CliRunner().invoke(ledger_group, ["trusted-list"]).output


def test_a_worker_s_round_queues_the_asking_of_witnesses_at_most_every_ten_seconds() -> None:
    from django_tasks_db.models import DBTaskResult

    for seconds, jobs in ((0, 1), (5, 1), (11, 2)):
        record(concerns=(uuid4(),))
        assert running.round_of_worker(NOON + timedelta(seconds=seconds))
        assert DBTaskResult.objects.count() == jobs
