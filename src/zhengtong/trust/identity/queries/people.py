"""Reads of people, enterprises, officials and accounts."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator

from zhengtong.kernel.errors import NotFound
from zhengtong.trust.identity.contracts import (
    AccountView,
    Actor,
    AssuranceLevel,
    EnterpriseView,
    PersonView,
    Profile,
    ProofMethod,
    SubjectKind,
)
from zhengtong.trust.identity.models import Account, LegalEntity, NaturalPerson, Post, ProofEvent, Subject
from zhengtong.trust.identity.models.accounts import one_spelling
from zhengtong.trust.identity.models.subjects import ID_NUMBER_INDEX
from zhengtong.trust.identity.queries.mandates import PRINCIPAL, display_name
from zhengtong.trust.keys.api import mask_id_number, mask_name, mask_phone

_NAMES = ("natural", "legal", "official", "application")


def subject_of_id_number(id_number: str) -> UUID | None:
    """Return the person registered under this ID number, found by its blind index."""
    return NaturalPerson.objects.filter(id_index=ID_NUMBER_INDEX.of(id_number)).values_list("pk", flat=True).first()


def subject_of_account(username: str) -> UUID | None:
    """Return who signs in with this user name: one statement."""
    return Account.objects.filter(username=username).values_list("subject_id", flat=True).first()


def person(subject: UUID) -> PersonView:
    """Return a natural person, masked. Whoever shows it records the look (`ledger.record_reading`).

    Raises:
        NotFound: there is none of this id.
    """
    row = NaturalPerson.objects.select_related("subject").filter(pk=subject).first()
    if row is None:
        raise NotFound
    return PersonView(
        subject=subject,
        name=mask_name(row.name),
        id_number=mask_id_number(row.id_number),
        phone=mask_phone(row.phone),
        proof_level=AssuranceLevel(row.subject.proof_level),
    )


def enterprise(*, subject: UUID | None = None, credit_code: str = "") -> EnterpriseView:
    """Return a legal entity by its subject or its unified credit code.

    Raises:
        NotFound: there is none.
    """
    found = LegalEntity.objects.filter(pk=subject) if subject else LegalEntity.objects.filter(credit_code=credit_code)
    row = found.first()
    if row is None:
        raise NotFound
    return _enterprise(row)


def _enterprise(row: LegalEntity) -> EnterpriseView:
    return EnterpriseView(
        subject=row.pk, name=row.name, name_en=row.name_en, credit_code=row.credit_code, region=row.region
    )


def names_of(subjects: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names others see (natural persons masked) of many subjects at once; unknown ids are left out."""
    found = Subject.objects.filter(id__in=set(subjects)).select_related(*_NAMES)
    return {subject.id: display_name(subject) for subject in found}


def principal_name(actor: Actor) -> str:
    """Return the name others see of whom *actor* acts for, empty for whom acts for themselves: free in a request."""
    principal = _principal(actor)
    return display_name(principal) if principal else ""


def party_name(actor: Actor) -> str:
    """Return the name others see of whose matter it is: free for whom *actor* acts for, else one statement."""
    return principal_name(actor) or names_of([actor.party]).get(actor.party, "")


def represented(actor: Actor) -> EnterpriseView:
    """Return the legal entity *actor* is or acts for: free in a request, whose right to act was read with it.

    Raises:
        NotFound: their party is a person.
    """
    principal = _principal(actor)
    if principal is None or principal.kind != SubjectKind.LEGAL:
        return enterprise(subject=actor.party)
    return _enterprise(principal.legal)


def _principal(actor: Actor) -> Subject | None:
    if actor.on_behalf_of is None:
        return None
    if PRINCIPAL not in actor.cache:
        rows = Subject.objects.filter(pk=actor.on_behalf_of).select_related(*_NAMES)
        actor.cache[PRINCIPAL] = rows.first()
    found: Subject | None = actor.cache[PRINCIPAL]
    return found


def name_shown(account: Any) -> str:
    """Return the name others see of a request's user; costs nothing, because sessions load it with the account."""
    return display_name(account.subject)


def number_shown(account: Any) -> str:
    """Return the masked ID number of a request's user, empty for whom has none; costs nothing, as `name_shown`."""
    natural = getattr(account.subject, "natural", None)
    return mask_id_number(natural.id_number) if natural else ""


def my_profile(actor: Actor) -> Profile:
    """Return what *actor* sees about their own identity.

    Raises:
        NotFound: the actor has no account, as applications and the platform itself.
    """
    account = (
        Account.objects.filter(pk=actor.account or 0).select_related(*(f"subject__{name}" for name in _NAMES)).first()
    )
    if account is None:
        raise NotFound
    subject = account.subject
    natural = getattr(subject, "natural", None)
    proof = ProofEvent.objects.filter(subject=subject).order_by("-level", "-at").first()
    post = Post.objects.select_related("organisation").filter(pk=actor.post).first() if actor.post else None
    name = natural.name if natural else display_name(subject)
    return Profile(
        subject=subject.id,
        kind=SubjectKind(subject.kind),
        username=account.username,
        name=name,
        masked_name=mask_name(name) if natural else name,
        masked_id_number=mask_id_number(natural.id_number) if natural else "",
        masked_phone=mask_phone(natural.phone) if natural else "",
        assurance=actor.assurance,
        proof_level=AssuranceLevel(subject.proof_level),
        proved_at=proof.at if proof else None,
        proof_method=ProofMethod(proof.method) if proof else None,
        second_factors=_second_factors(account),
        acting_for=actor.on_behalf_of,
        acting_for_name=principal_name(actor),
        post_title=post.title if post else "",
        post_title_en=post.title_en if post else "",
        organisation_name=post.organisation.name if post else "",
        organisation_name_en=post.organisation.name_en if post else "",
    )


def account(username: str) -> AccountView:
    """Return an account as the back office shows it.

    Raises:
        NotFound: there is none of this user name.
    """
    row = (
        Account.objects.filter(username=one_spelling(username))
        .select_related(*(f"subject__{name}" for name in _NAMES))
        .first()
    )
    if row is None:
        raise NotFound
    official = getattr(row.subject, "official", None)
    posts = (
        official.appointments.filter(valid_until__isnull=True).select_related("post__organisation") if official else []
    )
    return AccountView(
        username=row.username,
        kind=SubjectKind(row.subject.kind),
        subject=row.subject_id,
        name=display_name(row.subject),
        active=row.is_active,
        proof_level=AssuranceLevel(row.subject.proof_level),
        second_factors=_second_factors(row),
        last_login=row.last_login,
        posts=tuple(str(appointment.post) for appointment in posts),
    )


def _second_factors(account: Account) -> tuple[str, ...]:
    kinds = Authenticator.objects.filter(user=account).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return tuple(sorted(set(kinds.values_list("type", flat=True))))
