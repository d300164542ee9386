"""Whether tasks of an item may be decided in a batch is said by its version, with the basis; the default is no."""

from pathlib import Path

import pytest

from zhengtong.process.items import api, storing
from zhengtong.process.items.tests import builders

RULE = "    rank: 5\n    batching: {tasks: [accept], basis: [依据, Basis]}\n"


def with_rule(folder: Path, rule: str) -> Path:
    return builders.write(folder, police=builders.POLICE.replace("    rank: 5\n", rule))


@pytest.mark.django_db
def test_the_rule_is_part_of_a_version_and_the_version_before_keeps_its_own(tmp_path: Path) -> None:
    builders.publish(builders.write(tmp_path))
    assert api.batchings() == {}
    assert builders.publish(with_rule(tmp_path, RULE)).changed == 1
    rule = api.Batching(tasks=("accept",), basis=api.Words("依据", "Basis"))
    assert [found for (code, _version), found in api.batchings().items() if code == "901001000000"] == [rule]
    assert api.in_force("901001000000", at=builders.TODAY).batching == rule


def test_an_item_without_a_rule_keeps_the_digest_it_had(tmp_path: Path) -> None:
    assert "batching" not in storing.dump(api.read_catalogue(builders.write(tmp_path)).items[0])


@pytest.mark.parametrize(
    "rule", ["{tasks: [refuse], basis: [依据, Basis]}", "{tasks: [], basis: [依据, Basis]}", "{tasks: [accept]}"]
)
def test_a_rule_that_refuses_has_no_task_or_no_basis_is_broken(tmp_path: Path, rule: str) -> None:
    with pytest.raises(api.CatalogueBroken):
        api.read_catalogue(with_rule(tmp_path, f"    rank: 5\n    batching: {rule}\n"))
