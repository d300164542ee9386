"""Process models for the store's tests, written out small."""

from collections.abc import Iterable

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' id="definitions" targetNamespace="urn:zhengtong:test" expressionLanguage="https://www.omg.org/spec/DMN/20230324/FEEL/">'
)


_FIVE_DAYS = '<timerEventDefinition id="t"><timeDuration>P5D</timeDuration></timerEventDefinition>'


def process(nodes: Iterable[str], flows: Iterable[tuple[str, str] | tuple[str, str, str]]) -> bytes:
    """Return BPMN with *nodes* (elements) and *flows* (source, target, condition)."""
    written = []
    for number, flow in enumerate(flows):
        condition = ""
        if len(flow) == 3:
            condition = f'<conditionExpression xsi:type="tFormalExpression">{flow[2]}</conditionExpression>'
        written.append(
            f'<sequenceFlow id="f{number}" sourceRef="{flow[0]}" targetRef="{flow[1]}">{condition}</sequenceFlow>'
        )
    body = "".join((*nodes, *written))
    return f'{HEAD}<process id="main" isExecutable="true">{body}</process></definitions>'.encode()


def joint(width: int = 5) -> bytes:
    """Return a joint approval: *width* departments in parallel, then one decision."""
    offices = [f"office{number}" for number in range(width)]
    return process(
        [
            '<startEvent id="start"/>',
            '<parallelGateway id="fork"/>',
            '<parallelGateway id="join"/>',
            *(f'<userTask id="{office}" name="{office}"/>' for office in offices),
            '<userTask id="decide"/>',
            '<endEvent id="end"/>',
        ],
        [
            ("start", "fork"),
            *(("fork", office) for office in offices),
            *((office, "join") for office in offices),
            ("join", "decide"),
            ("decide", "end"),
        ],
    )


def joint_with_correction(width: int) -> bytes:
    """Return a joint approval whose decision may send the case back."""
    offices = [f"office{number}" for number in range(width)]
    return process(
        [
            '<startEvent id="start"/>',
            '<parallelGateway id="fork"/>',
            '<parallelGateway id="join"/>',
            *(f'<userTask id="{office}"/>' for office in offices),
            '<userTask id="decide"/>',
            f'<exclusiveGateway id="complete" default="f{2 * width + 4}"/>',
            '<userTask id="correct"/>',
            '<endEvent id="end"/>',
        ],
        [
            ("start", "fork"),
            *(("fork", office) for office in offices),
            *((office, "join") for office in offices),
            ("join", "decide"),
            ("decide", "complete"),
            ("complete", "correct", "missing > 0"),
            ("complete", "end"),
            ("correct", "decide"),
        ],
    )


def correction() -> bytes:
    """Return an acceptance with a correction loop."""
    return process(
        [
            '<startEvent id="start"/>',
            '<userTask id="accept"/>',
            '<exclusiveGateway id="complete" default="f3"/>',
            '<userTask id="correct"/>',
            '<endEvent id="end"/>',
        ],
        [
            ("start", "accept"),
            ("accept", "complete"),
            ("complete", "correct", "missing > 0"),
            ("complete", "end"),
            ("correct", "accept"),
        ],
    )


def timed() -> bytes:
    """Return a task that a timer takes away after five days."""
    return process(
        [
            '<startEvent id="start"/>',
            '<userTask id="work"/>',
            '<boundaryEvent id="late" attachedToRef="work">' + _FIVE_DAYS + "</boundaryEvent>",
            '<userTask id="escalated"/>',
            '<endEvent id="end"/>',
            '<endEvent id="lateEnd"/>',
        ],
        [("start", "work"), ("work", "end"), ("late", "escalated"), ("escalated", "lateEnd")],
    )
