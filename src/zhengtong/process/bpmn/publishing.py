"""Publishing 发布检查: what must hold before a model may run here, and what this engine does not execute, by name.

The static rules apply, less those the standard makes only so that other engines can exchange data types and
operations (`WAIVED`, each with its reason); what has no effect here (`NO_EFFECT`), or is wrong in a process that is
only drawn, is a warning. On top come the expressions, which must be FEEL, and whatever would have no effect.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from zhengtong.process.bpmn.findings import Finding, Severity, Text
from zhengtong.process.bpmn.iso8601 import parse_cycle, parse_duration, parse_moment
from zhengtong.process.bpmn.model import (
    ActivityNode,
    Definitions,
    EventDefinition,
    EventNode,
    FlowNode,
    GatewayNode,
    Loop,
    Process,
    TimerRule,
)
from zhengtong.process.bpmn.rules import check

ExpressionProblem = Callable[[str], str]
Known = Callable[[str], bool]
Readable = Callable[[TimerRule], bool]

WAIVED: dict[str, str] = {
    "data-association-types": "values are FEEL values; types of other languages are not checked at run time",
    "data-call-match": "a called process takes what it is given by name",
    "data-collection": "lists are recognised by their values",
    "data-event-items": "payloads are FEEL contexts",
    "data-in-set": "sets do not limit what an activity may read",
    "data-sets": "sets do not limit what an activity may read",
    "expression-formal": "every expression here is FEEL, whatever its declared type",
    "flow-immediate": "nothing happens between two nodes here in any case",
    "import-type": "what is not BPMN is kept and not read",
    "message-event-operation": "messages are found by name, not by operation",
    "message-operation": "messages are found by name, not by operation",
    "message-task-data": "payloads are FEEL contexts",
    "message-task-item": "payloads are FEEL contexts",
    "multi-instance-item-type": "lists may hold any values",
    "operation-message": "operations are not called by the engine",
    "service-data": "a service's input is a FEEL context",
    "service-item": "a service's input is a FEEL context",
    "timer-readable": "a timer may name a variable that comes from a form",
}
NO_EFFECT: dict[str, str] = {
    "choreography-participants": "choreographies are kept, not executed",
    "choreography-reference": "choreographies are kept, not executed",
    "conversation-link": "conversations are kept, not executed",
    "data-association-transformation": "the first source is taken",
    "data-set-members": "sets do not limit what an activity may read",
    "data-set-own": "sets do not limit what an activity may read",
    "data-set-rules": "sets do not limit what an activity may read",
    "flow-condition-source": "the node takes every outgoing flow; a condition there is not looked at",
    "flow-known-to-node": "a sequence flow's own ends count",
    "flow-listed-by-node": "a sequence flow's own ends count",
    "gateway-direction": "what a gateway does follows from its flows",
    "gateway-parallel-unconditional": "the gateway takes every outgoing flow; a condition there is not looked at",
    "gateway-splits-or-merges": "a token passes through",
    "global-conversation-content": "conversations are kept, not executed",
    "import-found": "called processes are found among the published ones",
    "import-ids": "called processes are found among the published ones",
    "import-namespace": "called processes are found among the published ones",
    "lane-members": "lanes are documentation",
    "message-flow-between-pools": "messages are found by name",
    "message-flow-direction": "messages are found by name",
    "message-flow-ends": "messages are found by name",
    "message-flow-trigger": "messages are found by name",
    "participant-multiplicity": "participants are documentation",
    "participant-process": "participants are documentation",
    "resource-required-parameters": "resource parameters are documentation",
    "text-format": "documentation is kept as written",
}
FEEL_LANGUAGES = frozenset({"", "feel", "text/feel", "application/feel", "text/x-feel"})
TIMERS = {"date": parse_moment, "duration": parse_duration, "cycle": parse_cycle}

EXPRESSION = (
    "exec-expression",
    Text(zh="表达式不是 FEEL：{problem}", en="The expression is not FEEL: {problem}"),
    Text(zh="请改写为 FEEL 表达式。", en="Write it in FEEL."),
)
SCRIPT = (
    "exec-script-language",
    Text(zh="脚本语言“{language}”不执行，只执行 FEEL。", en="Scripts in {language} are not executed; only FEEL is."),
    Text(zh="请改写为 FEEL，或改用服务任务。", en="Write it in FEEL or use a service task."),
)
CALLED = (
    "exec-called",
    Text(zh="调用的流程“{called}”没有发布。", en="The called process {called} is not published."),
    Text(zh="请先发布被调用的流程。", en="Publish the called process first."),
)
CALLEE = (
    "exec-called-expression",
    Text(
        zh="calledElement“{called}”是表达式；标准只允许流程编号。",
        en="calledElement {called} is an expression; the standard allows the id of a process only.",
    ),
    Text(
        zh="请把 FEEL 表达式写进 zt:called 属性，并去掉 calledElement。",
        en="Write the FEEL expression into the attribute zt:called and leave calledElement out.",
    ),
)
TWO_CALLEES = (
    "exec-called-twice",
    Text(
        zh="调用活动既有 calledElement 又有 zt:called，不知道调用哪一个。",
        en="The call activity has both calledElement and zt:called: which one does it call?",
    ),
    Text(zh="请只保留其中一个。", en="Keep one of them."),
)
START_TIMER = (
    "exec-start-timer",
    Text(
        zh="定时开始事件的时间“{expression}”读不出来。",
        en="The time of the timer start event, {expression}, cannot be read.",
    ),
    Text(
        zh="流程启动前没有变量：请写 ISO 8601 的日期、时长或周期，或不用变量的 FEEL。",
        en="There are no variables before a case begins: write an ISO 8601 date, duration or cycle, or FEEL without"
        " variables.",
    ),
)
ENDLESS = (
    "exec-endless-loop",
    Text(
        zh="循环既没有条件也没有上限，永远不会结束。",
        en="The loop has neither a condition nor a maximum: it never ends.",
    ),
    Text(zh="请填写循环条件或 loopMaximum。", en="Give it a condition or a loopMaximum."),
)
NO_START = (
    "exec-no-start",
    Text(zh="可执行流程没有可以启动的地方。", en="The executable process has no place to start."),
    Text(zh="请增加开始事件。", en="Add a start event."),
)
NO_PROCESS = (
    "exec-no-process",
    Text(zh="文件中没有可执行的流程。", en="There is no executable process in the file."),
    Text(zh="请把流程的 isExecutable 设为 true。", en="Set isExecutable of the process to true."),
)
SEVERAL_STARTS = (
    "exec-several-starts",
    Text(
        zh="有多个无触发的开始事件，启动时只用第一个。",
        en="There are several none start events; only the first is used.",
    ),
    Text(zh="请合并开始事件，或为其余的加上触发条件。", en="Merge them or give the others a trigger."),
)
METHOD = (
    "exec-transaction-method",
    Text(
        zh="事务方法“{method}”不执行，取消时一律补偿。",
        en="The transaction method {method} is not executed; cancelling compensates.",
    ),
    Text(zh="请使用 ##Compensate。", en="Use ##Compensate."),
)
STORE = (
    "exec-data-store",
    Text(zh="数据存储只作说明，不读写。", en="A data store is documentation only: nothing is read or written."),
    Text(zh="请用服务任务读写。", en="Use a service task."),
)


def publishable(
    definitions: Definitions,
    problem: ExpressionProblem,
    known: Known = lambda _key: False,
    readable: Readable = lambda _rule: True,
) -> list[Finding]:
    """Return what stands against running *definitions* (errors) and what will have no effect (warnings).

    Args:
        definitions: the model.
        problem: says what is wrong with a FEEL expression, or an empty string.
        known: tells whether a called process is published elsewhere.
        readable: tells whether a timer that starts cases can be read without any case's variables.
    """
    outside = _not_executed(definitions)
    found = [
        replace(finding, severity=Severity.WARNING)
        if finding.code in NO_EFFECT or (finding.element_id in outside and finding.code != "id-unique")
        else finding
        for finding in check(definitions.document)
        if finding.code not in WAIVED
    ]
    executable = [process for process in definitions.processes.values() if process.executable]
    if not executable:
        found.append(_finding(NO_PROCESS, "definitions", definitions.id, definitions.name, 1))
    for process in executable:
        found += _process_findings(definitions, process, problem, known)
        found += [
            _at(START_TIMER, node, expression=rule.expression)
            for node, _position, rule in start_timers(process)
            if not readable(rule)
        ]
    for element in definitions.document.of("dataStoreReference"):
        place = (element.local, element.get("id"), element.get("name"), element.line)
        found.append(_finding(STORE, *place, severity=Severity.WARNING))
    for element in definitions.document.of("transaction"):
        if element.get("method").lower() not in {"", "compensate", "##compensate"}:
            place = (element.local, element.get("id"), element.get("name"), element.line)
            found.append(_finding(METHOD, *place, severity=Severity.WARNING, method=element.get("method")))
    return sorted(found, key=lambda finding: (finding.line, finding.code))


def start_timers(process: Process) -> Iterator[tuple[EventNode, int, TimerRule]]:
    """Yield the timers that begin cases of *process*: start event, place among its definitions, rule."""
    for identifier in process.scopes[process.id].starts:
        node = process.nodes[identifier]
        for position, definition in enumerate(_definitions(node)):
            if definition.timer is not None:
                assert isinstance(node, EventNode)  # noqa: S101 -- nothing else has definitions
                yield node, position, definition.timer


def _not_executed(definitions: Definitions) -> set[str]:
    """Return the ids of what belongs to processes that are only drawn, such as another party's."""
    document = definitions.document
    drawn = [process for process in document.of("process") if not document.is_executable(process)]
    return {element.get("id") for process in drawn for element in process.walk() if element.get("id")}


