"""The gateway's processes may be killed at any moment: nothing was ever answered that is not on record."""

import os

import pytest

from tests.recovery.conftest import House

KILLS = int(os.environ.get("ZHENGTONG_GATEWAY_KILLS", "4"))
"""The benchmark `gateway_kills` runs fifty."""

pytestmark = [pytest.mark.slow, pytest.mark.django_db]  # the second mark has these run on both databases


def test_no_answer_is_without_its_look_however_often_the_gateway_is_killed(house: House) -> None:
    seed = str(int.from_bytes(os.urandom(4)))
    print(f"seed {seed}")  # noqa: T201 -- shown when it fails, to repeat the run
    told = house.run("-m", "killable.gateway", str(KILLS), seed).split("\n")
    assert told[0].startswith(f"killed {KILLS}, answered ")
    assert int(told[0].rpartition(" ")[2]) >= 20 * KILLS
    assert told[1:] == ["lost 0, doubled 0", "sound True, checked all True, counted True"]
