"""Rules of activities 活动规则 (BPMN 2.0 clause 10.3)."""

import re
from collections.abc import Iterator

from zhengtong.process.bpmn.document import Document, flag
from zhengtong.process.bpmn.reader_parts import integer
from zhengtong.process.bpmn.rules.base import Breach, rule
from zhengtong.process.bpmn.vocabulary import (
    ACTIVITIES,
    CALLABLE,
    CHOREOGRAPHY_ACTIVITIES,
    SUB_PROCESSES,
)

MIME = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*(\s*;.*)?")
FEEL_FORMATS = frozenset({"", "feel"})
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
TRANSACTION_METHODS = frozenset({"", "##Compensate", "##Image", "##Store", "compensate", "image", "store"})
ROLES = ("performer", "humanPerformer", "potentialOwner", "resourceRole")


@rule(
    "activity-quantity",
    "10.3",
    ("{attribute} 必须是 1 或更大的整数。", "{attribute} must be a whole number of 1 or more."),
    ("请改为 1 或更大的整数。", "Use 1 or more."),
)
def activity_quantity(document: Document) -> Iterator[Breach]:
    """Start and completion quantity are at least one."""
    for node in document.activities():
        for attribute in ("startQuantity", "completionQuantity"):
            if node.has(attribute) and integer(node, attribute, 0) < 1:
                yield node, {"attribute": attribute}


@rule(
    "activity-one-loop",
    "10.3.8",
    ("活动不能同时是循环和多实例。", "An activity cannot be a loop and multi-instance at once."),
    ("请只保留一种。", "Keep one."),
)
def activity_one_loop(document: Document) -> Iterator[Breach]:
    """At most one loop characteristic."""
    for node in document.activities():
        if len(document.children(node, "standardLoopCharacteristics", "multiInstanceLoopCharacteristics")) > 1:
            yield node


@rule(
    "activity-no-choreography",
    "10.3.5",
    (
        "流程或子流程中不能有编排活动“{kind}”。",
        "A process or sub-process must not contain the choreography activity {kind}.",
    ),
    ("请改用任务、子流程或调用活动。", "Use tasks, sub-processes or call activities."),
)
def activity_no_choreography(document: Document) -> Iterator[Breach]:
    """Choreography belongs to choreographies."""
    for node in document.in_any(CHOREOGRAPHY_ACTIVITIES):
        container = document.container(node)
        if container is not None and container.local in SUB_PROCESSES | {"process"}:
            yield node, {"kind": node.local}


@rule(
    "transaction-method",
    "10.3.5.2",
    (
        "事务的 method “{method}”不是网址，也不是标准方法。",
        "The transaction's method {method} is neither a URI nor a standard method.",
    ),
    ("可用 ##Compensate、##Image、##Store 或一个网址。", "Use ##Compensate, ##Image, ##Store or a URI."),
)
def transaction_method(document: Document) -> Iterator[Breach]:
    """A transaction protocol is named by a URI."""
    for node in document.of("transaction"):
        method = node.get("method")
        if method not in TRANSACTION_METHODS and not URI.fullmatch(method):
            yield node, {"method": method}


@rule(
    "ad-hoc-has-activity",
    "10.3.5.3",
    ("临时子流程至少要有一个活动。", "An ad-hoc sub-process must contain at least one activity."),
    ("请增加活动。", "Add an activity."),
)
def ad_hoc_has_activity(document: Document) -> Iterator[Breach]:
    """Something can be done in it."""
    for node in document.of("adHocSubProcess"):
        if not document.children(node, *ACTIVITIES):
            yield node


@rule(
    "ad-hoc-no-start-end",
    "10.3.5.3",
    ("临时子流程中不能有“{kind}”。", "An ad-hoc sub-process must not contain {kind}."),
    ("请删除开始、结束事件和编排元素。", "Remove start and end events and choreography."),
)
def ad_hoc_no_start_end(document: Document) -> Iterator[Breach]:
    """Its activities start freely."""
    forbidden = CHOREOGRAPHY_ACTIVITIES | {"startEvent", "endEvent", "conversation", "conversationLink"}
    for node in document.of("adHocSubProcess"):
        for child in document.children(node, *forbidden):
            yield child, {"kind": child.local}


@rule(
    "ad-hoc-completion",
    "10.3.5.3",
    ("临时子流程缺少完成条件。", "The ad-hoc sub-process has no completion condition."),
    (
        "请填写 completionCondition；不填则每个活动各做一次后结束。",
        "Write one; without it every activity is done once.",
    ),
)
def ad_hoc_completion(document: Document) -> Iterator[Breach]:
    """The schema allows none only for models that are not executed; ours then does every activity once."""
    for node in document.of("adHocSubProcess"):
        condition = document.child(node, "completionCondition")
        if condition is not None and not condition.text:
            yield node


@rule(
    "call-target",
    "10.3.6",
    (
        "调用活动所指的“{called}”不是流程或全局任务。",
        "The call activity names {called}, which is no process or global task.",
    ),
    ("请选择一个已有的流程或全局任务。", "Choose an existing process or global task."),
)
def call_target(document: Document) -> Iterator[Breach]:
    """A call activity calls something callable."""
    for node in document.of("callActivity"):
        called = document.find(node.get("calledElement"))
        if called is not None and called.local not in CALLABLE:
            yield node, {"called": node.get("calledElement")}


