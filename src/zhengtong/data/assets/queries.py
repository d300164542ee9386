"""Reads of the register: the list, one asset."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q

from zhengtong.data.assets.contracts import (
    AssetLine,
    AssetState,
    AssetUnknown,
    AssetView,
    Cost,
    CostKind,
    Permission,
    ResourceView,
    RightKind,
    RightView,
)
from zhengtong.data.assets.models import Asset, Part, Right
from zhengtong.kernel.pages.api import Asked, Slice, of_queryset
from zhengtong.trust.access.api import scope_filter, within
from zhengtong.trust.identity.contracts import Actor

_ORDERS = {"name": "name", "registered": "registered_at"}


def assets(actor: Actor, asked: Asked, *, state: AssetState | None = None) -> Slice[AssetLine]:
    """Return the page of the register that *actor* asked for: one statement.

    Args:
        actor: sees the assets of the own organisation, those it has a right in, and those within its bounds.
        asked: words of the name, the department or a dataset's code; order; where the page before ended.
        state: only those in it.

    Raises:
        UnreadableCursor: the mark of the page was not made here.
    """
    rows = Asset.objects.filter(visible_to(actor)).select_related("provider").annotate(count=Count("parts"))
    if state is not None:
        rows = rows.filter(state=state)
    if asked.text:
        told = Q(name__icontains=asked.text) | Q(provider__name__icontains=asked.text)
        rows = rows.filter(told | Q(pk__in=Asset.objects.filter(parts__resource=asked.text)))
    found = of_queryset(rows, asked, orders=_ORDERS, default="registered_at")
    return Slice(rows=tuple(map(_line, found.rows)), after=found.after)


def asset(actor: Actor, identifier: UUID) -> AssetView:
    """Return an asset: two statements.

    Raises:
        AssetUnknown: there is none for this reader.
    """
    found = read(Q(pk=identifier) & visible_to(actor))
    if found is None:
        raise AssetUnknown
    return found


def any_registered() -> bool:
    """Say whether anything is registered at all."""
    return Asset.objects.exists()


def visible_to(actor: Actor) -> Q:
    """Return the condition on assets *actor* may see: within their bounds, or with a right of their organisation."""
    bounds = within_bounds(actor)
    if actor.organisation is None or not bounds:  # no condition at all: everything
        return bounds
    return bounds | Q(pk__in=Right.objects.filter(holder=actor.organisation).values("asset"))


def within_bounds(actor: Actor) -> Q:
    """Return the condition on assets of the actor's own organisation, or where they may look into the register."""
    scope = within(scope_filter(actor, Permission.READ), organisation="provider__path", region="region")
    if actor.organisation is None or not scope:  # no condition at all: everything
        return scope
    return scope | Q(provider=actor.organisation)


def read(condition: Q) -> AssetView | None:
    """Return the one asset that meets *condition*, None where there is none: two statements."""
    parts = Part.objects.filter(asset__in=Asset.objects.filter(condition))
    found = list(parts.select_related("asset__provider", "resource__dataset").order_by("resource"))
    if not found:
        return None
    rights = Right.objects.filter(asset=found[0].asset_id).select_related("holder").order_by("starts_on", "kind")
    return _view(found[0].asset, found, rights)


def _view(row: Asset, parts: Iterable[Part], rights: Iterable[Right]) -> AssetView:
    datasets = [part.resource.dataset for part in parts]
    return AssetView(
        id=row.id,
        name=row.name,
        name_en=row.name_en,
        summary=row.summary,
        provider=row.provider_id,
        provider_name=row.provider.name,
        provider_name_en=row.provider.name_en,
        region=row.region_id,
        state=AssetState(row.state),
        version=row.version,
        registered_at=row.registered_at,
        changed_at=row.changed_at,
        reason=row.reason,
        resources=tuple(
            ResourceView(dataset=one.code, name=one.name, name_en=one.entry.get("name_en", "")) for one in datasets
        ),
        rights=tuple(map(right_view, rights)),
        costs=tuple(map(_cost, row.costs)),
    )


def right_view(row: Right) -> RightView:
    """Return *row*, whose holder is loaded, as a contract."""
    return RightView(
        id=row.id,
        kind=RightKind(row.kind),
        holder=row.holder_id,
        holder_name=row.holder.name,
        holder_name_en=row.holder.name_en,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )


def _cost(one: dict[str, object]) -> Cost:
    return Cost(kind=CostKind(str(one["kind"])), fen=int(str(one["fen"])), note=str(one["note"]))


def _line(row: Asset) -> AssetLine:
    return AssetLine(
        id=row.id,
        name=row.name,
        name_en=row.name_en,
        provider_name=row.provider.name,
        provider_name_en=row.provider.name_en,
        state=AssetState(row.state),
        version=row.version,
        resources=row.count,  # type: ignore[attr-defined]  # annotated by the query
        registered_at=row.registered_at,
    )
