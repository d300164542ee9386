"""The BPMN 2.0 XML schema as data 模式表.

Which element may stand where (clause 15.3, tables of the XSD parts of 8 to 11).
"""

from zhengtong.process.bpmn.vocabulary import (
    ACTIVITIES,
    ARTIFACTS,
    CONVERSATION_NODES,
    EVENT_DEFINITIONS,
    FLOW_NODES,
    GATEWAYS,
    GLOBAL_TASKS,
    SUB_PROCESSES,
)

BASE = frozenset({"documentation", "extensionElements"})
FLOW = BASE | {"auditing", "monitoring", "categoryValueRef"}
NODE = FLOW | {"incoming", "outgoing"}
ROLES = frozenset({"performer", "humanPerformer", "potentialOwner", "resourceRole"})
LOOPS = frozenset({"standardLoopCharacteristics", "multiInstanceLoopCharacteristics"})
ACTIVITY = NODE | ROLES | LOOPS | {"ioSpecification", "property", "dataInputAssociation", "dataOutputAssociation"}
EVENT = NODE | EVENT_DEFINITIONS | {"eventDefinitionRef", "property"}
CATCH = EVENT | {"dataOutput", "dataOutputAssociation", "outputSet"}
THROW = EVENT | {"dataInput", "dataInputAssociation", "inputSet"}
CONTENT = (
    FLOW_NODES
    | ARTIFACTS
    | {"sequenceFlow", "dataObject", "dataObjectReference", "dataStoreReference", "laneSet", "boundaryEvent"}
)
CALLABLE = BASE | {"supportedInterfaceRef", "ioSpecification", "ioBinding"}
GLOBAL = CALLABLE | ROLES
COLLABORATION = (
    BASE
    | ARTIFACTS
    | CONVERSATION_NODES
    | {
        "participant",
        "messageFlow",
        "conversationAssociation",
        "participantAssociation",
        "messageFlowAssociation",
        "correlationKey",
        "choreographyRef",
        "conversationLink",
    }
)
CONVERSATION = BASE | {"participantRef", "messageFlowRef", "correlationKey"}
CHOREOGRAPHY = NODE | {"participantRef", "correlationKey"}
DATA = FLOW | {"dataState"}
ROOTS = (
    EVENT_DEFINITIONS
    | GLOBAL_TASKS
    | {
        "category",
        "choreography",
        "collaboration",
        "correlationProperty",
        "dataStore",
        "endPoint",
        "error",
        "escalation",
        "globalChoreographyTask",
        "globalConversation",
        "interface",
        "itemDefinition",
        "message",
        "partnerEntity",
        "partnerRole",
        "process",
        "resource",
        "signal",
    }
)
TEXT = frozenset[str]()
EXPRESSION = BASE

