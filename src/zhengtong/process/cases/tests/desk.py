"""Builders of forms that go through the door: a bureau that keeps a form, and its officials."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from zhengtong.kernel.clock import on_day
from zhengtong.process.cases.tests.builders import DAY, ITEM, MONDAY, World, a_world, official
from zhengtong.process.forms import api as forms
from zhengtong.trust.identity.contracts import Actor

AT, TODAY = MONDAY, on_day(MONDAY)
TOMORROW = on_day(MONDAY + DAY)
PHONE: dict[str, Any] = {"type": "string", "format": "phone", "title": "电话", "title_en": "Telephone"}


@dataclass
class Desk:
    """A bureau that keeps the form of an item: who edits it, who publishes it, and somebody of another bureau."""

    world: World
    editor: Actor
    publisher: Actor
    outsider: Actor
    item: str = ITEM

    def begin(self) -> forms.VersionView:
        forms.begin_draft(actor=self.editor, item=self.item, at=AT)
        return self.draft()

    def draft(self) -> forms.VersionView:
        return forms.draft_of(self.editor, self.item, at=TODAY)

    def revision(self) -> int:
        version = self.draft().version
        assert version is not None
        return version.revision

    def add(self, path: str, *, required: bool = False, **field: Any) -> int:
        whole = {"type": "string", "title": path, "title_en": path, **field}
        return forms.add_field(
            actor=self.editor, item=self.item, revision=self.revision(), path=path, field=whole, required=required,
            at=AT,
        )  # fmt: skip

    def mend(self) -> None:
        """Write the purposes that the shipped form lacks."""
        for line in forms.fields_of(self.draft().schema):
            if line.field.get("sensitive"):
                told = {**line.field, "purpose": "核对身份", "purpose_en": "To check who applies"}
                forms.change_field(
                    actor=self.editor, item=self.item, revision=self.revision(), path=line.path, field=told,
                    required=line.required, at=AT,
                )  # fmt: skip

    def publish(self, on: date = TODAY) -> int:
        return forms.publish_draft(
            actor=self.publisher, item=self.item, revision=self.revision(), effective_on=on, at=AT
        )


def a_desk() -> Desk:
    world = a_world()
    bureau, elsewhere = world.clerk.organisation, world.stranger.organisation
    assert bureau is not None
    assert elsewhere is not None
    return Desk(
        world=world,
        editor=official(bureau, "editing", "330106", {forms.Permission.EDIT}),
        publisher=official(bureau, "publishing", "330106", {forms.Permission.PUBLISH, forms.Permission.EDIT}),
        outsider=official(elsewhere, "editing_elsewhere", "330107", set(forms.Permission)),
    )
