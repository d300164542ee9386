"""The feed 变更流: every turn of a case is noted for each organisation that has to do with it, in one order."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from zhengtong.kernel.webhooks.contracts import DeliveryState
from zhengtong.process.cases import api as cases
from zhengtong.process.systems.models import CaseChange, Delivery, FeedHead, System
from zhengtong.trust.identity.api import organisation_path


def note(*, event: UUID, kind: str, case: UUID, also: UUID | None, at: datetime) -> int:
    """Note a turn of *case* for the organisations it is at, and for *also*, which it left; return how many.

    Systems with an address are told; the same event again changes nothing.
    """
    line, places = cases.places_of(case, at=at)
    wanted = list(dict.fromkeys([*places, *([also] if also else [])]))
    with transaction.atomic():
        last = _head(len(wanted))
        known = set(CaseChange.objects.filter(event=event).values_list("organisation", flat=True))
        made = [
            CaseChange(
                position=last + place, event=event, type=kind, case=case, reference=line.reference, item=line.item,
                organisation_id=organisation, at=at,
            )
            for place, organisation in enumerate(wanted, start=1)
            if organisation not in known
        ]  # fmt: skip
        CaseChange.objects.bulk_create(made)
        Delivery.objects.bulk_create(_told(made, at))
    return len(made)


def _head(count: int) -> int:
    """Return where the feed ends, after taking *count* positions under its lock: commits keep their order."""
    FeedHead.objects.get_or_create(pk=1)
    FeedHead.objects.filter(pk=1).update(last=F("last") + count)
    return FeedHead.objects.values_list("last", flat=True).get(pk=1) - count


def _told(made: list[CaseChange], at: datetime) -> list[Delivery]:
    """Return a delivery for each system with an address whose department and items a change concerns: one a system."""
    found: dict[UUID, Delivery] = {}
    paths = {row.organisation_id: organisation_path(row.organisation_id) or "" for row in made}
    for system in System.objects.exclude(address="").select_related("organisation"):
        for row in made:
            concerns = paths[row.organisation_id].startswith(system.organisation.path)
            if concerns and (not system.items or row.item in system.items):
                found.setdefault(system.pk, Delivery(system=system, change=row, state=DeliveryState.WAITING, due_at=at))
    return list(found.values())
