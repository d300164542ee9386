"""CPU per joint case: decision table, five parallel tasks, join, one task, 3 KB form, a commit at every step, SQLite.

Peers do the same in environments of their own, in the same run: name their Pythons in `SPIFF_PYTHON` (SpiffWorkflow
3.2.0, LGPL) and `VIEWFLOW_PYTHON` (django-viewflow 2.4.0, AGPL); one that is not named is left out and said so.

    python -m benchmarks.joint_case [cases]
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
FORM = {f"field {number}": f"内容 {number} " * 5 for number in range(40)}
PEERS = (("SpiffWorkflow", "SPIFF_PYTHON", "spiff_joint.py"), ("viewflow", "VIEWFLOW_PYTHON", "viewflow_joint.py"))
OFFICES = tuple(f"office{number}" for number in range(5))


def bpmn() -> bytes:
    """Return the process of the peers, with our decision reference."""
    tasks = "".join(f'<userTask id="{name}" name="{name}"/>' for name in (*OFFICES, "decide"))
    pairs = [("start", "rate"), ("rate", "fork"), ("join", "decide"), ("decide", "end")]
    pairs += [pair for name in OFFICES for pair in (("fork", name), (name, "join"))]
    flows = "".join(
        f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(pairs)
    )
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zt="urn:zhengtong:bpmn" id="d"'
        ' targetNamespace="urn:zhengtong:benchmark"><process id="main" isExecutable="true"><startEvent id="start"/>'
        '<businessRuleTask id="rate" name="rate" zt:decision="rate" zt:result="grade"/><parallelGateway id="fork"/>'
        f'<parallelGateway id="join"/>{tasks}<endEvent id="end"/>{flows}</process></definitions>'
    ).encode()


def dmn() -> bytes:
    """Return the five rules of the peers."""
    rules = "".join(
        f'<rule id="r{n}"><inputEntry id="i{n}"><text>[{n * 10}..{n * 10 + 10})</text></inputEntry>'
        f'<outputEntry id="o{n}"><text>{n}</text></outputEntry></rule>'
        for n in range(5)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" namespace="urn:zhengtong:m">'
        '<inputData id="area_input" name="area"><variable id="v1" name="area" typeRef="number"/></inputData>'
        '<decision id="rate_decision" name="rate"><variable id="v2" name="rate"/><informationRequirement id="q">'
        '<requiredInput href="#area_input"/></informationRequirement><decisionTable id="t" hitPolicy="UNIQUE">'
        '<input id="in"><inputExpression id="e" typeRef="number"><text>area</text></inputExpression></input>'
        f'<output id="out"/>{rules}</decisionTable></decision></definitions>'
    ).encode()


def prepare() -> None:
    """Set Django up on an embedded database in a folder of its own."""
    os.environ["ZHENGTONG_HOME"] = tempfile.mkdtemp(prefix="zhengtong-bench-")
    os.environ["DATABASE_URL"] = ""
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhengtong.site.settings.base"
    import django  # noqa: PLC0415 -- after the environment is set

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)


def measure(cases: int) -> float:
    """Return our CPU milliseconds a case."""
    from zhengtong.kernel.ids import new_id  # noqa: PLC0415 -- after Django is set up
    from zhengtong.process.store import api as store  # noqa: PLC0415
    from zhengtong.trust.ledger.api import Authority, Responsibility  # noqa: PLC0415

    definition = store.publish(
        "joint",
        bpmn(),
        {"rate.dmn": dmn()},
        effective_from=NOW,
        at=NOW,
        authority=Authority(clause="benchmark"),
        responsibility=Responsibility(subject=new_id()),
    )

    def opened(receipt: store.Receipt) -> list[int]:
        return [entry.data["work_item"] for entry in receipt.entries if entry.what == "work_opened"]

    def one_case() -> None:
        instance = new_id()
        start = store.StartProcess(process="main", variables={"form": FORM, "area": 25})
        receipt = store.start(instance, definition.id, start, at=NOW)
        for item in opened(receipt):
            receipt = store.carry_out(instance, store.CompleteWorkItem(work_item=item), key=str(item), at=NOW)
        (item,) = opened(receipt)
        receipt = store.carry_out(instance, store.CompleteWorkItem(work_item=item), key=str(item), at=NOW)
        if receipt.state is not store.InstanceState.COMPLETED:
            raise SystemExit("the case did not end")

    one_case()
    before = resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(cases):
        one_case()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / cases * 1000


def main() -> None:
    """Print CPU milliseconds a case and the ratios."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    prepare()
    ours = measure(cases)
    print(f"{'zhengtong':<14} {ours:7.2f} ms CPU a case")
    for name, variable, script in PEERS:
        python = os.environ.get(variable)
        if not python:
            print(f"{name:<14} left out, {variable} names no Python that has it")
            continue
        command = [python, str(Path(__file__).parent / "peers" / script), str(max(20, cases // 5))]
        theirs = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["ms"]
        print(f"{name:<14} {theirs:7.2f} ms CPU a case   {theirs / ours:.1f} × ours")


if __name__ == "__main__":
    main()
