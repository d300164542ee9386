"""Reads of forms for who keeps them 表单维护: the list, the history of one, a version whole, what stands against it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.utils.translation import gettext

from zhengtong.process.forms.asked import asked_by_each, shipped_form
from zhengtong.process.forms.contracts import (
    SHIPPED,
    Fault,
    FormLine,
    FormUnknown,
    FormView,
    Permission,
    RevisionLine,
    Schema,
    SchemaNotUnderstood,
    VersionLine,
    VersionState,
    VersionView,
)
from zhengtong.process.forms.faults import faults_of
from zhengtong.process.forms.models import FormRevision, FormVersion
from zhengtong.process.forms.schema import merge
from zhengtong.process.items import api as items
from zhengtong.trust.access.api import Scope, allowed, organisations_within, scope_filter, union
from zhengtong.trust.identity.contracts import Actor

_SHOWN = 30  # changes of a draft that a page tells


def kept_form(item: str, *, at: date) -> items.KeptItem:
    """Return the item with the body that keeps its form.

    Raises:
        FormUnknown: no such item is in force, or nobody handles it.
    """
    found = items.kept_item(item, at=at)
    if found is None:
        raise FormUnknown
    return found


def forms_kept(actor: Actor, *, at: date) -> tuple[FormLine, ...]:
    """Return the forms of the bodies for which *actor* edits or publishes them, by item: four statements."""
    scope = _scope(actor)
    if not scope:
        return ()
    kept = items.kept_items(organisations_within(scope), at=at)
    versions: dict[str, list[FormVersion]] = {}
    rows = FormVersion.objects.filter(form__in=[one.item.code for one in kept]).defer("schema")
    for row in rows.order_by("form_id", "effective_on", "number"):
        versions.setdefault(row.form_id, []).append(row)
    return tuple(_line(one, versions.get(one.item.code, []), at) for one in kept)


def form_history(actor: Actor, item: str, *, at: date) -> FormView:
    """Return a form with its versions, the newest first, and what each of them asks.

    Raises:
        FormUnknown: there is none, or the reader neither edits nor publishes the forms of the body that keeps it.
    """
    found = _reached(actor, item, at)
    newest = sorted(found.rows, key=lambda row: -row.number)
    return FormView(
        line=found.line,
        versions=tuple(_version(row, found.line.version) for row in newest),
        schemas={SHIPPED: found.shipped} | {row.number: orjson.loads(row.schema) for row in newest},
        may_edit=found.may_edit,
        may_publish=found.may_publish,
    )


def version_view(actor: Actor, item: str, number: int, *, at: date) -> VersionView:
    """Return a version whole; `SHIPPED` is what the catalogue says.

    Raises:
        FormUnknown: there is none, or not for this reader.
    """
    found = _reached(actor, item, at)
    if number == SHIPPED:
        return VersionView(
            form=found.line, version=None, schema=found.shipped, asked=found.asked, revisions=(),
            may_edit=found.may_edit, may_publish=found.may_publish,
        )  # fmt: skip
    return _view(found, lambda row: row.number == number)


def draft_of(actor: Actor, item: str, *, at: date) -> VersionView:
    """Return the draft of a form.

    Raises:
        FormUnknown: nobody is writing one, or it is not for this reader.
    """
    return _view(_reached(actor, item, at), lambda row: row.state == VersionState.DRAFT)


def since(view: VersionView, revision: int) -> tuple[RevisionLine, ...]:
    """Return what was changed after *revision*, the newest first."""
    return tuple(one for one in view.revisions if one.revision > revision)


def publishing_faults(item: str, schema: Schema, *, on: date) -> tuple[Fault, ...]:
    """Return what stands against publishing *schema* as the form of *item* from *on*: in itself, and in its bundles.

    A bundle asks each field once: two of its forms that call different things by one name cannot be merged.
    """
    found = list(faults_of(schema))
    for bundle, parts in items.bundles_with(item, at=on):
        if item in bundle.forms:
            continue  # inside of this bundle the item asks what the bundle says
        others = [part for part in parts if part.code != item]
        asked = asked_by_each([part for part in others if part.code not in bundle.forms], at=on)
        schemas = [bundle.forms[part.code] if part.code in bundle.forms else asked[part.code].schema for part in others]
        found += [_clash(schema, name, bundle) for name in _clashing(schema, schemas)]
    return tuple(found)


def _clash(schema: Schema, name: str, bundle: items.Bundle) -> Fault:
    message = gettext("“{bundle}”里的其他事项也问 {name}，写法不同，合并不了。")
    return Fault(
        code="bundle-clash",
        field=name,
        place=schema["properties"][name].get("title", name),
        message=message.format(bundle=bundle.name, name=name),
        remedy=gettext("请写得和那里完全一样，或者换一个标识。"),
    )


def _clashing(schema: Schema, others: list[Mapping[str, Any]]) -> list[str]:
    """Return the names that *schema* uses otherwise than the *others*."""
    found = []
    for name, field in schema["properties"].items():
        one = {"type": "object", "properties": {name: field}}
        for other in others:
            same = {key: part for key, part in other["properties"].items() if key == name}
            try:
                merge([one, {"type": "object", "properties": same}])
            except SchemaNotUnderstood:
                found.append(name)
                break
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reached:
    """A form within reach of a reader, with all its versions by day and number."""

    line: FormLine
    shipped: Schema
    rows: list[FormVersion]
    may_edit: bool
    may_publish: bool

    @property
    def asked(self) -> Schema:
        """What is asked today."""
        row = next((row for row in self.rows if row.number == self.line.version), None)
        return orjson.loads(row.schema) if row else self.shipped


def _reached(actor: Actor, item: str, at: date) -> _Reached:
    """Return a form: two statements where it has versions, three where the catalogue alone says what is asked.

    Raises:
        FormUnknown: there is none, or the reader neither edits nor publishes the forms of the body that keeps it.
    """
    joined = FormVersion.objects.select_related("form__organisation", "form__region")
    rows = list(joined.filter(form=item).order_by("effective_on", "number"))
    if rows:
        body, region = rows[0].form.organisation, rows[0].form.region
        places = [
            scope_filter(actor, one).covers(organisation=body.path, place=region.low)
            for one in (Permission.EDIT, Permission.PUBLISH)
        ]
    else:
        kept = kept_form(item, at=at)
        places = [
            allowed(actor, one, organisation=kept.organisation, region=kept.region)
            for one in (Permission.EDIT, Permission.PUBLISH)
        ]
    if not any(places):
        raise FormUnknown
    if rows:
        name = items.Words(body.name, body.name_en)
        found = items.in_force(item, at=at)
        kept = items.KeptItem(item=found, organisation=body.id, organisation_name=name, region=region.code)
    return _Reached(
        line=_line(kept, rows, at), shipped=shipped_form(kept.item).schema, rows=rows, may_edit=places[0],
        may_publish=places[1],
    )  # fmt: skip


def _view(found: _Reached, chosen: Callable[[FormVersion], bool]) -> VersionView:
    row = next(filter(chosen, found.rows), None)
    if row is None:
        raise FormUnknown
    revisions = row.revisions.defer("schema").order_by("-number")[:_SHOWN]
    return VersionView(
        form=found.line,
        version=_version(row, found.line.version),
        schema=orjson.loads(row.schema),
        asked=found.asked,
        revisions=tuple(map(_revision, revisions)),
        may_edit=found.may_edit,
        may_publish=found.may_publish,
    )


def _scope(actor: Actor) -> Scope:
    return union(scope_filter(actor, one) for one in (Permission.EDIT, Permission.PUBLISH))


def _line(kept: items.KeptItem, versions: list[FormVersion], at: date) -> FormLine:
    """Return the line of a form with *versions* ordered by day and number."""
    published = [row for row in versions if row.state == VersionState.PUBLISHED]
    asked = [row for row in published if row.effective_on and row.effective_on <= at]
    draft = next((row for row in versions if row.state == VersionState.DRAFT), None)
    return FormLine(
        item=kept.item.code,
        name=kept.item.name.zh,
        name_en=kept.item.name.en,
        organisation=kept.organisation,
        region=kept.region,
        keeper=kept.organisation_name.zh,
        keeper_en=kept.organisation_name.en,
        version=asked[-1].number if asked else SHIPPED,
        effective_on=asked[-1].effective_on if asked else None,
        draft=draft.number if draft else None,
        changed_at=max((row.changed_at for row in versions), default=None),
    )


def _version(row: FormVersion, asked: int) -> VersionLine:
    return VersionLine(
        number=row.number,
        state=VersionState(row.state),
        revision=row.revision,
        digest=row.digest,
        begun_at=row.begun_at,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        effective_on=row.effective_on,
        published_at=row.published_at,
        published_by=row.published_by,
        withdrawn_at=row.withdrawn_at,
        counts=row.number == asked and row.state == VersionState.PUBLISHED,
    )


def _revision(row: FormRevision) -> RevisionLine:
    return RevisionLine(revision=row.number, verb=row.verb, field=row.field, by=row.by, at=row.at)
