"""The stream of parts: every part is a county's worth of people, made alone from (seed, number of the part).

So the first part of any scale is byte for byte the demo at scale 1, memory holds one part at a time whatever the scale,
a load that was killed goes on with the next part, and parts can be made side by side.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import astuple

from zhengtong.data.registries.contracts import RegistryPart
from zhengtong.site.demo import business, people, places
from zhengtong.site.demo.content import Content

MAX_SCALE = 200
_AWAY_COUNTIES = 4


def parts(tree: places.RegionTree, content: Content, *, seed: str, scale: int) -> Iterator[RegistryPart]:
    """Yield *scale* parts, one at a time.

    Raises:
        ValueError: the scale is not from 1 to 200.
    """
    if not 1 <= scale <= MAX_SCALE:
        raise ValueError(f"scale {scale} is not from 1 to {MAX_SCALE}")
    for number in range(scale):
        yield make_part(tree, content, seed=seed, number=number)


def part_name(seed: str, number: int) -> str:
    """Return the name under which part *number* is delivered to the registries."""
    return f"demo/{seed}/{number:03d}"


def make_part(tree: places.RegionTree, content: Content, *, seed: str, number: int) -> RegistryPart:
    """Return part *number*: its addresses, households, residents, enterprises and vehicles."""
    code, times_before = places.county_of_part(tree, content, number)
    county = places.lay_out(tree, content, code, times_before)
    away, away_round = _elsewhere(tree, content, number)
    settlement = people.Settlement(content, county, number, away=away, away_round=away_round, seed=seed)
    part = RegistryPart(
        name=part_name(seed, number), addresses=[], households=[], residents=[], enterprises=[], vehicles=[]
    )
    for address, household, members in settlement.settle():
        part.addresses.append(address)
        part.households.append(household)
        part.residents.extend(members)
    owners = business.adults(part.residents, content.as_of)
    for address, enterprise in business.Register(settlement, owners, seed).enterprises():
        part.addresses.append(address)
        part.enterprises.append(enterprise)
    part.vehicles.extend(business.vehicles(settlement, owners, part.enterprises, seed))
    return part


def digest(part: RegistryPart) -> str:
    """Return the SHA-256 of everything in *part*: equal digests are equal bytes."""
    running = hashlib.sha256(part.name.encode())
    for kind in (part.addresses, part.households, part.residents, part.enterprises, part.vehicles):
        for record in kind:
            running.update(repr(astuple(record)).encode())
    return running.hexdigest()


def _elsewhere(tree: places.RegionTree, content: Content, number: int) -> tuple[list[str], int]:
    """Return the counties where this part's incomers were first registered, and how many parts used them before."""
    pool = tree.all_counties(content.elsewhere)
    pool = pool[: len(pool) // _AWAY_COUNTIES * _AWAY_COUNTIES]
    if not pool:
        return [], 0
    start = number * _AWAY_COUNTIES
    first = start % len(pool)
    return pool[first : first + _AWAY_COUNTIES], start // len(pool)
