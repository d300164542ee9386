"""XML: a small tree, read safely and written back without loss.

The reader refuses document types and entities (so neither expansion nor outside files), and bounds size, depth and
number of elements. The tree keeps prefixes, attribute order, comments and foreign elements, so a model drawn with
another tool goes out as it came in, layout included.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from zhengtong.rules.dmn.errors import ModelError

SIZE_LIMIT: Final = 32 * 1024 * 1024
DEPTH_LIMIT: Final = 100
ELEMENT_LIMIT: Final = 1_000_000


@dataclass(slots=True)
class Comment:
    """A comment."""

    text: str


@dataclass(slots=True)
class Instruction:
    """A processing instruction."""

    target: str
    text: str


@dataclass(slots=True)
class Element:
    """An element; `name` is as written, `namespace` and `local` are what it means."""

    name: str
    namespace: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Element | Comment | Instruction | str]" = field(default_factory=list)
    line: int = 0

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]

    @property
    def elements(self) -> "Iterator[Element]":
        """The child elements."""
        return (child for child in self.children if isinstance(child, Element))

    def all(self, *locals_: str) -> "list[Element]":
        """Return the child elements of these local names in this element's own namespace."""
        return [e for e in self.elements if e.local in locals_ and e.namespace == self.namespace]

    def first(self, *locals_: str) -> "Element | None":
        """Return the first child element of these local names."""
        found = self.all(*locals_)
        return found[0] if found else None

    @property
    def text(self) -> str:
        """The text directly inside."""
        return "".join(child for child in self.children if isinstance(child, str))

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute."""
        return self.attributes.get(name, default)


class _Builder:
    def __init__(self, parser: expat.XMLParserType) -> None:
        self.parser = parser
        self.root: Element | None = None
        self.stack: list[Element] = []
        self.scopes: list[dict[str, str]] = [{"xml": "http://www.w3.org/XML/1998/namespace"}]
        self.count = 0
        self.outside: list[Element | Comment | Instruction | str] = []

    def start(self, name: str, flat: list[str]) -> None:
        attributes = dict(zip(flat[::2], flat[1::2], strict=True))
        scope = self.scopes[-1]
        declared = {k[6:]: v for k, v in attributes.items() if k == "xmlns" or k.startswith("xmlns:")}
        if declared:
            scope = {**scope, **declared}
        self.count += 1
        if len(self.stack) >= DEPTH_LIMIT or self.count > ELEMENT_LIMIT:
            raise ModelError("xml-limit", detail=f"depth {DEPTH_LIMIT}, elements {ELEMENT_LIMIT}")
        prefix = name.partition(":")[0] if ":" in name else ""
        element = Element(name, scope.get(prefix, ""), attributes, [], self.parser.CurrentLineNumber)
        if self.stack:
            self.stack[-1].children.append(element)
        else:
            self.root = element
        self.stack.append(element)
        self.scopes.append(scope)

    def end(self, _name: str) -> None:
        self.stack.pop()
        self.scopes.pop()

    def text(self, data: str) -> None:
        children = self.stack[-1].children
        if children and isinstance(children[-1], str):
            children[-1] += data
        else:
            children.append(data)

    def add(self, node: Comment | Instruction) -> None:
        (self.stack[-1].children if self.stack else self.outside).append(node)


def _refuse(*_args: Any) -> int:
    raise ModelError("xml-doctype")


def parse_xml(data: bytes | str) -> Element:
    """Read a document and return its root.

    Raises:
        ModelError: it is no well-formed XML, has a document type, or is larger than the bounds.
    """
    raw = data.encode() if isinstance(data, str) else data
    if len(raw) > SIZE_LIMIT:
        raise ModelError("xml-limit", detail=f"{SIZE_LIMIT} bytes")
    parser = expat.ParserCreate(encoding="UTF-8" if isinstance(data, str) else None)
    builder = _Builder(parser)
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.CommentHandler = lambda text: builder.add(Comment(text))
    parser.ProcessingInstructionHandler = lambda target, text: builder.add(Instruction(target, text))
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    try:
        parser.Parse(raw, True)  # noqa: FBT003 -- expat's flag for the last chunk
    except (expat.ExpatError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None)
        raise ModelError("xml", line=line, detail=expat.ErrorString(getattr(error, "code", 0)) or str(error)) from None
    if builder.root is None:
        raise ModelError("xml", detail="no element found")
    return builder.root


def write_xml(root: Element) -> str:
    """Write a tree as a document."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    _write(root, parts)
    return "".join(parts) + "\n"


def _write(node: Element | Comment | Instruction | str, parts: list[str]) -> None:
    if isinstance(node, str):
        parts.append(escape(node, {"\r": "&#13;"}))
    elif isinstance(node, Comment):
        parts.append(f"<!--{node.text}-->")
    elif isinstance(node, Instruction):
        parts.append(f"<?{node.target} {node.text}?>")
    else:
        attributes = "".join(f" {k}={quoteattr(v, _ATTRIBUTE_ESCAPES)}" for k, v in node.attributes.items())
        if not node.children:
            parts.append(f"<{node.name}{attributes}/>")
            return
        parts.append(f"<{node.name}{attributes}>")
        for child in node.children:
            _write(child, parts)
        parts.append(f"</{node.name}>")


_ATTRIBUTE_ESCAPES: Final = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def equivalent(a: Element, b: Element) -> bool:
    """Tell whether two trees say the same: names, attributes, children and text, whatever the prefixes."""
    if (a.namespace, a.local) != (b.namespace, b.local) or _plain(a) != _plain(b):
        return False
    left, right = _content(a), _content(b)
    return len(left) == len(right) and all(
        equivalent(x, y) if isinstance(x, Element) and isinstance(y, Element) else x == y
        for x, y in zip(left, right, strict=True)
    )


def _plain(element: Element) -> dict[str, str]:
    return {k: v for k, v in element.attributes.items() if k != "xmlns" and not k.startswith("xmlns:")}


def _content(element: Element) -> list[Any]:
    return [c for c in element.children if isinstance(c, Element) or (isinstance(c, str) and c.strip())]
