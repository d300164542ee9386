"""The figures of a desk: what waits, what was decided, in how many working days, how much of it on time."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import Decision
from zhengtong.process.cases.tests.builders import DAY, MONDAY, a_world, apply, handle

pytestmark = pytest.mark.django_db
LATER = MONDAY + 30 * DAY


def test_an_empty_desk_has_no_average() -> None:
    world = a_world()
    figures = cases.desk_figures(world.clerk, since=MONDAY, at=LATER)[0]
    assert (figures.open, figures.late, figures.done) == (0, 0, 0)
    assert (figures.average_working_days, figures.on_time_share, figures.on_time_percent) == (None, None, None)


def test_each_desk_counts_its_own_work_and_the_office_all_of_it(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    world = a_world()
    quick, slow, _waiting = (apply(world) for _ in range(3))
    handle(world.clerk, quick, Decision.ACCEPT, at=MONDAY + DAY)
    handle(world.approver, quick, Decision.GRANT, at=MONDAY + 3 * DAY)
    handle(world.clerk, slow, Decision.ACCEPT, at=MONDAY + 4 * DAY)  # Friday: the notice period is not over
    with django_assert_num_queries(1):
        own, office = cases.desk_figures(world.clerk, since=MONDAY, at=MONDAY + 4 * DAY)
    assert (own.open, own.late, own.done) == (1, 0, 2)
    assert own.average_working_days == (1 + 4) / 2
    assert own.on_time_share == 1.0
    assert (office.open, office.done) == (2, 3)
    assert cases.desk_figures(world.stranger, since=MONDAY, at=LATER)[1].done == 0


def test_what_is_past_its_day_is_late_and_what_was_done_after_it_not_on_time() -> None:
    world = a_world()
    reference = apply(world)
    handle(world.clerk, reference, Decision.ACCEPT)
    due = cases.own_case(world.citizen, reference, at=MONDAY).promised_due
    assert due is not None
    after = MONDAY + (due - MONDAY.date() + timedelta(days=1))
    waiting, _office = cases.desk_figures(world.approver, since=MONDAY, at=after)
    assert (waiting.open, waiting.late) == (1, 1)
    handle(world.approver, reference, Decision.GRANT, at=after)
    done, _office = cases.desk_figures(world.approver, since=MONDAY, at=after)
    assert (done.open, done.done, done.on_time_share) == (0, 1, 0.0)
    assert cases.desk_figures(world.approver, since=after + DAY, at=after + 2 * DAY)[0].done == 0


def test_what_lapsed_or_waited_for_the_applicant_is_nobodys_work() -> None:
    world = a_world()
    reference = apply(world)
    handle(world.clerk, reference, Decision.RETURN, reason="缺少照片")
    cases.withdraw(actor=world.citizen, case=cases.own_case(world.citizen, reference, at=MONDAY).line.id, at=MONDAY)
    _own, office = cases.desk_figures(world.clerk, since=MONDAY, at=LATER)
    assert (office.open, office.done) == (0, 1)
