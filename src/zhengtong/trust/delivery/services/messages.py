"""Acts on messages 消息: deliver one, open it."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.kernel.events.api import emit, require_transaction
from zhengtong.kernel.ids import new_id
from zhengtong.trust.delivery import law, queries
from zhengtong.trust.delivery.contracts import (
    Fact,
    Mailbox,
    Message,
    MessageDelivered,
    MessageKind,
    MessageRead,
    Owner,
    Paragraph,
    Related,
    UnfitMessage,
    Wording,
)
from zhengtong.trust.delivery.models import MessageRow
from zhengtong.trust.identity.api import Actor, responsibility_of
from zhengtong.trust.identity.contracts import SYSTEM_SUBJECT
from zhengtong.trust.ledger.api import Act, ActKind, Authority, Business, Responsibility, digest, record

_SERVICE_CLAUSE = "行政处罚法§61"
_THE_PLATFORM = Responsibility(subject=SYSTEM_SUBJECT, channel="system")


def deliver(  # noqa: PLR0913 -- a message has so many parts, all named at the call
    *,
    to: Mailbox,
    title: str | Wording,
    body: str | Wording | Iterable[Paragraph | Fact],
    kind: MessageKind,
    at: datetime,
    link: str = "",
    related: Related | None = None,
    by: Responsibility = _THE_PLATFORM,
    clause: str = _SERVICE_CLAUSE,
) -> Message:
    """Put a message into a mailbox, in the transaction of what it tells.

    Args:
        to: `of_subject(…)` or `of_post(…)`.
        title: at most 200 characters; a plain text is Chinese.
        body: a text, or paragraphs and labelled facts; never markup.
        kind: what the message is.
        at: the moment of sending, which here is also that of arrival.
        link: a path on this platform that shows what the message is about.
        related: the object the message is about.
        by: who answers for it; the platform itself for what it does by rule.
        clause: by what right.

    Raises:
        OutsideTransaction: no transaction is open.
        UnfitMessage: it has no title or text, or its link leaves the platform.
    """
    require_transaction("a message")
    heading, parts = law.wording(title), law.read_body(body)
    if not heading.zh.strip() or len(heading.zh) > 200 or len(heading.en) > 200:
        raise UnfitMessage("a message needs a title of at most 200 characters")
    row = MessageRow.objects.create(
        id=new_id(),
        owner=to.owner,
        owner_id=to.id,
        kind=kind,
        content=law.write_content(heading, parts),
        link=law.check_link(link),
        related_type=related.object_type if related else "",
        related_id=related.object_id if related else "",
        salt=secrets.token_bytes(16),
        delivered_at=at,
    )
    _record("trust.delivery.deliver", row, by=by, clause=clause, at=at)
    delivered = MessageDelivered(message=row.id, kind=kind)
    emit("trust.delivery.message.delivered.v1", subject=row.id, data=delivered, at=at)
    return queries.message_of(row)


def open_message(actor: Actor, message: UUID, *, at: datetime) -> Message:
    """Return a message and, the first time, note that it was read, by whom and when.

    Raises:
        UnknownMessage: it lies in no mailbox that *actor* may open.
    """
    row = queries.readable_row(actor, message)
    if row.read_at is not None:
        return queries.message_of(row)
    with transaction.atomic():
        unread = MessageRow.objects.filter(pk=row.pk, read_at__isnull=True)
        if unread.update(read_at=at, read_by=actor.subject):  # of two openings at once, one is the first
            row.read_at, row.read_by = at, actor.subject
            _record("trust.delivery.open", row, by=responsibility_of(actor), clause=_SERVICE_CLAUSE, at=at)
            opened = MessageRead(message=row.id, reader=actor.subject)
            emit("trust.delivery.message.read.v1", subject=row.id, data=opened, at=at)
        else:
            row.refresh_from_db(fields=["read_at", "read_by"])
    return queries.message_of(row)


def _record(command: str, row: MessageRow, *, by: Responsibility, clause: str, at: datetime) -> None:
    title, body = law.read_content(row.content)
    content = [title.zh, title.en, law.dump_body(body), row.link, row.related_type, row.related_id]
    record(
        Act(
            authority=Authority(clause=clause),
            business=Business(
                command=command,
                object_type="trust.delivery.message",
                object_id=str(row.id),
                after=digest(content, salt=bytes(row.salt)),
            ),
            responsibility=by,
            at=at,
            concerns=(row.owner_id,) if row.owner == Owner.SUBJECT else (),
            kind=ActKind.WRITE,
        )
    )
