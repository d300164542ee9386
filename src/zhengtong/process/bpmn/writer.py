"""Writing models 写出模型.

The document as it was read, or with other attributes of named elements, nothing else touched.
"""

from collections.abc import Mapping
from dataclasses import replace

from zhengtong.process.bpmn.document import Document
from zhengtong.process.bpmn.xmltree import XmlAttribute, XmlDocument, XmlElement, XmlNode, XmlText, write_xml


def write_document(document: Document) -> bytes:
    """Return *document* as UTF-8: every element, attribute, comment and extension, in the order it was read."""
    return write_xml(document.xml)


def with_attributes(document: Document, changes: Mapping[str, Mapping[str, str]]) -> Document:
    """Return *document* with attributes set on the elements named by id; new attributes come last."""
    root = _changed(document.root, changes)
    assert isinstance(root, XmlElement)  # noqa: S101 -- an element stays an element
    return Document(replace(document.xml, root=root))


def _changed(node: XmlNode, changes: Mapping[str, Mapping[str, str]]) -> XmlNode:
    if not isinstance(node, XmlElement):
        return node
    wanted = dict(changes.get(node.get("id"), {}))
    attributes = [
        replace(item, value=wanted.pop(item.local)) if not item.namespace and item.local in wanted else item
        for item in node.attributes
    ]
    attributes += [XmlAttribute(name, "", name, value) for name, value in wanted.items()]
    return replace(node, attributes=tuple(attributes), content=tuple(_changed(item, changes) for item in node.content))


def differences(before: XmlDocument, after: XmlDocument) -> list[str]:
    """Return what *after* has lost or changed against *before*: elements, attributes, texts, order; empty when equal.

    Comments and processing instructions count; white space between elements does not.
    """
    found: list[str] = []
    _compare(before.root, after.root, before.root.local, found)
    return found


def _signature(node: XmlNode) -> object:
    if isinstance(node, XmlElement):
        return (node.qname, node.namespace)
    return node


def _kept(element: XmlElement) -> list[XmlNode]:
    """Return the content that counts: everything but white space between elements."""
    return [node for node in element.content if not isinstance(node, XmlText) or node.text.strip()]


def _compare(before: XmlElement, after: XmlElement, path: str, found: list[str]) -> None:
    mine = [(item.qname, item.namespace, item.value) for item in before.attributes]
    theirs = [(item.qname, item.namespace, item.value) for item in after.attributes]
    if mine != theirs:
        found.append(f"{path} (line {before.line}): attributes {sorted(set(mine) ^ set(theirs))}")
    left, right = _kept(before), _kept(after)
    if [_signature(node) for node in left] != [_signature(node) for node in right]:
        found.append(f"{path} (line {before.line}): content differs")
        return
    for one, other in zip(left, right, strict=True):
        if isinstance(one, XmlElement) and isinstance(other, XmlElement):
            _compare(one, other, f"{path}/{one.local}", found)
