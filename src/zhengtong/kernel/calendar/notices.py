"""Reading and checking holiday notices: the shipped ones and those an official imports. No Django in here."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from zhengtong.kernel.calendar.contracts import Festival, HolidayNotice

_FOLDER = Path(__file__).parent
_ONE_DAY = timedelta(days=1)


class UnreadableNotice(ValueError):  # noqa: N818 -- says what is the matter, like a refusal
    """A notice file does not say what it must; the message names the entry and the fault."""


@cache
def shipped_notices() -> tuple[HolidayNotice, ...]:
    """Return the State Council's notices that come with the platform, in order of issue."""
    return read_notices((_FOLDER / "notices.toml").read_text(encoding="utf-8"))


@cache
def festival_days() -> Mapping[int, tuple[date, date, date, date]]:
    """Return, for years to come, Spring Festival, Qingming, Dragon Boat and Mid-Autumn."""
    table = tomllib.loads((_FOLDER / "festivals.toml").read_text(encoding="utf-8"))
    return {int(year): tuple(days) for year, days in table.items()}


def read_notices(text: str) -> tuple[HolidayNotice, ...]:
    """Read a TOML file of `[[notice]]` entries, see notices.toml for the form.

    Raises:
        UnreadableNotice: not TOML, no entry, or an entry that contradicts itself.
    """
    try:
        entries = tomllib.loads(text).get("notice", [])
    except tomllib.TOMLDecodeError as error:
        raise UnreadableNotice(f"not TOML: {error}") from error
    if not isinstance(entries, list) or not entries:
        raise UnreadableNotice("no [[notice]] entry")
    return tuple(notice_from(entry) for entry in entries)


def notice_from(entry: Mapping[str, Any]) -> HolidayNotice:
    """Build a notice from one entry (of a file or of a database row).

    Raises:
        UnreadableNotice: a field is missing or malformed, or the days contradict each other.
    """
    try:
        notice = HolidayNotice(
            year=int(entry["year"]),
            off=tuple(_festival(item) for item in entry["off"]),
            work=tuple(sorted(date.fromisoformat(day) for day in entry["work"])),
            citation=str(entry.get("citation", "")),
            title=str(entry.get("title", "")),
            amends=bool(entry.get("amends", False)),
        )
    except KeyError as error:
        raise UnreadableNotice(f"notice {entry.get('year', '?')}: {error} is missing") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise UnreadableNotice(f"notice {entry.get('year', '?')}: {error}") from error
    _check(notice)
    return notice


def entry_of(notice: HolidayNotice) -> dict[str, Any]:
    """Return the entry that `notice_from` reads back: plain text and numbers."""
    return {
        "year": notice.year,
        "amends": notice.amends,
        "citation": notice.citation,
        "title": notice.title,
        "off": [_span(festival) for festival in notice.off],
        "work": [day.isoformat() for day in notice.work],
    }


def days_of(festival: Festival) -> Iterable[date]:
    """Return the days of a run, both ends included."""
    return (festival.first_on + _ONE_DAY * step for step in range((festival.last_on - festival.first_on).days + 1))


def _festival(item: str) -> Festival:
    name, _blank, span = item.rpartition(" ")
    first, _slash, last = span.partition("/")
    first_on = date.fromisoformat(first)
    last_on = date.fromisoformat(last) if last else first_on
    if not name or not first_on <= last_on or (last_on - first_on).days > 30:
        raise UnreadableNotice(f"{item!r} is not a name and a first and last day")
    return Festival(name=name, first_on=first_on, last_on=last_on)


def _span(festival: Festival) -> str:
    days = {festival.first_on.isoformat(): None, festival.last_on.isoformat(): None}
    return f"{festival.name} {'/'.join(days)}"


def _check(notice: HolidayNotice) -> None:
    """Refuse days of another year, a day both off and worked, and a make-up day that is no weekend."""
    off = {day for festival in notice.off for day in days_of(festival)}
    earliest, latest = date(notice.year - 1, 12, 25), date(notice.year, 12, 31)
    faults = {
        "no day off": not notice.off,
        f"a day outside {earliest}…{latest}": any(not earliest <= day <= latest for day in off.union(notice.work)),
        "a day both off and worked": bool(off.intersection(notice.work)),
        "a make-up day that is worked anyway": any(day.weekday() < 5 for day in notice.work) and not notice.amends,
    }
    for fault, found in faults.items():
        if found:
            raise UnreadableNotice(f"notice {notice.year}: {fault}")
