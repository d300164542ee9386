"""The reference page is the code's."""

from pathlib import Path

from zhengtong.rules.dmn.reference import EXECUTED, reference_page

PAGE = Path(__file__).resolve().parents[5] / "docs" / "reference" / "dmn.md"


def test_the_reference_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page(), (
        "run: python -m zhengtong.rules.dmn.reference > docs/reference/dmn.md"
    )


def test_the_page_names_every_executed_element() -> None:
    assert all(f"`{name}`" in reference_page() for name in EXECUTED)
