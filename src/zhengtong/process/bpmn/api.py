"""The door of the BPMN library 门: read, check, publish and write models.

>>> from zhengtong.process.bpmn.api import read_document, check
>>> source = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:x"/>'
>>> check(read_document(source))
[]
"""

from zhengtong.process.bpmn.document import Document, read_document, read_file
from zhengtong.process.bpmn.errors import BrokenXml, DangerousXml, ModelRefused, NotBpmn, OversizedXml
from zhengtong.process.bpmn.findings import Finding, Severity, Text
from zhengtong.process.bpmn.iso8601 import parse_cycle, parse_duration, parse_moment
from zhengtong.process.bpmn.model import (
    ActivityNode,
    DataItem,
    Definitions,
    EventDefinition,
    EventNode,
    FlowNode,
    GatewayNode,
    Loop,
    Performer,
    Process,
    Scope,
    SequenceFlow,
    TimerRule,
    Trigger,
)
from zhengtong.process.bpmn.publishing import NO_EFFECT, WAIVED, publishable, start_timers
from zhengtong.process.bpmn.reader import read_definitions
from zhengtong.process.bpmn.rules import RULES, Rule, check
from zhengtong.process.bpmn.steps import Aspect, Next, Step, StepChange, StepDifferences, compare_steps, steps_of
from zhengtong.process.bpmn.vocabulary import EXTENSION, MODEL
from zhengtong.process.bpmn.writer import differences, with_attributes, write_document

__all__ = [
    "EXTENSION",
    "MODEL",
    "NO_EFFECT",
    "RULES",
    "WAIVED",
    "ActivityNode",
    "Aspect",
    "BrokenXml",
    "DangerousXml",
    "DataItem",
    "Definitions",
    "Document",
    "EventDefinition",
    "EventNode",
    "Finding",
    "FlowNode",
    "GatewayNode",
    "Loop",
    "ModelRefused",
    "Next",
    "NotBpmn",
    "OversizedXml",
    "Performer",
    "Process",
    "Rule",
    "Scope",
    "SequenceFlow",
    "Severity",
    "Step",
    "StepChange",
    "StepDifferences",
    "Text",
    "TimerRule",
    "Trigger",
    "check",
    "compare_steps",
    "differences",
    "parse_cycle",
    "parse_duration",
    "parse_moment",
    "publishable",
    "read_definitions",
    "read_document",
    "read_file",
    "start_timers",
    "steps_of",
    "with_attributes",
    "write_document",
]