def _finding(
    text: tuple[str, Text, Text],
    element: str,
    identifier: str,
    name: str,
    line: int,
    *,
    severity: Severity = Severity.ERROR,
    **details: str,
) -> Finding:
    code, message, remedy = text
    return Finding(
        code=code,
        clause="13",
        severity=severity,
        element=element,
        element_id=identifier,
        name=name,
        line=line,
        message=message.fill(**details),
        remedy=remedy.fill(**details),
    )


def _process_findings(
    definitions: Definitions, process: Process, problem: ExpressionProblem, known: Known
) -> Iterator[Finding]:
    """Yield what stands against running one process."""
    starts = process.scopes[process.id].starts
    if not starts:
        yield _finding(NO_START, "process", process.id, process.name, process.line)
    plain = [node for item in starts if isinstance(node := process.nodes[item], EventNode) and not node.definitions]
    if len(plain) > 1:
        yield _at(SEVERAL_STARTS, plain[1], severity=Severity.WARNING)
    for node in process.nodes.values():
        yield from (_at(EXPRESSION, node, problem=text) for item in _expressions(node) if (text := problem(item)))
        if isinstance(node, ActivityNode):
            yield from _activity_findings(definitions, node, known)
    for flow in process.flows.values():
        if flow.condition and (text := problem(flow.condition)):
            line = process.nodes[flow.source].line
            yield _finding(EXPRESSION, "sequenceFlow", flow.id, flow.name, line, problem=text)


