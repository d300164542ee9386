"""Where certificates and keys stand now 现状: what the desk lists, what belongs together, what is published."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from asn1crypto import crl
from django.db.models import Count, Q

from zhengtong.trust.keys.contracts import (
    Algorithm,
    CertificateFilter,
    CertificateState,
    CertificateView,
    KeyState,
    KeyView,
    ListedState,
    ModuleFailed,
    ModuleView,
    Profile,
    RecognisedFor,
    RevocationDemand,
    RevocationEvidence,
)
from zhengtong.trust.keys.models import AuthorityRow, CertificateRow, ManagedKeyRow, RevocationListRow, TrustedListRow
from zhengtong.trust.keys.providers.registry import key_provider, key_providers
from zhengtong.trust.keys.queries import certificate, certificate_view, key_view, trusted_list
from zhengtong.trust.keys.recognition import recognised_for
from zhengtong.trust.keys.x509.issuing import load_certificate

if TYPE_CHECKING:
    from zhengtong.kernel.pages.api import Asked, Slice

ENDING = timedelta(days=30)
_ORDERS: Mapping[str, str] = {"subject": "subject", "ends": "not_after", "authority": "authority__code"}
_MOST_RELATED = 20
_KINDS = ("software", "pkcs11", "sdf")


def page_of_certificates(asked: "Asked", *, show: CertificateFilter, at: datetime) -> "Slice[CertificateView]":
    """Return a page of certificates; words are looked for in subject, holder, token and serial number."""
    from zhengtong.kernel.pages.api import Slice, of_queryset  # noqa: PLC0415 -- it needs accounts, which need this room

    rows = CertificateRow.objects.select_related("authority")
    if show is CertificateFilter.ENDING:
        rows = rows.filter(state=CertificateState.VALID, not_after__gt=at, not_after__lte=at + ENDING)
    elif show is CertificateFilter.VALID:
        rows = rows.filter(state=CertificateState.VALID, not_before__lte=at, not_after__gt=at)
    elif show is CertificateFilter.ENDED:
        rows = rows.filter(not_after__lte=at)
    elif show is not CertificateFilter.ALL:
        rows = rows.filter(state=show)
    if asked.text:
        words = asked.text
        rows = rows.filter(
            Q(subject__icontains=words)
            | Q(holder__icontains=words)
            | Q(token__iexact=words)
            | Q(serial__istartswith=words.replace(":", "").replace(" ", ""))
        )
    found = of_queryset(rows, asked, orders=_ORDERS, default="id")
    return Slice(rows=[certificate_view(row) for row in found.rows], after=found.after)


def page_of_keys(asked: "Asked", *, state: KeyState | None = None) -> "Slice[KeyView]":
    """Return a page of managed keys, of one state if named; words are looked for in name, holder and fingerprint."""
    from zhengtong.kernel.pages.api import Slice, of_queryset  # noqa: PLC0415 -- it needs accounts, which need this room

    rows = ManagedKeyRow.objects.all()
    if state is not None:
        rows = rows.filter(state=state)
    if asked.text:
        rows = rows.filter(
            Q(title__icontains=asked.text) | Q(holder__icontains=asked.text) | Q(fingerprint__istartswith=asked.text)
        )
    found = of_queryset(rows, asked, orders={"title": "title", "made": "made_at"}, default="id")
    return Slice(rows=[key_view(row) for row in found.rows], after=found.after)


def certificate_and_related(identifier: UUID) -> tuple[CertificateView, tuple[CertificateView, ...]]:
    """Return a certificate and what belongs to it: before and after it, its pair, what lies in the same token.

    Raises:
        UnknownCertificate: there is none of this id.
    """
    itself = CertificateRow.objects.filter(pk=identifier)
    about = (
        Q(pk=identifier)
        | Q(replaces=identifier)
        | Q(pk__in=itself.values("replaces"))
        | Q(key__pair__in=itself.filter(key__pair__isnull=False).values("key__pair"))
        | (Q(token__in=itself.exclude(token="").values("token")) & Q(token_kind__in=itself.values("token_kind")))
    )
    rows = CertificateRow.objects.select_related("authority").filter(about).order_by("-id")
    views = [certificate_view(row) for row in rows[:_MOST_RELATED]]
    one = next((view for view in views if view.id == identifier), None)
    if one is None:
        one = certificate(identifier)
    return one, tuple(view for view in views if view.id != identifier)


def certificates_of_key(key: KeyView) -> tuple[CertificateView, ...]:
    """Return the certificates over one managed key, the newest first."""
    rows = CertificateRow.objects.select_related("authority").filter(key=key.id).order_by("-id")
    return tuple(certificate_view(row) for row in rows[:20])


def listed_state(one: CertificateView) -> ListedState | None:
    """Return what the newest published list of its authority says of a certificate; None before the first list."""
    row = RevocationListRow.objects.filter(authority__code=one.authority).order_by("-number").first()
    if row is None:
        return None
    entries = crl.CertificateList.load(bytes(row.crl))["tbs_cert_list"]["revoked_certificates"]
    wanted = int(one.serial, 16)
    return ListedState(
        number=row.number,
        published_at=row.this_update,
        next_update=row.next_update,
        listed=any(entry["user_certificate"].native == wanted for entry in entries),
    )


def list_signers(*, at: datetime) -> tuple[CertificateView, ...]:
    """Return the signing certificates over active keys of ours, which may sign the trusted list; the newest first."""
    rows = CertificateRow.objects.select_related("authority").filter(
        profile=Profile.SIGNING, state=CertificateState.VALID, not_before__lte=at, not_after__gt=at,
        key__state=KeyState.ACTIVE,
    )  # fmt: skip
    return tuple(certificate_view(row) for row in rows.order_by("-id")[:_MOST_RELATED])


def list_versions() -> tuple[tuple[int, datetime], ...]:
    """Return the number and moment of every published trusted list, the newest first."""
    return tuple(TrustedListRow.objects.order_by("-number").values_list("number", "issued_at"))


def recognition_of(one: CertificateView, *, at: datetime) -> tuple[RecognisedFor, ...] | None:
    """Return for each purpose whether the newest list recognises a certificate of ours; None before the first list.

    Raises:
        SignatureRefused: the stored list was changed.
    """
    listed = trusted_list()
    if listed is None:
        return None
    return recognised_for(one.der, listed=listed, at=at, chain=_our_authorities(), revocation=_our_lists(at))


def recognition_of_stranger(certificate: bytes, *, at: datetime) -> tuple[RecognisedFor, ...] | None:
    """Return the same of a certificate that somebody brought: between it and a root only our own authorities are known.

    What our lists say about revocation counts; what nobody says is not asked for.

    Raises:
        UnfitCertificate: these bytes are no certificate.
        SignatureRefused: the stored list was changed.
    """
    load_certificate(certificate)
    listed = trusted_list()
    if listed is None:
        return None
    evidence = replace(_our_lists(at), demand=RevocationDemand.IF_PRESENT)
    return recognised_for(certificate, listed=listed, at=at, chain=_our_authorities(), revocation=evidence)


def _our_authorities() -> list[bytes]:
    """Return the certificates of all our authorities: a chain is found among them in one statement."""
    return [bytes(one) for one in AuthorityRow.objects.values_list("certificate", flat=True)]


def _our_lists(at: datetime) -> RevocationEvidence:
    lists = RevocationListRow.objects.filter(this_update__lte=at, next_update__gte=at)
    return RevocationEvidence(crls=tuple(bytes(one) for one in lists.values_list("crl", flat=True)))


def key_modules() -> tuple[ModuleView, ...]:
    """Return the modules that may hold keys: what each can do now, and how many keys of each state lie there."""
    counts: dict[str, dict[KeyState, int]] = {}
    for provider, state, count in (
        ManagedKeyRow.objects.values_list("provider", "state").annotate(count=Count("pk")).order_by()
    ):
        counts.setdefault(provider, {})[KeyState(state)] = count
    attached = key_providers()
    names = [*_KINDS, *sorted({*attached, *counts} - set(_KINDS))]
    return tuple(_module(name, counts.get(name, {}), attached=name in attached) for name in names)


def _module(name: str, counts: Mapping[KeyState, int], *, attached: bool) -> ModuleView:
    algorithms: frozenset[Algorithm] = frozenset()
    failure = ""
    if attached:
        try:
            algorithms = key_provider(name).algorithms()
        except ModuleFailed as refusal:
            failure = str(refusal.details.get("what", ""))
    return ModuleView(name=name, attached=attached, algorithms=algorithms, failure=failure, counts=counts)
