"""What crosses the door of delivery 送达: messages, whom they are for, what was delivered and read when.

Electronic service counts from the moment a message reaches the recipient's system (行政处罚法 §61, 民事诉讼法
§90), so the moments of sending and reading are evidence: both are acts in the ledger.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import NotFound, Text
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.contracts import event


class MessageKind(StrEnum):
    """What a message is 消息类型."""

    NOTICE = "notice"  # 通知
    REMINDER = "reminder"  # 提醒
    RECEIPT = "receipt"  # 回执
    RESULT = "result"  # 办理结果
    DECISION = "decision"  # 决定文书

    @property
    def label(self) -> Text:
        """The kind's name on screen."""
        return _KIND_LABELS[self]


_KIND_LABELS: Mapping[MessageKind, Text] = {
    MessageKind.NOTICE: gettext_lazy("通知"),
    MessageKind.REMINDER: gettext_lazy("提醒"),
    MessageKind.RECEIPT: gettext_lazy("回执"),
    MessageKind.RESULT: gettext_lazy("办理结果"),
    MessageKind.DECISION: gettext_lazy("决定文书"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """A text in Chinese and, where there is one, in English."""

    zh: str
    en: str = ""

    def __str__(self) -> str:
        return self.zh

    def in_language(self, language: str) -> str:
        """Return the text in *language*; Chinese where English is missing.

        >>> Wording(zh="通知").in_language("en")
        '通知'
        """
        return self.en if language.startswith("en") and self.en else self.zh


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph:
    """A paragraph of a message: plain text, never markup."""

    text: Wording


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """A labelled value in a message: 办件编号, 办理时限."""

    label: Wording
    value: Wording


Body = tuple[Paragraph | Fact, ...]


class Owner(StrEnum):
    """Whose mailbox it is."""

    SUBJECT = "subject"
    POST = "post"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailbox:
    """A mailbox 信箱: that of a subject, or of a post, whoever holds it."""

    owner: Owner
    id: UUID


def of_subject(subject: UUID) -> Mailbox:
    """Return the mailbox of a person, an enterprise or an organisation."""
    return Mailbox(owner=Owner.SUBJECT, id=subject)


def of_post(post: UUID) -> Mailbox:
    """Return the mailbox of a post."""
    return Mailbox(owner=Owner.POST, id=post)


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """What a message is about: `process.case` and the case's id."""

    object_type: str
    object_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A delivered message. `link` is a path on this platform."""

    id: UUID
    to: Mailbox
    kind: MessageKind
    title: Wording
    body: Body
    link: str
    related: Related | None
    delivered_at: datetime
    read_at: datetime | None
    read_by: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MessagePage:
    """Some messages, the newest first; `next` is the `before` of the following page, None on the last."""

    items: tuple[Message, ...]
    next: UUID | None


class Channel(Protocol):
    """A way to carry a message out of the house: e-mail, SMS, a mini-program."""

    def carry(self, message: Message) -> None:
        """Carry *message*; called after the commit, again if it raises, so it must bear repetition."""
        ...


@event("trust.delivery.message.delivered.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class MessageDelivered:
    """A message reached a mailbox; channels carry it further from here."""

    message: UUID
    kind: MessageKind


@event("trust.delivery.message.read.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class MessageRead:
    """Somebody entitled to the mailbox opened a message for the first time."""

    message: UUID
    reader: UUID


class UnknownMessage(NotFound):
    """No such message in a mailbox of this reader."""

    code = "unknown_message"
    message = _("没有找到这条消息。")
    remedy = _("它可能属于另一个身份；请切换身份后再查看。")


class UnfitMessage(ValueError):  # noqa: N818 -- named after what is wrong, like a refusal
    """A message without a title or a body, or with a link that leaves the platform: a programming error."""
