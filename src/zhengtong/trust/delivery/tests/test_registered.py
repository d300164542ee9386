"""Registered letters are sent once, arrive, are opened by whom it concerns, and prove each step."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from zhengtong.kernel.clock import ManualClock
from zhengtong.kernel.errors import Conflict, NotAllowed, Refusal
from zhengtong.kernel.events.api import Dispatcher, drain
from zhengtong.kernel.events.models import OutboxEvent
from zhengtong.kernel.pages.api import Asked
from zhengtong.trust.delivery import api, law
from zhengtong.trust.delivery.models import LetterRow
from zhengtong.trust.delivery.tests.builders import HOUR, WRITING, Office, acting_for, an_office, mandated, oneself
from zhengtong.trust.identity.api import system_actor
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel
from zhengtong.trust.identity.refusals import AssuranceTooLow, MandateOutsideMatter
from zhengtong.trust.identity.tests.builders import NOW, a_person, an_actor_in_post
from zhengtong.trust.ledger import api as ledger
from zhengtong.trust.ledger.evidence.verifying import Outcome
from zhengtong.trust.licenses import api as licenses
from zhengtong.trust.licenses.tests.builders import AT, a_seal_for, publish
from zhengtong.trust.licenses.tests.builders import an_office as an_issuing_office
from zhengtong.trust.seals import outside
from zhengtong.trust.seals.outside import SimulatedRegistry
from zhengtong.trust.seals.tests.builders import workshop

pytestmark = pytest.mark.django_db
LATER = NOW + 2 * HOUR
SECRET = "请于十五日内改正"


@pytest.fixture
def office() -> Office:
    return an_office()


def commands(letter: api.Letter) -> list[str]:
    found = ledger.acts_on("trust.delivery.letter", str(letter.id)).items
    return [one.act.business.command.removeprefix("trust.delivery.") for one in reversed(found)]


def writes(letter: api.Letter) -> list[str]:
    return [name for name in commands(letter) if name != "read"]


def test_electronic_signature_law_article_11_makes_arrival_the_moment_that_counts(office: Office) -> None:
    api.give_consent(actor=office.citizen, at=NOW)
    sent = office.send()
    assert (sent.state, sent.sent_at, sent.arrived_at, sent.served_at) == (api.LetterState.SENT, NOW, None, None)
    there = api.put_into_box(letter=sent.id, at=NOW + HOUR)
    assert (there.state, there.arrived_at, there.served_at) == (api.LetterState.ARRIVED, NOW + HOUR, NOW + HOUR)
    opened = api.open_registered(actor=office.citizen, letter=sent.id, at=LATER)
    assert opened.served_at == NOW + HOUR
    arrival = ledger.act(next(one.id for one in acts(sent) if one.act.business.command.endswith("arrive_letter")))
    assert arrival.act.authority.clause == law.CLAUSES["arrive"] == "电子签名法§11"


def acts(letter: api.Letter) -> tuple[ledger.RecordedAct, ...]:
    return ledger.acts_on("trust.delivery.letter", str(letter.id)).items


def test_sending_arrival_and_opening_are_acts_with_the_digest_and_never_the_words(office: Office) -> None:
    letter = office.deliver()
    api.open_registered(actor=office.citizen, letter=letter.id, at=LATER)
    assert writes(letter) == ["send_letter", "arrive_letter", "open_letter"]
    told = [one.act for one in acts(letter) if one.act.business.command != "read"]
    assert {act.business.after for act in told} == {letter.digest}
    assert {act.concerns for act in told} == {(office.citizen.subject,)}
    assert told[-1].authority.clause == WRITING.clause
    written = api.data_file(office.citizen, letter.id, at=LATER)
    assert letter.digest.split(":")[1] == hashlib.new(letter.digest.split(":")[0], written).hexdigest()
    assert SECRET not in json.dumps([event.data for event in OutboxEvent.objects.all()], ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM delivery_letter")
        assert SECRET.encode() not in bytes(cursor.fetchone()[0])


def test_a_letter_arrives_by_its_own_event_and_only_once(office: Office) -> None:
    letter = office.send()
    assert api.registered_of(office.citizen, at=LATER).items == ()
    drain(Dispatcher(clock=ManualClock(at=NOW)))
    [there] = api.registered_of(office.citizen, at=LATER).items
    api.put_into_box(letter=letter.id, at=LATER)
    assert (there.id, there.state) == (letter.id, api.LetterState.ARRIVED)
    assert writes(letter) == ["send_letter", "arrive_letter"]
    [message] = api.mailbox(office.citizen).items
    said = f"{message.title.zh}{message.body}"
    assert (message.link, SECRET in said, WRITING.subject in said) == (f"/registered/{letter.id}/", False, False)


def test_an_unopened_letter_shows_its_envelope_only(office: Office) -> None:
    letter = office.deliver()
    [listed] = api.registered_of(office.citizen, at=LATER).items
    assert (listed.writing, api.envelope(office.citizen, letter.id, at=LATER).writing) == (None, None)
    with pytest.raises(api.LetterUnopened):
        api.data_file(office.citizen, letter.id, at=LATER)
    assert api.open_registered(actor=office.citizen, letter=letter.id, at=LATER).writing == WRITING
    assert api.envelope(office.citizen, letter.id, at=LATER).writing == WRITING
    assert api.registered_of(office.citizen, unopened_only=True, at=LATER).items == ()


def test_the_first_opening_counts_and_later_ones_change_nothing(office: Office) -> None:
    letter = office.deliver()
    first = api.open_registered(actor=office.citizen, letter=letter.id, at=LATER)
    again = api.open_registered(actor=office.citizen, letter=letter.id, at=LATER + HOUR)
    assert first.opened_at == again.opened_at == LATER
    assert (first.by_agent, writes(letter).count("open_letter")) == (False, 1)


def test_without_consent_a_letter_is_notice_and_a_revoked_consent_is_none(office: Office) -> None:
    notice = office.deliver()
    assert notice.served_at is None
    given = api.give_consent(actor=office.citizen, at=NOW)
    assert api.give_consent(actor=office.citizen, at=LATER) == given
    assert office.deliver().served_at == NOW + HOUR
    api.revoke_consent(actor=office.citizen, at=LATER)
    api.revoke_consent(actor=office.citizen, at=LATER)
    assert (api.consent_of(office.citizen.subject), office.deliver().served_at) == (None, None)
    found = ledger.acts_on("trust.delivery.consent", str(given.id)).items
    assert [(one.act.business.command, one.act.authority.clause) for one in found] == [
        ("trust.delivery.revoke_consent", "行政处罚法§61"),
        ("trust.delivery.consent", "行政处罚法§61"),
    ]


def test_an_enterprise_has_its_box_by_credit_code_and_the_switch_shows_it(office: Office) -> None:
    letter = office.deliver(number=office.code.lower())
    assert letter.addressee == office.company
    assert [one.id for one in api.registered_of(office.representative, at=LATER).items] == [letter.id]
    assert api.registered_of(oneself(office.representative.subject), at=LATER).items == ()
    opened = api.open_registered(actor=office.representative, letter=letter.id, at=LATER)
    responsibility = acts(letter)[0].act.responsibility
    assert (opened.by_agent, responsibility.subject, responsibility.on_behalf_of) == (
        True, office.representative.subject, office.company,
    )  # fmt: skip
    assert api.enterprise_number(office.code) == office.code


def test_a_mandate_limits_who_may_read_and_who_may_consent(office: Office) -> None:
    letter = office.deliver(number=office.code)
    clerk = mandated(office.representative, a_person("王五"), "social")
    with pytest.raises(MandateOutsideMatter):
        api.open_registered(actor=clerk, letter=letter.id, at=LATER)
    with pytest.raises(MandateOutsideMatter):
        api.registered_of(clerk, at=LATER)
    reader = mandated(office.representative, a_person("赵六"), api.READING)
    with pytest.raises(MandateOutsideMatter):
        api.give_consent(actor=reader, at=LATER)
    assert LetterRow.objects.get(id=letter.id).opened_at is None
    assert api.open_registered(actor=reader, letter=letter.id, at=LATER).by_agent


def test_strangers_helpers_and_the_unproved_open_nothing(office: Office) -> None:
    letter = office.deliver()
    stranger = oneself(a_person("钱七"))
    helper = replace(office.sender, on_behalf_of=office.citizen.subject, assistance=uuid4())
    unproved = replace(office.citizen, assurance=AssuranceLevel.LOW)
    for actor, refusal in (
        (stranger, api.UnknownLetter), (office.representative, api.UnknownLetter),
        (helper, api.NotByHelper), (unproved, AssuranceTooLow),
    ):  # fmt: skip
        with pytest.raises(refusal):
            api.open_registered(actor=actor, letter=letter.id, at=LATER)
    assert writes(letter) == ["send_letter", "arrive_letter"]


def test_a_form_sent_twice_is_one_letter_sent_once(office: Office) -> None:
    key = uuid4()
    first = office.prepare(key=key)
    second = office.prepare(key=key, number="", writing=replace(WRITING, text="请于三十日内改正。"))
    assert (first.id, first.reference) == (second.id, second.reference)
    with pytest.raises(Conflict):
        api.send_prepared(actor=office.sender, letter=first.id, digest=first.digest, at=NOW)
    assert LetterRow.objects.get().sent_at is None
    for _ in range(2):
        api.send_prepared(actor=office.sender, letter=first.id, digest=second.digest, at=NOW)
    assert writes(first) == ["send_letter"]
    for later in (lambda: office.prepare(key=key), lambda: api.discard_prepared(actor=office.sender, letter=first.id)):
        with pytest.raises(api.LetterAlreadySent):
            later()


def test_a_key_belongs_to_who_used_it_first(office: Office) -> None:
    made = office.prepare()
    with pytest.raises(api.LetterKeyUsed):
        office.prepare(actor=office.colleague, key=LetterRow.objects.get().key)
    with pytest.raises(api.UnknownLetter):
        api.send_prepared(actor=office.colleague, letter=made.id, digest=made.digest, at=NOW)
    assert LetterRow.objects.get().sent_at is None


def test_other_rooms_send_in_one_call_and_again_without_harm(office: Office) -> None:
    facts = {
        "actor": system_actor(), "key": uuid4(), "sender": office.bureau, "addressee": office.company,
        "writing": WRITING, "at": NOW,
    }  # fmt: skip
    first, again = api.send_registered(**facts), api.send_registered(**facts)  # type: ignore[arg-type]
    assert (first, writes(first)) == (again, ["send_letter"])
    with pytest.raises(api.LetterKeyUsed):
        api.send_registered(**{**facts, "addressee": office.citizen.subject})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unfit", "refusal"),
    [
        ({"writing": replace(WRITING, subject=" ")}, api.LetterUnfit),
        ({"writing": replace(WRITING, clause="")}, api.LetterUnfit),
        ({"writing": replace(WRITING, text="长" * 20_001)}, api.LetterUnfit),
        ({"number": "330106199003071236"}, api.UnknownAddressee),
        ({"number": ""}, api.UnknownAddressee),
        ({"document": b"0" * (law.LARGEST_DOCUMENT + 1)}, api.LetterDocumentUnsealed),
    ],
)
def test_an_unfit_letter_is_refused_and_nothing_is_kept(
    office: Office, unfit: dict[str, object], refusal: type[Exception]
) -> None:
    before = ledger.count_acts()
    with pytest.raises(refusal):
        office.prepare(**unfit)
    assert (LetterRow.objects.count(), ledger.count_acts()) == (0, before)


def test_who_may_not_send_neither_sends_nor_sees(office: Office) -> None:
    outsider = an_actor_in_post()
    with pytest.raises(NotAllowed):
        office.prepare(actor=outsider)
    with pytest.raises(NotAllowed):
        api.sent_letters(outsider, Asked())
    letter = office.send()
    with pytest.raises(NotAllowed):
        api.sent_letter(actor=outsider, letter=letter.id, at=LATER)


def test_a_sender_sees_the_times_and_the_addressee_in_part_with_each_look_on_record(
    office: Office, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    letter = office.deliver()
    unsent = office.prepare()
    api.open_registered(actor=office.citizen, letter=letter.id, at=LATER)
    api.sent_letters(office.colleague, Asked())
    with django_assert_num_queries(2):
        [seen] = api.sent_letters(office.colleague, Asked(), state=api.LetterState.OPENED).rows
    assert (seen.addressee_name, seen.letter.writing, seen.mine) == ("沈*帆", None, False)
    assert [one.letter.id for one in api.sent_letters(office.colleague, Asked()).rows] == [letter.id]
    assert len(api.sent_letters(office.sender, Asked()).rows) == 2
    assert [one.letter.id for one in api.sent_letters(office.sender, Asked(text=unsent.reference.lower())).rows] == [
        unsent.id
    ]
    full = api.sent_letter(actor=office.colleague, letter=letter.id, at=LATER)
    assert office.number not in full.addressee_number
    assert (full.letter.writing, full.letter.opened_at) == (WRITING, LATER)
    looks = ledger.looks_at(office.citizen.subject).items
    assert [look.purpose for look in looks] == ["trust.delivery.sent", *["trust.delivery.addressing"] * 2]


def test_unconfirmed_letters_are_thrown_away_after_a_day(office: Office) -> None:
    kept, sent = office.prepare(at=NOW + HOUR), office.send()
    office.prepare()
    assert api.forget_unconfirmed(NOW + timedelta(days=1, minutes=1)) == 1
    assert set(LetterRow.objects.values_list("id", flat=True)) == {kept.id, sent.id}
    api.discard_prepared(actor=office.sender, letter=kept.id)
    assert LetterRow.objects.get().id == sent.id


def test_letters_are_searched_and_paged_in_two_statements(
    office: Office, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    letters = [office.deliver() for _ in range(3)]
    api.open_registered(actor=office.citizen, letter=letters[0].id, at=LATER)
    first = api.registered_of(office.citizen, at=LATER, limit=2)
    second = api.registered_of(office.citizen, at=LATER, limit=2, before=first.next)
    assert [one.id for one in first.items + second.items] == [one.id for one in reversed(letters)]
    assert second.next is None
    with django_assert_num_queries(2):
        [found] = api.registered_of(office.citizen, at=LATER, text="责令").items
    assert found.id == letters[0].id
    assert len(api.registered_of(office.citizen, at=LATER, text="市场监督", unopened_only=True).items) == 2
    assert [one.id for one in api.registered_of(office.citizen, at=LATER, text=letters[1].reference).items] == [
        letters[1].id
    ]


def evidence_holds(written: str) -> bool:
    return ledger.verify_evidence(written.encode()).outcome is not Outcome.FAILED


def test_each_step_gives_evidence_that_anybody_verifies(office: Office) -> None:
    letter = office.deliver()
    with pytest.raises(api.LetterProofMissing):
        api.proof_for_addressee(office.citizen, letter.id, api.Proof.OPENING, at=LATER)
    with pytest.raises(ledger.NotInLog):
        api.proof_for_addressee(office.citizen, letter.id, api.Proof.ARRIVAL, at=LATER)
    api.open_registered(actor=office.citizen, letter=letter.id, at=LATER)
    while ledger.sequence(LATER):
        pass
    for proof in api.Proof:
        mine = api.proof_for_addressee(office.citizen, letter.id, proof, at=LATER)
        theirs = api.proof_for_sender(actor=office.colleague, letter=letter.id, proof=proof, at=LATER)
        assert mine == theirs
        assert evidence_holds(mine)
        assert not evidence_holds(mine.replace('"entry": "ey', '"entry": "eY'))


def test_evidence_of_an_opening_does_not_tell_the_sender_which_agent_it_was(office: Office) -> None:
    letter = office.deliver(number=office.code)
    api.open_registered(actor=acting_for(office.representative.subject, office.company), letter=letter.id, at=LATER)
    while ledger.sequence(LATER):
        pass
    with pytest.raises(api.ReaderNotDisclosed):
        api.proof_for_sender(actor=office.sender, letter=letter.id, proof=api.Proof.OPENING, at=LATER)
    own: Actor = office.representative
    assert evidence_holds(api.proof_for_addressee(own, letter.id, api.Proof.OPENING, at=LATER))


def test_only_a_document_whose_seal_holds_is_enclosed_and_it_comes_out_as_it_went_in(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "_registries", [SimulatedRegistry(tmp_path / "registry.sqlite3")])
    monkeypatch.setattr(outside, "_authorities", [workshop().authority])
    publish()
    body = an_issuing_office()
    a_seal_for(body)
    licence = body.issue()
    sealed = licenses.download(actor=body.holder, license_id=licence.id, form=licenses.Form.OFD, at=AT).content
    letter = office.prepare(document=sealed, at=AT)
    assert letter.enclosure
    assert (letter.enclosure.form, letter.enclosure.digest) == ("ofd", law.digest_of(sealed))
    kept = office.prepare(key=LetterRow.objects.get().key, number="", at=AT)
    assert kept.enclosure == letter.enclosure
    with connection.cursor() as cursor:
        cursor.execute("SELECT document FROM delivery_letter")
        assert bytes(cursor.fetchone()[0])[:2] != sealed[:2] == b"PK"
    api.send_prepared(actor=office.sender, letter=kept.id, digest=kept.digest, at=AT)
    api.put_into_box(letter=kept.id, at=AT)
    api.open_registered(actor=office.citizen, letter=kept.id, at=AT)
    assert api.enclosed_document(office.citizen, kept.id, at=AT) == sealed
    with pytest.raises(Refusal):
        office.prepare(document=sealed[:-300] + bytes(300), at=AT)
