"""Words are the glossary's: on screens, in prose, in identifiers; and every table's name is in the glossary."""

import doctest
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import glossary  # noqa: E402 -- scripts are no package

TERMS = glossary.load()


def test_every_word_in_the_repository_is_the_glossarys() -> None:
    assert list(glossary.complaints(TERMS, glossary.tracked())) == []


def test_the_committed_page_is_current() -> None:
    assert glossary.PAGE.read_text(encoding="utf-8") == glossary.page(TERMS), "run scripts/glossary.py"


def test_a_banned_label_is_found_and_a_title_of_law_is_not() -> None:
    text = (
        "请填写身份证号码。\n《市场主体登记管理条例》\n统一社会信用代码\n[中华人民共和国市场主体登记管理条例, art. 2]"
    )
    assert list(glossary.miswritten(TERMS, text)) == [
        (1, "身份证号: the glossary says 公民身份号码"),
    ]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("class OpenTicket: ...", "OpenTicket: the glossary says Case"),
        ("def add_to_blacklist(): ...", "add_to_blacklist: the glossary says SeriousListing"),
        ("def f(hukou_type): ...", "hukou_type: pinyin is no English identifier"),
        ("yinzhang = 1", "yinzhang: pinyin is no English identifier"),
        ('class Dossier:\n    """A dossier 办件: one."""', "Dossier is called 办件: the glossary says Case"),
    ],
)
def test_an_identifier_that_is_not_the_glossarys_is_found(source: str, complaint: str) -> None:
    assert list(glossary.misnamed(TERMS, source)) == [complaint]


@pytest.mark.parametrize(
    "source",
    [
        'class CaseRow:\n    """A case 办件: one."""',
        'class Listing:\n    """A listing of cases; see 办件."""',
        "ticks = tick(1)",
    ],
)
def test_an_identifier_of_the_glossary_passes(source: str) -> None:
    assert list(glossary.misnamed(TERMS, source)) == []


def test_every_table_is_called_by_a_word_of_the_glossary() -> None:
    known = TERMS.by_zh()
    unknown = {}
    for model in apps.get_models():
        if model.__module__.startswith("zhengtong.") and not model._meta.auto_created:
            match = glossary.NAMED.match((model.__doc__ or "").split("\n", 1)[0])
            if match and not any(term in match.group(1) for term in known):
                unknown[model._meta.label] = match.group(1)
    assert unknown == {}, "Add the terms to docs/reference/glossary.yml and run scripts/glossary.py."


def test_a_term_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "glossary.yml"
    path.write_text(
        "terms:\n  - {zh: 办件, identifiers: [Case]}\n  - {zh: 案件, identifiers: [Case]}\npinyin: []\n",
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match=r"identifier given twice in glossary\.yml: Case"):
        glossary.load(path)


def test_the_spelling_dictionary_names_the_remedy() -> None:
    assert "blacklist->serious listing" in glossary.spelling_dictionary(TERMS).splitlines()


def test_the_examples_hold() -> None:
    assert doctest.testmod(glossary).failed == 0
