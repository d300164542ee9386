"""Sending registered letters 发出玺邮: prepared by an official, confirmed once, never taken back."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from zhengtong.kernel.errors import Conflict, Phrase, Refusal
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.ids import new_id, new_reference
from zhengtong.trust.delivery import law, queries
from zhengtong.trust.delivery.contracts import (
    Enclosure,
    Letter,
    LetterAlreadySent,
    LetterDocumentUnsealed,
    LetterKeyUsed,
    LetterSent,
    LookPurpose,
    Permission,
    UnknownAddressee,
    UnknownLetter,
    Writing,
)
from zhengtong.trust.delivery.models import LetterRow
from zhengtong.trust.delivery.services.recording import (
    LETTER,
    own_organisation,
    record_letter,
    record_look,
    require_sender,
)
from zhengtong.trust.identity.api import Actor, enterprise, responsibility_of, subject_of_id_number
from zhengtong.trust.keys.api import Sealer, key_ring
from zhengtong.trust.ledger.api import Authority
from zhengtong.trust.seals import api as seals

UNCONFIRMED_LIVES = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """What a letter is made of; `document` is None where the one it has stays."""

    key: UUID
    sender: UUID
    addressee: UUID
    writing: Writing
    document: bytes | None


@transaction.atomic
def prepare_registered(
    *, actor: Actor, key: UUID, number: str, writing: Writing, at: datetime, document: bytes | None = None
) -> Letter:
    """Prepare a letter of the actor's organisation for confirmation; the same key again revises it.

    Args:
        actor: an official who may send.
        key: made with the form, so that a form sent twice is one letter.
        number: the addressee's ID number or credit code; kept nowhere. Empty leaves a prepared letter's addressee.
        writing: what the letter says and by what right.
        at: the present moment.
        document: a sealed OFD or PDF; None leaves a prepared letter's document, empty bytes take it out.

    Raises:
        NotAllowed: the actor may not send for their organisation.
        UnknownAddressee: nobody is registered under this number.
        LetterUnfit, LetterDocumentUnsealed, UnreadableDocument: something in it is missing or not as it must be.
        LetterKeyUsed: somebody else used this key.
        LetterAlreadySent: it was confirmed meanwhile.
    """
    sender = own_organisation(actor)
    addressee = _addressee(number) if number.strip() else _prepared_for(actor, key)
    parts = _Parts(key=key, sender=sender, addressee=addressee, writing=law.check_writing(writing), document=document)
    row = _prepared(actor, parts, at)
    if row.sent_at is not None:
        raise LetterAlreadySent
    record_look(actor, addressee, object_type=LETTER, object_id=row.id, purpose=LookPurpose.ADDRESSING, at=at)
    return queries.letter_of(row, told=True)


@transaction.atomic
def send_prepared(*, actor: Actor, letter: UUID, digest: str, at: datetime) -> Letter:
    """Send a letter that the actor prepared; sending twice sends once.

    Args:
        actor: who prepared it.
        letter: which.
        digest: of what the actor read before confirming; nothing else is sent.
        at: the present moment.

    Raises:
        UnknownLetter: the actor prepared no such letter.
        Conflict: it was revised since it was read.
        NotAllowed: the actor may not send for this organisation any more.
    """
    row = LetterRow.objects.select_for_update().filter(id=letter, author=actor.subject).first()
    if row is None:
        raise UnknownLetter
    require_sender(actor, row.sender_id)
    if row.digest != digest:
        raise Conflict
    return _sent(actor, row, at)


@transaction.atomic
def send_registered(
    *, actor: Actor, key: UUID, sender: UUID, addressee: UUID, writing: Writing, at: datetime, document: bytes = b""
) -> Letter:
    """Send a letter for another room, in the transaction of what it tells; the same key again returns the letter sent.

    Args:
        actor: an official who may send for *sender*, or the platform itself for what it does by rule.
        key: names this letter in the caller's own records.
        sender: the organisation that answers for it.
        addressee: the subject of a person or a legal entity.
        writing: what the letter says and by what right.
        at: the present moment.
        document: a sealed OFD or PDF, or nothing.

    Raises:
        NotAllowed: the actor may not send for this organisation.
        LetterUnfit, LetterDocumentUnsealed, UnreadableDocument: something in it is missing or not as it must be.
        LetterKeyUsed: somebody else used this key, or it names a letter that says something else.
    """
    require_sender(actor, sender)
    writing = law.check_writing(writing)
    parts = _Parts(key=key, sender=sender, addressee=addressee, writing=writing, document=document)
    row = _prepared(actor, parts, at)
    if row.sent_at is not None and not _says(row, parts):
        raise LetterKeyUsed
    return _sent(actor, row, at)


@transaction.atomic
def discard_prepared(*, actor: Actor, letter: UUID) -> None:
    """Throw away a letter that the actor prepared and did not send; nothing is left of it.

    Raises:
        UnknownLetter: the actor prepared no such letter.
        LetterAlreadySent: it is sent.
    """
    row = LetterRow.objects.select_for_update().filter(id=letter, author=actor.subject).first()
    if row is None:
        raise UnknownLetter
    if row.sent_at is not None:
        raise LetterAlreadySent
    row.delete()


def forget_unconfirmed(at: datetime) -> int:
    """Throw away letters prepared a day ago and never confirmed; return how many."""
    return LetterRow.objects.filter(sent_at=None, prepared_at__lt=at - UNCONFIRMED_LIVES).delete()[0]


def sealer() -> Sealer:
    """Return what seals the documents in letters."""
    return Sealer(key_ring(), place="delivery_letter|document", purpose="trust.delivery.message")


def _addressee(number: str) -> UUID:
    compact = "".join(number.split()).upper()
    known = subject_of_id_number(compact)
    if known is not None:
        return known
    try:
        return enterprise(credit_code=compact).subject
    except Refusal as refusal:
        raise UnknownAddressee(field="number") from refusal


def _prepared_for(actor: Actor, key: UUID) -> UUID:
    row = LetterRow.objects.filter(key=key, author=actor.subject).first()
    if row is None:
        raise UnknownAddressee(field="number")
    return row.addressee


def _prepared(actor: Actor, parts: _Parts, at: datetime) -> LetterRow:
    """Return the row under this key as *parts* say, new or revised; one that was sent stays as it is.

    Raises:
        LetterKeyUsed: it is somebody else's.
    """
    row = _locked(parts.key)
    if row is None:
        row = LetterRow(
            id=new_id(), key=parts.key, reference=new_reference(law.REFERENCE), sender_id=parts.sender,
            post=actor.post, author=actor.subject, prepared_at=at,
        )  # fmt: skip
        _write(row, parts, at)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
                return row
        except IntegrityError:  # the same form came twice at once
            row = _locked(parts.key)
            if row is None:
                raise
    if row.author != actor.subject:
        raise LetterKeyUsed
    if row.sent_at is None:
        _write(row, parts, at)
        row.save()
    return row


def _locked(key: UUID) -> LetterRow | None:
    return LetterRow.objects.select_for_update().filter(key=key).first()


def _says(row: LetterRow, parts: _Parts) -> bool:
    writing, enclosure = law.read_letter(row.content)
    document = law.digest_of(parts.document) if parts.document else None
    kept = enclosure.digest if enclosure else None
    return (row.addressee, row.sender_id, writing, kept) == (parts.addressee, parts.sender, parts.writing, document)


def _write(row: LetterRow, parts: _Parts, at: datetime) -> None:
    row.addressee = parts.addressee
    enclosure = law.read_letter(row.content)[1] if row.content else None
    if parts.document is not None:
        enclosure = _enclosed(parts.document, at) if parts.document else None
        row.document = sealer().seal_bytes(parts.document) if parts.document else None
    row.content = law.write_letter(
        parts.writing, reference=row.reference, sender=row.sender_id, addressee=row.addressee, enclosure=enclosure,
        salt=secrets.token_bytes(16),
    )  # fmt: skip
    row.digest = law.digest_of(row.content.encode())


def _enclosed(document: bytes, at: datetime) -> Enclosure:
    if len(document) > law.LARGEST_DOCUMENT:
        raise LetterDocumentUnsealed(field="document", what=Phrase(_("文件超过 4 MB")))
    report = seals.verify(document, at=at)
    if report.verdict is not seals.Verdict.VALID:
        raise LetterDocumentUnsealed(field="document", what=report.verdict.label)
    return Enclosure(form=report.form, size=len(document), digest=law.digest_of(document))


def _sent(actor: Actor, row: LetterRow, at: datetime) -> Letter:
    if row.sent_at is None:
        row.sent_at = at
        row.save(update_fields=["sent_at"])
        clause = law.read_letter(row.content)[0].clause
        authority = Authority(clause=clause, permission=Permission.SEND)
        record_letter("send", row, by=responsibility_of(actor), at=at, authority=authority)
        emit("trust.delivery.letter.sent.v1", subject=row.id, data=LetterSent(letter=row.id), at=at)
    return queries.letter_of(row, told=True)
