"""What is so 真值: every person, enterprise, licence and address of a part as it is before anybody writes it down.

The present telephone and residence are what the person told a department last: what nobody was told, nobody can know.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from zhengtong.data.registries.contracts import (
    AddressRecord,
    EnterpriseKind,
    EnterpriseRecord,
    RegistryPart,
    Relation,
    ResidentRecord,
    VehicleKind,
)
from zhengtong.site.demo.chance import Draw, Weighted
from zhengtong.site.demo.sources.noise import moment

_ADULT_YEARS = 18
_REPORT_DAYS = 2200
_TAX_RATINGS = Weighted([("A", 12), ("B", 48), ("M", 30), ("C", 7), ("D", 3)])


@dataclass(kw_only=True, slots=True)
class Person:
    """A person, and when each department that keeps telephones heard of them last (department → minute)."""

    record: ResidentRecord
    address: str
    residence: str
    earlier_residence: str
    phone: str
    earlier_phone: str
    marital_status: str
    adult: bool
    heard: dict[str, datetime] = field(default_factory=dict)

    @property
    def told(self) -> datetime | None:
        """When a department heard last."""
        return max(self.heard.values(), default=None)

    def phone_at(self, when: datetime) -> str:
        """Return the telephone a record of *when* carries."""
        return self.phone if self.told is None or when >= self.told else self.earlier_phone

    def residence_at(self, when: datetime, told: datetime | None) -> str:
        """Return the residence a record of *when* carries, if the last that heard of one heard at *told*."""
        return self.residence if told is None or when >= told else self.earlier_residence


@dataclass(kw_only=True, slots=True)
class Entity:
    """An enterprise with what other departments know of it."""

    record: EnterpriseRecord
    address: str
    representative: str
    phone: str
    tax_rating: str
    abnormal: bool
    serious: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Licence:
    """An electronic licence of an enterprise."""

    number: str
    kind: str
    holder_code: str
    holder_name: str
    issued_on: date
    valid_until: date
    status: str


@dataclass(kw_only=True)
class World:
    """One part as it is."""

    name: str
    today: date
    people: list[Person]
    entities: list[Entity]
    licences: list[Licence]
    addresses: list[AddressRecord]

    @property
    def now(self) -> datetime:
        """The minute the files are drawn up."""
        return datetime.combine(self.today, time(8))


def world(part: RegistryPart, today: date, seed: str) -> World:
    """Return *part* with what its records leave open: telephones, residences, ratings, licences."""
    texts = {address.id: address.text for address in part.addresses}
    people = list(_people(part, texts, today, Draw(seed, part.name, "truth/people")))
    names = {person.record.id: person.record.name for person in people}
    entities = list(_entities(part, texts, names, Draw(seed, part.name, "truth/enterprises")))
    licences = list(_licences(part, entities, today, Draw(seed, part.name, "truth/licences")))
    return World(
        name=part.name, today=today, people=people, entities=entities, licences=licences, addresses=part.addresses
    )


def _people(part: RegistryPart, texts: dict[UUID, str], today: date, draw: Draw) -> Iterator[Person]:
    homes = {household.id: texts[household.address] for household in part.households}
    families: dict[UUID, list[ResidentRecord]] = defaultdict(list)
    for resident in part.residents:
        families[resident.household].append(resident)
    addresses = list(homes.values())
    now = datetime.combine(today, time(8))
    number = 0
    for household, members in families.items():
        home = homes[household]
        residence = draw.one_of(addresses) if draw.chance(0.15) else home
        married = any(member.relation is Relation.SPOUSE for member in members)
        head_phone = ""
        for member in members:
            adult = (today - member.born_on).days >= _ADULT_YEARS * 365.25
            number += 1
            phone = _phone(part.name, number) if adult else head_phone
            head_phone = head_phone or phone
            yield Person(
                record=member,
                address=home,
                residence=residence,
                earlier_residence=draw.one_of(addresses) if draw.chance(0.12) else residence,
                phone=phone,
                earlier_phone=_phone(part.name, 500_000 + number) if adult and draw.chance(0.15) else phone,
                marital_status=_marital(member, married=married),
                adult=adult,
                heard=_heard(draw, now, adult=adult),
            )


def _heard(draw: Draw, now: datetime, *, adult: bool) -> dict[str, datetime]:
    shares = {"health": 0.92, "medical_insurance": 0.95, "human_resources": 0.55 if adult else 0.0}
    return {name: moment(draw, now, _REPORT_DAYS) for name, share in shares.items() if draw.chance(share)}


def _phone(part: str, number: int) -> str:
    """Return a telephone of the demo: eleven digits that begin with 1990, spread by a step prime to 10⁷."""
    shift = int(part.rsplit("/", 1)[-1]) if part.rsplit("/", 1)[-1].isdigit() else 0
    return f"1990{(number + shift * 1_000_003) * 7_654_321 % 10_000_000:07d}"


def _marital(member: ResidentRecord, *, married: bool) -> str:
    if married and member.relation in {Relation.HEAD, Relation.SPOUSE}:
        return "married"
    return "unmarried"


def _entities(part: RegistryPart, texts: dict[UUID, str], names: dict[UUID, str], draw: Draw) -> Iterator[Entity]:
    for number, record in enumerate(part.enterprises):
        yield Entity(
            record=record,
            address=texts[record.address],
            representative=names[record.legal_representative],
            phone=_phone(part.name, 800_000 + number),
            tax_rating=_TAX_RATINGS.pick(draw),
            abnormal=draw.chance(0.04),
            serious=draw.chance(0.006),
        )


def _licences(part: RegistryPart, entities: list[Entity], today: date, draw: Draw) -> Iterator[Licence]:
    by_code = {entity.record.credit_code: entity for entity in entities}
    for entity in entities:
        record = entity.record
        yield Licence(
            number=f"YYZZ{record.credit_code}", kind="business_licence", holder_code=record.credit_code,
            holder_name=record.name, issued_on=record.established_on, valid_until=date(2099, 12, 31),
            status="valid" if record.status.value == "active" else "withdrawn",
        )  # fmt: skip
    carriers = {
        vehicle.owner_enterprise
        for vehicle in part.vehicles
        if vehicle.owner_enterprise and vehicle.kind in {VehicleKind.LORRY, VehicleKind.VAN}
    }
    for code in sorted(carriers):
        entity = by_code[code]
        if entity.record.kind is EnterpriseKind.INDIVIDUAL_BUSINESS:
            continue
        issued = max(today - timedelta(days=draw.between(10, 1400)), entity.record.established_on)
        yield Licence(
            number=f"DLYS{code}", kind="road_transport", holder_code=code, holder_name=entity.record.name,
            issued_on=issued, valid_until=issued + timedelta(days=1460), status="valid",
        )  # fmt: skip
