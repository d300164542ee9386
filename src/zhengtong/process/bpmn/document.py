"""A BPMN file with its indexes 流程模型文档: what the reader and the rules ask of the XML, answered without searching.

References in BPMN 2.0 are qualified names (clause 15.3.2); a reference whose prefix names an imported namespace points
outside the file and is called external.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from zhengtong.process.bpmn.errors import ModelRefused, NotBpmn
from zhengtong.process.bpmn.vocabulary import (
    ACTIVITIES,
    EVENT_DEFINITIONS,
    EXTENSION,
    FLOW_NODES,
    MODEL,
    SUB_PROCESSES,
)
from zhengtong.process.bpmn.xmltree import XMLNS, XmlDocument, XmlElement, read_xml

CONTAINERS = frozenset({"process", *SUB_PROCESSES, "choreography", "subChoreography"})


@dataclass(frozen=True, eq=False)
class Document:
    """A BPMN file; elements are found by name, by id and by what refers to them.

    `imports` holds the BPMN files it imports by their location, None for one that is not there; it is None itself where
    nobody has looked.
    """

    xml: XmlDocument
    imports: Mapping[str, "Document | None"] | None = None

    @property
    def root(self) -> XmlElement:
        """The `definitions` element."""
        return self.xml.root

    @cached_property
    def _elements(self) -> tuple[XmlElement, ...]:
        return tuple(element for element in self.root.walk() if element.namespace == MODEL)

    @cached_property
    def parents(self) -> dict[XmlElement, XmlElement]:
        """Every element's parent."""
        return {child: element for element in self.root.walk() for child in element.elements}

    @cached_property
    def _by_name(self) -> dict[str, list[XmlElement]]:
        index: dict[str, list[XmlElement]] = defaultdict(list)
        for element in self._elements:
            index[element.local].append(element)
        return index

    @cached_property
    def ids(self) -> dict[str, list[XmlElement]]:
        """The elements of the BPMN namespace that carry each id; more than one is an error the rules report."""
        index: dict[str, list[XmlElement]] = defaultdict(list)
        for element in self._elements:
            if identifier := element.get("id"):
                index[identifier].append(element)
        return index

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The prefixes declared on the root."""
        return {
            attribute.local if attribute.qname != "xmlns" else "": attribute.value
            for attribute in self.root.attributes
            if attribute.namespace == XMLNS
        }

    @property
    def elements(self) -> tuple[XmlElement, ...]:
        """Every element of the BPMN namespace, in document order."""
        return self._elements

    def of(self, *names: str) -> list[XmlElement]:
        """Return the elements called one of *names*, in document order of each name."""
        return [element for name in names for element in self._by_name.get(name, ())]

    def in_any(self, names: Iterable[str]) -> list[XmlElement]:
        """Return the elements whose name is in *names*, in document order."""
        wanted = frozenset(names)
        return [element for element in self._elements if element.local in wanted]

    def is_external(self, reference: str) -> bool:
        """Tell whether *reference* names something in an imported namespace."""
        prefix, colon, _ = reference.partition(":")
        namespace = self.prefixes.get(prefix)
        return bool(colon) and namespace is not None and namespace != self.root.get("targetNamespace")

    def find(self, reference: str) -> XmlElement | None:
        """Return the element *reference* points to, or None when it is not in this file."""
        if not reference:
            return None
        found = self.ids.get(reference)
        if not found and ":" in reference and not self.is_external(reference):
            found = self.ids.get(reference.partition(":")[2])
        return found[0] if found else None

    def child(self, element: XmlElement, name: str) -> XmlElement | None:
        """Return the first child called *name*."""
        return next(iter(self.children(element, name)), None)

    def children(self, element: XmlElement, *names: str) -> list[XmlElement]:
        """Return the children called one of *names*, in order."""
        return [item for item in element.elements if item.local in names and item.namespace == MODEL]

    def texts(self, element: XmlElement, name: str) -> list[str]:
        """Return the texts of the children called *name*."""
        return [item.text for item in self.children(element, name)]

    def extension(self, element: XmlElement, name: str) -> str:
        """Return our own attribute *name* of *element* (namespace `urn:zhengtong:bpmn`)."""
        return element.get(name, namespace=EXTENSION)

    # -- flow -------------------------------------------------------------------------------------------------

    @cached_property
    def _flows(self) -> tuple[dict[XmlElement, list[XmlElement]], dict[XmlElement, list[XmlElement]]]:
        incoming: dict[XmlElement, list[XmlElement]] = defaultdict(list)
        outgoing: dict[XmlElement, list[XmlElement]] = defaultdict(list)
        for flow in self.of("sequenceFlow"):
            if (source := self.find(flow.get("sourceRef"))) is not None:
                outgoing[source].append(flow)
            if (target := self.find(flow.get("targetRef"))) is not None:
                incoming[target].append(flow)
        return incoming, outgoing

    def incoming(self, node: XmlElement) -> list[XmlElement]:
        """Return the sequence flows that enter *node*."""
        return self._flows[0].get(node, [])

    def outgoing(self, node: XmlElement) -> list[XmlElement]:
        """Return the sequence flows that leave *node*."""
        return self._flows[1].get(node, [])

    def definitions_of(self, event: XmlElement) -> list[XmlElement]:
        """Return the event definitions of *event*, its own and those it refers to, in document order."""
        found: list[XmlElement] = []
        for child in event.elements:
            if child.namespace == MODEL and child.local in EVENT_DEFINITIONS:
                found.append(child)
            elif child.local == "eventDefinitionRef":
                target = self.find(child.text)
                if target is not None and target.local in EVENT_DEFINITIONS:
                    found.append(target)
        return found

    def nodes(self) -> list[XmlElement]:
        """Return every flow node."""
        return self.in_any(FLOW_NODES)

    def activities(self) -> list[XmlElement]:
        """Return every activity."""
        return self.in_any(ACTIVITIES)

    # -- containment ------------------------------------------------------------------------------------------

    def container(self, element: XmlElement) -> XmlElement | None:
        """Return the process, sub-process or choreography directly around *element*."""
        parent = self.parents.get(element)
        while parent is not None and parent.local not in CONTAINERS:
            parent = self.parents.get(parent)
        return parent

    def around(self, element: XmlElement, *names: str) -> XmlElement | None:
        """Return the nearest ancestor called one of *names*."""
        parent = self.parents.get(element)
        while parent is not None and parent.local not in names:
            parent = self.parents.get(parent)
        return parent

    def is_inside(self, element: XmlElement, owner: XmlElement) -> bool:
        """Tell whether *owner* is an ancestor of *element*."""
        parent = self.parents.get(element)
        while parent is not None and parent is not owner:
            parent = self.parents.get(parent)
        return parent is owner

    def is_executable(self, element: XmlElement) -> bool:
        """Tell whether *element* belongs to a process that is to be executed."""
        process = element if element.local == "process" else self.around(element, "process")
        return process is not None and flag(process, "isExecutable")

    @cached_property
    def _boundaries(self) -> dict[XmlElement, list[XmlElement]]:
        index: dict[XmlElement, list[XmlElement]] = defaultdict(list)
        for event in self.of("boundaryEvent"):
            host = self.find(event.get("attachedToRef"))
            if host is not None:
                index[host].append(event)
        return index

    def boundary_of(self, activity: XmlElement) -> list[XmlElement]:
        """Return the boundary events attached to *activity*."""
        return self._boundaries.get(activity, [])

    @cached_property
    def _associated(self) -> dict[XmlElement, list[XmlElement]]:
        index: dict[XmlElement, list[XmlElement]] = defaultdict(list)
        for association in self.of("association"):
            source, target = self.find(association.get("sourceRef")), self.find(association.get("targetRef"))
            if source is not None and target is not None:
                index[source].append(target)
                index[target].append(source)
        return index

    def handlers_of(self, event: XmlElement) -> list[XmlElement]:
        """Return the activities an association joins with *event*: its compensation handlers (clause 10.7)."""
        return [element for element in self._associated.get(event, []) if element.local in ACTIVITIES]

    def is_event_sub_process(self, element: XmlElement | None) -> bool:
        """Tell whether *element* is a sub-process triggered by an event."""
        return element is not None and element.local in SUB_PROCESSES and flag(element, "triggeredByEvent")


def flag(element: XmlElement, name: str, *, default: bool = False) -> bool:
    """Read a boolean attribute (XML Schema: true, false, 1, 0)."""
    value = element.get(name).strip()
    return value in {"true", "1"} if value else default


def read_document(source: bytes) -> Document:
    """Read *source* and index it.

    Raises:
        BrokenXml, DangerousXml, OversizedXml: see `read_xml`.
        NotBpmn: the root is not `definitions` of the BPMN 2.0 namespace.
    """
    xml = read_xml(source)
    if xml.root.namespace != MODEL or xml.root.local != "definitions":
        raise NotBpmn(root=xml.root.qname)
    return Document(xml)


def read_file(path: Path) -> Document:
    """Read the file at *path* and the BPMN files it imports from its own folder; raises as `read_document` does."""
    document = read_document(path.read_bytes())
    locations = [item.get("location") for item in document.of("import") if item.get("importType") == MODEL]
    return replace(document, imports={location: _beside(path, location) for location in locations})


def _beside(path: Path, location: str) -> Document | None:
    """Return the model called *location* in the folder of *path*; never another folder, never the network."""
    if not location or Path(location).name != location:
        return None
    try:
        return read_document((path.parent / location).read_bytes())
    except (OSError, ModelRefused):
        return None
