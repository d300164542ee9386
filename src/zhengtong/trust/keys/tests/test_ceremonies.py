"""Uses of a root key in custody: approved by enough, refused by too many, throttled, wiped."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from zhengtong.kernel.errors import NotAllowed, Refusal
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys import law
from zhengtong.trust.keys.api import (
    Algorithm,
    CeremonyOver,
    CeremonyState,
    CustodianClosed,
    CustodianEntry,
    DistinguishedName,
    NeedsCustodians,
    NotCustodian,
    WrongPassphrase,
)
from zhengtong.trust.keys.models import (
    ApprovalRow,
    CeremonyRow,
    CustodianRow,
    RevocationListRow,
    SoftwareKeyRow,
)
from zhengtong.trust.keys.tests.authority import NOW
from zhengtong.trust.keys.tests.office import Office, Officer, opened
from zhengtong.trust.keys.tests.test_management import entry, trusted

pytestmark = pytest.mark.django_db
BY = Officer()
DAY = timedelta(days=1)
NAME = DistinguishedName(common_name="某省政务根", organisation="某省")
LEAF = DistinguishedName(common_name="网关一号")
CUSTODIANS = [
    CustodianEntry(subject=uuid4(), name=f"保管人{number}", passphrase=f"passphrase of {number}") for number in range(3)
]


@pytest.fixture(autouse=True)
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    return opened(monkeypatch)


def rooted(threshold: int = 2) -> None:
    keys.establish_root(
        by=BY, code="root", name=NAME, algorithm=Algorithm.SM2, at=NOW, custodians=CUSTODIANS, threshold=threshold
    )


def approve(ceremony: keys.CeremonyView, number: int, **changes: object) -> keys.CeremonyView:
    one = CUSTODIANS[number]
    options: dict[str, object] = {"passphrase": one.passphrase, "at": NOW, "by": Officer(subject=one.subject)}
    return keys.approve(ceremony=ceremony.id, **options | changes)  # type: ignore[arg-type]


def test_a_root_in_custody_signs_only_when_two_of_three_approve(office: Office) -> None:
    rooted()
    assert not SoftwareKeyRow.objects.exists()
    with pytest.raises(NeedsCustodians):
        keys.establish_authority(by=BY, under="root", code="devices", name=LEAF, at=NOW)
    asked = keys.ask_for_authority(by=BY, under="root", code="devices", name=LEAF, at=NOW)
    assert [one.id for one in keys.ceremonies(open_at=NOW)] == [asked.id]
    office.open = set()  # a custodian need not be an administrator
    first = approve(asked, 0)
    assert (first.approved_by, first.done_at) == (("保管人0",), None)
    assert ApprovalRow.objects.get().share is not None
    assert [one.code for one in keys.authorities()] == ["root"]
    second = approve(asked, 2)
    assert second.done_at == NOW
    assert [one.code for one in keys.authorities()] == ["root", "devices"]
    assert not ApprovalRow.objects.filter(share__isnull=False).exists()
    with pytest.raises(CeremonyOver):
        approve(asked, 1)
    assert office.commands.count("approve_ceremony") == 2


def test_a_root_list_is_published_by_ceremony_and_counts() -> None:
    rooted()
    for asked in (
        keys.ask_for_authority(by=BY, under="root", code="devices", name=LEAF, at=NOW),
        keys.ask_for_crl(by=BY, code="root", at=NOW),
    ):
        approve(asked, 0)
        approve(asked, 1)
    keys.publish_crl(by=BY, code="devices", at=NOW)
    trusted(keys.certify(by=BY, entry=entry("devices"), at=NOW))


def test_strangers_wrong_passphrases_second_votes_and_late_ones_are_refused(office: Office) -> None:
    rooted()
    asked = keys.ask_for_crl(by=BY, code="root", at=NOW)
    approve(asked, 0)
    acts = len(office.events)
    for number, changes, refusal in (
        (1, {"passphrase": "wrong"}, WrongPassphrase),
        (1, {"passphrase": CUSTODIANS[2].passphrase}, WrongPassphrase),
        (0, {}, NotCustodian),
        (1, {"by": BY}, NotCustodian),
        (1, {"at": NOW + 4 * DAY}, CeremonyOver),
    ):
        with pytest.raises(refusal):
            approve(asked, number, **changes)
    assert office.commands[acts:] == ["wrong_passphrase", "wrong_passphrase"]
    assert "wrong" not in str([event.after for event in office.events[acts:]]).replace("'wrong'", "")
    assert ApprovalRow.objects.count() == 1
    assert not RevocationListRow.objects.exists()


def refuse(ceremony: keys.CeremonyView, number: int, at: datetime = NOW) -> keys.CeremonyView:
    who = Officer(subject=CUSTODIANS[number].subject)
    return keys.refuse(by=who, ceremony=ceremony.id, reason="未见公文", at=at)


def test_custodians_are_told_and_the_same_question_is_asked_once(office: Office) -> None:
    rooted()
    asked = keys.ask_for_crl(by=BY, code="root", at=NOW)
    assert sorted(office.told) == sorted(one.subject for one in CUSTODIANS)
    acts = len(office.events)
    assert keys.ask_for_crl(by=BY, code="root", at=NOW).id == asked.id
    assert (len(office.events), len(office.told), CeremonyRow.objects.count()) == (acts, 3, 1)
    assert keys.ask_for_crl(by=BY, code="root", at=NOW + 4 * DAY).id != asked.id
    office.open = set()
    with pytest.raises(NotAllowed):
        keys.ask_for_authority(by=BY, under="root", code="devices", name=LEAF, at=NOW)


def test_one_refusal_of_three_leaves_two_who_may_approve(office: Office) -> None:
    rooted()
    asked = keys.ask_for_crl(by=BY, code="root", at=NOW)
    office.open = set()
    refused = refuse(asked, 0)
    assert (refused.refused_by, refused.refused_at) == ((("保管人0", "未见公文"),), None)
    with pytest.raises(NotCustodian):
        refuse(asked, 0)
    with pytest.raises(NotCustodian):
        approve(asked, 0)
    approve(asked, 1)
    assert approve(asked, 2).state_at(NOW) is CeremonyState.DONE
    assert office.commands.count("refuse_ceremony") == 1


def test_when_too_few_are_left_the_ceremony_is_over_and_shares_are_wiped() -> None:
    rooted()
    asked = keys.ask_for_crl(by=BY, code="root", at=NOW)
    approve(asked, 0)
    assert refuse(asked, 1).refused_at is None
    over = refuse(asked, 2)
    assert over.state_at(NOW) is CeremonyState.REFUSED
    assert not ApprovalRow.objects.filter(share__isnull=False).exists()
    assert keys.ceremonies(open_at=NOW) == ()
    with pytest.raises(CeremonyOver):
        refuse(asked, 0)
    assert not RevocationListRow.objects.exists()


def test_five_wrong_passphrases_close_one_share_for_half_an_hour_and_no_other(office: Office) -> None:
    rooted()
    asked = keys.ask_for_crl(by=BY, code="root", at=NOW)
    for _number in range(law.WRONG_PASSPHRASES):
        with pytest.raises(WrongPassphrase):
            approve(asked, 0, passphrase="wrong")
    acts = len(office.events)
    with pytest.raises(CustodianClosed):
        approve(asked, 0)  # even the right one
    assert (len(office.events), office.commands.count("wrong_passphrase")) == (acts, 5)
    assert [event.after["wrong"] for event in office.events if event.command == "wrong_passphrase" and event.after] == [
        1, 2, 3, 4, 5,
    ]  # fmt: skip
    approve(asked, 1)
    other = keys.ask_for_authority(by=BY, under="root", code="devices", name=LEAF, at=NOW)
    with pytest.raises(CustodianClosed):
        approve(other, 0)  # the share is the same in every ceremony
    later = NOW + law.CLOSED_FOR
    assert approve(asked, 0, at=later).done_at == later
    assert CustodianRow.objects.get(subject=CUSTODIANS[0].subject).wrong == 0


def test_a_right_passphrase_forgets_the_wrong_ones_and_a_refusal_needs_none() -> None:
    rooted()
    for round_ in range(2):
        asked = keys.ask_for_crl(by=BY, code="root", at=NOW + round_ * 4 * DAY)
        for _number in range(law.WRONG_PASSPHRASES - 1):
            with pytest.raises(WrongPassphrase):
                approve(asked, 0, passphrase="wrong", at=NOW + round_ * 4 * DAY)
        approve(asked, 0, at=NOW + round_ * 4 * DAY)


def test_wrong_passphrases_are_forgotten_a_day_after_the_last_and_not_before(office: Office) -> None:
    rooted()
    asked = keys.ask_for_crl(by=BY, code="root", at=NOW)

    def wrong(at: datetime) -> int:
        with pytest.raises(WrongPassphrase):
            approve(asked, 0, passphrase="wrong", at=at)
        return CustodianRow.objects.get(subject=CUSTODIANS[0].subject).wrong

    assert [wrong(NOW) for _number in range(3)] == [1, 2, 3]
    last = NOW + law.FORGOTTEN_AFTER - timedelta(seconds=1)
    assert wrong(last) == 4
    assert wrong(last + law.FORGOTTEN_AFTER) == 1


def test_shares_of_an_expired_ceremony_are_wiped_and_of_a_waiting_one_kept() -> None:
    rooted()
    asked = keys.ask_for_crl(by=BY, code="root", at=NOW)
    approve(asked, 0)
    assert keys.wipe_expired_shares(at=NOW + DAY) == 0
    assert keys.wipe_expired_shares(at=NOW + 3 * DAY) == 1
    assert keys.ceremony(asked.id).state_at(NOW + 3 * DAY) is CeremonyState.EXPIRED


def test_the_database_holds_that_an_answer_is_one_or_the_other() -> None:
    rooted()
    asked = keys.ask_for_crl(by=BY, code="root", at=NOW)
    approve(asked, 0)
    for change in ({"refused": True, "reason": "x"}, {"reason": "x"}, {"refused": True, "share": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApprovalRow.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        CeremonyRow.objects.update(done_at=NOW, refused_at=NOW)


def together(*acts: Callable[[], object]) -> list[object]:
    """Do all *acts* at the same moment, each on a connection of its own; a refusal is an answer."""
    barrier = Barrier(len(acts))

    def alone(act: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return act()
        except Refusal as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(alone, acts))


@pytest.mark.django_db(transaction=True)
def test_two_custodians_who_approve_at_once_carry_it_out_once() -> None:
    rooted()
    asked = keys.ask_for_crl(by=BY, code="root", at=NOW)
    together(lambda: approve(asked, 0), lambda: approve(asked, 1))
    assert keys.ceremony(asked.id).state_at(NOW) is CeremonyState.DONE
    assert RevocationListRow.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_custodian_in_two_windows_answers_once_and_guesses_no_faster() -> None:
    rooted()
    asked = keys.ask_for_crl(by=BY, code="root", at=NOW)
    answers = together(lambda: approve(asked, 0), lambda: refuse(asked, 0))
    assert answers.count(NotCustodian) == 1
    assert ApprovalRow.objects.count() == 1
    wrong = together(*[lambda: approve(asked, 1, passphrase="wrong")] * 7)
    assert (wrong.count(WrongPassphrase), wrong.count(CustodianClosed)) == (5, 2)
