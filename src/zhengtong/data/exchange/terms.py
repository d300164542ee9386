"""Terms of requests and agreements as rows hold them, and whether they say enough."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from zhengtong.data.catalog.api import DatasetEntry
from zhengtong.data.exchange.contracts import FieldGrant, FieldNotOffered, Mask, Terms, TermsUnfit
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _

LONGEST_DAYS = 3 * 366
"""Days after which an agreement must be made anew; this platform's own choice, no statute sets it."""
LARGEST_QUOTA = 100_000_000


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
    for field, what in _lacking(terms, today):
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
    )
