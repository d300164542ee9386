"""A schema asks, checks and reads back."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils import translation

from zhengtong.kernel.ids import new_id
from zhengtong.process.forms import api as forms
from zhengtong.process.items import api as items
from zhengtong.trust.identity.contracts import Actor, SubjectKind

ROOT = Path(__file__).parents[5]
GOOD = {"phone": "13800000000", "delivery": "post", "note": ""}


def test_the_common_form_takes_what_fits() -> None:
    form = forms.build_form(forms.common_schema(), GOOD)
    assert form.is_valid()
    assert form.cleaned_data == GOOD


@pytest.mark.parametrize(
    ("field", "value"),
    [("phone", ""), ("phone", "123"), ("phone", "13800000000x"), ("delivery", "pigeon"), ("note", "长" * 501)],
)
def test_what_does_not_fit_is_refused_at_its_field(field: str, value: str) -> None:
    form = forms.build_form(forms.common_schema(), {**GOOD, field: value})
    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_the_refusal_says_what_to_write() -> None:
    form = forms.build_form(forms.common_schema(), {**GOOD, "phone": "12"})
    assert form.errors["phone"] == ["请填写 11 位手机号，或带区号的固定电话。"]


def test_reading_back_shows_words_not_codes_in_the_readers_language() -> None:
    assert forms.read_back(forms.common_schema(), GOOD)[1] == ("结果怎么给您", "邮寄到户籍地址")
    with translation.override("en"):
        assert forms.read_back(forms.common_schema(), GOOD)[1] == (
            "How to receive the result",
            "By post to the registered address",
        )


@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ({"type": "array"}, "type"),
        ({"type": "object", "properties": {"a": {"type": "null"}}}, "a: type"),
        ({"type": "object", "properties": {"a": {"type": "string", "format": "uri"}}}, "a: format uri"),
        ({"type": "object", "properties": {"a": {"type": "string", "multipleOf": 2}}}, "a: multipleOf"),
        ({"type": "object", "properties": {}, "required": ["a"]}, "required: a"),
    ],
)
def test_a_schema_that_asks_for_more_than_is_rendered_is_refused(schema: dict[str, object], named: str) -> None:
    with pytest.raises(forms.SchemaNotUnderstood) as refused:
        forms.check_schema(schema)
    assert refused.value.details["what"] == named


def one(field: dict[str, Any], **more: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"a": field, **more}, "required": ["a"]}
    forms.check_schema(schema)
    return schema


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ({"type": "string", "format": "date"}, "a_0=2026&a_1=2&a_2=28", "2026-02-28"),
        ({"type": "integer", "format": "money"}, "a=1,280.5", 128050),
        ({"type": "string", "format": "resident-id"}, "a=33010619900307123 6", "330106199003071236"),
        ({"type": "string", "format": "phone"}, "a=13800000000", "13800000000"),
        ({"type": "integer", "minimum": 1}, "a=7", 7),
        ({"type": "boolean"}, "a=on", True),
        ({"type": "array", "items": {"type": "string", "enum": ["x", "y"]}}, "a=x&a=y", ["x", "y"]),
        (
            {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "string"}}}},
            "a-rows=2&a-0-n=张&a-1-n=李",
            [{"n": "张"}, {"n": "李"}],
        ),
    ],
)
def test_every_kind_of_field_reads_what_people_type(field: dict[str, Any], typed: str, kept: Any) -> None:
    form = forms.build_form(one(field), QueryDict(typed))
    assert form.is_valid(), form.errors
    assert form.answers == {"a": kept}
    assert json.loads(json.dumps(form.answers)) == form.answers


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ({"type": "string", "format": "date"}, "a_0=2026&a_1=2&a_2=30"),
        ({"type": "integer", "format": "money"}, "a=1.234"),
        ({"type": "string", "format": "resident-id"}, "a=330106199003071235"),
        ({"type": "string", "format": "phone"}, "a=12"),
        ({"type": "integer", "minimum": 1}, "a=0"),
        ({"type": "array", "items": {"type": "string", "enum": ["x"]}}, "a=z"),
    ],
)
def test_every_kind_of_field_refuses_what_does_not_fit(field: dict[str, Any], typed: str) -> None:
    assert list(forms.build_form(one(field), QueryDict(typed)).errors) == ["a"]


def test_one_more_row_is_drawn_and_nothing_is_handed_in() -> None:
    group = {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "string"}}}}
    form = forms.build_form(one(group), QueryDict("a-rows=1&a-0-n=张&add=a"))
    assert form.asks_for_more
    assert [name for name in form.fields if name.endswith("-n")] == ["a-0-n", "a-1-n"]


def test_a_field_that_is_not_shown_is_not_taken_from_a_client_that_sends_it() -> None:
    kinds = {"type": "array", "items": {"type": "string", "enum": ["name", "address"]}}
    hidden = {"type": "string", "showIf": 'list contains(a, "name")'}
    schema = one(kinds, b=hidden)
    without = forms.build_form(schema, QueryDict("a=address&b=smuggled"))
    assert without.is_valid()
    assert without.answers == {"a": ["address"]}
    with_it = forms.build_form(schema, QueryDict("a=name&b=新名"))
    assert with_it.is_valid()
    assert with_it.answers == {"a": ["name"], "b": "新名"}


def test_a_prefilled_field_is_not_taken_from_the_client() -> None:
    schema = one({"type": "string"}, name={"type": "string", "source": "population.name"})
    form = forms.build_form(schema, QueryDict("a=x&name=forged"), known={"name": "张三"})
    assert form.is_valid()
    assert form.answers == {"a": "x"}


def test_a_bundle_asks_for_each_thing_once_and_each_department_sees_its_own() -> None:
    first = {"type": "object", "properties": {"n": {"type": "string"}, "d": {"type": "string"}}, "required": ["n"]}
    second = {"type": "object", "properties": {"n": {"type": "string"}, "e": {"type": "string"}}, "required": ["e"]}
    merged = forms.merge([first, second])
    assert (list(merged["properties"]), merged["required"]) == (["n", "d", "e"], ["n", "e"])
    assert forms.narrow(second, {"n": "1", "d": "2", "e": "3"}) == {"n": "1", "e": "3"}
    with pytest.raises(forms.SchemaNotUnderstood):
        forms.merge([first, {"type": "object", "properties": {"n": {"type": "integer"}}}])


def test_every_form_of_the_demo_province_is_understood_and_the_newborns_two_facts_are_typed() -> None:
    catalogue = items.read_catalogue(ROOT / "provinces/demo/items")
    for item in catalogue.items:
        if item.form is not None:
            forms.check_schema(item.form)
    for bundle in catalogue.bundles:
        for schema in bundle.forms.values():
            forms.check_schema(schema)
    newborn = next(bundle for bundle in catalogue.bundles if bundle.code == "newborn")
    assert forms.typed_fields(forms.merge(newborn.forms.values())) == ["child_name", "born_on"]


@pytest.mark.django_db
def test_a_draft_waits_for_its_owner_on_any_device_and_for_nobody_else() -> None:
    me, other = (Actor(subject=new_id(), kind=SubjectKind.NATURAL) for _each in range(2))
    at = datetime(2026, 11, 23, 1, tzinfo=UTC)
    forms.save_draft(actor=me, about="items/1", data=QueryDict("a=x&csrfmiddlewaretoken=t"), at=at)
    forms.save_draft(actor=me, about="items/1", data=QueryDict("a=y"), at=at)
    kept = forms.draft(actor=me, about="items/1")
    assert kept is not None
    assert kept.content == {"a": ["y"]}
    assert forms.draft(actor=other, about="items/1") is None
    assert forms.forget_old_drafts(at + forms.KEPT_FOR) == 0
    assert forms.forget_old_drafts(at + forms.KEPT_FOR * 2) == 1


@pytest.mark.django_db
def test_who_finds_shared_data_wrong_objects_and_the_authority_is_told_without_the_words() -> None:
    me = Actor(subject=new_id(), kind=SubjectKind.NATURAL)
    at = datetime(2026, 11, 23, 1, tzinfo=UTC)
    with pytest.raises(forms.ObjectionEmpty):
        forms.object_to(actor=me, source="population.address", claim=" ", at=at)
    with pytest.raises(forms.SourceUnknown):
        forms.object_to(actor=me, source="nowhere.address", claim="住址已经变更", at=at)
    forms.object_to(actor=me, source="population.address", claim="住址已经变更", at=at)
    assert len(looks_or_acts(me)) == 1


def looks_or_acts(actor: Actor) -> list[Any]:
    from zhengtong.process.forms.models import Objection

    return list(Objection.objects.filter(subject=actor.subject))


def test_a_form_that_nobody_has_filled_in_is_not_judged() -> None:
    assert not forms.build_form(one({"type": "string"}), None, files={}).errors


@pytest.mark.parametrize("name", ["small.pdf", "small.exe"])
def test_an_uploaded_file_is_known_by_its_first_bytes(name: str) -> None:
    content = b"%PDF-1.7 ..." if name.endswith("pdf") else b"MZ..........."
    files = {"a": SimpleUploadedFile("scan.pdf", content)}
    form = forms.build_form(one({"type": "string", "format": "file"}), QueryDict(""), files=files)
    assert form.is_valid() is name.endswith("pdf")


def test_the_common_form_asks_the_same_fields_as_a_provinces_forms_so_that_they_merge() -> None:
    catalogue = items.read_catalogue(ROOT / "provinces/demo/items")
    for bundle in catalogue.bundles:
        by_code = {item.code: item for item in catalogue.items}
        forms.merge(bundle.forms.get(code) or by_code[code].form or forms.common_schema() for code in bundle.items)


def test_sensitive_values_are_read_back_masked_short_ones_too() -> None:
    schema = one({"type": "string", "title": "姓名", "sensitive": True})
    assert forms.read_back(schema, {"a": "王莹娟"}) == [("姓名", "王*娟")]
    assert forms.read_back(schema, {"a": "330106199003071236"}) == [("姓名", "33**************36")]


@pytest.mark.parametrize(
    "pattern",
    [
        "^[A-Z]{2}[0-9]{6}$",
        "^浙[A-Z][0-9A-Z]{5}$",
        "(第[0-9]+号)",
        "^(19|20)[0-9]{2}-[01][0-9]$",
        "^[^0-9]{3,}$",
        r"^\S+@\S+$",
    ],
)
def test_an_example_is_invented_that_the_form_takes(pattern: str) -> None:
    title = {"title": "编号", "title_en": "Number"}
    field = {"type": "string", **title, "pattern": pattern, "minLength": 3, "maxLength": 30}
    schema = {"type": "object", "properties": {"number": field}, "required": ["number"]}
    form = forms.build_form(schema, forms.example_post(schema, region="330106"))
    assert form.is_valid(), form.errors
