"""Enterprises and vehicles of one part 法人与机动车: every entity has a resident of age behind it.

Industries follow GB/T 4754-2017, capital is in fen, credit codes are well formed and plainly synthetic (`marks`).
"""

from collections.abc import Iterator
from datetime import date

from zhengtong.data.registries.contracts import (
    AddressRecord,
    Energy,
    EnterpriseKind,
    EnterpriseRecord,
    ResidentRecord,
    VehicleKind,
    VehicleRecord,
)
from zhengtong.site.demo import marks
from zhengtong.site.demo.chance import Draw, Weighted, apportion
from zhengtong.site.demo.content import BusinessKind, Content, Industry
from zhengtong.site.demo.people import Settlement, plain_name
from zhengtong.site.demo.places import County, Village

_FEN = 100
_ADULT = 18
_SHORT_NAME_ENDINGS = ("县", "区", "市")
_ENERGIES = Weighted([(Energy.PETROL, 70), (Energy.ELECTRIC, 18), (Energy.HYBRID, 12)])
_COMPANY_VEHICLES = Weighted([(VehicleKind.CAR, 40), (VehicleKind.VAN, 30), (VehicleKind.LORRY, 30)])
_FIRST_BUSINESS = date(1994, 7, 1).toordinal()  # the Company Law of 1993 came into force


class Register:
    """The enterprises of one part, spread over the villages like its people, shops thicker in communities."""

    def __init__(self, settlement: Settlement, owners: list[ResidentRecord], seed: str) -> None:
        self.settlement = settlement
        self.content: Content = settlement.content
        self.county: County = settlement.county
        self._draw = Draw(seed, settlement.part, "business")
        self._owners = owners
        self._names: set[str] = set()
        self._today = settlement.today

    def enterprises(self) -> Iterator[tuple[AddressRecord, EnterpriseRecord]]:
        """Yield every enterprise with its address."""
        weights = [village.weight * (2.5 if village.is_community else 1.0) for village in self.county.villages]
        index = 0
        for village, share in zip(self.county.villages, apportion(self.content.enterprises, weights), strict=True):
            for _place in range(share):
                yield self._enterprise(index, village)
                index += 1

    def _enterprise(self, index: int, village: Village) -> tuple[AddressRecord, EnterpriseRecord]:
        draw, content = self._draw, self.content
        kind, industry = content.business_kinds.pick(draw), content.industries.pick(draw)
        if kind.kind is EnterpriseKind.COOPERATIVE:
            industry = content.industry("A")  # farmers' cooperatives are in farming (农民专业合作社法, art. 2)
        owner = draw.one_of(self._owners)
        grid = draw.one_of(village.grids)
        address = self.settlement.address(content.households + index, village, grid)
        return address, EnterpriseRecord(
            credit_code=marks.credit_code(
                authority="9",
                category=kind.category,
                region=self.county.code,
                part=self.settlement.part,
                index=index,
            ),
            name=self._name(kind, industry, village),
            kind=kind.kind,
            industry=industry.code,
            status=content.statuses.pick(draw),
            region=village.code,
            address=address.id,
            legal_representative=owner.id,
            registered_capital=_round_number(draw.between(*kind.capital.pick(draw))) * _FEN,
            established_on=self._established(owner),
            employees=draw.between(*kind.employees.pick(draw)),
        )

    def _established(self, owner: ResidentRecord) -> date:
        """Return a day when the owner was of age; recent years are likelier."""
        come_of_age = owner.born_on.toordinal() + int((_ADULT + 0.1) * 365.25)
        earliest = max(come_of_age, _FIRST_BUSINESS)
        return date.fromordinal(self._today - int((self._today - earliest) * self._draw.random() ** 1.8))

    def _name(self, kind: BusinessKind, industry: Industry, village: Village) -> str:
        """Return a name that no other enterprise of the part has."""
        draw = self._draw
        while True:
            trade = draw.one_of(self.content.trade_first) + draw.one_of(self.content.trade_second)
            if len(self._names) > 2000:  # two characters run out; later founders took three
                trade += draw.one_of(self.content.trade_second)
            word = draw.one_of(industry.words)
            if kind.kind is EnterpriseKind.INDIVIDUAL_BUSINESS:
                ending = "" if word.endswith("店") else kind.suffix
                name = f"{self.county.name}{plain_name(village.name)}{trade}{word}{ending}"
            else:
                name = f"{_short(self.county.name)}{trade}{word}{kind.suffix}"
            if name not in self._names:
                self._names.add(name)
                return name


def adults(residents: list[ResidentRecord], today: date) -> list[ResidentRecord]:
    """Return the residents who may stand behind an enterprise: 22 to 67 years old."""
    oldest, youngest = today.year - 67, today.year - 22
    return [resident for resident in residents if oldest <= resident.born_on.year < youngest]


def vehicles(
    settlement: Settlement, owners: list[ResidentRecord], enterprises: list[EnterpriseRecord], seed: str
) -> Iterator[VehicleRecord]:
    """Yield the vehicles of one part: six in seven belong to residents."""
    content, county, today = settlement.content, settlement.county, settlement.today
    draw = Draw(seed, settlement.part, "vehicles")
    for index in range(content.vehicles):
        private = draw.chance(6 / 7)
        kind = VehicleKind.MOTORCYCLE if private and draw.chance(0.06) else VehicleKind.CAR
        if not private:
            kind = _COMPANY_VEHICLES.pick(draw)
        energy = Energy.DIESEL if kind is VehicleKind.LORRY else _ENERGIES.pick(draw)
        resident = draw.one_of(owners) if private else None
        enterprise = None if resident else draw.one_of(enterprises)
        region = resident.region if resident else enterprise.region if enterprise else county.code
        yield VehicleRecord(
            plate=marks.plate(county.plate, settlement.part, index),
            kind=kind,
            energy=energy,
            region=region,
            registered_on=date.fromordinal(today - draw.between(1, 3650)),
            owner_resident=resident.id if resident else None,
            owner_enterprise=enterprise.credit_code if enterprise else None,
        )


def _short(county: str) -> str:
    return county[:-1] if county.endswith(_SHORT_NAME_ENDINGS) and len(county) > 2 else county


def _round_number(yuan: int) -> int:
    """Return *yuan* with two significant digits, as founders write it.

    >>> _round_number(1234567)
    1200000
    """
    scale: int = 10 ** (len(str(yuan)) - 2) if yuan > 99 else 1
    return yuan // scale * scale
