"""Residents and households of one part 人口: families first, then their names, numbers and homes.

A household is drawn by its composition; the leading adult's age fixes the others: a spouse within a few years, children
born when the mother was between 20½ and 46, grandparents one such gap above. Surnames come down from the father in 95
of 100 families. Whole households are drawn until the exact number of residents is met.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhengtong.data.registries.contracts import AddressRecord, HouseholdRecord, Relation, ResidentRecord
from zhengtong.kernel.checkdigits import Sex
from zhengtong.site.demo import marks
from zhengtong.site.demo.chance import Draw, Weighted, apportion
from zhengtong.site.demo.content import Composition, Content
from zhengtong.site.demo.places import County, Grid, Village

_YEAR = 365.25
_MOTHER_YOUNGEST, _MOTHER_OLDEST = 20.5, 46.0
_ELDEST = 102.0
_STRIDE = 7919  # a prime, so that small corrections spread over the whole county


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One member before naming: the birth day is a proleptic ordinal; `line` says whose surname it takes."""

    relation: Relation
    sex: Sex
    birth: int
    line: str


class Settlement:
    """The people of one part: settles households into a county and yields their records village by village."""

    def __init__(
        self, content: Content, county: County, part: int, away: list[str], away_round: int, seed: str
    ) -> None:
        self.content, self.county, self.part = content, county, part
        self.today = content.as_of.toordinal()
        self._draw = Draw(seed, part, "people")
        self._away = away
        self._numbers = marks.ResidentIds(home=county.code, home_round=county.round, away_round=away_round)
        self._resident_id = marks.IdMaker(seed, part, marks.RESIDENT)
        self._household_id = marks.IdMaker(seed, part, marks.HOUSEHOLD)
        self._address_id = marks.IdMaker(seed, part, marks.ADDRESS)
        self._residents = 0

    def settle(self) -> Iterator[tuple[AddressRecord, HouseholdRecord, list[ResidentRecord]]]:
        """Yield every household of the part with its address and its members, the head first."""
        plan = iter(compose(self.content, self._draw))
        shares = apportion(self.content.households, [village.weight for village in self.county.villages])
        index = 0
        for village, share in zip(self.county.villages, shares, strict=True):
            for number in range(share):
                grid = village.grids[number % len(village.grids)]
                yield self._household(index, village, grid, next(plan))
                index += 1

    def _household(
        self, index: int, village: Village, grid: Grid, composition: Composition
    ) -> tuple[AddressRecord, HouseholdRecord, list[ResidentRecord]]:
        household = self._household_id.make(index)
        address = self.address(index, village, grid)
        people = self._people(family(self._draw, composition, self.today), household, village)
        record = HouseholdRecord(
            id=household, region=grid.code, address=address.id, head=people[0].id, size=len(people)
        )
        return address, record, people

    def _people(self, members: list[Member], household: UUID, village: Village) -> list[ResidentRecord]:
        """Name the members: one surname for each line, children and the husband's parents share the husband's."""
        draw, content = self._draw, self.content
        surnames: dict[str, str] = {}
        people = []
        for member in members:
            if member.line not in surnames:
                surnames[member.line] = content.surnames.pick(draw)
            people.append(
                ResidentRecord(
                    id=self._resident_id.make(self._residents),
                    household=household,
                    relation=member.relation,
                    name=surnames[member.line] + given_name(draw, content, member.birth, member.sex),
                    id_number=self._numbers.make(self._first_registered(member), member.birth, member.sex),
                    born_on=date.fromordinal(member.birth),
                    sex=member.sex,
                    region=village.code,
                )
            )
            self._residents += 1
        return people

    def _first_registered(self, member: Member) -> str:
        """Return the county of a member's identity number: one adult in ten came from elsewhere."""
        moved_in = {Relation.HEAD: 0.08, Relation.SPOUSE: 0.15}.get(member.relation, 0.0)
        if self._away and self._draw.chance(moved_in):
            return self._draw.one_of(self._away)
        return self.county.code

    def address(self, index: int, village: Village, grid: Grid) -> AddressRecord:
        """Return address *index*: near the village's point, with a street in a community, a group in a village."""
        draw, radius = self._draw, self.county.radius
        place = f"{self.county.name}{self.county.towns[village.town]}{plain_name(village.name)}"
        if village.is_community:
            street = draw.one_of(self.content.streets)
            house = (
                f"{street}{draw.between(1, 380)}号{draw.between(1, 40)}幢{draw.between(1, 18)}0{draw.between(1, 4)}室"
            )
        else:
            house = f"{draw.between(1, 16)}组{draw.between(1, 220)}号"
        return AddressRecord(
            id=self._address_id.make(index),
            region=grid.code,
            text=place + house,
            longitude=round(village.longitude + draw.normal(0.0, radius / 3, -radius, radius), 6),
            latitude=round(village.latitude + draw.normal(0.0, radius / 3, -radius, radius), 6),
            crs=self.content.crs,
        )


def compose(content: Content, draw: Draw) -> list[Composition]:
    """Return the compositions of all households of a part; their sizes sum to the number of residents.

    Raises:
        ValueError: the tables cannot meet that number.
    """
    kinds = Weighted((composition, composition.weight) for composition in content.compositions)
    plan = [kinds.pick(draw) for _household in range(content.households)]
    missing = content.residents - sum(composition.size for composition in plan)
    ladder = [_find(content, 0, *size) for size in ((1, 0), (2, 0), (2, 1), (2, 2))]
    start = draw.between(0, len(plan) - 1)
    for _pass in range(len(ladder) - 1):
        for step in range(len(plan)):
            if not missing:
                return plan
            place = (start + step * _STRIDE) % len(plan)
            rung = ladder.index(plan[place]) + (1 if missing > 0 else -1) if plan[place] in ladder else -1
            if 0 <= rung < len(ladder):
                plan[place] = ladder[rung]
                missing += -1 if missing > 0 else 1
    if missing:
        raise ValueError(f"{content.households} households cannot hold {content.residents} residents")
    return plan


