"""Scenarios of the kind the public suite has, written by us: scripts leave traces, time is virtual."""

from typing import Any

import pytest

from zhengtong.process.bpmn.api import publishable
from zhengtong.process.conformance.execution import run_case, translated
from zhengtong.process.engine.api import FeelEvaluator
from zhengtong.process.engine.tests.builders import flows, model

SIGNALS = '<signal id="g" name="g"/><signal id="h" name="h"/><signalEventDefinition id="sd" signalRef="g"/>'
TOP = SIGNALS + '<message id="m" name="m"/><error id="x" errorCode="X"/><escalation id="y" escalationCode="Y"/>'
ENDS = '<startEvent id="s"/><endEvent id="e"/><endEvent id="e2"/>'
ONE, TWO, THREE = "SCRIPT_task1", "SCRIPT_task2", "SCRIPT_task3"


def script(key: str, body: str, inner: str = "") -> str:
    return f'<scriptTask id="{key}">{inner}<script>{body}</script></scriptTask>'


def boundary(inner: str, host: str = "a", *, key: str = "b", interrupts: str = "true") -> str:
    return f'<boundaryEvent id="{key}" attachedToRef="{host}" cancelActivity="{interrupts}">{inner}</boundaryEvent>'


def event_sub(start: str, *, interrupts: str = "true", several: str = "false") -> str:
    head = f'<startEvent id="es" isInterrupting="{interrupts}" parallelMultiple="{several}">{start}</startEvent>'
    inside = head + script("et", TWO) + '<endEvent id="ee"/>' + flows("es>et et>ee")
    return f'<subProcess id="ev" triggeredByEvent="true">{inside}</subProcess>'


def sub(end: str, *, kind: str = "subProcess", inner: str = "", before: str = "") -> str:
    body = f'{before}<startEvent id="is"/><endEvent id="ie">{end}</endEvent>' + script("i", ONE) + inner
    return f'<{kind} id="a">{body}{flows("is>i i>ie")}</{kind}>'


def repeated(attributes: str, inner: str) -> str:
    return f"<multiInstanceLoopCharacteristics {attributes}>{inner}</multiInstanceLoopCharacteristics>"


ERROR = '<errorEventDefinition errorRef="x"/>'
SIGNAL, OTHER = '<signalEventDefinition signalRef="g"/>', '<signalEventDefinition signalRef="h"/>'
MESSAGE = '<messageEventDefinition messageRef="m"/>'
CONDITION = '<conditionalEventDefinition><condition>test.contains("a")</condition></conditionalEventDefinition>'
WAIT = script("w", "WAIT_TEN_SECONDS")
HANDLER = (
    boundary("<compensateEventDefinition/>", "{0}", key="cb")
    + '<scriptTask id="h1" isForCompensation="true"><script>SCRIPT_task2</script></scriptTask>'
    + '<association id="as" sourceRef="cb" targetRef="h1"/>'
)
THROW = '<intermediateThrowEvent id="th">{}</intermediateThrowEvent>'
AFTER = script("z", TWO) + script("c", THREE)
TASK = script("a", ONE)


def timer(kind: str, text: str) -> str:
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


