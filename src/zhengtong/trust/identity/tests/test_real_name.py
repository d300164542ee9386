"""Real-name proof: yes or no, few attempts, no hint which part was wrong; and people keep their one identity."""

import itertools

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.kernel.checkdigits import InvalidResidentId
from zhengtong.kernel.errors import NotAllowed
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity import guard
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, SubjectKind
from zhengtong.trust.identity.models import Account, NaturalPerson, ProofEvent, Subject
from zhengtong.trust.identity.refusals import (
    PersonAlreadyRegistered,
    PersonHasAccount,
    RealNameAlreadyProved,
    RealNameAttemptsUsedUp,
    RealNameMismatch,
)
from zhengtong.trust.identity.services.real_name import tidy
from zhengtong.trust.identity.tests.builders import DAY, NOW, SYSTEM, a_person, an_account, id_number
from zhengtong.trust.ledger.api import acts_concerning, count_acts

pytestmark = pytest.mark.django_db
_names = itertools.count()


class Registry:
    """A population registry of a few people."""

    def __init__(self) -> None:
        self.people: dict[str, str] = {}
        self.asked = 0

    def matches(self, id_number: str, name: str) -> bool:
        self.asked += 1
        return self.people.get(id_number) == name


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    source = Registry()
    monkeypatch.setattr(guard, "_sources", [source])
    return source


def newcomer() -> Actor:
    account = Account.objects.create_user(f"newcomer{next(_names)}")
    return Actor(subject=account.subject_id, kind=SubjectKind.NATURAL, account=account.pk, assurance=AssuranceLevel.LOW)


def test_number_and_name_that_belong_together_prove_the_account(registry: Registry) -> None:
    number = id_number()
    registry.people[number] = "张伟"
    actor = newcomer()
    result = identity.prove_real_name(actor=actor, id_number=number.lower(), name=" 张 伟 ", at=NOW)
    assert (result.subject, result.level) == (actor.subject, AssuranceLevel.SUBSTANTIAL)
    assert Subject.objects.get(pk=actor.subject).proof_level == AssuranceLevel.SUBSTANTIAL
    proof = ProofEvent.objects.get(subject=actor.subject)
    [recorded] = acts_concerning(actor.subject).items
    assert (proof.act, proof.source) == (recorded.id, "population_registry")
    assert identity.subject_of_id_number(number) == actor.subject
    with pytest.raises(RealNameAlreadyProved):
        identity.prove_real_name(actor=actor, id_number=number, name="张伟", at=NOW)


def test_a_person_on_file_keeps_their_subject_and_the_account_moves_to_it(registry: Registry) -> None:
    number = id_number()
    registry.people[number] = "张伟"
    person = a_person("张伟", number)
    actor = newcomer()
    assert identity.prove_real_name(actor=actor, id_number=number, name="张伟", at=NOW).subject == person
    assert Account.objects.get(pk=actor.account or 0).subject_id == person
    assert Subject.objects.get(pk=actor.subject).merged_into_id == person


def test_a_person_has_one_account(registry: Registry) -> None:
    number = id_number()
    registry.people[number] = "张伟"
    an_account(a_person("张伟", number), "first")
    acts = count_acts()
    actor = newcomer()
    with pytest.raises(PersonHasAccount):
        identity.prove_real_name(actor=actor, id_number=number, name="张伟", at=NOW)
    assert Subject.objects.get(pk=actor.subject).proof_level == AssuranceLevel.NONE
    assert count_acts() == acts


def test_a_wrong_name_and_an_unknown_number_get_the_same_answer(registry: Registry) -> None:
    known = id_number()
    registry.people[known] = "张伟"
    answers = []
    for number in (known, id_number()):
        with pytest.raises(RealNameMismatch) as refused:
            identity.prove_real_name(actor=newcomer(), id_number=number, name="李四", at=NOW)
        answers.append(refused.value.problem())
    assert answers[0] == answers[1]
    assert ProofEvent.objects.count() == NaturalPerson.objects.count() == 0


def test_the_sixth_attempt_of_a_day_is_refused_without_asking(registry: Registry) -> None:
    number = id_number()
    registry.people[number] = "张伟"
    actor = newcomer()
    left = []
    for _ in range(5):
        with pytest.raises(RealNameMismatch) as refused:
            identity.prove_real_name(actor=actor, id_number=id_number(), name="李四", at=NOW)
        left.append(refused.value.details["left"])
    with pytest.raises(RealNameAttemptsUsedUp):
        identity.prove_real_name(actor=actor, id_number=number, name="张伟", at=NOW)
    assert (left, registry.asked) == ([4, 3, 2, 1, 0], 5)
    assert identity.prove_real_name(actor=actor, id_number=number, name="张伟", at=NOW + DAY)


def test_many_accounts_buy_no_more_guesses_at_one_number(registry: Registry) -> None:
    number = id_number()
    registry.people[number] = "张伟"
    for _ in range(5):
        with pytest.raises(RealNameMismatch):
            identity.prove_real_name(actor=newcomer(), id_number=number, name="李四", at=NOW)
    with pytest.raises(RealNameAttemptsUsedUp):
        identity.prove_real_name(actor=newcomer(), id_number=number, name="张伟", at=NOW)
    assert registry.asked == 5


def test_a_mistyped_number_costs_no_attempt(registry: Registry) -> None:
    number = id_number()
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    actor = newcomer()
    for _ in range(9):
        with pytest.raises(InvalidResidentId):
            identity.prove_real_name(actor=actor, id_number=wrong, name="张伟", at=NOW)
    assert registry.asked == 0


def test_attempts_are_kept_without_the_number(registry: Registry) -> None:
    number = id_number()
    with pytest.raises(RealNameMismatch):
        identity.prove_real_name(actor=newcomer(), id_number=number, name="张伟", at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM identity_proofattempt")
        assert number not in str([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor])


def test_a_clerk_registers_a_person_once() -> None:
    number = id_number()
    subject = identity.register_person(actor=SYSTEM, name="王芳", id_number=number, at=NOW)
    assert identity.person(subject).name == "王*"
    with pytest.raises(PersonAlreadyRegistered):
        identity.register_person(actor=SYSTEM, name="王芳", id_number=number, at=NOW)
    with pytest.raises(NotAllowed):
        identity.register_person(actor=newcomer(), name="王芳", id_number=id_number(), at=NOW)
    assert NaturalPerson.objects.count() == 1


@given(name=st.text("张伟·・•‧ 　Ａa", max_size=8))
def test_names_are_compared_in_one_form(name: str) -> None:
    once = tidy(name)
    assert tidy(once) == once
    assert tidy(f" {name} ") == once == tidy(name.replace("·", "•"))
