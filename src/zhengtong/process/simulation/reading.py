"""Reading definitions and decision models from files 读取: for the commands and for scenarios."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from zhengtong.process.bpmn.api import Definitions, read_definitions, read_file
from zhengtong.process.engine.api import FeelEvaluator
from zhengtong.rules.dmn.api import DecisionModel, load_model
from zhengtong.rules.feel.api import to_python


def read_process(path: Path) -> Definitions:
    """Return the definitions in *path*.

    Raises:
        OSError: the file cannot be read.
        Refusal: it is no BPMN.
    """
    return read_definitions(read_file(path))


def evaluator_with(models: Iterable[Path]) -> FeelEvaluator:
    """Return FEEL with every decision and decision service of the DMN files *models*.

    Raises:
        OSError: a file cannot be read.
        ModelError: one is no decision model.
    """
    decisions: dict[str, Callable[[Mapping[str, Any], datetime], Any]] = {}
    for path in models:
        model = load_model(path.read_bytes())
        decisions |= {name: _decision(model, name) for name in (*model.decision_names, *model.service_names)}
    return FeelEvaluator(decisions)


def _decision(model: DecisionModel, name: str) -> Callable[[Mapping[str, Any], datetime], Any]:
    return lambda variables, now: to_python(model.evaluate(name, variables, now=now).value)
