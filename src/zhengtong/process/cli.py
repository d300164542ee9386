"""Commands 命令: `zhengtong bpmn check|run|…`, `zhengtong conformance bpmn-execution|bpmn-static|bpmn-miwg`."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

from zhengtong.kernel.errors import Refusal
from zhengtong.process.bpmn.api import Definitions, Finding, Process, check, publishable, read_definitions, read_file
from zhengtong.process.conformance.api import run_execution, run_interchange, run_static
from zhengtong.process.engine.api import Done, Entry, FeelEvaluator, VirtualCase, What, WorkItem, World

LANGUAGE = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="Language of messages.")
START = datetime(2026, 1, 5, 1, tzinfo=UTC)
QUIET = frozenset({What.FLOW_TAKEN, What.GATEWAY_PASSED})


def _stop(text: str) -> NoReturn:
    raise click.ClickException(text)


def _read(file: Path) -> Definitions:
    """Read a model, or end with a sentence."""
    try:
        return read_definitions(read_file(file))
    except OSError as error:
        _stop(f"{file}: {error.strerror}")
    except Refusal as refusal:
        _stop(f"{file}: {refusal}")


def _folder(folder: Path) -> Path:
    if not folder.is_dir():
        _stop(f"{folder} is no folder.")
    return folder


class _Commands(click.Group):
    """Brings in the commands of other rooms when they are called: they load numpy, DuckDB or Django."""

    later = {
        "migrate": ("migrate_command", "Move running cases to another version of their process."),
        "replay": ("replay_command", "Follow an event log: what conforms, and where a case first leaves the model."),
        "simulate": ("simulate_command", "Simulate a model, or two side by side: days, queues, cost."),
    }
    elsewhere = {"migrate": "zhengtong.process.store.cli"}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self.later])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.later:
            return super().get_command(ctx, cmd_name)
        home = self.elsewhere.get(cmd_name, "zhengtong.process.simulation.cli")
        command = getattr(import_module(home), self.later[cmd_name][0])
        assert isinstance(command, click.Command)  # noqa: S101 -- a wrong table entry is a programming error
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        known = {name: command.get_short_help_str(80) for name, command in self.commands.items()}
        known |= {name: text for name, (_attribute, text) in self.later.items()}
        with formatter.section("Commands"):
            formatter.write_dl(sorted(known.items()))


@click.group(cls=_Commands)
def bpmn_group() -> None:
    """Check, run, replay and simulate BPMN processes."""


@bpmn_group.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--publish", is_flag=True, help="Check what publishing here needs, instead of the whole standard.")
@LANGUAGE
def check_command(file: Path, publish: bool, lang: str) -> None:  # noqa: FBT001 -- click passes options by name
    """Check the model in FILE; prints a line for each finding and fails if there is an error."""
    definitions = _read(file)
    findings: list[Finding] = (
        publishable(definitions, FeelEvaluator().problem) if publish else check(definitions.document)
    )
    for finding in findings:
        click.echo(f"{file}:{finding.sentence(lang)}")
    errors = sum(finding.is_error for finding in findings)
    click.echo(f"{errors} errors, {len(findings) - errors} warnings")
    if errors:
        raise SystemExit(1)


def _data(text: str) -> dict[str, Any]:
    """Read the variables; numbers keep their decimals."""
    try:
        if text.startswith("@"):
            text = Path(text[1:]).read_text(encoding="utf-8")
        found = json.loads(text or "{}", parse_float=Decimal)
    except OSError as error:
        _stop(f"{text[1:]}: {error.strerror}")
    except ValueError as error:
        _stop(f"--data is no JSON: {error}")
    if not isinstance(found, dict):
        _stop("--data must be a JSON object, such as '{\"age\": 67}'.")
    return found


def _chosen(definitions: Definitions, key: str) -> Process:
    """Return the process to run: the one named, or the first executable one."""
    if key:
        process = definitions.process(key)
        if process is None:
            _stop(f"There is no process {key}; there are: {', '.join(definitions.processes) or 'none'}.")
        return process
    executable = [process for process in definitions.processes.values() if process.executable]
    if not executable:
        _stop("There is no executable process in the file (isExecutable).")
    return executable[0]


def _show(case: VirtualCase, entry: Entry) -> None:
    """Print one step."""
    if entry.what in QUIET:
        return
    details = " ".join(f"{name}={value}" for name, value in entry.data.items() if value not in ("", None, {}))
    moment = entry.at.strftime("%Y-%m-%d %H:%M:%S")
    click.echo(f"{moment} {case.process} {entry.what} {entry.node} {details}".rstrip())


@bpmn_group.command("run")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--data", default="", help="Variables as a JSON object, or @file.json.")
@click.option("--process", "key", default="", help="The process to run; the default is the first executable one.")
@click.option("--stop-at-user-tasks", is_flag=True, help="Do not complete user tasks; list the open ones at the end.")
@click.option("--days", default=3650, type=click.IntRange(min=0), help="How much virtual time may pass.")
@LANGUAGE
def run_command(file: Path, data: str, key: str, stop_at_user_tasks: bool, days: int, lang: str) -> None:  # noqa: FBT001
    """Run a process of FILE in virtual time, printing each step; work items are completed without results."""
    definitions = _read(file)
    process, variables = _chosen(definitions, key), _data(data)
    evaluator = FeelEvaluator()
    errors = [finding for finding in publishable(definitions, evaluator.problem) if finding.is_error]
    for finding in errors:
        click.echo(f"{file}:{finding.sentence(lang)}", err=True)
    if errors:
        _stop("The model cannot be published; nothing was run.")

    def work(_world: World, _case: VirtualCase, item: WorkItem) -> Done | None:
        return None if stop_at_user_tasks and item.kind == "userTask" else Done()

    world = World(definitions, evaluator, work, START)
    world.observer = _show
    world.launch(process, variables)
    world.run(until=START + timedelta(days=days))
    _summary(world)


def _summary(world: World) -> None:
    """Say how every case ended and what is still open."""
    for case in world.cases:
        if case.refusal is not None:
            click.echo(f"{case.process}: {case.refusal}", err=True)
        for item in case.rows.all(WorkItem):
            click.echo(f"open: {item.kind} {item.node} {' '.join(item.performers)}".rstrip())
        click.echo(f"{case.process}: {case.ending or 'waiting'}")
    if not world.cases:
        click.echo("Nothing started: the process waits for a message or signal.")
    if any(case.refusal is not None for case in world.cases):
        raise SystemExit(1)


@click.command("bpmn-execution")
@click.argument("folder", type=click.Path(path_type=Path))
def conformance_bpmn_execution(folder: Path) -> None:
    """Run the executable processes of FOLDER (with its expected.json); prints a line for each failing case."""
    if not (_folder(folder) / "expected.json").is_file():
        _stop(f"{folder} has no expected.json.")
    total = passed = 0
    try:
        for name, results in run_execution(folder, FeelEvaluator()):
            total, passed = total + 1, passed + all(result.passed for result in results)
            for result in results:
                if not result.passed:
                    click.echo(f"FAILED {result.group}/{name} {result.case}: {result.reason}")
    except (OSError, ValueError, KeyError) as error:
        _stop(f"{folder}: the suite cannot be read: {error!r}")
    click.echo(f"passed {passed} of {total}")


@click.command("bpmn-static")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--verbose", is_flag=True, help="Print the rules that refuse each file.")
def conformance_bpmn_static(folder: Path, verbose: bool) -> None:  # noqa: FBT001 -- click passes options by name
    """Check the models below FOLDER; prints a line for each file that is wrongly accepted or refused."""
    results = list(run_static(_folder(folder)))
    if not results:
        _stop(f"{folder} holds no models (*.bpmn).")
    for result in results:
        if not result.passed:
            click.echo(
                f"FAILED {result.name}: {'accepted' if result.broken else 'refused by ' + ', '.join(result.rules)}"
            )
        elif verbose:
            click.echo(f"{result.name}: {', '.join(result.rules) or 'accepted'}")
    groups = {
        "refused {} of {} files named as broken": [result for result in results if result.named],
        "refused {} of {} files REF_n, references of the wrong kind (decision 0120)": [
            result for result in results if result.unnamed
        ],
        "accepted {} of {} correct files": [result for result in results if not result.broken],
    }
    for sentence, group in groups.items():
        click.echo(sentence.format(sum(result.passed for result in group), len(group)))
    click.echo(f"passed {sum(item.passed for item in results)} of {len(results)}")


@click.command("bpmn-miwg")
@click.argument("folder", type=click.Path(path_type=Path))
def conformance_bpmn_miwg(folder: Path) -> None:
    """Import and export every model below FOLDER; prints what was lost."""
    results = list(run_interchange(_folder(folder)))
    if not results:
        _stop(f"{folder} holds no models (*.bpmn).")
    for result in results:
        for loss in result.lost:
            click.echo(f"FAILED {result.name}: {loss}")
    click.echo(f"{sum(result.elements for result in results)} elements compared")
    click.echo(f"passed {sum(result.passed for result in results)} of {len(results)}")
