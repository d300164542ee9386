"""A small country for tests: two provinces, a county with towns, villages and grids, a town right under a city."""

from collections.abc import Iterator
from datetime import date

from zhengtong.kernel.regions import api
from zhengtong.kernel.regions.contracts import RegionLevel, RegionRow

TODAY = date(2026, 11, 22)
P, C, X, T, V, G = RegionLevel

COUNTRY = (
    RegionRow("33", "甲省", P, None),
    RegionRow("32", "乙省", P, None),
    RegionRow("3301", "东市", C, "33"),
    RegionRow("3302", "西市", C, "33"),
    RegionRow("330106", "湖区", X, "3301"),
    RegionRow("330110", "杭区", X, "3301"),
    RegionRow("330106001", "古荡街道", T, "330106"),
    RegionRow("330106002", "灵隐街道", T, "330106"),
    RegionRow("330200101", "直管镇", T, "3302"),
    RegionRow("330106001051", "古荡社区", V, "330106001"),
    RegionRow("330106001052", "嘉绿社区", V, "330106001"),
    RegionRow("330106001051001", "第一网格", G, "330106001051"),
)


def build_country() -> api.ImportReport:
    """Import the small country."""
    return api.import_regions(rows=COUNTRY, on=TODAY)


def villages(number: int, *, name: str = "村") -> Iterator[RegionRow]:
    """Return *number* villages of 灵隐街道, one at a time."""
    return (RegionRow(f"330106002{place:03d}", f"{name}{place}", V, "330106002") for place in range(1, number + 1))
