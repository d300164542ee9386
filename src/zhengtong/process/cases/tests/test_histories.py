"""Whatever happens to a case in whatever order, its clock keeps to 行政许可法 §42, §45 and §82."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.kernel.calendar.api import Unit, WorkingCalendar, shipped_notices
from zhengtong.process.cases import law
from zhengtong.process.cases.contracts import DeadlineLight

CALENDAR = WorkingCalendar(shipped_notices())
DAY = timedelta(days=1)
ACCEPTED = st.dates(date(2026, 1, 1), date(2026, 6, 30))
PROMISED = st.integers(1, 20)


def counted_by_hand(start: date, length: int, stopped: set[date]) -> date:
    day, left = start, length
    while left:
        day += DAY
        left -= bool(CALENDAR.working_days_between(day - DAY, day)) and day not in stopped
    return day


def promised_due(accepted: date, length: int, spans: list[law.Span], extensions: list[law.Extension]) -> date:
    events = law.clock_events(accepted, spans, extensions)
    return law.deadlines(events, (20, Unit.WORKING_DAYS), (length, Unit.WORKING_DAYS), CALENDAR)["promised"].due_on


@given(ACCEPTED, PROMISED, st.integers(1, 10), st.integers(1, 20))
@settings(max_examples=150, deadline=None)
def test_a_stopped_day_is_not_counted(accepted: date, length: int, after: int, lasting: int) -> None:
    began = accepted + timedelta(days=after)
    if began > counted_by_hand(accepted, length, set()):
        return
    ended = began + timedelta(days=lasting)
    stopped = {began + timedelta(days=number) for number in range(lasting + 1)}
    due = promised_due(accepted, length, [law.Span(began_on=began, ended_on=ended)], [])
    assert due == counted_by_hand(accepted, length, stopped)


@given(ACCEPTED, PROMISED, st.lists(st.tuples(st.integers(1, 30), st.integers(0, 20)), max_size=4))
@settings(max_examples=150, deadline=None)
def test_procedures_that_overlap_stop_the_clock_once_and_never_shorten_it(
    accepted: date, length: int, drawn: list[tuple[int, int]]
) -> None:
    spans = [
        law.Span(began_on=accepted + timedelta(days=after), ended_on=accepted + timedelta(days=after + lasting))
        for after, lasting in drawn
    ]
    assert promised_due(accepted, length, spans, []) >= counted_by_hand(accepted, length, set())


@given(ACCEPTED, PROMISED, st.integers(1, law.EXTENSION_DAYS))
@settings(max_examples=100, deadline=None)
def test_an_extension_adds_its_days_and_no_more(accepted: date, length: int, days: int) -> None:
    extended = promised_due(accepted, length, [], [law.Extension(on=accepted, days=days)])
    assert extended == counted_by_hand(accepted, length + days, set())


@given(ACCEPTED, PROMISED)
@settings(max_examples=100, deadline=None)
def test_the_light_turns_yellow_before_the_last_day_ends_and_red_after_it(accepted: date, length: int) -> None:
    due = promised_due(accepted, length, [], [])
    assert law.light(due, due, CALENDAR) is DeadlineLight.YELLOW
    assert law.light(due + DAY, due, CALENDAR) is DeadlineLight.RED