def family(draw: Draw, composition: Composition, today: int) -> list[Member]:
    """Return the members of one household, the head first; birth days are ordinals not after *today*."""
    low, high = composition.ages.pick(draw)
    age = low + draw.random() * (high + 1 - low)
    if composition.adults == 1:
        adults = _one_adult(draw, age, today, parent=composition.children > 0)
    else:
        adults = _couple(draw, age, today, composition.children)
    children = _children(draw, adults, composition.children, today)
    elders = _elders(draw, adults, composition.elders, today)
    return [*adults, *children, *elders]


def given_name(draw: Draw, content: Content, birth: int, sex: Sex) -> str:
    """Return a given name of the generation that a birth day belongs to."""
    year = date.fromordinal(birth).year
    generation = next(generation for generation in content.generations if year <= generation.until)
    characters = generation.male if sex is Sex.MALE else generation.female
    first = draw.one_of(characters)
    return first if draw.chance(generation.single) else first + draw.one_of(characters)


def plain_name(name: str) -> str:
    """Return a village's name as addresses write it.

    >>> plain_name("居仁社区居委会"), plain_name("对河口村委会")
    ('居仁社区', '对河口村')
    """
    return name.removesuffix("居民委员会").removesuffix("居委会").removesuffix("委会")


def _find(content: Content, elders: int, adults: int, children: int) -> Composition:
    wanted = (elders, adults, children)
    for composition in content.compositions:
        if (composition.elders, composition.adults, composition.children) == wanted:
            return composition
    raise ValueError(f"households.toml needs a composition of {elders} elders, {adults} adults, {children} children")


def _one_adult(draw: Draw, age: float, today: int, *, parent: bool) -> list[Member]:
    male_share = 0.25 if parent else 0.52 if age < 60 else 0.34  # women live longer and keep the children more often
    sex = Sex.MALE if draw.chance(male_share) else Sex.FEMALE
    return [Member(relation=Relation.HEAD, sex=sex, birth=today - int(age * _YEAR), line="own")]


def _couple(draw: Draw, age: float, today: int, children: int) -> list[Member]:
    wife_age = draw.normal(age - 2.0, 2.8, max(age - 14.0, 21.0 if not children else 21.5 + 2.0 * children), age + 6.0)
    husband = (Sex.MALE, today - int(age * _YEAR), "own")
    wife = (Sex.FEMALE, today - int(wife_age * _YEAR), "married")
    couple = [husband, wife] if draw.chance(0.78) else [wife, husband]
    return [
        Member(relation=relation, sex=sex, birth=birth, line=line)
        for relation, (sex, birth, line) in zip((Relation.HEAD, Relation.SPOUSE), couple, strict=True)
    ]


def _children(draw: Draw, adults: list[Member], count: int, today: int) -> list[Member]:
    if not count:
        return []
    mother = next((adult for adult in adults if adult.sex is Sex.FEMALE), adults[0])
    father = next((adult for adult in adults if adult.sex is Sex.MALE), mother)
    mother_age = (today - mother.birth) / _YEAR
    latest = mother_age - 0.02 - 2.0 * (count - 1)
    # Neither parent under 20½, and no child past 36 still at home.
    earliest = max(_MOTHER_YOUNGEST, mother_age - 36.0, _MOTHER_YOUNGEST + (father.birth - mother.birth) / _YEAR)
    gap = draw.normal(27.5, 4.0, min(earliest, latest), min(43.0, latest))
    line = "own" if len(adults) == 1 or draw.chance(0.95) else "married"
    children = []
    for _child in range(count):
        birth = min(mother.birth + int(gap * _YEAR), today)
        sex = Sex.MALE if draw.chance(0.526) else Sex.FEMALE
        children.append(Member(relation=Relation.CHILD, sex=sex, birth=birth, line=line))
        next_latest = min(gap + 6.3, _MOTHER_OLDEST, mother_age - 0.01)
        gap = gap + 1.0 + max(next_latest - gap - 1.0, 0.0) * draw.random()
    return children


def _elders(draw: Draw, adults: list[Member], count: int, today: int) -> list[Member]:
    if not count:
        return []
    of_husband = draw.chance(0.8)
    side = next(adult for adult in adults if (adult.sex is Sex.MALE) is of_husband)
    relation = Relation.PARENT if side.relation is Relation.HEAD else Relation.PARENT_IN_LAW
    mother_birth = side.birth - int(draw.normal(25.5, 4.0, _MOTHER_YOUNGEST, 40.0) * _YEAR)
    husband_gap = draw.normal(2.0, 2.5, -3.0, 10.0)
    father_birth = mother_birth - int(husband_gap * _YEAR)
    father_birth = max(min(father_birth, side.birth - int(_MOTHER_YOUNGEST * _YEAR)), today - int(_ELDEST * _YEAR))
    mother = Member(relation=relation, sex=Sex.FEMALE, birth=mother_birth, line=f"{side.line}-mother")
    father = Member(relation=relation, sex=Sex.MALE, birth=father_birth, line=side.line)
    if count == 2:
        return [father, mother]
    return [mother] if draw.chance(0.65) else [father]
