"""Who may send registered mail, and how acts on it reach the ledger: digests and ids, never what a letter says."""

from datetime import datetime
from uuid import UUID

from zhengtong.kernel.errors import NotAllowed
from zhengtong.trust.access.api import require
from zhengtong.trust.delivery import law
from zhengtong.trust.delivery.contracts import LookPurpose, Permission
from zhengtong.trust.delivery.models import LetterRow
from zhengtong.trust.identity.api import Actor, responsibility_of
from zhengtong.trust.identity.api import organisation as body
from zhengtong.trust.ledger.api import Act, Authority, Business, Responsibility, record, record_reading

LETTER, CONSENT = "trust.delivery.letter", "trust.delivery.consent"


def require_sender(actor: Actor, organisation: UUID) -> UUID:
    """Return the organisation when *actor* may send letters for it.

    Raises:
        NotAllowed: they may not, or it is none.
    """
    region = actor.region if organisation == actor.organisation else body(organisation).region
    require(actor, Permission.SEND, organisation=organisation, region=region)
    return organisation


def own_organisation(actor: Actor) -> UUID:
    """Return the organisation for which *actor* sends from their post.

    Raises:
        NotAllowed: they may not send, or hold no post.
    """
    if actor.organisation is None:
        raise NotAllowed
    return require_sender(actor, actor.organisation)


def record_letter(
    verb: str, row: LetterRow, *, by: Responsibility, at: datetime, authority: Authority | None = None
) -> UUID:
    """Record one step of a letter in the transaction that takes it, and return the act's id."""
    business = Business(
        command=f"trust.delivery.{verb}_letter", object_type=LETTER, object_id=str(row.id), after=row.digest
    )
    act = Act(
        authority=authority or Authority(clause=law.CLAUSES[verb]),
        business=business,
        responsibility=by,
        at=at,
        concerns=(row.addressee,),
    )
    return record(act).id


def record_consent(verb: str, consent: UUID, party: UUID, *, by: Responsibility, at: datetime) -> None:
    """Record that a consent was given or revoked."""
    business = Business(command=f"trust.delivery.{verb}", object_type=CONSENT, object_id=str(consent))
    record(
        Act(
            authority=Authority(clause=law.CLAUSES[verb]),
            business=business,
            responsibility=by,
            at=at,
            concerns=(party,),
        )
    )


def record_look(
    actor: Actor, concerned: UUID, *, object_type: str, object_id: UUID, purpose: LookPurpose, at: datetime
) -> None:
    """Record that an official of the sender read whom a letter is for, or what it says."""
    record_reading(
        responsibility=responsibility_of(actor),
        authority=Authority(clause="个人信息保护法§34", permission=Permission.SEND),
        concerns=(concerned,),
        object_type=object_type,
        object_id=str(object_id),
        purpose=purpose,
        at=at,
    )
