"""A witness co-signs what continues what it saw, and nothing else (C2SP tlog-witness)."""

import json
import socket
import stat
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import uvicorn
from click.testing import CliRunner

from zhengtong.trust.ledger.evidence.trusted import TrustedList, TrustedLog, read_trusted_list, write_trusted_list
from zhengtong.trust.ledger.tests.keyring import Key
from zhengtong.trust.ledger.tests.test_tree import entries_of, naive_proof, naive_root
from zhengtong.trust.ledger.tree.checkpoints import Checkpoint
from zhengtong.trust.ledger.tree.hashing import HashName, hashing
from zhengtong.trust.ledger.tree.notes import Note, read_note, read_signatures, sign, verified
from zhengtong.trust.ledger.tree.verifiers import COSIGNATURE_TYPE
from zhengtong.trust.ledger.witness.cli import witness_group
from zhengtong.trust.ledger.witness.judging import Witness, write_request
from zhengtong.trust.ledger.witness.keyfile import UnfitKeyFile, read_key_file
from zhengtong.trust.ledger.witness.serving import application, log_id
from zhengtong.trust.ledger.witness.state import StateDamaged, WitnessState

ORIGIN, SECONDS = "log.example/acts", 1_764_000_000
LOG, STRANGER, COURT = Key(ORIGIN), Key(ORIGIN), Key("court.example/w1", COSIGNATURE_TYPE)
SM3 = hashing(HashName.SM3)
TRUSTED = TrustedList(logs=(TrustedLog(origin=ORIGIN, hash=HashName.SM3, keys=(LOG.public,)),))


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(key=COURT.public, sign=COURT.sign, trusted=TRUSTED, state=WitnessState(tmp_path / "state.json"))


def note_of(size: int, *, root: bytes | None = None, key: Key = LOG, origin: str = ORIGIN) -> Note:
    return sign(Checkpoint(origin=origin, size=size, root=root or naive_root(SM3, entries_of(size))).text(), [key])


def request(old: int, new: int, **other: object) -> bytes:
    proof = naive_proof(SM3, old, entries_of(new)) if 0 < old <= new else []
    return write_request(old, proof, note_of(new, **other).written())  # type: ignore[arg-type]


def asked(witness: Witness, old: int, new: int, **other: object) -> tuple[int, str]:
    answer = witness.add_checkpoint(request(old, new, **other), SECONDS)
    return int(answer.status), answer.body


def seen(witness: Witness) -> dict[str, int]:
    with witness.state.held() as known:
        return {origin: one.size for origin, one in known.items()}


