"""Bodies that issue licences, officials, holders; all through the doors."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from zhengtong.kernel.checkdigits import compose_credit_code
from zhengtong.trust.access import api as access
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import (
    Actor,
    AssuranceLevel,
    Duty,
    OrganisationEntry,
    OrganisationKind,
    OrganisationLevel,
    SubjectKind,
)
from zhengtong.trust.identity.tests.builders import SYSTEM, a_post, an_official, in_post, some_regions
from zhengtong.trust.licenses import api as licenses
from zhengtong.trust.licenses.contracts import LicenseView, Permission
from zhengtong.trust.seals import api as seals

AT = datetime(2026, 11, 25, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FOLDER = Path(__file__).resolve().parents[5] / "provinces/demo/licences"
ADMINISTRATOR = compose_credit_code(authority="1", category="1", region="330106", organisation="00282001")
ATTRIBUTES = {"name": "沈一帆", "id_number": "330106195503071232", "born_on": "1955-03-07"}


def a_holder() -> Actor:
    return Actor(subject=uuid4(), kind=SubjectKind.NATURAL, account=7, assurance=AssuranceLevel.SUBSTANTIAL)


@dataclass(frozen=True, kw_only=True)
class Office:
    """A body, an official of it who may issue and keep licences, and a holder."""

    body: UUID
    official: Actor
    holder: Actor = field(default_factory=a_holder)

    def issue(self, **changes: object) -> LicenseView:
        facts: dict[str, object] = {
            "actor": self.official,
            "type_key": "senior_card",
            "issuer": self.body,
            "holder": self.holder.subject,
            "attributes": ATTRIBUTES,
            "at": AT,
        }
        return licenses.issue(**(facts | changes))  # type: ignore[arg-type]


def publish() -> int:
    return licenses.publish_types(
        licenses.read_types(FOLDER),
        administrator=ADMINISTRATOR,
        responsibility=identity.responsibility_of(SYSTEM),
        at=AT,
    )


def a_body(name: str, number: str, *, code: str | None = None) -> UUID:
    entry = OrganisationEntry(
        id=uuid4(),
        parent=None,
        name=name,
        name_en="Civil affairs",
        code=compose_credit_code(authority="1", category="1", region="330106", organisation=number)
        if code is None
        else code,
        kind=OrganisationKind.DEPARTMENT,
        level=OrganisationLevel.COUNTY,
        region="330106",
    )
    identity.bulk_establish_organisations([entry], actor=SYSTEM, at=AT)
    return entry.id


def an_office(number: str = "00282002", *, code: str | None = None) -> Office:
    body = a_body("西湖区民政局", number, code=code)
    post = a_post(body)
    official = in_post(an_official(post), post)
    role = f"licenses-{body.hex[:8]}"
    access.define_role(
        actor=SYSTEM, code=role, name=role, name_en=role, duty=Duty.BUSINESS, at=AT,
        permissions={str(permission) for permission in Permission},
    )  # fmt: skip
    access.grant_role(actor=SYSTEM, role=role, post_id=post, organisation=body, at=AT)
    return Office(body=body, official=official)


def a_ready_office() -> Office:
    some_regions()
    publish()
    return an_office()


def a_seal_for(office: Office) -> UUID:
    """File the seal of a body's legal name and return its id."""
    seal = uuid4()
    seals.apply(actor=SYSTEM, seal=seal, organisation=office.body, kind=seals.SealKind.OFFICIAL, at=AT)
    seals.approve(actor=SYSTEM, seal=seal, at=AT)
    seals.make(actor=SYSTEM, seal=seal, at=AT)
    seals.file_with_public_security(seal=seal, at=AT)
    return seal
