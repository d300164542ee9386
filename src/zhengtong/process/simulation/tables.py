"""Tables for people 结果表: what a simulation says, on a terminal."""

from collections.abc import Sequence
from math import isfinite

import click

from zhengtong.process.simulation.intervals import Estimate
from zhengtong.process.simulation.learning import LogLesson, Source
from zhengtong.process.simulation.simulating import Comparison, Report

_NAMES = {
    "working_days": "working days",
    "working_days_p90": "  90 % within",
    "calendar_days": "calendar days",
    "calendar_days_p90": "  90 % within",
    "office_hours": "office hours",
    "cost": "cost (yuan)",
}


def print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Print aligned columns; numbers to the right."""
    cells = [head, *rows]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        first = row[0] + " " * (widths[0] - _width(row[0]))
        others = [" " * (width - _width(cell)) + cell for cell, width in zip(row[1:], widths[1:], strict=True)]
        click.echo("  ".join((first, *others)).rstrip())
    click.echo()


def print_lesson(lesson: LogLesson) -> None:
    """Say what was learned from the log and what it rests on."""
    rows = []
    for item in lesson.services:
        found = item.fit
        told = found.lognormal_distance is not None and found.empirical_distance is not None
        distances = f"{found.lognormal_distance:.3f} / {found.empirical_distance:.3f}" if told else "too few"
        rows.append(
            (item.activity, str(found.count), f"{found.chosen.mean / 3600:.2f}", found.family, distances, item.source)
        )
    print_table(("service time of", "n", "mean h", "fits better", "distance ln/emp", "from"), rows)
    click.echo(f"{len(lesson.arrivals)} cases; {lesson.conforming:.1%} follow the definition")
    if any(item.source is Source.WAITING_INCLUDED for item in lesson.services):
        click.echo(
            "Where waiting is included, these times are upper bounds: log started_at or resource for better ones."
        )
    click.echo()


def print_report(report: Report) -> None:
    """Print one simulation."""
    click.echo(f"{report.process}: {report.replications} replications, {with_interval(report.cases)} cases each\n")
    share = f"{report.confidence:.0%}"
    rows = [(label, with_interval(report.measures[name])) for name, label in _NAMES.items()]
    print_table(("per case", f"mean ± {share}"), rows)
    offices = [
        (
            f"{name} ({station.people})",
            with_interval(station.utilisation, 100),
            with_interval(station.queue),
            with_interval(station.wait),
            with_interval(station.wait_p90),
        )
        for name, station in report.stations.items()
    ]
    print_table(("office (people)", "busy %", "in line", "wait h", "90 % within h"), offices)
    _print_unfinished(report)


def print_comparison(found: Comparison) -> None:
    """Print two simulations beside each other."""
    first, second = found.first, found.second
    names = f"A {first.process}", f"B {second.process}"
    click.echo(f"{first.replications} replications, {with_interval(first.cases)} cases each, the same for both\n")
    rows = [
        (
            label,
            with_interval(first.measures[name]),
            with_interval(second.measures[name]),
            with_interval(found.differences[name]),
            _said(found.differences[name]),
        )
        for name, label in _NAMES.items()
    ]
    share = f"{first.confidence:.0%}"
    print_table((f"per case (± {share})", *names, "B − A", ""), rows)
    offices = []
    for name, changes in found.stations.items():
        one, other = first.stations[name], second.stations[name]
        for field, label, scale in (("utilisation", "busy %", 100), ("queue", "in line", 1), ("wait", "wait h", 1)):
            before, after = getattr(one, field), getattr(other, field)
            change = changes[field]
            offices.append(
                (
                    f"{name}: {label}",
                    with_interval(before, scale),
                    with_interval(after, scale),
                    with_interval(change, scale),
                    _said(change),
                )
            )
    print_table(("office", *names, "B − A", ""), offices)
    _print_unfinished(first)
    _print_unfinished(second)


def with_interval(value: Estimate, scale: float = 1) -> str:
    """Write a mean with its half width."""
    half = f" ± {value.half * scale:.2f}" if isfinite(value.half) else ""
    return f"{value.mean * scale:.2f}{half}"


def _said(change: Estimate) -> str:
    if not isfinite(change.half):
        return "one replication: no interval"
    return "" if change.is_clear else "may be chance"


def _print_unfinished(report: Report) -> None:
    if report.unfinished:
        places = ", ".join(f"{place} ({count})" for place, count in report.waiting_at.items()) or "nowhere"
        click.echo(f"{report.process}: {report.unfinished} cases did not end; they wait at {places}.")
    for reason, count in report.refused.items():
        click.echo(f"{report.process}: {count} cases stopped: {reason}")


def _width(text: str) -> int:
    """Return how many columns *text* takes; Chinese characters take two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)
