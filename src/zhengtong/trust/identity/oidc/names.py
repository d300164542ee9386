"""Names of people in sectors of applications 分域标识: an HMAC of sector and subject, kept once given (Core §8.1)."""

import hashlib
import hmac
from uuid import UUID

from zhengtong.trust.identity.models import Account, PairwiseSubject
from zhengtong.trust.keys.api import key_ring


def name_of_account(sector: str, account: Account) -> str:
    """Return the account's name in *sector*; once given, it stays."""
    known = PairwiseSubject.objects.filter(sector=sector, account=account.pk).first()
    if known is None:
        known, _new = PairwiseSubject.objects.get_or_create(
            sector=sector, account_id=account.pk, defaults={"sub": _name(sector, account.subject_id)}
        )
    return known.sub


def name_of_subject(sector: str, subject: UUID) -> str:
    """Return the name of a subject in *sector*: of its account when it has one, else the one an account would get."""
    account = Account.objects.filter(subject=subject).first()
    return name_of_account(sector, account) if account else _name(sector, subject)


def name_of_mandate(sector: str, mandate: UUID) -> str:
    """Return the name of a mandate in *sector*, by which an application says under which one a person acts."""
    return _name(sector, mandate)


def _name(sector: str, identifier: UUID) -> str:
    key = key_ring().derive("oidc.pairwise", 1)
    return hmac.new(key, f"{sector}|{identifier}".encode(), hashlib.sha256).hexdigest()
