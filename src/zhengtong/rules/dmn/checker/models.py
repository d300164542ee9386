"""Models 模型 checked as a whole: what could not be read, what nothing provides, and every table."""

from zhengtong.rules.dmn import model as m
from zhengtong.rules.dmn.checker.messages import finding
from zhengtong.rules.dmn.checker.tables import TableCheck
from zhengtong.rules.dmn.decisions import DecisionModel
from zhengtong.rules.dmn.problems import Problem
from zhengtong.rules.feel.api import LIMIT_CODES, Date, DateTime, Diagnostic, Time

_TRIAL = DateTime(Date(2000, 1, 1), Time(0, 0, 0, 0, 0))


def check_model(model: DecisionModel) -> list[Problem]:
    """Return everything wrong with a model, errors before warnings, each once.

    Unlike `DecisionModel.problems`, which holds what stops the model from being understood, this reads the tables too.
    """
    compiler, definitions = model.compiler, model.definitions
    found = list(model.problems)
    found += [
        finding("unknown-name", owner, line=_line_of(definitions, owner), column=name)
        for owner, name in compiler.unknown_names
    ]
    found += [
        finding("no-logic", decision.name, line=decision.line)
        for decision in definitions.decisions
        if decision.logic is None
    ]
    found += _endless(model)
    for owner, table, compiled in compiler.tables:
        check = TableCheck(
            owner=owner, table=table, compiled=compiled, types=compiler.types, variables=_variables(definitions)
        )
        found += check.problems()
    unique = {(p.code, p.element, p.line, p.en): p for p in found}
    return sorted(unique.values(), key=lambda p: (p.severity, p.element, p.line or 0))


def _endless(model: DecisionModel) -> list[Problem]:
    """Try every decision with its inputs missing, 0, 1 and a text: one that uses up a limit each time never ends."""
    found: list[Problem] = []
    for decision in model.definitions.decisions:
        reached = _limit_reached(model, decision.name)
        if reached is not None:
            place = (reached.zh, reached.en)
            found.append(finding("endless", decision.name, line=decision.line, place=place))
    return found


def _limit_reached(model: DecisionModel, decision: str) -> Diagnostic | None:
    reached = None
    for value in (None, 0, 1, ""):
        inputs = {} if value is None else dict.fromkeys((item.name for item in model.definitions.inputs), value)
        notes = model.evaluate(decision, inputs, now=_TRIAL).diagnostics
        reached = next((note for note in notes if note.code in LIMIT_CODES), None)
        if reached is None:
            return None
    return reached


def _line_of(definitions: m.Definitions, name: str) -> int:
    return next((element.line for element in definitions.elements if element.name == name), 0)


def _variables(definitions: m.Definitions) -> dict[str, str]:
    return {element.variable.name: element.variable.type_ref for element in definitions.elements}
