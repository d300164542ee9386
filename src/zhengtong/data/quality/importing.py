"""Rules out of data contracts (ODCS 3): what is demanded of a property becomes a rule, what we cannot ask is named.

Both ways of writing are read: `metric` with `arguments` (3.1) and `rule` (3.0). Thresholds in per cent become the
tolerance of the gate.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from zhengtong.data.catalog import api as catalog
from zhengtong.data.quality.contracts import Check, Dimension, ImportedRules, Rule

_METRICS = {
    "nullvalues": Check.NOT_NULL,
    "nullcheck": Check.NOT_NULL,
    "missingvalues": Check.NOT_NULL,
    "duplicatevalues": Check.UNIQUE,
    "duplicatecount": Check.UNIQUE,
    "uniquecheck": Check.UNIQUE,
    "invalidvalues": Check.ONE_OF,
    "validvalues": Check.ONE_OF,
}
_OF_CHECK = {
    Check.NOT_NULL: Dimension.COMPLETENESS,
    Check.UNIQUE: Dimension.UNIQUENESS,
    Check.ONE_OF: Dimension.ACCURACY,
    Check.PATTERN: Dimension.ACCURACY,
    Check.RANGE: Dimension.ACCURACY,
}
_DIMENSIONS = {
    "accuracy": Dimension.ACCURACY,
    "completeness": Dimension.COMPLETENESS,
    "conformity": Dimension.ACCURACY,
    "consistency": Dimension.CONSISTENCY,
    "coverage": Dimension.COMPLETENESS,
    "timeliness": Dimension.TIMELINESS,
    "uniqueness": Dimension.UNIQUENESS,
}


def read_rules(content: bytes) -> dict[str, ImportedRules]:
    """Return the rules of each contract in a file, by its id, the dataset's code.

    Raises:
        CatalogFileUnreadable: it is no contract of ODCS 3.
    """
    return {str(document.get("id", "")): _of_contract(document) for document in catalog.odcs.documents(content)}


def _of_contract(document: Mapping[str, Any]) -> ImportedRules:
    rules: dict[str, Rule] = {}
    passed_over: list[str] = []
    for schema in document.get("schema") or ():
        passed_over += [f"{schema.get('name')}: {_named(one)}" for one in schema.get("quality") or ()]
        for row in schema.get("properties") or ():
            for found in _of_property(row):
                if isinstance(found, Rule):
                    rules.setdefault(found.key, found)
                else:
                    passed_over.append(found)
    return ImportedRules(rules=tuple(rules.values()), passed_over=tuple(passed_over))


def _of_property(row: Mapping[str, Any]) -> Iterator[Rule | str]:
    name = str(row.get("name", ""))
    if row.get("required") or row.get("primaryKey"):
        yield _rule(row, Check.NOT_NULL, {}, {})
    if row.get("unique") or row.get("primaryKey"):
        yield _rule(row, Check.UNIQUE, {}, {})
    options = row.get("logicalTypeOptions") or {}
    if options.get("pattern"):
        yield _rule(row, Check.PATTERN, {"pattern": str(options["pattern"]).removeprefix("^").removesuffix("$")}, {})
    bounds = {
        ours: options[theirs] for theirs, ours in (("minimum", "least"), ("maximum", "most")) if theirs in options
    }
    if bounds:
        yield _rule(row, Check.RANGE, bounds, {})
    for demand in row.get("quality") or ():
        rule = _of_demand(row, demand)
        yield rule if rule is not None else f"{name}: {_named(demand)}"


def _of_demand(row: Mapping[str, Any], demand: Mapping[str, Any]) -> Rule | None:
    metric = str(demand.get("metric") or demand.get("rule") or "").replace("_", "").lower()
    check = _METRICS.get(metric)
    arguments = {**demand, **(demand.get("arguments") or {})}
    if check is None:
        return None
    if check is not Check.ONE_OF:
        return _rule(row, check, {}, demand)
    if arguments.get("validValues"):
        return _rule(row, Check.ONE_OF, {"values": list(arguments["validValues"])}, demand)
    if arguments.get("pattern"):
        pattern = str(arguments["pattern"]).removeprefix("^").removesuffix("$")
        return _rule(row, Check.PATTERN, {"pattern": pattern}, demand)
    return None


def _rule(row: Mapping[str, Any], check: Check, parameters: Mapping[str, Any], demand: Mapping[str, Any]) -> Rule:
    name = str(row.get("name", ""))
    title = str(row.get("businessName") or name)
    return Rule(
        key=f"{name}_{check.value}",
        name=str(demand.get("name") or demand.get("description") or f"{title}: {check.value}")[:200],
        dimension=_DIMENSIONS.get(str(demand.get("dimension", "")).lower(), _OF_CHECK[check]),
        check=check,
        column=name,
        parameters=dict(parameters),
        tolerance=_tolerance(demand),
    )


def _tolerance(demand: Mapping[str, Any]) -> float | None:
    """Return the share of failing rows that is tolerated, where the contract gives one that says so."""
    if demand.get("mustBe") == 0:
        return 0.0
    for word in ("mustBeLessThan", "mustBeLessOrEqualTo"):
        limit = demand.get(word)
        if isinstance(limit, int | float) and demand.get("unit") == "percent":
            return min(max(limit / 100, 0.0), 1.0)
    return None


def _named(demand: Mapping[str, Any]) -> str:
    return str(demand.get("name") or demand.get("metric") or demand.get("rule") or demand.get("type") or "?")
