"""A form is drafted, changed by several, published from a day on, withdrawn; what is under way keeps its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import orjson
import pytest
from django.db import connection

from zhengtong.kernel.errors import NotAllowed, Refusal
from zhengtong.kernel.events.models import OutboxEvent
from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.models import Case
from zhengtong.process.cases.tests.builders import FORM, ROOT
from zhengtong.process.cases.tests.desk import AT, PHONE, TODAY, TOMORROW, Desk, a_desk
from zhengtong.process.forms import api as forms
from zhengtong.process.forms.models import FormRevision
from zhengtong.process.items import api as items
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger import api as ledger
from zhengtong.trust.ledger.api import Responsibility

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return a_desk()


def asked(desk: Desk, on: Any = TODAY) -> forms.AskedForm:
    return forms.asked_by(items.in_force(desk.item, at=on), at=on)


def names(schema: Any) -> list[str]:
    return list(schema["properties"])


def test_a_draft_begins_as_what_is_asked_and_beginning_again_finds_it(desk: Desk) -> None:
    assert asked(desk).version == forms.SHIPPED
    view = desk.begin()
    assert names(view.schema) == names(asked(desk).schema)
    assert forms.begin_draft(actor=desk.publisher, item=desk.item, at=AT) == 1
    kept = {line.item: line for line in forms.forms_kept(desk.editor, at=TODAY)}
    assert (kept[desk.item].version, kept[desk.item].draft) == (forms.SHIPPED, 1)
    assert {line.draft for item, line in kept.items() if item != desk.item} <= {None}


def test_another_bureau_sees_and_touches_nothing(desk: Desk) -> None:
    desk.begin()
    assert forms.forms_kept(desk.outsider, at=TODAY) == ()
    for read in (
        lambda: forms.form_history(desk.outsider, desk.item, at=TODAY),
        lambda: forms.draft_of(desk.outsider, desk.item, at=TODAY),
    ):
        with pytest.raises(forms.FormUnknown):
            read()
    acts: list[Callable[[], Any]] = [
        lambda: forms.begin_draft(actor=desk.outsider, item=desk.item, at=AT),
        lambda: forms.move_field(actor=desk.outsider, item=desk.item, revision=1, path="phone", up=True, at=AT),
        lambda: forms.undo(actor=desk.outsider, item=desk.item, revision=1, at=AT),
        lambda: forms.publish_draft(actor=desk.outsider, item=desk.item, revision=1, effective_on=TODAY, at=AT),
        lambda: forms.publish_draft(actor=desk.editor, item=desk.item, revision=1, effective_on=TODAY, at=AT),
        lambda: forms.withdraw_version(actor=desk.outsider, item=desk.item, number=1, at=AT),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert desk.revision() == 1


def test_every_change_is_a_revision_with_its_act_and_the_same_again_is_none(desk: Desk) -> None:
    desk.begin()
    assert desk.add("mobile", **PHONE) == 2
    path, field = "mobile", {**PHONE, "type": "string"}
    again: dict[str, Any] = {"actor": desk.editor, "item": desk.item, "path": path, "required": False, "at": AT}
    assert forms.change_field(**again, revision=2, field=desk.draft().schema["properties"]["mobile"]) == 2
    assert forms.change_field(**again, revision=2, field={**field, "title": "手机"}) == 3
    told = desk.draft().revisions
    assert [(one.revision, one.verb, one.field) for one in told] == [
        (3, "change_field", "mobile"), (2, "add_field", "mobile"), (1, "begin_draft", ""),
    ]  # fmt: skip
    page = ledger.acts_on("process.form.version", f"{desk.item}:1")
    assert [one.act.business.command.rpartition(".")[2] for one in page.items] == [
        "change_field", "add_field", "begin_draft",
    ]  # fmt: skip


def test_who_comes_later_is_told_and_nothing_is_written(desk: Desk) -> None:
    desk.begin()
    desk.add("mobile", **PHONE)
    with pytest.raises(forms.FormDraftChanged):
        forms.remove_field(actor=desk.publisher, item=desk.item, revision=1, path="mobile", at=AT)
    assert "mobile" in desk.draft().schema["properties"]
    assert [one.field for one in forms.since(desk.draft(), 1)] == ["mobile"]


def test_changes_are_undone_one_by_one_back_to_the_beginning(desk: Desk) -> None:
    first = desk.begin().schema
    desk.add("one")
    desk.add("two")
    two = desk.draft().schema
    forms.remove_field(actor=desk.editor, item=desk.item, revision=desk.revision(), path="one", at=AT)
    step: dict[str, Any] = {"actor": desk.editor, "item": desk.item, "at": AT}
    forms.undo(**step, revision=desk.revision())
    assert desk.draft().schema == two
    desk.add("three")
    for left in ("three", "two", "one"):
        assert left in desk.draft().schema["properties"]
        forms.undo(**step, revision=desk.revision())
        assert left not in desk.draft().schema["properties"]
    assert desk.draft().schema == first
    with pytest.raises(forms.NothingToUndo):
        forms.undo(**step, revision=desk.revision())
    assert FormRevision.objects.count() == desk.revision()


def test_a_version_counts_from_its_day_until_it_is_withdrawn(desk: Desk) -> None:
    desk.begin()
    desk.mend()
    desk.add("mobile", **PHONE)
    assert desk.publish(TOMORROW) == 1
    assert asked(desk).version == forms.SHIPPED
    assert asked(desk, TOMORROW).version == 1
    assert "mobile" in asked(desk, TOMORROW).schema["properties"]
    told = OutboxEvent.objects.get(type="process.form.published.v1")
    assert orjson.loads(told.data)["version"] == 1
    for _twice in range(2):
        forms.withdraw_version(actor=desk.publisher, item=desk.item, number=1, at=AT)
    assert asked(desk, TOMORROW).version == forms.SHIPPED
    assert OutboxEvent.objects.filter(type="process.form.withdrawn.v1").count() == 1


def test_of_two_versions_of_one_day_the_later_counts(desk: Desk) -> None:
    for name in ("one", "two"):
        desk.begin()
        desk.mend()
        desk.add(name)
        desk.publish()
    assert asked(desk).version == 2
    assert {"one", "two"} <= set(asked(desk).schema["properties"])
    history = forms.form_history(desk.editor, desk.item, at=TODAY)
    assert [(one.number, one.counts) for one in history.versions] == [(2, True), (1, False)]


def test_a_case_keeps_the_form_it_began_with(desk: Desk) -> None:
    def apply() -> Case:
        reference = cases.receive(actor=desk.world.citizen, case=new_id(), item=desk.item, form=FORM, at=AT)
        return Case.objects.get(reference=reference)

    before = apply()
    desk.begin()
    desk.mend()
    desk.add("mobile", **PHONE)
    desk.publish()
    after = apply()
    assert (before.form_version, after.form_version) == (forms.SHIPPED, 1)
    views = [cases.own_case(desk.world.citizen, row.reference, at=AT) for row in (before, after)]
    assert ["mobile" in view.schema["properties"] for view in views] == [False, True]


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (lambda desk: desk.publish(), forms.FormNotPublishable),
        (lambda desk: desk.publish(TODAY.replace(day=1)), forms.EffectiveDayPassed),
        (lambda desk: desk.add("phone.inner"), forms.FieldUnknown),
        (lambda desk: desk.add("phone"), forms.FieldNameTaken),
        (lambda desk: desk.add("Phone"), forms.FieldNameUnfit),
        (lambda desk: desk.add("odd", showIf="1 +"), forms.SchemaNotUnderstood),
        (lambda desk: desk.add("odd", pattern="(a"), forms.SchemaNotUnderstood),
        (lambda desk: desk.add("odd", pattern=r"(a)\1"), forms.SchemaNotUnderstood),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    desk: Desk, act: Callable[[Desk], Any], refusal: type[Refusal]
) -> None:
    desk.begin()
    desk.add("secret", sensitive=True)
    with pytest.raises(refusal):
        act(desk)
    assert desk.revision() == 2


def test_a_form_leaves_as_a_file_and_comes_back(desk: Desk) -> None:
    content = orjson.dumps(desk.begin().schema)
    step: dict[str, Any] = {"actor": desk.editor, "item": desk.item, "at": AT}
    desk.add("mobile", **PHONE)
    forms.import_schema(**step, revision=2, content=content)
    assert orjson.dumps(desk.draft().schema) == content
    odd_files = (
        b"{",
        b"[]",
        b'{"type": "object"}',
        b'{"type": "object", "properties": {"A": {"type": "string"}}}',
        b'{"type": "object", "properties": {"a": {"type": "string", "enum": "x"}}}',
        b" " * 300_000,
    )
    for odd in odd_files:
        with pytest.raises(forms.FormFileUnreadable):
            forms.import_schema(**step, revision=3, content=odd)
    assert desk.revision() == 3


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Carry *acts* out at once, each on its own connection, and return what each returned or was refused with."""
    start = Barrier(len(acts))

    def carry_out(act: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return act()
        except Refusal as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as officials:
        return list(officials.map(carry_out, acts))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
def test_of_officials_at_once_one_is_first_and_the_others_are_told() -> None:
    desk = a_desk()
    people = [desk.editor, desk.publisher] * 3
    begun = together(*(lambda who=who: forms.begin_draft(actor=who, item=desk.item, at=AT) for who in people))
    assert begun == [1] * len(people)

    def change(number: int) -> int:
        return forms.add_field(
            actor=people[number], item=desk.item, revision=1, path=f"field_{number}", field=PHONE, required=False, at=AT
        )

    answers = together(*(lambda number=number: change(number) for number in range(len(people))))
    assert sorted(answers, key=str) == [2, *[forms.FormDraftChanged] * (len(people) - 1)]
    assert sum(name.startswith("field_") for name in desk.draft().schema["properties"]) == 1
    desk.mend()
    revision = desk.revision()
    published = together(
        lambda: forms.publish_draft(actor=desk.publisher, item=desk.item, revision=revision, effective_on=TODAY, at=AT),
        lambda: forms.remove_field(actor=desk.editor, item=desk.item, revision=revision, path="phone", at=AT),
    )
    counts = asked(desk)
    if published[0] == 1:
        assert published[1] is forms.FormUnknown
        assert "phone" in counts.schema["properties"]
    else:
        assert (published[0], counts.version) == (forms.FormDraftChanged, forms.SHIPPED)


def test_the_fields_of_a_published_catalogue_keep_their_order(desk: Desk) -> None:
    catalogue = items.read_catalogue(ROOT / "provinces/demo/items")
    responsibility = Responsibility(subject=builders.SYSTEM.subject)
    items.publish_catalogue(catalogue, responsibility=responsibility, at=AT)
    for item in catalogue.items:
        kept = items.in_force(item.code, at=TODAY)
        assert list((kept.form or {}).get("properties", ())) == list((item.form or {}).get("properties", ()))
    for bundle in catalogue.bundles:
        kept_bundle, _parts = items.bundle_items(bundle.code, at=TODAY)
        for code, form in bundle.forms.items():
            assert list(kept_bundle.forms[code]["properties"]) == list(form["properties"])
