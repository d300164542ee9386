"""Registering a person 登记, and proving one's real name 实名核验 by a two-factor check (number and name).

The population registry answers yes or no. A wrong answer never says which part was wrong, costs an attempt, and the
attempts are counted per account and per ID number and day, before the question is asked and in a transaction of their
own: neither a crash nor many accounts buy more guesses.
"""

import unicodedata
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from zhengtong.kernel.checkdigits import parse_resident_id
from zhengtong.kernel.clock import on_day
from zhengtong.kernel.events.api import emit
from zhengtong.trust.identity.contracts import (
    Actor,
    AssuranceLevel,
    Permission,
    ProofMethod,
    RealNameResult,
    SubjectKind,
)
from zhengtong.trust.identity.events import (
    PERSON_REGISTERED,
    REAL_NAME_PROVED,
    PersonRegistered,
    RealNameProved,
)
from zhengtong.trust.identity.guard import population_source, require, require_assurance
from zhengtong.trust.identity.models import Account, NaturalPerson, ProofAttempt, ProofEvent, Subject
from zhengtong.trust.identity.models.subjects import ID_NUMBER_INDEX
from zhengtong.trust.identity.recording import record_act
from zhengtong.trust.identity.refusals import (
    PersonAlreadyRegistered,
    PersonHasAccount,
    RealNameAlreadyProved,
    RealNameAttemptsUsedUp,
    RealNameMismatch,
)
from zhengtong.trust.keys.api import BlindIndex

ATTEMPTS_A_DAY = 5
CLERK_ATTEMPTS_A_DAY = 50
_ATTEMPTS = BlindIndex(purpose="identity.attempts")


def register_person(
    *, actor: Actor | None, name: str, id_number: str, at: datetime, phone: str = "", region: str = ""
) -> UUID:
    """Register a natural person whose documents were seen, and return their subject.

    Raises:
        SignInNeeded, NotAllowed: the actor may not register people.
        InvalidResidentId: the number is not one.
        PersonAlreadyRegistered: the number is registered.
    """
    actor = require(actor, Permission.REGISTER_PERSON, region=region or None)
    number = parse_resident_id(id_number, today=on_day(at)).text
    with transaction.atomic():
        if NaturalPerson.objects.filter(id_index=ID_NUMBER_INDEX.of(number)).exists():
            raise PersonAlreadyRegistered
        subject = Subject.objects.create(kind=SubjectKind.NATURAL, registered_at=at)
        _write_person(subject.id, name, number, phone=phone, region=region)
        record_act(
            actor,
            "register",
            "person",
            str(subject.id),
            at=at,
            concerns=(subject.id,),
            permission=Permission.REGISTER_PERSON,
        )
        emit(PERSON_REGISTERED, subject=subject.id, data=PersonRegistered(subject=subject.id), at=at)
    return subject.id


def prove_real_name(*, actor: Actor | None, id_number: str, name: str, at: datetime) -> RealNameResult:
    """Prove the real name of the actor's own account; their session is substantial from the next request on.

    A person who is on file already (with mandates, say) keeps their subject: the account moves to it.

    Raises:
        SignInNeeded: nobody is signed in.
        RealNameAlreadyProved: the account has been proved.
        InvalidResidentId: the number is not one; this costs no attempt, because it asks no registry.
        RealNameAttemptsUsedUp: too many attempts today, by this account or at this number.
        RealNameMismatch: number and name do not belong together.
        PersonHasAccount: they do, and the person has another account.
    """
    actor = require_assurance(actor, AssuranceLevel.LOW)
    if actor.kind is not SubjectKind.NATURAL or actor.assurance >= AssuranceLevel.SUBSTANTIAL:
        raise RealNameAlreadyProved
    number = parse_resident_id(id_number, today=on_day(at)).text
    left = spend_attempt(actor, number, at=at)
    if not population_source().matches(number, tidy(name)):
        raise RealNameMismatch(left=left)
    with transaction.atomic():
        account = Account.objects.select_for_update().select_related("subject").get(pk=actor.account or 0)
        provisional = account.subject
        if provisional.proof_level >= AssuranceLevel.SUBSTANTIAL:
            raise RealNameAlreadyProved
        subject = _settle(account, number, tidy(name))
        Subject.objects.filter(id=subject).update(proof_level=AssuranceLevel.SUBSTANTIAL)
        act = record_act(actor, "prove", "real_name", str(subject), at=at, concerns=(subject,))
        ProofEvent.objects.create(
            subject_id=subject,
            method=ProofMethod.POPULATION_CHECK,
            level=AssuranceLevel.SUBSTANTIAL,
            source="population_registry",
            at=at,
            act=act,
        )
        data = RealNameProved(
            subject=subject,
            provisional=provisional.id if provisional.id != subject else None,
            method=ProofMethod.POPULATION_CHECK,
            level=AssuranceLevel.SUBSTANTIAL.name.lower(),
        )
        emit(REAL_NAME_PROVED, subject=subject, data=data, at=at)
    return RealNameResult(
        subject=subject, level=AssuranceLevel.SUBSTANTIAL, method=ProofMethod.POPULATION_CHECK, proved_at=at
    )


