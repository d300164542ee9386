"""`zhengtong mining …`: read an event log and say where the time goes."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from zhengtong.process.mining import api as mining

_LOG = click.argument("log_file", type=click.Path(path_type=Path))
_EXPORTS = {"xes": mining.write_xes, "ocel": mining.write_ocel}


_CALENDAR = click.option(
    "--calendar",
    type=click.Choice(["state-council", "monday-to-friday"]),
    default="state-council",
    show_default=True,
    help="Which days count as worked time.",
)


@click.group("mining")
def mining_group() -> None:
    """Read an event log (CSV, Parquet, DuckDB, XES or OCEL: case_id, activity, completed_at, office, item)."""


def _state_council() -> Any:
    """Return the calendar in force, or the shipped one where there is no database."""
    import django  # noqa: PLC0415 -- only this calendar needs it

    django.setup()
    from django.db import DatabaseError  # noqa: PLC0415 -- as above

    from zhengtong.kernel.calendar import api as calendars  # noqa: PLC0415 -- as above

    try:
        return calendars.current()
    except DatabaseError:
        return calendars.WorkingCalendar(calendars.shipped_notices())


def _hours_of(calendar: str) -> mining.OfficeHours:
    if calendar == "monday-to-friday":
        return mining.OfficeHours()
    known = _state_council()

    def works(day: date) -> bool:
        return bool(known.is_working_day(day)) if 2004 <= day.year <= 2050 else day.weekday() < 5

    return mining.OfficeHours(is_working_day=works)


def _open(log_file: Path, hours: mining.OfficeHours | None = None) -> mining.Log:
    log = mining.Log(hours=hours)
    try:
        log.add_file(log_file)
    except mining.LogNotReadable as refusal:
        log.close()
        raise click.ClickException(str(refusal)) from refusal
    return log


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    cells = [head, *[tuple(str(cell) for cell in row) for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f}"


@mining_group.command()
@_LOG
@click.option("--most", default=10, show_default=True, help="How many rows of each table.")
@_CALENDAR
def report(log_file: Path, most: int, calendar: str) -> None:
    """Print edges, variants, bottlenecks and rework; hours are office hours of the working calendar."""
    with _open(log_file, _hours_of(calendar)) as log:
        graph = mining.graph(log)
        click.echo(f"{graph.cases} cases, {graph.events} events, {len(graph.edges)} edges\n")
        edges = [
            (f"{edge.source} → {edge.target}", edge.count, _hours(edge.elapsed), _hours(edge.worked.mean),
             _hours(edge.worked.median), _hours(edge.worked.p90))
            for edge in graph.edges[:most]
        ]  # fmt: skip
        _table(("edge", "times", "wall h", "worked h", "median h", "p90 h"), edges)
        click.echo()
        ways = [
            (way.cases, f"{way.share:.1%}", _hours(way.worked.median), " → ".join(way.activities))
            for way in mining.variants(log, most=most)
        ]
        _table(("cases", "share", "median h", "variant"), ways)
        click.echo()
        waits = [
            (wait.activity, wait.office or "–", _hours(wait.worked.mean), _hours(wait.worked.p90), f"{wait.share:.1%}")
            for wait in mining.bottlenecks(log, most=most)
        ]
        _table(("waiting for", "office", "mean h", "p90 h", "of all"), waits)
        click.echo()
        again = [
            (entry.activity, entry.cases, entry.repetitions, _hours(entry.worked))
            for entry in mining.rework(log)[:most]
        ]
        _table(("done again", "cases", "times", "cost h"), again)


@mining_group.command()
@_LOG
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False, writable=True))
@click.option("--format", "form", type=click.Choice(sorted(_EXPORTS)), default="xes", show_default=True)
def export(log_file: Path, target: Path, form: str) -> None:
    """Write the log as XES or OCEL 2.0."""
    with _open(log_file) as log, target.open("w", encoding="utf-8") as file:
        click.echo(f"{_EXPORTS[form](log, file)} events written to {target}")


@mining_group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--most", default=20, show_default=True, help="How many rows.")
def evidence(file: Path, most: int) -> None:
    """Say which evidence was asked for twice (CSV or Parquet: holder, case_id, item, evidence_type)."""
    said = {mining.Where.CASE: "same case", mining.Where.ITEM: "same item", mining.Where.ITEMS: "two items"}
    with mining.Log() as log:
        try:
            mining.add_evidence_file(log, file)
        except mining.LogNotReadable as refusal:
            raise click.ClickException(str(refusal)) from refusal
        rows = [
            (
                entry.evidence_type,
                entry.first_item,
                entry.second_item,
                said[entry.where],
                entry.holders,
                entry.avoidable,
            )
            for entry in mining.repeated_evidence(log, most=most)
        ]
        _table(("evidence", "first under", "again under", "in", "holders", "avoidable"), rows)
        total = mining.evidence_summary(log)
    click.echo(
        f"\n{total.handed_in} hand-ins in {total.cases} cases; {total.needed} would do: "
        f"{total.avoidable_share:.1%} are avoidable"
    )
