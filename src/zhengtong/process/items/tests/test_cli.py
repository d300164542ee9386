"""The catalogue from the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from zhengtong.process.items.cli import items_group
from zhengtong.process.items.contracts import CatalogueBroken
from zhengtong.process.items.tests import builders


def test_a_good_catalogue_is_said_to_be_good(tmp_path: Path) -> None:
    result = CliRunner().invoke(items_group, ["check", str(builders.write(tmp_path))])
    assert result.exit_code == 0
    assert "2 items of 2 departments, 1 bundles" in result.output


def test_a_broken_catalogue_is_refused_with_its_place(tmp_path: Path) -> None:
    folder = builders.write(tmp_path, police=builders.POLICE.replace("kind: confirmation", "kind: favour"))
    result = CliRunner().invoke(items_group, ["check", str(folder)])
    assert isinstance(result.exception, CatalogueBroken)
    assert "police.yaml:4" in result.exception.explanation


@pytest.mark.django_db
def test_the_published_catalogue_is_searched(tmp_path: Path) -> None:
    builders.publish(builders.write(tmp_path))
    found = CliRunner().invoke(items_group, ["search", "出生"])
    assert "出生登记" in found.output
    assert "Nothing found" in CliRunner().invoke(items_group, ["search", "月球"]).output
