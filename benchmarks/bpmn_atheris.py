"""Coverage-guided fuzzing of BPMN files with atheris (libFuzzer): any exception but a refusal stops it.

The bytes steer edits of models: elements are cut, doubled and moved, texts and references exchanged; the outcome is
read, checked, written, and, where it may be published, run. Raw bytes are tried as a file too.

    PYTHONPATH=src PYTHON-WITH-ATHERIS benchmarks/bpmn_atheris.py -max_total_time=600 -max_len=400 -rss_limit_mb=1024 -timeout=10

A seed folder of .bpmn files may be given as the last argument; they are edited as well.
"""
# ruff: noqa: E501 -- models read better whole

import contextlib
import sys
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

atheris = import_module("atheris")

with atheris.instrument_imports(include=["zhengtong.process.bpmn", "zhengtong.process.engine"]):
    from zhengtong.kernel.errors import Refusal
    from zhengtong.process.bpmn.api import check, publishable, read_definitions, read_document, write_document
    from zhengtong.process.engine.api import Done, FeelEvaluator, World

NOW = datetime(2026, 1, 5, tzinfo=UTC)
SPACE = "http://www.omg.org/spec/BPMN/20100524/MODEL"
TEXTS = (
    "", "a", "b", "s", "e", "g", "j", "p", "sub", "x > 1", "true", "false", "-1", "0", "3", "PT0S", "PT1H", "R/PT0S",
    "R3/PT1H", "2026-01-05T00:00:00Z", "P9999999Y", "for i in 1..99 return i", "1/0", "{a: 1}", "null", "\x00", "urn:x:y",
)  # fmt: skip
BODY = """
<definitions xmlns="{space}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="urn:t" id="defs">
  <message id="m" name="m"/><signal id="n" name="n"/><error id="x" errorCode="X"/><escalation id="y" escalationCode="Y"/>
  <process id="p" isExecutable="true">
    <startEvent id="s"/><endEvent id="e"/><endEvent id="e2"><errorEventDefinition errorRef="x"/></endEvent>
    <endEvent id="e3"><terminateEventDefinition/></endEvent><dataObject id="o" name="o"/>
    <inclusiveGateway id="g" default="g_a"/><inclusiveGateway id="j"/><exclusiveGateway id="c"/>
    <userTask id="a"><multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></userTask>
    <boundaryEvent id="b" attachedToRef="a"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>
    <scriptTask id="t"><standardLoopCharacteristics loopMaximum="2"><loopCondition>true</loopCondition></standardLoopCharacteristics>
      <script>{o: 1}</script></scriptTask>
    <subProcess id="sub"><startEvent id="is"/><userTask id="iu"/><endEvent id="ie"><escalationEventDefinition escalationRef="y"/></endEvent>
      <sequenceFlow id="i1" sourceRef="is" targetRef="iu"/><sequenceFlow id="i2" sourceRef="iu" targetRef="ie"/>
      <subProcess id="ev" triggeredByEvent="true"><startEvent id="es" isInterrupting="false"><signalEventDefinition signalRef="n"/></startEvent>
        <endEvent id="ee"/><sequenceFlow id="e1" sourceRef="es" targetRef="ee"/></subProcess></subProcess>
    <boundaryEvent id="k" attachedToRef="sub" cancelActivity="false"><escalationEventDefinition/></boundaryEvent>
    <eventBasedGateway id="h"/>
    <intermediateCatchEvent id="c1"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>
    <intermediateCatchEvent id="c2"><timerEventDefinition><timeDate>2026-01-06T00:00:00Z</timeDate></timerEventDefinition></intermediateCatchEvent>
    <sequenceFlow id="s_g" sourceRef="s" targetRef="g"/><sequenceFlow id="g_a" sourceRef="g" targetRef="a"/>
    <sequenceFlow id="g_t" sourceRef="g" targetRef="t"><conditionExpression>x &gt; 1</conditionExpression></sequenceFlow>
    <sequenceFlow id="g_sub" sourceRef="g" targetRef="sub"><conditionExpression>true</conditionExpression></sequenceFlow>
    <sequenceFlow id="a_j" sourceRef="a" targetRef="j"/><sequenceFlow id="t_j" sourceRef="t" targetRef="j"/>
    <sequenceFlow id="sub_j" sourceRef="sub" targetRef="j"/><sequenceFlow id="j_h" sourceRef="j" targetRef="h"/>
    <sequenceFlow id="h_1" sourceRef="h" targetRef="c1"/><sequenceFlow id="h_2" sourceRef="h" targetRef="c2"/>
    <sequenceFlow id="c1_e" sourceRef="c1" targetRef="e"/><sequenceFlow id="c2_e" sourceRef="c2" targetRef="e2"/>
    <sequenceFlow id="b_e" sourceRef="b" targetRef="e3"/><sequenceFlow id="k_e" sourceRef="k" targetRef="e"/>
  </process>
</definitions>""".replace("{space}", SPACE)
SEEDS = [BODY]


class Edits:
    """Edits a tree as the bytes say."""

    def __init__(self, data: bytes) -> None:
        self.provider = atheris.FuzzedDataProvider(data)

    def number(self, most: int) -> int:
        """Return a number from 0 to *most*."""
        return int(self.provider.ConsumeIntInRange(0, max(0, most)))

    def text(self) -> str:
        """Return a known text or a new one."""
        if self.number(3):
            return TEXTS[self.number(len(TEXTS) - 1)]
        return str(self.provider.ConsumeUnicodeNoSurrogates(self.number(40)))

    def edit(self, root: ET.Element) -> None:
        """Change one place."""
        elements = list(root.iter())
        place, other = (elements[self.number(len(elements) - 1)] for _ in range(2))
        what = self.number(5)
        if what == 0 and len(place):
            place.remove(place[self.number(len(place) - 1)])
        elif what == 1:
            place.append(deepcopy(other))
        elif what == 2:
            place.text = self.text()
        elif what == 3 and place.attrib:
            place.set(sorted(place.attrib)[self.number(len(place.attrib) - 1)], self.text())
        elif what == 4:
            place.tag = other.tag
        elif what == 5 and len(place) > 1:
            place[:] = list(reversed(place))


def use(source: bytes) -> None:
    """Read, check and write a model, and run what may be published."""
    document = read_document(source)
    check(document)
    definitions = read_definitions(read_document(write_document(document)))
    evaluator = FeelEvaluator()
    if any(finding.is_error for finding in publishable(definitions, evaluator.problem)):
        return
    for process in definitions.processes.values():
        world = World(definitions, evaluator, lambda *_: Done(), NOW)
        world.launch(process, {"x": 2})
        world.run(moves=60, until=NOW + timedelta(days=400))


def one_input(data: bytes) -> None:
    """Try the bytes as a file, and as edits of a seed."""
    with contextlib.suppress(Refusal):
        use(data)
    edits = Edits(data)
    root = ET.fromstring(SEEDS[edits.number(len(SEEDS) - 1)])  # noqa: S314 -- our own seeds
    for _ in range(1 + edits.number(6)):
        edits.edit(root)
    with contextlib.suppress(Refusal):
        use(ET.tostring(root))


def main() -> None:
    """Fuzz until libFuzzer is told to stop."""
    arguments: list[Any] = list(sys.argv)
    if len(arguments) > 1 and Path(arguments[-1]).is_dir():
        files = sorted(Path(arguments.pop()).rglob("*.bpmn"))
        SEEDS.extend(file.read_text(encoding="utf-8") for file in files if file.stat().st_size < 20_000)
    atheris.Setup(arguments, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
