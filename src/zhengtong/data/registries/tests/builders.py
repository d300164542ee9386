"""A county with two towns, and a delivery of two families, one shop and two cars."""

from datetime import UTC, date, datetime
from uuid import UUID

from zhengtong.data.registries import api
from zhengtong.kernel.checkdigits import Sex, compose_credit_code, compose_resident_id
from zhengtong.kernel.regions import api as regions
from zhengtong.trust.ledger.api import Responsibility

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
LOADER = Responsibility(subject=UUID(int=1))
TOWN, OTHER_TOWN = "330521001", "330521002"
VILLAGE, OTHER_VILLAGE = "330521001001", "330521002001"
PEOPLE = {  # index: name, birth, sex, household, relation
    1: ("沈建国", date(1980, 5, 1), Sex.MALE, 1, api.Relation.HEAD),
    2: ("陈芳", date(1982, 6, 2), Sex.FEMALE, 1, api.Relation.SPOUSE),
    3: ("沈一诺", date(2012, 7, 3), Sex.FEMALE, 1, api.Relation.CHILD),
    4: ("王秀英", date(1950, 8, 4), Sex.FEMALE, 2, api.Relation.HEAD),
}
SHOP = compose_credit_code(authority="9", category="1", region="330521", organisation="DM000001")


def resident_id(index: int) -> UUID:
    return UUID(int=0x8000 + index)


def id_number(index: int) -> str:
    _name, born, sex, _household, _relation = PEOPLE[index]
    return compose_resident_id(region="330521", born_on=born, sequence=901 if sex is Sex.MALE else 902)


def county() -> None:
    level = regions.RegionLevel
    rows = [
        regions.RegionRow("33", "浙江省", level.PROVINCE, None),
        regions.RegionRow("3305", "湖州市", level.CITY, "33"),
        regions.RegionRow("330521", "德清县", level.COUNTY, "3305"),
        regions.RegionRow("330522", "长兴县", level.COUNTY, "3305"),
        regions.RegionRow(TOWN, "武康街道", level.TOWN, "330521"),
        regions.RegionRow(OTHER_TOWN, "舞阳街道", level.TOWN, "330521"),
        regions.RegionRow(VILLAGE, "居仁社区", level.VILLAGE, TOWN),
        regions.RegionRow(OTHER_VILLAGE, "上柏村", level.VILLAGE, OTHER_TOWN),
        regions.RegionRow(VILLAGE + "001", "第一网格", level.GRID, VILLAGE),
        regions.RegionRow(OTHER_VILLAGE + "001", "第一网格", level.GRID, OTHER_VILLAGE),
    ]
    regions.import_regions(rows=rows, on=date(2026, 1, 1))


def part(name: str = "test/0") -> api.RegistryPart:
    villages = {1: VILLAGE, 2: OTHER_VILLAGE}
    addresses = [
        api.AddressRecord(id=UUID(int=0x100 + n), region=villages[n] + "001", text=f"德清县{n}号",
                          longitude=120.0, latitude=30.5, crs="EPSG:4490")
        for n in villages
    ]  # fmt: skip
    households = [
        api.HouseholdRecord(id=UUID(int=0x200 + n), region=villages[n] + "001", address=UUID(int=0x100 + n),
                            head=resident_id(1 if n == 1 else 4), size=3 if n == 1 else 1)
        for n in villages
    ]  # fmt: skip
    residents = [
        api.ResidentRecord(id=resident_id(index), household=UUID(int=0x200 + household), relation=relation, name=name,
                           id_number=id_number(index), born_on=born, sex=sex, region=villages[household])
        for index, (name, born, sex, household, relation) in PEOPLE.items()
    ]  # fmt: skip
    shop = api.EnterpriseRecord(
        credit_code=SHOP, name="德清安达商贸有限公司", kind=api.EnterpriseKind.COMPANY, industry="F",
        status=api.EnterpriseStatus.ACTIVE, region=VILLAGE, address=UUID(int=0x101),
        legal_representative=resident_id(1), registered_capital=100_000_00, established_on=date(2020, 1, 2),
        employees=5,
    )  # fmt: skip
    cars = [
        api.VehicleRecord(plate=f"浙E0000{n}", kind=api.VehicleKind.CAR, energy=energy, region=VILLAGE,
                          registered_on=date(2021, 1, 1), owner_resident=resident_id(1) if n == 1 else None,
                          owner_enterprise=SHOP if n == 2 else None)
        for n, energy in ((1, api.Energy.PETROL), (2, api.Energy.ELECTRIC))
    ]  # fmt: skip
    return api.RegistryPart(
        name=name, addresses=addresses, households=households, residents=residents, enterprises=[shop], vehicles=cars
    )
