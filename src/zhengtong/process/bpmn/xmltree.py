"""A lossless XML tree 无损 XML 树.

Every element, attribute, comment, instruction and text in order, with line numbers.

BPMN 2.0 models come from many tools and carry layout and vendor extensions that must survive a round trip, so the
tree keeps the prefixes, the order of attributes and CDATA sections as written. Document types and entities are
refused before anything is expanded (XML 1.0 §4.4; CWE-776, CWE-611): no DTD is ever read and no address ever opened.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from zhengtong.process.bpmn.errors import BrokenXml, DangerousXml, OversizedXml

MAX_BYTES = 20_000_000
MAX_DEPTH = 200
MAX_NODES = 200_000


@dataclass(frozen=True, slots=True)
class XmlText:
    """Character data, as one run; `cdata` when it stood in a CDATA section."""

    text: str
    cdata: bool = False


@dataclass(frozen=True, slots=True)
class XmlComment:
    """A comment."""

    text: str


@dataclass(frozen=True, slots=True)
class XmlInstruction:
    """A processing instruction."""

    target: str
    text: str


@dataclass(frozen=True, slots=True)
class XmlAttribute:
    """An attribute or a namespace declaration, under its written name."""

    qname: str
    namespace: str
    local: str
    value: str


@dataclass(frozen=True, slots=True, eq=False)
class XmlElement:
    """An element: its written name, its namespace, its attributes and its content in order, and its line."""

    qname: str
    namespace: str
    local: str
    attributes: tuple[XmlAttribute, ...]
    content: tuple["XmlNode", ...]
    line: int

    def get(self, local: str, default: str = "", namespace: str = "") -> str:
        """Return the value of the attribute *local*, without a namespace unless one is named."""
        for attribute in self.attributes:
            if attribute.local == local and attribute.namespace == namespace:
                return attribute.value
        return default

    def has(self, local: str) -> bool:
        """Tell whether the attribute *local* without a namespace is written."""
        return any(attribute.local == local and not attribute.namespace for attribute in self.attributes)

    @property
    def elements(self) -> Iterator["XmlElement"]:
        """The child elements in order."""
        return (node for node in self.content if isinstance(node, XmlElement))

    @property
    def text(self) -> str:
        """The character data directly inside, without surrounding white space."""
        return "".join(node.text for node in self.content if isinstance(node, XmlText)).strip()

    def walk(self) -> Iterator["XmlElement"]:
        """This element and all below it, in document order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(reversed(list(element.elements)))


XmlNode = XmlElement | XmlText | XmlComment | XmlInstruction


@dataclass(frozen=True, slots=True, eq=False)
class XmlDocument:
    """A whole file: what stands before and after the root, and the root."""

    version: str
    encoding: str | None
    standalone: int
    prolog: tuple[XmlNode, ...]
    root: XmlElement
    epilog: tuple[XmlNode, ...]


@dataclass(slots=True)
class _Open:
    """An element whose end has not been read yet."""

    qname: str
    attributes: list[str]
    namespaces: dict[str, str]
    line: int
    content: list[XmlNode] = field(default_factory=list)


