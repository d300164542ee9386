"""The regions' only door.

`Region` is referred to by other apps' foreign keys as `"regions.Region"`; its key is the code, so the column holds the
code. To ask "all rows in this county" write `Model.objects.filter(regions.under("330106"))`, or in plain SQL
`WHERE {condition.sql}` with `condition = regions.codes_under("330106", "region_id")`.
"""

from zhengtong.kernel.regions.contracts import ImportReport, RegionLevel, RegionRow, RegionView, SqlCondition
from zhengtong.kernel.regions.law import canonical_code
from zhengtong.kernel.regions.queries import (
    ancestors,
    chain,
    children,
    codes_under,
    is_within,
    region,
    regions,
    search,
    successors,
    under,
    walk,
)
from zhengtong.kernel.regions.refusals import (
    InvalidRegionRow,
    RegionNotFound,
    RegionNotInForce,
    RegionStillHeld,
    SourceUnavailable,
)
from zhengtong.kernel.regions.services import abolish, import_regions, rename
from zhengtong.kernel.regions.source import fetch, rows

__all__ = [
    "ImportReport",
    "InvalidRegionRow",
    "RegionLevel",
    "RegionNotFound",
    "RegionNotInForce",
    "RegionRow",
    "RegionStillHeld",
    "RegionView",
    "SourceUnavailable",
    "SqlCondition",
    "abolish",
    "ancestors",
    "canonical_code",
    "chain",
    "children",
    "codes_under",
    "fetch",
    "import_regions",
    "is_within",
    "region",
    "regions",
    "rename",
    "rows",
    "search",
    "successors",
    "under",
    "walk",
]
