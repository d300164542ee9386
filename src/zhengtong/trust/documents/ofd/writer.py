"""A document as OFD 版式文档 (GB/T 33190-2016): one document in the package, fonts named and not embedded."""

import hashlib
import math
from collections.abc import Iterator, Mapping
from itertools import count

from zhengtong.kernel.clock import on_day
from zhengtong.trust.documents.contracts import Colour, Document, Drawing, Glyphs, Mark, Shape
from zhengtong.trust.documents.layout import advance
from zhengtong.trust.documents.ofd.package import write_package
from zhengtong.trust.documents.ofd.xml import document as xml
from zhengtong.trust.documents.ofd.xml import element, text
from zhengtong.trust.documents.svg import number

SIGNATURES = "Doc_0/Signs/Signatures.xml"
_FONT = "3"
_FIRST_FREE = 10


def ofd(document: Document) -> bytes:
    """Return *document* as an OFD file without signatures."""
    return write_package(ofd_files(document, signed=False))


def ofd_files(document: Document, *, signed: bool) -> dict[str, bytes]:
    """Return the files of the package.

    Args:
        document: what to write.
        signed: whether the entry names the list of signatures from the start, so that the entry itself can be signed.
    """
    numbers = count(_FIRST_FREE)
    pages = [str(next(numbers)) for _page in document.pages]
    contents = {
        f"Doc_0/Pages/Page_{place}/Content.xml": _page(page, numbers) for place, page in enumerate(document.pages)
    }
    files = {
        "OFD.xml": _entry(document, contents, signed=signed),
        "Doc_0/Document.xml": _document(document, pages, str(next(numbers))),
        "Doc_0/PublicRes.xml": _resources(),
    }
    return files | contents


def page_id(page: int) -> str:
    """Return the id of a page, counted from 0, in what this module writes."""
    return str(_FIRST_FREE + page)


def picture(drawing: Drawing, title: str) -> bytes:
    """Return a drawing as an OFD file of its own: the form in which a seal carries its image."""
    numbers = count(_FIRST_FREE)
    page = str(next(numbers))
    content = _page(drawing, numbers)
    body = _area(drawing), [page], str(next(numbers))
    info = element("DocInfo", element("DocID", text(hashlib.sha256(content).hexdigest()[:32])), _titled(title))
    root = element("DocBody", info, element("DocRoot", "Doc_0/Document.xml"))
    return write_package(
        {
            "OFD.xml": xml("OFD", root, Version="1.0", DocType="OFD"),
            "Doc_0/Document.xml": _document_of(*body),
            "Doc_0/PublicRes.xml": _resources(),
            "Doc_0/Pages/Page_0/Content.xml": content,
        }
    )


def _titled(title: str) -> str:
    return element("Title", text(title))


def _entry(document: Document, contents: Mapping[str, bytes], *, signed: bool) -> bytes:
    digest = hashlib.sha256(document.title.encode())
    for content in contents.values():
        digest.update(content)
    info = element(
        "DocInfo",
        element("DocID", text(digest.hexdigest()[:32])),
        _titled(document.title),
        element("CreationDate", on_day(document.created_at).isoformat()),
        element("Creator", "Zhengtong"),
    )
    signatures = (element("Signatures", f"/{SIGNATURES}"),) if signed else ()
    body = element("DocBody", info, element("DocRoot", "Doc_0/Document.xml"), *signatures)
    return xml("OFD", body, Version="1.0", DocType="OFD")


def _document(document: Document, pages: list[str], largest: str) -> bytes:
    return _document_of(_area(document.pages[0]), pages, largest)


def _document_of(area: str, pages: list[str], largest: str) -> bytes:
    common = element("CommonData", element("MaxUnitID", largest), area, element("PublicRes", "PublicRes.xml"))
    listed = [element("Page", ID=page, BaseLoc=f"Pages/Page_{place}/Content.xml") for place, page in enumerate(pages)]
    return xml("Document", common, element("Pages", *listed))


def _area(page: Drawing) -> str:
    return element("PageArea", element("PhysicalBox", f"0 0 {number(page.width)} {number(page.height)}"))


def _resources() -> bytes:
    font = element("Font", ID=_FONT, FontName="SimSun", FamilyName="SimSun", Serif="true")
    return xml("Res", element("Fonts", font), BaseLoc="Res")


def _page(page: Drawing, numbers: Iterator[int]) -> bytes:
    layer = str(next(numbers))
    marks = [_mark(mark, page, str(next(numbers))) for mark in page.marks]
    area = element("Area", element("PhysicalBox", f"0 0 {number(page.width)} {number(page.height)}"))
    return xml("Page", area, element("Content", element("Layer", *marks, ID=layer, Type="Body")))


def _mark(mark: Mark, page: Drawing, name: str) -> str:
    boundary = f"0 0 {number(page.width)} {number(page.height)}"
    return _shape(mark, name, boundary) if isinstance(mark, Shape) else _glyphs(mark, name, boundary)


def _glyphs(mark: Glyphs, name: str, boundary: str) -> str:
    """Write a text object; characters follow each other by DeltaX (GB/T 33190 11.3), turned about their start."""
    steps = " ".join(number(advance(character) * mark.size) for character in mark.text[:-1])
    placed: dict[str, str] = {}
    x, y = mark.x, mark.y
    if mark.turn or mark.stretch != 1:
        turn = math.radians(mark.turn)
        cosine, sine = math.cos(turn), math.sin(turn)
        matrix = (cosine * mark.stretch, sine * mark.stretch, -sine, cosine, x, y)
        placed, x, y = {"CTM": " ".join(f"{value:.6f}" for value in matrix)}, 0.0, 0.0
    deltas = {"DeltaX": steps} if steps else {}
    code = element("TextCode", text(mark.text), X=number(x), Y=number(y), **deltas)
    return element(
        "TextObject", _colour("FillColor", mark.colour), code,
        ID=name, Boundary=boundary, Font=_FONT, Size=number(mark.size), **placed,
    )  # fmt: skip


def _shape(mark: Shape, name: str, boundary: str) -> str:
    parts = []
    if mark.stroke:
        parts.append(_colour("StrokeColor", mark.stroke))
    if mark.fill:
        parts.append(_colour("FillColor", mark.fill))
    letters = {"M": "M", "L": "L", "C": "B", "Z": "C"}
    data = " ".join(" ".join([letters[letter], *map(number, values)]) for letter, values in mark.steps)
    return element(
        "PathObject", *parts, element("AbbreviatedData", data),
        ID=name, Boundary=boundary, LineWidth=number(mark.line),
        Stroke=_truth(mark.stroke), Fill=_truth(mark.fill),
    )  # fmt: skip


def _truth(colour: Colour | None) -> str:
    return "true" if colour else "false"


def _colour(name: str, colour: Colour) -> str:
    return element(name, Value=f"{colour.red} {colour.green} {colour.blue}")
