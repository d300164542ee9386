"""Reads of delivery: what lies in the mailboxes somebody may open, and how far letters have come."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from zhengtong.trust.delivery import law
from zhengtong.trust.delivery.contracts import (
    Consent,
    Letter,
    LetterPage,
    Mailbox,
    Message,
    MessageKind,
    MessagePage,
    NotByHelper,
    Owner,
    Related,
    UnknownLetter,
    UnknownMessage,
)
from zhengtong.trust.delivery.models import ConsentRow, LetterRow, MessageRow
from zhengtong.trust.identity.api import AssuranceLevel, organisations, require_assurance, require_mandate
from zhengtong.trust.identity.contracts import Actor

_SEARCHED = 500
"""How many of the newest letters a search opens: what they say is sealed, so no index can find it."""


def mailboxes(actor: Actor) -> tuple[Mailbox, ...]:
    """Return the mailboxes *actor* may open: of the party whose matters these are, and of the post acted from."""
    own = Mailbox(owner=Owner.SUBJECT, id=actor.party)
    return (own, Mailbox(owner=Owner.POST, id=actor.post)) if actor.post else (own,)


def mailbox(
    actor: Actor,
    *,
    unread_only: bool = False,
    kind: MessageKind | None = None,
    before: UUID | None = None,
    limit: int = 20,
) -> MessagePage:
    """Return the messages *actor* may read, the newest first."""
    rows = MessageRow.objects.filter(_lying_in(mailboxes(actor))).order_by("-id")
    if unread_only:
        rows = rows.filter(read_at=None)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: limit + 1])
    items = tuple(message_of(row) for row in found[:limit])
    return MessagePage(items=items, next=items[-1].id if len(found) > limit else None)


def unread_count(actor: Actor) -> int:
    """Return how many messages *actor* has not read: one statement on an index of unread messages alone."""
    return MessageRow.objects.filter(_lying_in(mailboxes(actor)), read_at=None).count()


def unread_at_other_posts(actor: Actor) -> dict[UUID, int]:
    """Return how many unread messages wait at each other post *actor* holds; posts without are missing.

    One statement; none for who holds one post alone.
    """
    others = [post for post in actor.posts if post != actor.post]
    rows = MessageRow.objects.filter(owner=Owner.POST, owner_id__in=others, read_at=None)
    return dict(rows.values_list("owner_id").annotate(count=Count("id")).order_by("owner_id"))


def message(identifier: UUID) -> Message:
    """Return a message to the platform itself, for carrying it further.

    Raises:
        UnknownMessage: there is none.
    """
    row = MessageRow.objects.filter(id=identifier).first()
    if row is None:
        raise UnknownMessage
    return message_of(row)


def readable_row(actor: Actor, identifier: UUID) -> MessageRow:
    """Return the row of a message *actor* may read.

    Raises:
        UnknownMessage: there is none, or it lies in another mailbox; the two look the same.
    """
    row = MessageRow.objects.filter(_lying_in(mailboxes(actor)), id=identifier).first()
    if row is None:
        raise UnknownMessage
    return row


def message_of(row: MessageRow) -> Message:
    """Return a row as it crosses the door."""
    title, body = law.read_content(row.content)
    return Message(
        id=row.id,
        to=Mailbox(owner=Owner(row.owner), id=row.owner_id),
        kind=MessageKind(row.kind),
        title=title,
        body=body,
        link=row.link,
        related=Related(object_type=row.related_type, object_id=row.related_id) if row.related_type else None,
        delivered_at=row.delivered_at,
        read_at=row.read_at,
        read_by=row.read_by,
    )


def registered_of(
    actor: Actor,
    *,
    at: datetime,
    unopened_only: bool = False,
    text: str = "",
    before: UUID | None = None,
    limit: int = 20,
) -> LetterPage:
    """Return the registered letters in the mailbox of the actor's party, the newest first.

    Args:
        actor: the addressee, or an agent whose mandate covers `delivery.read`.
        at: the present moment.
        unopened_only: only those nobody has opened.
        text: only those whose reference, sender or, once opened, subject contains it; the newest 500 are searched.
        before: the `next` of the page before.
        limit: how many.

    Raises:
        SignInNeeded, AssuranceTooLow, NotByHelper: who asks is not known well enough, or only helps.
        MandateOutsideMatter and its like: the agent may not read registered mail.
    """
    rows = _box(require_reader(actor, law.READING, at=at)).order_by("-id")
    if unopened_only:
        rows = rows.filter(opened_at=None)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = _searched(rows[:_SEARCHED], text.strip()) if text.strip() else list(rows[: limit + 1])
    items = tuple(letter_of(row, told=row.opened_at is not None) for row in found[:limit])
    return LetterPage(items=items, next=items[-1].id if len(found) > limit else None)


def own_letter_row(actor: Actor, identifier: UUID, *, at: datetime, lock: bool = False) -> LetterRow:
    """Return the row of a letter that lies in the mailbox of the actor's party.

    Raises:
        UnknownLetter: there is none, or it lies in another mailbox; the two look the same.
        AssuranceTooLow, NotByHelper, MandateOutsideMatter: as `registered_of`.
    """
    rows = _box(require_reader(actor, law.READING, at=at))
    row = (rows.select_for_update(of=("self",)) if lock else rows).filter(id=identifier).first()
    if row is None:
        raise UnknownLetter
    return row


def require_reader(actor: Actor | None, matter: str, *, at: datetime) -> Actor:
    """Return the actor when they may deal with their party's registered mail in *matter*.

    Raises:
        SignInNeeded, AssuranceTooLow, NotByHelper, MandateOutsideMatter: as `registered_of`.
    """
    actor = require_assurance(actor, AssuranceLevel.SUBSTANTIAL)
    if actor.assistance is not None:
        raise NotByHelper
    return require_mandate(actor, matter, at=at)


def consent_of(party: UUID) -> Consent | None:
    """Return the consent to electronic service that *party* has in force."""
    row = ConsentRow.objects.filter(party=party, revoked_at=None).first()
    return Consent(id=row.id, given_at=row.given_at) if row else None


def letter_of(row: LetterRow, *, told: bool) -> Letter:
    """Return a row as it crosses the door; what it says only where *told*."""
    writing, enclosure = law.read_letter(row.content) if told else (None, None)
    return Letter(
        id=row.id,
        reference=row.reference,
        sender=row.sender_id,
        addressee=row.addressee,
        state=law.standing(sent_at=row.sent_at, arrived_at=row.arrived_at, opened_at=row.opened_at),
        digest=row.digest,
        prepared_at=row.prepared_at,
        sent_at=row.sent_at,
        arrived_at=row.arrived_at,
        served_at=law.served_at(arrived_at=row.arrived_at, consented=row.consent_id is not None),
        opened_at=row.opened_at,
        by_agent=row.by_agent,
        writing=writing,
        enclosure=enclosure,
    )


def _box(actor: Actor) -> QuerySet[LetterRow]:
    return LetterRow.objects.filter(addressee=actor.party, arrived_at__isnull=False)


def _searched(rows: Iterable[LetterRow], text: str) -> list[LetterRow]:
    kept, wanted = list(rows), text.casefold()
    senders = organisations({row.sender_id for row in kept})

    def said(row: LetterRow) -> str:
        sender = senders[row.sender_id]
        subject = law.read_letter(row.content)[0].subject if row.opened_at is not None else ""
        return f"{row.reference}\n{sender.name}\n{sender.name_en}\n{subject}".casefold()

    return [row for row in kept if wanted in said(row)]


def _lying_in(boxes: tuple[Mailbox, ...]) -> Q:
    condition = Q()
    for box in boxes:
        condition |= Q(owner=box.owner, owner_id=box.id)
    return condition
