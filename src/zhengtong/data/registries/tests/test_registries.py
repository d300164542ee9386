"""What the registries hold, answer and refuse."""

from dataclasses import replace
from datetime import date
from importlib import import_module
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from zhengtong.data.registries import api
from zhengtong.data.registries.models import Address, AddressSum, Resident, Vehicle
from zhengtong.data.registries.tests import builders
from zhengtong.kernel.checkdigits import Sex
from zhengtong.kernel.errors import NotAllowed
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.api import Actor, SubjectKind, system_actor
from zhengtong.trust.ledger.api import count_acts, looks_at

pytestmark = pytest.mark.django_db
PURPOSE = "process.case.handling"
ME = builders.resident_id(1)


@pytest.fixture
def loaded() -> None:
    builders.county()
    assert api.load(builders.part(), responsibility=builders.LOADER, at=builders.AT)


def citizen(index: int) -> Actor:
    return Actor(subject=builders.resident_id(index), kind=SubjectKind.NATURAL)


def official(*regions: str) -> Actor:
    """Return an official who may read residents of *regions*."""
    actor = Actor(subject=UUID(int=77), kind=SubjectKind.OFFICIAL, post=UUID(int=78))
    granted = access.Scope(clauses=tuple(access.Clause(region=_span(region)) for region in regions))
    actor.cache["access.scopes"] = {api.Permission.READ_RESIDENT.value: granted} if regions else {}
    return actor


def _span(code: str) -> access.RegionSpan:
    from zhengtong.kernel.regions import api as regions

    view = regions.region(code)
    return access.RegionSpan(code=view.code, low=view.low, high=view.high)


def looks(person: UUID) -> int:
    return len(looks_at(person).items)


def test_a_delivery_loads_once_and_a_repeat_is_a_no_op(loaded: None) -> None:
    acts = count_acts()
    assert api.load(builders.part(), responsibility=builders.LOADER, at=builders.AT) is False
    assert api.loaded_parts() == {"test/0"}
    assert api.sizes() == api.RegistrySizes(residents=4, households=2, enterprises=1, vehicles=2)
    assert count_acts() == acts


def test_the_middle_of_a_town_is_the_mean_of_its_addresses_over_all_deliveries(loaded: None) -> None:
    more = builders.part("test/1")
    moved = [replace(one, id=UUID(int=one.id.int + 0x9000), longitude=one.longitude + 0.5) for one in more.addresses]
    nobody = replace(more, addresses=moved, households=[], residents=[], enterprises=[], vehicles=[])
    assert api.load(nobody, responsibility=builders.LOADER, at=builders.AT)
    middles = api.town_centres("330521")
    assert list(middles) == [builders.TOWN, builders.OTHER_TOWN]
    assert all(place == pytest.approx((120.25, 30.5)) for place in middles.values())
    assert api.town_centres("330522") == {}
    kept = set(AddressSum.objects.values_list())
    assert len(kept) == 2
    AddressSum.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("zhengtong.data.registries.migrations.0002_address_sums").FILL)
    assert set(AddressSum.objects.values_list()) == kept, "an upgraded platform has what a new one would"


def test_a_delivery_that_contradicts_the_registry_leaves_nothing(loaded: None) -> None:
    before = api.sizes()
    second = builders.part("test/1")
    fresh = [replace(record, id=UUID(int=record.id.int + 0x9000)) for record in second.addresses]
    with pytest.raises(IntegrityError), transaction.atomic():
        api.load(replace(second, addresses=fresh), responsibility=builders.LOADER, at=builders.AT)
    assert api.sizes() == before
    assert Address.objects.count() == 2
    assert api.loaded_parts() == {"test/0"}


