"""Products of authorised operation 数据产品: the operator defines, the platform counts, the operator gets counts.

The operator holds no rows at any moment: it has no door to the lake, a definition can only count, and what is counted
has been suppressed and judged by `opening.counted` before it is kept.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from zhengtong.data.assets import operations
from zhengtong.data.assets.contracts import (
    OperationNotInForce,
    OperationUnknown,
    OperationView,
    OwnProduct,
    Permission,
    ProductDecided,
    ProductEntry,
    ProductNotCovered,
    ProductReasonNeeded,
    ProductState,
    ProductUnfit,
    ProductUnknown,
    ProductView,
)
from zhengtong.data.assets.models import Operation, Product
from zhengtong.data.assets.operating import authorise
from zhengtong.data.catalog import api as catalog
from zhengtong.data.opening import api as opening
from zhengtong.kernel.clock import on_day
from zhengtong.kernel.errors import NotAllowed, Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

PRODUCT = "data.assets.product"


def submit(*, actor: Actor, product: UUID, entry: ProductEntry, at: datetime) -> ProductView:
    """Submit the definition of a product 提交产品定义: counts by items that were granted.

    Args:
        actor: an official of the operator.
        product: an id chosen with the form, so that sending it twice submits once.
        entry: the definition.
        at: now.

    Raises:
        OperationUnknown, NotAllowed: there is no such grant for this actor.
        OperationNotInForce: its period has not begun or is over, or the asset is suspended.
        ProductUnfit: the definition asks for what was not granted, or the number of products is used up.
    """
    with transaction.atomic():
        row = _granted(actor, entry.operation)
        known = operations.products().filter(pk=product, operation=row).first()
        if known is not None:
            return operations.product_view(known)
        granted = operations.view(operations.rows().get(pk=row.pk))
        if not granted.on(on_day(at)):
            raise OperationNotInForce
        for field, what in _wrong(entry, granted):
            raise ProductUnfit(field=field, what=what)
        plan = _plan(entry)
        Product.objects.create(
            id=product, operation=row, name=entry.name.strip(), name_en=entry.name_en.strip(), dataset=entry.dataset,
            plan=opening.dump(plan), state=ProductState.SUBMITTED, submitted_by=actor.subject, submitted_at=at,
        )  # fmt: skip
        made = operations.product_view(operations.products().get(pk=product))
        _record(actor, "submit_product", Permission.OPERATE, made, at, before=None)
    return made


def compute(*, actor: Actor, product: UUID, at: datetime) -> ProductView:
    """Count what a product defines and hand the counts over 运算并交付; refused by itself where the report fails.

    Raises:
        ProductUnknown, NotAllowed, OwnProduct: it is not this actor's turn.
        ProductDecided: it was computed or refused already.
        OperationNotInForce: the grant is not in force.
        NoRowsToOpen: no rows have landed.
        PlanUnfit: the catalogue has changed so that the definition does not fit it any more.
        ProductNotCovered: the dataset was taken out of the catalogue.
    """
    with transaction.atomic():
        _row, asked = _waiting(actor, product, at)
    source = catalog.dataset(asked.dataset)
    if source.state is not catalog.DatasetState.PUBLISHED:
        raise ProductNotCovered
    found = opening.counted(  # outside of the transaction: counting many rows must not hold up who else writes
        source, asked.fields, margins=asked.margins, smallest=asked.operation.smallest_group,
        at=at,
    )  # fmt: skip
    with transaction.atomic():
        row, before = _waiting(actor, product, at)
        row.state = ProductState.COMPUTED if found.report.passed else ProductState.REFUSED
        row.report, row.table_version = opening.dump(found.report), found.version
        row.names, row.cells = list(found.names), [list(cell) for cell in found.cells]
        row.digest = digest({"names": row.names, "cells": row.cells})
        return _decided(actor, "compute_product", row, before, at)


def refuse(*, actor: Actor, product: UUID, reason: str, at: datetime) -> ProductView:
    """Refuse to compute a product 不予运算.

    Raises:
        ProductUnknown, NotAllowed, OwnProduct, ProductDecided: it is not this actor's turn.
        ProductReasonNeeded: it is not said why.
    """
    if not reason.strip():
        raise ProductReasonNeeded(field="reason")
    with transaction.atomic():
        row, before = _waiting(actor, product, None)
        row.state, row.reason = ProductState.REFUSED, reason.strip()
        return _decided(actor, "refuse_product", row, before, at)


def delivered(actor: Actor, product: UUID, *, at: datetime) -> ProductView:
    """Return a computed product for download: counts, while the grant is in force and the catalogue lets them out.

    Raises:
        ProductUnknown: there is none for this reader, or nothing was computed.
        OperationNotInForce: the grant is over, or the asset is suspended.
        ProductNotCovered: its source was taken out of the catalogue, or graded too high since.
    """
    one = operations.product(actor, product)
    if one.state is not ProductState.COMPUTED:
        raise ProductUnknown
    if not one.operation.on(on_day(at)):
        raise OperationNotInForce
    if not is_covered(one, catalog.datasets([one.dataset]).get(one.dataset), at=at):
        raise ProductNotCovered
    return one


def is_covered(one: ProductView, source: catalog.DatasetView | None, *, at: datetime) -> bool:
    """Say whether the catalogue as it stands lets the counts of a product be seen; *source* is its dataset's entry."""
    return opening.still_given(source, one.fields, margins=one.margins, at=at)


