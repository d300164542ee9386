"""The joint case with SpiffWorkflow as a web application must use it: read, rebuild, complete, write, each time.

Run with the Python of an environment that has SpiffWorkflow: `spiff_joint.py CASES`; prints CPU milliseconds a case.
"""

import io
import json
import resource
import sqlite3
import sys
import tempfile
from pathlib import Path

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.camunda.parser import CamundaParser
from SpiffWorkflow.camunda.serializer.config import CAMUNDA_CONFIG
from SpiffWorkflow.util.task import TaskState

FORM = {f"field {number}": f"内容 {number} " * 5 for number in range(40)}
MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def bpmn() -> str:
    """Return decision, fork, five tasks, join, one task."""
    offices = [f"office{number}" for number in range(5)]
    nodes = "".join(f'<userTask id="{name}" name="{name}"/>' for name in (*offices, "decide"))
    pairs = [("start", "rate"), ("rate", "fork"), ("join", "decide"), ("decide", "end")]
    pairs += [("fork", name) for name in offices] + [(name, "join") for name in offices]
    flows = "".join(
        f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(pairs)
    )
    return (
        f'<definitions xmlns="{MODEL}" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="x">'
        '<process id="main" isExecutable="true"><startEvent id="start"/><businessRuleTask id="rate" name="rate"'
        ' camunda:decisionRef="rate"/><parallelGateway id="fork"/><parallelGateway id="join"/>'
        f'{nodes}<endEvent id="end"/>{flows}</process></definitions>'
    )


def dmn() -> str:
    """Return a table of five rules over one number."""
    rules = "".join(
        f'<rule id="r{n}"><inputEntry id="i{n}"><text>{n * 10} &lt;= area &lt; {n * 10 + 10}</text></inputEntry>'
        f'<outputEntry id="o{n}"><text>{n}</text></outputEntry></rule>'
        for n in range(5)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="x">'
        '<decision id="rate" name="rate"><decisionTable id="t" hitPolicy="UNIQUE"><input id="in" label="area">'
        '<inputExpression id="e" typeRef="integer"><text>area</text></inputExpression></input>'
        f'<output id="out" name="grade" typeRef="integer"/>{rules}</decisionTable></decision></definitions>'
    )


def main() -> None:
    """Run the cases."""
    cases = int(sys.argv[1])
    parser = CamundaParser()
    parser.add_bpmn_io(io.BytesIO(bpmn().encode()))
    parser.add_dmn_io(io.BytesIO(dmn().encode()))
    spec = parser.get_spec("main")
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(CAMUNDA_CONFIG))
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "peer.sqlite3")
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute("CREATE TABLE wf (id INTEGER PRIMARY KEY, state TEXT)")
        one_case(database, serializer, spec, 0)
        before = resource.getrusage(resource.RUSAGE_SELF)
        for number in range(1, cases + 1):
            one_case(database, serializer, spec, number)
        after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"ms": cpu / cases * 1000}))


def one_case(database: sqlite3.Connection, serializer: BpmnWorkflowSerializer, spec: object, number: int) -> None:
    """Start, complete five tasks in five requests, then the last one."""
    workflow = BpmnWorkflow(spec)
    workflow.data["form"] = FORM
    workflow.get_next_task(state=TaskState.READY).data.update({"area": 25, "form": FORM})
    workflow.do_engine_steps()
    database.execute("INSERT INTO wf VALUES (?, ?)", (number, serializer.serialize_json(workflow)))
    database.commit()
    for _request in range(6):
        (state,) = database.execute("SELECT state FROM wf WHERE id = ?", (number,)).fetchone()
        workflow = serializer.deserialize_json(state)
        workflow.get_next_task(state=TaskState.READY, manual=True).run()
        workflow.do_engine_steps()
        database.execute("UPDATE wf SET state = ? WHERE id = ?", (serializer.serialize_json(workflow), number))
        database.commit()
    if not workflow.is_completed():
        raise SystemExit("the case did not end")


if __name__ == "__main__":
    main()