def find_registered(*, actor: Actor, id_number: str, name: str, at: datetime) -> UUID:
    """Return the registered person with this number and this name; for mandates and for help at a window.

    Raises:
        InvalidResidentId, RealNameAttemptsUsedUp, RealNameMismatch: as `prove_real_name`; a person who is not
            registered looks like a wrong name.
    """
    number = parse_resident_id(id_number, today=on_day(at)).text
    left = spend_attempt(actor, number, at=at)
    row = NaturalPerson.objects.filter(id_index=ID_NUMBER_INDEX.of(number)).first()
    if row is None or tidy(row.name) != tidy(name):
        raise RealNameMismatch(left=left)
    if _serves_many(actor):  # only wrong answers count
        _refund_attempt(actor, number, at=at)
    return row.subject_id


def spend_attempt(actor: Actor, number: str, *, at: datetime) -> int:
    """Count an attempt for the actor and for the number, and return how many are left today.

    Raises:
        RealNameAttemptsUsedUp: one of the two has none left.
        RuntimeError: called inside a transaction, whose rollback would give the attempt back.
    """
    left = []
    with transaction.atomic(durable=True):
        for key, limit in _limits(actor, number).items():
            row, _new = ProofAttempt.objects.get_or_create(key=key, on=on_day(at))
            ProofAttempt.objects.filter(pk=row.pk).update(count=F("count") + 1)
            left.append(limit - row.count - 1)
    if min(left) < 0:
        raise RealNameAttemptsUsedUp
    return min(left)


def _refund_attempt(actor: Actor, number: str, *, at: datetime) -> None:
    attempts = ProofAttempt.objects.filter(key__in=_limits(actor, number), on=on_day(at), count__gt=0)
    attempts.update(count=F("count") - 1)


def _limits(actor: Actor, number: str) -> dict[bytes, int]:
    own = CLERK_ATTEMPTS_A_DAY if _serves_many(actor) else ATTEMPTS_A_DAY
    return {_ATTEMPTS.of(f"subject {actor.subject}"): own, _ATTEMPTS.of(f"number {number}"): ATTEMPTS_A_DAY}


def _serves_many(actor: Actor) -> bool:
    """Say whether many people a day stand before the actor: a clerk, or the system of a department's window."""
    return actor.is_official or actor.kind is SubjectKind.APPLICATION


def tidy(name: str) -> str:
    """Return a name in the one form in which names are compared.

    >>> tidy(" 买买提·吐尔逊 ") == tidy("买买提・吐尔逊") == tidy("买买提•吐尔逊")
    True
    """
    plain = unicodedata.normalize("NFKC", name).strip().upper()
    return "".join("·" if character in "・•‧∙⋅●" else character for character in plain if not character.isspace())


def _settle(account: Account, number: str, name: str) -> UUID:
    """Give the account its person: the one on file under this number, else a new one; return the subject."""
    known = NaturalPerson.objects.filter(id_index=ID_NUMBER_INDEX.of(number)).first()
    if known is None:
        _write_person(account.subject_id, name, number)
        return account.subject_id
    if known.pk == account.subject_id:
        return account.subject_id
    if Account.objects.filter(subject=known.pk).exists():
        raise PersonHasAccount
    Subject.objects.filter(id=account.subject_id).update(merged_into=known.pk)
    Account.objects.filter(pk=account.pk).update(subject=known.pk)
    return known.subject_id


def _write_person(subject: UUID, name: str, number: str, *, phone: str = "", region: str = "") -> None:
    NaturalPerson.objects.create(
        subject_id=subject,
        name=name,
        id_number=number,
        id_index=ID_NUMBER_INDEX.of(number),
        phone=phone,
        region=region,
    )
