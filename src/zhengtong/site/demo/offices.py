"""Organisations, posts and officials of the demo province 机构和人员: sixty bodies in six levels, 400 officials.

Pure: the table of provinces/demo, the county's layout and its residents in, entries for identity out. Officials are
residents of the county with a post; their names in English are pinyin.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from pypinyin import Style, lazy_pinyin

from zhengtong.data.registries.api import ResidentRecord
from zhengtong.site.demo import marks
from zhengtong.site.demo.chance import Draw
from zhengtong.site.demo.content import Content, ProvinceContentBroken, read_table
from zhengtong.site.demo.places import County, Village
from zhengtong.trust.identity.contracts import (
    Duty,
    OfficialEntry,
    OrganisationEntry,
    OrganisationKind,
    OrganisationLevel,
    PostEntry,
)

_POST, _OFFICIAL = 5, 6
_FIRST_BODY = 60_000  # credit codes of bodies; enterprises of part 0 stay below
_LEVELS = {"province": OrganisationLevel.PROVINCE, "city": OrganisationLevel.CITY, "county": OrganisationLevel.COUNTY}
_WORDS_EN = {"街道": "Sub-district", "镇": "Town", "乡": "Township"}


@dataclass(frozen=True, kw_only=True, slots=True)
class StaffPlan:
    """How many officials hold a post of this kind in a body."""

    post: str
    title: tuple[str, str]
    duty: Duty
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """An organisation with the kind of its staff and the department of the catalogue that it is."""

    key: str
    entry: OrganisationEntry
    staff: str
    department: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A post, what kind it is and in which body."""

    kind: str
    body: str
    entry: PostEntry


@dataclass(frozen=True, kw_only=True)
class Offices:
    """All bodies, posts and officials, parents before children."""

    bodies: list[Body]
    posts: list[Post]
    officials: list[OfficialEntry]
    people: dict[UUID, ResidentRecord]

    def body(self, key: str) -> Body:
        """Return the body with *key*."""
        return next(body for body in self.bodies if body.key == key)

    def post(self, body: str, kind: str) -> Post:
        """Return the post of one kind in one body."""
        return next(post for post in self.posts if (post.body, post.kind) == (body, kind))

    def holder(self, body: str, kind: str) -> OfficialEntry:
        """Return the first official who holds that post."""
        post = self.post(body, kind).entry.id
        return next(official for official in self.officials if post in official.posts)


def plan(
    folder: Path, content: Content, county: County, residents: list[ResidentRecord], *, seed: str, since: datetime
) -> Offices:
    """Return the offices of the home county; officials are drawn from *residents* and appointed from *since*.

    Raises:
        ProvinceContentBroken: the table is missing or incomplete, or there are not enough residents of working age.
    """
    table = read_table(folder, "organisations.toml")
    try:
        staff = {kind: [_staff_plan(row) for row in rows] for kind, rows in table["staff"].items()}
        bodies = _bodies(table, content, county, seed)
        posts = [
            _post(seed, index, body, row)
            for index, (body, row) in enumerate((body, row) for body in bodies for row in staff[body.staff])
        ]
    except (KeyError, ValueError, TypeError) as error:
        raise ProvinceContentBroken(file="organisations.toml", what=f"{type(error).__name__} {error}") from error
    counts = [row.count for body in bodies for row in staff[body.staff]]
    people = _of_working_age(content, residents, sum(counts), seed)
    officials: list[OfficialEntry] = []
    for post, count in zip(posts, counts, strict=True):
        for _holder in range(count):
            officials.append(_official(seed, len(officials), post, people[len(officials)], since))
    return Offices(
        bodies=bodies,
        posts=posts,
        officials=officials,
        people={official.subject: person for official, person in zip(officials, people, strict=True)},
    )


@cache
def romanise(text: str) -> str:
    """Return *text* in pinyin without tones, one capital.

    >>> romanise("武康")
    'Wukang'
    """
    return "".join(lazy_pinyin(text, style=Style.NORMAL)).capitalize()


def person_en(name: str) -> str:
    """Return a person's name in pinyin, surname first.

    >>> person_en("沈建国")
    'Shen Jianguo'
    """
    return f"{romanise(name[:1])} {romanise(name[1:])}"


def town_en(name: str) -> str:
    """Return the English name of a town.

    >>> town_en("武康街道")
    'Wukang Sub-district'
    """
    for ending, word in _WORDS_EN.items():
        if name.endswith(ending):
            return f"{romanise(name.removesuffix(ending))} {word}"
    return romanise(name)


