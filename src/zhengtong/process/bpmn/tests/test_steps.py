"""A process in words, and two versions beside each other."""

from zhengtong.process.bpmn.api import Aspect, Definitions, compare_steps, read_definitions, read_document, steps_of

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t" id="d">'
FLOW = (
    '<startEvent id="start" name="收件"/><userTask id="a" name="受理"><documentation>五日内</documentation></userTask>'
    '<boundaryEvent id="late" name="逾期" attachedToRef="a"><timerEventDefinition id="t">'
    "<timeDuration>P5D</timeDuration></timerEventDefinition></boundaryEvent>"
    '<exclusiveGateway id="x" name="结论" default="no"/><userTask id="b" name="决定"/>'
    '<endEvent id="end"/><sequenceFlow id="f1" sourceRef="start" targetRef="a"/><sequenceFlow id="f2" sourceRef="a"'
    ' targetRef="x"/><sequenceFlow id="yes" sourceRef="x" targetRef="b"><conditionExpression>ok</conditionExpression>'
    '</sequenceFlow><sequenceFlow id="no" sourceRef="x" targetRef="end"/><sequenceFlow id="f3" sourceRef="b"'
    ' targetRef="end"/><sequenceFlow id="f4" sourceRef="late" targetRef="b"/>'
)


def read(content: str = FLOW, executable: str = "true") -> Definitions:
    text = f'{HEAD}<process id="p" name="试办" isExecutable="{executable}">{content}</process></definitions>'
    return read_definitions(read_document(text.encode()))


def test_steps_come_in_the_order_of_a_case_with_conditions_triggers_and_words() -> None:
    steps = {step.node: step for step in steps_of(read())}
    assert list(steps)[:2] == ["start", "a"]
    assert [step.number for step in steps.values()] == list(range(1, len(steps) + 1))
    assert steps["a"].words == "五日内"
    assert (steps["late"].within, steps["late"].trigger) == ("受理", "P5D")
    assert [(one.when, one.name) for one in steps["x"].nexts] == [("ok", "决定"), ("else", "end")]
    assert steps["end"].title == "end"


def test_a_process_that_is_only_drawn_has_no_steps() -> None:
    assert steps_of(read(executable="false")) == ()


def test_versions_differ_by_added_removed_and_changed_steps() -> None:
    after = FLOW.replace('<userTask id="b" name="决定"/>', '<userTask id="c" name="核查"/>').replace('"b"', '"c"')
    found = compare_steps(read(), read(after.replace("P5D", "P3D")))
    assert [step.node for step in found.added] == ["c"]
    assert [step.node for step in found.removed] == ["b"]
    changed = {change.step.node: change.aspects for change in found.changed}
    assert (Aspect.TRIGGER, "P5D", "P3D") in changed["late"]
    assert (Aspect.NEXT, "ok → 决定; else → end", "ok → 核查; else → end") in changed["x"]


def test_a_version_is_no_different_from_itself() -> None:
    assert compare_steps(read(), read()).is_none
    assert not compare_steps(read(), read(FLOW.replace("五日内", "三日内"))).is_none
