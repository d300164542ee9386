"""Page by page every case is seen once: cases of one moment, of one day, and those whose clock stands still."""

from collections.abc import Callable

import pytest

from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import Decision, LinePage, Procedure
from zhengtong.process.cases.tests.builders import DAY, MONDAY, World, a_world, apply, handle, seen

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


def walk(read: Callable[[str], LinePage]) -> list[str]:
    """Turn the pages to the last."""
    found, after = [], ""
    while True:
        page = read(after)
        found += [line.reference for line in page.items]
        if not page.after:
            return found
        after = page.after


def test_cases_of_one_moment_are_not_lost_between_pages(world: World) -> None:
    """A bundle opens five cases at once; a batch decides many at once."""
    references = {apply(world) for _number in range(5)}
    listed = walk(lambda after: cases.cases_of(world.citizen, at=MONDAY, before=after, limit=2))
    at_office = walk(lambda after: cases.cases_at(world.approver, items=[], at=MONDAY, after=after, limit=2))
    for reference in references:
        handle(world.clerk, reference, Decision.ACCEPT)
    done = walk(lambda after: cases.done_by(world.clerk, at=MONDAY, before=after, limit=2))
    for found in (listed, at_office, done):
        assert (len(found), set(found)) == (5, references)


def test_a_case_whose_clock_stands_still_comes_last_and_breaks_no_page(world: World) -> None:
    references = [apply(world) for _number in range(5)]
    for number, reference in enumerate(references):
        handle(world.clerk, reference, Decision.ACCEPT)
        if number < 3:
            cases.begin_procedure(
                actor=world.approver, case=seen(world, reference).line.id, procedure=Procedure.TEST, days=5,
                reason="检测", at=MONDAY,
            )  # fmt: skip
    found = walk(lambda after: cases.tasks_of(world.approver, at=MONDAY, after=after, limit=1))
    assert (found[:2], found[2:]) == (references[3:], references[:3])


def test_late_cases_are_turned_page_by_page(world: World) -> None:
    references = [apply(world) for _number in range(3)]
    found = walk(lambda after: cases.watched_by(world.head, at=MONDAY + 20 * DAY, after=after, limit=1))
    assert found == references


@pytest.mark.parametrize("after", ["None_5", "_", "x_y", "2026-11-23_z", "2026-11-23T00:00:00_5"])
def test_a_page_nobody_offered_is_refused_as_such(world: World, after: str) -> None:
    for read in (cases.tasks_of, cases.watched_by):
        with pytest.raises(ValueError):  # noqa: PT011 -- the doors say ValueError
            read(world.head, at=MONDAY, after=after)
    for turn in (cases.cases_of, cases.done_by):
        with pytest.raises(ValueError):  # noqa: PT011
            turn(world.head, at=MONDAY, before=after)