CHILDREN: dict[str, frozenset[str]] = {
    "definitions": BASE | ROOTS | {"import", "extension", "relationship"},
    "import": TEXT,
    "extension": BASE,
    "relationship": BASE | {"source", "target"},
    "documentation": TEXT,
    "extensionElements": TEXT,
    "process": CALLABLE
    | ROLES
    | CONTENT
    | {"auditing", "monitoring", "property", "correlationSubscription", "supports"},
    **dict.fromkeys(ACTIVITIES - SUB_PROCESSES, ACTIVITY),
    **dict.fromkeys(SUB_PROCESSES, ACTIVITY | CONTENT),
    "adHocSubProcess": ACTIVITY | CONTENT | {"completionCondition"},
    "scriptTask": ACTIVITY | {"script"},
    "userTask": ACTIVITY | {"rendering"},
    "rendering": BASE,
    "script": TEXT,
    **dict.fromkeys(GATEWAYS, NODE),
    "complexGateway": NODE | {"activationCondition"},
    **dict.fromkeys(("startEvent", "intermediateCatchEvent", "boundaryEvent"), CATCH),
    **dict.fromkeys(("endEvent", "intermediateThrowEvent", "implicitThrowEvent", "event"), THROW),
    **dict.fromkeys(EVENT_DEFINITIONS, BASE),
    "messageEventDefinition": BASE | {"operationRef"},
    "timerEventDefinition": BASE | {"timeDate", "timeDuration", "timeCycle"},
    "conditionalEventDefinition": BASE | {"condition"},
    "linkEventDefinition": BASE | {"source", "target"},
    "sequenceFlow": FLOW | {"conditionExpression"},
    "laneSet": BASE | {"lane"},
    "lane": BASE | {"partitionElement", "flowNodeRef", "childLaneSet"},
    "childLaneSet": BASE | {"lane"},
    "partitionElement": BASE,
    "association": BASE,
    "group": BASE,
    "textAnnotation": BASE | {"text"},
    "text": TEXT,
    "dataObject": DATA,
    "dataObjectReference": DATA,
    "dataStoreReference": DATA,
    "dataStore": BASE | {"dataState"},
    "dataState": BASE,
    "property": BASE | {"dataState"},
    "dataInput": BASE | {"dataState"},
    "dataOutput": BASE | {"dataState"},
    "inputDataItem": BASE | {"dataState"},
    "outputDataItem": BASE | {"dataState"},
    "ioSpecification": BASE | {"dataInput", "dataOutput", "inputSet", "outputSet"},
    "ioBinding": BASE,
    "inputSet": BASE | {"dataInputRefs", "optionalInputRefs", "whileExecutingInputRefs", "outputSetRefs"},
    "outputSet": BASE | {"dataOutputRefs", "optionalOutputRefs", "whileExecutingOutputRefs", "inputSetRefs"},
    "dataInputAssociation": BASE | {"sourceRef", "targetRef", "transformation", "assignment"},
    "dataOutputAssociation": BASE | {"sourceRef", "targetRef", "transformation", "assignment"},
    "assignment": BASE | {"from", "to"},
    "standardLoopCharacteristics": BASE | {"loopCondition"},
    "multiInstanceLoopCharacteristics": BASE
    | {
        "loopCardinality",
        "loopDataInputRef",
        "loopDataOutputRef",
        "inputDataItem",
        "outputDataItem",
        "complexBehaviorDefinition",
        "completionCondition",
    },
    "complexBehaviorDefinition": BASE | {"condition", "event"},
    **{name: BASE | {"resourceRef", "resourceParameterBinding", "resourceAssignmentExpression"} for name in ROLES},
    "resourceParameterBinding": BASE | {"expression", "formalExpression"},
    "resourceAssignmentExpression": BASE | {"expression", "formalExpression"},
    "resource": BASE | {"resourceParameter"},
    "resourceParameter": BASE,
    "auditing": BASE,
    "monitoring": BASE,
    "category": BASE | {"categoryValue"},
    "categoryValue": BASE,
    "itemDefinition": BASE,
    "message": BASE,
    "signal": BASE,
    "error": BASE,
    "escalation": BASE,
    "endPoint": BASE,
    "interface": BASE | {"operation"},
    "operation": BASE | {"inMessageRef", "outMessageRef", "errorRef"},
    "partnerEntity": BASE | {"participantRef"},
    "partnerRole": BASE | {"participantRef"},
    "collaboration": COLLABORATION,
    "globalConversation": COLLABORATION,
    "choreography": COLLABORATION | CONTENT,
    "globalChoreographyTask": COLLABORATION,
    "participant": BASE | {"interfaceRef", "endPointRef", "participantMultiplicity"},
    "participantMultiplicity": BASE,
    "participantAssociation": BASE | {"innerParticipantRef", "outerParticipantRef"},
    "messageFlow": BASE,
    "messageFlowAssociation": BASE,
    "conversationAssociation": BASE,
    "conversationLink": BASE,
    "conversation": CONVERSATION,
    "subConversation": CONVERSATION | CONVERSATION_NODES,
    "callConversation": CONVERSATION | {"participantAssociation"},
    "choreographyTask": CHOREOGRAPHY | {"messageFlowRef"},
    "subChoreography": CHOREOGRAPHY | CONTENT,
    "callChoreography": CHOREOGRAPHY | {"participantAssociation"},
    "correlationKey": BASE | {"correlationPropertyRef"},
    "correlationProperty": BASE | {"correlationPropertyRetrievalExpression"},
    "correlationPropertyRetrievalExpression": BASE | {"messagePath"},
    "correlationSubscription": BASE | {"correlationPropertyBinding"},
    "correlationPropertyBinding": BASE | {"dataPath"},
    **dict.fromkeys(GLOBAL_TASKS, GLOBAL),
    "globalScriptTask": GLOBAL | {"script"},
    "globalUserTask": GLOBAL | {"rendering"},
    **dict.fromkeys(
        (
            "activationCondition",
            "completionCondition",
            "condition",
            "conditionExpression",
            "dataPath",
            "expression",
            "formalExpression",
            "from",
            "loopCardinality",
            "loopCondition",
            "messagePath",
            "timeCycle",
            "timeDate",
            "timeDuration",
            "to",
            "transformation",
        ),
        EXPRESSION,
    ),
    **dict.fromkeys(
        (
            "categoryValueRef",
            "choreographyRef",
            "correlationPropertyRef",
            "dataInputRefs",
            "dataOutputRefs",
            "endPointRef",
            "errorRef",
            "eventDefinitionRef",
            "flowNodeRef",
            "inMessageRef",
            "incoming",
            "innerParticipantRef",
            "inputSetRefs",
            "interfaceRef",
            "loopDataInputRef",
            "loopDataOutputRef",
            "messageFlowRef",
            "operationRef",
            "optionalInputRefs",
            "optionalOutputRefs",
            "outMessageRef",
            "outerParticipantRef",
            "outgoing",
            "outputSetRefs",
            "participantRef",
            "resourceRef",
            "source",
            "sourceRef",
            "supportedInterfaceRef",
            "supports",
            "target",
            "targetRef",
            "whileExecutingInputRefs",
            "whileExecutingOutputRefs",
        ),
        TEXT,
    ),
}

