"""Who keeps the elements of an item 要素维护, and where the item takes part: what its form depends on."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from zhengtong.process.items import storing
from zhengtong.process.items.contracts import Bundle, ImplementationView, Item, KeptItem, Words
from zhengtong.process.items.handling import valid_on
from zhengtong.process.items.models import Implementation, ServiceItem
from zhengtong.process.items.queries import every_bundle, first_body_of


def kept_items(organisations: Collection[UUID] | None, *, at: date) -> tuple[KeptItem, ...]:
    """Return the items in force on *at* whose elements one of *organisations* keeps, by code: two statements.

    Of the bodies of a department that handle items, the one of the highest level keeps them all; of several, the first
    by region. Which body answers for a form no statute says: the rule is the platform's own.

    Args:
        organisations: whose; None for those of every body.
        at: the day.
    """
    keepers = {
        department: body
        for department, body in _keepers().items()
        if organisations is None or body.organisation in organisations
    }
    rows = ServiceItem.objects.filter(valid_on(at), department__in=keepers).order_by("code")
    return tuple(_kept(storing.load_item(row.elements), keepers[row.department]) for row in rows)


def kept_item(code: str, *, at: date) -> KeptItem | None:
    """Return an item with the body that keeps its elements, None where nobody does: two statements."""
    row = ServiceItem.objects.filter(valid_on(at), code=code).first()
    body = first_body_of(row.department) if row else None
    return None if row is None or body is None else _kept(storing.load_item(row.elements), body)


def _keepers() -> dict[str, ImplementationView]:
    """Return by department what `first_body_of` says of each, in one statement."""
    codes = ServiceItem.objects.filter(effective_until=None, department=OuterRef(OuterRef("department"))).values("code")
    foremost = Implementation.objects.filter(item__in=codes).order_by("region__level", "region__low")
    names = ("code", "region", "organisation", "organisation_name", "organisation_name_en", "window", "window_en")
    rows = ServiceItem.objects.filter(effective_until=None).order_by("department").values("department").distinct()
    kept = {f"kept_{name}": Subquery(foremost.values(name)[:1]) for name in names}
    bodies: Iterable[Any] = rows.annotate(**kept)
    return {
        row["department"]: ImplementationView(
            code=row["kept_code"],
            region=row["kept_region"],
            organisation=row["kept_organisation"],
            organisation_name=Words(row["kept_organisation_name"], row["kept_organisation_name_en"]),
            window=Words(row["kept_window"], row["kept_window_en"]),
        )
        for row in bodies
        if row["kept_code"]
    }


def _kept(item: Item, body: ImplementationView) -> KeptItem:
    return KeptItem(
        item=item, organisation=body.organisation, organisation_name=body.organisation_name, region=body.region
    )


def bundles_with(code: str, *, at: date) -> tuple[tuple[Bundle, tuple[Item, ...]], ...]:
    """Return the bundles that item *code* is a part of, each with its items as in force on *at*: two statements."""
    holding = [found for found in every_bundle() if code in found.items]
    wanted = {each for found in holding for each in found.items}
    rows = ServiceItem.objects.filter(valid_on(at), code__in=wanted)
    there = {row.code: storing.load_item(row.elements) for row in rows}
    return tuple((found, tuple(there[each] for each in found.items if each in there)) for found in holding)
