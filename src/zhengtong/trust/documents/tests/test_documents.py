"""One template gives the same page as OFD, PDF and SVG."""

from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader

from zhengtong.trust.documents import api
from zhengtong.trust.documents.api import Form, Glyphs
from zhengtong.trust.documents.layout import filled, lines_of
from zhengtong.trust.documents.tests.builders import DATA, PERMIT, permit

WORDS = st.text(alphabet="政通法定 aZ09，。（", max_size=60)


def test_a_document_reads_in_ofd_as_it_was_laid_out() -> None:
    document = permit()
    files = api.read_package(api.written(document, Form.OFD))
    shown = api.contents(files)
    assert (shown.title, shown.root, shown.signatures, shown.bodies) == (
        "许可证 A-2026/17",
        "Doc_0/Document.xml",
        None,
        1,
    )
    marks = [mark.text for mark in document.pages[0].marks if isinstance(mark, Glyphs)]
    assert api.texts(files, shown.root) == [marks]
    assert "被许可人：张三 & 李四 <合伙>。经审查，准予许可。" in marks


@pytest.mark.parametrize("form", Form)
def test_the_same_document_gives_the_same_bytes(form: Form) -> None:
    assert api.written(permit(), form) == api.written(permit(), form)
    assert api.written(permit(), form) != api.written(permit(number="A-2026/18"), form)


def test_a_pdf_has_the_pages_in_their_size() -> None:
    document = permit(terms=[[str(number), "按图施工", "2027"] for number in range(60)])
    reader = PdfFileReader(BytesIO(api.written(document, Form.PDF)))
    assert reader.root["/Pages"]["/Count"] == len(document.pages) == 3
    assert [round(float(side) / 72 * 25.4) for side in reader.root["/Pages"]["/Kids"][0]["/MediaBox"]] == [
        0,
        0,
        210,
        297,
    ]


def test_a_picture_is_well_formed_svg_without_style_or_script() -> None:
    drawn = api.svg(permit().pages[0], title="许可证 <1>")
    tree = ET.fromstring(drawn)  # noqa: S314 -- our own
    assert tree.get("aria-label") == "许可证 <1>"
    assert not [node for node in tree.iter() if "style" in node.attrib or node.tag.endswith("script")]


def test_what_a_value_says_is_never_read_as_a_place() -> None:
    assert filled("{holder}{number}", {"holder": "{number}", "number": "7"}) == "{number}7"


def test_a_missing_value_is_refused() -> None:
    with pytest.raises(api.TemplateValueMissing) as refusal:
        api.render(PERMIT, {"number": "1", "terms": []}, at=permit().created_at)
    assert refusal.value.details == {"name": "holder"}
    with pytest.raises(api.TemplateValueMissing):
        permit(terms=[["too", "few"]])


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(api.PageTooSmall):
        permit(holder="长" * 4000)


@given(WORDS, st.integers(20, 170))
def test_breaking_lines_loses_no_character_and_keeps_the_width(text: str, width: int) -> None:
    lines = list(lines_of(text, width, 4.2))
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(api.width_of(line.rstrip("，。"), 4.2) <= width + 4.3 for line in lines)


@settings(max_examples=25)
@given(WORDS.filter(bool), st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=8))
def test_any_content_survives_the_way_through_ofd(holder: str, terms: list[tuple[str, str, str]]) -> None:
    document = api.render(PERMIT, {**DATA, "holder": holder, "terms": terms}, at=permit().created_at)
    files = api.read_package(api.written(document, Form.OFD))
    read = [text for page in api.texts(files, "Doc_0/Document.xml") for text in page]
    laid = [m.text for page in document.pages for m in page.marks if isinstance(m, Glyphs) and m.text.strip()]
    assert read == laid
