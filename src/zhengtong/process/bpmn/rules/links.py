"""Rules of link events 链接事件规则 (BPMN 2.0 clause 10.5.5.9)."""

from collections import defaultdict
from collections.abc import Iterator

from zhengtong.process.bpmn.document import Document
from zhengtong.process.bpmn.rules.base import Breach, rule
from zhengtong.process.bpmn.xmltree import XmlElement

SOURCE = "intermediateThrowEvent"
TARGET = "intermediateCatchEvent"


def links(document: Document, kind: str) -> list[tuple[XmlElement, XmlElement]]:
    """Return the link events of *kind* with their link definitions."""
    return [
        (event, definition)
        for event in document.of(kind)
        for definition in document.definitions_of(event)
        if definition.local == "linkEventDefinition"
    ]


def partners(document: Document, definition: XmlElement, way: str) -> list[XmlElement]:
    """Return the link definitions that *definition* names as its *way* (`source` or `target`)."""
    found = [document.find(text) for text in document.texts(definition, way)]
    return [item for item in found if item is not None and item.local == "linkEventDefinition"]


Place = tuple[XmlElement | None, str]


def place(document: Document, event: XmlElement, definition: XmlElement) -> Place:
    """Return the scope and the name by which links of the same name find each other."""
    return document.container(event), definition.get("name")


def named(document: Document, kind: str) -> set[Place]:
    """Return the places of the link events of *kind* that have a name."""
    found = links(document, kind)
    return {place(document, event, definition) for event, definition in found if definition.get("name")}


@rule(
    "link-target-no-incoming",
    "10.5.5.9",
    ("链接的目标事件不得有流入的顺序流。", "A link's target event must not have incoming sequence flows."),
    ("请删除顺序流。", "Remove the flow."),
)
def link_target_no_incoming(document: Document) -> Iterator[Breach]:
    """A link's target is reached by the link alone."""
    for event, _ in links(document, TARGET):
        if document.incoming(event):
            yield event


@rule(
    "link-source-no-outgoing",
    "10.5.5.9",
    ("链接的源事件不得有流出的顺序流。", "A link's source event must not have outgoing sequence flows."),
    ("请删除顺序流。", "Remove the flow."),
)
def link_source_no_outgoing(document: Document) -> Iterator[Breach]:
    """A link's source leads to the link's target alone."""
    for event, _ in links(document, SOURCE):
        if document.outgoing(event):
            yield event


@rule(
    "link-has-target",
    "10.5.5.9",
    ("链接的源事件没有目标。", "The link's source event has no target."),
    (
        "请增加同名的链接捕获事件，并在源事件中指明它。",
        "Add a catching link event of the same name and name it as the target.",
    ),
)
def link_has_target(document: Document) -> Iterator[Breach]:
    """A source names its target, or there is one of the same name."""
    targets = named(document, TARGET)
    for event, definition in links(document, SOURCE):
        if not partners(document, definition, "target") and place(document, event, definition) not in targets:
            yield event


@rule(
    "link-has-source",
    "10.5.5.9",
    ("链接的目标事件没有源。", "The link's target event has no source."),
    (
        "请增加同名的链接抛出事件，并在目标事件中指明它。",
        "Add a throwing link event of the same name and name it as a source.",
    ),
)
def link_has_source(document: Document) -> Iterator[Breach]:
    """A target names its sources, or there is one of the same name."""
    sources = named(document, SOURCE)
    for event, definition in links(document, TARGET):
        if not partners(document, definition, "source") and place(document, event, definition) not in sources:
            yield event


@rule(
    "link-mutual",
    "10.5.5.9",
    ("链接的源与目标没有互相指明。", "Source and target of the link do not name each other."),
    ("请使源事件的 target 与目标事件的 source 一致。", "Make the source's target and the target's source agree."),
)
def link_mutual(document: Document) -> Iterator[Breach]:
    """Where a link names its partner, the partner names it."""
    for kind, way, back in ((SOURCE, "target", "source"), (TARGET, "source", "target")):
        for event, definition in links(document, kind):
            for other in partners(document, definition, way):
                if definition not in partners(document, other, back):
                    yield event


@rule(
    "link-one-target",
    "10.5.5.9",
    ("链接“{name}”有多个目标。", "The link {name} has more than one target."),
    ("请只保留一个目标事件。", "Keep one target."),
)
def link_one_target(document: Document) -> Iterator[Breach]:
    """A link has many sources at most, but one target."""
    targets: dict[tuple[XmlElement | None, str], list[XmlElement]] = defaultdict(list)
    for event, definition in links(document, TARGET):
        if definition.get("name"):
            targets[document.container(event), definition.get("name")].append(event)
    for (_, name), events in targets.items():
        if len(events) > 1 and not all(
            document.texts(definition, "source") for definition in _definitions(document, events)
        ):
            yield events[1], {"name": name}


def _definitions(document: Document, events: list[XmlElement]) -> list[XmlElement]:
    return [definition for event in events for definition in document.definitions_of(event)]


@rule(
    "link-same-scope",
    "10.5.5.9",
    ("链接的源与目标不在同一层流程中。", "Source and target of the link are not in the same scope."),
    ("请把它们移到同一层，或改用顺序流、信号。", "Move them into one scope."),
)
def link_same_scope(document: Document) -> Iterator[Breach]:
    """A link stays on one process level."""
    places = {definition: event for kind in (SOURCE, TARGET) for event, definition in links(document, kind)}
    for event, definition in links(document, SOURCE):
        for other in partners(document, definition, "target"):
            if other in places and document.container(places[other]) is not document.container(event):
                yield event


@rule(
    "link-alone",
    "10.5.5.9",
    ("链接事件只能有一个事件定义。", "A link event has exactly one event definition."),
    ("请删除其他事件定义。", "Remove the other definitions."),
)
def link_alone(document: Document) -> Iterator[Breach]:
    """A link cannot be combined with other triggers."""
    for kind in (SOURCE, TARGET):
        for event, _ in links(document, kind):
            if len(document.definitions_of(event)) > 1:
                yield event


@rule(
    "link-name",
    "10.5.5.9",
    ("链接事件定义缺少名称。", "The link event definition has no name."),
    ("请填写链接名称。", "Give the link a name."),
)
def link_name(document: Document) -> Iterator[Breach]:
    """The schema demands a name."""
    for definition in document.of("linkEventDefinition"):
        if not definition.has("name"):
            yield definition
