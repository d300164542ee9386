"""What SpiffWorkflow does with given processes: `spiff_traces.py` reads JSON lines of id and XML, prints id and trace.

A trace is the list of open user tasks before each step; each step completes the first of them by name. Run with the
Python of an environment that has SpiffWorkflow 3.2.0.
"""

import io
import json
import sys

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.util.task import TaskState

STEPS = 400


def trace(xml: str) -> list[list[str]]:
    """Run the process in *xml* to its end."""
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(io.BytesIO(xml.encode())))
    workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
    found: list[list[str]] = []
    for _ in range(STEPS):
        workflow.do_engine_steps()
        ready = sorted(workflow.get_tasks(state=TaskState.READY, manual=True), key=lambda task: task.task_spec.bpmn_id)
        found.append([task.task_spec.bpmn_id for task in ready])
        if not ready:
            break
        ready[0].run()
    return [*found, ["ended" if workflow.completed else "stuck"]]


def main() -> None:
    """Answer every line; a process Spiff cannot run gets its error."""
    for line in sys.stdin:
        item = json.loads(line)
        try:
            answer = trace(item["xml"])
        except Exception as error:  # noqa: BLE001 -- whatever the peer raises is its answer
            answer = f"{type(error).__name__}: {error}"[:300]
        print(json.dumps({"id": item["id"], "trace": answer}), flush=True)


if __name__ == "__main__":
    main()