@contextmanager
def served(witness: Witness) -> Iterator[str]:
    """Serve the witness on a free port, as `zhengtong ledger witness serve` does."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(application(witness), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def test_what_continues_is_co_signed_and_remembered(witness: Witness) -> None:
    for old, new in ((0, 3), (3, 3), (3, 11)):
        status, line = asked(witness, old, new)
        assert status == 200
        signed = Note(note_of(new).text, read_signatures(line))
        assert verified(signed, [COURT.public]) == (COURT.public,)
        assert seen(witness) == {ORIGIN: new}


def test_a_restarted_witness_goes_on_from_its_file(witness: Witness, tmp_path: Path) -> None:
    asked(witness, 0, 3)
    again = Witness(key=COURT.public, sign=COURT.sign, trusted=TRUSTED, state=WitnessState(tmp_path / "state.json"))
    assert asked(again, 0, 5) == (409, "3\n")
    assert asked(again, 3, 5)[0] == 200


@pytest.mark.parametrize(
    ("status", "old", "new", "other"),
    [
        (404, 4, 6, {"origin": "other.example"}),
        (403, 4, 6, {"key": STRANGER}),
        (400, 6, 4, {}),
        (409, 3, 6, {}),
        (409, 0, 6, {}),
        (409, 4, 4, {"root": bytes(32)}),
        (422, 4, 6, {"root": bytes(32)}),
    ],
)
def test_what_does_not_continue_is_refused_and_nothing_changes(
    witness: Witness, status: int, old: int, new: int, other: dict[str, object]
) -> None:
    asked(witness, 0, 4)
    assert asked(witness, old, new, **other)[0] == status
    assert seen(witness) == {ORIGIN: 4}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n\n",
        b"old 00\n\n" + note_of(1).written().encode(),
        b"old -1\n\n" + note_of(1).written().encode(),
        b"new 0\n\n" + note_of(1).written().encode(),
        b"old 1\n" + b"AAAA\n" * 64 + b"\n" + note_of(1).written().encode(),
        b"old 1\n!\n\n" + note_of(1).written().encode(),
        b"\xff",
    ],
)
def test_a_malformed_request_is_refused(witness: Witness, body: bytes) -> None:
    assert witness.add_checkpoint(body, SECONDS).status == 400
    assert seen(witness) == {}


def test_of_many_requests_at_once_none_takes_the_witness_back(witness: Witness) -> None:
    asked(witness, 0, 1)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda new: asked(witness, 1, new)[0], range(2, 18)))
    assert answers.count(200) == 1
    assert seen(witness) == {ORIGIN: 2 + answers.index(200)}


def test_a_witness_that_lost_its_memory_signs_nothing(witness: Witness, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{")
    with pytest.raises(StateDamaged):
        asked(witness, 0, 3)
    with served(witness) as address:
        assert requests.post(f"{address}/add-checkpoint", data=request(0, 3), timeout=5).status_code == 503
    assert (tmp_path / "state.json").read_text() == "{"


def test_over_http_it_tells_what_it_has_seen(witness: Witness) -> None:
    with served(witness) as address:
        place = f"{address}/{log_id(ORIGIN)}/checkpoint"
        assert requests.get(place, timeout=5).status_code == 404
        told = requests.post(f"{address}/add-checkpoint", data=request(0, 3), timeout=5)
        assert (told.status_code, told.headers["content-type"]) == (200, "text/plain; charset=utf-8")
        conflict = requests.post(f"{address}/add-checkpoint", data=request(0, 3), timeout=5)
        assert (conflict.status_code, conflict.text) == (409, "3\n")
        assert conflict.headers["content-type"].startswith("text/x.tlog.size")
        assert read_note(requests.get(place, timeout=5).content.decode()).text == note_of(3).text
        logs = requests.get(address, timeout=5).json()["logs"]
        assert logs == [{"origin": ORIGIN, "id": log_id(ORIGIN), "size": 3}]
        assert requests.post(f"{address}/add-checkpoint", data=bytes(300_000), timeout=5).status_code == 413


def test_a_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    arguments = ["init", "--key", str(path), "--name", "court.example/w1"]
    made = CliRunner().invoke(witness_group, arguments)
    assert made.exit_code == 0
    assert made.output.startswith("court.example/w1+")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    assert CliRunner().invoke(witness_group, arguments).exit_code == 1
    assert path.read_bytes() == before
    path.chmod(0o644)
    with pytest.raises(UnfitKeyFile):
        read_key_file(path)


@pytest.mark.parametrize("trust", [None, "{}", "[]", "not json"])
def test_without_a_key_or_a_trusted_list_it_says_so_in_a_sentence(tmp_path: Path, trust: str | None) -> None:
    key, listed = tmp_path / "key.pem", tmp_path / "trust.json"
    arguments = ["--name", "w", "--key", str(key), "--trust", str(listed), "--state", str(tmp_path / "state")]
    assert "key.pem" in CliRunner().invoke(witness_group, ["serve", *arguments]).output
    CliRunner().invoke(witness_group, ["init", "--key", str(key), "--name", "w"])
    if trust is not None:
        listed.write_text(trust)
    told = CliRunner().invoke(witness_group, ["serve", *arguments])
    assert told.exit_code == 1
    assert "trust.json" in told.output
    assert "Traceback" not in told.output


def test_a_trusted_list_is_read_as_it_was_written() -> None:
    trusted = TrustedList(logs=TRUSTED.logs, witnesses=(COURT.public,), quorum=1)
    assert read_trusted_list(write_trusted_list(trusted)) == trusted
    document = json.loads(write_trusted_list(trusted))
    for part, wrong in (
        ("form", "x"),
        ("logs", [{"origin": ORIGIN, "hash": "md5", "keys": [LOG.public.written]}]),
        ("logs", [{"origin": ORIGIN, "hash": "sm3", "keys": []}]),
        ("logs", [{"origin": ORIGIN, "hash": "sm3", "keys": [COURT.public.written]}]),
        ("witnesses", {"quorum": 2, "keys": [COURT.public.written]}),
        ("witnesses", {"quorum": 1, "keys": ["x"]}),
        ("time_stamp_authorities", [{"name": "a", "root": "!"}]),
    ):
        with pytest.raises(ValueError, match=r"."):
            read_trusted_list(json.dumps({**document, part: wrong}))
