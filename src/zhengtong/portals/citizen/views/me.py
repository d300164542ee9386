"""My page 我的: who the platform takes me for, how sure it is, who looked at my data."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhengtong.data.catalog import api as catalog
from zhengtong.data.exchange import api as exchange
from zhengtong.kernel import clock
from zhengtong.portals.citizen.views.messages import mark
from zhengtong.trust.delivery.api import unread_count
from zhengtong.trust.identity import api as identity
from zhengtong.trust.ledger.api import looks_at


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the reader's profile, masked, with ways to everything that is theirs."""
    actor = identity.actor_of(request)
    at = clock.system.now()
    context = {
        "profile": identity.my_profile(actor),
        "level": int(actor.assurance),
        "unread": unread_count(actor),
        "mandates": [one for one in identity.mandates_held(actor.subject, at=at) if one.accepted_at],
    }
    return render(request, "citizen/me.html", context)


@require_safe
def looks(request: HttpRequest) -> HttpResponse:
    """Show who read the reader's data, when and why (个人信息保护法 §45)."""
    actor = identity.actor_of(request)
    page = looks_at(actor.party, before=mark(request.GET.get("before")))
    names = identity.names_of({look.subject for look in page.items})
    places = {look.organisation for look in page.items if look.organisation}
    organisations = identity.organisations(places)
    rows = [
        {
            "look": look,
            "who": names.get(look.subject, ""),
            "where": organisations.get(look.organisation) if look.organisation else None,
        }
        for look in page.items
    ]
    paged = "before" in request.GET
    asked = [] if paged else _asked(actor.party)
    context = {
        "rows": rows,
        "asked": asked,
        "bulk": [] if paged else _shared_in_bulk(),
        "next": page.next,
        "paged": paged,
    }
    return render(request, "citizen/looks.html", context)


def _shared_in_bulk() -> list[dict[str, Any]]:
    """Return which datasets about people were shared in batches: no look of it is at one person. Three statements."""
    shared = exchange.shared_in_bulk()
    datasets = catalog.datasets({one.dataset for one in shared}) if shared else {}
    personal = {
        code for code, found in datasets.items()
        if any(element.data_class is catalog.DataClass.PERSONAL for element in found.entry.elements)
    }  # fmt: skip
    return [{"share": one, "dataset": datasets[one.dataset]} for one in shared if one.dataset in personal]


def _asked(person: UUID) -> list[dict[str, Any]]:
    """Return what departments' applications asked about *person*, the fields by their titles: three statements."""
    looks = exchange.looks_at_person(person)
    datasets = catalog.datasets({look.dataset for look in looks}) if looks else {}
    rows = []
    for look in looks:
        found = datasets.get(look.dataset)
        elements = {element.name: element for element in found.entry.elements} if found else {}
        fields = [elements[name] for name in look.fields if name in elements]
        rows.append({"look": look, "dataset": found, "fields": fields, "is_item": look.business.isdecimal()})
    return rows
