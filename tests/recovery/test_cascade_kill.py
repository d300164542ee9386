"""Lines between nodes may be cut and nodes killed at any moment: in the end each holds the rows of its area, once."""

import os

import pytest

from tests.recovery.conftest import House

ROUNDS = int(os.environ.get("ZHENGTONG_CASCADE_ROUNDS", "1"))
"""The benchmark `cascade` runs more."""

pytestmark = pytest.mark.slow


def test_three_nodes_agree_in_the_end_however_often_they_were_cut_and_killed(house: House) -> None:
    seed = str(int.from_bytes(os.urandom(4)))
    print(f"seed {seed}")  # noqa: T201 -- shown when it fails, to repeat the run
    told = house.run("-m", "killable.cascade", str(ROUNDS), seed, str(house.folder)).split("\n")
    assert told[0].startswith(f"kills {ROUNDS}, cuts {ROUNDS}, ")
    assert len(told) == 7
    assert all("lost 0, doubled 0" in line for line in told[1:])
