"""The words of BPMN 2.0 词汇.

The families of elements, as the standard's class diagrams group them (clauses 8 and 10).
"""

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
EXTENSION = "urn:zhengtong:bpmn"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

TASKS = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "scriptTask",
        "businessRuleTask",
    }
)
SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUB_PROCESSES | {"callActivity"}
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway"})
CATCH_EVENTS = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
THROW_EVENTS = frozenset({"endEvent", "intermediateThrowEvent", "implicitThrowEvent"})
EVENTS = CATCH_EVENTS | THROW_EVENTS
FLOW_EVENTS = EVENTS - {"implicitThrowEvent"}
CHOREOGRAPHY_ACTIVITIES = frozenset({"choreographyTask", "subChoreography", "callChoreography"})
FLOW_NODES = ACTIVITIES | GATEWAYS | FLOW_EVENTS | CHOREOGRAPHY_ACTIVITIES
GLOBAL_TASKS = frozenset(
    {"globalTask", "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask"}
)
CALLABLE = GLOBAL_TASKS | {"process"}
ARTIFACTS = frozenset({"association", "group", "textAnnotation"})
EVENT_DEFINITIONS = frozenset(
    {
        "messageEventDefinition",
        "timerEventDefinition",
        "signalEventDefinition",
        "errorEventDefinition",
        "escalationEventDefinition",
        "compensateEventDefinition",
        "conditionalEventDefinition",
        "linkEventDefinition",
        "terminateEventDefinition",
        "cancelEventDefinition",
    }
)
CONVERSATION_NODES = frozenset({"conversation", "subConversation", "callConversation"})
COLLABORATIONS = frozenset({"collaboration", "choreography", "globalConversation"})
ITEM_AWARE = frozenset(
    {
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "dataStore",
        "property",
        "dataInput",
        "dataOutput",
    }
)
