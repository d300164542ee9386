"""Reads of authorised operation: grants, products. Nothing here reads a row of the lake."""

from uuid import UUID

from django.db.models import Q, QuerySet

from zhengtong.data.assets import queries
from zhengtong.data.assets.contracts import (
    AssetState,
    Item,
    OperationUnknown,
    OperationView,
    ProductState,
    ProductUnknown,
    ProductView,
)
from zhengtong.data.assets.models import Asset, Operation, Product
from zhengtong.data.opening import api as opening
from zhengtong.kernel.pages.api import Asked, Slice, of_queryset
from zhengtong.trust.identity.contracts import Actor

MOST = 100


def operations(actor: Actor, asked: Asked) -> Slice[OperationView]:
    """Return the page of grants *actor* asked for, by words of asset, operator or basis: one statement.

    Raises:
        UnreadableCursor: the mark of the page was not made here.
    """
    found = rows().filter(visible_to(actor))
    if asked.text:
        found = found.filter(
            Q(asset__name__icontains=asked.text)
            | Q(operator__name__icontains=asked.text)
            | Q(basis__icontains=asked.text)
        )
    page = of_queryset(found, asked, orders={"ends": "ends_on", "granted": "granted_at"}, default="granted_at")
    return Slice(rows=tuple(map(view, page.rows)), after=page.after)


def operation(actor: Actor, identifier: UUID) -> OperationView:
    """Return a grant of the actor's organisation, or one over an asset they may see: one statement.

    Raises:
        OperationUnknown: there is none for this reader.
    """
    row = rows().filter(visible_to(actor), pk=identifier).first()
    if row is None:
        raise OperationUnknown
    return view(row)


def products_under(operation: UUID) -> tuple[ProductView, ...]:
    """Return the products under a grant, the newest first: one statement."""
    return tuple(map(product_view, products().filter(operation=operation).order_by("-submitted_at")[:MOST]))


def product(actor: Actor, identifier: UUID) -> ProductView:
    """Return a product under a grant that *actor* may see: one statement.

    Raises:
        ProductUnknown: there is none for this reader.
    """
    allowed = Operation.objects.filter(visible_to(actor)).values("pk")
    row = products().filter(operation__in=allowed, pk=identifier).first()
    if row is None:
        raise ProductUnknown
    return product_view(row)


def visible_to(actor: Actor) -> Q:
    """Return the condition on grants that *actor* may see: the operator's, and those over assets of their own bounds.

    Another that holds a right in the asset does not see what an operator makes of it.
    """
    seen = Q(asset__in=Asset.objects.filter(queries.within_bounds(actor)))
    return seen if actor.organisation is None else seen | Q(operator=actor.organisation)


def rows() -> "QuerySet[Operation]":
    """Return the rows with what a view needs."""
    return Operation.objects.select_related("asset__provider", "operator")


def products() -> "QuerySet[Product]":
    """Return the rows with what a view needs."""
    return Product.objects.select_related("operation__asset__provider", "operation__operator")


def view(row: Operation) -> OperationView:
    """Return *row*, with asset, provider and operator loaded, as a contract."""
    asset = row.asset
    return OperationView(
        id=row.id, asset=asset.id, asset_name=asset.name, asset_name_en=asset.name_en, provider=asset.provider_id,
        provider_name=asset.provider.name, provider_name_en=asset.provider.name_en, region=asset.region_id,
        operator=row.operator_id, operator_name=row.operator.name, operator_name_en=row.operator.name_en,
        starts_on=row.starts_on, ends_on=row.ends_on,
        items=tuple(Item(dataset=dataset, name=name) for dataset, name in row.items),
        smallest_group=row.smallest_group, most_products=row.most_products, basis=row.basis,
        granted_at=row.granted_at, ended_on=row.ended_on, reason=row.reason,
        asset_in_force=asset.state == AssetState.REGISTERED,
    )  # fmt: skip


def product_view(row: Product) -> ProductView:
    """Return *row*, with its grant loaded, as a contract."""
    plan = opening.load_plan(row.plan)
    return ProductView(
        id=row.id, operation=view(row.operation), name=row.name, name_en=row.name_en, dataset=row.dataset,
        fields=plan.fields, margins=plan.margins, state=ProductState(row.state), submitted_by=row.submitted_by,
        submitted_at=row.submitted_at, decided_at=row.decided_at, reason=row.reason,
        report=opening.load_report(row.report) if row.report else None, names=tuple(row.names),
        cells=tuple(map(tuple, row.cells)), version=row.table_version, digest=row.digest,
    )  # fmt: skip