REQUIRED: dict[str, tuple[str, ...]] = {
    "definitions": ("targetNamespace",),
    "import": ("importType", "namespace", "location"),
    "relationship": ("type",),
    "sequenceFlow": ("sourceRef", "targetRef"),
    "association": ("sourceRef", "targetRef"),
    "boundaryEvent": ("attachedToRef",),
    "messageFlow": ("sourceRef", "targetRef"),
    "conversationLink": ("sourceRef", "targetRef"),
    "choreographyTask": ("initiatingParticipantRef",),
    "subChoreography": ("initiatingParticipantRef",),
    "callChoreography": ("initiatingParticipantRef",),
    "interface": ("name",),
    "operation": ("name",),
    "resource": ("name",),
    "ioBinding": ("operationRef", "inputDataRef", "outputDataRef"),
    "resourceParameterBinding": ("parameterRef",),
    "correlationSubscription": ("correlationKeyRef",),
    "correlationPropertyBinding": ("correlationPropertyRef",),
    "correlationPropertyRetrievalExpression": ("messageRef",),
    "messageFlowAssociation": ("innerMessageFlowRef", "outerMessageFlowRef"),
    "conversationAssociation": ("innerConversationNodeRef", "outerConversationNodeRef"),
}

ENUMERATIONS: dict[tuple[str, str], tuple[str, ...]] = {
    ("*", "gatewayDirection"): ("Unspecified", "Converging", "Diverging", "Mixed"),
    ("*", "associationDirection"): ("None", "One", "Both"),
    ("*", "eventGatewayType"): ("Exclusive", "Parallel"),
    ("*", "ordering"): ("Parallel", "Sequential"),
    ("*", "behavior"): ("None", "One", "All", "Complex"),
    ("*", "itemKind"): ("Information", "Physical"),
    ("*", "processType"): ("None", "Public", "Private"),
    ("*", "loopType"): ("None", "Standard", "MultiInstanceSequential", "MultiInstanceParallel"),
    ("relationship", "direction"): ("None", "Forward", "Backward", "Both"),
}

INTEGERS = frozenset({"startQuantity", "completionQuantity", "loopMaximum", "minimum", "maximum", "capacity"})

ONCE = (
    "activationCondition",
    "completionCondition",
    "conditionExpression",
    "extensionElements",
    "ioSpecification",
    "loopCardinality",
    "loopCondition",
    "loopDataInputRef",
    "loopDataOutputRef",
    "participantMultiplicity",
    "script",
    "transformation",
)

IMPORT_TYPES = (
    "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "http://www.w3.org/2001/XMLSchema",
    "http://www.w3.org/TR/wsdl20/",
    "http://schemas.xmlsoap.org/wsdl/",
    "http://www.omg.org/spec/DMN/",
    "https://www.omg.org/spec/DMN/",
)
