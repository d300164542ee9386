"""Receiving registered letters 收取玺邮: into the mailbox, opened once for the first time, proved to the addressee."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.kernel.events.api import emit
from zhengtong.trust.delivery import queries
from zhengtong.trust.delivery.contracts import (
    Fact,
    Letter,
    LetterArrived,
    LetterOpened,
    LetterProofMissing,
    LetterUnopened,
    MessageKind,
    Paragraph,
    Proof,
    Related,
    UnknownLetter,
    Wording,
    of_subject,
)
from zhengtong.trust.delivery.models import LetterRow
from zhengtong.trust.delivery.services.messages import deliver
from zhengtong.trust.delivery.services.recording import LETTER, record_letter
from zhengtong.trust.delivery.services.sending import sealer
from zhengtong.trust.identity.api import Actor, organisation, responsibility_of
from zhengtong.trust.identity.contracts import SYSTEM_SUBJECT
from zhengtong.trust.ledger.api import Responsibility, acts_on, evidence_of

_THE_PLATFORM = Responsibility(subject=SYSTEM_SUBJECT, channel="system")
_VERBS = {Proof.SENDING: "send", Proof.ARRIVAL: "arrive", Proof.OPENING: "open"}


@transaction.atomic
def put_into_box(*, letter: UUID, at: datetime) -> Letter:
    """Put a sent letter into its addressee's mailbox, where it arrives 到达 (电子签名法§11); again changes nothing.

    Whether it counts as served is settled by the consent in force at this moment. An ordinary message tells the
    addressee that a letter is there, and nothing of what it says.

    Raises:
        UnknownLetter: no such letter was sent.
    """
    row = LetterRow.objects.select_for_update().filter(id=letter, sent_at__isnull=False).first()
    if row is None:
        raise UnknownLetter
    if row.arrived_at is None:
        consent = queries.consent_of(row.addressee)
        row.arrived_at, row.consent_id = at, consent.id if consent else None
        row.save(update_fields=["arrived_at", "consent"])
        record_letter("arrive", row, by=_THE_PLATFORM, at=at)
        _tell(row, at)
        arrived = LetterArrived(letter=row.id, as_service=consent is not None)
        emit("trust.delivery.letter.arrived.v1", subject=row.id, data=arrived, at=at)
    return queries.letter_of(row, told=False)


def envelope(actor: Actor, letter: UUID, *, at: datetime) -> Letter:
    """Return a letter in the mailbox of the actor's party; before its first opening, what it says stays closed.

    Raises:
        UnknownLetter: it lies in no mailbox that *actor* may open.
        AssuranceTooLow, NotByHelper, MandateOutsideMatter: as `registered_of`.
    """
    row = queries.own_letter_row(actor, letter, at=at)
    return queries.letter_of(row, told=row.opened_at is not None)


@transaction.atomic
def open_registered(*, actor: Actor, letter: UUID, at: datetime) -> Letter:
    """Open a letter; the first time is recorded: by whom, for whom, when. Later openings change nothing.

    Raises:
        UnknownLetter, AssuranceTooLow, NotByHelper, MandateOutsideMatter: as `envelope`.
    """
    row = queries.own_letter_row(actor, letter, at=at, lock=True)
    if row.opened_at is None:
        row.opened_at, row.opened_by, row.by_agent = at, actor.subject, actor.on_behalf_of is not None
        row.save(update_fields=["opened_at", "opened_by", "by_agent"])
        record_letter("open", row, by=responsibility_of(actor), at=at)
        opened = LetterOpened(letter=row.id, by_agent=row.by_agent)
        emit("trust.delivery.letter.opened.v1", subject=row.id, data=opened, at=at)
    return queries.letter_of(row, told=True)


def data_file(actor: Actor, letter: UUID, *, at: datetime) -> bytes:
    """Return the file whose SM3 digest stands in the acts on an opened letter.

    Raises:
        LetterUnopened: nobody has opened it.
        UnknownLetter, AssuranceTooLow, NotByHelper, MandateOutsideMatter: as `envelope`.
    """
    content: str = _opened_row(actor, letter, at).content
    return content.encode()


def enclosed_document(actor: Actor, letter: UUID, *, at: datetime) -> bytes:
    """Return the sealed document in an opened letter, as it was sent.

    Raises:
        LetterProofMissing: there is none in it.
        LetterUnopened, UnknownLetter, AssuranceTooLow, NotByHelper, MandateOutsideMatter: as `data_file`.
    """
    row = _opened_row(actor, letter, at)
    if row.document is None:
        raise LetterProofMissing
    return sealer().open_bytes(bytes(row.document))


def proof_for_addressee(actor: Actor, letter: UUID, proof: Proof, *, at: datetime) -> str:
    """Return the evidence bundle of one step of a letter in the mailbox of the actor's party.

    Raises:
        LetterProofMissing: the step has not been taken.
        NotInLog: no signed checkpoint covers it yet.
        UnknownLetter, AssuranceTooLow, NotByHelper, MandateOutsideMatter: as `envelope`.
    """
    return evidence_of(act_of(queries.own_letter_row(actor, letter, at=at), proof))


def act_of(row: LetterRow, proof: Proof) -> UUID:
    """Return the act that proves one step of a letter.

    Raises:
        LetterProofMissing: the step has not been taken.
    """
    wanted = f"trust.delivery.{_VERBS[proof]}_letter"
    for item in reversed(acts_on(LETTER, str(row.id), limit=200).items):
        if item.act.business.command == wanted:
            return item.id
    raise LetterProofMissing


def _opened_row(actor: Actor, letter: UUID, at: datetime) -> LetterRow:
    row = queries.own_letter_row(actor, letter, at=at)
    if row.opened_at is None:
        raise LetterUnopened
    return row


def _tell(row: LetterRow, at: datetime) -> None:
    sender = organisation(row.sender_id)
    deliver(
        to=of_subject(row.addressee),
        kind=MessageKind.NOTICE,
        title=Wording(zh="您有一封玺邮待打开", en="A registered letter is waiting for you"),
        body=(
            Paragraph(
                text=Wording(
                    zh="内容密封保存，只有您本人或受托人打开后才能看到；打开时间会留痕。",
                    en="It is kept sealed: only you or your agent can open it, and the opening is recorded.",
                )
            ),
            Fact(
                label=Wording(zh="发件单位", en="Sender"),
                value=Wording(zh=sender.name, en=sender.name_en),
            ),
            Fact(label=Wording(zh="玺邮编号", en="Reference"), value=Wording(zh=row.reference)),
        ),
        link=f"/registered/{row.id}/",
        related=Related(object_type=LETTER, object_id=str(row.id)),
        at=at,
    )