SCENARIOS: dict[str, tuple[str, str, list[str], dict[str, Any]]] = {
    "an error at the top level is caught by an event sub-process": (
        ENDS.replace('<endEvent id="e"/>', f'<endEvent id="e">{ERROR}</endEvent>') + TASK + event_sub(ERROR),
        "s>a a>e",
        [ONE, TWO],
        {},
    ),
    "a condition that holds already interrupts before anything is done": (
        ENDS + TASK + event_sub(CONDITION),
        "s>a a>e",
        [TWO],
        {"input": "a"},
    ),
    "a condition that does not hold never fires": (
        ENDS + TASK + event_sub(CONDITION),
        "s>a a>e",
        [ONE],
        {"input": "b"},
    ),
    "a message wakes an event sub-process of the sender": (
        ENDS + TASK + '<sendTask id="send" messageRef="m"/>' + WAIT + event_sub(MESSAGE),
        "s>a a>send send>w w>e",
        [ONE, TWO],
        {},
    ),
    "a repeating timer starts an event sub-process beside the work": (
        ENDS + WAIT + TASK + event_sub(timer("timeCycle", "R3/PT2S"), interrupts="false"),
        "s>w w>a a>e",
        [TWO, TWO, TWO, ONE],
        {},
    ),
    "an event sub-process waits for all of its triggers": (
        ENDS + THROW.format(SIGNAL) + WAIT + TASK + event_sub(SIGNAL + OTHER, several="true"),
        "s>th th>w w>a a>e",
        [ONE],
        {},
    ),
    "behaviour One throws once": (
        ENDS
        + script(
            "a",
            ONE,
            repeated('behavior="One" oneBehaviorEventRef="sd"', "<loopCardinality>3</loopCardinality>"),
        )
        + boundary(SIGNAL)
        + AFTER,
        "s>a a>z z>e b>c c>e2",
        [ONE, ONE, ONE, TWO, THREE],
        {},
    ),
    "an error of one instance ends all": (
        ENDS + sub(ERROR, before=repeated("", "<loopCardinality>3</loopCardinality>")) + boundary(ERROR) + AFTER,
        "s>a a>z z>e b>c c>e2",
        [ONE, THREE],
        {},
    ),
    "an escalation at the end interrupts the way out": (
        ENDS
        + sub('<escalationEventDefinition escalationRef="y"/>')
        + boundary('<escalationEventDefinition escalationRef="y"/>')
        + AFTER,
        "s>a a>z z>e b>c c>e2",
        [ONE, THREE],
        {},
    ),
    "a cancelled transaction compensates before it leaves": (
        ENDS
        + sub("<cancelEventDefinition/>", kind="transaction", inner=HANDLER.format("i"))
        + boundary("<cancelEventDefinition/>")
        + script("c", THREE),
        "s>a a>e b>c c>e2",
        [ONE, TWO, THREE],
        {},
    ),
    "every instance is compensated": (
        ENDS
        + script("a", ONE, repeated("", "<loopCardinality>${integerVariable}</loopCardinality>"))
        + HANDLER.format("a")
        + THROW.format("<compensateEventDefinition/>"),
        "s>a a>th th>e",
        [ONE, ONE, TWO, TWO],
        {"int": 2},
    ),
    "a sub-process is compensated by its boundary event": (
        ENDS + sub("") + HANDLER.format("a") + THROW.format('<compensateEventDefinition activityRef="a"/>'),
        "s>a a>th th>e",
        [ONE, TWO],
        {},
    ),
    "a date in the past is due at once": (
        ENDS
        + f'<intermediateCatchEvent id="t">{timer("timeDate", "2014-01-01T00:00:00")}</intermediateCatchEvent>'
        + TASK,
        "s>t t>a a>e",
        [ONE],
        {},
    ),
    "a process may begin at a time": (
        f'<startEvent id="s">{timer("timeDuration", "PT5S")}</startEvent><endEvent id="e"/>' + TASK,
        "s>a a>e",
        [ONE],
        {},
    ),
    "no true condition and no default fails while running": (
        ENDS + '<inclusiveGateway id="o"/>' + TASK + script("z", TWO),
        'o>a[test.contains("a")] o>z[test.contains("b")] s>o a>e z>e2',
        ["ERROR_RUNTIME"],
        {"input": "c"},
    ),
    "a failing script is a business error nobody catches": (
        ENDS + script("a", "THROW_ERROR") + script("z", TWO),
        "s>a a>z z>e",
        ["ERROR_RUNTIME"],
        {},
    ),
    "a failing script is caught at its boundary": (
        ENDS + script("a", "THROW_ERROR") + boundary(ERROR) + AFTER,
        "s>a a>z z>e b>c c>e2",
        [THREE],
        {},
    ),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    nodes, wires, traces, case = SCENARIOS[name]
    if "e2" not in wires:
        nodes = nodes.replace('<endEvent id="e2"/>', "")
    definitions = translated(model(nodes, wires, top=TOP))
    evaluator = FeelEvaluator()
    assert [str(item) for item in publishable(definitions, evaluator.problem) if item.is_error] == []
    assert run_case(definitions, "p", {"traces": traces, **case}, evaluator) == ""