def state_of(one: ProductView) -> Mapping[str, Any]:
    """Return what an act vouches for: definition, state, digest of what was handed over."""
    return {
        "operation": one.operation.id, "name": one.name, "name_en": one.name_en, "dataset": one.dataset,
        "plan": opening.dump(opening.Plan(fields=one.fields, aggregate=True, margins=one.margins, suppress=True)),
        "state": one.state, "reason": one.reason, "version": one.version, "digest": one.digest,
    }  # fmt: skip


def _plan(entry: ProductEntry) -> opening.Plan:
    return opening.counting_plan(catalog.dataset(entry.dataset), entry.fields, margins=entry.margins)


def _wrong(entry: ProductEntry, granted: OperationView) -> Iterator[tuple[str, Phrase]]:
    if not entry.name.strip():
        yield "name", Phrase(_("请写明名称"))
    allowed = {item.name for item in granted.items if item.dataset == entry.dataset}
    if not entry.fields:
        yield "fields", Phrase(_("请至少选择一个数据项，每项一次"))
    for field in entry.fields:
        if field.name not in allowed:
            yield "fields", Phrase(_("数据项 {name} 不在授权范围内"), name=field.name)
    if Product.objects.filter(operation=granted.id).count() >= granted.most_products:
        yield "name", Phrase(_("授权的 {most} 个产品已经用完"), most=granted.most_products)


def _granted(actor: Actor, operation: UUID) -> Operation:
    row = Operation.objects.select_for_update(of=("self",)).filter(operations.visible_to(actor), pk=operation).first()
    if row is None:
        raise OperationUnknown
    region = identity.organisation(row.operator_id).region
    require(actor, Permission.OPERATE, organisation=row.operator_id, region=region)
    if not actor.is_system and actor.organisation != row.operator_id:
        raise NotAllowed
    return row


def _waiting(actor: Actor, product: UUID, at: datetime | None) -> tuple[Product, ProductView]:
    """Return a product that nobody has decided, locked; with *at*, its grant must be in force then."""
    allowed = Operation.objects.filter(operations.visible_to(actor)).values("pk")
    rows = operations.products().select_for_update(of=("self",))
    row = rows.filter(operation__in=allowed, pk=product).first()
    if row is None:
        raise ProductUnknown
    authorise(actor, row.operation.asset.provider_id)
    if row.submitted_by == actor.subject:
        raise OwnProduct
    if row.state != ProductState.SUBMITTED:
        raise ProductDecided
    one = operations.product_view(row)
    if at is not None and not one.operation.on(on_day(at)):
        raise OperationNotInForce
    return row, one


def _decided(actor: Actor, step: str, row: Product, before: ProductView, at: datetime) -> ProductView:
    row.decided_by, row.decided_at = actor.subject, at
    row.save()
    made = operations.product_view(row)
    _record(actor, step, Permission.AUTHORIZE, made, at, before=before)
    return made


def _record(
    actor: Actor, step: str, permission: Permission, made: ProductView, at: datetime, *, before: ProductView | None
) -> None:
    record(
        Act(
            authority=Authority(clause=made.operation.basis, permission=permission),
            business=Business(
                command=f"data.assets.{step}", object_type=PRODUCT, object_id=str(made.id),
                before=None if before is None else digest(state_of(before)), after=digest(state_of(made)),
            ),
            responsibility=identity.responsibility_of(actor),
            at=at,
        )
    )  # fmt: skip
