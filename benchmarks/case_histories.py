"""Random case histories 办件历史: the law, the clock and the evidence hold whatever happens in whatever order.

    .venv/bin/python benchmarks/case_histories.py [--histories 10000] [--seed 1]

Each history draws a working day, periods, special procedures that may overlap, an extension and a conclusion, lets the
clock fold them, and checks against a slow second reckoning that counts day by day: 行政许可法 §42, §45, §82.
"""

import argparse
import random
import time
from datetime import date, timedelta
from itertools import pairwise

from zhengtong.kernel.calendar.contracts import Unit
from zhengtong.kernel.calendar.law import WorkingCalendar
from zhengtong.kernel.calendar.notices import shipped_notices
from zhengtong.process.cases import law
from zhengtong.process.cases.contracts import DeadlineLight

CALENDAR = WorkingCalendar(shipped_notices())
DAY = timedelta(days=1)


def counted_by_hand(start: date, length: int, stopped: set[date]) -> date:
    """Return the last day of *length* working days after *start*, days on which the clock stands not counted."""
    day = start
    left = length
    while left:
        day += DAY
        if CALENDAR.working_days_between(day - DAY, day) and day not in stopped:
            left -= 1
    return day


def history(draw: random.Random) -> None:
    """Draw one history and check it."""
    accepted = date(2026, 1, 1) + timedelta(days=draw.randrange(150))
    promised = draw.randrange(1, 20)
    due = counted_by_hand(accepted, promised, set())
    spans, stopped = [], set[date]()
    for _number in range(draw.randrange(3)):
        began = accepted + timedelta(days=draw.randrange(1, 12))
        if began > counted_by_hand(accepted, promised, stopped):
            continue
        ended = began + timedelta(days=draw.randrange(15))
        spans.append(law.Span(began_on=began, ended_on=ended))
        # The day it begins is not used, nor is the day the clock resumes.
        if ended > began:
            stopped |= {began + timedelta(days=number) for number in range((ended - began).days + 1)}
    overlapping = any(
        one.began_on <= other.began_on <= (one.ended_on or one.began_on)
        for one in spans
        for other in spans
        if one is not other
    )
    events = law.clock_events(accepted, spans, [])
    ticks = [event.tick.value for event in events]
    assert ticks[0] == "started"
    assert all(left != right for left, right in pairwise(ticks)), ticks
    both = law.deadlines(events, (20, Unit.WORKING_DAYS), (promised, Unit.WORKING_DAYS), CALENDAR)
    assert both["promised"].due_on >= due, "a stop never shortens the office's time"
    if not overlapping and all(span.ended_on != span.began_on for span in spans):
        assert both["promised"].due_on == counted_by_hand(accepted, promised, stopped), (accepted, promised, spans)
    last = both["promised"].due_on
    assert law.light(last, last, CALENDAR) is DeadlineLight.YELLOW
    assert law.light(last + DAY, last, CALENDAR) is DeadlineLight.RED


def main() -> None:
    """Check so many histories and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--histories", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    draw, started = random.Random(asked.seed), time.process_time()  # noqa: S311 -- repeatable, no secret
    for _number in range(asked.histories):
        history(draw)
    print(f"{asked.histories} histories, 0 violations, {time.process_time() - started:.1f} CPU s")


if __name__ == "__main__":
    main()
