"""Who handles items for an applicant 受理机构: read once for all items of an application, however many these are."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db.models import Q, QuerySet

from zhengtong.kernel.regions import api as regions
from zhengtong.process.items import storing
from zhengtong.process.items.contracts import BundleHandling, Handling, ImplementationView, ItemUnknown, Words
from zhengtong.process.items.models import Implementation, ServiceBundle, ServiceItem


def handling(code: str, *, region: str | None = None, at: date) -> Handling:
    """Return item *code* as in force on *at* and who handles it for *region* (all, when None).

    Raises:
        ItemUnknown: no version was in force that day.
    """
    return _handlings([code], _chain(region), at)[0]


def bundle_handlings(code: str, *, region: str | None = None, at: date) -> BundleHandling:
    """Return a bundle, who leads it, and its items as in force on *at* with who handles each for *region*.

    Raises:
        ItemUnknown: there is no such bundle, or one of its items was not in force that day.
    """
    row = ServiceBundle.objects.filter(code=code).first()
    if row is None:
        raise ItemUnknown(item=code)
    found, chain = storing.load_bundle(row.elements), _chain(region)
    lead = _bodies_of(found.lead_key)
    if chain:
        county = next((above.code for above in chain if above.level is regions.RegionLevel.COUNTY), chain[-1].code)
        lead = lead.filter(county=county)
    body = lead.order_by("region__level", "region__low").first()
    return BundleHandling(
        bundle=found, lead=None if body is None else implementation(body), parts=_handlings(found.items, chain, at)
    )


def _chain(region: str | None) -> tuple[regions.RegionView, ...]:
    return () if region is None else regions.chain(region)


def _handlings(codes: Collection[str], chain: Sequence[regions.RegionView], at: date) -> tuple[Handling, ...]:
    rows = {row.code: row for row in ServiceItem.objects.filter(valid_on(at), code__in=codes)}
    if lacking := [code for code in codes if code not in rows]:
        raise ItemUnknown(item=lacking[0])
    bodies = _implementations(codes, chain)
    return tuple(
        Handling(
            item=storing.load_item(rows[code].elements), version=rows[code].version,
            implementations=bodies.get(code, ()),
        )
        for code in codes
    )  # fmt: skip


def _bodies_of(department: str) -> QuerySet[Implementation]:
    """Return what the bodies of *department* handle."""
    codes = ServiceItem.objects.filter(effective_until=None, department=department).values("code")
    return Implementation.objects.filter(item__in=codes)


def implementations(code: str, region: str | None) -> tuple[ImplementationView, ...]:
    """Return who handles *code*: for a region, the body there or the nearest above, else all in the region."""
    return _implementations([code], _chain(region)).get(code, ())


def _implementations(
    codes: Collection[str], chain: Sequence[regions.RegionView]
) -> dict[str, tuple[ImplementationView, ...]]:
    rows = Implementation.objects.filter(item__in=list(codes)).order_by("region__low")
    if not chain:
        return _by_item(rows)
    depth = {view.code: number for number, view in enumerate(chain)}
    nearest: dict[str, Implementation] = {}
    for row in rows.filter(region__in=list(depth)):
        known = nearest.get(row.item)
        if known is None or depth[row.region_id] > depth[known.region_id]:
            nearest[row.item] = row
    found: dict[str, tuple[ImplementationView, ...]] = {code: (implementation(row),) for code, row in nearest.items()}
    if below := [code for code in codes if code not in found]:
        here = chain[-1]
        found |= _by_item(rows.filter(item__in=below, region__low__gte=here.low, region__low__lte=here.high))
    return found


def _by_item(rows: Iterable[Implementation]) -> dict[str, tuple[ImplementationView, ...]]:
    found: dict[str, list[ImplementationView]] = {}
    for row in rows:
        found.setdefault(row.item, []).append(implementation(row))
    return {code: tuple(views) for code, views in found.items()}


def implementation(row: Implementation) -> ImplementationView:
    """Return *row* as it crosses the door."""
    return ImplementationView(
        code=row.code,
        region=row.region_id,
        organisation=row.organisation,
        organisation_name=Words(row.organisation_name, row.organisation_name_en),
        window=Words(row.window, row.window_en),
    )


def valid_on(at: date) -> Q:
    """Return the condition for the versions in force on *at*."""
    return Q(effective_from__lte=at) & (Q(effective_until=None) | Q(effective_until__gt=at))
