"""Random block-structured processes, step by step beside SpiffWorkflow.

    SPIFF_PYTHON=… python -m benchmarks.process_differential [5000]

`SPIFF_PYTHON` is the Python of an environment with SpiffWorkflow 3.2.0. Both complete the first open task by name; at
every step the open tasks must be equal. Conditions and scripts are FEEL for us and Python for it.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from random import Random

from zhengtong.process.bpmn.api import write_document
from zhengtong.process.engine.api import CompleteWorkItem, Role, Token, WorkItem
from zhengtong.process.engine.tests.blocks import Block, drawn
from zhengtong.process.engine.tests.builders import Office
from zhengtong.process.engine.tests.edits import random_block

PEER = Path(__file__).parent / "peers" / "spiff_traces.py"
COUNTER = re.compile(r"\{(n\d+): if n\d+ = null then 1 else n\d+ \+ 1\}")


def instance_path(office: Office, key: int) -> tuple[int, ...]:
    """Return in which instance of which instance a token is, outermost first: the first goes first."""
    token = office.rows.get(Token, key)
    if token is None:
        return ()
    own = (token.index,) if token.role is Role.INSTANCE else ()
    return instance_path(office, token.scope) + own


def our_trace(block: Block) -> list[list[str]]:
    """Run *block* here."""
    office = Office(drawn(block))
    office.start()
    found: list[list[str]] = []
    while True:
        items = sorted(
            office.rows.all(WorkItem), key=lambda item: (item.node, instance_path(office, item.token), item.id)
        )
        found.append([item.node for item in items])
        if not items:
            return [*found, ["ended" if office.ended() else "stuck"]]
        office.do(CompleteWorkItem(work_item=items[0].id))


def in_python(block: Block) -> str:
    """Return the process of *block* with conditions and scripts in Python."""
    xml = write_document(drawn(block).document).decode()
    names = sorted(set(COUNTER.findall(xml)))
    xml = COUNTER.sub(r"\1 = \1 + 1", xml)
    xml = re.sub(r"(<conditionExpression[^>]*>)(\d) = (\d)<", r"\1\2 == \3<", xml)
    xml = xml.replace(">true<", ">True<").replace(">false<", ">False<")
    xml = re.sub(r'<(userTask|subProcess|scriptTask) id="(\w+)"', r'<\1 id="\2" name="\2"', xml)
    if names:
        zero = "; ".join(f"{name} = 0" for name in names)
        flow = re.search(r'<sequenceFlow id="\w+" sourceRef="start" targetRef="(\w+)"/>', xml)
        assert flow is not None
        first = f'<scriptTask id="zero" name="zero"><script>{zero}</script></scriptTask>'
        flows = (
            '<sequenceFlow id="z1" sourceRef="start" targetRef="zero"/>'
            f'<sequenceFlow id="z2" sourceRef="zero" targetRef="{flow[1]}"/>'
        )
        xml = xml.replace(flow[0], first + flows)
    return xml


def main(count: int) -> None:
    """Compare *count* processes and print what differs."""
    python = os.environ.get("SPIFF_PYTHON")
    if not python:
        sys.exit("Name the Python of an environment with SpiffWorkflow 3.2.0 in SPIFF_PYTHON.")
    blocks = {seed: random_block(Random(seed)) for seed in range(count)}  # noqa: S311 -- reproducible, no secret
    lines = "".join(json.dumps({"id": seed, "xml": in_python(block)}) + "\n" for seed, block in blocks.items())
    answers = subprocess.run([python, str(PEER)], input=lines, capture_output=True, text=True, check=True).stdout
    theirs = {item["id"]: item["trace"] for item in map(json.loads, answers.splitlines())}
    refused = [seed for seed in blocks if isinstance(theirs[seed], str)]
    differ = [seed for seed in blocks if seed not in refused and theirs[seed] != our_trace(blocks[seed])]
    for seed in differ[:20]:
        print(f"DIFFERS {seed}: {blocks[seed]}\n  ours   {our_trace(blocks[seed])}\n  theirs {theirs[seed]}")
    for seed in refused[:5]:
        print(f"PEER FAILS {seed}: {theirs[seed]}")
    agree = count - len(differ) - len(refused)
    print(f"{count} processes: {agree} agree step by step, {len(differ)} differ, {len(refused)} the peer cannot run")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
