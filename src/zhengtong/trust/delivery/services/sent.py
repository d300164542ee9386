"""What a sender sees of its letters 已发玺邮: how far they have come, to whom in part, what they say on the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.pages.api import Asked, Slice, of_queryset
from zhengtong.trust.delivery import law, queries
from zhengtong.trust.delivery.contracts import (
    Letter,
    LetterState,
    LookPurpose,
    Proof,
    ReaderNotDisclosed,
    UnknownLetter,
)
from zhengtong.trust.delivery.models import LetterRow
from zhengtong.trust.delivery.services.receiving import act_of
from zhengtong.trust.delivery.services.recording import LETTER, own_organisation, record_look
from zhengtong.trust.identity.api import Actor, enterprise, names_of, person
from zhengtong.trust.keys.api import mask_id_number
from zhengtong.trust.ledger.api import evidence_of

ORDERS: Mapping[str, str] = {"prepared": "prepared_at"}
_STATES: Mapping[LetterState, Q] = {
    LetterState.PREPARED: Q(sent_at=None),
    LetterState.SENT: Q(sent_at__isnull=False, arrived_at=None),
    LetterState.ARRIVED: Q(arrived_at__isnull=False, opened_at=None),
    LetterState.OPENED: Q(opened_at__isnull=False),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SentLetter:
    """A letter as its sender sees it: the addressee's name and, on the letter's own page, number shown in part."""

    letter: Letter
    key: UUID
    addressee_name: str
    addressee_number: str = ""
    mine: bool


def sent_letters(actor: Actor, asked: Asked, *, state: LetterState | None = None) -> Slice[SentLetter]:
    """Return a page of the letters of the actor's organisation and of those the actor prepared, newest first.

    Raises:
        NotAllowed: the actor may not send for their organisation.
        UnreadableCursor: the page's mark was changed on its way.
    """
    rows = _reach(actor)
    if state is not None:
        rows = rows.filter(_STATES[state])
    if asked.text:
        rows = rows.filter(reference__contains="".join(asked.text.split()).upper())
    found = of_queryset(rows, asked, orders=ORDERS, default="prepared_at")
    names = names_of({row.addressee for row in found.rows})
    listed = [
        SentLetter(
            letter=queries.letter_of(row, told=False),
            key=row.key,
            addressee_name=names.get(row.addressee, ""),
            mine=row.author == actor.subject,
        )
        for row in found.rows
    ]
    return Slice(rows=listed, after=found.after, total=found.total)


def followed_letter(actor: Actor, letter: UUID) -> SentLetter:
    """Return a letter of the actor's organisation with how far it has come.

    What it says is told to its author alone, until it is sent; the look at the addressee is on record since then.

    Raises:
        NotAllowed: the actor may not send for their organisation.
        UnknownLetter: it is another sender's, or somebody else's and not sent.
    """
    row = _row(actor, letter)
    return _seen(actor, row, told=row.sent_at is None)


@transaction.atomic
def sent_letter(*, actor: Actor, letter: UUID, at: datetime) -> SentLetter:
    """Return a letter of the actor's organisation with what it says; the reading is on record.

    Raises:
        NotAllowed, UnknownLetter: as `followed_letter`.
    """
    row = _row(actor, letter)
    record_look(actor, row.addressee, object_type=LETTER, object_id=row.id, purpose=LookPurpose.SENT, at=at)
    return _seen(actor, row, told=True)


@transaction.atomic
def proof_for_sender(*, actor: Actor, letter: UUID, proof: Proof, at: datetime) -> str:
    """Return the evidence bundle of one step of a letter of the actor's organisation; taking it is on record.

    Raises:
        LetterProofMissing: the step has not been taken.
        ReaderNotDisclosed: it would tell which agent opened the letter.
        NotInLog: no signed checkpoint covers it yet.
        NotAllowed, UnknownLetter: as `sent_letter`.
    """
    row = _row(actor, letter)
    if proof is Proof.OPENING and row.by_agent:
        raise ReaderNotDisclosed
    written = evidence_of(act_of(row, proof))
    record_look(actor, row.addressee, object_type=LETTER, object_id=row.id, purpose=LookPurpose.SENT, at=at)
    return written


def _seen(actor: Actor, row: LetterRow, *, told: bool) -> SentLetter:
    name, number = _addressee(row.addressee)
    return SentLetter(
        letter=queries.letter_of(row, told=told),
        key=row.key,
        addressee_name=name,
        addressee_number=number,
        mine=row.author == actor.subject,
    )


def _row(actor: Actor, letter: UUID) -> LetterRow:
    row = _reach(actor).filter(id=letter).first()
    if row is None:
        raise UnknownLetter
    return row


def _reach(actor: Actor) -> QuerySet[LetterRow]:
    own = own_organisation(actor)
    return LetterRow.objects.filter(Q(sent_at__isnull=False) | Q(author=actor.subject), sender=own)


def _addressee(subject: UUID) -> tuple[str, str]:
    """Return name and number as an official of the sender may see them."""
    try:
        legal = enterprise(subject=subject)
    except NotFound:
        natural = person(subject)
        return natural.name, natural.id_number
    return legal.name, mask_id_number(law.enterprise_number(legal.credit_code))
