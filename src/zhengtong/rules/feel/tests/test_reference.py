"""The reference page is the code's."""

from pathlib import Path

from zhengtong.rules.feel.builtins import BUILTINS
from zhengtong.rules.feel.reference import FAMILIES, reference_page

PAGE = Path(__file__).resolve().parents[5] / "docs" / "reference" / "feel.md"


def test_the_reference_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page(), (
        "run: python -m zhengtong.rules.feel.reference > docs/reference/feel.md"
    )


def test_every_built_in_belongs_to_a_family_and_says_what_it_does() -> None:
    assert {builtin.family for builtin in BUILTINS.values()} == set(FAMILIES)
    assert all(signature.doc for builtin in BUILTINS.values() for signature in builtin.signatures)
