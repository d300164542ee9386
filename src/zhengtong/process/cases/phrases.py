"""Phrases 常用意见: texts an official may begin a reason with, of an organisation or one's own, filled from the case.

A phrase may hold placeholders from a closed list (`{{事项}}`), each replaced once by a fact of the case: nothing is
evaluated, and what a fact says is never read as a placeholder. Every change is a version of its own; the versions
before stay, with who wrote them.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.process.cases.contracts import CaseView, DeskPermission
from zhengtong.process.cases.models import Phrase
from zhengtong.process.cases.refusals import PhraseChanged, PhraseUnfit, PhraseUnknown
from zhengtong.trust.access.api import require, scope_filter
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

PLACEHOLDERS = ("事项", "申请人", "办件编号", "办理机构", "承诺期限", "待核验材料", "今天")
"""What a phrase may ask of a case, the whole list."""
LONGEST = 500
_PLACE = ("organisation", "region")
_CLAUSE = "行政许可法§38"
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class PhraseView:
    """A phrase in one version; `own` where it is the reader's alone, `item` empty where it suits every item."""

    key: UUID
    version: int
    title: str
    text: str
    item: str
    own: bool
    changed_by: UUID
    changed_at: datetime
    current: bool
    may_change: bool


def fill(text: str, view: CaseView, *, at: datetime) -> str:
    """Return *text* with its placeholders replaced by facts of the case; an unknown one stays as it is."""
    facts = _facts(view, at)
    return _PLACEHOLDER.sub(lambda found: facts.get(found[1], found[0]), text)


def phrases_for(actor: Actor, item: str) -> tuple[PhraseView, ...]:
    """Return the phrases for a case of *item*: the official's own first, then their organisation's. One statement."""
    rows = _current().filter(_reached(actor), item__in=("", item)).order_by("title", "id")
    views = [_view(row, actor) for row in rows]
    return tuple(sorted(views, key=lambda one: (not one.own, not one.item, one.title)))


def phrases_kept(actor: Actor) -> tuple[PhraseView, ...]:
    """Return the official's own phrases and those of their organisation, by title. One statement."""
    return tuple(_view(row, actor) for row in _current().filter(_reached(actor)).order_by("title", "id"))


def versions_of(actor: Actor, phrase: UUID) -> tuple[PhraseView, ...]:
    """Return all versions of a phrase, the newest first.

    Raises:
        PhraseUnknown: there is none, it was withdrawn, or it is not within the official's reach.
    """
    rows = list(Phrase.objects.filter(_reached(actor), key=phrase).select_related(*_PLACE).order_by("-version"))
    if not rows or not rows[0].current:
        raise PhraseUnknown
    return tuple(_view(row, actor) for row in rows)


def write_phrase(
    *, actor: Actor, phrase: UUID, version: int, title: str, text: str, item: str, shared: bool, at: datetime
) -> None:
    """Write a phrase, or a new version of it 维护常用意见; the same again changes nothing.

    Args:
        actor: the official; with the permission for what all of the organisation use.
        phrase: its id, chosen with the form for a new one.
        version: which version the writer has read; 0 for a new one.
        title: how it is called in the list.
        text: the text with its placeholders.
        item: the code of the item it is for, empty for every item.
        shared: whether it is the organisation's; a later version stays what the first was.
        at: the present moment.

    Raises:
        NotAllowed: it is the organisation's, and the actor does not keep its phrases.
        PhraseUnknown, PhraseChanged: it is withdrawn or not the actor's; somebody changed it meanwhile.
        PhraseUnfit: it says nothing, too much, or asks for what is not in the list.
    """
    _fits(title, text)
    with transaction.atomic():
        before = Phrase.objects.select_for_update().filter(key=phrase, current=True).first()
        said = (title.strip(), text.strip(), item)
        if before is None:
            if version or Phrase.objects.filter(key=phrase).exists():
                raise PhraseUnknown
            if actor.organisation is None:
                raise NotAllowed
            row = Phrase(key=phrase, organisation_id=actor.organisation, region_id=actor.region)
            row.owner = None if shared else actor.subject
        else:
            row = Phrase(key=phrase, organisation_id=before.organisation_id, region_id=before.region_id)
            row.owner = before.owner
            if (before.title, before.text, before.item) == said and _may_change(actor, before):
                return
            if before.version != version:
                raise PhraseChanged
        permission = _keeps(actor, row)
        if before is not None:
            Phrase.objects.filter(pk=before.pk).update(current=False)
        row.title, row.text, row.item = said
        row.version, row.changed_by, row.changed_at, row.current = version + 1, actor.subject, at, True
        row.save(force_insert=True)
        _record(actor, "write_phrase", row, permission, at)


