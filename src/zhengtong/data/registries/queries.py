"""Reads of the registries. Statistics come from counts kept with every load; personal reads are in services."""

from collections import Counter
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from zhengtong.data.registries import law
from zhengtong.data.registries.contracts import (
    Energy,
    EnterpriseKind,
    EnterpriseStatistics,
    EnterpriseStatus,
    EnterpriseUnknown,
    EnterpriseView,
    PopulationStatistics,
    RegionCount,
    RegistrySizes,
    TownSizes,
    VehicleStatistics,
)
from zhengtong.data.registries.models import Enterprise, LoadedPart, RegistryCount
from zhengtong.kernel.checkdigits import Sex
from zhengtong.kernel.regions import api as regions

RESIDENTS, HOUSEHOLDS, ENTERPRISES, VEHICLES = "residents", "households", "enterprises", "vehicles"

_COUNTS = """SELECT c.region_id, t.name, c.facet, c.count FROM registries_count c
    JOIN regions_region t ON t.code = c.region_id
    WHERE c.registry = %s AND t.low BETWEEN %s AND %s ORDER BY t.low"""

_SIZES = """SELECT c.registry, c.region_id, t.name, SUM(c.count) FROM registries_count c
    JOIN regions_region t ON t.code = c.region_id JOIN regions_region r ON r.code = %s
    WHERE t.low BETWEEN r.low AND r.high GROUP BY c.registry, c.region_id, t.name, t.low ORDER BY t.low"""

_CENTRES = """SELECT s.region_id, s.longitude / s.count, s.latitude / s.count FROM registries_address_sum s
    JOIN regions_region t ON t.code = s.region_id
    WHERE t.level = %s AND t.low BETWEEN %s AND %s ORDER BY s.region_id"""


def enterprise(credit_code: str) -> EnterpriseView:
    """Return the public entry of a business entity.

    Raises:
        EnterpriseUnknown: there is none with this code.
    """
    found = _enterprises().filter(credit_code=credit_code.strip().upper()).first()
    if found is None:
        raise EnterpriseUnknown(credit_code=credit_code)
    return enterprise_view(found)


def enterprises_of(representative: UUID) -> tuple[EnterpriseView, ...]:
    """Return the entities that a resident represents in law, the oldest first."""
    found = _enterprises().filter(legal_representative=representative).order_by("established_on", "credit_code")
    return tuple(map(enterprise_view, found))


def population(region: str, *, at: date) -> PopulationStatistics:
    """Return the population of *region*, ages as reached in the year of *at*: aggregates by town, no person.

    Raises:
        RegionNotFound: there is no such region.
    """
    view = regions.region(region)
    people, towns, by_birth = Counter[Sex](), Counter[tuple[str, str]](), Counter[tuple[Sex, int]]()
    for code, name, facet, count in _counts(RESIDENTS, view):
        sex, _slash, born = facet.partition("/")
        people[Sex(sex)] += count
        towns[code, name] += count
        by_birth[Sex(sex), int(born)] += count
    return PopulationStatistics(
        residents=people.total(),
        households=sum(count for _code, _name, _facet, count in _counts(HOUSEHOLDS, view)),
        men=people[Sex.MALE],
        women=people[Sex.FEMALE],
        towns=_by_region(towns),
        pyramid=law.pyramid(((sex, born, count) for (sex, born), count in by_birth.items()), at.year),
    )


def enterprise_statistics(region: str) -> EnterpriseStatistics:
    """Return the business entities of *region*; kinds, industries and towns count the active ones.

    Raises:
        RegionNotFound: there is no such region.
    """
    kinds, industries, towns = Counter[EnterpriseKind](), Counter[str](), Counter[tuple[str, str]]()
    total = 0
    for code, name, facet, count in _counts(ENTERPRISES, regions.region(region)):
        kind, industry, status = facet.split("/")
        total += count
        if EnterpriseStatus(status) is EnterpriseStatus.ACTIVE:
            kinds[EnterpriseKind(kind)] += count
            industries[industry] += count
            towns[code, name] += count
    return EnterpriseStatistics(
        total=total,
        active=kinds.total(),
        kinds=tuple(kinds.most_common()),
        industries=tuple(industries.most_common()),
        towns=_by_region(towns),
    )


