"""Reads of delivery: what lies in the mailboxes somebody may open."""

from uuid import UUID

from django.db.models import Count, Q

from zhengtong.trust.delivery import law
from zhengtong.trust.delivery.contracts import (
    Mailbox,
    Message,
    MessageKind,
    MessagePage,
    Owner,
    Related,
    UnknownMessage,
)
from zhengtong.trust.delivery.models import MessageRow
from zhengtong.trust.identity.contracts import Actor


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


def unread_at_posts(actor: Actor) -> dict[UUID, int]:
    """Return how many unread messages lie in the mailbox of each post *actor* holds; posts without are missing."""
    rows = MessageRow.objects.filter(owner=Owner.POST, owner_id__in=actor.posts, read_at=None)
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


def readable_row(actor: Actor, identifier: UUID, *, lock: bool = False) -> MessageRow:
    """Return the row of a message *actor* may read.

    Raises:
        UnknownMessage: there is none, or it lies in another mailbox; the two look the same.
    """
    rows = MessageRow.objects.select_for_update() if lock else MessageRow.objects.all()
    row = rows.filter(_lying_in(mailboxes(actor)), id=identifier).first()
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


def _lying_in(boxes: tuple[Mailbox, ...]) -> Q:
    condition = Q()
    for box in boxes:
        condition |= Q(owner=box.owner, owner_id=box.id)
    return condition
