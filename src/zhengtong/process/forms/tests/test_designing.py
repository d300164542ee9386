"""A schema is edited, judged and compared; an applicant meets what was designed."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.process.forms import api as forms
from zhengtong.process.forms import editing
from zhengtong.process.forms.patterns import UnfitPatternError, check_pattern, fits


class Silent:
    """A source that keeps one data item."""

    title = "人口库"
    department = "public_security"
    items: Mapping[str, Any] = {"name": "姓名"}

    def values(self, *_names: Any, **_asked: Any) -> dict[str, tuple[str, str]]:
        return {}


def text(**more: Any) -> dict[str, Any]:
    return {"type": "string", "title": "甲", "title_en": "A", **more}


def schema(**fields: Any) -> dict[str, Any]:
    named = {name: {"title": name, "title_en": name, **field} for name, field in fields.items()}
    return {"type": "object", "properties": named, "required": []}


YES_NO = {"type": "boolean"}
CHOICE = {"type": "string", "enum": ["a", "b"], "enum_titles": {"a": ["甲", "A"], "b": ["乙", "B"]}}
SEVERAL = {"type": "array", "items": CHOICE}
GROUP = {"type": "array", "items": {"type": "object", "properties": {"name": text()}, "required": ["name"]}}


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        (schema(), ["form-empty"]),
        (schema(a=YES_NO, b=text()), []),
        (schema(a=text(title="")), ["title-missing"]),
        (schema(a=text(title_en="")), ["english-missing"]),
        (schema(a=text(description="提示")), ["english-missing"]),
        (schema(a={**CHOICE, "enum_titles": {"a": ["甲", "A"]}}), ["english-missing"]),
        (schema(a=text(section=["一", ""])), ["english-missing"]),
        (schema(a=text(pattern="a")), ["english-missing"]),
        (schema(a=text(sensitive=True)), ["purpose-missing"]),
        (schema(a=text(sensitive=True, purpose="核对", purpose_en="To check")), []),
        (schema(a=text(title="同"), b=text(title="同")), ["title-repeated"]),
        (schema(a=text(source="people.name")), []),
        (schema(a=text(source="people.shoe_size")), ["source-unknown"]),
        (schema(a=text(source="nobody.name")), ["source-unknown"]),
        (schema(a=text(minLength=9, maxLength=3)), ["limits-crossed"]),
        (schema(a=text(showIf="1 +")), ["condition-unread"]),
        (schema(a=text(showIf="nothing = 1")), ["condition-unknown-field"]),
        (schema(a=text(showIf="b"), b=YES_NO), ["condition-later-field"]),
        (schema(a=YES_NO, b=text(showIf="a")), []),
        (schema(a=YES_NO, b=text(showIf="a and not(a)")), ["unreachable"]),
        (schema(a=CHOICE, b=text(showIf='a = "c"')), ["unreachable"]),
        (schema(a=SEVERAL, b=text(showIf='list contains(a, "b")')), []),
        (schema(a=SEVERAL, b=text(showIf='list contains(a, "c")')), ["unreachable"]),
        (schema(a=YES_NO, b={**YES_NO, "showIf": "false"}, c=text(showIf="b")), ["unreachable", "unreachable"]),
        (schema(a={"type": "number"}, b=text(showIf="a > 3")), []),
    ],
)
def test_a_fault_is_found_where_it_is(asked: dict[str, Any], codes: list[str]) -> None:
    forms.register_prefill_source("people", Silent())
    assert [one.code for one in forms.faults_of(asked)] == codes


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (schema(a=text()), schema(a=text()), []),
        (schema(), schema(a=text()), ["新增，选填"]),
        (schema(a=text()), schema(), ["删去"]),
        (schema(a=text(title="旧")), schema(a=text(title="新")), ["改名"]),
        (schema(a=text()), schema(b=text()), ["标识改了"]),
        (schema(a=text()), {**schema(a=text()), "required": ["a"]}, ["改为必填"]),
        (schema(a=text()), schema(a=text(source="people.name")), ["数据来源变了"]),
        (schema(a=text()), schema(a=text(sensitive=True)), ["改为敏感，显示时遮盖"]),
        (schema(a=text()), schema(a=text(maxLength=3)), ["最多字数变了"]),
        (schema(a=text()), schema(a=text(showIf="true")), ["显示条件变了"]),
        (schema(a=CHOICE), schema(a={**CHOICE, "enum": ["a"]}), ["选项变了"]),
        (schema(a=text(), b=text()), schema(b=text(), a=text()), ["字段的先后变了"]),
        (schema(a=text()), schema(a={"type": "number", "title": "a", "title_en": "a"}), ["改名", "类型变了"]),
    ],
)  # fmt: skip
def test_two_versions_differ_in_plain_words(before: Any, after: Any, what: list[str]) -> None:
    assert [one.what for one in forms.differences(before, after)] == what


@given(st.lists(st.tuples(st.sampled_from(["add", "up", "down", "remove"]), st.sampled_from("abcd")), max_size=20))
def test_no_change_loses_or_doubles_a_field_and_the_old_schema_stays(steps: list[tuple[str, str]]) -> None:
    now: dict[str, Any] = schema(a=text(), g=GROUP)
    for verb, name in steps:
        before, names = repr(now), set(now["properties"])
        if verb == "add" and name not in names:
            changed = editing.add_field(now, name, text(), required=True)
            expected = names | {name}
        elif name in names:
            remove = verb == "remove"
            changed = editing.remove_field(now, name) if remove else editing.move_field(now, name, up=verb == "up")
            expected = names - {name} if remove else names
        else:
            continue
        assert repr(now) == before
        assert set(changed["properties"]) == expected
        assert set(changed["required"]) <= expected
        assert len(changed["required"]) == len(set(changed["required"]))
        now = changed


def test_a_field_inside_a_group_is_added_and_removed_there() -> None:
    more = editing.add_field(schema(g=GROUP), "g.role", text(), required=True)
    assert [line.path for line in forms.fields_of(more)] == ["g", "g.name", "g.role"]
    assert more["properties"]["g"]["items"]["required"] == ["name", "role"]
    assert editing.remove_field(more, "g.role") == schema(g=GROUP)
    with pytest.raises(forms.SchemaNotUnderstood):
        editing.add_field(more, "g.inner", GROUP, required=False)


@pytest.mark.parametrize(
    ("field", "value", "condition", "shown"),
    [
        ({"type": "number"}, "20", "a > 18", True),
        ({"type": "number"}, "9", "a > 18", False),
        ({"type": "integer", "format": "money"}, "1280.50", "a > 1000", True),
        ({"type": "boolean"}, "on", "a", True),
        (CHOICE, "b", 'a = "b"', True),
    ],
)
def test_a_condition_compares_what_was_typed_as_what_it_is(
    field: dict[str, Any], value: str, condition: str, *, shown: bool
) -> None:
    asked = schema(a=field, b=text(showIf=condition))
    form = forms.build_form(asked, QueryDict(f"a={value}"))
    assert ("b" in form.fields) is shown
    assert form.is_valid()
    lines = dict(forms.read_back(asked, form.answers))
    assert ("甲" in lines) is shown


def test_a_condition_compares_days() -> None:
    asked = schema(a={"type": "string", "format": "date"}, b=text(showIf='a < date("2020-01-01")'))
    for year, shown in (("2019", True), ("2021", False)):
        form = forms.build_form(asked, QueryDict(f"a_0={year}&a_1=3&a_2=7"))
        assert ("b" in form.fields) is shown


def test_a_heading_stands_above_the_first_field_of_its_part_that_is_shown() -> None:
    asked = schema(a={**YES_NO, "section": ["一", "One"]}, b=text(section=["二", "Two"], showIf="a"), c=text())
    hidden, shown = (forms.build_form(asked, QueryDict(data)) for data in ("c=x", "a=on"))
    assert [getattr(one, "section", "") for one in hidden.fields.values()] == ["一", "二"]
    assert [getattr(one, "section", "") for one in shown.fields.values()] == ["一", "二", ""]
    assert '<h3 class="part">二</h3>' in str(hidden)


@pytest.mark.parametrize(
    ("typed", "said"), [("0.49", "不能少于 0.50 元。"), ("100.01", "不能多于 100.00 元。"), ("7", "")]
)
def test_an_amount_is_held_to_its_limits(typed: str, said: str) -> None:
    form = forms.build_form(
        schema(a={"type": "integer", "format": "money", "minimum": 50, "maximum": 10000}), QueryDict(f"a={typed}")
    )
    assert "".join(map(str, form.errors.get("a", []))) == said


def test_a_pattern_costs_no_more_than_its_bound() -> None:
    assert fits("^(a+)+$", "a" * 400)
    assert not fits("^(a+)+$", "a" * 400 + "b")
    form = forms.build_form(schema(a=text(pattern="^[A-Z]+$", error=["用大写", "Capitals"])), QueryDict("a=abc"))
    assert form.errors["a"] == ["用大写"]
    for unfit in ("(", r"(a)\1", "a" * 201):
        with pytest.raises(UnfitPatternError):
            check_pattern(unfit)


def test_a_draft_goes_on_in_a_changed_form_with_what_still_fits() -> None:
    changed = schema(
        kind={**CHOICE, "title": "种类"},
        born={"type": "string", "format": "date", "title": "日子"},
        note=text(maxLength=5),
    )
    content = {"kind": ["c"], "born_0": ["2020"], "born_1": ["13"], "born_2": ["1"], "note": ["好"], "gone": ["x"]}
    form, lost = forms.carry_over(changed, content, known={})
    assert lost == ("种类", "日子")
    assert form["note"].value() == "好"
    assert not form["kind"].value()
    assert not form.errors
