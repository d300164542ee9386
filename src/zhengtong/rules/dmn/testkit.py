"""The test kit 测试集 of the standard: runs a folder laid out like dmn-tck/tck (`*-test-*.xml` beside `*.dmn`).

A number passes within 1e-8 of the expected one, as in the kit's own runner; a case passes when all its results do. A
case counts as one that expects a value when at least one of its results is expected not to be null: an engine that
answers null to everything passes all the others.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from zhengtong.rules.dmn.decisions import DecisionModel, load_model
from zhengtong.rules.dmn.errors import ModelError
from zhengtong.rules.dmn.external import JAVA_FUNCTIONS
from zhengtong.rules.dmn.model import Definitions
from zhengtong.rules.dmn.reader import read_model
from zhengtong.rules.dmn.xml import Element, parse_xml
from zhengtong.rules.feel.api import from_python
from zhengtong.rules.feel.comparison import equal
from zhengtong.rules.feel.text import feel_text
from zhengtong.rules.feel.values.durations import parse_duration
from zhengtong.rules.feel.values.reading import parse_date, parse_datetime, parse_time

TOLERANCE = Decimal("1e-8")
RELATIVE_TOLERANCE = Decimal("1e-14")


@dataclass(frozen=True, slots=True)
class CaseResult:
    """The outcome of one case; `reason` says what differed."""

    file: str
    case: str
    passed: bool
    expects_value: bool
    reason: str = ""

    @property
    def level(self) -> str:
        """The compliance level, from the folder."""
        return "2" if "level-2" in self.file else "3"


def run_folder(folder: Path, now: datetime) -> Iterator[CaseResult]:
    """Run all cases below *folder*, file by file, with the clock standing at *now*."""
    for path in sorted(folder.rglob("*.xml")):
        try:
            root = parse_xml(path.read_bytes())
        except ModelError as error:
            yield CaseResult(_name(path, folder), "*", passed=False, expects_value=True, reason=error.en)
            continue
        if root.local == "testCases":
            yield from _run_file(path, root, folder, now)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _run_file(path: Path, root: Element, folder: Path, now: datetime) -> Iterator[CaseResult]:
    name = root.first("modelName")
    model_path = path.parent / (name.text.strip() if name is not None else f"{path.stem.partition('-test')[0]}.dmn")
    reason, model = "", None
    try:
        others = readable_neighbours(model_path)
        model = load_model(model_path.read_bytes(), others, externals=JAVA_FUNCTIONS)
    except (ModelError, OSError) as error:
        reason = error.en if isinstance(error, ModelError) else str(error)
    for case in root.all("testCase"):
        expected = [_expected(result) for result in case.all("resultNode")]
        wants = any(value is not None for value in expected)
        why = reason if model is None else _run_case(model, case, now)
        yield CaseResult(_name(path, folder), case.get("id"), passed=not why, expects_value=wants, reason=why)


def readable_neighbours(path: Path) -> list[Definitions]:
    """Return the models beside *path*, which it may import; files that are none are passed over."""
    found: list[Definitions] = []
    for each in sorted(path.parent.glob("*.dmn")):
        if each != path:
            with contextlib.suppress(ModelError):
                found.append(read_model(each.read_bytes()))
    return found


def _run_case(model: DecisionModel, case: Element, now: datetime) -> str:
    """Run one case; returns what differed, or nothing."""
    inputs: dict[str, Any] = {}
    for node in case.all("inputNode"):
        name = " ".join(node.get("name").split())
        inputs[f"{node.get('namespace')}#{name}" if node.get("namespace") else name] = read_value(node)
    for result in case.all("resultNode"):
        name = " ".join((case.get("invocableName") or result.get("name")).split())
        try:
            evaluation = model.evaluate(name, inputs, now=now)
        except ModelError as error:
            return error.en
        value, wanted = evaluation.value, _expected(result)
        if case.get("invocableName") and isinstance(value, dict) and result.get("name") in value:
            value = value[result.get("name")]
        if not alike(value, wanted):
            notes = "; ".join(note.en for note in evaluation.diagnostics)
            return f"{result.get('name')}: {feel_text(value)}, expected {feel_text(wanted)}. {notes}".rstrip()
    return ""


def _expected(result: Element) -> Any:
    expected = result.first("expected")
    return read_value(expected) if expected is not None else None


def alike(value: Any, wanted: Any) -> bool:
    """Compare a result with the expected one."""
    if isinstance(value, Decimal) and isinstance(wanted, Decimal):
        return abs(value - wanted) < max(TOLERANCE, abs(wanted) * RELATIVE_TOLERANCE)
    if isinstance(value, list) and isinstance(wanted, list):
        return len(value) == len(wanted) and all(map(alike, value, wanted))
    if isinstance(value, dict) and isinstance(wanted, dict):
        return value.keys() == wanted.keys() and all(alike(value[name], wanted[name]) for name in value)
    return equal(value, wanted) is True


def read_value(node: Element) -> Any:
    """Read the typed value inside an element of the test kit."""
    for child in node.elements:
        if child.local == "value":
            return _simple(child)
        if child.local == "list":
            return None if _is_nil(child) else [read_value(item) for item in child.all("item")]
    components = node.all("component")
    if components:
        return {each.get("name"): None if _is_nil(each) else read_value(each) for each in components}
    return None


def _is_nil(node: Element) -> bool:
    return any(name.rpartition(":")[2] == "nil" and value == "true" for name, value in node.attributes.items())


def _simple(node: Element) -> Any:
    if _is_nil(node):
        return None
    kind = next((v for k, v in node.attributes.items() if k.rpartition(":")[2] == "type"), "string")
    read = _READERS.get(kind.rpartition(":")[2], str)
    return from_python(read(node.text))


def _duration(text: str) -> Any:
    return parse_duration(text.strip())


_READERS: Mapping[str, Callable[[str], Any]] = {
    "string": str,
    "boolean": lambda text: text.strip() in {"true", "1"},
    "date": lambda text: parse_date(text.strip()),
    "time": lambda text: parse_time(text.strip()),
    "dateTime": lambda text: parse_datetime(text.strip()),
    "duration": _duration,
    "dayTimeDuration": _duration,
    "yearMonthDuration": _duration,
    **dict.fromkeys(
        ("decimal", "double", "float", "integer", "int", "long", "short", "byte"), lambda text: Decimal(text.strip())
    ),
}
