"""A thousand people whose numbers, names and telephones occur nowhere else, sent through every door that takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.tests.builders import DATASET
from zhengtong.data.registries import api as registries
from zhengtong.kernel.checkdigits import Sex, compose_resident_id
from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.tests.builders import FORM, ITEM
from zhengtong.process.forms import api as forms
from zhengtong.trust.delivery import api as delivery
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, SubjectKind
from zhengtong.trust.ledger.api import Responsibility

SYSTEM = identity.system_actor()
PEOPLE = 1_000
_SURNAME = "阚"
_FIRST, _SECOND = 0x9F00, 0x9E00


@dataclass(frozen=True, kw_only=True, slots=True)
class Seeded:
    """Somebody to look for."""

    subject: UUID
    name: str
    id_number: str
    phone: str
    born_on: date

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.name, self.id_number, self.phone)

    @property
    def actor(self) -> Actor:
        return Actor(subject=self.subject, kind=SubjectKind.NATURAL, assurance=AssuranceLevel.SUBSTANTIAL)


def the_people(number: int = PEOPLE) -> list[Seeded]:
    """Return *number* people; names are two rare characters after one surname, so no word on any page is one."""
    return [
        Seeded(
            subject=new_id(),
            name=_SURNAME + chr(_FIRST + place // 40) + chr(_SECOND + place % 40),
            id_number=compose_resident_id(
                region="330106", born_on=(born := date.fromordinal(715_000 + place * 7)), sequence=701 + place % 200
            ),
            phone=f"1997{place * 7919 % 10_000_000:07d}",
            born_on=born,
        )
        for place in range(number)
    ]


def register(people: Sequence[Seeded], *, at: datetime) -> None:
    """Register them as subjects."""
    entries = [
        identity.PersonEntry(
            subject=one.subject, name=one.name, id_number=one.id_number, phone=one.phone, region="330106001001"
        )
        for one in people
    ]
    identity.bulk_register_people(entries, actor=SYSTEM, at=at)


def fill_registry(people: Sequence[Seeded], *, at: datetime) -> None:
    """Deliver them to the registry of residents, as one household."""
    address, household, region = new_id(), new_id(), "330106001001"
    part = registries.RegistryPart(
        name="leaks/0",
        addresses=[
            registries.AddressRecord(
                id=address, region=region, text="某路1号", longitude=120.0, latitude=30.5, crs="EPSG:4490"
            )
        ],
        households=[
            registries.HouseholdRecord(
                id=household, region=region, address=address, head=people[0].subject, size=len(people)
            )
        ],
        residents=[
            registries.ResidentRecord(
                id=one.subject, household=household, relation=registries.Relation.CHILD, name=one.name,
                id_number=one.id_number, born_on=one.born_on, sex=Sex.MALE, region=region,
            )
            for one in people
        ],
        enterprises=[],
        vehicles=[],
    )  # fmt: skip
    registries.load(part, responsibility=Responsibility(subject=SYSTEM.subject), at=at)


def fill_points(people: Sequence[Seeded]) -> None:
    """Put them into the key table of point queries."""
    rows = [
        exchange.PointRow(
            key=one.id_number, subject=one.subject, place=1_000,
            row={
                "name": one.name, "id_number": one.id_number, "phone": one.phone, "born_on": str(one.born_on),
                "region": "330106",
            },
        )
        for one in people
    ]  # fmt: skip
    exchange.load_points(DATASET, rows, version=1)


def keep_drafts(people: Sequence[Seeded], *, at: datetime) -> None:
    """Keep a half-filled form of each."""
    for one in people:
        forms.save_draft(actor=one.actor, about=ITEM, data=_written(one), at=at)


def send_messages(people: Sequence[Seeded], *, at: datetime) -> None:
    """Write to each of them, with all we know in title and text."""
    for one in people:
        delivery.deliver(
            to=delivery.of_subject(one.subject),
            title=f"{one.name}，您好",
            body=f"您的公民身份号码{one.id_number}、联系电话{one.phone}已登记。",
            kind=delivery.MessageKind.NOTICE,
            at=at,
        )


def open_cases(people: Sequence[Seeded], *, at: datetime) -> list[str]:
    """Apply for each; return the references."""
    return [
        cases.receive(actor=one.actor, case=new_id(), item=ITEM, form=FORM | _written(one), at=at) for one in people
    ]


def _written(one: Seeded) -> dict[str, str]:
    return {"姓名": one.name, "公民身份号码": one.id_number, "电话": one.phone}
