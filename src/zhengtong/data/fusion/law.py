"""Whose word counts 数源权威: one source for one datum, and the order of words as one whole number.

国发〔2016〕51号 (interim measures on sharing government information resources 政务信息资源共享管理暂行办法): one
source for one datum 一数一源, base information collected once by the department whose duty it is and shared by the
others.

A word's standing is a whole number of 63 bits: 5 bits of authority, 25 bits of minutes since 2000, 6 bits of source,
27 bits of the row's number. The greatest wins: authority first, then time, then the source declared later, then the
later row. So no two words are equal, every engine finds the same winner, and from the winner's number source, time
and row can be told.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from zhengtong.data.fusion.declaration import Given, Registry
from zhengtong.data.fusion.refusals import DeclarationBroken, SecondSourceUnnamed

ROW_BITS, SOURCE_BITS, MINUTE_BITS = 27, 6, 25
SOURCE_UNIT = 1 << ROW_BITS
MINUTE_UNIT = SOURCE_UNIT << SOURCE_BITS
LEVEL_UNIT = MINUTE_UNIT << MINUTE_BITS
ANSWER_LEVEL = 31
FIRST_LEVEL = 30
MAX_SOURCES = 1 << SOURCE_BITS
ANSWERS = MAX_SOURCES - 1  # the place of the discrepancies' answers among the sources
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def minutes(moment: datetime) -> int:
    """Return whole minutes since 2000 (UTC), clipped to what 25 bits hold: before is 0, 2063 and later the last.

    >>> minutes(datetime(2000, 1, 2, tzinfo=UTC))
    1440
    """
    return max(0, min(int((moment - _EPOCH).total_seconds() // 60), (1 << MINUTE_BITS) - 1))


def moment(minute: int) -> datetime:
    """Return the moment of *minute*, the inverse of `minutes`.

    >>> minutes(moment(13_000_000))
    13000000
    """
    return _EPOCH + timedelta(minutes=minute)


def standing(*, level: int, minute: int, source: int, row: int) -> int:
    """Return the standing of a word.

    >>> standing(level=30, minute=0, source=0, row=1) > standing(level=29, minute=99, source=5, row=7)
    True
    """
    return level * LEVEL_UNIT + minute * MINUTE_UNIT + source * SOURCE_UNIT + row % SOURCE_UNIT


def levels(registry: Registry) -> Mapping[str, Mapping[str, int]]:
    """Return attribute → source → level, the authoritative source at 30 and each `after` one lower.

    Raises:
        SecondSourceUnnamed: two sources of an attribute name no other.
        DeclarationBroken: nobody gives an attribute, or an order names a stranger or runs in a circle.
    """
    return {name: _levels_of(registry, name) for name in registry.names}


def authoritative(registry: Registry, attribute: str) -> str:
    """Return the name of the one source that answers for *attribute* 数源.

    Raises:
        SecondSourceUnnamed: there are two.
        DeclarationBroken: there is none.
    """
    first = [name for name, given in registry.givers(attribute).items() if not (given.after or given.beside)]
    if not first:
        raise DeclarationBroken(file=registry.name, what=f"{attribute}: 没有数源")
    if len(first) > 1:
        raise SecondSourceUnnamed(registry=registry.name, attribute=attribute, first=first[0], second=first[1])
    return first[0]


def _levels_of(registry: Registry, attribute: str) -> dict[str, int]:
    authoritative(registry, attribute)
    givers = registry.givers(attribute)
    return {name: FIRST_LEVEL - _depth(registry, attribute, givers, name) for name in givers}


def _depth(registry: Registry, attribute: str, givers: Mapping[str, Given], name: str) -> int:
    depth, seen = 0, {name}
    while above := givers[name].after or givers[name].beside:
        depth += 1 if givers[name].after else 0
        if above in seen or above not in givers:
            raise DeclarationBroken(file=registry.name, what=f"{attribute}: {name} → {above}")
        seen.add(above)
        name = above
    return depth
