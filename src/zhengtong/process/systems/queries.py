"""Reads of departments' systems: the feed, connected systems, deliveries."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q

from zhengtong.kernel.webhooks.api import attempts_at
from zhengtong.kernel.webhooks.contracts import DeliveryState
from zhengtong.process.systems.contracts import (
    Caller,
    Change,
    Changes,
    DeliveryUnknown,
    DeliveryView,
    Permission,
    SystemAct,
    SystemUnknown,
    SystemView,
)
from zhengtong.process.systems.models import CaseChange, Delivery, System
from zhengtong.trust.access.api import organisations_within, scope_filter
from zhengtong.trust.identity.api import subtree
from zhengtong.trust.identity.contracts import Actor


def changes(caller: Caller, *, since: int, limit: int) -> Changes:
    """Return what happened to the cases of the caller's department after position *since*, in order."""
    first, after = subtree(caller.actor.organisation_path)
    rows = CaseChange.objects.filter(
        organisation__path__gte=first, organisation__path__lt=after, position__gt=since
    ).order_by("position")
    if caller.items:
        rows = rows.filter(item__in=caller.items)
    found = tuple(map(change_view, rows[:limit]))
    return Changes(items=found, next=found[-1].position if found else since)


def change_view(row: CaseChange) -> Change:
    """Return *row* as a contract."""
    return Change(
        position=row.position, event=row.event, type=row.type, case=row.case, reference=row.reference, item=row.item,
        organisation=row.organisation_id, at=row.at,
    )  # fmt: skip


def systems(actor: Actor) -> tuple[SystemView, ...]:
    """Return the systems the actor manages, with how many deliveries wait and how many were given up."""
    found = System.objects.filter(_managed(actor)).select_related("organisation").order_by("organisation__path", "name")
    return _counted(found)


def system(actor: Actor, identifier: UUID) -> SystemView:
    """Return one system the actor manages.

    Raises:
        SystemUnknown: there is none, or it is another's to manage.
    """
    found = System.objects.filter(_managed(actor), pk=identifier).select_related("organisation")
    for one in _counted(found):
        return one
    raise SystemUnknown


def deliveries(identifier: UUID, *, state: DeliveryState | None = None, most: int = 50) -> tuple[DeliveryView, ...]:
    """Return the latest deliveries to a system with their attempts; the caller has checked who asks."""
    rows = Delivery.objects.filter(system=identifier)
    if state is not None:
        rows = rows.filter(state=state)
    found = rows.select_related("change").prefetch_related("tries").order_by("-id")[:most]
    return tuple(map(_delivery, found))


def delivery(identifier: UUID, system: UUID) -> DeliveryView:
    """Return one delivery to *system*.

    Raises:
        DeliveryUnknown: there is none.
    """
    row = Delivery.objects.select_related("change").filter(pk=identifier, system=system).first()
    if row is None:
        raise DeliveryUnknown
    return _delivery(row)


def _managed(actor: Actor) -> Q:
    reached = organisations_within(scope_filter(actor, Permission.MANAGE))
    return Q() if reached is None else Q(organisation__in=reached)


def _counted(rows: Iterable[System]) -> tuple[SystemView, ...]:
    kept = list(rows)
    counts = {
        one["system"]: (one["waiting"], one["dead"])
        for one in Delivery.objects.filter(system__in=[row.pk for row in kept])
        .exclude(state=DeliveryState.DELIVERED)
        .values("system")
        .annotate(
            waiting=Count("id", filter=Q(state=DeliveryState.WAITING)),
            dead=Count("id", filter=Q(state=DeliveryState.DEAD)),
        )
    }
    return tuple(_view(row, *counts.get(row.pk, (0, 0))) for row in kept)


def _view(row: System, waiting: int, dead: int) -> SystemView:
    return SystemView(
        id=row.pk, name=row.name, name_en=row.name_en, organisation=row.organisation_id,
        organisation_name=row.organisation.name, items=tuple(row.items),
        acts=frozenset(SystemAct(act) for act in row.acts), address=row.address, key=row.key,
        key_issued_at=row.key_issued_at, connected_at=row.connected_at, suspended_at=row.suspended_at,
        reason=row.reason, waiting=waiting, dead=dead,
    )  # fmt: skip


def _delivery(row: Delivery) -> DeliveryView:
    return DeliveryView(
        id=row.id, type=row.change.type, reference=row.change.reference, state=DeliveryState(row.state),
        due_at=row.due_at, settled_at=row.settled_at,
        attempts=attempts_at(row),
    )  # fmt: skip
