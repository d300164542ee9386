"""Issuing from a wish: planned and done by the same rules, once for each confirmation."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from zhengtong.kernel.errors import NotAllowed, Refusal
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import (
    Algorithm,
    CustodianEntry,
    DistinguishedName,
    HolderKind,
    IssueWish,
    Permission,
    Profile,
    TokenKind,
    TokenPlace,
)
from zhengtong.trust.keys.models import CertificateRow, ManagedKeyRow, SoftwareKeyRow
from zhengtong.trust.keys.tests.authority import NOW
from zhengtong.trust.keys.tests.office import Office, Officer, opened

pytestmark = pytest.mark.django_db
BY = Officer()
NAME = DistinguishedName(common_name="共享网关", organisation="某县")
CHIP = TokenPlace(kind=TokenKind.SIMULATED, serial="T-1", container="seal")


@pytest.fixture(autouse=True)
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    return opened(monkeypatch)


@pytest.fixture
def authority() -> str:
    keys.establish_root(by=BY, code="root", name=DistinguishedName(common_name="根"), algorithm=Algorithm.SM2, at=NOW)
    return "root"


def here(**changes: object) -> IssueWish:
    wish = IssueWish(
        request=uuid4(), authority="root", kind=HolderKind.APPLICATION, holder="gateway", days=365, subject=NAME,
        algorithm=Algorithm.SM2,
    )  # fmt: skip
    return replace(wish, **changes)  # type: ignore[arg-type]


def asked(algorithm: Algorithm = Algorithm.SM2, **changes: object) -> IssueWish:
    csr = keys.write_request(NAME, keys.PrivateKey.generate(algorithm))
    wish = IssueWish(
        request=uuid4(), authority="root", kind=HolderKind.DEVICE, holder="box-1", days=30, profile=Profile.DEVICE,
        csr=csr,
    )  # fmt: skip
    return replace(wish, **changes)  # type: ignore[arg-type]


def issue(wish: IssueWish) -> tuple[keys.CertificateView, ...]:
    return keys.issue(by=BY, wish=wish, at=NOW)


def test_a_plan_tells_what_is_then_issued_and_makes_nothing(authority: str, office: Office) -> None:
    before = len(office.events)
    wish = here()
    plan = keys.plan_issue(by=BY, wish=wish, at=NOW)
    assert (plan.subject, plan.profiles, plan.provider) == (NAME, (Profile.SIGNING, Profile.ENCRYPTION), "software")
    assert plan.ends_at == NOW + timedelta(days=365)
    assert not plan.shortened
    assert (len(office.events), CertificateRow.objects.count()) == (before, 0)
    sign, encrypt = issue(wish)
    assert (sign.profile, encrypt.profile, sign.not_after) == (*plan.profiles, plan.ends_at)
    assert keys.certificate_and_related(sign.id)[1] == (encrypt,)


def test_the_permission_to_certify_alone_issues_a_pair(authority: str, office: Office) -> None:
    office.open = {Permission.CERTIFY}
    assert len(issue(here())) == 2
    office.open = set(Permission) - {Permission.CERTIFY}
    for act in (keys.plan_issue, keys.issue):
        with pytest.raises(NotAllowed):
            act(by=BY, wish=here(), at=NOW)


@pytest.mark.parametrize("algorithm", [Algorithm.SM2, Algorithm.ECDSA_P256])
def test_a_request_from_outside_is_certified_as_it_asks_and_no_key_is_made(
    authority: str, algorithm: Algorithm
) -> None:
    count = ManagedKeyRow.objects.count()
    wish = asked(algorithm)
    plan = keys.plan_issue(by=BY, wish=wish, at=NOW)
    assert (plan.subject, plan.algorithm, plan.provider) == (NAME, algorithm, None)
    [one] = issue(wish)
    public = keys.public_key_of(one.der)
    assert (public.fingerprint, one.key, ManagedKeyRow.objects.count()) == (plan.fingerprint, None, count)


def test_the_same_confirmation_twice_is_one_certificate(authority: str, office: Office) -> None:
    wish = here()
    first, acts = issue(wish), len(office.events)
    assert issue(wish) == first
    assert (CertificateRow.objects.count(), len(office.events)) == (2, acts)
    with pytest.raises(keys.RequestUsed):
        issue(replace(wish, holder="another"))
    with pytest.raises(keys.RequestUsed):
        issue(replace(wish, profile=Profile.DEVICE))
    assert CertificateRow.objects.count() == 2


def test_a_token_s_certificate_tells_its_container_and_its_neighbours(authority: str) -> None:
    token = asked(kind=HolderKind.TOKEN, profile=Profile.SIGNING, holder="staff-7", place=CHIP)
    [one] = issue(token)
    assert one.place == CHIP
    [two] = issue(
        asked(kind=HolderKind.TOKEN, profile=Profile.SIGNING, holder="staff-7", place=replace(CHIP, container="tax"))
    )
    [elsewhere] = issue(
        asked(kind=HolderKind.TOKEN, profile=Profile.SIGNING, holder="staff-8", place=replace(CHIP, serial="T-2"))
    )
    assert keys.certificate_and_related(one.id)[1] == (two,)
    assert keys.certificate_and_related(elsewhere.id)[1] == ()
    assert keys.renew(by=BY, certificate=one.id, days=30, at=NOW).place == CHIP


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (here(authority="nowhere"), keys.UnknownAuthority),
        (here(days=1831), keys.ValidityBeyondPolicy),
        (here(days=0), keys.ValidityBeyondPolicy),
        (here(profile=Profile.SERVER, days=399), keys.ValidityBeyondPolicy),
        (here(profile=Profile.INTERMEDIATE), keys.UnfitHolder),
        (here(profile=Profile.ENCRYPTION), keys.UnfitHolder),
        (here(kind=HolderKind.DEVICE, profile=Profile.TIME_STAMPING), keys.UnfitHolder),
        (here(kind=HolderKind.TOKEN), keys.UnfitHolder),
        (here(place=CHIP), keys.UnfitHolder),
        (here(algorithm=Algorithm.ECDSA_P256), keys.AlgorithmUnavailable),
        (here(provider="sdf"), keys.KeyMissing),
        (here(subject=None), keys.UnfitCertificate),
        (here(subject=DistinguishedName(common_name="长" * 65)), keys.UnfitCertificate),
        (asked(profile=None), keys.UnfitHolder),
        (asked(kind=HolderKind.TOKEN, profile=Profile.SIGNING), keys.UnfitHolder),
        (asked(kind=HolderKind.TOKEN, profile=Profile.SERVER, place=CHIP), keys.UnfitHolder),
        (asked(csr=b"nonsense"), keys.UnreadableRequest),
        (asked(csr=b"-----BEGIN PRIVATE KEY-----\n"), keys.PrivateKeyHandedIn),
    ],
)
def test_what_may_not_be_issued_is_refused_alike_by_plan_and_deed_and_leaves_nothing(
    authority: str, office: Office, wish: IssueWish, refusal: type[Refusal]
) -> None:
    before = len(office.events), SoftwareKeyRow.objects.count()
    for act in (keys.plan_issue, keys.issue):
        with pytest.raises(refusal):
            act(by=BY, wish=wish, at=NOW)
    assert (len(office.events), SoftwareKeyRow.objects.count()) == before
    assert not CertificateRow.objects.exists()


def test_a_root_in_custody_issues_nothing_alone() -> None:
    custodians = [CustodianEntry(subject=uuid4(), name=name, passphrase=f"passphrase of {name}") for name in "AB"]
    keys.establish_root(
        by=BY, code="root", name=NAME, algorithm=Algorithm.SM2, at=NOW, custodians=custodians, threshold=2
    )
    with pytest.raises(keys.NeedsCustodians):
        issue(here())


def test_a_validity_beyond_the_issuer_s_end_is_shortened_and_said_so(authority: str) -> None:
    late = keys.authority("root").not_after - timedelta(days=10)
    plan = keys.plan_issue(by=BY, wish=here(), at=late)
    assert plan.shortened
    assert {one.not_after for one in keys.issue(by=BY, wish=here(), at=late)} == {plan.ends_at}


def test_a_certificate_is_renewed_over_its_key_or_a_new_one_within_policy(authority: str) -> None:
    sign, encrypt = issue(here())
    with pytest.raises(keys.ValidityBeyondPolicy):
        keys.renew(by=BY, certificate=sign.id, days=1831, at=NOW)
    assert keys.renew(by=BY, certificate=sign.id, days=30, at=NOW).key == sign.key
    fresh = keys.renew(by=BY, certificate=encrypt.id, days=30, at=NOW, new_key=True)
    assert fresh.key
    assert fresh.key != encrypt.key
    assert keys.managed_key(fresh.key).use is keys.KeyUse.ENCRYPT
    [outside] = issue(asked())
    with pytest.raises(keys.UnfitCertificate):
        keys.renew(by=BY, certificate=outside.id, days=30, at=NOW, new_key=True)


def test_the_published_list_is_told_from_the_state(authority: str) -> None:
    [one] = issue(asked())
    assert keys.listed_state(one) is None
    keys.publish_crl(by=BY, code="root", at=NOW)
    first = keys.listed_state(one)
    assert first is not None
    assert (first.number, first.listed) == (1, False)
    revoked = keys.revoke(by=BY, certificate=one.id, reason=keys.RevocationReason.SUPERSEDED, at=NOW, note="换发")
    assert revoked.note == "换发"
    keys.publish_crl(by=BY, code="root", at=NOW)
    second = keys.listed_state(one)
    assert second is not None
    assert (second.number, second.listed) == (2, True)


def test_the_database_holds_that_a_container_is_whole(authority: str) -> None:
    [one] = issue(asked())
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateRow.objects.filter(pk=one.id).update(token="T-1")


def test_modules_tell_what_they_can_and_how_many_keys_they_hold(authority: str) -> None:
    issue(here())
    found = {one.name: one for one in keys.key_modules()}
    assert (found["software"].attached, found["software"].counts) == (True, {keys.KeyState.ACTIVE: 3})
    assert Algorithm.SM2 in found["software"].algorithms
    assert (found["sdf"].attached, found["sdf"].counts) == (False, {})


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_confirm_the_same_at_once_issue_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    keys.establish_root(by=BY, code="root", name=DistinguishedName(common_name="根"), algorithm=Algorithm.SM2, at=NOW)
    wish, barrier = here(), Barrier(2)

    def confirm(_number: int) -> tuple[UUID, ...]:
        barrier.wait()
        try:
            return tuple(one.id for one in issue(wish))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(confirm, range(2))
    assert first == second
    assert CertificateRow.objects.count() == 2
