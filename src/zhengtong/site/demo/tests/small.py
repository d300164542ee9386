"""A small region table and small tables of contents for tests: real shape, a few rows."""

from dataclasses import replace
from functools import cache

from zhengtong.site.demo.content import Content, read_content
from zhengtong.site.demo.places import RegionRow, RegionTree
from zhengtong.site.settings.environment import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "provinces/demo"


def region_rows(counties: int = 3) -> list[RegionRow]:
    """Return a province of one city with *counties* counties, and a second province with forty."""
    rows = {"33": "浙江省", "3305": "湖州市", "32": "江苏省", "3201": "南京市"}
    for number in range(counties):
        county = f"3305{21 + number}"
        rows[county] = "德清县" if not number else f"示例{number}县"
        for town in (1, 102, 115):
            rows[f"{county}{town:03d}"] = "武康街道" if town == 1 else f"第{town}镇"
            for village in range(1, 5):
                name = f"{village}号社区居委会" if village % 2 else f"{village}号村委会"
                rows[f"{county}{town:03d}{village:03d}"] = name
    rows.update({f"3201{number:02d}": f"{number}区" for number in range(1, 41)})
    return [RegionRow(code=code, name=name) for code, name in rows.items()]


@cache
def tree(counties: int = 3) -> RegionTree:
    return RegionTree(region_rows(counties))


@cache
def content() -> Content:
    """Return the demo's tables with a hundredth of its people."""
    return replace(read_content(FOLDER), residents=500, households=180, enterprises=80, vehicles=150)
