"""What a case gives goes to the wallet, and what lies there serves as evidence."""

from typing import Any
from uuid import uuid4

import pytest

from zhengtong.process.cases.contracts import IssueOrder
from zhengtong.site.licence_office import LicenceEvidence, LicenceIssuer
from zhengtong.trust.ledger import api as ledger
from zhengtong.trust.licenses import api as licenses
from zhengtong.trust.licenses.models import ELicense
from zhengtong.trust.licenses.tests.builders import AT, Office, a_ready_office

pytestmark = pytest.mark.django_db
ANSWERS = {
    "child_name": "沈新",
    "born_on": "2026-11-01",
    "applicant_name": "沈一帆",
    "applicant_number": "330106199003071236",
}


def an_order(office: Office, **changes: Any) -> IssueOrder:
    facts: dict[str, Any] = {
        "case": uuid4(),
        "reference": "BJ-1",
        "item": "birth",
        "output": "birth_certificate",
        "name": "出生医学证明",
        "licence": True,
        "holder": office.holder.subject,
        "organisation": office.body,
        "region": "330106",
        "answers": ANSWERS,
    }
    return IssueOrder(**(facts | changes))


def test_a_granted_case_puts_its_licence_into_the_wallet_once() -> None:
    office = a_ready_office()
    order = an_order(office)
    number = LicenceIssuer().issue(order, at=AT)
    assert LicenceIssuer().issue(order, at=AT) == number
    [held] = licenses.wallet(office.holder, at=AT)
    assert (held.number, held.type.key) == (number, "birth_certificate")


@pytest.mark.parametrize("changes", [{"output": "school_place"}, {"answers": {}}])
def test_what_is_no_licence_or_lacks_its_content_is_left_to_the_decision(changes: dict[str, Any]) -> None:
    office = a_ready_office()
    assert LicenceIssuer().issue(an_order(office, **changes), at=AT) is None
    assert ELicense.objects.count() == 0


def test_a_valid_licence_is_evidence_and_a_revoked_one_is_not() -> None:
    office = a_ready_office()
    number = LicenceIssuer().issue(an_order(office), at=AT)
    purpose = "portals.officer.handling"
    find = LicenceEvidence().find
    assert find("birth_certificate", actor=office.holder, purpose=purpose, at=AT) == number
    [held] = licenses.wallet(office.holder, at=AT)
    assert ledger.acts_on("trust.license", str(held.id)).items[0].act.purpose == purpose
    licenses.revoke(actor=office.official, license_id=held.id, reason="误发", at=AT)
    assert find("birth_certificate", actor=office.holder, purpose=purpose, at=AT) is None
