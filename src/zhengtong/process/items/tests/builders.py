"""A small catalogue in a folder, and a county to handle it in."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from zhengtong.kernel.regions import api as regions
from zhengtong.process.items import api
from zhengtong.trust.ledger.api import Responsibility

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
TODAY = date(2026, 3, 2)
ORGANISATION = UUID(int=5)
PUBLISHER = Responsibility(subject=UUID(int=1))
DEMO = Path(__file__).resolve().parents[5] / "provinces/demo/items"

VOCABULARY = """
departments: {health: [卫健, Health], police: [公安, Police]}
laws: {code: [民法典, Civil Code], licensing: [行政许可法, Licensing Law]}
evidence:
  id: {name: [身份证, Identity card], served: licence}
  form: {name: [申请表, Form], served: upload}
outputs: {permit: {name: [许可证, Permit], kind: licence}}
life_events: {birth: [出生, Birth]}
"""
POLICE = """
department: police
items:
  - code: "901001000000"
    name: [出生登记, Birth registration]
    kind: confirmation
    for: [natural]
    basis: [code 15]
    promised: instant
    evidence: [id]
    criteria: [[孩子已出生, The child is born]]
    output: permit
    levels: [town]
    life_events: [birth]
    keywords: 上户口
    rank: 5
"""
HEALTH = """
department: health
items:
  - code: "903001000000"
    name: [卫生许可, Hygiene licence]
    kind: license
    for: [legal]
    basis: [licensing 12]
    statutory: {days: 20, unit: workdays, basis: licensing 42}
    promised: 3 workdays
    evidence: [id, form]
    criteria: [[设施合格, Facilities are fit]]
    output: permit
    visits: 1
    rank: 3
"""
BUNDLES = """
bundles:
  - {code: newborn, name: [新生儿一件事, Newborn], lead: health, items: ["901001000000", "903001000000"],
     national: true, life_events: [birth], rank: 9}
"""


def write(folder: Path, **changed: str) -> Path:
    """Write the small catalogue into *folder*, with files replaced by name."""
    files = {"vocabulary": VOCABULARY, "police": POLICE, "health": HEALTH, "bundles": BUNDLES} | changed
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def county() -> None:
    """Import one county with two towns."""
    level = regions.RegionLevel
    rows = [
        regions.RegionRow("33", "浙江省", level.PROVINCE, None),
        regions.RegionRow("3305", "湖州市", level.CITY, "33"),
        regions.RegionRow("330521", "德清县", level.COUNTY, "3305"),
        regions.RegionRow("330522", "长兴县", level.COUNTY, "3305"),
        regions.RegionRow("330521001", "武康街道", level.TOWN, "330521"),
        regions.RegionRow("330521002", "舞阳街道", level.TOWN, "330521"),
    ]
    regions.import_regions(rows=rows, on=TODAY)


def implementation(item: str, region: str, number: int) -> api.ImplementationEntry:
    return api.ImplementationEntry(
        item=item,
        region=region,
        organisation=UUID(int=number),
        organisation_code=f"11330521DM{number:08d}",
        organisation_name=api.Words(f"机构{number}", f"Body {number}"),
        window=api.Words("1 号窗口", "Window 1"),
    )


def publish(folder: Path, at: datetime = AT) -> api.PublishReport:
    return api.publish_catalogue(api.read_catalogue(folder), responsibility=PUBLISHER, at=at)
