"""Acts of the register: register, restate costs, enter and end rights, suspend, resume, withdraw. Each is one act."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from zhengtong.data.assets import law, queries
from zhengtong.data.assets.contracts import (
    STATE_CHANGED,
    AssetChanged,
    AssetEntry,
    AssetNotInForce,
    AssetReasonNeeded,
    AssetState,
    AssetStateChanged,
    AssetUnfit,
    AssetUnknown,
    AssetView,
    Cost,
    Permission,
    RightEntry,
    RightHeldByAnother,
    RightKind,
    RightUnknown,
)
from zhengtong.data.assets.models import Asset, Part, Resource, Right
from zhengtong.data.catalog import api as catalog
from zhengtong.kernel.clock import on_day
from zhengtong.kernel.errors import NotAllowed, Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.ids import new_id
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

THING = "data.assets.asset"
CLAUSE = "数据二十条（三）"
"""Point 3 of the opinion on basic institutions for data: rights in data kept apart."""
MOST_RESOURCES = 20


def register(*, actor: Actor, asset: UUID, entry: AssetEntry, at: datetime) -> AssetView:
    """Register an asset made of datasets that the actor's department provides 登记数据资产.

    Args:
        actor: an official of that department.
        asset: an id chosen with the form, so that sending it twice registers once.
        entry: what it is made of and who holds which right in it; a holding right at least.
        at: now.

    Raises:
        NotAllowed: the actor may not register for this department.
        AssetUnfit: the entry contradicts itself or the catalogue.
        RightHeldByAnother: another has one of the rights over one of the resources.
    """
    provider = _provider_of(entry)
    _require(actor, provider)
    with transaction.atomic():
        _lock(entry.datasets)
        known = queries.read(Q(pk=asset, provider=provider))
        if known is not None:
            return known
        row = Asset(
            id=asset, name=entry.name.strip(), name_en=entry.name_en.strip(), summary=entry.summary.strip(),
            provider_id=provider, region_id=identity.organisation(provider).region, state=AssetState.REGISTERED,
            costs=_dump(entry.costs), registered_at=at, changed_at=at,
        )  # fmt: skip
        Asset.objects.bulk_create([row], ignore_conflicts=True)
        if not Asset.objects.filter(pk=asset, provider=provider).exists():
            raise AssetUnfit(field="name", what=Phrase(_("本部门已有同名的数据资产")))
        Part.objects.bulk_create(Part(asset=row, resource_id=code) for code in entry.datasets)
        for right in entry.rights:
            _enter(row, right)
        made = _as_it_is(asset)
        _record(actor, "register", made, at, before=None)
        emit(STATE_CHANGED, subject=asset, data=AssetStateChanged(asset=asset, state=made.state), at=at)
    return made


def restate_costs(*, actor: Actor, asset: UUID, version: int, costs: tuple[Cost, ...], at: datetime) -> AssetView:
    """Say anew what was spent on an asset: an input of a valuation, never its result.

    Raises:
        AssetUnknown, NotAllowed, AssetNotInForce, AssetChanged: it is not this actor's turn.
        AssetUnfit: a kind occurs twice or an amount is nought or less.
    """
    for what in _wrong_costs(costs):
        raise AssetUnfit(field="costs", what=what)
    with transaction.atomic():
        row, before = _locked(actor, "restate", asset, version)
        row.costs = _dump(costs)
        return _changed(actor, "restate_costs", row, before, at)


def grant_right(*, actor: Actor, asset: UUID, version: int, right: RightEntry, at: datetime) -> AssetView:
    """Enter a right of an organisation over the resources of an asset 登记权利.

    Raises:
        AssetUnknown, NotAllowed, AssetNotInForce, AssetChanged: it is not this actor's turn.
        AssetUnfit: the period has no day, or the holder is unknown.
        RightHeldByAnother: another has it over one of the resources on a day of the period.
    """
    for what in _wrong_rights((right,)):
        raise AssetUnfit(field="right", what=what)
    with transaction.atomic():
        row, before = _locked(actor, "grant_right", asset, version)
        _enter(row, right)
        return _changed(actor, "grant_right", row, before, at)


def end_right(*, actor: Actor, asset: UUID, version: int, right: UUID, ends_on: date, at: datetime) -> AssetView:
    """End a right on a day: that day it is over 终止权利. A right that has begun ends today at the earliest.

    Raises:
        AssetUnknown, NotAllowed, AssetNotInForce, AssetChanged: it is not this actor's turn.
        RightUnknown: the asset has no such right.
        AssetUnfit: the day lies before today, before its first day, or after the day it ends anyway.
    """
    with transaction.atomic():
        row, before = _locked(actor, "end_right", asset, version)
        found = Right.objects.filter(asset=row, pk=right).first()
        if found is None:
            raise RightUnknown
        late = found.ends_on is not None and ends_on > found.ends_on
        if late or ends_on < on_day(at) or ends_on <= found.starts_on:
            raise AssetUnfit(field="ends_on", what=Phrase(_("终止日须在今天或以后、权利开始之后、原定终止日之前")))
        found.ends_on = ends_on
        found.save(update_fields=["ends_on"])
        return _changed(actor, "end_right", row, before, at)


def suspend(*, actor: Actor, asset: UUID, version: int, reason: str, at: datetime) -> AssetView:
    """Suspend an asset 暂停: nothing is computed from it until it is resumed.

    Raises:
        AssetUnknown, NotAllowed, AssetNotInForce, AssetChanged: it is not this actor's turn.
        AssetReasonNeeded: it is not said why.
    """
    return _turn(actor, "suspend", AssetState.SUSPENDED, asset, version, _reason(reason), at)


def resume(*, actor: Actor, asset: UUID, version: int, at: datetime) -> AssetView:
    """Resume a suspended asset 恢复.

    Raises:
        AssetUnknown, NotAllowed, AssetNotInForce, AssetChanged: it is not this actor's turn.
    """
    return _turn(actor, "resume", AssetState.REGISTERED, asset, version, "", at)


def withdraw(*, actor: Actor, asset: UUID, version: int, reason: str, at: datetime) -> AssetView:
    """Withdraw an asset from the register for good 注销; its rights bind nobody any more.

    Raises:
        AssetUnknown, NotAllowed, AssetNotInForce, AssetChanged: it is not this actor's turn.
        AssetReasonNeeded: it is not said why.
    """
    return _turn(actor, "withdraw", AssetState.WITHDRAWN, asset, version, _reason(reason), at)


def state_of(one: AssetView) -> Mapping[str, Any]:
    """Return what an act vouches for: everything the register says of an asset."""
    return {
        "name": one.name, "name_en": one.name_en, "summary": one.summary, "datasets": list(one.datasets),
        "state": one.state, "version": one.version, "reason": one.reason, "costs": _dump(one.costs),
        "rights": [[right.id, right.kind, right.holder, right.starts_on, right.ends_on] for right in one.rights],
    }  # fmt: skip


def _provider_of(entry: AssetEntry) -> UUID:
    """Return whose datasets the entry names when it can be registered."""
    for field, what in _wrong(entry):
        raise AssetUnfit(field=field, what=what)
    found = catalog.datasets(entry.datasets)
    for code in entry.datasets:
        if code not in found or found[code].state is not catalog.DatasetState.PUBLISHED:
            raise AssetUnfit(field="datasets", what=Phrase(_("数据集 {code} 尚未在目录中发布"), code=code))
    providers = {one.provider for one in found.values()}
    if len(providers) > 1:
        raise AssetUnfit(field="datasets", what=Phrase(_("一项数据资产只能由一个部门的数据集组成")))
    return providers.pop()


def _wrong(entry: AssetEntry) -> list[tuple[str, Phrase]]:
    found = []
    if not entry.name.strip():
        found.append(("name", Phrase(_("请写明名称"))))
    if not entry.datasets or len(set(entry.datasets)) != len(entry.datasets) or len(entry.datasets) > MOST_RESOURCES:
        found.append(("datasets", Phrase(_("请选择一至二十个数据集，每个一次"))))
    if not any(right.kind is RightKind.HOLDING for right in entry.rights):
        found.append(("rights", Phrase(_("请写明由谁持有"))))
    return found + [("rights", what) for what in _wrong_rights(entry.rights)] + [
        ("costs", what) for what in _wrong_costs(entry.costs)
    ]  # fmt: skip


def _wrong_rights(rights: tuple[RightEntry, ...]) -> list[Phrase]:
    known = identity.organisations(right.holder for right in rights)
    found = [
        Phrase(_("权利期间至少须有一天"))
        for right in rights
        if right.ends_on is not None and right.ends_on <= right.starts_on
    ]
    return found + [Phrase(_("没有这个权利人")) for right in rights if right.holder not in known]


def _wrong_costs(costs: tuple[Cost, ...]) -> list[Phrase]:
    found = []
    if len({cost.kind for cost in costs}) != len(costs):
        found.append(Phrase(_("每类成本只填一次")))
    if any(cost.fen <= 0 for cost in costs):
        found.append(Phrase(_("成本金额须大于零")))
    return found


def _enter(row: Asset, right: RightEntry) -> None:
    """Enter *right* when nobody has it on a day of its period, under the locks of the resources."""
    codes = list(Part.objects.filter(asset=row).values_list("resource", flat=True))
    _lock(codes)
    others = (
        Right.objects.filter(kind=right.kind, asset__parts__resource__in=codes)
        .exclude(asset__state=AssetState.WITHDRAWN)
        .select_related("holder", "asset")
    )
    for other in others.distinct():
        if not law.overlaps((other.starts_on, other.ends_on), (right.starts_on, right.ends_on)):
            continue
        if other.asset_id == row.pk or other.holder_id != right.holder:
            shared = Part.objects.filter(asset=other.asset_id, resource__in=codes).order_by("resource").first()
            raise RightHeldByAnother(
                field="right", dataset=shared.resource_id if shared else "", kind=right.kind.label,
                holder=other.holder.name, asset=other.asset.name,
            )  # fmt: skip
    Right.objects.create(
        id=new_id(), asset=row, kind=right.kind, holder_id=right.holder, starts_on=right.starts_on,
        ends_on=right.ends_on,
    )  # fmt: skip


def _lock(codes: Sequence[str]) -> None:
    """Lock the resources, in one order; one that no asset was made of so far gets its row."""
    Resource.objects.bulk_create((Resource(dataset_id=code) for code in codes), ignore_conflicts=True)
    list(Resource.objects.select_for_update().filter(pk__in=codes).order_by("pk"))


def _turn(
    actor: Actor, step: str, state: AssetState, asset: UUID, version: int, reason: str, at: datetime
) -> AssetView:
    with transaction.atomic():
        row, before = _locked(actor, step, asset, version)
        row.state, row.reason = state, reason
        made = _changed(actor, step, row, before, at)
        emit(STATE_CHANGED, subject=asset, data=AssetStateChanged(asset=asset, state=made.state), at=at)
    return made


def _reason(text: str) -> str:
    if not text.strip():
        raise AssetReasonNeeded(field="reason")
    return text.strip()


def _locked(actor: Actor, step: str, asset: UUID, version: int) -> tuple[Asset, AssetView]:
    row = Asset.objects.select_for_update(of=("self",)).filter(queries.visible_to(actor), pk=asset).first()
    if row is None:
        raise AssetUnknown
    _require(actor, row.provider_id)
    if row.state not in law.STEPS[step]:
        raise AssetNotInForce(state=AssetState(row.state).label)
    if row.version != version:
        raise AssetChanged
    return row, _as_it_is(asset)


def _as_it_is(asset: UUID) -> AssetView:
    found = queries.read(Q(pk=asset))
    assert found is not None  # noqa: S101 -- its row is locked, and it has a part
    return found


def _changed(actor: Actor, step: str, row: Asset, before: AssetView, at: datetime) -> AssetView:
    row.version, row.changed_at = row.version + 1, at
    row.save(update_fields=["version", "changed_at", "costs", "state", "reason"])
    made = _as_it_is(row.pk)
    _record(actor, step, made, at, before=before)
    return made


def _require(actor: Actor, provider: UUID) -> None:
    require(actor, Permission.REGISTER, organisation=provider, region=identity.organisation(provider).region)
    if not actor.is_system and actor.organisation != provider:
        raise NotAllowed


def _dump(costs: tuple[Cost, ...]) -> list[dict[str, Any]]:
    return [{"kind": cost.kind.value, "fen": cost.fen, "note": cost.note} for cost in costs]


def _record(actor: Actor, step: str, made: AssetView, at: datetime, *, before: AssetView | None) -> None:
    record(
        Act(
            authority=Authority(clause=CLAUSE, permission=Permission.REGISTER),
            business=Business(
                command=f"data.assets.{step}", object_type=THING, object_id=str(made.id),
                before=None if before is None else digest(state_of(before)), after=digest(state_of(made)),
            ),
            responsibility=identity.responsibility_of(actor),
            at=at,
        )
    )  # fmt: skip