def test_personal_data_lie_sealed_in_the_table(loaded: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, id_number, id_index FROM registries_resident")
        stored = b"".join(bytes(value) for row in cursor.fetchall() for value in row)
    for index, (name, *_rest) in builders.PEOPLE.items():
        assert name.encode() not in stored
        assert builders.id_number(index).encode() not in stored


def test_number_and_name_match_or_do_not(loaded: None) -> None:
    number = builders.id_number(1)
    assert api.matches_person(number, "沈建国") is True
    assert api.matches_person(f" {number.lower()} ", "沈建国") is True
    assert api.matches_person(number, "沈建") is False
    assert api.matches_person(builders.id_number(2), "沈建国") is False
    assert api.matches_person("330521190001019018", "沈建国") is False
    assert api.matches_person("", "") is False
    assert api.PopulationRegistry().matches(number, "沈建国") is True


def test_people_read_their_own_entry_and_it_is_recorded(loaded: None) -> None:
    acts = count_acts()
    view = api.resident_of(ME, actor=citizen(1), purpose=PURPOSE, at=builders.AT)
    assert (view.name, view.id_number) == ("沈建国", builders.id_number(1))
    assert (view.household_size, view.address) == (3, "德清县1号")
    assert view.region_name == "浙江省湖州市德清县武康街道居仁社区"
    assert count_acts() == acts + 1
    assert looks(ME) == 0  # their own reading is no look of somebody else


def test_reading_needs_a_purpose(loaded: None) -> None:
    with pytest.raises(api.PurposeMissing):
        api.resident_of(ME, actor=citizen(1), purpose=" ", at=builders.AT)
    assert looks(ME) == 0


def test_people_do_not_read_their_neighbours(loaded: None) -> None:
    with pytest.raises(NotAllowed):
        api.resident_of(ME, actor=citizen(4), purpose=PURPOSE, at=builders.AT)
    assert looks(ME) == 0


def test_an_official_reads_within_their_region_only(loaded: None) -> None:
    actor = official(builders.TOWN)
    assert api.resident_of(ME, actor=actor, purpose=PURPOSE, at=builders.AT).name == "沈建国"
    assert api.resident_by_number(builders.id_number(2), actor=actor, purpose=PURPOSE, at=builders.AT).name == "陈芳"
    for refused in (builders.resident_id(4), UUID(int=404)):  # out of reach and not there look the same
        with pytest.raises(api.ResidentUnknown):
            api.resident_of(refused, actor=actor, purpose=PURPOSE, at=builders.AT)
    assert looks(builders.resident_id(4)) == 0
    with pytest.raises(NotAllowed):
        api.resident_of(ME, actor=official(), purpose=PURPOSE, at=builders.AT)


def test_reading_a_household_is_recorded_for_everybody_in_it(loaded: None) -> None:
    people = api.household_of(ME, actor=citizen(1), purpose=PURPOSE, at=builders.AT)
    assert [person.relation for person in people] == [api.Relation.HEAD, api.Relation.SPOUSE, api.Relation.CHILD]
    assert [looks(person.id) for person in people] == [0, 1, 1]


def test_the_platform_itself_reads_on_the_record(loaded: None) -> None:
    api.resident_of(ME, actor=system_actor(), purpose=PURPOSE, at=builders.AT)
    [look] = looks_at(ME).items
    assert (look.purpose, look.clause) == (PURPOSE, "个人信息保护法§34")


def test_an_enterprise_is_public_with_its_representative(loaded: None) -> None:
    view = api.enterprise(builders.SHOP.lower())
    assert (view.name, view.legal_representative_name) == ("德清安达商贸有限公司", "沈建国")
    assert (view.registered_capital, view.crs) == (10_000_000, "EPSG:4490")
    assert api.enterprises_of(ME) == (view,)
    with pytest.raises(api.EnterpriseUnknown):
        api.enterprise("91330521MA00000000")


def test_the_population_is_counted_by_town_sex_and_age(loaded: None) -> None:
    county = api.population("330521", at=date(2026, 12, 31))
    assert (county.residents, county.households, county.men, county.women) == (4, 2, 1, 3)
    assert [(town.region, town.count) for town in county.towns] == [(builders.TOWN, 3), (builders.OTHER_TOWN, 1)]
    bands = {band.youngest: (band.men, band.women) for band in county.pyramid if band.men or band.women}
    assert bands == {10: (0, 1), 40: (0, 1), 45: (1, 0), 75: (0, 1)}
    assert api.population("330522", at=date(2026, 1, 1)).residents == 0
    assert api.population(builders.OTHER_TOWN, at=date(2026, 1, 1)).residents == 1


def test_enterprises_and_vehicles_are_counted(loaded: None) -> None:
    figures = api.enterprise_statistics("3305")
    assert (figures.total, figures.active, figures.industries) == (1, 1, (("F", 1),))
    assert [town.region for town in figures.towns] == [builders.TOWN]
    cars = api.vehicle_statistics(builders.TOWN)
    assert cars.total == 2
    assert dict(cars.energies) == {api.Energy.PETROL: 1, api.Energy.ELECTRIC: 1}


def test_the_counts_agree_with_the_rows(loaded: None) -> None:
    assert api.sizes().residents == Resident.objects.count()
    assert api.population("33", at=date(2026, 1, 1)).women == Resident.objects.filter(sex=Sex.FEMALE).count()


def test_a_vehicle_has_one_owner(loaded: None) -> None:
    for change in ({"owner_resident": None}, {"owner_enterprise_id": builders.SHOP}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Vehicle.objects.filter(plate="浙E00001").update(**change)


def test_each_town_is_sized_in_one_reading(loaded: None) -> None:
    towns = {town.region: town.sizes for town in api.sizes_by_town("330521")}
    assert towns[builders.TOWN] == api.RegistrySizes(residents=3, households=1, enterprises=1, vehicles=2)
    assert towns[builders.OTHER_TOWN] == api.RegistrySizes(residents=1, households=1, enterprises=0, vehicles=0)
    assert api.sizes_by_town("330522") == ()
