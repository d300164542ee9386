"""Builders 构造: small models in a few words."""

from typing import Any

from zhengtong.rules.dmn import model as m

NAMESPACE = "urn:test"


def table(
    inputs: dict[str, str], outputs: dict[str, str], rows: list[str], policy: str = "UNIQUE", **options: Any
) -> m.DecisionTable:
    """A table: columns as `name: type`, rows as cells separated by `|`, conclusions after `=>`."""
    values = options.pop("values", {})
    defaults = options.pop("defaults", {})
    rules = []
    for row in rows:
        conditions, _, conclusions = row.partition("=>")
        rules.append(
            m.Rule(
                inputs=tuple(m.Cell(text=cell.strip()) for cell in conditions.split("|")),
                outputs=tuple(m.Cell(text=cell.strip()) for cell in conclusions.split("|")),
            )
        )
    return m.DecisionTable(
        hit_policy=policy,
        inputs=tuple(
            m.InputClause(expression=m.LiteralExpression(text=name, type_ref=kind), values=values.get(name, ""))
            for name, kind in inputs.items()
        ),
        outputs=tuple(
            m.OutputClause(name=name, type_ref=kind, values=values.get(name, ""), default=defaults.get(name, ""))
            for name, kind in outputs.items()
        ),
        rules=tuple(rules),
        **options,
    )


def model(
    logic: m.Expression | None, inputs: dict[str, str], name: str = "结论", type_ref: str = "", **parts: Any
) -> m.Definitions:
    """A model of one decision on some inputs."""
    data = tuple(
        m.InputData(id=f"i{i}", name=each, variable=m.Variable(name=each, type_ref=kind))
        for i, (each, kind) in enumerate(inputs.items())
    )
    decision = m.Decision(
        id="d",
        name=name,
        variable=m.Variable(name=name, type_ref=type_ref),
        required_inputs=tuple(each.id for each in data),
        logic=logic,
    )
    return m.Definitions(name="test", namespace=NAMESPACE, id="m", inputs=data, decisions=(decision,), **parts)


def literal(text: str) -> m.LiteralExpression:
    """A FEEL text."""
    return m.LiteralExpression(text=text)
