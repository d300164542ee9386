"""Reads of the catalogue: search, guides, themes, figures. One to three statements each."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count

from zhengtong.kernel.regions import api as regions
from zhengtong.kernel.search import api as search_index
from zhengtong.process.items import storing
from zhengtong.process.items.contracts import (
    Audience,
    Batching,
    Bundle,
    BundleGuide,
    CatalogEntry,
    Catalogue,
    CatalogueStatistics,
    Channel,
    DepartmentCount,
    EntryPage,
    Evidence,
    EvidenceRoute,
    ImplementationView,
    Item,
    ItemKind,
    ItemUnknown,
    LifeEvent,
    ServiceGuide,
    Theme,
    Words,
)
from zhengtong.process.items.handling import implementation, implementations, valid_on
from zhengtong.process.items.models import Implementation, ServiceBundle, ServiceItem
from zhengtong.process.items.storing import BUNDLE, COLLECTION, ITEM

PAGE_SIZE = 20


def search(
    text: str = "",
    *,
    region: str | None = None,
    audience: Audience | None = None,
    department: str | None = None,
    kind: ItemKind | None = None,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> EntryPage:
    """Return items and bundles that fit *text*, best first; without text, all of them, the most asked for first.

    Args:
        text: what the reader typed, in Chinese, English or first letters of pinyin.
        region: only items handled in the county this region lies in (bundles span counties and stay).
        audience: for persons or for enterprises.
        department: the key of a department.
        kind: one kind of item; leaves bundles out.
        page: from 1.
        size: entries a page.
    """
    page = max(1, page)
    county = _county(region)
    if not text.strip():
        return _listing(county, audience, department, kind, page, size)
    tags = [f"audience:{audience}"] if audience else []
    tags += [f"department:{department}"] if department else []
    tags += [f"kind:{kind}"] if kind else []
    tags += [f"county:{county}"] if county else []
    found = search_index.search(COLLECTION, text, tags=tags, limit=size, offset=(page - 1) * size)
    entries = _entries(hit.key for hit in found.hits)
    return EntryPage(entries=entries, total=found.total, page=page, size=size)


def suggest(text: str, *, audience: Audience | None = None, limit: int = 8) -> tuple[CatalogEntry, ...]:
    """Return items and bundles whose name begins with, holds or sounds like *text*."""
    tags = [f"audience:{audience}"] if audience else []
    return _entries(search_index.suggest(COLLECTION, text, tags=tags, limit=limit))


def guide(code: str, *, region: str | None = None, at: date) -> ServiceGuide:
    """Return the guide of item *code* as in force on *at*, with who handles it for *region* (all, when None).

    Raises:
        ItemUnknown: no version was in force that day.
    """
    row = ServiceItem.objects.filter(valid_on(at), code=code).first()
    if row is None:
        raise ItemUnknown(item=code)
    bundles = [bundle for bundle in every_bundle() if code in bundle.items]
    return ServiceGuide(
        item=storing.load_item(row.elements),
        version=row.version,
        effective_from=row.effective_from,
        implementations=implementations(code, region),
        bundles=tuple(_bundle_entry(bundle) for bundle in bundles),
    )


def in_force(code: str, *, at: date) -> Item:
    """Return item *code* as in force on *at*, without who handles it: one statement.

    Raises:
        ItemUnknown: no version was in force that day.
    """
    row = ServiceItem.objects.filter(valid_on(at), code=code).first()
    if row is None:
        raise ItemUnknown(item=code)
    return storing.load_item(row.elements)


def version(code: str, number: int) -> Item:
    """Return what version *number* of item *code* says: a case keeps to the version it began under.

    Raises:
        ItemUnknown: there is no such version.
    """
    row = ServiceItem.objects.filter(code=code, version=number).first()
    if row is None:
        raise ItemUnknown(item=code)
    return storing.load_item(row.elements)


def batchings() -> dict[tuple[str, int], Batching]:
    """Return, by item and version, which tasks may be decided in a batch, old versions included: one statement."""
    rows = ServiceItem.objects.filter(elements__has_key="batching")
    found = rows.values_list("code", "version", "elements__batching")
    return {(code, version): storing.load_batching(rule) for code, version, rule in found}


def body_of(department: str, region: str) -> ImplementationView | None:
    """Return the body of *department* that handles items in the county of *region*; None when there is none."""
    codes = ServiceItem.objects.filter(effective_until=None, department=department).values("code")
    rows = Implementation.objects.filter(item__in=codes, county=_county(region) or region).order_by("region__level")
    row = rows.first()
    return None if row is None else implementation(row)


def first_body_of(department: str) -> ImplementationView | None:
    """Return a body of *department* that handles items somewhere: where nobody says where the applicant belongs."""
    codes = ServiceItem.objects.filter(effective_until=None, department=department).values("code")
    row = Implementation.objects.filter(item__in=codes).order_by("region__level", "region__low").first()
    return None if row is None else implementation(row)


def bundle_items(code: str, *, at: date) -> tuple[Bundle, tuple[Item, ...]]:
    """Return a bundle with its items whole, as in force on *at*, in its order: two statements.

    Raises:
        ItemUnknown: there is no such bundle, or one of its items was not in force that day.
    """
    row = ServiceBundle.objects.filter(code=code).first()
    if row is None:
        raise ItemUnknown(item=code)
    found = storing.load_bundle(row.elements)
    rows = ServiceItem.objects.filter(valid_on(at), code__in=found.items)
    items = {each.code: storing.load_item(each.elements) for each in rows}
    if lacking := [each for each in found.items if each not in items]:
        raise ItemUnknown(item=lacking[0])
    return found, tuple(items[each] for each in found.items)


def bundle(code: str) -> BundleGuide:
    """Return a bundle, its items in order and the evidence they need between them.

    Raises:
        ItemUnknown: there is no such bundle.
    """
    row = ServiceBundle.objects.filter(code=code).first()
    if row is None:
        raise ItemUnknown(item=code)
    found = storing.load_bundle(row.elements)
    items = _current(found.items)
    evidence: dict[str, Evidence] = {}
    for item in items:
        evidence |= {piece.key: piece for piece in item.evidence}
    return BundleGuide(
        bundle=found,
        items=tuple(_item_entry(item) for item in items),
        evidence=tuple(evidence.values()),
        evidence_before=sum(len(item.evidence) for item in items),
    )


def bundles() -> tuple[CatalogEntry, ...]:
    """Return all bundles, the most asked for first."""
    return tuple(_bundle_entry(found) for found in every_bundle())


def popular(*, audience: Audience | None = None, limit: int = 10) -> tuple[CatalogEntry, ...]:
    """Return the items and bundles most asked for."""
    return _listing(None, audience, None, None, 1, limit).entries


def departments() -> tuple[tuple[str, Words], ...]:
    """Return the departments that have items: key and name."""
    found: dict[str, Words] = {}
    rows = ServiceItem.objects.filter(effective_until=None).order_by("code").values_list("department", "elements")
    for key, elements in rows:
        found.setdefault(key, Words(**elements["department"]))
    return tuple(found.items())


def by_life_event(*, audience: Audience | None = None) -> tuple[Theme, ...]:
    """Return the life events, each with its bundles and items, the most asked for first."""
    themes: dict[str, tuple[LifeEvent, list[CatalogEntry]]] = {}
    things: list[Item | Bundle] = [*every_bundle(), *_current(None)]
    for thing in things:
        entry = _bundle_entry(thing) if isinstance(thing, Bundle) else _item_entry(thing)
        if audience and not entry.is_bundle and audience not in entry.audiences:
            continue
        for event in thing.life_events:
            themes.setdefault(event.key, (event, []))[1].append(entry)
    ordered = sorted(themes.values(), key=lambda theme: -len(theme[1]))
    return tuple(Theme(event=event, entries=tuple(entries)) for event, entries in ordered)


def is_published(catalogue: Catalogue) -> bool:
    """Say whether exactly *catalogue* is in force: publishing it would change nothing."""
    items = {item.code: storing.digest(storing.dump(item)) for item in catalogue.items}
    bundles = {found.code: storing.dump(found) for found in catalogue.bundles}
    published = ServiceItem.objects.filter(effective_until=None).values_list("code", "digest")
    return dict(published) == items and dict(ServiceBundle.objects.values_list("code", "elements")) == bundles


def statistics() -> CatalogueStatistics:
    """Return the catalogue in figures."""
    items = _current(None)
    evidence = [piece for item in items for piece in item.evidence]
    by_department: dict[str, list[Item]] = {}
    for item in items:
        by_department.setdefault(item.department_key, []).append(item)
    ordered = sorted(by_department.values(), key=len, reverse=True)
    return CatalogueStatistics(
        items=len(items),
        bundles=ServiceBundle.objects.count(),
        implementations=Implementation.objects.count(),
        online_share=_share(item.online for item in items),
        mobile_share=_share(Channel.MOBILE in item.channels for item in items),
        at_most_one_visit_share=_share(item.visits <= 1 for item in items),
        instant_share=_share(item.promised.instant for item in items),
        evidence_not_asked_share=_share(piece.served is not EvidenceRoute.UPLOAD for piece in evidence),
        departments=tuple(map(_department_count, ordered)),
    )


def _department_count(items: list[Item]) -> DepartmentCount:
    bound = [(item.promised, item.statutory) for item in items if item.statutory is not None]
    return DepartmentCount(
        department=items[0].department,
        items=len(items),
        with_statutory_period=len(bound),
        promised_shorter=sum(promised.shorter_than(statutory) for promised, statutory in bound),
    )


def _listing(
    county: str | None, audience: Audience | None, department: str | None, kind: ItemKind | None, page: int, size: int
) -> EntryPage:
    """Return a page of everything that passes the filters, by rank; the catalogue is small enough to rank in memory."""
    rows = ServiceItem.objects.filter(effective_until=None)
    if audience:
        rows = rows.filter(**{str(audience): True})
    if department:
        rows = rows.filter(department=department)
    if kind:
        rows = rows.filter(kind=kind)
    if county:
        rows = rows.filter(code__in=Implementation.objects.filter(county=county).values("item"))
    ranks = dict(rows.values_list("code", "rank"))
    ranked = [(rank, ITEM + code) for code, rank in ranks.items()]
    bundles: dict[str, Bundle] = {}
    if not kind:
        for_audience = set(ranks) if not (department or county) else _codes_for(audience)
        bundles = {found.code: found for found in every_bundle() if _fits(found, department, for_audience)}
        ranked += [(found.rank + 1, BUNDLE + code) for code, found in bundles.items()]
    ranked.sort(key=lambda pair: (-pair[0], pair[1]))
    start = (page - 1) * size
    keys = [key for _rank, key in ranked[start : start + size]]
    return EntryPage(entries=_entries(keys, bundles), total=len(ranked), page=page, size=size)


def _codes_for(audience: Audience | None) -> set[str]:
    """Return the items in force that *audience* may apply for."""
    wanted = {str(audience): True} if audience else {}
    return set(ServiceItem.objects.filter(effective_until=None, **wanted).values_list("code", flat=True))


def _fits(bundle: Bundle, department: str | None, codes: set[str]) -> bool:
    return (not department or bundle.lead_key == department) and not codes.isdisjoint(bundle.items)


def _entries(keys: Iterable[str], bundles: dict[str, Bundle] | None = None) -> tuple[CatalogEntry, ...]:
    """Return the entries behind search keys, in their order; two statements, one where *bundles* are at hand."""
    wanted = list(keys)
    items = {item.code: item for item in _current([key.removeprefix(ITEM) for key in wanted if key.startswith(ITEM)])}
    codes = [key.removeprefix(BUNDLE) for key in wanted if key.startswith(BUNDLE)]
    found = bundles
    if found is None:
        found = {row.code: storing.load_bundle(row.elements) for row in ServiceBundle.objects.filter(code__in=codes)}
    entries = []
    for key in wanted:
        _type, _colon, code = key.partition(":")
        if key.startswith(ITEM) and code in items:
            entries.append(_item_entry(items[code]))
        elif code in found:
            entries.append(_bundle_entry(found[code]))
    return tuple(entries)


def _current(codes: Iterable[str] | None) -> list[Item]:
    """Return the items in force with *codes* in that order, or all of them by rank."""
    rows = ServiceItem.objects.filter(effective_until=None)
    if codes is None:
        return [storing.load_item(row.elements) for row in rows.order_by("-rank", "code")]
    wanted = list(codes)
    if not wanted:
        return []
    found = {row.code: storing.load_item(row.elements) for row in rows.filter(code__in=wanted)}
    return [found[code] for code in wanted if code in found]


def every_bundle() -> list[Bundle]:
    """Return all bundles, the most asked for first: one statement."""
    return [storing.load_bundle(row.elements) for row in ServiceBundle.objects.order_by("-rank", "code")]


def _item_entry(item: Item) -> CatalogEntry:
    return CatalogEntry(
        code=item.code,
        name=item.name,
        department=item.department,
        kind=item.kind,
        audiences=item.audiences,
        promised=item.promised,
        online=item.online,
        visits=item.visits,
    )


def _bundle_entry(found: Bundle) -> CatalogEntry:
    return CatalogEntry(
        code=found.code,
        name=found.name,
        department=found.lead,
        kind=None,
        audiences=(),
        promised=None,
        online=True,
        visits=0,
        parts=len(found.items),
    )


def implementation_counts() -> dict[str, int]:
    """Return how many items each county handles, by its code."""
    rows = Implementation.objects.values_list("county").annotate(items=Count("item", distinct=True)).order_by("county")
    return dict(rows)


def _county(region: str | None) -> str | None:
    """Return the county of *region*; None for nothing narrower than a county to ask for."""
    if region is None:
        return None
    return next((above.code for above in regions.chain(region) if above.level is regions.RegionLevel.COUNTY), None)


def _share(flags: Iterable[bool]) -> float:
    kept = list(flags)
    return sum(kept) / len(kept) if kept else 0.0
