"""The command verifies a file in words and in JSON, and its exit code says whether it is valid."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from zhengtong.trust.documents.api import Form, written
from zhengtong.trust.documents.tests.builders import permit
from zhengtong.trust.seals.cli import seals_group
from zhengtong.trust.seals.tests.builders import workshop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]


def test_a_sealed_file_is_told_check_by_check(tmp_path: Path) -> None:
    file = tmp_path / "sealed.ofd"
    file.write_bytes(workshop().signed())
    done = CliRunner().invoke(seals_group, ["verify", str(file)])
    assert (done.exit_code, done.output.count("✓"), done.output.count("✗")) == (0, 11, 0)


def test_another_verdict_has_another_exit_code(tmp_path: Path) -> None:
    file = tmp_path / "unsealed.ofd"
    file.write_bytes(written(permit(), Form.OFD))
    done = CliRunner().invoke(seals_group, ["verify", "--json", str(file)])
    assert (done.exit_code, orjson.loads(done.output)["verdict"]) == (3, "unsigned")


def test_a_missing_file_gets_a_sentence() -> None:
    done = CliRunner().invoke(seals_group, ["verify", "/nowhere.ofd"])
    assert done.exit_code == 2
    assert "does not exist" in done.output
