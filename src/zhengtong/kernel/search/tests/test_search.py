"""What a reader finds, and what not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.kernel.search import api, law

pytestmark = pytest.mark.django_db

CATALOG = [
    api.Document(key="birth", title="新生儿出生一件事", title_en="A child is born", tags=("audience:natural",), rank=9,
                 text=(("出生医学证明 户口登记 医保参保", 1.0),)),
    api.Document(key="house", title="户口登记", title_en="Household registration", tags=("audience:natural",), rank=5,
                 text=(("公安机关 出生登记 上户口", 1.0),)),
    api.Document(key="firm", title="企业开办", title_en="Start a business", tags=("audience:legal",), rank=8,
                 text=(("营业执照 公章 税务登记", 1.0),)),
    api.Document(key="food", title="食品经营许可", title_en="Food licence", tags=("audience:legal", "kind:license"),
                 text=(("开办餐饮店 食品安全法", 1.0),)),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _index() -> None:
    api.rebuild("catalog", CATALOG)
    api.rebuild("other", [api.Document(key="x", title="户口登记")])


def keys(text: str, *tags: str) -> list[str]:
    return [hit.key for hit in api.search("catalog", text, tags=tags).hits]


def test_a_title_outranks_a_mention() -> None:
    assert keys("户口登记") == ["house", "birth"]


def test_a_long_question_finds_the_item_it_is_about() -> None:
    assert keys("我家孩子刚出生怎么上户口")[0] == "house"
    assert keys("想开办餐饮店")[0] == "food"


def test_one_known_word_is_enough_where_nothing_fits_better() -> None:
    assert keys("开张餐饮馆") == ["food"]


def test_one_character_and_english_words_are_understood() -> None:
    assert keys("税") == ["firm"]
    assert keys("出生")[0] == "birth"


def test_tags_narrow_the_search() -> None:
    assert keys("登记", "audience:legal") == ["firm"]
    assert keys("开办", "audience:legal", "kind:license") == ["food"]
    assert keys("登记", "audience:nobody") == []


def test_collections_do_not_mix() -> None:
    assert [hit.key for hit in api.search("other", "户口登记").hits] == ["x"]


def test_first_letters_of_pinyin_and_whole_pinyin_find_the_title() -> None:
    assert keys("hkdj") == ["house"]
    assert keys("qiyekaiban") == ["firm"]
    assert api.suggest("catalog", "xse") == ["birth"]
    assert api.suggest("catalog", "SPJY") == ["food"]


def test_suggestions_prefer_beginnings_then_what_is_asked_for_most() -> None:
    assert api.suggest("catalog", "企") == ["firm"]
    assert api.suggest("catalog", "登记") == ["house"]
    assert api.suggest("catalog", "business") == ["firm"]
    assert api.suggest("catalog", "b") == ["birth", "firm"]


def test_wildcards_of_the_database_are_ordinary_characters() -> None:
    assert api.suggest("catalog", "%") == []
    assert api.suggest("catalog", "_") == []
    assert api.suggest("catalog", "!") == []
    assert keys("%") == []


def test_pages_follow_each_other_and_know_the_total() -> None:
    first = api.search("catalog", "登记", limit=1)
    second = api.search("catalog", "登记", limit=1, offset=1)
    assert first.total == second.total == 3
    assert first.hits != second.hits


def test_a_page_past_the_last_is_empty_and_changes_no_rule() -> None:
    assert api.search("catalog", "户口登记", offset=10).hits == ()
    both = api.search("catalog", "登记新馆餐饮", limit=1)
    rest = api.search("catalog", "登记新馆餐饮", limit=9, offset=1)
    assert both.total == 1 + len(rest.hits)


def test_rebuilding_replaces_everything_and_only_this_collection() -> None:
    assert api.rebuild("catalog", CATALOG[:1]) == 1
    assert keys("食品经营") == []
    assert keys("新生儿") == ["birth"]
    assert api.search("other", "户口").total == 1


def test_two_documents_with_one_key_leave_the_old_index_alone() -> None:
    with pytest.raises(ValueError, match="same key"):
        api.rebuild("catalog", [CATALOG[0], CATALOG[0]])
    assert keys("食品经营") == ["food"]


@given(st.text(max_size=30))
def test_every_document_is_found_by_any_term_it_holds(text: str) -> None:
    assert set(law.query_terms(text)) <= set(law.terms_of(text))


@given(st.integers(1, 10_000), st.data())
def test_a_rarer_term_never_weighs_less(documents: int, data: st.DataObject) -> None:
    rare = data.draw(st.integers(1, documents))
    common = data.draw(st.integers(rare, documents))
    assert law.rarity(documents, rare) >= law.rarity(documents, common) > 0


def test_a_document_put_later_is_found_like_the_others_and_replaces_its_namesake() -> None:
    api.put("catalog", [api.Document(key="firm", title="企业注销", tags=("audience:legal",))])
    assert keys("企业注销")[0] == "firm"
    assert keys("营业执照") == []
    api.remove("catalog", ["firm", "unknown"])
    assert keys("企业注销") == []
    assert keys("户口登记") == ["house", "birth"]


def test_putting_documents_one_by_one_finds_what_building_at_once_finds() -> None:
    for document in CATALOG:
        api.put("slowly", [document])
    for text in ("户口登记", "出生", "企业开办", "餐饮店"):
        found = [hit.key for hit in api.search("slowly", text).hits]
        assert sorted(found) == sorted(keys(text))
