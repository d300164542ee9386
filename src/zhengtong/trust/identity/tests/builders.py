"""Builders that go through the door: a small province to test in."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import count
from uuid import UUID

from zhengtong.kernel.checkdigits import compose_credit_code, compose_resident_id
from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.regions import api as regions
from zhengtong.kernel.regions.api import RegionLevel, RegionRow
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import (
    AccountEntry,
    Actor,
    AssuranceLevel,
    Duty,
    EnterpriseEntry,
    OfficialEntry,
    OrganisationEntry,
    OrganisationKind,
    OrganisationLevel,
    PersonEntry,
    PostEntry,
    ProofMethod,
    SubjectKind,
)

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
DAY = timedelta(days=1)
SYSTEM = identity.system_actor()
PASSWORD = "correct-horse-battery"

_numbers: Iterator[int] = count(1)


def id_number() -> str:
    number = next(_numbers)
    born = date(1960, 1, 1) + timedelta(days=number // 999)
    return compose_resident_id(region="330106", born_on=born, sequence=1 + number % 999)


def credit_code() -> str:
    return compose_credit_code(authority="9", category="1", region="330106", organisation=f"MA{next(_numbers):06d}")


def some_regions() -> None:
    rows = [
        RegionRow(code="33", name="浙江省", level=RegionLevel.PROVINCE, parent_code=None),
        RegionRow(code="3301", name="杭州市", level=RegionLevel.CITY, parent_code="33"),
        RegionRow(code="330106", name="西湖区", level=RegionLevel.COUNTY, parent_code="3301"),
        RegionRow(code="330107", name="某区", level=RegionLevel.COUNTY, parent_code="3301"),
        RegionRow(code="330106001", name="北山街道", level=RegionLevel.TOWN, parent_code="330106"),
        RegionRow(code="330106001001", name="某社区", level=RegionLevel.VILLAGE, parent_code="330106001"),
    ]
    regions.import_regions(rows=rows, on=NOW.date())


def a_person(name: str = "张伟", number: str | None = None, region: str = "330106001001") -> UUID:
    subject = new_id()
    entry = PersonEntry(subject=subject, name=name, id_number=number or id_number(), phone="13800001234", region=region)
    identity.bulk_register_people([entry], actor=SYSTEM, at=NOW)
    return subject


def an_enterprise(representative: UUID | None, name: str = "杭州云溪科技有限公司") -> UUID:
    subject = new_id()
    entry = EnterpriseEntry(
        subject=subject, name=name, credit_code=credit_code(), region="330106", representative=representative
    )
    identity.bulk_register_enterprises([entry], actor=SYSTEM, at=NOW)
    return subject


def an_organisation(
    parent: UUID | None = None,
    name: str = "某局",
    level: OrganisationLevel = OrganisationLevel.COUNTY,
    region: str = "330106",
) -> UUID:
    entry = OrganisationEntry(
        id=new_id(),
        parent=parent,
        name=name,
        name_en="Bureau",
        code="",
        kind=OrganisationKind.DEPARTMENT,
        level=level,
        region=region,
    )
    identity.bulk_establish_organisations([entry], actor=SYSTEM, at=NOW)
    return entry.id


def a_post(organisation: UUID, title: str = "窗口受理", duty: Duty = Duty.BUSINESS) -> UUID:
    entry = PostEntry(id=new_id(), organisation=organisation, title=title, title_en="Clerk", duty=duty)
    identity.bulk_establish_posts([entry], actor=SYSTEM, at=NOW)
    return entry.id


def an_official(*posts: UUID, name: str = "李科长", duty: Duty = Duty.BUSINESS, person: UUID | None = None) -> UUID:
    entry = OfficialEntry(
        subject=new_id(), name=name, staff_number=f"S{next(_numbers)}", duty=duty, posts=posts, person=person,
        appointed_at=NOW,
    )  # fmt: skip
    identity.bulk_register_officials([entry], actor=SYSTEM, at=NOW)
    return entry.subject


def an_account(subject: UUID, username: str, proved_by: ProofMethod | None = None) -> str:
    entry = AccountEntry(username=username, subject=subject, password=PASSWORD, proved_by=proved_by)
    identity.bulk_open_accounts([entry], actor=SYSTEM, at=NOW)
    return username


class Gate:
    """Lets a post through for a permission, in one organisation or everywhere; and the platform itself always."""

    def __init__(self) -> None:
        self.open: set[tuple[UUID | None, str, UUID | None]] = set()

    def allow(self, actor: Actor, permission: StrEnum, organisation: UUID | None = None) -> None:
        self.open.add((actor.post, permission, organisation))

    def __call__(
        self, actor: Actor, permission: StrEnum, *, organisation: UUID | None = None, region: str | None = None
    ) -> None:
        del region
        ways = {(actor.post, permission, None), (actor.post, permission, organisation)}
        if not actor.is_system and not ways & self.open:
            raise NotAllowed


def in_post(official: UUID, post: UUID) -> Actor:
    view = identity.post(post)
    return Actor(
        subject=official,
        kind=SubjectKind.OFFICIAL,
        post=post,
        posts=(post,),
        organisation=view.organisation,
        organisation_path=view.organisation_path,
        region=view.region,
        duty=view.duty,
        assurance=AssuranceLevel.SUBSTANTIAL,
    )


def an_actor_in_post(duty: Duty = Duty.BUSINESS, organisation: UUID | None = None) -> Actor:
    post = a_post(organisation or an_organisation(), "岗位", duty)
    return in_post(an_official(post, duty=duty), post)
