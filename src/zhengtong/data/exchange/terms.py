"""Terms of requests and agreements as rows hold them, and whether they say enough."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from zhengtong.data.catalog.api import DatasetEntry, SharingMode
from zhengtong.data.exchange.contracts import MODES, FieldGrant, FieldNotOffered, Mask, Terms, TermsUnfit
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _

LONGEST_DAYS = 3 * 366
"""Days after which an agreement must be made anew; this platform's own choice, no statute sets it."""
LARGEST_QUOTA = 100_000_000
MOST_ROWS = 100_000_000_000
REGION_STANDARD = "region"
"""The standard element of the column that says where a row belongs."""


def require_fit(terms: Terms, dataset: DatasetEntry, today: date) -> None:
    """Return when *terms* say all that is needed and ask for nothing the dataset has not.

    Raises:
        FieldNotOffered: a field is foreign.
        TermsUnfit: something is missing or out of bounds; the refusal names what.
    """
    offered = {element.name for element in dataset.elements}
    foreign = [field.name for field in terms.fields if field.name not in offered]
    if foreign:
        raise FieldNotOffered(field="fields", names="、".join(foreign[:5]))
    for field, what in (*_lacking(terms, today), *_lacking_in_modes(terms, dataset)):
        raise TermsUnfit(field=field, what=Phrase(what))


def _lacking(terms: Terms, today: date) -> Iterator[tuple[str, str]]:
    if not terms.fields or len({field.name for field in terms.fields}) != len(terms.fields):
        yield "fields", _("请选择数据项，每项一次")
    if not terms.items:
        yield "items", _("请写明用于哪些事项")
    if not terms.purpose.strip():
        yield "purpose", _("请写明用途")
    if not terms.basis.strip():
        yield "basis", _("请写明法律依据")
    if not 0 < terms.daily_quota <= LARGEST_QUOTA:
        yield "daily_quota", _("每日次数须为正数")
    if not 0 <= (terms.expires_on - today).days <= LONGEST_DAYS:
        yield "expires_on", _("有效期须在今天之后、三年之内")


def region_column(dataset: DatasetEntry) -> str | None:
    """Return the name of the element that says where a row belongs, None where there is none."""
    return next((element.name for element in dataset.elements if element.standard == REGION_STANDARD), None)


def _lacking_in_modes(terms: Terms, dataset: DatasetEntry) -> Iterator[tuple[str, str]]:
    many = set(terms.modes) - {SharingMode.QUERY}
    if not terms.modes or not set(terms.modes) <= MODES.keys():
        yield "modes", _("请选择共享方式")
    elif not many <= set(dataset.modes):
        yield "modes", _("该资源没有提供所选的共享方式")
    if many and not 0 < terms.daily_rows <= MOST_ROWS:
        yield "daily_rows", _("批量获取或订阅须写明每日行数")
    if many and terms.region and region_column(dataset) is None:
        yield "region", _("该资源没有区划代码，不能按地区批量获取")


def stored(terms: Terms) -> dict[str, Any]:
    """Return *terms* as the row holds them."""
    return {
        "fields": [{"name": field.name, "mask": field.mask.value} for field in terms.fields],
        "items": list(terms.items),
        "purpose": terms.purpose.strip(),
        "basis": terms.basis.strip(),
        "daily_quota": terms.daily_quota,
        "region": terms.region,
        "expires_on": terms.expires_on.isoformat(),
        "modes": [mode.value for mode in terms.modes],
        "daily_rows": terms.daily_rows,
    }


def read(document: Mapping[str, Any]) -> Terms:
    """Return what `stored` wrote."""
    return Terms(
        fields=tuple(FieldGrant(name=field["name"], mask=Mask(field["mask"])) for field in document["fields"]),
        items=tuple(document["items"]),
        purpose=document["purpose"],
        basis=document["basis"],
        daily_quota=document["daily_quota"],
        region=document["region"],
        expires_on=date.fromisoformat(document["expires_on"]),
        modes=tuple(map(SharingMode, document.get("modes", [SharingMode.QUERY]))),
        daily_rows=document.get("daily_rows", 0),
    )
