"""Correlation and payloads 消息关联: which of many waiting cases a message is for, and where its content goes.

Two ways: our attribute `correlation` (a FEEL expression whose value must equal the sender's), and the standard's
correlation properties (BPMN 2.0 clause 8.4.2): a data path over the process, a message path over the payload.
"""

from collections.abc import Mapping
from typing import Any

from zhengtong.process.bpmn.model import DataAssociation, EventDefinition, FlowNode, Trigger
from zhengtong.process.engine.run import Run
from zhengtong.process.engine.state import Subscription, Token

OWN = ""


def keys_at(run: Run, token: Token, definition: EventDefinition) -> dict[str, Any]:
    """Return the values a message must carry to be for *token*, fixed when it begins to listen."""
    if definition.trigger is not Trigger.MESSAGE:
        return {}
    if definition.correlation:
        return {OWN: run.value(token, definition.correlation)}
    process = run.graph(token.process)
    paths = process.message_paths.get(definition.name, {})
    bindings = {name: path for name, path in process.correlation_bindings.items() if name in paths}
    return {name: run.value(token, path) for name, path in bindings.items()}


def matches(run: Run, token: Token, row: Subscription, payload: Mapping[str, Any], key: Any) -> bool:
    """Tell whether a message with *payload* and the sender's *key* is for *row*."""
    paths = run.graph(token.process).message_paths.get(row.name, {})
    for name, wanted in row.correlation.items():
        value = key if name == OWN else run.value_in(row.node, paths[name], payload)
        if value != wanted:
            return False
    return True


def bring(run: Run, token: Token, associations: tuple[DataAssociation, ...]) -> dict[str, Any]:
    """Return the values data associations bring into an activity or event, by the name of their target."""
    values: dict[str, Any] = {}
    for association in associations:
        apply_association(run, token, association, run.visible(token), values)
    return values


def apply_association(
    run: Run, token: Token, association: DataAssociation, variables: Mapping[str, Any], values: dict[str, Any]
) -> None:
    """Add what *association* moves to *values*: a transformation's outcome, assignments, or a copy (10.4.2)."""
    if association.transformation:
        values[association.target] = run.value_in(token.node, association.transformation, variables)
    elif association.assignments:
        for source, target in association.assignments:
            values[association.target or target] = run.value_in(token.node, source, variables)
    elif association.sources and association.target:
        values[association.target] = variables.get(association.sources[0])


def take(run: Run, token: Token, node: FlowNode, results: Mapping[str, Any]) -> None:
    """Store *results* of an activity or event: by its output associations, else each under its own name."""
    if not node.outputs:
        run.assign(token, results)
        return
    values: dict[str, Any] = {}
    variables = run.visible(token, **results)
    if len(results) == 1 and len(node.outputs) == 1 and not node.outputs[0].transformation:
        only = node.outputs[0]
        if only.sources and only.sources[0] not in variables:
            variables = run.visible(token, **{only.sources[0]: next(iter(results.values()))})
    for association in node.outputs:
        apply_association(run, token, association, variables, values)
    run.assign(token, values)
