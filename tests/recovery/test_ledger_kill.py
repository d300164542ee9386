"""A sequencer of the ledger may be killed at any moment: no act is lost or doubled, and no fork is ever signed."""

import os

import pytest

from tests.recovery.conftest import House
from zhengtong.trust.ledger.log.sequencing import APPEND
from zhengtong.trust.ledger.log.signing import CHECKPOINT

pytestmark = [pytest.mark.slow, pytest.mark.django_db]  # the second mark has these run on both databases

WHOLE = [
    "the root is theirs True, the tiles are theirs True",
    "every checkpoint continues True, the last is signed True",
]


def told(house: House, *course: str) -> list[str]:
    return house.run("-m", "killable.logkeeper", *course).split("\n")


def test_what_a_sequencer_had_in_hand_when_it_died_is_done_once_by_the_next(house: House) -> None:
    places = [*APPEND, *CHECKPOINT]
    expected = []
    for turn, place in enumerate(places, start=1):
        expected += [f"{place}: killed 1", f"acts {14 * turn}, each in one place True, waiting False", *WHOLE]
    assert told(house, "die", *places) == expected


def test_killed_sequencers_lose_nothing_and_fork_nothing(house: House) -> None:
    seed = str(int.from_bytes(os.urandom(4)))
    print(f"seed {seed}")  # noqa: T201 -- shown when it fails, to repeat the run
    first, acts, *rest = told(house, "rush", "20", seed)
    assert first == "killed 20"
    assert acts.endswith("each in one place True, waiting False")
    assert rest == WHOLE


def test_three_sequencers_at_once_take_turns(house: House) -> None:
    first, acts, *rest = told(house, "share", "3")
    assert first == "ended [0, 0, 0]"
    assert acts.endswith("each in one place True, waiting False")
    assert rest == WHOLE