def _at(
    text: tuple[str, Text, Text], node: FlowNode, *, severity: Severity = Severity.ERROR, **details: str
) -> Finding:
    return _finding(text, node.kind, node.id, node.name, node.line, severity=severity, **details)


def _activity_findings(definitions: Definitions, node: ActivityNode, known: Known) -> Iterator[Finding]:
    """Yield what stands against running one activity."""
    task = node.called_task or node
    if task.kind == "scriptTask" and task.script_format.lower() not in FEEL_LANGUAGES:
        yield _at(SCRIPT, node, language=task.script_format)
    calls_process = node.kind == "callActivity" and node.called_task is None
    if calls_process:
        yield from _call_findings(definitions, node, known)
    if node.loop and not node.loop.multiple and not node.loop.condition and node.loop.maximum is None:
        yield _at(ENDLESS, node)


def _call_findings(definitions: Definitions, node: ActivityNode, known: Known) -> Iterator[Finding]:
    """Yield what stands against calling the process of one call activity."""
    if node.callee and node.called:
        yield _at(TWO_CALLEES, node)
    elif node.called.startswith(("=", "$", "#")):
        yield _at(CALLEE, node, called=node.called)
    elif not node.callee and node.called not in definitions.processes and not known(node.called):
        yield _at(CALLED, node, called=node.called or "∅")


def _expressions(node: FlowNode) -> Iterator[str]:
    """Yield the FEEL expressions of a node."""
    found: list[str] = []
    for association in (*node.inputs, *node.outputs):
        found += [association.transformation, *(source for source, _ in association.assignments)]
    if isinstance(node, ActivityNode):
        task = node.called_task or node
        is_feel = task.kind == "scriptTask" and task.script_format.lower() in FEEL_LANGUAGES
        found += [node.completion, node.callee, task.script if is_feel else ""]
        found += [performer.expression for performer in task.performers]
        found += [node.message.correlation] if node.message else []
        found += list(_loop_expressions(node.loop)) if node.loop else []
    if isinstance(node, GatewayNode):
        found.append(node.activation)
    for definition in _definitions(node):
        found += [definition.condition, definition.correlation]
        timer = definition.timer
        if timer is not None and TIMERS[timer.kind](timer.expression) is None:
            found.append(timer.expression)
    return (text for text in found if text)


def _loop_expressions(loop: Loop) -> Iterator[str]:
    yield from (loop.condition, loop.cardinality, loop.completion, *(item.condition for item in loop.complex))


def _definitions(node: FlowNode) -> tuple[EventDefinition, ...]:
    return node.definitions if isinstance(node, EventNode) else ()
