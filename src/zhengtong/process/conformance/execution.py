"""The public suite of executable processes 可执行流程测试集: `expected.json` names, for each file, its cases.

The suite writes conditions in a Java-like form and script bodies as commands to the runner. Both are translated here,
on loading; the engine knows FEEL only. A script task becomes a service task whose work the runner does, so that ten
seconds of script are ten seconds of virtual time.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from zhengtong.kernel.errors import Refusal
from zhengtong.process.bpmn.api import ActivityNode, Definitions, Process, publishable, read_definitions, read_file
from zhengtong.process.engine.api import Done, Failed, FeelEvaluator, VirtualCase, What, WorkItem, World

START = datetime(2026, 1, 5, 1, tzinfo=UTC)
ERRORS = frozenset({"ERROR", "ERROR_EVENT", "ERROR_RUNTIME"})
FEEL_FIELDS = frozenset({"condition", "activation", "cardinality", "completion"})


def to_feel(expression: str) -> str:
    """Translate the suite's Java-like form to FEEL.

    >>> to_feel('!test.contains("a") && ${integerVariable} == 3')
    'not(contains(test, "a")) and integerVariable = 3'
    """
    text = re.sub(r"[$#]\{([^}]*)\}", r"\1", expression.strip())
    text = re.sub(r'(\w+)\.contains\(("[^"]*")\)', r"contains(\1, \2)", text)
    text = re.sub(r'(\w+)\.equals\(("[^"]*")\)', r"\1 = \2", text)
    text = re.sub(r"!\s*((?:contains)?\([^()]*\)|\w+)(?!\s*=)", r"not(\1)", text)
    return text.replace("==", "=").replace("&&", "and").replace("||", "or")


def translate(value: Any) -> Any:
    """Return a copy of a part of the graph with its expressions in FEEL and its scripts as service tasks."""
    if isinstance(value, tuple):
        return tuple(translate(item) for item in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed: dict[str, Any] = {}
    for field in fields(value):
        old = getattr(value, field.name)
        new = to_feel(old) if field.name in FEEL_FIELDS and isinstance(old, str) else translate(old)
        if new is not old:
            changed[field.name] = new
    if isinstance(value, ActivityNode) and value.kind == "scriptTask":
        changed |= {"kind": "serviceTask", "implementation": value.script}
    return replace(value, **changed) if changed else value


def translated(definitions: Definitions) -> Definitions:
    """Return *definitions* with every process translated."""
    processes = {key: translated_process(process) for key, process in definitions.processes.items()}
    return replace(definitions, processes=processes)


def translated_process(process: Process) -> Process:
    """Return *process* translated."""
    nodes = {key: translate(node) for key, node in process.nodes.items()}
    flows = {key: translate(flow) for key, flow in process.flows.items()}
    return replace(process, nodes=nodes, flows=flows)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """How one case of a process ended, and what was expected."""

    group: str
    name: str
    case: str
    passed: bool
    reason: str = ""


class ScriptWorker:
    """Does the suite's scripts and keeps the traces."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.traces: list[str] = []

    def __call__(self, world: World, case: VirtualCase, item: WorkItem) -> Done | Failed | None:
        """Do one work item."""
        node = world.library.processes[item.process].nodes[item.node]
        if not isinstance(node, ActivityNode):
            return Done()
        task = node.called_task or node
        script = task.implementation if task.kind == "serviceTask" else ""
        return self.do(script, case, node, item)

    def do(self, script: str, case: VirtualCase, node: ActivityNode, item: WorkItem) -> Done | Failed | None:
        """Carry out *script*."""
        if script.startswith("SCRIPT_task"):
            self.traces.append(script)
        elif script == "CREATE_MARKER_FILE":
            self.traces.append("MARKER")
        elif script.startswith("INCREMENT_INTEGER_VARIABLE"):
            if script.endswith("_AND_LOG"):
                self.traces.append("INCREMENT")
            return Done(results={"integerVariable": (case.variable("integerVariable") or 0) + 1})
        elif script == "THROW_ERROR":
            codes = list(self.definitions.errors.values())
            return Failed(code=codes[0] if codes else "")
        elif script == "WAIT_TEN_SECONDS" or script.startswith("CREATE_TIMESTAMP_LOG"):
            return Done(takes=timedelta(seconds=10))
        elif script == "SET_STRING_DATA":
            return Done(results={self.data_name(case, node, "out"): "String"})
        elif script == "LOG_DATA":
            name = self.data_name(case, node, "in")
            if item.inputs.get(name, case.variable(name)) == "String":
                self.traces.append("DATA")
        return Done()

    def data_name(self, case: VirtualCase, node: ActivityNode, way: str) -> str:
        """Return the data a script reads or writes: the task's own input or output, else the nearest declared."""
        own = node.data_outputs if way == "out" else node.data_inputs
        if own:
            return own[0].name
        process = self.definitions.processes[case.process]
        scope = node.scope
        while scope in process.scopes:
            if process.scopes[scope].variables:
                return process.scopes[scope].variables[0].name
            scope = process.nodes[scope].scope if scope in process.nodes else ""
        return "data"


