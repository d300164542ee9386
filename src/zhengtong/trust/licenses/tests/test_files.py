"""Sealed files of a licence, the command line, and the back catalogue."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner
from django.db import connection

from zhengtong.kernel import clock
from zhengtong.trust.documents.api import read_package
from zhengtong.trust.identity.api import enterprise, organisation
from zhengtong.trust.identity.tests.builders import SYSTEM, a_person, an_enterprise, id_number
from zhengtong.trust.licenses import api as licenses
from zhengtong.trust.licenses.cli import licences_group
from zhengtong.trust.licenses.contracts import Form, LicenseState
from zhengtong.trust.licenses.models import ELicense, LicenseFileRow
from zhengtong.trust.licenses.tests.builders import AT, ATTRIBUTES, Office
from zhengtong.trust.seals import api as seals

pytestmark = pytest.mark.django_db


def file_of(office: Office, license_id: UUID, form: Form) -> bytes:
    return licenses.download(actor=office.holder, license_id=license_id, form=form, at=AT).content


@pytest.mark.parametrize("form", [Form.OFD, Form.PDF])
def test_a_sealed_file_carries_the_issuers_seal_and_verifies_for_anybody(sealed_office: Office, form: Form) -> None:
    issued = sealed_office.issue()
    content = file_of(sealed_office, issued.id, form)
    assert seals.verify(content, at=AT).verdict is seals.Verdict.VALID
    told = licenses.verify_file(content, at=AT)
    assert (told.number, told.in_force) == (issued.number, True)
    assert {one.key: one.value for one in told.fields} == ATTRIBUTES


def test_a_sealed_file_is_made_once_and_says_what_was_signed(sealed_office: Office) -> None:
    issued = sealed_office.issue()
    first = file_of(sealed_office, issued.id, Form.OFD)
    assert file_of(sealed_office, issued.id, Form.OFD) == first
    assert LicenseFileRow.objects.count() == 1
    written = b"".join(read_package(first).values()).decode(errors="replace")
    assert all(value in written for value in ATTRIBUTES.values())


def test_a_sealed_file_lies_encrypted(sealed_office: Office) -> None:
    content = file_of(sealed_office, sealed_office.issue().id, Form.OFD)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM license_file")
        [(stored,)] = cursor.fetchall()
    assert content[:64] not in bytes(stored)


def test_a_sealed_file_of_a_revoked_licence_says_so(sealed_office: Office) -> None:
    issued = sealed_office.issue()
    content = file_of(sealed_office, issued.id, Form.OFD)
    licenses.revoke(actor=sealed_office.official, license_id=issued.id, reason="误发", at=AT)
    assert licenses.verify_file(content, at=AT).state is LicenseState.REVOKED
    with pytest.raises(licenses.LicenseStateForbids):
        file_of(sealed_office, issued.id, Form.PDF)


def test_a_changed_sealed_file_is_refused(sealed_office: Office) -> None:
    content = file_of(sealed_office, sealed_office.issue().id, Form.OFD)
    with pytest.raises(licenses.FileNotGenuine):
        licenses.verify_file(content[:-1] + b"\1", at=AT)


def test_a_body_without_a_seal_gives_the_data_file_only(office: Office) -> None:
    issued = office.issue()
    with pytest.raises(licenses.IssuerHasNoSeal):
        file_of(office, issued.id, Form.OFD)
    assert LicenseFileRow.objects.count() == 0
    assert file_of(office, issued.id, Form.JSON)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setattr(clock, "system", clock.ManualClock(at=AT))
    return CliRunner()


def test_the_command_verifies_a_file_with_and_without_the_database(
    office: Office, command: CliRunner, tmp_path: Path
) -> None:
    issued = office.issue()
    path, issuers = tmp_path / "licence.json", tmp_path / "issuers.json"
    path.write_bytes(file_of(office, issued.id, Form.JSON))
    told = command.invoke(licences_group, ["verify", str(path)])
    assert (told.exit_code, issued.number in told.output) == (0, True)
    issuers.write_text(command.invoke(licences_group, ["issuers"]).output, encoding="utf-8")
    offline = command.invoke(licences_group, ["verify", str(path), "--issuers", str(issuers)])
    assert (offline.exit_code, "signed by 西湖区民政局" in offline.output) == (0, True)
    licenses.revoke(actor=office.official, license_id=issued.id, reason="误发", at=AT)
    assert command.invoke(licences_group, ["verify", str(path)]).exit_code == 3


def test_the_command_refuses_signers_it_was_not_told_and_lists_it_cannot_read(
    office: Office, command: CliRunner, tmp_path: Path
) -> None:
    path, issuers = tmp_path / "licence.json", tmp_path / "issuers.json"
    path.write_bytes(file_of(office, office.issue().id, Form.JSON))
    arguments = ["verify", str(path), "--issuers", str(issuers)]
    issuers.write_text(json.dumps({"issuers": []}), encoding="utf-8")
    assert isinstance(command.invoke(licences_group, arguments).exception, licenses.FileNotGenuine)
    issuers.write_text("[]", encoding="utf-8")
    assert "is no list of issuers" in command.invoke(licences_group, arguments).output


def test_a_back_catalogue_is_issued_once_and_wrong_rows_are_named(office: Office) -> None:
    numbers = [id_number() for _place in range(3)]
    for number in numbers[:2]:
        a_person(number=number)
    rows = [
        {"holder": number, "valid_from": day, "name": "沈一帆", "id_number": number, "born_on": "1955-03-07"}
        for number, day in zip(numbers, ("2020-01-02", "1999-07-01", "2020-01-02"), strict=True)
    ]
    rows.append({**rows[0], "valid_from": "yesterday"})

    def run() -> list[licenses.RowOutcome]:
        found = licenses.issue_back_catalogue(rows, actor=SYSTEM, type_key="senior_card", issuer=office.body, at=AT)
        return list(found)

    first = run()
    assert [bool(outcome.number) for outcome in first] == [True, True, False, False]
    assert numbers[2] not in first[2].trouble
    assert (run(), ELicense.objects.count()) == (first, 2)
    assert str(licenses.verify_number(first[1].number, at=AT).valid_from) == "1999-07-01"


def test_the_command_issues_from_a_table_and_counts(office: Office, command: CliRunner, tmp_path: Path) -> None:
    number = id_number()
    a_person(number=number)
    table = tmp_path / "cards.csv"
    row = f"{number},2020-01-02,沈一帆,{number},1955-03-07"
    table.write_text(f"holder,valid_from,name,id_number,born_on\n{row}\n,x,,,\n", encoding="utf-8")
    code = organisation(office.body).code
    arguments = ["issue", "--type", "senior_card", "--issuer", code, "--file", str(table)]
    told = command.invoke(licences_group, arguments)
    assert (told.exit_code, "1 issued or there already, 1 refused" in told.output) == (3, True)
    assert number not in told.output
    assert "✗ row 2" in told.output


def test_an_enterprises_licence_is_found_by_its_credit_code(office: Office) -> None:
    code = enterprise(subject=an_enterprise(None)).credit_code
    row = {"holder": code, "valid_from": "2020-01-02", "name": "某公司", "credit_code": code}
    [outcome] = licenses.issue_back_catalogue(
        [row], actor=SYSTEM, type_key="business_licence", issuer=office.body, at=AT
    )
    assert outcome.number