class _Builder:
    """Collects expat's events into a tree."""

    def __init__(self) -> None:
        self.version, self.standalone = "1.0", -1
        self.encoding: str | None = None
        self.open: list[_Open] = []
        self.root: XmlElement | None = None
        self.prolog: list[XmlNode] = []
        self.epilog: list[XmlNode] = []
        self.cdata = False
        self.nodes = 0
        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.XmlDeclHandler = self.declaration
        parser.StartDoctypeDeclHandler = self.forbidden
        parser.EntityDeclHandler = self.forbidden
        parser.ExternalEntityRefHandler = self.forbidden
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartCdataSectionHandler = self.cdata_start
        parser.EndCdataSectionHandler = self.cdata_end
        parser.CommentHandler = lambda text: self.add(XmlComment(text))
        parser.ProcessingInstructionHandler = lambda target, text: self.add(XmlInstruction(target, text))
        self.parser = parser

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        self.version, self.encoding, self.standalone = version, encoding, standalone

    def forbidden(self, *_: object) -> int:
        raise DangerousXml(line=self.parser.CurrentLineNumber)

    def add(self, node: XmlNode) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise OversizedXml(what=f"nodes > {MAX_NODES}")
        if self.open:
            self.open[-1].content.append(node)
        elif self.root is None:
            self.prolog.append(node)
        else:
            self.epilog.append(node)

    def characters(self, text: str) -> None:
        if self.open:
            self.add(XmlText(text, self.cdata))

    def cdata_start(self) -> None:
        self.cdata = True

    def cdata_end(self) -> None:
        self.cdata = False

    def start(self, qname: str, attributes: list[str]) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise OversizedXml(what=f"depth > {MAX_DEPTH}")
        outer = self.open[-1].namespaces if self.open else {"xml": "http://www.w3.org/XML/1998/namespace"}
        declared = {
            name[6:] if name.startswith("xmlns:") else "": value
            for name, value in zip(attributes[::2], attributes[1::2], strict=True)
            if name == "xmlns" or name.startswith("xmlns:")
        }
        namespaces = {**outer, **declared} if declared else outer
        self.open.append(_Open(qname, attributes, namespaces, self.parser.CurrentLineNumber))

    def end(self, qname: str) -> None:
        item = self.open.pop()
        namespace, local = self.resolve(qname, item, default=True)
        pairs = zip(item.attributes[::2], item.attributes[1::2], strict=True)
        attributes = tuple(XmlAttribute(name, *self.resolve(name, item, default=False), value) for name, value in pairs)
        element = XmlElement(qname, namespace, local, attributes, tuple(item.content), item.line)
        self.add(element)
        if not self.open:
            self.root = element
            self.prolog = [node for node in self.prolog if node is not element]

    def resolve(self, qname: str, item: _Open, *, default: bool) -> tuple[str, str]:
        """Split *qname* into its namespace and its local name."""
        prefix, colon, local = qname.partition(":")
        if not colon:
            is_declaration = qname == "xmlns"
            return (XMLNS if is_declaration else item.namespaces.get("", "") if default else ""), qname
        if prefix == "xmlns":
            return XMLNS, local
        if prefix not in item.namespaces:
            raise BrokenXml(line=item.line, what=f"{prefix}: ?")
        return item.namespaces[prefix], local


XMLNS = "http://www.w3.org/2000/xmlns/"


def read_xml(source: bytes) -> XmlDocument:
    """Read *source* into a tree.

    Raises:
        BrokenXml: it is not well-formed, or a prefix is not declared.
        DangerousXml: it declares a document type or an entity.
        OversizedXml: it passes a limit of size, depth or number of nodes.
    """
    if len(source) > MAX_BYTES:
        raise OversizedXml(what=f"bytes > {MAX_BYTES}")
    builder = _Builder()
    try:
        builder.parser.Parse(source, True)  # noqa: FBT003 -- expat's own signature
    except expat.ExpatError as error:
        raise BrokenXml(line=error.lineno, what=expat.ErrorString(error.code)) from None
    except (LookupError, UnicodeError, ValueError) as error:
        raise BrokenXml(line=builder.parser.CurrentLineNumber, what=str(error)) from None
    if builder.root is None:
        raise BrokenXml(line=1, what="no element")
    return XmlDocument(
        version=builder.version,
        encoding=builder.encoding,
        standalone=builder.standalone,
        prolog=tuple(builder.prolog),
        root=builder.root,
        epilog=tuple(builder.epilog),
    )


def write_xml(document: XmlDocument) -> bytes:
    """Write *document* as UTF-8: same names, same order, same content."""
    standalone = {1: ' standalone="yes"', 0: ' standalone="no"'}.get(document.standalone, "")
    parts = [f'<?xml version="{document.version}" encoding="UTF-8"{standalone}?>\n']
    for node in document.prolog:
        _write(node, parts)
        parts.append("\n")
    _write(document.root, parts)
    for node in document.epilog:
        parts.append("\n")
        _write(node, parts)
    parts.append("\n")
    return "".join(parts).encode("utf-8")


_IN_ATTRIBUTE = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def _write(node: XmlNode, parts: list[str]) -> None:
    """Append the text of *node* to *parts*."""
    match node:
        case XmlText(text, True):
            parts.append(f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>")
        case XmlText(text):
            parts.append(escape(text, {"\r": "&#13;"}))
        case XmlComment(text):
            parts.append(f"<!--{text}-->")
        case XmlInstruction(target, text):
            parts.append(f"<?{target} {text}?>" if text else f"<?{target}?>")
        case XmlElement():
            parts.append(f"<{node.qname}")
            parts.extend(f' {item.qname}="{escape(item.value, _IN_ATTRIBUTE)}"' for item in node.attributes)
            if not node.content:
                parts.append("/>")
                return
            parts.append(">")
            for inner in node.content:
                _write(inner, parts)
            parts.append(f"</{node.qname}>")
