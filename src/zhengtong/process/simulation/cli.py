"""`zhengtong bpmn replay|simulate`: follow what happened on a definition, and say what would happen on another."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import UTC, datetime, time
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

import click

from zhengtong.kernel.errors import Refusal
from zhengtong.process.bpmn.api import Definitions
from zhengtong.process.engine.api import FeelEvaluator
from zhengtong.process.mining.api import Log, LogNotReadable
from zhengtong.process.simulation import histories, tables
from zhengtong.process.simulation.contracts import Difference, Divergence, Replayed, ReplaySummary, Verdict
from zhengtong.process.simulation.judging import forecast, judge
from zhengtong.process.simulation.learning import LogLesson
from zhengtong.process.simulation.planning import make_plan
from zhengtong.process.simulation.reading import evaluator_with, read_process
from zhengtong.process.simulation.scenario import Scenario, read_scenario, scenario_from
from zhengtong.process.simulation.simulating import Comparison, compare
from zhengtong.process.simulation.summing import replay_all
from zhengtong.rules.dmn.api import ModelError

FILE = click.Path(path_type=Path)
DMN = click.option("--dmn", "models", multiple=True, type=FILE, help="A decision model its tasks use; may be repeated.")
PROCESS = click.option("--process", "key", default="", help="The process to run; the default is the first executable.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for another program.")
_SAID = {
    Difference.UNKNOWN: "the definition has no such element",
    Difference.NOT_ENABLED: "it was not its turn",
    Difference.SKIPPED: "what the definition does before it is missing",
    Difference.ENDED: "the case had ended",
    Difference.REFUSED: "the engine refuses the step",
}


def stop(text: str) -> NoReturn:
    """End with a sentence."""
    raise click.ClickException(text)


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what can be wrong with files and definitions into a sentence."""
    try:
        yield
    except OSError as error:
        stop(f"{error.filename}: {error.strerror}")
    except ModelError as error:
        stop(error.text("en"))
    except (Refusal, LogNotReadable) as refusal:
        stop(str(refusal))


def read(file: Path, models: Iterable[Path]) -> tuple[Definitions, FeelEvaluator]:
    """Read a definition and its decisions."""
    return read_process(file), evaluator_with(models)


