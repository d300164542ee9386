"""What a base registry is 基础库声明: its key, its attributes, who gives which, and in what order they are believed.

A declaration is data (`provinces/*/fusion/*.yaml`); `law.levels` turns the order into numbers. Pure: the same module
runs beside Spark, where no web framework is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class KeyCheck(StrEnum):
    """How a key is known to be well formed."""

    RESIDENT_ID = "resident_id"  # GB 11643-1999, check character by ISO 7064 MOD 11-2
    CREDIT_CODE = "credit_code"  # GB 32100-2015, check character modulo 31
    PRESENT = "present"  # any text that is not empty


class Reading(StrEnum):
    """How a column's text becomes the standard form of an attribute."""

    TEXT = "text"  # blanks at the ends removed
    NAME = "name"  # all blanks removed
    DATE = "date"  # any writing of year, month, day → YYYY-MM-DD
    PHONE = "phone"  # digits only, without 86 before a mobile number
    CODE = "code"  # upper case, blanks removed
    WORDS = "words"  # by the table `words`; other texts are left out
    MILLIONTHS = "millionths"  # a decimal number → whole millionths
    TEN_THOUSANDS = "ten_thousands"  # a decimal number of ten thousands → whole units


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """One datum of a registry: its name, its label, whether it is personal data of a natural person.

    A datum that `changes` in the course of a life (a telephone) may differ between sources because one heard earlier:
    that is flagged but no contradiction to be put to anybody. `values` names its codes, in Chinese and English.
    """

    name: str
    title: str
    title_en: str
    personal: bool = False
    changes: bool = False
    values: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def shown(self, value: str, *, in_english: bool) -> str:
        """Return *value* as people read it: a code by its name, anything else as it is."""
        return self.values[value][in_english] if value in self.values else value


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """That a source gives an attribute, from which column, and whose word goes before.

    `after` names the source that is believed first; `beside` one of equal standing, where the newer word counts. The
    one source that names neither is the attribute's authoritative source 数源部门.
    """

    attribute: str
    column: str
    reading: Reading = Reading.TEXT
    words: Mapping[str, str] | None = None
    after: str | None = None
    beside: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One table of one department: where it lies, its key, the moment of each row, what it gives."""

    name: str
    title: str
    title_en: str
    department: str
    path: str
    key: str
    at: str
    gives: tuple[Given, ...]
    encoding: str = "utf-8"
    table: str = ""

    @property
    def columns(self) -> list[str]:
        """The columns that are needed of the table, each once."""
        return list(dict.fromkeys([self.key, self.at, *(one.column for one in self.gives)]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Linkage:
    """How rows without a valid key find their record; probabilities in [0, 1].

    From `accept` on a pair is linked at once if the second-best record stays under `review`; from `review` on it goes
    before an official; below nothing happens. `compare` names attributes by kind of comparison, `block` the groups of
    attributes of which one must agree exactly for two rows to be compared at all.
    """

    accept: float
    review: float
    compare: Mapping[str, str]
    block: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Registry:
    """A base registry 基础库."""

    name: str
    title: str
    title_en: str
    key: KeyCheck
    key_attribute: str
    key_title: str
    key_title_en: str
    buckets: int
    attributes: tuple[Attribute, ...]
    sources: tuple[Source, ...]
    linkage: Linkage | None = None

    @property
    def names(self) -> list[str]:
        """The names of the attributes, in order."""
        return [one.name for one in self.attributes]

    def attribute(self, name: str) -> Attribute:
        """Return the attribute *name*."""
        return next(one for one in self.attributes if one.name == name)

    def source(self, name: str) -> Source:
        """Return the source *name*."""
        return next(one for one in self.sources if one.name == name)

    def givers(self, attribute: str) -> dict[str, Given]:
        """Return which sources give *attribute*, and how."""
        return {source.name: one for source in self.sources for one in source.gives if one.attribute == attribute}
