"""Issuing from a wish 签发: planned, shown, confirmed, done once; a plan and its doing check the same."""

from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction

from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.keys import law
from zhengtong.trust.keys.contracts import (
    HOLDER_KIND_NAMES,
    PROFILE_NAMES,
    Algorithm,
    AlgorithmUnavailable,
    CertificateEntry,
    CertificateView,
    DistinguishedName,
    HolderKind,
    IssuePlan,
    IssueWish,
    NeedsCustodians,
    Permission,
    Profile,
    RequestUsed,
    Responsible,
    UnfitHolder,
)
from zhengtong.trust.keys.models import AuthorityRow, CertificateRow
from zhengtong.trust.keys.providers.registry import key_provider
from zhengtong.trust.keys.queries import certificate_view
from zhengtong.trust.keys.services import certifying, delivering, managing, office
from zhengtong.trust.keys.services.authorities import authority_row
from zhengtong.trust.keys.x509.names import written_name
from zhengtong.trust.keys.x509.requests import CertificationRequest, read_request


def plan_issue(*, by: Responsible, wish: IssueWish, at: datetime) -> IssuePlan:
    """Return what issuing *wish* would do, without doing it.

    Raises:
        NotAllowed: *by* may not.
        UnknownAuthority: there is none of this code.
        NeedsCustodians: its key is in custody.
        UnreadableRequest, PrivateKeyHandedIn: the request from outside is not one.
        UnfitHolder: the use does not suit what it is issued to.
        ValidityBeyondPolicy: more days than this use may have.
        AlgorithmUnavailable: the module cannot make such a key, or such a key cannot encrypt.
        UnfitCertificate: the name cannot be written.
    """
    office.require(by, Permission.CERTIFY)
    authority = authority_row(wish.authority)
    if authority.key_id is None:
        raise NeedsCustodians(field="authority")
    asked = None if wish.csr is None else read_request(wish.csr)
    profiles = _profiles(wish, asked)
    for profile in profiles:
        law.check_days(profile, wish.days)
    subject = _subject(wish, asked)
    written_name(subject)
    return _plan(wish, authority, asked, subject, profiles, at)


def issue(*, by: Responsible, wish: IssueWish, at: datetime) -> tuple[CertificateView, ...]:
    """Issue what `plan_issue` tells: one certificate, or the two of a pair; the same wish again returns the same.

    Raises:
        RequestUsed: the number of the wish issued something else.
        StateForbids: the authority's key is not active.
        NotAllowed, UnknownAuthority, NeedsCustodians, UnreadableRequest, PrivateKeyHandedIn, UnfitHolder,
        ValidityBeyondPolicy, AlgorithmUnavailable, UnfitCertificate: as `plan_issue`.
    """
    plan = plan_issue(by=by, wish=wish, at=at)
    try:
        with transaction.atomic():
            return _issued(wish, plan) or _issue(by, wish, plan, at)
    except IntegrityError:  # the same confirmation, sent twice at the same moment
        found = _issued(wish, plan)
        if not found:
            raise
        return found


def _issue(by: Responsible, wish: IssueWish, plan: IssuePlan, at: datetime) -> tuple[CertificateView, ...]:
    entry = CertificateEntry(
        authority=wish.authority, subject=plan.subject, holder=wish.holder, profile=plan.profiles[0], days=wish.days,
        request=wish.request, place=wish.place,
    )  # fmt: skip
    if wish.profile is None and wish.csr is not None:
        return delivering.issue_into_token(
            by=by, entry=entry, holder=read_request(wish.csr).public, provider=wish.provider, at=at
        )
    if wish.profile is None:
        return certifying.issue_pair(by=by, entry=entry, algorithm=plan.algorithm, provider=wish.provider, at=at)
    return (certifying.issue_one(by=by, entry=_with_key(by, wish, entry, plan, at), at=at),)


def _with_key(
    by: Responsible, wish: IssueWish, entry: CertificateEntry, plan: IssuePlan, at: datetime
) -> CertificateEntry:
    if wish.csr is not None:
        return replace(entry, public_key=read_request(wish.csr).public.spki)
    key = managing.make_active_key(
        by=by, title=entry.subject.common_name, holder=entry.holder, algorithm=plan.algorithm, provider=wish.provider,
        at=at,
    )  # fmt: skip
    return replace(entry, key=key.pk)


def _issued(wish: IssueWish, plan: IssuePlan) -> tuple[CertificateView, ...]:
    rows = CertificateRow.objects.select_related("authority").filter(request=wish.request).order_by("id")
    found = tuple(certificate_view(row) for row in rows)
    wanted = (wish.authority, wish.holder, plan.subject.common_name)
    if any((one.authority, one.holder, one.subject) != wanted for one in found):
        raise RequestUsed
    if found and {one.profile for one in found} != set(plan.profiles):
        raise RequestUsed
    return found


def _profiles(wish: IssueWish, asked: CertificationRequest | None) -> tuple[Profile, ...]:
    """Return the uses of what will be issued, if they suit whom it is for and where the key is."""
    kind = HOLDER_KIND_NAMES[wish.kind]
    if wish.kind is HolderKind.TOKEN and (asked is None or wish.place is None):
        raise UnfitHolder(kind=kind, what=Phrase(_("缺少载体内生成的证书申请和容器")), field="kind")
    if wish.kind is not HolderKind.TOKEN and wish.place is not None:
        raise UnfitHolder(kind=kind, what=Phrase(_("不在载体内")), field="kind")
    if wish.profile is None:
        if asked is not None and wish.kind is not HolderKind.TOKEN:
            raise UnfitHolder(kind=kind, what=Phrase(_("双证书的密钥由平台生成")), field="profile")
        return law.PAIR
    if wish.profile not in law.PROFILES_OF[wish.kind]:
        raise UnfitHolder(kind=kind, what=PROFILE_NAMES[wish.profile], field="profile")
    return (wish.profile,)


def _subject(wish: IssueWish, asked: CertificationRequest | None) -> DistinguishedName:
    if wish.subject is not None:
        return wish.subject
    if asked is None:
        return DistinguishedName(common_name="")  # which cannot be written
    return asked.subject


def _plan(
    wish: IssueWish,
    authority: AuthorityRow,
    asked: CertificationRequest | None,
    subject: DistinguishedName,
    profiles: tuple[Profile, ...],
    at: datetime,
) -> IssuePlan:
    algorithm = asked.public.algorithm if asked else wish.algorithm or Algorithm.SM2
    pair = wish.profile is None
    if (asked is None or pair) and (
        algorithm not in key_provider(wish.provider).algorithms() or (pair and algorithm not in managing.ENCRYPTS)
    ):
        raise AlgorithmUnavailable(
            provider=wish.provider, algorithm=algorithm, field="profile" if asked else "algorithm"
        )
    ends = min(law.last_moment(profile, days=wish.days, at=at, issuer_ends=authority.not_after) for profile in profiles)
    return IssuePlan(
        subject=subject,
        profiles=profiles,
        algorithm=algorithm,
        fingerprint=asked.public.fingerprint if asked else None,
        provider=None if asked else wish.provider,
        issuer=authority.name,
        ends_at=ends,
        shortened=ends == authority.not_after,
        delivered=asked is not None and pair,
    )
