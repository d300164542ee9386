"""The door of trust.delivery 送达: put messages into mailboxes, read them, with proof of both.

with transaction.atomic():
    ...
    deliver(to=of_subject(case.applicant), kind=MessageKind.RECEIPT, at=at, link=f"/cases/{case.reference}/",
            title=Wording(zh="您的申请已受理", en="Your application was accepted"),
            body=[Fact(label=Wording(zh="办件编号"), value=Wording(zh=case.reference))],
            related=Related(object_type="process.case", object_id=str(case.id)))
"""

from zhengtong.trust.delivery.channels import register_channel
from zhengtong.trust.delivery.contracts import (
    Channel,
    Fact,
    Mailbox,
    Message,
    MessageKind,
    MessagePage,
    Owner,
    Paragraph,
    Related,
    UnfitMessage,
    UnknownMessage,
    Wording,
    of_post,
    of_subject,
)
from zhengtong.trust.delivery.inbox import (
    InboxEntry,
    InboxPage,
    InboxSource,
    Light,
    inbox_sources,
    register_inbox_source,
)
from zhengtong.trust.delivery.queries import mailbox, mailboxes, unread_at_posts, unread_count
from zhengtong.trust.delivery.services import deliver, open_message

__all__ = [
    "Channel",
    "Fact",
    "InboxEntry",
    "InboxPage",
    "InboxSource",
    "Light",
    "Mailbox",
    "Message",
    "MessageKind",
    "MessagePage",
    "Owner",
    "Paragraph",
    "Related",
    "UnfitMessage",
    "UnknownMessage",
    "Wording",
    "deliver",
    "inbox_sources",
    "mailbox",
    "mailboxes",
    "of_post",
    "of_subject",
    "open_message",
    "register_channel",
    "register_inbox_source",
    "unread_at_posts",
    "unread_count",
]
