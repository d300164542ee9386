"""Coverage-guided fuzzing of DMN files with atheris (libFuzzer): any exception but a refusal stops it.

The bytes steer edits of a model that uses every boxed expression and hit policy: elements are cut, doubled and moved,
texts and attributes exchanged; the outcome is read, checked, decided and written. Raw bytes are tried as a file too.

    PYTHONPATH=src PYTHON-WITH-ATHERIS benchmarks/dmn_atheris.py -max_total_time=600 -max_len=400 -rss_limit_mb=1024 -timeout=10

A seed folder of .dmn files may be given as the last argument; they are edited as well.
"""
# ruff: noqa: E501 -- models read better whole

import contextlib
import sys
from copy import deepcopy
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

atheris = import_module("atheris")

with atheris.instrument_imports(include=["zhengtong.rules"]):
    from zhengtong.rules.dmn.api import ModelError, check_model, load_model, read_model, write_model
    from zhengtong.rules.feel.api import Limits

LIMITS = Limits(steps=20_000)
NOW = datetime(2026, 1, 5, tzinfo=UTC)
SPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
TEXTS = (
    "", "-", "> 5", '"甲","乙"', "[1..3)", "not(null)", "a", "x", "item.y", "f(1)", "1/0", "for i in 1..9 return i",
    "function(n) n + 1", "number", "list<string>", "UNIQUE", "COLLECT", "PRIORITY", "OUTPUT ORDER", "SUM", "a\x00b",
    "partial", "null", '@"P1D"', "#a", "#d", "#nowhere", "1e6000", "{a: {b: [1, 2, 3]}}",
)  # fmt: skip
BODY = """
<definitions xmlns="{space}" id="m" name="m" namespace="urn:m">
  <itemDefinition name="grade" id="t"><typeRef>string</typeRef><allowedValues><text>"甲","乙"</text></allowedValues></itemDefinition>
  <itemDefinition name="person"><itemComponent name="age"><typeRef>number</typeRef></itemComponent></itemDefinition>
  <inputData id="a" name="a"><variable name="a" typeRef="number"/></inputData>
  <decision id="d" name="d"><variable name="d" typeRef="grade"/>
    <informationRequirement><requiredInput href="#a"/></informationRequirement>
    <decisionTable hitPolicy="UNIQUE"><input><inputExpression typeRef="number"><text>a</text></inputExpression></input>
      <output name="d" typeRef="grade"><outputValues><text>"甲","乙"</text></outputValues></output>
      <rule><inputEntry><text>&lt; 5</text></inputEntry><outputEntry><text>"甲"</text></outputEntry></rule>
      <rule><inputEntry><text>&gt;= 5</text></inputEntry><outputEntry><text>"乙"</text></outputEntry></rule></decisionTable></decision>
  <decision id="e" name="e"><informationRequirement><requiredDecision href="#d"/></informationRequirement>
    <knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>
    <context><contextEntry><variable name="x"/><literalExpression><text>1 + 1</text></literalExpression></contextEntry>
      <contextEntry><variable name="y"/><invocation><literalExpression><text>b</text></literalExpression>
        <binding><parameter name="p"/><literalExpression><text>x</text></literalExpression></binding></invocation></contextEntry>
      <contextEntry><conditional><if><literalExpression><text>x &gt; 1</text></literalExpression></if>
        <then><list><literalExpression><text>1</text></literalExpression></list></then>
        <else><relation><column name="c"/><row><literalExpression><text>2</text></literalExpression></row></relation></else>
        </conditional></contextEntry></context></decision>
  <decision id="g" name="g"><for iteratorVariable="i"><in><literalExpression><text>[1, 2]</text></literalExpression></in>
    <return><literalExpression><text>i</text></literalExpression></return></for></decision>
  <decision id="h" name="h"><filter><in><literalExpression><text>[1, 2]</text></literalExpression></in>
    <match><literalExpression><text>item &gt; 1</text></literalExpression></match></filter></decision>
  <decision id="k" name="k"><some iteratorVariable="i"><in><literalExpression><text>[1]</text></literalExpression></in>
    <satisfies><literalExpression><text>i = 1</text></literalExpression></satisfies></some></decision>
  <businessKnowledgeModel id="b" name="b"><encapsulatedLogic><formalParameter name="p" typeRef="number"/>
    <literalExpression><text>p * 2</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
  <decisionService id="s" name="s"><outputDecision href="#e"/><encapsulatedDecision href="#d"/><inputData href="#a"/></decisionService>
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


def use(source: Any) -> None:
    """Read, check, decide and write a model, if it is one."""
    model = load_model(source, limits=LIMITS)
    check_model(model)
    for name in (*model.decision_names, *model.service_names):
        with contextlib.suppress(ModelError):
            model.evaluate(name, {"a": 4}, now=NOW)
    read_model(write_model(read_model(source)))


def one_input(data: bytes) -> None:
    """Try the bytes as a file, and as edits of a seed."""
    with contextlib.suppress(ModelError):
        use(data)
    edits = Edits(data)
    root = ET.fromstring(SEEDS[edits.number(len(SEEDS) - 1)])  # noqa: S314 -- our own seeds
    for _ in range(1 + edits.number(6)):
        edits.edit(root)
    with contextlib.suppress(ModelError):
        use(ET.tostring(root))


def main() -> None:
    """Fuzz until libFuzzer is told to stop."""
    arguments = list(sys.argv)
    if len(arguments) > 1 and Path(arguments[-1]).is_dir():
        files = sorted(Path(arguments.pop()).rglob("*.dmn"))
        SEEDS.extend(file.read_text(encoding="utf-8") for file in files if file.stat().st_size < 20_000)
    atheris.Setup(arguments, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
