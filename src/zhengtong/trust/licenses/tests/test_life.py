"""A licence is issued once, kept by its body, presented with consent, and verified by anybody."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from zhengtong.kernel.errors import NotAllowed, Refusal
from zhengtong.kernel.events.models import OutboxEvent
from zhengtong.trust.ledger import api as ledger
from zhengtong.trust.licenses import api as licenses
from zhengtong.trust.licenses import law
from zhengtong.trust.licenses.contracts import Form, LicenseState, PresentationPurpose
from zhengtong.trust.licenses.models import ELicense, IssuerKey, Presentation
from zhengtong.trust.licenses.tests.builders import (
    AT,
    ATTRIBUTES,
    MINUTE,
    Office,
    a_holder,
    a_ready_office,
    an_office,
    publish,
)

pytestmark = pytest.mark.django_db
TRAVEL = PresentationPurpose.TRAVEL


def events() -> list[str]:
    return list(OutboxEvent.objects.filter(type__startswith="trust.licenses.").values_list("type", flat=True))


def test_a_licence_is_numbered_signed_and_told(office: Office) -> None:
    issued = office.issue()
    number = law.parse(issued.number)
    assert (number.version, issued.state, issued.version) == ("001", LicenseState.VALID, 1)
    assert licenses.wallet(office.holder, at=AT) == (issued,)
    assert events() == ["trust.licenses.license.issued.v1"]
    [act] = ledger.acts_on("trust.license", str(issued.id)).items
    assert act.act.business.command == "trust.licenses.issue"
    assert act.act.concerns == (office.holder.subject,)


def test_a_case_gives_one_licence_however_often_it_asks(office: Office) -> None:
    case = uuid4()
    assert office.issue(case=case) == office.issue(case=case)
    assert office.issue(case=case, type_key="veteran_card", attributes={
        key: ATTRIBUTES[key] for key in ("name", "id_number")}).type.key == "veteran_card"  # fmt: skip
    assert ELicense.objects.count() == 2


def test_a_body_signs_with_one_key(office: Office) -> None:
    office.issue()
    office.issue()
    assert IssuerKey.objects.count() == 1


def test_nothing_that_is_written_lies_readable_in_the_table(office: Office) -> None:
    office.issue()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM license_license")
        rows = b"".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for row in cursor
            for value in row
        )
    assert not any(value.encode() in rows for value in ATTRIBUTES.values())


@pytest.mark.parametrize(
    "changes",
    [{"attributes": {"name": "沈一帆"}}, {"type_key": "unheard_of"}, {"valid_from": AT.date() + timedelta(9)}],
)
def test_what_cannot_be_issued_leaves_nothing(office: Office, changes: dict[str, object]) -> None:
    with pytest.raises(Refusal):
        office.issue(**changes)
    assert (ELicense.objects.count(), events()) == (0, [])


def test_a_body_without_a_credit_code_issues_nothing(office: Office) -> None:
    nameless = an_office(code="")
    with pytest.raises(licenses.IssuerUnfit):
        nameless.issue()
    assert (ELicense.objects.count(), IssuerKey.objects.filter(organisation=nameless.body).count()) == (0, 0)
    assert office.issue()


def test_another_body_may_neither_issue_nor_revoke(office: Office) -> None:
    stranger, issued = an_office("00282003").official, office.issue()
    with pytest.raises(NotAllowed):
        office.issue(actor=stranger)
    with pytest.raises(NotAllowed):
        licenses.revoke(actor=stranger, license_id=issued.id, reason="误", at=AT)
    assert licenses.wallet(office.holder, at=AT) == (issued,)


def test_a_revocation_without_a_reason_changes_nothing(office: Office) -> None:
    issued = office.issue()
    with pytest.raises(licenses.LicenseReasonMissing):
        licenses.revoke(actor=office.official, license_id=issued.id, reason=" ", at=AT)
    assert licenses.wallet(office.holder, at=AT)[0].in_force


def test_a_replaced_licence_keeps_its_serial_and_the_old_number_says_replaced(office: Office) -> None:
    old = office.issue()
    new = licenses.replace(
        actor=office.official, license_id=old.id, attributes=ATTRIBUTES | {"name": "沈帆"}, reason="更名", at=AT
    )
    assert (law.parse(new.number).serial, law.parse(new.number).version) == (law.parse(old.number).serial, "002")
    assert licenses.verify_number(old.number, at=AT).state is LicenseState.REPLACED
    assert licenses.verify_number(new.number, at=AT).in_force
    assert licenses.wallet(office.holder, at=AT) == (new,)


def test_a_licence_expires_by_its_date_and_by_nothing_else(office: Office) -> None:
    attributes = {key: ATTRIBUTES[key] for key in ("name", "id_number")}
    issued = office.issue(type_key="residence_permit", attributes=attributes)
    assert issued.valid_until is not None
    later = AT + timedelta(days=365)
    assert licenses.verify_number(issued.number, at=later).state is LicenseState.EXPIRED


def test_types_published_again_unchanged_keep_their_version(office: Office) -> None:
    del office
    assert publish() == 0


def test_the_holder_reads_in_part_and_every_reading_is_on_record(office: Office) -> None:
    issued = office.issue()
    opened = licenses.open_license(actor=office.holder, license_id=issued.id, at=AT)
    shown = {one.key: one.value for one in opened.fields}
    assert shown["name"] != ATTRIBUTES["name"]
    assert shown["born_on"] == ATTRIBUTES["born_on"]
    clear = licenses.open_license(actor=office.holder, license_id=issued.id, at=AT, masked=False)
    assert {one.key: one.value for one in clear.fields} == ATTRIBUTES
    assert [item.act.kind for item in ledger.acts_on("trust.license", str(issued.id)).items[:2]] == ["read", "read"]


def test_nobody_reads_another_holders_licence(office: Office) -> None:
    issued, stranger = office.issue(), a_holder()
    for forbidden in (
        lambda: licenses.open_license(actor=stranger, license_id=issued.id, at=AT),
        lambda: licenses.download(actor=stranger, license_id=issued.id, form=Form.JSON, at=AT),
        lambda: licenses.present(actor=stranger, license_id=issued.id, fields=["name"], purpose=TRAVEL, at=AT),
    ):
        with pytest.raises(licenses.UnknownLicense):
            forbidden()
    assert len(ledger.acts_on("trust.license", str(issued.id)).items) == 1


def test_a_presentation_tells_only_what_was_consented_to(office: Office) -> None:
    issued = office.issue()
    shown = licenses.present(actor=office.holder, license_id=issued.id, fields=["born_on"], purpose=TRAVEL, at=AT)
    told = licenses.verify_code(shown.code.lower(), actor=None, at=AT + MINUTE / 2)
    assert [(one.key, one.value) for one in told.fields] == [("born_on", "1955-03-07")]
    assert (told.in_force, told.purpose, told.number) == (True, TRAVEL, issued.number)
    [look] = ledger.looks_at(office.holder.subject).items
    assert (look.purpose, look.object_type) == (str(TRAVEL), "trust.license.presentation")


def test_a_code_ends_after_a_minute_and_a_new_one_ends_the_old(office: Office) -> None:
    issued = office.issue()
    shown = licenses.present(actor=office.holder, license_id=issued.id, fields=["name"], purpose=TRAVEL, at=AT)
    with pytest.raises(licenses.PresentationOver):
        licenses.verify_code(shown.code, actor=None, at=AT + MINUTE)
    renewed = licenses.renew(actor=office.holder, presentation=shown.id, at=AT + MINUTE)
    with pytest.raises(licenses.PresentationOver):
        licenses.verify_code(shown.code, actor=None, at=AT + MINUTE)
    assert licenses.verify_code(renewed.code, actor=None, at=AT + MINUTE).in_force
    with pytest.raises(licenses.PresentationOver):
        licenses.renew(actor=office.holder, presentation=shown.id, at=AT + 15 * MINUTE)


def test_an_ended_presentation_shows_nothing_more(office: Office) -> None:
    issued = office.issue()
    shown = licenses.present(actor=office.holder, license_id=issued.id, fields=["name"], purpose=TRAVEL, at=AT)
    assert licenses.end_presentation(actor=office.holder, presentation=shown.id, at=AT) == issued.id
    for wrong in (shown.code, "LC-AAAA", ""):
        with pytest.raises(licenses.PresentationOver):
            licenses.verify_code(wrong, actor=None, at=AT)
    assert ledger.looks_at(office.holder.subject).items == ()


def test_the_holder_sees_who_verified_and_when(office: Office) -> None:
    issued = office.issue()
    shown = licenses.present(actor=office.holder, license_id=issued.id, fields=["name"], purpose=TRAVEL, at=AT)
    licenses.verify_code(shown.code, actor=office.official, at=AT)
    licenses.verify_code(shown.code, actor=None, at=AT + MINUTE / 2)
    [seen] = licenses.presentations(office.holder, issued.id, at=AT)
    assert [look.organisation for look in seen.looks] == [None, office.body]
    assert [look.subject for look in seen.looks] == [None, office.official.subject]


@pytest.mark.parametrize("fields", [[], ["name", "surprise"]])
def test_a_consent_to_nothing_or_to_what_is_not_there_is_refused(office: Office, fields: list[str]) -> None:
    issued = office.issue()
    with pytest.raises(licenses.ConsentUnfit):
        licenses.present(actor=office.holder, license_id=issued.id, fields=fields, purpose=TRAVEL, at=AT)
    assert Presentation.objects.count() == 0


def test_a_suspended_licence_is_not_presented(office: Office) -> None:
    issued = office.issue()
    licenses.suspend(actor=office.official, license_id=issued.id, reason="核查", at=AT)
    with pytest.raises(licenses.LicenseStateForbids):
        licenses.present(actor=office.holder, license_id=issued.id, fields=["name"], purpose=TRAVEL, at=AT)


def test_a_downloaded_file_is_verified_and_tells_how_the_licence_stands_now(office: Office) -> None:
    issued = office.issue()
    file = licenses.download(actor=office.holder, license_id=issued.id, form=Form.JSON, at=AT)
    told = licenses.verify_file(file.content, at=AT)
    assert ({one.key: one.value for one in told.fields}, told.in_force) == (ATTRIBUTES, True)
    licenses.revoke(actor=office.official, license_id=issued.id, reason="骗取", at=AT)
    assert licenses.verify_file(file.content, at=AT).state is LicenseState.REVOKED


def test_a_changed_file_is_found_at_every_place(office: Office) -> None:
    file = licenses.download(actor=office.holder, license_id=office.issue().id, form=Form.JSON, at=AT)
    outer = json.loads(file.content)
    for part in ("payload", "protected", "signature"):
        for place in range(0, len(outer[part]), 7):
            letter = "B" if outer[part][place] == "A" else "A"
            changed = outer | {part: outer[part][:place] + letter + outer[part][place + 1 :]}
            with pytest.raises(licenses.FileNotGenuine):
                licenses.verify_file(json.dumps(changed).encode(), at=AT)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"\xff\xfe", b"%PDF-1.7", b'{"payload": 1, "protected": 2}', b"x" * 300_000]
)
def test_what_is_no_licence_is_refused(office: Office, data: bytes) -> None:
    del office
    with pytest.raises(licenses.FileNotGenuine):
        licenses.verify_file(data, at=AT)


class Life(RuleBasedStateMachine):
    """Licences under any order of acts: the model keeps states in a dictionary, the room keeps them in tables."""

    issued = Bundle("issued")

    def __init__(self) -> None:
        super().__init__()
        self.office = OFFICES[0]
        self.states: dict[object, LicenseState] = {}
        self.numbers: dict[object, str] = {}

    def _known(self, view: licenses.LicenseView) -> object:
        self.states[view.id], self.numbers[view.id] = LicenseState.VALID, view.number
        return view.id

    @rule(target=issued)
    def issue(self) -> object:
        return self._known(self.office.issue())

    @rule(license_id=issued, act=st.sampled_from(["suspend", "revoke", "resume"]))
    def change(self, license_id: Any, act: str) -> None:
        to = {"suspend": LicenseState.SUSPENDED, "revoke": LicenseState.REVOKED, "resume": LicenseState.VALID}[act]
        more = {} if act == "resume" else {"reason": "核查"}
        lawful = law.may_become(self.states[license_id], to)
        try:
            getattr(licenses, act)(actor=self.office.official, license_id=license_id, at=AT, **more)
        except licenses.LicenseStateForbids:
            assert not lawful
        else:
            assert lawful
            self.states[license_id] = to

    @rule(target=issued, license_id=consumes(issued))
    def replace(self, license_id: Any) -> object:
        try:
            new = licenses.replace(
                actor=self.office.official,
                license_id=license_id,
                attributes=ATTRIBUTES,
                reason="换",
                at=AT,
            )
        except licenses.LicenseStateForbids:
            assert self.states[license_id] is not LicenseState.VALID
            return multiple()
        assert self.states[license_id] is LicenseState.VALID
        self.states[license_id] = LicenseState.REPLACED
        return self._known(new)

    @rule(license_id=issued)
    def present(self, license_id: Any) -> None:
        usable = self.states[license_id] is LicenseState.VALID
        try:
            licenses.present(actor=self.office.holder, license_id=license_id, fields=["name"], purpose=TRAVEL, at=AT)
        except licenses.LicenseStateForbids:
            assert not usable
        else:
            assert usable

    @invariant()
    def everybody_is_told_the_state(self) -> None:
        for key, state in self.states.items():
            assert licenses.verify_number(self.numbers[key], at=AT).state is state


OFFICES: list[Office] = []


def test_a_licence_follows_the_table_of_moves_in_any_order_of_acts() -> None:
    OFFICES[:] = [a_ready_office()]
    run_state_machine_as_test(Life, settings=settings(max_examples=8, stateful_step_count=10, deadline=None))
