"""Commands 命令: `zhengtong rules eval`, `zhengtong dmn check|test`, `zhengtong conformance dmn`."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import click

from zhengtong.rules.dmn.api import DecisionModel, ModelError, check_model, load_model, readable_neighbours, run_folder
from zhengtong.rules.feel.api import Evaluation, FeelSyntaxError, compile_expression, feel_text

LANGUAGE = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="Language of messages.")


def _stop(text: str) -> NoReturn:
    raise click.ClickException(text)


@click.group()
def rules_group() -> None:
    """Evaluate FEEL expressions."""


@rules_group.command("eval")
@click.argument("expression")
@click.option("--context", "context_text", default="", help="Variables as a JSON object, or @file.json.")
@click.option(
    "--now", default="", help="The moment of now() and today(), ISO 8601; the default is the machine's clock."
)
@LANGUAGE
def evaluate(expression: str, context_text: str, now: str, lang: str) -> None:
    """Evaluate a FEEL EXPRESSION and print its value; diagnostics go to the error stream."""
    context = _context(context_text)
    try:
        moment = datetime.fromisoformat(now) if now else datetime.now(UTC)
        compiled = compile_expression(expression, names=context)
        evaluation = compiled.evaluate(context, now=moment)
    except FeelSyntaxError as error:
        _stop(error.text(lang))
    except (ValueError, TypeError) as error:
        _stop(str(error))
    click.echo("null" if evaluation.value is None else feel_text(evaluation.value))
    _show_notes(evaluation, lang)


def _show_notes(evaluation: Evaluation, lang: str) -> None:
    for note in evaluation.diagnostics:
        click.echo(f"[{note.code}] {note.text(lang)}", err=True)


def _context(text: str) -> dict[str, Any]:
    """Read the variables; numbers keep their decimals."""
    if text.startswith("@"):
        text = _read(Path(text[1:])).decode(errors="replace")
    try:
        found = json.loads(text or "{}", parse_float=Decimal)
    except ValueError as error:
        _stop(f"The context is no JSON: {error}")
    if not isinstance(found, dict):
        _stop("The context must be a JSON object, such as '{\"age\": 67}'.")
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        _stop(f"{path}: {error.strerror}")


@click.group()
def dmn_group() -> None:
    """Check and test DMN decision models."""


def _load(path: Path, lang: str) -> DecisionModel:
    try:
        return load_model(_read(path), readable_neighbours(path))
    except ModelError as error:
        _stop(f"{path}: {error.text(lang)}")


@dmn_group.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@LANGUAGE
def check(files: tuple[Path, ...], lang: str) -> None:
    """Read the models in FILES like a lint: gaps, overlaps, contradictions, unreachable rules, type errors."""
    errors = warnings = 0
    for path in files:
        for problem in check_model(_load(path, lang)):
            errors, warnings = errors + (problem.severity == "error"), warnings + (problem.severity == "warning")
            click.echo(f"{path}: {problem.text(lang)}")
    click.echo(f"{errors} error(s), {warnings} warning(s)" if lang == "en" else f"{errors} 个错误，{warnings} 个警告")
    if errors:
        raise SystemExit(1)


@dmn_group.command("test")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--decision", "names", multiple=True, help="Only this decision or service; may be repeated.")
@click.option("--context", "context_text", default="", help="Inputs as a JSON object, or @file.json.")
@LANGUAGE
def test_model(file: Path, names: tuple[str, ...], context_text: str, lang: str) -> None:
    """Decide with the model in FILE and print each decision's value."""
    model = _load(file, lang)
    context = _context(context_text)
    for name in names or model.decision_names:
        try:
            evaluation = model.evaluate(name, context, now=datetime.now(UTC))
        except (ModelError, TypeError) as error:
            _stop(error.text(lang) if isinstance(error, ModelError) else str(error))
        click.echo(f"{name} = {'null' if evaluation.value is None else feel_text(evaluation.value)}")
        _show_notes(evaluation, lang)


@click.command("dmn")
@click.argument("folder", type=click.Path(path_type=Path))
def conformance_dmn(folder: Path) -> None:
    """Run a FOLDER laid out like the public DMN test kit; prints a line for each failing case."""
    if not folder.is_dir():
        _stop(f"{folder} is no folder.")
    total = passed = values = value_passed = 0
    for result in run_folder(folder, datetime.now(UTC)):
        total, passed = total + 1, passed + result.passed
        if result.expects_value:
            values, value_passed = values + 1, value_passed + result.passed
        if not result.passed:
            click.echo(f"FAILED {result.file} {result.case}: {result.reason}")
    if not total:
        _stop(f"{folder} holds no test cases (*.xml with testCases beside *.dmn).")
    click.echo(f"passed {passed} of {total}; values: passed {value_passed} of {values}")
