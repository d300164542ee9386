"""`zhengtong verify` needs a file and a trusted list, and tells by its exit code what they show."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from zhengtong.site.verify import verify_command
from zhengtong.trust.ledger.cli import ledger_group
from zhengtong.trust.ledger.evidence.trusted import write_trusted_list
from zhengtong.trust.ledger.tests.test_evidence import Matter
from zhengtong.trust.licenses.tests.neighbour import ENTRY, OTHER, credential, data_file, entry, signed_list

pytestmark = pytest.mark.django_db


@pytest.fixture
def matter(tmp_path: Path) -> Matter:
    return Matter(tmp_path)


def test_a_machine_without_our_database_verifies_it_by_the_command(matter: Matter, tmp_path: Path) -> None:
    file, trust = tmp_path / "act.evidence.json", tmp_path / "trust.json"
    told = CliRunner().invoke(ledger_group, ["evidence", str(matter.acts[2]), "--to", str(file)])
    assert told.exit_code == 0
    trust.write_text(write_trusted_list(matter.trusted))
    command = [sys.executable, "-c", "from zhengtong.site.cli import main; main()", "verify", str(file)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(tmp_path)}
    done = subprocess.run(
        [*command, "--trust", str(trust), "--report", "detailed", "--lang", "en"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("✓ The evidence holds")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "act.evidence.json",
        "state.json",
        "state.lock",
        "trust.json",
    ]


@pytest.mark.parametrize(("entry", "stamps", "code"), [("", None, 1), (None, [], 3)])
def test_the_command_s_exit_code_tells_the_outcome(
    matter: Matter, tmp_path: Path, entry: str | None, stamps: list[str] | None, code: int
) -> None:
    document = json.loads(matter.evidence())
    changes = {"entry": entry, "time_stamps": stamps}
    document |= {name: value for name, value in changes.items() if value is not None}
    (tmp_path / "e.json").write_text(json.dumps(document))
    (tmp_path / "t.json").write_text(write_trusted_list(matter.trusted))
    told = CliRunner().invoke(verify_command, [str(tmp_path / "e.json"), "--trust", str(tmp_path / "t.json")])
    assert told.exit_code == code


def test_the_command_says_which_file_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text("{}")
    for file, trust in (("e.json", "none.json"), ("e.json", "t.json")):
        told = CliRunner().invoke(verify_command, [str(tmp_path / file), "--trust", str(tmp_path / trust)])
        assert told.exit_code == 1
        assert trust in told.output


def told_of(content: bytes, signed: bytes, folder: Path, *options: str) -> tuple[int, str]:
    """Return the exit code and the words of `zhengtong verify` on a licence."""
    root = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(OTHER.root) + b"-----END CERTIFICATE-----\n"
    for name, written in (("licence", content), ("list.p7m", signed), ("root.pem", root)):
        (folder / name).write_bytes(written)
    command = [str(folder / "licence"), "--trust", str(folder / "list.p7m"), *options]
    told = CliRunner().invoke(verify_command, command)
    return told.exit_code, told.output


@pytest.mark.parametrize("content", [data_file(), credential()])
def test_a_licence_of_another_region_verifies_offline_and_names_the_entry(content: bytes, tmp_path: Path) -> None:
    code, said = told_of(content, signed_list(entry()), tmp_path, "--root", str(tmp_path / "root.pem"), "--lang", "en")
    assert (code, f"{ENTRY} #7: Electronic licence, " in said) == (0, True), said


def test_a_licence_that_no_entry_carries_is_refused_offline_by_name(tmp_path: Path) -> None:
    root = ("--root", str(tmp_path / "root.pem"))
    code, said = told_of(data_file(), signed_list(entry(purposes=frozenset({"tax"}))), tmp_path, *root)
    assert (code, ENTRY in said) == (1, True)
    code, said = told_of(data_file(), signed_list(entry())[:-1] + b"?", tmp_path, *root)
    assert code == 1
    code, said = told_of(data_file(), signed_list(entry()), tmp_path)
    assert (code, "--root" in said) == (1, True)