def withdraw_phrase(*, actor: Actor, phrase: UUID, version: int, at: datetime) -> None:
    """Withdraw a phrase: nobody is offered it any more, its versions stay; again changes nothing.

    Raises:
        NotAllowed: it is the organisation's, and the actor does not keep its phrases.
        PhraseUnknown: there is none within reach.
        PhraseChanged: it is not at *version* any more.
    """
    with transaction.atomic():
        row = Phrase.objects.select_for_update().filter(_reached(actor), key=phrase).order_by("-version").first()
        if row is None:
            raise PhraseUnknown
        permission = _keeps(actor, row)
        if not row.current:
            return
        if row.version != version:
            raise PhraseChanged
        row.current = False
        row.save(update_fields=["current"])
        _record(actor, "withdraw_phrase", row, permission, at)


def _current() -> QuerySet[Phrase]:
    return Phrase.objects.filter(current=True).select_related(*_PLACE)


def _reached(actor: Actor) -> Q:
    """Return the condition for the official's own phrases and those of the organisation they work in."""
    return Q(owner=actor.subject) | Q(owner=None, organisation=actor.organisation)


def _may_change(actor: Actor, row: Phrase) -> bool:
    if row.owner is not None:
        return row.owner == actor.subject
    scope = scope_filter(actor, DeskPermission.KEEP_PHRASES)
    return scope.covers(organisation=row.organisation.path, place=row.region.low if row.region else None)


def _keeps(actor: Actor, row: Phrase) -> DeskPermission | None:
    """Return the permission under which *actor* changes *row*, None for their own.

    Raises:
        NotAllowed, PhraseUnknown: they do not.
    """
    if row.owner is None:
        require(actor, DeskPermission.KEEP_PHRASES, organisation=row.organisation_id, region=row.region_id)
        return DeskPermission.KEEP_PHRASES
    if row.owner != actor.subject:
        raise PhraseUnknown
    return None


def _fits(title: str, text: str) -> None:
    if not title.strip() or not text.strip() or len(text) > LONGEST:
        raise PhraseUnfit(what=f"1–{LONGEST}", field="text")
    unknown = unknown_placeholders(text)
    if unknown:
        raise PhraseUnfit(what="、".join(f"{{{{{name}}}}}" for name in unknown), field="text")


def unknown_placeholders(text: str) -> list[str]:
    """Return what *text* asks for that is not in the list.

    >>> unknown_placeholders("关于{{事项}}：{{ 银行卡号 }}")
    ['银行卡号']
    """
    return [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]


def _facts(view: CaseView, at: datetime) -> Mapping[str, str]:
    to_check: Collection[str] = [piece.name for piece in view.evidence if piece.to_check or piece.missing]
    return {
        "事项": view.line.item_name,
        "申请人": view.applicant_name,
        "办件编号": view.line.reference,
        "办理机构": view.organisation_name,
        "承诺期限": "—" if view.promised_due is None else view.promised_due.isoformat(),
        "待核验材料": "、".join(to_check) or "—",
        "今天": clock.on_day(at).isoformat(),
    }


def _record(actor: Actor, verb: str, row: Phrase, permission: DeskPermission | None, at: datetime) -> None:
    after = {"version": row.version, "title": row.title, "text": row.text, "item": row.item, "current": row.current}
    record(
        Act(
            authority=Authority(clause=_CLAUSE, permission=permission),
            business=Business(
                command=f"process.desk.{verb}", object_type="process.phrase", object_id=str(row.key),
                after=digest(after),
            ),
            responsibility=identity.responsibility_of(actor),
            at=at,
        )
    )  # fmt: skip


def _view(row: Phrase, actor: Actor) -> PhraseView:
    return PhraseView(
        key=row.key,
        version=row.version,
        title=row.title,
        text=row.text,
        item=row.item,
        own=row.owner is not None,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
        current=row.current,
        may_change=_may_change(actor, row),
    )
