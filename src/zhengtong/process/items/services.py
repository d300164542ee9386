"""Acts on the catalogue: publish it, publish who implements what; each recorded in the ledger with its change."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from zhengtong.kernel.clock import on_day
from zhengtong.kernel.regions import api as regions
from zhengtong.kernel.search import api as search
from zhengtong.process.items import storing
from zhengtong.process.items.contracts import (
    KIND_DIGITS,
    Audience,
    Bundle,
    Catalogue,
    ImplementationBroken,
    ImplementationEntry,
    Item,
    ItemKind,
    PublishReport,
)
from zhengtong.process.items.models import Implementation, ServiceBundle, ServiceItem
from zhengtong.process.items.storing import BUNDLE, COLLECTION, ITEM
from zhengtong.trust.ledger.api import Act, Authority, Business, Responsibility, record
from zhengtong.trust.ledger.api import digest as ledger_digest

_AUTHORITY = Authority(clause="国办函〔2021〕31号")


@transaction.atomic
def publish_catalogue(catalogue: Catalogue, *, responsibility: Responsibility, at: datetime) -> PublishReport:
    """Publish *catalogue* as in force from the day of *at*: new and changed items become versions, the rest stays.

    An item that changes twice on one day keeps the later wording. Items no longer in the catalogue end on that day.
    """
    today = on_day(at)
    current = {row.code: row for row in ServiceItem.objects.filter(effective_until=None)}
    added = changed = 0
    for item in catalogue.items:
        before = current.pop(item.code, None)
        elements = storing.dump(item)
        fingerprint = storing.digest(elements)
        if before is not None and before.digest == fingerprint:
            continue
        added, changed = (added + 1, changed) if before is None else (added, changed + 1)
        version = _next_version(item.code) if before is None else _end(before, today)
        _publish_version(item, version, elements, fingerprint, today)
    for row in current.values():
        _end(row, today)
    ServiceBundle.objects.all().delete()
    ServiceBundle.objects.bulk_create(_bundle_row(bundle) for bundle in catalogue.bundles)
    report = PublishReport(
        added=added,
        changed=changed,
        unchanged=len(catalogue.items) - added - changed,
        withdrawn=len(current),
    )
    if added or changed or current:
        _record("publish_catalogue", "catalogue", catalogue_digest(catalogue), responsibility, at)
    refresh_search()
    return report


@transaction.atomic
def publish_implementations(
    entries: Iterable[ImplementationEntry], *, responsibility: Responsibility, at: datetime
) -> int:
    """Replace the list of implementations by *entries* and return how many there are.

    Raises:
        ImplementationBroken: an item is not published or an organisation's credit code has not 18 characters; nothing
            is changed then.
        RegionNotFound: a region is not there.
    """
    kinds = dict(ServiceItem.objects.filter(effective_until=None).values_list("code", "kind"))
    rows = []
    counties: dict[str, str] = {}
    for entry in entries:
        if entry.item not in kinds:
            raise ImplementationBroken(item=entry.item, region=entry.region, what=gettext("事项未发布"))
        if len(entry.organisation_code) != 18:
            raise ImplementationBroken(item=entry.item, region=entry.region, what=gettext("实施主体代码应为 18 位"))
        if entry.region not in counties:
            counties[entry.region] = _county_of(entry.region)
        rows.append(
            Implementation(
                code=entry.organisation_code + KIND_DIGITS[ItemKind(kinds[entry.item])] + entry.item,
                item=entry.item,
                region_id=entry.region,
                county=counties[entry.region],
                organisation=entry.organisation,
                organisation_name=entry.organisation_name.zh,
                organisation_name_en=entry.organisation_name.en,
                window=entry.window.zh,
                window_en=entry.window.en,
            )
        )
    before = set(Implementation.objects.values_list("code", flat=True))
    after = {row.code for row in rows}
    Implementation.objects.all().delete()
    Implementation.objects.bulk_create(rows, batch_size=500)
    if before != after:
        _record("publish_implementations", "implementations", ledger_digest(sorted(after)), responsibility, at)
    refresh_search()
    return len(rows)


def refresh_search() -> int:
    """Build the search index from what is published; return how many documents it has."""
    counties: dict[str, set[str]] = {}
    for code, county in Implementation.objects.values_list("item", "county").distinct():
        counties.setdefault(code, set()).add(county)
    documents = []
    items = {}
    for row in ServiceItem.objects.filter(effective_until=None).only("elements"):
        item = storing.load_item(row.elements)
        items[item.code] = item
        documents.append(_item_document(item, sorted(counties.get(item.code, ()))))
    for bundle_row in ServiceBundle.objects.all():
        bundle = storing.load_bundle(bundle_row.elements)
        documents.append(_bundle_document(bundle, [items[code] for code in bundle.items]))
    return search.rebuild(COLLECTION, documents)


def catalogue_digest(catalogue: Catalogue) -> str:
    """Return one digest of all items and bundles."""
    things: list[Item | Bundle] = [*catalogue.items, *catalogue.bundles]
    return ledger_digest([storing.digest(storing.dump(thing)) for thing in things])


def _publish_version(item: Item, version: int, elements: dict[str, Any], fingerprint: str, today: date) -> None:
    ServiceItem.objects.create(
        code=item.code,
        version=version,
        name=item.name.zh,
        department=item.department_key,
        kind=item.kind,
        natural=Audience.NATURAL in item.audiences,
        legal=Audience.LEGAL in item.audiences,
        rank=item.rank,
        elements=elements,
        digest=fingerprint,
        effective_from=today,
    )


def _next_version(code: str) -> int:
    last = ServiceItem.objects.filter(code=code).order_by("-version").first()
    return last.version + 1 if last else 1


def _end(row: ServiceItem, today: date) -> int:
    """End a version today and return the next version's number; one that began today gives its number up."""
    if row.effective_from == today:
        row.delete()
        return row.version
    row.effective_until = today
    row.save(update_fields=["effective_until"])
    return row.version + 1


