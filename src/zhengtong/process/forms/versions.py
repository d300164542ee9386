"""Acts on the form of an item 表单版本: begin a draft, change it, publish it from a day on, withdraw it.

Every change of a draft is a revision: what the draft said before stays, and a change undone is one change more. Who
changes a draft says which revision they have seen; where somebody was faster nothing is written, and nothing lost.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import orjson
from django.db import transaction

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.events.api import emit
from zhengtong.process.forms import editing
from zhengtong.process.forms.asked import asked_by, digest_of
from zhengtong.process.forms.contracts import (
    EffectiveDayPassed,
    FormDraftChanged,
    FormFileUnreadable,
    FormNotPublishable,
    FormPublished,
    FormUnknown,
    FormWithdrawn,
    NothingToUndo,
    Permission,
    Schema,
    SchemaNotUnderstood,
    VersionState,
)
from zhengtong.process.forms.keeping import kept_form, publishing_faults
from zhengtong.process.forms.models import FormRevision, FormVersion, ItemForm
from zhengtong.process.forms.schema import check_schema
from zhengtong.trust.access.api import require
from zhengtong.trust.identity.api import responsibility_of
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

CLAUSE = "国办函〔2021〕31号"
OBJECT = "process.form.version"
LARGEST_FILE = 256 * 1024
Change = Callable[[Schema], Mapping[str, Any]]


def begin_draft(*, actor: Actor, item: str, at: datetime) -> int:
    """Begin a draft of the item's form from what is asked today, and return its number; where there is one, its own.

    Raises:
        FormUnknown: no such item, or another body keeps its form.
        NotAllowed: the actor may not edit this body's forms.
    """
    kept = kept_form(item, at=clock.on_day(at))
    with transaction.atomic():
        known = {"organisation_id": kept.organisation, "region_id": kept.region}
        form, _new = ItemForm.objects.select_for_update().get_or_create(item=item, defaults=known)
        require(actor, Permission.EDIT, organisation=form.organisation_id, region=form.region_id)
        last = form.versions.order_by("-number").first()
        draft = form.versions.filter(state=VersionState.DRAFT).first()
        if draft is not None:
            return draft.number
        text = _text(asked_by(kept.item, at=clock.on_day(at)).schema)
        row = FormVersion.objects.create(
            form=form, number=last.number + 1 if last else 1, state=VersionState.DRAFT, schema=text,
            digest=digest_of(text), revision=1, begun_at=at, changed_at=at, changed_by=actor.subject,
        )  # fmt: skip
        _keep_revision(row, "begin_draft", "", actor, at)
        _record(actor, "begin_draft", row, Permission.EDIT, at)
    return row.number


def change_draft(
    *, actor: Actor, item: str, revision: int, change: Change, verb: str, at: datetime, field: str = ""
) -> int:
    """Carry out *change* on the draft as it stood at *revision*, and return its revision now; no change is no revision.

    Raises:
        FormUnknown: there is no draft.
        NotAllowed: the actor may not edit this body's forms.
        FormDraftChanged: somebody changed it since; nothing was written.
        SchemaNotUnderstood, FieldUnknown, FieldNameTaken, FieldNameUnfit, FormTooLong: the change cannot be made.
    """
    with transaction.atomic():
        row = _draft(item, actor, Permission.EDIT)
        if row.revision != revision:
            raise FormDraftChanged
        _change(row, change(orjson.loads(row.schema)), verb, field, actor, at)
    return row.revision


def add_field(*, actor: Actor, item: str, revision: int, path: str, field: Schema, required: bool, at: datetime) -> int:
    """Add a field at the end of the form or of its group; see `change_draft`."""

    def change(schema: Schema) -> Mapping[str, Any]:
        return editing.add_field(schema, path, field, required=required)

    return change_draft(actor=actor, item=item, revision=revision, change=change, verb="add_field", field=path, at=at)


def change_field(
    *, actor: Actor, item: str, revision: int, path: str, field: Schema, required: bool, at: datetime
) -> int:
    """Replace a field in its place; see `change_draft`."""

    def change(schema: Schema) -> Mapping[str, Any]:
        return editing.change_field(schema, path, field, required=required)

    return change_draft(
        actor=actor, item=item, revision=revision, change=change, verb="change_field", field=path, at=at
    )


def move_field(*, actor: Actor, item: str, revision: int, path: str, up: bool, at: datetime) -> int:
    """Ask a field one place earlier or later; see `change_draft`."""

    def change(schema: Schema) -> Mapping[str, Any]:
        return editing.move_field(schema, path, up=up)

    return change_draft(actor=actor, item=item, revision=revision, change=change, verb="move_field", field=path, at=at)


def remove_field(*, actor: Actor, item: str, revision: int, path: str, at: datetime) -> int:
    """Ask a field no more; see `change_draft`."""

    def change(schema: Schema) -> Mapping[str, Any]:
        return editing.remove_field(schema, path)

    return change_draft(
        actor=actor, item=item, revision=revision, change=change, verb="remove_field", field=path, at=at
    )


def import_schema(*, actor: Actor, item: str, revision: int, content: bytes, at: datetime) -> int:
    """Take the whole draft from a JSON Schema file; see `change_draft`.

    Raises:
        FormFileUnreadable: it is too large, no JSON, no JSON Schema, or asks for what is not rendered.
    """
    found = read_file(content)
    return change_draft(
        actor=actor, item=item, revision=revision, change=lambda _now: found, verb="import_schema", at=at
    )


def read_file(content: bytes) -> dict[str, Any]:
    """Return the schema in a file.

    Raises:
        FormFileUnreadable: it is too large, no JSON, no JSON Schema, or asks for what is not rendered.
    """
    if len(content) > LARGEST_FILE:
        raise FormFileUnreadable(what=f"> {LARGEST_FILE // 1024} KB", field="file")
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise FormFileUnreadable(what=str(error)[:200], field="file") from error
    if not isinstance(found, dict):
        raise FormFileUnreadable(what="{}", field="file")
    try:
        check_schema(found)
        for line in editing.fields_of(found):
            if not editing.fits_name(line.path):
                raise SchemaNotUnderstood(what=line.path)
    except Refusal as refusal:
        raise FormFileUnreadable(what=refusal.explanation, field="file") from refusal
    return found


def undo(*, actor: Actor, item: str, revision: int, at: datetime) -> int:
    """Take the last change back that was not taken back yet, as a change of its own; return the revision now.

    Raises:
        FormUnknown, NotAllowed, FormDraftChanged: see `change_draft`.
        NothingToUndo: the draft is as it was begun.
    """
    with transaction.atomic():
        row = _draft(item, actor, Permission.EDIT)
        if row.revision != revision:
            raise FormDraftChanged
        last = row.revisions.get(number=row.revision)
        # A change that undid another left the draft as it was before that one: from there it goes on backwards.
        standing = last.returns_to if last.returns_to is not None else last.number
        before = row.revisions.filter(number=_before(row, standing)).first()
        if before is None:
            raise NothingToUndo
        row.schema, row.digest = before.schema, digest_of(before.schema)
        _next_revision(row, "undo", _field_of(row, standing), actor, at, returns_to=before.number)
    return row.revision


def _before(row: FormVersion, standing: int) -> int:
    """Return the revision that held before the change numbered *standing*, following what that one had returned to."""
    if standing <= 1:
        return 0
    earlier = row.revisions.get(number=standing - 1)
    return earlier.returns_to if earlier.returns_to is not None else earlier.number


def _field_of(row: FormVersion, number: int) -> str:
    return row.revisions.get(number=number).field


def publish_draft(*, actor: Actor, item: str, revision: int, effective_on: date, at: datetime) -> int:
    """Publish the draft as it stood at *revision*: it is asked from *effective_on*; return its number.

    Applications under way keep the form they began with.

    Raises:
        FormUnknown: there is no draft.
        NotAllowed: the actor may not publish this body's forms.
        FormDraftChanged: somebody changed it since it was checked.
        FormNotPublishable: it has errors.
        EffectiveDayPassed: that day is over.
    """
    if effective_on < clock.on_day(at):
        raise EffectiveDayPassed(field="effective_on")
    with transaction.atomic():
        _locked(item)
        row = _draft(item, actor, Permission.PUBLISH)
        if row.revision != revision:
            raise FormDraftChanged
        schema = orjson.loads(row.schema)
        errors = [one for one in publishing_faults(item, schema, on=effective_on) if one.is_error]
        if errors:
            raise FormNotPublishable(count=len(errors))
        row.state, row.effective_on = VersionState.PUBLISHED, effective_on
        row.published_at, row.published_by = at, actor.subject
        row.save(update_fields=["state", "effective_on", "published_at", "published_by"])
        _record(actor, "publish", row, Permission.PUBLISH, at)
        about = FormPublished(item=item, version=row.number, effective_on=effective_on, digest=row.digest)
        emit("process.form.published.v1", subject=f"{item}:{row.number}", data=about, at=at)
    return row.number


def withdraw_version(*, actor: Actor, item: str, number: int, at: datetime) -> None:
    """Withdraw a published version, or give up a draft: what was asked before is asked again; twice changes nothing.

    Raises:
        FormUnknown: there is no such version.
        NotAllowed: the actor may not publish this body's forms, or edit them where it is a draft.
    """
    with transaction.atomic():
        _locked(item)
        row = _version(item, number)
        drafted = row.published_at is None
        permission = Permission.EDIT if drafted else Permission.PUBLISH
        require(actor, permission, organisation=row.form.organisation_id, region=row.form.region_id)
        if row.state == VersionState.WITHDRAWN:
            return
        row.state, row.withdrawn_at = VersionState.WITHDRAWN, at
        row.save(update_fields=["state", "withdrawn_at"])
        _record(actor, "give_up_draft" if drafted else "withdraw", row, permission, at)
        if not drafted:
            emit(
                "process.form.withdrawn.v1", subject=f"{item}:{number}", data=FormWithdrawn(item=item, version=number),
                at=at,
            )  # fmt: skip


def _locked(item: str) -> None:
    """Wait for whoever publishes or withdraws a version of the form right now: first the form, then its version."""
    if not ItemForm.objects.select_for_update().filter(pk=item).exists():
        raise FormUnknown


def _draft(item: str, actor: Actor, permission: Permission) -> FormVersion:
    rows = FormVersion.objects.select_for_update(of=("self",)).select_related("form")
    row = rows.filter(form=item, state=VersionState.DRAFT).first()
    if row is None:
        raise FormUnknown
    require(actor, permission, organisation=row.form.organisation_id, region=row.form.region_id)
    return row


def _version(item: str, number: int) -> FormVersion:
    row = FormVersion.objects.select_for_update(of=("self",)).select_related("form").filter(form=item, number=number)
    found = row.first()
    if found is None:
        raise FormUnknown
    return found


def _change(row: FormVersion, schema: Mapping[str, Any], verb: str, field: str, actor: Actor, at: datetime) -> None:
    check_schema(schema)
    text = _text(schema)
    if text == row.schema:
        return
    row.schema, row.digest = text, digest_of(text)
    _next_revision(row, verb, field, actor, at)


def _next_revision(
    row: FormVersion, verb: str, field: str, actor: Actor, at: datetime, *, returns_to: int | None = None
) -> None:
    row.revision, row.changed_at, row.changed_by = row.revision + 1, at, actor.subject
    row.save(update_fields=["schema", "digest", "revision", "changed_at", "changed_by"])
    _keep_revision(row, verb, field, actor, at, returns_to=returns_to)
    _record(actor, verb, row, Permission.EDIT, at)


def _keep_revision(
    row: FormVersion, verb: str, field: str, actor: Actor, at: datetime, *, returns_to: int | None = None
) -> None:
    FormRevision.objects.create(
        version=row, number=row.revision, verb=verb, field=field, schema=row.schema, returns_to=returns_to,
        by=actor.subject, at=at,
    )  # fmt: skip


def _record(actor: Actor, verb: str, row: FormVersion, permission: Permission, at: datetime) -> None:
    record(
        Act(
            authority=Authority(clause=CLAUSE, permission=permission),
            business=Business(
                command=f"process.form.{verb}", object_type=OBJECT, object_id=f"{row.form_id}:{row.number}",
                after=digest({"schema": row.digest, "state": row.state, "effective_on": row.effective_on}),
            ),
            responsibility=responsibility_of(actor),
            at=at,
        )
    )  # fmt: skip


def _text(schema: Mapping[str, Any]) -> str:
    kept = {"type": "object", "properties": schema["properties"], "required": list(schema.get("required", ()))}
    return orjson.dumps(kept).decode()
