"""The command refuses in sentences and says where to go."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from zhengtong.site.demo.accounts import LOGINS, PASSWORD
from zhengtong.site.demo.cli import demo, welcome


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--scale", "0"], "--scale"),
        (["--scale", "201"], "--scale"),
        (["--port", "99999"], "--port"),
        (["--seed", "a/b"], "--seed"),
        (["--archive", "nowhere.tgz"], "nowhere.tgz"),
    ],
)
def test_a_wrong_option_gets_a_sentence(arguments: list[str], word: str) -> None:
    result = CliRunner().invoke(demo, arguments)
    assert result.exit_code == 2
    assert word in result.output
    assert "Traceback" not in result.output


def run(tmp_path: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    settings = {"DJANGO_SETTINGS_MODULE": "zhengtong.site.settings.base", "DATABASE_URL": ""}
    command = [sys.executable, "-c", "from zhengtong.site.cli import main; main()", "demo", "--home", str(tmp_path)]
    return subprocess.run(
        [*command, *arguments], env=os.environ | settings | environment, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip


def test_a_port_in_use_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run(tmp_path, "--port", port)
    assert done.returncode == 1
    assert port in done.stderr
    assert "--port" in done.stderr
    assert not (tmp_path / "zhengtong.sqlite3").exists()


def test_a_database_that_does_not_answer_gets_a_sentence(tmp_path: Path) -> None:
    done = run(tmp_path, "--no-serve", DATABASE_URL=f"postgres://nobody@/none?host={tmp_path}")
    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_welcome_names_every_login_and_the_password() -> None:
    text = welcome("http://127.0.0.1:8000")
    assert PASSWORD in text
    assert "http://127.0.0.1:8000/" in text
    for login in LOGINS:
        assert login.username in text
