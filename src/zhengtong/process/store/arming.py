"""When a version's timers start their first cases 定时上弦: read at publishing, counted from when it takes effect."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from zhengtong.process.bpmn.api import Definitions, TimerRule, parse_duration, start_timers
from zhengtong.process.engine.api import FeelEvaluator, as_text, first_due
from zhengtong.process.store.models import Definition, StartTimer

First = tuple[datetime, int | None, str]  # first due, how often it repeats after that, interval


def readable(at: datetime) -> Callable[[TimerRule], bool]:
    """Return what tells whether a start timer can be read without the variables of a case."""
    return lambda rule: _read(rule, at) is not None


def timers_of(definition: Definition, model: Definitions, begins: datetime) -> Iterator[StartTimer]:
    """Yield the timers of a version that takes effect at *begins*; a moment before that starts nothing."""
    for process in model.processes.values():
        for node, position, rule in start_timers(process) if process.executable else ():
            found = _read(rule, begins)
            due = _not_before(found, begins) if found is not None else None
            if due is not None:
                moment, repeats, interval = due
                yield StartTimer(
                    definition=definition,
                    process=process.id,
                    node=node.id,
                    position=position,
                    due=moment,
                    repeats=repeats,
                    interval=interval,
                )


def _read(rule: TimerRule, at: datetime) -> First | None:
    """Return when *rule* is first due: a literal, or FEEL without variables; None when it cannot be read."""
    try:
        found = first_due(rule.kind, rule.expression, at) or first_due(
            rule.kind, as_text(FeelEvaluator().evaluate(rule.expression, {}, at)), at
        )
        span = parse_duration(found[2]) if found is not None and found[2] else None
        return None if span is not None and span.after(at) <= at else found
    except (ValueError, OverflowError):
        return None


def _not_before(first: First, begins: datetime) -> First | None:
    """Return the first moment of a cycle that is not before *begins*, None where no moment is left."""
    due, repeats, interval = first
    span = parse_duration(interval) if interval else None
    while due < begins:
        if span is None:
            return None
        passed = 1
        if span.months:
            due = span.after(due)
        else:  # a span of seconds: however many have passed, in one stride
            passed = -((due - begins) // timedelta(seconds=float(span.seconds)))
            due += passed * timedelta(seconds=float(span.seconds))
        repeats = None if repeats is None else repeats - passed
        if repeats is not None and repeats < 0:
            return None
    return due, repeats, interval