@rule(
    "sub-process-triggered",
    "10.3.5.1",
    ("“{kind}”不能由事件触发。", "A {kind} cannot be triggered by an event."),
    ("只有普通子流程可以是事件子流程。", "Only a plain sub-process can be an event sub-process."),
)
def sub_process_triggered(document: Document) -> Iterator[Breach]:
    """Transactions and ad-hoc sub-processes are in the normal flow."""
    for node in document.of("transaction", "adHocSubProcess"):
        if flag(node, "triggeredByEvent"):
            yield node, {"kind": node.local}


@rule(
    "script-format",
    "10.3.3.6",
    ("脚本语言“{format}”不是 MIME 类型。", "The script format {format} is not a MIME type."),
    ("请填写 MIME 类型，例如 text/feel。", "Write a MIME type such as text/feel."),
)
def script_format(document: Document) -> Iterator[Breach]:
    """A script's language is a MIME type; plain `feel` is understood as well."""
    pairs = (("scriptTask", "scriptFormat"), ("globalScriptTask", "scriptLanguage"))
    for name, attribute in pairs:
        for node in document.of(name):
            value = node.get(attribute)
            if value.lower() not in FEEL_FORMATS and not MIME.fullmatch(value) and not URI.fullmatch(value):
                yield node, {"format": value}


@rule(
    "script-has-format",
    "10.3.3.6",
    ("脚本任务写明了语言，却没有脚本。", "The script task names a language but has no script."),
    ("请填写脚本。", "Write the script."),
)
def script_has_format(document: Document) -> Iterator[Breach]:
    """A language without a script says nothing."""
    for node in document.of("scriptTask"):
        if node.get("scriptFormat") and document.child(node, "script") is None:
            yield node


@rule(
    "text-format",
    "8.3.1",
    ("文字格式“{format}”不是 MIME 类型。", "The text format {format} is not a MIME type."),
    ("请填写 MIME 类型，例如 text/plain。", "Write a MIME type such as text/plain."),
)
def text_format(document: Document) -> Iterator[Breach]:
    """Documentation and annotations say in which format they are written."""
    for node in document.of("documentation", "textAnnotation"):
        if node.has("textFormat") and not MIME.fullmatch(node.get("textFormat")):
            yield node, {"format": node.get("textFormat")}


@rule(
    "resource-assignment",
    "10.3.1",
    (
        "“resourceRef”与“resourceAssignmentExpression”不能同时使用。",
        "resourceRef and resourceAssignmentExpression exclude each other.",
    ),
    ("请只保留一种指定办理人的方式。", "Keep one way of naming who performs."),
)
def resource_assignment(document: Document) -> Iterator[Breach]:
    """A role names its resource, or an expression that finds it."""
    for node in document.of(*ROLES):
        if document.children(node, "resourceRef") and document.children(node, "resourceAssignmentExpression"):
            yield node


@rule(
    "resource-binding",
    "10.3.1",
    ("没有 resourceRef 就不能绑定资源参数。", "Resource parameters are only bound where a resourceRef is given."),
    ("请填写 resourceRef，或删除参数绑定。", "Give a resourceRef or remove the binding."),
)
def resource_binding(document: Document) -> Iterator[Breach]:
    """Parameters belong to a named resource."""
    for node in document.of(*ROLES):
        if document.children(node, "resourceParameterBinding") and not document.children(node, "resourceRef"):
            yield node


@rule(
    "resource-required-parameters",
    "8.4.12",
    (
        "资源“{resource}”的必填参数“{parameter}”没有绑定。",
        "The required parameter {parameter} of {resource} is not bound.",
    ),
    ("请绑定该参数。", "Bind the parameter."),
)
def resource_required_parameters(document: Document) -> Iterator[Breach]:
    """Every required parameter of a resource is bound, and only its own."""
    for role in document.of(*ROLES):
        resource = document.find(next(iter(document.texts(role, "resourceRef")), ""))
        if resource is None or resource.local != "resource":
            continue
        bound = {item.get("parameterRef") for item in document.children(role, "resourceParameterBinding")}
        for parameter in document.children(resource, "resourceParameter"):
            if flag(parameter, "isRequired") and parameter.get("id") not in bound:
                yield role, {"resource": resource.get("id"), "parameter": parameter.get("id")}


@rule(
    "lane-members",
    "10.8.2",
    (
        "泳道引用的“{node}”不在该流程中，或已在另一个泳道里。",
        "The lane names {node}, which is not in its process or is in another lane.",
    ),
    ("请把节点放进同一流程的一个泳道。", "Put each node into one lane of its own process."),
)
def lane_members(document: Document) -> Iterator[Breach]:
    """Lanes of one set partition the nodes of their process."""
    for lane_set in document.of("laneSet"):
        seen: set[str] = set()
        owner = document.container(lane_set)
        for lane in document.children(lane_set, "lane"):
            for reference in document.texts(lane, "flowNodeRef"):
                node = document.find(reference)
                outside = node is not None and owner is not None and not document.is_inside(node, owner)
                if reference in seen or outside:
                    yield lane, {"node": reference}
                seen.add(reference)
