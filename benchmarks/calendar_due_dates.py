"""Due dates: our working calendar beside chinesecalendar's `find_workday`, in one process.

Run: `.venv/bin/python -m benchmarks.calendar_due_dates`. Both answer "20 working days after…" for the same starts; the
peer's rule differs on starts that fall on a rest day (it counts from the next working day), so only starts on working
days are compared, and there the answers must be equal.
"""

import time
from collections.abc import Callable
from datetime import date, timedelta

import chinese_calendar

from zhengtong.kernel.calendar.law import WorkingCalendar
from zhengtong.kernel.calendar.notices import shipped_notices

LENGTH = 20
OURS_ROUNDS = 200
ROUNDS = 3


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the best CPU time of three runs."""
    best = float("inf")
    for _round in range(ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def main() -> None:
    """Check that the answers agree, then print CPU seconds and the ratio."""
    build = cpu_seconds(lambda: WorkingCalendar(shipped_notices()))
    calendar = WorkingCalendar(shipped_notices())
    days = (date(2023, 1, 1) + timedelta(days=step) for step in range(1_400))
    starts = [day for day in days if chinese_calendar.is_workday(day)]
    assert all(calendar.due_on(day, LENGTH).on == chinese_calendar.find_workday(LENGTH, day) for day in starts)
    due_on = calendar.due_on

    def ours() -> None:
        for _round in range(OURS_ROUNDS):
            for day in starts:
                due_on(day, LENGTH)

    def peer() -> None:
        for day in starts:
            chinese_calendar.find_workday(LENGTH, day)

    mine, theirs = cpu_seconds(ours), cpu_seconds(peer)
    each_mine, each_theirs = mine / (OURS_ROUNDS * len(starts)), theirs / len(starts)
    print(f"building the calendar 2004–2050       {build * 1e3:9.2f} ms CPU, once per process")
    print(f"zhengtong WorkingCalendar.due_on      {each_mine * 1e6:9.2f} µs CPU each  ({mine:.2f} s CPU in all)")
    print(f"chinesecalendar find_workday          {each_theirs * 1e6:9.2f} µs CPU each  ({theirs:.2f} s CPU in all)")
    print(f"ratio                                 {each_theirs / each_mine:9.0f} ×   (goal: ours ≤ 1 µs)")


if __name__ == "__main__":
    main()
