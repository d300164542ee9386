"""Messages to the official and to the post as a source of the inbox: a message waits until it is opened."""

from contextlib import suppress
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhengtong.trust.delivery.api import InboxEntry, InboxPage, Message, mailbox, unread_count
from zhengtong.trust.identity.api import Actor


class Messages:
    """The source `messages`, see `InboxSource`."""

    name = "messages"
    title = _("消息")

    def waiting(self, actor: Actor) -> int:
        """Return how many messages *actor* has not opened."""
        return unread_count(actor)

    def entries(self, actor: Actor, *, waiting_only: bool, after: str, limit: int) -> InboxPage:
        """Return messages, the newest first; an `after` that cannot be read begins at the first page."""
        before = None
        with suppress(ValueError):
            before = UUID(after) if after else None
        page = mailbox(actor, unread_only=waiting_only, before=before, limit=limit)
        return InboxPage(items=tuple(map(_entry, page.items)), next=str(page.next or ""))


def _entry(message: Message) -> InboxEntry:
    return InboxEntry(
        title=message.title.in_language(get_language() or ""),
        link=reverse("officer:message", args=[message.id]),
        at=message.delivered_at,
        unread=message.read_at is None,
        note=message.kind.label,
    )
