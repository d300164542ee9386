"""Decisions per second: our tables beside zen-engine (Rust) and SpiffWorkflow, same rules and inputs, CPU of one core.

Peers serve only here, from an environment of their own: name its Python in `DMN_PEERS_PYTHON` (with `zen-engine` and
`SpiffWorkflow` installed); without it the comparison is left out and says so.

    python -m benchmarks.dmn_decisions
"""

import json
import os
import subprocess
import time
from decimal import Decimal
from typing import Any

from zhengtong.rules.dmn.api import load_model

SIZES = (5, 50, 500)
SECONDS = 1.0
GOAL = 100_000

_PEERS = """
import json, sys, time
from types import SimpleNamespace

cases = json.load(sys.stdin)

def rate(decide, inputs, seconds):
    count, started = 0, time.process_time()
    while time.process_time() - started < seconds:
        for each in inputs:
            decide(each)
        count += len(inputs)
    return count / (time.process_time() - started)

def zen_decider(rules):
    import zen
    table = {"hitPolicy": "first",
             "inputs": [{"id": "a", "name": "income", "field": "income"},
                        {"id": "b", "name": "region", "field": "region"}],
             "outputs": [{"id": "c", "name": "rate", "field": "rate"}],
             "rules": [{"_id": str(i), "a": f"[{low}..{high})", "b": ", ".join(f"'{n}'" for n in names), "c": rate}
                       for i, (low, high, names, rate) in enumerate(rules)]}
    graph = {"nodes": [{"id": "1", "type": "inputNode", "name": "in"},
                       {"id": "2", "type": "decisionTableNode", "name": "table", "content": table},
                       {"id": "3", "type": "outputNode", "name": "out"}],
             "edges": [{"id": "4", "type": "edge", "sourceId": "1", "targetId": "2"},
                       {"id": "5", "type": "edge", "sourceId": "2", "targetId": "3"}]}
    decision = zen.ZenEngine().create_decision(json.dumps(graph))
    return lambda each: decision.evaluate(each)["result"].get("rate")

def spiff_decider(rules):
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
    from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
    from SpiffWorkflow.dmn.specs import model
    table = model.DecisionTable("t", "t", "UNIQUE")
    columns = [model.Input(name, name, name, name, "") for name in ("income", "region")]
    output = model.Output("rate", "rate", "rate", "number")
    for number, (low, high, names, rate) in enumerate(rules):
        rule = model.Rule(str(number))
        for column, text in zip(columns, (f"{low} <= ? < {high}", f"? in {tuple(names)!r}")):
            entry = model.InputEntry(str(number), column)
            entry.lhs.append(text)
            rule.inputEntries.append(entry)
        result = model.OutputEntry(str(number), output)
        result.text = rate
        rule.outputEntries.append(result)
        table.rules.append(rule)
    engine = DMNEngine(table)
    workflow = SimpleNamespace(script_engine=PythonScriptEngine())
    return lambda each: engine.result(SimpleNamespace(data=dict(each), workflow=workflow)).get("rate")

for case in cases:
    for name, make in (("zen-engine", zen_decider), ("SpiffWorkflow", spiff_decider)):
        decide = make(case["rules"])
        for each, wanted in zip(case["inputs"][:20], case["wanted"][:20]):
            assert float(decide(each)) == float(wanted), (name, each, decide(each), wanted)
        print(json.dumps([case["size"], name, rate(decide, case["inputs"], case["seconds"])]), flush=True)
"""


def table_rules(size: int) -> list[tuple[str, str, list[str], str]]:
    """Return rules as lower bound, upper bound, regions and rate; bands of income with decimals, two regions each."""
    return [(f"{i}000.50", f"{i + 1}000.50", [f"r{i % 5}", "any"], f"{i}.25") for i in range(size)]


def model_xml(rules: list[tuple[str, str, list[str], str]]) -> str:
    """Write the rules as a DMN model."""
    rows = "".join(
        f"<rule><inputEntry><text>[{low}..{high})</text></inputEntry>"
        f"<inputEntry><text>{_listed(names)}</text></inputEntry>"
        f"<outputEntry><text>{rate}</text></outputEntry></rule>"
        for low, high, names, rate in rules
    )
    inputs = "".join(
        f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'
        for name, kind in (("income", "number"), ("region", "string"))
    )
    needs = "".join(
        f'<informationRequirement><requiredInput href="#{name}"/></informationRequirement>'
        for name in ("income", "region")
    )
    columns = "".join(
        f"<input><inputExpression><text>{name}</text></inputExpression></input>" for name in ("income", "region")
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="rates" namespace="urn:rates">'
        f'{inputs}<decision id="d" name="rate"><variable name="rate" typeRef="number"/>{needs}'
        f'<decisionTable>{columns}<output typeRef="number"/>{rows}</decisionTable></decision></definitions>'
    )


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def inputs_of(size: int) -> list[dict[str, Any]]:
    """Return inputs that hit every rule in turn."""
    return [{"income": Decimal(f"{i % size}700.75"), "region": f"r{i % size % 5}"} for i in range(1_000)]


def our_rate(size: int) -> float:
    """Return our decisions per CPU second, after checking that they are right."""
    model = load_model(model_xml(table_rules(size))).require_valid()
    inputs = inputs_of(size)
    for index, each in enumerate(inputs[:size]):
        assert model.evaluate("rate", each).value == Decimal(f"{index}.25")
    count, started = 0, time.process_time()
    while time.process_time() - started < SECONDS:
        for each in inputs:
            model.evaluate("rate", each)
        count += len(inputs)
    return count / (time.process_time() - started)


def main() -> None:
    """Print decisions per second and the ratios."""
    rates: dict[tuple[int, str], float] = {(size, "zhengtong"): our_rate(size) for size in SIZES}
    python = os.environ.get("DMN_PEERS_PYTHON")
    if python:
        rates |= peer_rates(python)
    else:
        print("DMN_PEERS_PYTHON is not set: the peers are left out")
    print(f"{'rules':>6} {'engine':<14} {'decisions/s/core':>17} {'ours is':>9}")
    for (size, name), rate in sorted(rates.items()):
        print(f"{size:>6} {name:<14} {rate:>17,.0f} {rates[size, 'zhengtong'] / rate:>8.1f}×")
    verdict = "reached" if rates[50, "zhengtong"] >= GOAL else "missed"
    print(f"goal: {GOAL:,}/s/core on 50 rules × 2 inputs with decimals: {verdict}")


def peer_rates(python: str) -> dict[tuple[int, str], float]:
    """Run the peers in their own environment."""
    cases = [
        {
            "size": size,
            "rules": table_rules(size),
            "inputs": [{"income": float(each["income"]), "region": each["region"]} for each in inputs_of(size)],
            "seconds": SECONDS,
        }
        for size in SIZES
    ]
    for case, size in zip(cases, SIZES, strict=True):
        case["wanted"] = [f"{i % size}.25" for i in range(1_000)]
    run = subprocess.run([python, "-c", _PEERS], input=json.dumps(cases), capture_output=True, text=True, check=False)
    if run.returncode:
        print(f"the peers failed: {run.stderr.strip().splitlines()[-1] if run.stderr else run.returncode}")
    found = [json.loads(line) for line in run.stdout.splitlines()]
    return {(size, name): rate for size, name, rate in found}


if __name__ == "__main__":
    main()
