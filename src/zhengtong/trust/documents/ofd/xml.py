"""XML of OFD: read with expat, without document types, entities or any other file; written with fixed bytes.

Two namespaces are in use (`http://www.ofdspec.org/2016` of the standard, `http://www.ofdspec.org` of earlier writers);
both are read, the standard's is written.
"""

from collections.abc import Iterator
from typing import Self
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.documents.contracts import UnreadableDocument

NAMESPACE = "http://www.ofdspec.org/2016"
NAMESPACES = frozenset({NAMESPACE, "http://www.ofdspec.org"})
MAX_DEPTH, MAX_NODES = 64, 400_000
_SEPARATOR = " "


class Node:
    """An element of OFD's namespace: its local name, attributes, children and text."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Node] = []
        self.text = ""

    def all(self, name: str) -> Iterator["Node"]:
        """Yield the children of this name."""
        return (child for child in self.children if child.name == name)

    def child(self, name: str) -> "Node | None":
        """Return the only child of this name, or None.

        Raises:
            UnreadableDocument: there are two: readers would choose differently.
        """
        found = list(self.all(name))
        if len(found) > 1:
            raise UnreadableDocument(why=Phrase(_("{name} 出现多次"), name=name))
        return found[0] if found else None

    def needed(self, name: str) -> "Node":
        """Return the only child of this name.

        Raises:
            UnreadableDocument: there is not exactly one.
        """
        found = self.child(name)
        if found is None:
            raise UnreadableDocument(why=Phrase(_("缺少 {name}"), name=name))
        return found

    def walk(self) -> Iterator["Node"]:
        """Yield this element and all below it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


class _Builder:
    """Collects expat's events."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node | None] = []
        self._count = 0
        parser = expat.ParserCreate(encoding="UTF-8", namespace_separator=_SEPARATOR)
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        self.parser = parser

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Parse *data*."""
        builder = cls()
        builder.parser.Parse(data, True)  # noqa: FBT003 -- expat's own signature
        return builder

    @staticmethod
    def _refuse(*_arguments: object) -> None:
        raise UnreadableDocument(why=_("XML 含有文档类型声明或实体"))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_NODES or len(self._open) >= MAX_DEPTH:
            raise UnreadableDocument(why=_("XML 过大或嵌套过深"))
        namespace, found, local = name.rpartition(_SEPARATOR)
        node = Node(local, attributes) if found and namespace in NAMESPACES else None
        if self.root is None and not self._open:
            self.root = node
        elif node is not None and self._open and (parent := self._open[-1]) is not None:
            parent.children.append(node)
        self._open.append(node)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if self._open and (node := self._open[-1]) is not None:
            node.text += text


def read_xml(data: bytes, root: str) -> Node:
    """Return the root element, which must have this name.

    Raises:
        UnreadableDocument: not well-formed UTF-8 XML of OFD's namespace, too large, or with a document type.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableDocument(why=_("XML 不是 UTF-8 编码"))
    try:
        node = _Builder.parse(data).root
    except expat.ExpatError as error:
        raise UnreadableDocument(why=Phrase(_("XML 有误（第 {line} 行）"), line=error.lineno)) from error
    if node is None or node.name != root:
        raise UnreadableDocument(why=Phrase(_("不是 OFD 的 {name}"), name=root))
    return node


def element(name: str, *children: str, **attributes: str) -> str:
    """Write an element; *children* are written already, texts by `text`."""
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<ofd:{name}{written}>{''.join(children)}</ofd:{name}>" if children else f"<ofd:{name}{written}/>"


def text(value: str) -> str:
    """Write characters."""
    return escape(value)


def document(name: str, *children: str, **attributes: str) -> bytes:
    """Write a whole file with *name* as its root."""
    body = element(name, *children, **attributes).replace(f"<ofd:{name}", f'<ofd:{name} xmlns:ofd="{NAMESPACE}"', 1)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()
