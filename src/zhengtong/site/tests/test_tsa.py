"""`zhengtong tsa`: a real process stamps, openssl and our verifier agree, the log uses it by configuration alone."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest_django import Settings

from zhengtong.site.tsa import LONGEST_QUERY
from zhengtong.site.tsa_cli import tsa_group
from zhengtong.trust.keys.api import (
    ask_time_stamp,
    read_time_stamp_response,
    verify_time_stamp,
)
from zhengtong.trust.keys.contracts import RevocationEvidence, SignatureRefused
from zhengtong.trust.ledger.log import stamping
from zhengtong.trust.ledger.tests.test_evidence import Matter

COMMAND = (sys.executable, "-c", "from zhengtong.site.cli import main; main()", "tsa")
_PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Bureau:
    """A running authority."""

    folder: Path
    address: str

    def post(self, query: bytes, kind: str = "application/timestamp-query") -> bytes:
        headers = {"Content-Type": kind}
        request = urllib.request.Request(f"{self.address}/", data=query, headers=headers)  # noqa: S310 -- our process
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 -- our process
            assert answer.headers["Content-Type"] == "application/timestamp-reply"
            body: bytes = answer.read()
            return body

    def get(self, name: str) -> bytes:
        with urllib.request.urlopen(f"{self.address}/{name}", timeout=20) as answer:  # noqa: S310 -- our process
            body: bytes = answer.read()
            return body


@pytest.fixture(scope="module", params=["ecdsa-p256", "sm2"])
def bureau(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    """Run the command on a machine that has neither our settings nor our database."""
    folder = tmp_path_factory.mktemp("tsa") / request.param
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(folder.parent)}
    make = [*COMMAND, "init", str(folder), "--algorithm", request.param]
    subprocess.run(make, check=True, env=environment, cwd=folder.parent)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve = [*COMMAND, "serve", str(folder), "--port", str(port)]
    process = subprocess.Popen(serve, env=environment, cwd=folder.parent)
    try:
        one = Bureau(folder=folder, address=f"http://127.0.0.1:{port}")
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                assert one.get("root.cer") == (folder / "root.cer").read_bytes()
                break
            except urllib.error.URLError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield one
        assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name]
    finally:
        process.terminate()
        process.wait(20)


def test_a_process_stamps_what_it_is_asked_and_its_list_says_that_it_holds(bureau: Bureau) -> None:
    token = read_time_stamp_response(bureau.post(ask_time_stamp(b"checkpoint", nonce=7)))
    listed = RevocationEvidence(crls=(bureau.get("root.crl"),), retroactive=True)
    root = bureau.get("root.cer")
    proof = verify_time_stamp(token, data=b"checkpoint", roots=[root], revocation=listed, nonce=7)
    assert abs(proof.at - datetime.now(UTC)) < timedelta(minutes=1)
    with pytest.raises(SignatureRefused):
        verify_time_stamp(token, data=b"another", roots=[root], revocation=listed)


@pytest.mark.parametrize(
    ("query", "kind", "status"),
    [(b"x", "text/plain", 415), (b"x" * (LONGEST_QUERY + 1), "application/timestamp-query", 413)],
)
def test_what_is_no_query_is_refused(bureau: Bureau, query: bytes, kind: str, status: int) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        bureau.post(query, kind)
    assert caught.value.code == status
    with pytest.raises(SignatureRefused):
        read_time_stamp_response(bureau.post(b"\x30\x00"))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is not installed")
def test_openssl_verifies_the_process_s_answer_to_its_own_question(bureau: Bureau, tmp_path: Path) -> None:
    if bureau.folder.name == "sm2":
        pytest.skip("OpenSSL's CMS verifies no SM2")

    def openssl(*arguments: str) -> str:
        done = subprocess.run(["openssl", *arguments], cwd=tmp_path, check=False, capture_output=True, text=True)
        return done.stdout + done.stderr

    (tmp_path / "data").write_bytes(b"checkpoint")
    openssl("ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "request")
    (tmp_path / "response").write_bytes(bureau.post((tmp_path / "request").read_bytes()))
    openssl("x509", "-inform", "DER", "-in", str(bureau.folder / "root.cer"), "-out", "root.pem")
    verify = ("ts", "-verify", "-in", "response", "-CAfile", "root.pem")
    assert "Verification: OK" in openssl(*verify, "-queryfile", "request")
    (tmp_path / "data").write_bytes(b"another")
    assert "Verification: FAILED" in openssl(*verify, "-data", "data")


@pytest.mark.django_db
def test_the_log_s_checkpoint_is_stamped_by_the_process_that_a_file_names(
    bureau: Bureau, tmp_path: Path, settings: Settings
) -> None:
    told = CliRunner().invoke(
        tsa_group, ["entry", str(bureau.folder), "--name", "演示授时", "--address", bureau.address]
    )
    assert told.exit_code == 0
    settings.LEDGER_AUTHORITIES = str(tmp_path / "authorities.json")
    Path(settings.LEDGER_AUTHORITIES).write_text(told.output)
    matter = Matter(tmp_path)
    known = stamping.known_authorities()
    assert stamping.stamp_newest(known, datetime.now(UTC)) == 1
    trusted = replace(matter.trusted, authorities=(known[0].trusted,))
    stamps = [one for one in json.loads(matter.evidence())["time_stamps"] if one["authority"] == "演示授时"]
    verdict = matter.verdict(json.dumps({**json.loads(matter.evidence()), "time_stamps": stamps}), trusted)
    assert verdict.outcome == "passed", [(one.reason, one.details) for one in verdict.checks]


def test_keys_are_their_owner_s_and_never_overwritten(tmp_path: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        told = CliRunner().invoke(tsa_group, list(words))
        return told.exit_code, told.output

    folder = tmp_path / "tsa"
    assert run("init", str(folder))[0] == 0
    before = (folder / "stamping.key").read_bytes()
    code, said = run("init", str(folder))
    assert (code, "never overwritten" in said) == (1, True)
    assert (folder / "stamping.key").read_bytes() == before
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*.key")} == {0o600}
    (folder / "root.key").chmod(0o644)
    for words in (("serve", str(folder)), ("entry", str(folder), "--name", "a", "--address", "http://a")):
        code, said = run(*words)
        assert (code, "chmod 600" in said) == (1, True)
    code, said = run("serve", str(tmp_path / "nowhere"))
    assert (code, said.startswith("Error: ")) == (1, True)