@click.command("replay")
@click.argument("file", type=FILE)
@click.option("--log", "log_file", type=FILE, help="An event log: .csv, .parquet, .duckdb, .xes, .xes.gz, OCEL .json.")
@click.option("--stored", default="", metavar="KEY", help="Replay this platform's own cases of the definition KEY.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="With --stored: only cases that moved since this day.")
@click.option(
    "--as", "aliases", multiple=True, metavar="ACTIVITY=ELEMENT", help="An activity and the element it means."
)
@click.option("--cases", "each", is_flag=True, help="Print a line for every case that does not conform.")
@click.option("--most", default=20, show_default=True, help="How many kinds of divergence to print.")
@PROCESS
@DMN
@AS_JSON
def replay_command(  # noqa: PLR0913 -- click passes options by name
    *,
    file: Path,
    log_file: Path | None,
    stored: str,
    since: datetime | None,
    aliases: tuple[str, ...],
    each: bool,
    most: int,
    key: str,
    models: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Follow what happened on the definition in FILE: which cases conform, and where the others first leave it."""
    if (log_file is None) == (not stored):
        stop("Give either --log FILE or --stored KEY.")
    named = dict(_alias(text) for text in aliases)
    observer = _print_case if each and not as_json else None
    with sentences():
        definitions, evaluator = read(file, models)

        def replay(histories: Iterable[Any], activities: Iterable[str]) -> ReplaySummary:
            return replay_all(
                definitions,
                histories,
                activities=activities,
                process=key,
                aliases=named,
                evaluator=evaluator,
                progress=lambda done: click.echo(f"{done} cases …", err=True),
                observer=observer,
            )

        summary = _from_log(log_file, replay) if log_file else _from_store(stored, since, replay)
    if as_json:
        click.echo(json.dumps(asdict(summary), ensure_ascii=False, indent=2))
    else:
        _print_summary(summary, most)


def _alias(text: str) -> tuple[str, str]:
    activity, equals, element = text.partition("=")
    if not equals or not activity or not element:
        stop(f"--as {text}: write ACTIVITY=ELEMENT, for example --as 审批=decide.")
    return activity, element


def _from_log(path: Path, replay: Callable[[Iterable[Any], Iterable[str]], ReplaySummary]) -> ReplaySummary:
    with Log() as log:
        log.add_file(path)
        return replay(histories.of_log(log), histories.activities_of(log))


def _from_store(
    definition: str, since: datetime | None, replay: Callable[[Iterable[Any], Iterable[str]], ReplaySummary]
) -> ReplaySummary:
    import django  # noqa: PLC0415 -- only this way of reading needs it

    django.setup()
    from zhengtong.process.simulation import stored  # noqa: PLC0415 -- needs Django

    after = None if since is None else datetime.combine(since.date(), time(), histories.BEIJING).astimezone(UTC)
    return replay(stored.of_store(definition, since=after), stored.activities_in_store(definition, since=after))


def _print_case(outcome: Replayed) -> None:
    if outcome.divergence is not None:
        click.echo(f"{outcome.case}: {outcome.verdict} at {_place(outcome.divergence)}")
    elif outcome.verdict is Verdict.UNFINISHED:
        click.echo(f"{outcome.case}: {outcome.verdict}, waits for {', '.join(outcome.waiting_for) or '–'}")


def _place(found: Divergence) -> str:
    number = f"event {found.number} " if found.number else ""
    what = f"{number}{found.activity or 'the end'}"
    element = f" [{found.element}]" if found.element and found.element != found.activity else ""
    expected = f"; expected {' or '.join(found.expected)}" if found.expected else ""
    reason = f" ({found.reason})" if found.reason and found.difference is Difference.REFUSED else ""
    return f"{what}{element}: {_SAID[found.difference]}{reason}{expected}"


def _print_summary(summary: ReplaySummary, most: int) -> None:
    for group in summary.divergences[:most]:
        click.echo(f"{group.cases:>8} cases, first {group.example}: {_place(group.divergence)}")
    left = len(summary.divergences) - most
    if left > 0:
        click.echo(f"{'':>8} … and {left} more kinds of divergence (--most)")
    click.echo(f"{summary.matched} of {summary.events} events followed the definition")
    counted = ", ".join(f"{count} {verdict}" for verdict, count in sorted(summary.verdicts.items()))
    click.echo(f"{summary.cases} cases: {counted}")


@click.command("simulate")
@click.argument("file", type=FILE)
@click.option("--compare", "other", type=FILE, help="Another definition to simulate under the same cases and luck.")
@click.option("--scenario", "scenario_file", type=FILE, help="What is assumed (YAML): staff, times, shares, arrivals.")
@click.option("--log", "log_file", type=FILE, help="An event log from which what the scenario leaves out is learned.")
@click.option(
    "--as", "aliases", multiple=True, metavar="ACTIVITY=ELEMENT", help="An activity and the element it means."
)
@click.option("--seed", type=click.IntRange(min=0), help="Instead of the scenario's seed.")
@click.option("--replications", type=click.IntRange(1, 10_000), help="Instead of the scenario's number.")
@PROCESS
@DMN
@AS_JSON
def simulate_command(  # noqa: PLR0913 -- click passes options by name
    *,
    file: Path,
    other: Path | None,
    scenario_file: Path | None,
    log_file: Path | None,
    aliases: tuple[str, ...],
    seed: int | None,
    replications: int | None,
    key: str,
    models: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Simulate the definition in FILE, or two side by side: days to finish, queue per office, use of staff, cost."""
    if scenario_file is None and log_file is None:
        stop("Give --scenario FILE, --log FILE, or both.")
    named = dict(_alias(text) for text in aliases)
    with sentences():
        definitions, evaluator = read(file, models)
        scenario = _scenario(scenario_file, seed, replications)
        options: dict[str, Any] = {"process": key, "aliases": named, "evaluator": evaluator, "progress": _progress}
        if other is None:
            with _opened(log_file) as log:
                report, lesson = forecast(definitions, scenario, log=log, **options)
            said: Any = {"lesson": lesson, "report": report}
        else:
            lesson, comparison = _compared(definitions, read_process(other), scenario, log_file, options)
            said = {"lesson": lesson, "comparison": comparison}
    if as_json:
        click.echo(json.dumps({name: _plain(value) for name, value in said.items()}, ensure_ascii=False, indent=2))
        return
    if lesson is not None:
        tables.print_lesson(lesson)
    if other is None:
        tables.print_report(report)
    else:
        tables.print_comparison(comparison)


def _compared(
    definitions: Definitions, changed: Definitions, scenario: Scenario, log_file: Path | None, options: dict[str, Any]
) -> tuple[LogLesson | None, Comparison]:
    if log_file is not None:
        with _opened(log_file) as log:
            assert log is not None  # noqa: S101 -- there is a file
            found = judge(definitions, changed, log, scenario, **options)
        return found.lesson, found.comparison
    plain = {"process": options["process"], "evaluator": options["evaluator"]}
    first = make_plan(definitions, scenario, **plain)
    second = make_plan(changed, scenario.other or scenario, **plain)
    return None, compare(first, second, progress=options["progress"])


def _scenario(path: Path | None, seed: int | None, replications: int | None) -> Scenario:
    """Read the scenario with the working calendar in force; what the command line says goes first."""
    works = _calendar().is_working_day
    scenario = read_scenario(path, works) if path is not None else scenario_from({}, works)
    changes: dict[str, Any] = {}
    if seed is not None:
        changes["seed"] = seed
    if replications is not None:
        changes["replications"] = replications
    other = replace(scenario.other, **changes) if scenario.other is not None else None
    return replace(scenario, **changes, other=other)


def _calendar() -> Any:
    """Return the calendar in force, or the shipped one where there is no database."""
    import django  # noqa: PLC0415 -- only a simulation needs it

    django.setup()
    from django.db import DatabaseError  # noqa: PLC0415 -- as above

    from zhengtong.kernel.calendar import api as calendars  # noqa: PLC0415 -- as above

    try:
        return calendars.current()
    except DatabaseError:
        return calendars.WorkingCalendar(calendars.shipped_notices())


@contextmanager
def _opened(path: Path | None) -> Iterator[Log | None]:
    if path is None:
        yield None
        return
    with Log() as log:
        log.add_file(path)
        yield log


def _progress(done: int, total: int) -> None:
    if done < total and sys.stderr.isatty():
        click.echo(f"replication {done} of {total} …", err=True)


def _plain(value: Any) -> Any:
    """Return *value* as JSON has it; an interval of one replication has no width."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(entry) for name, entry in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return None if isinstance(value, float) and not isfinite(value) else value
