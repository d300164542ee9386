"""What holds of assets, as pure functions: which rights conflict, whether a period is covered, which step follows.

The three rights 三权分置: holding a data resource, processing and using data, operating data products (《中共中央
国务院关于构建数据基础制度更好发挥数据要素作用的意见》, 2022-12, point 3). That one right over one resource has one
holder at a time is this platform's own rule: the opinion leaves it open, and who answers for the data must be one.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from zhengtong.data.assets.contracts import AssetState, RightKind, RightView

Period = tuple[date, date | None]
"""A half-open period; no end: until further notice."""

STEPS: Mapping[str, frozenset[AssetState]] = {
    "restate": frozenset({AssetState.REGISTERED, AssetState.SUSPENDED}),
    "grant_right": frozenset({AssetState.REGISTERED}),
    "end_right": frozenset({AssetState.REGISTERED, AssetState.SUSPENDED}),
    "suspend": frozenset({AssetState.REGISTERED}),
    "resume": frozenset({AssetState.SUSPENDED}),
    "withdraw": frozenset({AssetState.REGISTERED, AssetState.SUSPENDED}),
}
"""From which states each step may be taken."""


def overlaps(one: Period, other: Period) -> bool:
    """Say whether two half-open periods have a day in common.

    >>> from datetime import date
    >>> overlaps((date(2026, 1, 1), date(2027, 1, 1)), (date(2027, 1, 1), None))
    False
    >>> overlaps((date(2026, 1, 1), None), (date(2027, 1, 1), None))
    True
    """
    starts_before = other[1] is None or one[0] < other[1]
    return starts_before and (one[1] is None or other[0] < one[1])


def covered(rights: Iterable[RightView], kind: RightKind, holder: UUID, period: Period) -> bool:
    """Say whether *holder* has the right of *kind* on every day of *period*, by rights that may follow each other."""
    reached, ends = period
    for right in sorted((one for one in rights if (one.kind, one.holder) == (kind, holder)), key=_begins):
        if right.starts_on > reached:
            return False
        if right.ends_on is None or (ends is not None and right.ends_on >= ends):
            return True
        reached = max(reached, right.ends_on)
    return False


def _begins(right: RightView) -> date:
    return right.starts_on
