"""Granting authorised operation 授权运营 and ending it: products, never rows. Each one act."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from zhengtong.data.assets import law, operations, queries
from zhengtong.data.assets.contracts import (
    AssetNotInForce,
    AssetState,
    AssetUnknown,
    AssetView,
    Item,
    OperationEntry,
    OperationNotInForce,
    OperationUnfit,
    OperationUnknown,
    OperationView,
    Permission,
    ProductReasonNeeded,
    RightKind,
)
from zhengtong.data.assets.models import Asset, Operation
from zhengtong.data.catalog import api as catalog
from zhengtong.data.opening import api as opening
from zhengtong.kernel.clock import on_day
from zhengtong.kernel.errors import NotAllowed, Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

OPERATION = "data.assets.operation"
MOST_PRODUCTS = 1_000


def grant(*, actor: Actor, operation: UUID, entry: OperationEntry, at: datetime) -> OperationView:
    """Grant an organisation to make products of an asset without ever holding its rows 授权运营.

    Args:
        actor: an official of the asset's department who may authorise.
        operation: an id chosen with the form, so that sending it twice grants once.
        entry: to whom, what, how long.
        at: now.

    Raises:
        AssetUnknown, NotAllowed, AssetNotInForce: it is not this actor's turn.
        OperationUnfit: it contradicts itself, the asset, or the operator has no operating right for the period.
    """
    with transaction.atomic():
        row = Asset.objects.select_for_update(of=("self",)).filter(queries.visible_to(actor), pk=entry.asset).first()
        if row is None:
            raise AssetUnknown
        authorise(actor, row.provider_id)
        known = operations.rows().filter(pk=operation, asset=row).first()
        if known is not None:
            return operations.view(known)
        if row.state != AssetState.REGISTERED:
            raise AssetNotInForce(state=AssetState(row.state).label)
        for field, what in _wrong(entry, queries.asset(actor, row.pk), at):
            raise OperationUnfit(field=field, what=what)
        Operation.objects.create(
            id=operation, asset=row, operator_id=entry.operator, starts_on=entry.starts_on, ends_on=entry.ends_on,
            items=[[item.dataset, item.name] for item in sorted(entry.items)], smallest_group=entry.smallest_group,
            most_products=entry.most_products, basis=entry.basis.strip(), granted_at=at,
        )  # fmt: skip
        made = operations.view(operations.rows().get(pk=operation))
        _record(actor, "authorize", made, at, before=None)
    return made


def end(*, actor: Actor, operation: UUID, reason: str, at: datetime) -> OperationView:
    """End a grant from today on 终止授权: nothing more is computed or handed out under it.

    Raises:
        OperationUnknown, NotAllowed: it is not this actor's turn.
        OperationNotInForce: it is over already.
        ProductReasonNeeded: it is not said why.
    """
    if not reason.strip():
        raise ProductReasonNeeded(field="reason")
    with transaction.atomic():
        row = (
            operations.rows().select_for_update(of=("self",)).filter(operations.visible_to(actor), pk=operation).first()
        )
        if row is None:
            raise OperationUnknown
        authorise(actor, row.asset.provider_id)
        if row.ended_on is not None or row.ends_on <= on_day(at):
            raise OperationNotInForce
        before = operations.view(row)
        row.ended_on, row.reason = on_day(at), reason.strip()
        row.save(update_fields=["ended_on", "reason"])
        made = operations.view(row)
        _record(actor, "end_operation", made, at, before=before)
    return made


def authorise(actor: Actor, provider: UUID) -> None:
    """Return when *actor* may decide on operation for *provider*.

    Raises:
        NotAllowed: they may not, or are of another department.
    """
    require(actor, Permission.AUTHORIZE, organisation=provider, region=identity.organisation(provider).region)
    if not actor.is_system and actor.organisation != provider:
        raise NotAllowed


def state_of(one: OperationView) -> Mapping[str, Any]:
    """Return what an act vouches for."""
    return {
        "asset": one.asset, "operator": one.operator, "starts_on": one.starts_on, "ends_on": one.ends_on,
        "items": [[item.dataset, item.name] for item in one.items], "smallest_group": one.smallest_group,
        "most_products": one.most_products, "basis": one.basis, "ended_on": one.ended_on, "reason": one.reason,
    }  # fmt: skip


def _wrong(entry: OperationEntry, asset: AssetView, at: datetime) -> Iterator[tuple[str, Phrase]]:
    least = opening.standard_on(on_day(at)).small_cell
    if not entry.basis.strip():
        yield "basis", Phrase(_("请写明授权依据"))
    if entry.ends_on <= entry.starts_on:
        yield "ends_on", Phrase(_("授权期间至少须有一天"))
    elif not law.covered(asset.rights, RightKind.OPERATING, entry.operator, (entry.starts_on, entry.ends_on)):
        yield "operator", Phrase(_("运营机构在这段时间没有登记数据产品经营权"))
    if entry.operator == asset.provider:
        yield "operator", Phrase(_("数源部门不能授权给自己"))
    if entry.smallest_group < least:
        yield "smallest_group", Phrase(_("最小分组不得小于 {least}"), least=least)
    if not 0 < entry.most_products <= MOST_PRODUCTS:
        yield "most_products", Phrase(_("产品数须在 1 至 {most} 之间"), most=MOST_PRODUCTS)
    yield from (("items", what) for what in _wrong_items(entry.items, asset))


def _wrong_items(items: tuple[Item, ...], asset: AssetView) -> Iterator[Phrase]:
    if not items or len(set(items)) != len(items):
        yield Phrase(_("请至少选择一个数据项，每项一次"))
    elements = {
        (code, element.name): element
        for code, found in catalog.datasets(asset.datasets).items()
        for element in found.entry.elements
    }
    for item in items:
        element = elements.get((item.dataset, item.name))
        if element is None:
            yield Phrase(_("数据资产没有数据项 {name}"), name=item.name)
        elif element.key:
            yield Phrase(_("主键 {name} 不能授权"), name=element.title)


def _record(actor: Actor, step: str, made: OperationView, at: datetime, *, before: OperationView | None) -> None:
    record(
        Act(
            authority=Authority(clause=made.basis, permission=Permission.AUTHORIZE),
            business=Business(
                command=f"data.assets.{step}", object_type=OPERATION, object_id=str(made.id),
                before=None if before is None else digest(state_of(before)), after=digest(state_of(made)),
            ),
            responsibility=identity.responsibility_of(actor),
            at=at,
        )
    )  # fmt: skip
