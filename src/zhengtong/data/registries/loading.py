"""Writing a delivery to the registries 入库: all rows of a part in one transaction, by the database's fastest door.

SQLite takes prepared statements, PostgreSQL a COPY stream. Identity numbers and names are sealed on the way; counts and
sums by town are added in the same transaction, so that statistics and maps never disagree with the rows.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from math import fsum
from typing import Any

from django.db import connection

from zhengtong.data.registries.contracts import RegistryPart
from zhengtong.data.registries.models import ID_NUMBER_INDEX, Resident
from zhengtong.data.registries.queries import ENTERPRISES, HOUSEHOLDS, RESIDENTS, VEHICLES
from zhengtong.kernel.regions import api as regions
from zhengtong.trust.keys.api import EncryptedTextField, normalise

Row = tuple[Any, ...]

_ADDRESS = ("id", "region_id", "text", "longitude", "latitude", "crs")
_HOUSEHOLD = ("id", "region_id", "address_id", "head", "size")
_RESIDENT = (
    "id", "household_id", "relation", "name", "id_number", "id_index", "birth_year", "sex", "region_id",
)  # fmt: skip
_ENTERPRISE = (
    "credit_code", "name", "kind", "industry", "status", "region_id", "address_id", "legal_representative_id",
    "registered_capital", "established_on", "employees",
)  # fmt: skip
_VEHICLE = (
    "plate", "kind", "energy", "region_id", "registered_on", "owner_resident_id", "owner_enterprise_id",
)  # fmt: skip
_ADD_COUNT = """INSERT INTO registries_count (registry, region_id, facet, count) VALUES (%s, %s, %s, %s)
    ON CONFLICT (registry, region_id, facet) DO UPDATE SET count = registries_count.count + excluded.count"""
_ADD_ADDRESSES = """INSERT INTO registries_address_sum (region_id, count, longitude, latitude) VALUES (%s, %s, %s, %s)
    ON CONFLICT (region_id) DO UPDATE SET count = registries_address_sum.count + excluded.count,
    longitude = registries_address_sum.longitude + excluded.longitude,
    latitude = registries_address_sum.latitude + excluded.latitude"""


def write(part: RegistryPart) -> None:
    """Write all rows of *part* and add to counts and sums, in the caller's transaction.

    Raises:
        IntegrityError: an identity number, credit code or plate is there already, or a region is not.
    """
    _copy("registries_address", _ADDRESS, _addresses(part))
    _copy("registries_household", _HOUSEHOLD, _households(part))
    _copy("registries_resident", _RESIDENT, _residents(part))
    _copy("registries_enterprise", _ENTERPRISE, _enterprises(part))
    _copy("registries_vehicle", _VEHICLE, _vehicles(part))
    town = _Towns(part)
    with connection.cursor() as cursor:
        cursor.executemany(_ADD_COUNT, _counts(part, town))
        cursor.executemany(_ADD_ADDRESSES, _address_sums(part, town))


def _copy(table: str, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            copy = f"COPY {table} ({names}) FROM STDIN"
            with connection.wrap_database_errors, cursor.copy(copy) as stream:
                for row in rows:
                    stream.write_row(row)
            return
        places = ", ".join(["%s"] * len(columns))
        statement = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 -- our own names
        cursor.executemany(statement, rows)  # type: ignore[arg-type]  # the driver takes iterators


def _addresses(part: RegistryPart) -> Iterator[Row]:
    for record in part.addresses:
        yield (record.id.hex, record.region, record.text, record.longitude, record.latitude, record.crs)


def _households(part: RegistryPart) -> Iterator[Row]:
    for record in part.households:
        yield (record.id.hex, record.region, record.address.hex, record.head.hex, record.size)


def _residents(part: RegistryPart) -> Iterator[Row]:
    seal_name, seal_number, index = _sealer("name"), _sealer("id_number"), ID_NUMBER_INDEX.of
    for record in part.residents:
        number = normalise(record.id_number)
        yield (
            record.id.hex, record.household.hex, record.relation.value, seal_name(record.name), seal_number(number),
            index(number), record.born_on.year, record.sex.value, record.region,
        )  # fmt: skip


def _enterprises(part: RegistryPart) -> Iterator[Row]:
    for record in part.enterprises:
        yield (
            record.credit_code, record.name, record.kind.value, record.industry, record.status.value, record.region,
            record.address.hex, record.legal_representative.hex, record.registered_capital,
            record.established_on.isoformat(), record.employees,
        )  # fmt: skip


def _vehicles(part: RegistryPart) -> Iterator[Row]:
    for record in part.vehicles:
        resident = record.owner_resident.hex if record.owner_resident else None
        yield (
            record.plate, record.kind.value, record.energy.value, record.region, record.registered_on.isoformat(),
            resident, record.owner_enterprise,
        )  # fmt: skip


def _sealer(column: str) -> Any:
    field = Resident._meta.get_field(column)  # noqa: SLF001 -- Django's documented model API
    assert isinstance(field, EncryptedTextField)  # noqa: S101 -- the model says so
    return field.seal


def _address_sums(part: RegistryPart, town: "_Towns") -> list[tuple[str, int, float, float]]:
    """Return (town, count, sum of longitudes, sum of latitudes) for the addresses of *part*."""
    places: dict[str, list[tuple[float, float]]] = {}
    for address in part.addresses:
        places.setdefault(town.of(address.region), []).append((address.longitude, address.latitude))
    return [
        (code, len(found), fsum(east for east, _north in found), fsum(north for _east, north in found))
        for code, found in sorted(places.items())
    ]


def _counts(part: RegistryPart, town: "_Towns") -> list[tuple[str, str, str, int]]:
    """Return (registry, town, facet, count) for all rows of *part*."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for resident in part.residents:
        counts[RESIDENTS, town.of(resident.region), f"{resident.sex.value}/{resident.born_on.year}"] += 1
    for household in part.households:
        counts[HOUSEHOLDS, town.of(household.region), ""] += 1
    for enterprise in part.enterprises:
        facet = f"{enterprise.kind.value}/{enterprise.industry}/{enterprise.status.value}"
        counts[ENTERPRISES, town.of(enterprise.region), facet] += 1
    for vehicle in part.vehicles:
        counts[VEHICLES, town.of(vehicle.region), f"{vehicle.kind.value}/{vehicle.energy.value}"] += 1
    return [(*key, count) for key, count in sorted(counts.items())]


class _Towns:
    """The towns of a part's regions, looked up once."""

    def __init__(self, part: RegistryPart) -> None:
        codes = {record.region for record in part.residents} | {record.region for record in part.households}
        codes |= {record.region for record in part.enterprises} | {record.region for record in part.vehicles}
        codes |= {record.region for record in part.addresses}
        self._known: dict[str, str] = {}
        pending = dict.fromkeys(codes)
        views = regions.regions(pending)
        above = regions.regions(view.parent_code for view in views.values() if view.parent_code)
        for view in views.values():
            chain = [view, above.get(view.parent_code or "", view)]
            village = next((link for link in chain if link.level is regions.RegionLevel.VILLAGE), None)
            self._known[view.code] = (village.parent_code if village else None) or view.code

    def of(self, code: str) -> str:
        """Return the town of a village or grid; a region above the villages counts for itself."""
        return self._known.get(code, code)
