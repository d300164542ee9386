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

from zhengtong.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound, Text
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.contracts import event


class Permission(StrEnum):
    """What an official may be allowed to do with registered letters."""

    SEND = "trust.delivery:send"


PERMISSION_SENTENCES: Mapping[Permission, Text] = {Permission.SEND: gettext_lazy("以本单位名义发出玺邮并查看送达情况")}


class LookPurpose(StrEnum):
    """Why an official of the sender reads personal data 使用目的."""

    ADDRESSING = "trust.delivery.addressing"
    SENT = "trust.delivery.sent"


PURPOSE_TITLES: Mapping[LookPurpose, Text] = {
    LookPurpose.ADDRESSING: gettext_lazy("发出玺邮前核对收件人"),
    LookPurpose.SENT: gettext_lazy("查看本单位发出的玺邮"),
}


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


class LetterState(StrEnum):
    """How far a registered letter has come 送达状态."""

    PREPARED = "prepared"
    SENT = "sent"
    ARRIVED = "arrived"
    OPENED = "opened"

    @property
    def label(self) -> Text:
        """The state's name on screen."""
        return _STATE_LABELS[self]


_STATE_LABELS: Mapping[LetterState, Text] = {
    LetterState.PREPARED: gettext_lazy("待确认"),
    LetterState.SENT: gettext_lazy("已发出"),
    LetterState.ARRIVED: gettext_lazy("已到达"),
    LetterState.OPENED: gettext_lazy("已打开"),
}


class Proof(StrEnum):
    """What about a letter is proved by an act of its own 送达证据."""

    SENDING = "sending"
    ARRIVAL = "arrival"
    OPENING = "opening"


@dataclass(frozen=True, kw_only=True, slots=True)
class Enclosure:
    """The sealed document in a letter 附件文书: its form (`ofd`, `pdf`), its bytes, its digest."""

    form: str
    size: int
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Writing:
    """What a letter says 函件内容, and by what right it is sent."""

    subject: str
    text: str
    clause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A registered letter 玺邮 as somebody may see it; `writing` and `enclosure` are None on an unopened envelope.

    `digest` is that of the letter's data file and stands in every act on it. `served_at` is None where the addressee
    had not consented: the letter counts as notice only. `by_agent` says whether an agent opened it first.
    """

    id: UUID
    reference: str
    sender: UUID
    addressee: UUID
    state: LetterState
    digest: str
    prepared_at: datetime
    sent_at: datetime | None
    arrived_at: datetime | None
    served_at: datetime | None
    opened_at: datetime | None
    by_agent: bool | None
    writing: Writing | None = None
    enclosure: Enclosure | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterPage:
    """Some letters, the newest first; `next` is the `before` of the following page, None on the last."""

    items: tuple[Letter, ...]
    next: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent:
    """That a party agreed to electronic service 电子送达确认, from a moment on until it is revoked."""

    id: UUID
    given_at: datetime


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


@event("trust.delivery.letter.sent.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class LetterSent:
    """A registered letter left its sender; it arrives when the platform has put it into the mailbox."""

    letter: UUID


@event("trust.delivery.letter.arrived.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class LetterArrived:
    """A registered letter lies in the addressee's mailbox, as service or as notice only."""

    letter: UUID
    as_service: bool


@event("trust.delivery.letter.opened.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class LetterOpened:
    """A registered letter was opened for the first time, by the addressee or an agent of theirs."""

    letter: UUID
    by_agent: bool


class UnknownMessage(NotFound):
    """No such message in a mailbox of this reader."""

    code = "unknown_message"
    message = _("没有找到这条消息。")
    remedy = _("它可能属于另一个身份；请切换身份后再查看。")


class UnknownLetter(NotFound):
    """No such registered letter in a mailbox of this reader, or among those of this sender."""

    code = "unknown_letter"
    message = _("没有找到这封玺邮。")
    remedy = _("它可能属于另一个身份或另一个单位；请切换身份后再查看。")


class UnknownAddressee(InvalidInput):
    """Nobody with a mailbox is registered under this number."""

    code = "unknown_addressee"
    message = _("没有找到使用这个号码的收件人。")
    remedy = _("请核对公民身份号码或统一社会信用代码；未在平台登记的，请用其他方式送达。")


class LetterUnfit(InvalidInput):
    """A letter lacks its subject, its text or its legal basis, or one of them is too long."""

    code = "letter_unfit"
    message = _("玺邮内容不完整：{what}")


class LetterDocumentUnsealed(InvalidInput):
    """The enclosed file carries no seal that is valid and protects all of it."""

    code = "letter_document_unsealed"
    message = _("附件未通过验章：{what}")
    remedy = _("请附加盖有效电子印章的 OFD 或 PDF 文书，不超过 4 MB；也可以只发正文。")


class LetterKeyUsed(Conflict):
    """Another letter was prepared or sent under this key."""

    code = "letter_key_used"
    message = _("这次提交已经用于另一封玺邮。")
    remedy = _("请在已发列表中核对；如需另发一封，请重新打开填写页面。")


class LetterAlreadySent(Conflict):
    """A letter that was sent cannot be changed or taken back."""

    code = "letter_already_sent"
    message = _("这封玺邮已经发出，不能修改或撤回。")
    remedy = _("内容有误的，请另发一封说明更正。")


class LetterUnopened(Conflict):
    """Before the first opening only the envelope is shown."""

    code = "letter_unopened"
    message = _("请先打开这封玺邮。")
    remedy = _("打开的时间会留痕，并告知发件单位。")


class LetterProofMissing(NotFound):
    """What is asked to be proved has not happened."""

    code = "letter_proof_missing"
    message = _("这一步还没有发生，没有可以取出的证据。")
    remedy = _("请稍后再看送达情况。")


class ReaderNotDisclosed(NotAllowed):
    """The evidence of the opening would tell the sender which agent opened the letter."""

    code = "reader_not_disclosed"
    message = _("打开证据含经办人的标识，发件单位不能直接取出。")
    remedy = _("打开时间和“本人/经办人”已在本页列明；诉讼需要时请由审计机关依法出具。")


class NotByHelper(NotAllowed):
    """Registered mail is opened by its addressee or a mandated agent, never by a clerk who helps."""

    code = "registered_mail_not_by_helper"
    message = _("帮办代办期间不能打开玺邮，也不能代为确认电子送达。")
    remedy = _("请由本人登录后办理，或由本人委托他人收阅。")


class UnfitMessage(ValueError):  # noqa: N818 -- named after what is wrong, like a refusal
    """A message without a title or a body, or with a link that leaves the platform: a programming error."""
