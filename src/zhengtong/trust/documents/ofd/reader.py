"""What an OFD package says of itself: which document it shows, which files make it up, what its pages read."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.documents.contracts import UnreadableDocument
from zhengtong.trust.documents.ofd.xml import Node, read_xml

ENTRY = "OFD.xml"
Files = Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """A package as a reader would show it: the first document, and where its signatures are listed."""

    title: str
    root: str
    signatures: str | None
    bodies: int


def contents(files: Files) -> Contents:
    """Read the entry of a package (GB/T 33190 7.4).

    Raises:
        UnreadableDocument: there is no entry, or it names no document.
    """
    if ENTRY not in files:
        raise UnreadableDocument(why=Phrase(_("缺少 {name}"), name=ENTRY))
    bodies = list(read_xml(files[ENTRY], "OFD").all("DocBody"))
    if not bodies:
        raise UnreadableDocument(why=Phrase(_("缺少 {name}"), name="DocBody"))
    body = bodies[0]
    info = body.child("DocInfo")
    title = info.child("Title") if info else None
    listed = body.child("Signatures")
    return Contents(
        title=title.text.strip() if title else "",
        root=resolve(ENTRY, body.needed("DocRoot").text, files),
        signatures=resolve(ENTRY, listed.text, files) if listed else None,
        bodies=len(bodies),
    )


def resolve(base: str, location: str, files: Files) -> str:
    """Return the path in the package that an ST_Loc in the file *base* names (GB/T 33190 7.2).

    Raises:
        UnreadableDocument: it leads out of the package.
    """
    location = location.strip()
    if location.startswith("/"):
        return _inside(location[1:])
    relative = _inside(posixpath.join(posixpath.dirname(base), location))
    if relative in files:
        return relative
    from_root = posixpath.normpath(location)
    return from_root if from_root in files else relative


def _inside(path: str) -> str:
    normal = posixpath.normpath(path)
    if normal.startswith(("..", "/")) or normal in {"", "."} or "\\" in normal:
        raise UnreadableDocument(why=_("路径越出文件包"))
    return normal


def page_files(files: Files, root: str) -> Iterator[str]:
    """Yield the files of the pages of the document whose root is *root*, in order.

    Raises:
        UnreadableDocument: the document or a page is missing.
    """
    for page in _document(files, root).needed("Pages").all("Page"):
        path = resolve(root, page.attributes.get("BaseLoc", ""), files)
        if path not in files:
            raise UnreadableDocument(why=Phrase(_("缺少 {name}"), name=path))
        yield path


def texts(files: Files, root: str) -> list[list[str]]:
    """Return what each page reads: its text objects in the order they are painted."""
    pages = (read_xml(files[path], "Page") for path in page_files(files, root))
    return [[node.text for node in page.walk() if node.name == "TextCode" and node.text.strip()] for page in pages]


def _document(files: Files, root: str) -> Node:
    if root not in files:
        raise UnreadableDocument(why=Phrase(_("缺少 {name}"), name=root))
    return read_xml(files[root], "Document")
