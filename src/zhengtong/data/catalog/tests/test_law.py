"""Codes, classes and grades as the guide and the standard have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.data.catalog import api, law
from zhengtong.data.catalog.tests import builders

GRADES = st.sampled_from(list(api.DataGrade))


@given(st.lists(GRADES, min_size=1), st.sampled_from(list(api.Derivation)), st.booleans())
def test_core_and_important_data_never_come_down_by_deriving(
    grades: list[api.DataGrade],
    how: api.Derivation,
    large: bool,  # noqa: FBT001 -- Hypothesis gives them in order
) -> None:
    derived = api.derived_grade(how, grades, large_group=large)
    if max(grades) >= api.DataGrade.IMPORTANT:
        assert derived == max(grades)
    else:
        assert abs(derived - max(grades)) <= 1


@given(st.lists(GRADES, min_size=1))
def test_what_is_fused_is_at_least_as_grave_as_its_gravest_source(grades: list[api.DataGrade]) -> None:
    assert api.derived_grade(api.Derivation.FUSED, grades) == max(grades)


@given(st.lists(st.tuples(st.sampled_from(list(api.DataClass)), st.one_of(st.none(), GRADES)), min_size=1))
def test_the_higher_grade_wins_and_no_element_falls_below_its_class(
    given_elements: list[tuple[api.DataClass, api.DataGrade | None]],
) -> None:
    elements = tuple(
        api.DataElement(name=f"e{n}", title="项", data_class=data_class, grade=grade)
        for n, (data_class, grade) in enumerate(given_elements)
    )
    entry = builders.enterprises(elements=elements)
    settled = law.settled(entry)
    for element in settled.elements:
        assert element.grade is not None
        assert element.grade >= api.class_floor(element.data_class)
        assert api.dataset_grade(entry) >= element.grade


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        (builders.households(code="4/1"), "类项目细目"),
        (builders.households(code="301001/0"), "类项目细目"),
        (builders.households(name=" "), "名称"),
        (builders.households(elements=()), "数据项"),
        (builders.households(condition=""), "共享条件"),
        (builders.households(sharing=api.SharingClass.WITHHELD), "依据"),
        (builders.households(opening=api.OpeningClass.UNCONDITIONAL), "个人信息"),
        (builders.enterprises(modes=()), "共享方式"),
        (builders.enterprises(opening=api.OpeningClass.CONDITIONAL), "开放条件"),
        (builders.enterprises(opening_mode=api.OpeningMode.AGREEMENT), "开放方式"),
        (builders.enterprises(related=("x",)), "关联资源代码"),
        (builders.enterprises(elements=(api.DataElement(name="a b", title=""),)), "中文名称"),
        (
            builders.enterprises(elements=(api.DataElement(name="a", title="甲", grade=api.DataGrade.IMPORTANT),)),
            "不得开放",
        ),
    ],
)
def test_an_entry_that_breaks_a_rule_is_named_with_its_fault(entry: api.DatasetEntry, word: str) -> None:
    with pytest.raises(api.CatalogRowsBroken) as refusal:
        law.check([entry])
    assert word in str(refusal.value)


def test_conditional_sharing_lifts_a_dataset_to_general_2_and_withholding_to_general_4() -> None:
    entry = builders.enterprises(opening=api.OpeningClass.WITHHELD)
    assert api.dataset_grade(entry) is api.DataGrade.GENERAL_1
    conditional = builders.enterprises(sharing=api.SharingClass.CONDITIONAL, condition="核验")
    assert api.dataset_grade(conditional) is api.DataGrade.GENERAL_2
    withheld = builders.enterprises(sharing=api.SharingClass.WITHHELD, basis="《保守国家秘密法》")
    assert api.dataset_grade(withheld) is api.DataGrade.GENERAL_4
