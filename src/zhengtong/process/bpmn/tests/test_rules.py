"""Rules, publishing and the graph: what is found, where, and in which words."""

import pytest

from zhengtong.process.bpmn.api import (
    NO_EFFECT,
    RULES,
    WAIVED,
    Finding,
    Severity,
    check,
    publishable,
    read_definitions,
    read_document,
)
from zhengtong.process.bpmn.rules.references import REFERENCES
from zhengtong.process.bpmn.schema import CHILDREN

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="urn:x">'
)
GOOD = (
    '<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>'
    '<sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="e"/>'
)


def document(body: str, *, top: str = "") -> bytes:
    return f'{HEAD}\n{top}<process id="p" isExecutable="true">\n{body}</process></definitions>'.encode()


def found(body: str, *, top: str = "") -> list[Finding]:
    return check(read_document(document(body, top=top)))


def codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings if finding.is_error}


def test_a_good_model_has_no_findings() -> None:
    assert found(GOOD) == []


def test_a_finding_names_element_line_rule_and_remedy_in_both_languages() -> None:
    (finding,) = found(GOOD.replace("<endEvent", '\n<sequenceFlow id="bad" sourceRef="a" targetRef="s"/><endEvent'))
    assert (finding.code, finding.element, finding.element_id, finding.line) == (
        "start-no-incoming",
        "startEvent",
        "s",
        3,
    )
    assert finding.clause == "10.5.2"
    assert "开始事件不得有流入的顺序流" in finding.sentence("zh")
    assert "must not have incoming" in finding.sentence("en")
    assert finding.remedy.zh
    assert finding.remedy.en


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (GOOD.replace('targetRef="e"', 'targetRef="nowhere"'), "flow-ends-on-node"),
        (GOOD + '<userTask id="a2"/>', "start-reaches-all"),
        (GOOD + '<userTask id="a"/>', "id-unique"),
        (GOOD + '<task id="t" startQuantity="0"/>', "activity-quantity"),
        (GOOD + '<strangeTask id="t"/>', "element-known"),
        (GOOD + '<lane id="l"/>', "element-place"),
        (GOOD.replace("<userTask", '<userTask default="f1"'), "flow-default-belongs"),
        (
            GOOD + '<boundaryEvent id="b" attachedToRef="a"><linkEventDefinition name="x"/></boundaryEvent>',
            "boundary-trigger",
        ),
        (GOOD + '<sequenceFlow id="f3" sourceRef="a"/>', "attribute-required"),
        (GOOD.replace("<userTask", '<userTask isForCompensation="maybe"'), "attribute-value"),
        (GOOD + '<sequenceFlow id="f3" sourceRef="e" targetRef="a"/>', "end-no-outgoing"),
    ],
)
def test_each_breach_is_refused_by_its_rule(body: str, code: str) -> None:
    assert code in codes(found(body))


def test_rules_have_both_languages_and_only_known_places() -> None:
    for item in RULES.values():
        assert all((item.message.zh, item.message.en, item.remedy.zh, item.remedy.en, item.clause))
    assert set(WAIVED) | set(NO_EFFECT) <= set(RULES)
    assert not set(WAIVED) & set(NO_EFFECT)
    assert {element for element, _ in REFERENCES} <= set(CHILDREN)


def problem(expression: str) -> str:
    return "no FEEL" if "!!" in expression else ""


def publish(body: str, *, top: str = "") -> list[Finding]:
    return publishable(read_definitions(read_document(document(body, top=top))), problem)


def test_a_good_model_is_publishable() -> None:
    assert publish(GOOD) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (
            GOOD.replace(
                '<userTask id="a"/>',
                '<scriptTask id="a" scriptFormat="text/javascript"><script>x()</script></scriptTask>',
            ),
            "exec-script-language",
        ),
        (GOOD.replace('<userTask id="a"/>', '<scriptTask id="a"><script>!!</script></scriptTask>'), "exec-expression"),
        (GOOD.replace('<userTask id="a"/>', '<callActivity id="a" calledElement="elsewhere"/>'), "exec-called"),
        (
            GOOD.replace('<userTask id="a"/>', '<userTask id="a"><standardLoopCharacteristics/></userTask>'),
            "exec-endless-loop",
        ),
        ("", "exec-no-start"),
    ],
)
def test_what_is_not_executed_is_refused_by_name_at_publishing(body: str, code: str) -> None:
    assert code in codes(publish(body))


def test_a_called_process_may_be_published_elsewhere() -> None:
    body = GOOD.replace('<userTask id="a"/>', '<callActivity id="a" calledElement="elsewhere"/>')
    definitions = read_definitions(read_document(document(body)))
    assert publishable(definitions, problem, lambda key: key == "elsewhere") == []


def test_a_model_without_an_executable_process_is_not_published() -> None:
    source = document(GOOD).replace(b'isExecutable="true"', b"")
    findings = publishable(read_definitions(read_document(source)), problem)
    assert codes(findings) == {"exec-no-process"}


def test_what_is_wrong_in_a_process_that_is_only_drawn_is_a_warning() -> None:
    drawn = '<process id="q"><startEvent id="qs"/><endEvent id="qe"/></process>'
    findings = publish(GOOD, top=drawn)
    assert {finding.element_id for finding in findings} == {"qs", "qe"}
    assert codes(findings) == set()


def test_what_is_kept_but_has_no_effect_is_a_warning() -> None:
    findings = publish(GOOD + '<dataStoreReference id="d"/>')
    assert [(finding.code, finding.severity) for finding in findings] == [("exec-data-store", Severity.WARNING)]
