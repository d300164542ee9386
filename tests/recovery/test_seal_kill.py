"""Whoever files or uses a seal may be killed at any moment: nothing lost or doubled, never live unacknowledged."""

import pytest

from tests.recovery.conftest import House
from zhengtong.trust.seals import services, use

pytestmark = [pytest.mark.slow, pytest.mark.django_db]  # the second mark has these run on both databases

UNMADE = "numbered False, register [], keys 0, uses 0 [] 0, acts apply"
LIVE = "in_force, numbered True, register ['filed'], keys 2, uses 0 [] 0, acts apply approve make go_live"
USED = "in_force, numbered True, register ['filed'], keys 2, uses 1 [1] 1, acts apply approve make go_live"
ENDED = "uses 0 [] 0, acts apply approve make"
SUSPENDED = f"suspended, numbered True, register ['suspended'], keys 2, {ENDED} go_live suspend"
LOST = f"lost, numbered True, register ['lost'], keys 0, {ENDED} go_live report_lost"
CANCELLED = f"cancelled, numbered True, register ['cancelled'], keys 0, {ENDED} go_live report_lost cancel"

COURSES = [
    ("seals.applied", "none", f"applied, {UNMADE}"),
    ("seals.settled", "applied", f"applied, {UNMADE}"),
    ("seals.approved", "applied", f"approved, {UNMADE} approve"),
    ("seals.settled", "approved", f"approved, {UNMADE} approve"),
    ("seals.made", "approved", LIVE),
    ("seals.due", "approved", LIVE),
    ("seals.settled", "filing", LIVE),
    ("seals.answered", "filing", LIVE),
    ("seals.live", "filing", LIVE),
    ("events.committed", "in_force", LIVE),
    ("seals.live", "filing", LIVE),
    ("seals.withdrawn", "filing", f"not_filed, numbered False, register ['not_filed'], keys 0, {ENDED} give_up"),
    ("seals.granted", "in_force", f"{LIVE} approve_use"),
    ("seals.sealed", "in_force", f"{USED} approve_use use"),
    ("seals.counted", "in_force", f"{USED} approve_use use"),
    ("seals.used", "in_force", f"{USED} approve_use use"),
    ("seals.changed", "in_force", SUSPENDED),
    ("seals.settled", "suspended", SUSPENDED),
    ("seals.reported", "suspended", SUSPENDED),
    ("seals.changed", "in_force", LOST),
    ("seals.settled", "lost", LOST),
    ("seals.reported", "lost", LOST),
    ("seals.changed", "lost", CANCELLED),
    ("seals.reported", "cancelled", CANCELLED),
]
"""Where the process died, how the seal stood then, how it ended when the work was done again."""


def test_every_place_has_its_course() -> None:
    assert {place for place, _, _ in COURSES if place.startswith("seals.")} == {*services.PLACES, *use.PLACES}


def test_what_was_in_hand_at_a_death_is_done_once_and_no_seal_is_live_unacknowledged(house: House) -> None:
    expected = []
    for place, stood, ended in COURSES:
        expected += [f"{place}: killed 1 at {stood}, acknowledged True", ended]
    told = house.run("-m", "killable.sealkeeper").split("\n")
    assert told == [*expected, "keys of no seal 0, the register has each seal once True"]
