"""`zhengtong calendar`: ask the working calendar, and extend it when the State Council announces a year."""

from datetime import date, datetime
from pathlib import Path

import click
import django
from django.db import DatabaseError

from zhengtong.kernel import clock
from zhengtong.kernel.calendar.contracts import DateOutsideCalendar, Unit
from zhengtong.kernel.calendar.law import FIRST_YEAR, LAST_YEAR, WorkingCalendar
from zhengtong.kernel.calendar.notices import shipped_notices

_UNITS = {unit.value.replace("_", "-"): unit for unit in Unit}


@click.group("calendar")
def calendar_group() -> None:
    """Working days and due dates."""
    django.setup()


@calendar_group.command()
@click.argument("start", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("length", metavar="N", type=click.IntRange(min=0))
@click.option("--unit", type=click.Choice(list(_UNITS)), default="working-days", show_default=True)
@click.option("--no-roll", is_flag=True, help="Let the period end on a rest day (Civil Code art. 204).")
def due(start: datetime, length: int, unit: str, *, no_roll: bool) -> None:
    """Show the last day of a period of N units that starts on START (YYYY-MM-DD, not counted)."""
    calendar = _calendar()
    try:
        answer = calendar.due_on(start.date(), length, _UNITS[unit], rolls=not no_roll)
    except DateOutsideCalendar as error:
        raise click.UsageError(f"The period leaves the calendar, which covers {FIRST_YEAR}–{LAST_YEAR}.") from error
    status = "provisional: a notice yet to come may move it" if answer.provisional else "certain"
    click.echo(f"{answer.on} {answer.on:%A} ({status}; calendar {calendar.version})")


@calendar_group.command()
@click.argument("year", type=click.IntRange(FIRST_YEAR, LAST_YEAR))
def show(year: int) -> None:
    """Show the days off and the make-up working days of YEAR."""
    calendar = _calendar()
    click.echo(f"{year}: {'announced' if year in calendar.announced_years else 'estimated, no notice yet'}")
    for notice in calendar.notices:
        if notice.year == year:
            click.echo(f"  {'amended by' if notice.amends else 'notice'} {notice.citation or '(number not recorded)'}")
    for day in calendar.days(date(year, 1, 1), date(year, 12, 31)):
        if day.festival:
            click.echo(f"  {day.on} {day.on:%a}  off   {day.festival}")
        elif day.working and day.on.weekday() >= 5:
            click.echo(f"  {day.on} {day.on:%a}  work  make-up working day")


@calendar_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(file: Path) -> None:
    """Adopt the holiday notices of FILE (TOML), and say which days that changes."""
    from zhengtong.kernel.calendar import services  # noqa: PLC0415 -- needs the apps that the group has just set up

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file.name} is not UTF-8 text.") from error
    adoption = services.adopt_text(text=text, at=clock.system.now())
    for notice in adoption.adopted:
        click.echo(f"Adopted {notice.year} {notice.citation}".rstrip())
    if adoption.affected is None:
        click.echo("Nothing new: the calendar stays as it is.")
    else:
        click.echo(f"Due dates touching {adoption.affected.first_on}…{adoption.affected.last_on} must be recomputed.")


def _calendar() -> WorkingCalendar:
    """Return the calendar in force, or the shipped one where there is no database yet."""
    from zhengtong.kernel.calendar import queries  # noqa: PLC0415 -- needs the apps that the group has just set up

    try:
        return queries.current()
    except DatabaseError:
        click.echo("No database yet: using the notices that come with the platform.", err=True)
        return WorkingCalendar(shipped_notices())
