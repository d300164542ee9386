"""The ledger explorer 存证浏览: how the log stands, where an act stands in it, what proves that; evidence to hand out.

For auditors. Handing out evidence is itself put on record: those whom the act concerns see that somebody took it.
"""

from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.portals.officer.purposes import AUDIT
from zhengtong.portals.officer.views.desk import official, page
from zhengtong.portals.officer.views.mine import require_in_bounds
from zhengtong.trust.access import api as access
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.ledger import api as ledger
from zhengtong.trust.ledger.api import Permission

CLAUSE = "人民法院在线诉讼规则§16"


@require_safe
def overview(request: HttpRequest) -> HttpResponseBase:
    """Show how the log stands; a number or an id that is asked for leads to its entry.

    Raises:
        NotAllowed: the actor is no auditor.
    """
    actor = _auditor(request)
    asked = request.GET.get("q", "").strip()
    found = _asked(asked)
    if found is not None:
        return redirect("officer:ledger_entry", found)
    context: dict[str, object] = {"asked": asked}
    with suppress(ledger.LogNotBegun):
        context["log"] = ledger.log_state()
    return page(request, "officer/ledger.html", context, actor=actor)


@require_safe
def entry(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show where an act stands in the log and what proves it.

    Raises:
        NotAllowed: the actor is no auditor.
        UnknownAct: there is none, or not within the auditor's bounds.
    """
    actor = _auditor(request)
    recorded = _in_bounds(actor, identifier)
    context: dict[str, object] = {"recorded": recorded}
    with suppress(ledger.NotInLog):
        context["proof"] = ledger.entry_proof(identifier)
    return page(request, "officer/ledger_entry.html", context, actor=actor)


@require_POST
def evidence(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Hand out the evidence bundle of an act, and put on record that it was.

    Raises:
        NotAllowed: the actor is no auditor.
        UnknownAct: there is none, or not within the auditor's bounds.
        NotInLog: no checkpoint covers it yet.
    """
    actor = _auditor(request)
    recorded = _in_bounds(actor, identifier)
    with transaction.atomic():
        written = ledger.evidence_of(identifier)
        ledger.record_reading(
            responsibility=identity.responsibility_of(actor),
            authority=ledger.Authority(clause=CLAUSE, permission=Permission.AUDIT),
            concerns=recorded.act.concerns,
            object_type="trust.ledger.evidence",
            object_id=str(identifier),
            purpose=AUDIT,
            at=clock.system.now(),
        )
    name = f"{identifier}.evidence.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(written, content_type="application/json", headers=headers)


def _auditor(request: HttpRequest) -> Actor:
    actor = official(request)
    access.require(actor, Permission.AUDIT)
    return actor


def _in_bounds(actor: Actor, identifier: UUID) -> ledger.RecordedAct:
    recorded = ledger.act(identifier)
    require_in_bounds(actor, recorded)
    return recorded


def _asked(text: str) -> UUID | None:
    """Return the act that a number of the log or an id names."""
    if text.isascii() and text.isdecimal() and len(text) < 19:
        return ledger.act_at(int(text))
    with suppress(ValueError):
        return UUID(text)
    return None
