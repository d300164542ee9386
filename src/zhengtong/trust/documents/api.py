"""The door of trust.documents 版式文件: lay a template out, write it as OFD, PDF or SVG, read an OFD package.

laid_out = render(template, {"holder": "张三", "number": "…"}, at=at)
written(laid_out, Form.OFD)      # unsigned; `seals.stamp` signs it
"""

from zhengtong.trust.documents.contracts import (
    A4,
    BLACK,
    GREY,
    SEAL_RED,
    Align,
    Colour,
    Data,
    Document,
    Drawing,
    Element,
    Form,
    Frame,
    Glyphs,
    Mark,
    PageTooSmall,
    Place,
    QrCode,
    SealPlace,
    Shape,
    Step,
    Table,
    Template,
    TemplateValueMissing,
    Text,
    UnreadableDocument,
)
from zhengtong.trust.documents.layout import qr_shape, rectangle, render, width_of
from zhengtong.trust.documents.ofd import xml
from zhengtong.trust.documents.ofd.package import MAX_FILE, read_package, write_package
from zhengtong.trust.documents.ofd.reader import Contents, contents, page_files, resolve, texts
from zhengtong.trust.documents.ofd.writer import SIGNATURES, ofd, ofd_files, page_id, picture
from zhengtong.trust.documents.pdf import pdf
from zhengtong.trust.documents.svg import svg


def written(document: Document, form: Form) -> bytes:
    """Return *document* as a file, unsigned."""
    return ofd(document) if form is Form.OFD else pdf(document)


__all__ = [
    "A4",
    "BLACK",
    "GREY",
    "MAX_FILE",
    "SEAL_RED",
    "SIGNATURES",
    "Align",
    "Colour",
    "Contents",
    "Data",
    "Document",
    "Drawing",
    "Element",
    "Form",
    "Frame",
    "Glyphs",
    "Mark",
    "PageTooSmall",
    "Place",
    "QrCode",
    "SealPlace",
    "Shape",
    "Step",
    "Table",
    "Template",
    "TemplateValueMissing",
    "Text",
    "UnreadableDocument",
    "contents",
    "ofd",
    "ofd_files",
    "page_files",
    "page_id",
    "pdf",
    "picture",
    "qr_shape",
    "read_package",
    "rectangle",
    "render",
    "resolve",
    "svg",
    "texts",
    "width_of",
    "write_package",
    "written",
    "xml",
]
