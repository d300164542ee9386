"""The tables of provinces/demo, read once and checked: a missing or wrong table is named with its remedy."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhengtong.data.registries.contracts import EnterpriseKind, EnterpriseStatus
from zhengtong.kernel.errors import Refusal
from zhengtong.site.demo.chance import Weighted


class ProvinceContentBroken(Refusal):
    """A table of the province's folder is missing or does not say what it must."""

    code = "province_content_broken"
    status = 500
    message = _("省情表 {file} 有误：{what}")
    remedy = _("请改正该文件；表的写法见 provinces/demo 中的原件。")


@dataclass(frozen=True, kw_only=True, slots=True)
class Composition:
    """How one kind of household is made up; `ages` are bands of the leading adult's age."""

    elders: int
    adults: int
    children: int
    weight: float
    ages: Weighted[tuple[int, int]]

    @property
    def size(self) -> int:
        """How many people live together."""
        return self.elders + self.adults + self.children


@dataclass(frozen=True, kw_only=True, slots=True)
class Generation:
    """Characters of given names for people born until the end of the year `until`."""

    until: int
    single: float
    male: str
    female: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BusinessKind:
    """How one kind of business entity is made: credit-code category, name ending, ranges in yuan and heads."""

    kind: EnterpriseKind
    category: str
    suffix: str
    capital: Weighted[tuple[int, int]]
    employees: Weighted[tuple[int, int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Industry:
    """A section of GB/T 4754-2017 and the words that make a trade name in it."""

    code: str
    name: str
    name_en: str
    words: list[str]


@dataclass(frozen=True, kw_only=True)
class Content:
    """All tables of a province's folder that the generator draws from."""

    as_of: date
    seed: str
    province: str
    home_county: str
    elsewhere: str
    crs: str
    residents: int
    households: int
    enterprises: int
    vehicles: int
    cities: dict[str, dict[str, Any]]
    counties: dict[str, dict[str, float]]
    grids: dict[str, int]
    surnames: Weighted[str]
    generations: list[Generation]
    compositions: list[Composition]
    streets: list[str]
    industries: Weighted[Industry]
    business_kinds: Weighted[BusinessKind]
    statuses: Weighted[EnterpriseStatus]
    trade_first: str
    trade_second: str

    def industry(self, code: str) -> Industry:
        """Return the section with *code*."""
        return next(industry for industry in self.industries.values if industry.code == code)


def read_content(folder: Path) -> Content:
    """Read and check the tables in *folder*.

    Raises:
        ProvinceContentBroken: a file is missing, is not TOML, or lacks a key.
    """
    province, names = read_table(folder, "province.toml"), read_table(folder, "names.toml")
    households, business = read_table(folder, "households.toml"), read_table(folder, "enterprises.toml")
    try:
        return _content(province, names, households, business)
    except (KeyError, TypeError, ValueError) as error:
        raise ProvinceContentBroken(file=str(folder), what=f"{type(error).__name__} {error}") from error


def read_table(folder: Path, name: str) -> dict[str, Any]:
    """Return the TOML table *name* of *folder*.

    Raises:
        ProvinceContentBroken: it is missing or is not TOML.
    """
    try:
        return tomllib.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ProvinceContentBroken(file=str(folder / name), what=str(error)) from error


def _content(
    province: dict[str, Any], names: dict[str, Any], households: dict[str, Any], business: dict[str, Any]
) -> Content:
    head, part = province["province"], province["part"]
    return Content(
        as_of=head["as_of"],
        seed=head["seed"],
        province=head["code"],
        home_county=head["home_county"],
        elsewhere=head["elsewhere"],
        crs=head["crs"],
        residents=part["residents"],
        households=part["households"],
        enterprises=part["enterprises"],
        vehicles=part["vehicles"],
        cities=province["cities"],
        counties=province["counties"],
        grids=province["grids"],
        surnames=Weighted(names["surnames"].items()),
        generations=[Generation(**row) for row in names["generations"]],
        compositions=[Composition(**{**row, "ages": _bands(row["ages"])}) for row in households["compositions"]],
        streets=households["streets"]["names"],
        industries=Weighted((_industry(code, row), row["weight"]) for code, row in business["industries"].items()),
        business_kinds=Weighted((_business_kind(row), row["weight"]) for row in business["kinds"]),
        statuses=Weighted((EnterpriseStatus(key), weight) for key, weight in business["statuses"].items()),
        trade_first=business["trade_names"]["first"],
        trade_second=business["trade_names"]["second"],
    )


def _bands(rows: list[list[int]]) -> Weighted[tuple[int, int]]:
    return Weighted(((low, high), weight) for low, high, weight in rows)


def _industry(code: str, row: dict[str, Any]) -> Industry:
    return Industry(code=code, name=row["name"], name_en=row["name_en"], words=row["words"])


def _business_kind(row: dict[str, Any]) -> BusinessKind:
    return BusinessKind(
        kind=EnterpriseKind(row["key"]),
        category=row["category"],
        suffix=row["suffix"],
        capital=_bands(row["capital"]),
        employees=_bands(row["employees"]),
    )
