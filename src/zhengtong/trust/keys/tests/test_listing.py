"""The trusted list as it is kept: listed and withdrawn with a basis, one version after the other, told why not."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from zhengtong.kernel.errors import Conflict, NotAllowed, Refusal
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import Assurance, Permission, Purpose, TrustedIssuer
from zhengtong.trust.keys.models import TrustedListRow
from zhengtong.trust.keys.tests.authority import NOW, authority
from zhengtong.trust.keys.tests.office import Office, Officer, opened
from zhengtong.trust.keys.tests.test_tokens import signing_certificate

pytestmark = pytest.mark.django_db
BY = Officer()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    return opened(monkeypatch)


def issuer(**changes: Any) -> TrustedIssuer:
    one = TrustedIssuer(
        name="某银行", roots=(authority().root,), purposes=frozenset({Purpose.BANK}), assurance=Assurance.HIGH,
        since=NOW, basis="互认协议第 3 号",
    )  # fmt: skip
    return replace(one, **changes)


def enter(certificate: UUID, *, replaces: int, **changes: Any) -> keys.TrustedList:
    return keys.list_issuer(by=BY, entry=issuer(**changes), replaces=replaces, certificate=certificate, at=NOW)


def test_an_issuer_is_listed_and_withdrawn_and_both_say_by_what_right(office: Office) -> None:
    certificate = signing_certificate(BY)
    first = enter(certificate, replaces=0)
    assert (first.number, first.issuers[0].basis) == (1, "互认协议第 3 号")
    second = keys.withdraw_issuer(
        by=BY, name="某银行", basis="协议期满", replaces=1, certificate=certificate, at=NOW + DAY
    )
    assert second == keys.trusted_list()
    [entry] = second.issuers
    assert (entry.until, entry.ended_basis, entry.in_force(NOW), entry.in_force(NOW + DAY)) == (
        NOW + DAY, "协议期满", True, False,
    )  # fmt: skip
    assert [number for number, _at in keys.list_versions()] == [2, 1]
    assert office.commands.count("publish_trusted_list") == 2
    third = keys.list_issuer(
        by=BY, entry=issuer(since=NOW + 2 * DAY), replaces=2, certificate=certificate, at=NOW + 2 * DAY
    )
    assert len(third.issuers) == 2


def test_refusals_publish_nothing(office: Office) -> None:
    certificate = signing_certificate(BY)
    enter(certificate, replaces=0)
    acts = len(office.events)
    cases: list[tuple[type[Refusal], Any]] = [
        (keys.AlreadyListed, lambda: enter(certificate, replaces=1)),
        (keys.BasisMissing, lambda: enter(certificate, replaces=1, name="x", basis=" ")),
        (Conflict, lambda: enter(certificate, replaces=0, name="x")),
        (keys.UnfitCertificate, lambda: enter(certificate, replaces=1, name="x", until=NOW)),
        (keys.UnknownCertificate, lambda: enter(BY.subject, replaces=1, name="x")),
        (keys.NotListed, lambda: withdraw(certificate, name="无")),
        (keys.BasisMissing, lambda: withdraw(certificate, basis="")),
        (Conflict, lambda: withdraw(certificate, replaces=7)),
    ]
    for refusal, act in cases:
        with pytest.raises(refusal):
            act()
    office.open = set(Permission) - {Permission.RECOGNISE}
    for act in (lambda: enter(certificate, replaces=1, name="x"), lambda: withdraw(certificate)):
        with pytest.raises(NotAllowed):
            act()
    assert (len(office.events), TrustedListRow.objects.count()) == (acts, 1)


def withdraw(certificate: UUID, **changes: Any) -> keys.TrustedList:
    said: dict[str, Any] = {"name": "某银行", "basis": "协议期满", "replaces": 1}
    return keys.withdraw_issuer(by=BY, certificate=certificate, at=NOW, **said | changes)


def test_a_revoked_certificate_signs_no_list() -> None:
    certificate = signing_certificate(BY)
    assert [one.id for one in keys.list_signers(at=NOW)] == [certificate]
    keys.revoke(by=BY, certificate=certificate, reason=keys.RevocationReason.SUPERSEDED, at=NOW)
    assert keys.list_signers(at=NOW) == ()
    with pytest.raises(keys.UnknownCertificate):
        enter(certificate, replaces=0)


def test_a_list_without_bases_is_read_as_before() -> None:
    certificate = signing_certificate(BY)
    published = keys.publish_trusted_list(by=BY, issuers=[issuer(basis="")], certificate=certificate, at=NOW)
    signed = keys.trusted_list_signed(published.number)
    assert signed
    assert b'"basis"' not in keys.verify_cms(signed).content
    assert keys.trusted_list() == published


def test_of_each_purpose_it_is_told_by_whom_or_why_not() -> None:
    certificate = signing_certificate(BY)
    one = keys.certificate(certificate)
    assert keys.recognition_of(one, at=NOW) is None
    own = keys.authority("root").certificate
    enter(certificate, replaces=0, name="本省", roots=(own,), purposes=frozenset({Purpose.SEAL}))
    enter(certificate, replaces=1, name="他省", purposes=frozenset({Purpose.BANK}))
    enter(certificate, replaces=2, name="旧", purposes=frozenset({Purpose.TAX}))
    withdraw(certificate, name="旧", replaces=3)
    told = {row.purpose: row for row in keys.recognition_of(one, at=NOW) or ()}
    assert str(told[Purpose.SEAL].why_not) == "缺少有效的吊销状态证明"
    keys.publish_crl(by=BY, code="root", at=NOW)
    told = {row.purpose: row for row in keys.recognition_of(one, at=NOW) or ()}
    assert (told[Purpose.SEAL].issuer, told[Purpose.SEAL].assurance) == ("本省", Assurance.HIGH)
    assert str(told[Purpose.BANK].why_not) == "它的签发者没有列入这个领域"
    assert str(told[Purpose.TAX].why_not) == "列入这个领域的机构都不在有效期内"
    assert str(told[Purpose.SIGN_IN].why_not) == "没有机构列入这个领域"
    assert len(told) == len(Purpose)


def test_a_stranger_s_certificate_is_told_of_without_asking_anybody() -> None:
    certificate = signing_certificate(BY)
    theirs = authority()
    leaf = theirs.issue(keys.PrivateKey.generate(theirs.algorithm).public)
    assert keys.recognition_of_stranger(leaf, at=NOW) is None
    enter(certificate, replaces=0, roots=(theirs.certificate, theirs.root))
    told = {row.purpose: row for row in keys.recognition_of_stranger(leaf, at=NOW) or ()}
    assert told[Purpose.BANK].issuer == "某银行"
    with pytest.raises(keys.UnfitCertificate):
        keys.recognition_of_stranger(b"nonsense", at=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_change_the_same_list_at_once_publish_one_and_the_other_is_told() -> None:
    certificate = signing_certificate(BY)
    barrier = Barrier(2)

    def add(name: str) -> object:
        barrier.wait()
        try:
            return enter(certificate, replaces=0, name=name).number
        except Conflict:
            return Conflict
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(add, ("甲", "乙")))
    assert sorted(map(str, answers)) == sorted(map(str, (1, Conflict)))
    assert TrustedListRow.objects.count() == 1