def _bodies(table: dict[str, Any], content: Content, county: County, seed: str) -> list[Body]:
    ids = marks.IdMaker(seed, 0, marks.ORGANISATION)
    regions = {"province": content.province, "city": county.code[:4], "county": county.code}
    bodies: list[Body] = []
    known: dict[str, UUID] = {}

    def add(
        key: str, name: tuple[str, str], parent: str, *, kind: str, level: OrganisationLevel, region: str, staff: str,
        department: str = "",
    ) -> None:  # fmt: skip
        known[key] = ids.make(len(bodies))
        entry = OrganisationEntry(
            id=known[key],
            parent=known[parent] if parent else None,
            name=name[0],
            name_en=name[1],
            code=_code(county, kind, len(bodies)) if level <= OrganisationLevel.TOWN else "",
            kind=OrganisationKind(kind),
            level=level,
            region=region,
        )
        bodies.append(Body(key=key, entry=entry, staff=staff, department=department))

    for row in table["organisations"]:
        add(
            row["key"], tuple(row["name"]), row.get("parent", ""), kind=row.get("kind", "department"),
            level=_LEVELS[row["level"]], region=regions[row["level"]], staff=row["staff"],
            department=row.get("department", ""),
        )  # fmt: skip
    for code, name in county.towns.items():
        title = f"{name}办事处" if name.endswith("街道") else f"{name}人民政府"
        add(code, (title, town_en(name)), "county", kind="government", level=OrganisationLevel.TOWN, region=code,
            staff="town")  # fmt: skip
    for place, village in enumerate(_first_villages(county, table["villages"]["count"])):
        name = romanise(village.name.partition("村")[0].partition("社区")[0])
        add(village.code, (village.name, f"{name} Committee"), village.town, kind="self_government",
            level=OrganisationLevel.VILLAGE, region=village.code, staff="village")  # fmt: skip
        if place < table["grids"]["count"]:
            grid = village.grids[0]
            add(grid.code, (f"{village.name}{grid.name}", f"{name} Grid 1"), village.code, kind="grid",
                level=OrganisationLevel.GRID, region=grid.code, staff="grid")  # fmt: skip
    return bodies


def _first_villages(county: County, count: int) -> list[Village]:
    first: dict[str, Village] = {}
    for village in county.villages:
        first.setdefault(village.town, village)
    return list(first.values())[:count]


def _code(county: County, kind: str, index: int) -> str:
    category = "2" if kind == "institution" else "1"  # GB 32100-2015: 11 state organs, 12 public institutions
    return marks.credit_code(authority="1", category=category, region=county.code, part=0, index=_FIRST_BODY + index)


def _staff_plan(row: dict[str, Any]) -> StaffPlan:
    zh, en = row["title"]
    return StaffPlan(post=row["post"], title=(zh, en), duty=Duty(row.get("duty", "business")), count=row["count"])


def _post(seed: str, index: int, body: Body, row: StaffPlan) -> Post:
    entry = PostEntry(
        id=marks.IdMaker(seed, 0, _POST).make(index),
        organisation=body.entry.id,
        title=row.title[0],
        title_en=row.title[1],
        duty=row.duty,
    )
    return Post(kind=row.post, body=body.key, entry=entry)


def _official(seed: str, index: int, post: Post, person: ResidentRecord, since: datetime) -> OfficialEntry:
    return OfficialEntry(
        subject=marks.IdMaker(seed, 0, _OFFICIAL).make(index),
        name=person.name,
        name_en=person_en(person.name),
        staff_number=f"D{index + 1:04d}",
        duty=post.entry.duty,
        person=person.id,
        posts=(post.entry.id,),
        appointed_at=since,
    )


def _of_working_age(content: Content, residents: list[ResidentRecord], count: int, seed: str) -> list[ResidentRecord]:
    """Return *count* different residents from 25 to 58 years old."""
    oldest, youngest = content.as_of.year - 58, content.as_of.year - 25
    fit = [resident for resident in residents if oldest <= resident.born_on.year <= youngest]
    if len(fit) < count:
        raise ProvinceContentBroken(file="organisations.toml", what=f"{len(fit)} < {count}")
    draw, chosen = Draw(seed, "officials"), []
    for place in range(count):  # Fisher-Yates, as far as needed
        other = draw.between(place, len(fit) - 1)
        fit[place], fit[other] = fit[other], fit[place]
        chosen.append(fit[place])
    return chosen
