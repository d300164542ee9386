"""The reference page names every element and every rule, and is current."""

from pathlib import Path

from zhengtong.process.bpmn.coverage import EXECUTED, REFUSED, reference_page
from zhengtong.process.bpmn.schema import CHILDREN

PAGE = Path(__file__).resolve().parents[5] / "docs" / "reference" / "bpmn.md"


def test_the_table_names_only_elements_of_the_schema_and_none_twice() -> None:
    assert set(EXECUTED) | set(REFUSED) <= set(CHILDREN)
    assert not set(EXECUTED) & set(REFUSED)


def test_the_reference_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page(), "run scripts/bpmn_reference.py"
