"""Data the demo's departments have opened 演示开放: three releases, and one application that fails its risk report.

Care homes with their coordinates are open to everybody, companies row by row on registration, companies counted by year
to everybody; a count of individual businesses by month lies in the buffer, too fine to be approved.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from zhengtong.data.catalog import api as catalog
from zhengtong.data.collection import api as collection
from zhengtong.data.opening import api as opening
from zhengtong.data.opening.api import Access, FieldPlan, Plan, Treatment, Wanted
from zhengtong.data.registries.api import RegistryPart
from zhengtong.kernel.ids import new_id
from zhengtong.site.demo.accounts import in_post
from zhengtong.site.demo.catalog import ENTERPRISES, INDIVIDUALS
from zhengtong.site.demo.offices import Offices
from zhengtong.trust.identity.api import system_actor

CARE_HOMES = "301002/6"
_CARE = "养老服务"
_CLAUSE, _ANONYMOUS = "数据安全法§42", "个人信息保护法§4、§73"


@dataclass(frozen=True, kw_only=True)
class _Story:
    """An application of a department, and whether it may go to the public."""

    department: str
    wanted: Wanted
    waits: bool = False


def is_open() -> bool:
    """Say whether the demo's releases are there."""
    return bool(opening.all_released())


def open_data(offices: Offices, part: RegistryPart, *, at: datetime) -> int:
    """Collect the care homes, then let one officer apply and another approve; return how many releases there are."""
    _collect_care_homes(part, at)
    return sum(_tell(offices, story, at) for story in _stories())


def _tell(offices: Offices, story: _Story, at: datetime) -> bool:
    """Take an application as far as its risk report lets it go; say whether it is open."""
    officer, head = (in_post(offices, story.department, kind) for kind in ("approver", "leader"))
    made = opening.apply(actor=officer, application=new_id(), wanted=story.wanted, at=at)
    made = opening.freeze(actor=officer, application=made.id, revision=made.revision, at=at)
    if story.waits or made.report is None or not made.report.passed:
        return False
    made = opening.approve(actor=head, application=made.id, revision=made.revision, at=at)
    opening.release(actor=head, application=made.id, revision=made.revision, at=at)
    return True


def _stories() -> Iterator[_Story]:
    homes = ("unit_name", "site_address", "longitude", "latitude")
    yield _Story(
        department="civil_affairs",
        wanted=Wanted(
            dataset=CARE_HOMES, slug="care-homes", title="养老机构分布", title_en="Care homes",
            summary="登记在册的养老机构及其位置（示意坐标，CGCS2000）。", access=Access.UNCONDITIONAL, basis=_CLAUSE,
            plan=Plan(fields=tuple(FieldPlan(name=name) for name in homes)),
        ),
    )  # fmt: skip
    yield _Story(
        department="market_supervision",
        wanted=Wanted(
            dataset=ENTERPRISES, slug="companies", title="企业名录", title_en="Companies",
            summary="登记在册企业的名称、统一社会信用代码、成立年月和状态。", access=Access.REGISTRATION, basis=_CLAUSE,
            plan=Plan(
                fields=(
                    FieldPlan(name="credit_code"), FieldPlan(name="enterprise_name"),
                    FieldPlan(name="established_on", treatment=Treatment.MONTH), FieldPlan(name="status"),
                )
            ),
        ),
    )  # fmt: skip
    counted = (FieldPlan(name="established_on", treatment=Treatment.YEAR),)
    yield _Story(
        department="market_supervision",
        wanted=Wanted(
            dataset=ENTERPRISES, slug="companies-by-year", title="企业成立年份统计", title_en="Companies by year",
            summary="按成立年份统计的企业数量。", access=Access.UNCONDITIONAL, basis=_ANONYMOUS,
            plan=Plan(fields=counted, aggregate=True, margins=True, suppress=True),
        ),
    )  # fmt: skip
    fine = (FieldPlan(name="established_on", treatment=Treatment.MONTH), FieldPlan(name="status"))
    yield _Story(
        department="market_supervision", waits=True,
        wanted=Wanted(
            dataset=INDIVIDUALS, slug="shops-by-month", title="个体工商户逐月统计",
            title_en="Individual businesses by month", summary="按成立年月和状态统计的个体工商户数量。",
            access=Access.UNCONDITIONAL, basis=_ANONYMOUS,
            plan=Plan(fields=fine, aggregate=True, margins=True),
        ),
    )  # fmt: skip


def _collect_care_homes(part: RegistryPart, at: datetime) -> None:
    table = catalog.dataset(CARE_HOMES).entry.table
    if collection.version_of(table) is not None:
        return
    path = Path(settings.HOME) / "inbox" / f"{table}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("编号", "名称", "场所地址", "数量", "等级", "经度", "纬度"))
        writer.writerows(_care_homes(part))
    entry = collection.SourceEntry(
        dataset=CARE_HOMES, name="每月交换文件", kind=collection.ConnectorKind.FILE, location=str(path)
    )
    source = collection.set_up_source(actor=system_actor(), entry=entry, at=at)
    collection.collect(actor=system_actor(), source=source.id)


def _care_homes(part: RegistryPart) -> Iterable[tuple[object, ...]]:
    places = {one.id: one for one in part.addresses}
    homes = [one for one in part.enterprises if _CARE in one.name and one.address in places]
    for number, one in enumerate(homes, start=1):
        place = places[one.address]
        yield f"YL{number:04}", one.name, place.text, 20 + one.employees, "", place.longitude, place.latitude