def run_case(definitions: Definitions, name: str, case: Mapping[str, Any], evaluator: FeelEvaluator) -> str:
    """Run one case; return why it fails, or an empty string."""
    expected = Counter(case["traces"])
    worker = ScriptWorker(definitions)
    world = World(definitions, evaluator, worker, START)
    variables = {"test": case.get("input") or "", "integerVariable": case.get("int") or 0}
    if case.get("parallel") and "ParallelProcess" in definitions.processes:
        world.launch(definitions.processes["ParallelProcess"], variables)
        world.run(until=world.now)
    world.launch(definitions.processes[name], variables)
    world.run(moves=2000)
    refusal = next((item.refusal for item in world.cases if item.refusal is not None), None)
    failed = any(item.ending is What.PROCESS_FAILED for item in world.cases)
    return compare(expected, Counter(worker.traces), refused=refusal, failed=failed)


def compare(expected: Counter[str], actual: Counter[str], *, refused: Refusal | None, failed: bool) -> str:
    """Return how *actual* differs from *expected*, or an empty string."""
    error_expected = any(expected[name] for name in ERRORS)
    wanted = Counter({name: count for name, count in expected.items() if name not in ERRORS | {"PARALLEL"}})
    actual = Counter({name: count for name, count in actual.items() if name != "PARALLEL"})
    if not wanted["MARKER"]:
        del actual["MARKER"]
    if error_expected != bool(refused or failed):
        return "an error was expected" if error_expected else f"an error was not expected: {refused or 'failed'}"
    if wanted != actual and not (expected["ERROR"] and refused):
        return f"expected {sorted(wanted.elements())}, traced {sorted(actual.elements())}"
    return ""


def run_suite(folder: Path, evaluator: FeelEvaluator) -> Iterator[tuple[str, list[CaseResult]]]:
    """Run every process of the suite in *folder*; yield its name and its cases."""
    for item in json.loads((folder / "expected.json").read_text(encoding="utf-8")):
        results = []
        for case in item["cases"]:
            reason = attempt(folder / item["file"], item["name"], case, evaluator)
            label = f"{case.get('input')!r} int={case.get('int')}"
            results.append(
                CaseResult(group=item["group"], name=item["name"], case=label, passed=not reason, reason=reason)
            )
        yield item["name"], results


def attempt(file: Path, name: str, case: Mapping[str, Any], evaluator: FeelEvaluator) -> str:
    """Publish and run one case; a refusal at publishing counts as an error."""
    try:
        definitions = translated(read_definitions(read_file(file)))
        findings = [finding for finding in publishable(definitions, evaluator.problem) if finding.is_error]
    except OSError as error:
        return f"{file.name}: {error.strerror}"
    except Refusal as refusal:
        return "" if "ERROR" in case["traces"] else f"refused: {refusal}"
    if findings:
        return "" if "ERROR" in case["traces"] else f"refused at publishing: {findings[0]}"
    if name not in definitions.processes:
        return f"no process called {name}"
    return run_case(definitions, name, case, evaluator)