def vehicle_statistics(region: str) -> VehicleStatistics:
    """Return the motor vehicles of *region* by energy.

    Raises:
        RegionNotFound: there is no such region.
    """
    energies = Counter[Energy]()
    for _code, _name, facet, count in _counts(VEHICLES, regions.region(region)):
        energies[Energy(facet.partition("/")[2])] += count
    return VehicleStatistics(total=energies.total(), energies=tuple(energies.most_common()))


def sizes() -> RegistrySizes:
    """Return how many rows each registry has, from the counts."""
    totals = Counter[str]()
    for registry, count in RegistryCount.objects.values_list("registry", "count"):
        totals[registry] += count
    return RegistrySizes(
        residents=totals[RESIDENTS],
        households=totals[HOUSEHOLDS],
        enterprises=totals[ENTERPRISES],
        vehicles=totals[VEHICLES],
    )


def sizes_by_town(region: str) -> tuple[TownSizes, ...]:
    """Return how many rows each registry has in each town of *region*, in the order of their codes: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZES, [regions.canonical_code(region)])
        rows = cursor.fetchall()
    names, totals = dict[str, str](), Counter[tuple[str, str]]()
    for registry, code, name, count in rows:
        names[code] = name
        totals[code, registry] += count
    return tuple(
        TownSizes(
            region=code,
            name=name,
            sizes=RegistrySizes(
                residents=totals[code, RESIDENTS],
                households=totals[code, HOUSEHOLDS],
                enterprises=totals[code, ENTERPRISES],
                vehicles=totals[code, VEHICLES],
            ),
        )
        for code, name in names.items()
    )


def town_centres(region: str) -> dict[str, tuple[float, float]]:
    """Return for each town of *region* the middle of its addresses (longitude, latitude): for schematic maps.

    Raises:
        RegionNotFound: there is no such region.
    """
    view = regions.region(region)
    with connection.cursor() as cursor:
        cursor.execute(_CENTRES, [regions.RegionLevel.TOWN, view.low, view.high])
        return {code: (longitude, latitude) for code, longitude, latitude in cursor.fetchall()}


def loaded_parts() -> frozenset[str]:
    """Return the names of the deliveries that are in."""
    return frozenset(LoadedPart.objects.values_list("name", flat=True))


def enterprise_view(row: Enterprise) -> EnterpriseView:
    """Return *row*, whose region, address and representative are loaded, as a contract."""
    return EnterpriseView(
        credit_code=row.credit_code,
        name=row.name,
        kind=EnterpriseKind(row.kind),
        industry=row.industry,
        status=EnterpriseStatus(row.status),
        region=row.region_id,
        region_name=row.region.full_name,
        address=row.address.text,
        longitude=row.address.longitude,
        latitude=row.address.latitude,
        crs=row.address.crs,
        legal_representative=row.legal_representative_id,
        legal_representative_name=row.legal_representative.name,
        registered_capital=row.registered_capital,
        established_on=row.established_on,
        employees=row.employees,
    )


def _enterprises() -> QuerySet[Enterprise]:
    return Enterprise.objects.select_related("region", "address", "legal_representative")


def _counts(registry: str, view: regions.RegionView) -> list[tuple[str, str, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [registry, view.low, view.high])
        rows: list[tuple[str, str, str, int]] = cursor.fetchall()
        return rows


def _by_region(counts: Counter[tuple[str, str]]) -> tuple[RegionCount, ...]:
    return tuple(RegionCount(region=code, name=name, count=count) for (code, name), count in counts.items())