def _bundle_row(bundle: Bundle) -> ServiceBundle:
    return ServiceBundle(code=bundle.code, name=bundle.name.zh, rank=bundle.rank, elements=storing.dump(bundle))


def _county_of(code: str) -> str:
    """Return the county a region lies in, or the region itself when it is larger."""
    region = regions.region(code)
    above = (*regions.ancestors(region.code), region)
    return next((view.code for view in above if view.level is regions.RegionLevel.COUNTY), region.code)


def _item_document(item: Item, counties: list[str]) -> search.Document:
    text = [(item.keywords, 2.0), (item.name.en, 2.0), (item.department.zh, 0.5), (item.output.name.zh, 1.0)]
    text += [(criterion.zh, 0.5) for criterion in item.criteria]
    text += [(f"{event.name.zh} {event.name.en}", 1.0) for event in item.life_events]
    tags = [f"audience:{audience}" for audience in item.audiences]
    tags += [f"department:{item.department_key}", f"kind:{item.kind}", "type:item"]
    tags += [f"county:{county}" for county in counties]
    return search.Document(
        key=ITEM + item.code, title=item.name.zh, title_en=item.name.en, text=tuple(text), tags=tuple(tags),
        rank=item.rank,
    )  # fmt: skip


def _bundle_document(bundle: Bundle, items: list[Item]) -> search.Document:
    text = [(bundle.name.en, 2.0), (bundle.code.replace("_", " "), 2.0)]
    text += [(f"{event.name.zh} {event.name.en}", 1.0) for event in bundle.life_events]
    text += [(f"{item.name.zh} {item.keywords}", 0.6) for item in items]
    audiences = {audience for item in items for audience in item.audiences}
    tags = [f"audience:{audience}" for audience in sorted(audiences)]
    tags += [f"department:{bundle.lead_key}", "type:bundle"]
    return search.Document(
        key=BUNDLE + bundle.code, title=bundle.name.zh, title_en=bundle.name.en, text=tuple(text), tags=tuple(tags),
        rank=bundle.rank + 1,
    )  # fmt: skip


def _record(command: str, thing: str, after: str, responsibility: Responsibility, at: datetime) -> None:
    record(
        Act(
            authority=_AUTHORITY,
            business=Business(
                command=f"process.items.{command}", object_type="process.items", object_id=thing, after=after
            ),
            responsibility=responsibility,
            at=at,
        )
    )
