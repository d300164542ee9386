"""Bad input at publishing: refused with the place and the remedy, and nothing half-published; so do the commands."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner, Result

from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.events.models import OutboxEvent
from zhengtong.kernel.ids import new_id
from zhengtong.process.cli import bpmn_group
from zhengtong.process.store import api as store
from zhengtong.process.store.models import Definition
from zhengtong.process.store.tests import models
from zhengtong.rules.cli import dmn_group, rules_group
from zhengtong.rules.dmn.api import write_model
from zhengtong.rules.dmn.tests.builders import model, table
from zhengtong.rules.feel.api import compile_expression
from zhengtong.trust.ledger.api import Authority, Responsibility
from zhengtong.trust.ledger.models import RecordedActRow

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
ENDLESS = "count(for a in 1..99999, b in 1..99999 return a) &gt; 1"
ENDS = ['<startEvent id="s"/>', '<endEvent id="e"/>', '<endEvent id="e2"/>']
CHOICE = '<exclusiveGateway id="g" default="f2"/>'
GOOD = models.joint()

BAD_PROCESSES = {
    "broken XML": (GOOD[:-20], "第 1 行"),
    "an unknown element": (GOOD.replace(b'<userTask id="decide"/>', b'<robotTask id="decide"/>'), "robotTask"),
    "an element that is not executed": (
        models.process([*ENDS[:2], '<task id="t"/>', '<choreographyTask id="c"/>'], [("s", "t"), ("t", "e")]),
        "choreographyTask",
    ),
    "a reference that leads nowhere": (GOOD.replace(b'targetRef="join"', b'targetRef="nowhere"'), "nowhere"),
    "an expression that is no FEEL": (
        models.process([*ENDS, CHOICE], [("s", "g"), ("g", "e", "x &gt;&gt; 1"), ("g", "e2")]),
        "x >> 1",
    ),
    "an expression that never ends": (
        models.process([*ENDS, CHOICE], [("s", "g"), ("g", "e", ENDLESS), ("g", "e2")]),
        "f1",
    ),
    "a script that never ends": (
        models.process(
            [*ENDS[:2], '<scriptTask id="t"><script>{f: function(n) f(n + 1), r: f(1)}</script></scriptTask>'],
            [("s", "t"), ("t", "e")],
        ),
        "t",
    ),
    "a billion laughs": (
        b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><d>&c;</d>',
        "第 1 行",
    ),
    "an external entity": (b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>', "第 1 行"),
    "a document type elsewhere": (b'<!DOCTYPE d SYSTEM "http://example.invalid/d.dtd"><d/>', "第 1 行"),
    "no XML at all": ("流程".encode("utf-16"), "XML"),
}
CYCLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" namespace="urn:m">
<decision id="a" name="甲"><variable name="甲"/><informationRequirement>
<requiredDecision href="#b"/></informationRequirement>
<literalExpression><text>乙</text></literalExpression></decision>
<decision id="b" name="乙"><variable name="乙"/><informationRequirement>
<requiredDecision href="#a"/></informationRequirement>
<literalExpression><text>甲</text></literalExpression></decision></definitions>"""


def endless_decision() -> str:
    body = "<literalExpression><text>count(for a in 1..99999, b in 1..99999 return a)</text></literalExpression>"
    start = CYCLE.index("<informationRequirement>")
    return CYCLE[:start] + body + "</decision></definitions>"


def contradiction() -> str:
    return write_model(model(table({"x": "number"}, {"y": "number"}, ["> 1 => 1", "> 2 => 2"]), {"x": "number"}))


BAD_DECISIONS = {
    "broken XML": (CYCLE[:-9], "第 7 行"),
    "an unknown element": (CYCLE.replace("literalExpression", "guess"), "guess"),
    "a cyclic decision": (CYCLE, "甲"),
    "an endless decision": (endless_decision(), "甲"),
    "a table that contradicts itself": (contradiction(), "1"),
    "an external entity": ('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>', "DOCTYPE"),
}


def publish(bpmn: bytes, decisions: dict[str, bytes] | None = None) -> None:
    store.publish(
        "bad",
        bpmn,
        decisions or {},
        effective_from=NOW,
        at=NOW,
        authority=Authority(clause="test"),
        responsibility=Responsibility(subject=new_id()),
    )


def nothing_was_published() -> bool:
    return not (Definition.objects.exists() or RecordedActRow.objects.exists() or OutboxEvent.objects.exists())


def run(command: Command, *arguments: str) -> Result:
    result = CliRunner().invoke(command, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.django_db
@pytest.mark.parametrize("what", BAD_PROCESSES)
def test_a_bad_process_is_refused_with_its_place_and_a_remedy_and_nothing_is_published(what: str) -> None:
    source, place = BAD_PROCESSES[what]
    with pytest.raises(Refusal) as refusal:
        publish(source)
    assert place in refusal.value.explanation
    assert refusal.value.advice
    assert nothing_was_published()


@pytest.mark.django_db
@pytest.mark.parametrize("what", BAD_DECISIONS)
def test_a_bad_decision_is_refused_with_its_place_and_takes_its_process_with_it(what: str) -> None:
    source, place = BAD_DECISIONS[what]
    with pytest.raises(Refusal) as refusal:
        publish(GOOD, {"rules.dmn": source.encode()})
    assert "rules.dmn" in refusal.value.explanation
    assert place in refusal.value.explanation
    assert nothing_was_published()


@pytest.mark.parametrize("what", BAD_PROCESSES)
def test_the_command_refuses_a_bad_process_with_its_place(what: str, tmp_path: Path) -> None:
    source, place = BAD_PROCESSES[what]
    (tmp_path / "bad.bpmn").write_bytes(source)
    result = run(bpmn_group, "check", str(tmp_path / "bad.bpmn"), "--publish")
    assert result.exit_code == 1
    assert place in result.output
    assert run(bpmn_group, "run", str(tmp_path / "bad.bpmn")).exit_code == 1


@pytest.mark.parametrize("what", BAD_DECISIONS)
def test_the_command_refuses_a_bad_decision_with_its_place(what: str, tmp_path: Path) -> None:
    source, place = BAD_DECISIONS[what]
    (tmp_path / "bad.dmn").write_text(source, encoding="utf-8")
    result = run(dmn_group, "check", str(tmp_path / "bad.dmn"))
    assert result.exit_code == 1
    assert place in result.output


def test_the_command_stops_an_endless_expression_and_says_so() -> None:
    result = run(rules_group, "eval", "count(for a in 1..99999, b in 1..99999 return a)", "--lang", "en")
    assert "null" in result.output
    assert "limit" in result.output


@pytest.mark.parametrize(
    "recursion",
    ["{f: function(n) if n <= 1 then 1 else n * f(n - 1), r: f(收入)}.r", "for i in 1..count(名单) return i"],
)
def test_a_recursion_that_ends_for_what_it_is_given_may_be_published(recursion: str) -> None:
    assert compile_expression(recursion).trial() is None
