"""Registered mail 玺邮: the mailbox of the party, letters opened with proof, consent to electronic service."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotFound
from zhengtong.portals.citizen.views.messages import mark
from zhengtong.trust.delivery import api as delivery
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor, SubjectKind

LONGEST_SEARCH = 100
MEDIA_TYPES = {"ofd": "application/ofd", "pdf": "application/pdf"}


@never_cache
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the party's registered letters, the newest first; what unopened ones say stays closed."""
    actor, at = identity.actor_of(request), clock.system.now()
    unopened, text = request.GET.get("show") == "unopened", request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    page = delivery.registered_of(
        actor, at=at, unopened_only=unopened, text=text, before=mark(request.GET.get("before"))
    )
    senders = identity.organisations({one.sender for one in page.items}) if page.items else {}
    kept = {"show": "unopened"} if unopened else {}
    context = {
        "rows": [(one, senders[one.sender]) for one in page.items],
        "older": urlencode({**kept, "q": text, "before": page.next}) if page.next else "",
        "unopened": unopened,
        "text": text,
        "consent": delivery.consent_of(actor.party),
        "number": _enterprise_number(actor),
    }
    return render(request, "citizen/registered.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show an envelope, or a letter once it is open; opening takes a press of the button, never a mere visit."""
    actor, at = identity.actor_of(request), clock.system.now()
    if request.method == "POST":
        delivery.open_registered(actor=actor, letter=identifier, at=at)
        return redirect("citizen:registered_letter", identifier)
    found = delivery.envelope(actor, identifier, at=at)
    context = {
        "letter": found,
        "sender": identity.organisations({found.sender})[found.sender],
        "proofs": _proofs(found),
    }
    return render(request, "citizen/registered_letter.html", context)


@never_cache
@require_safe
def data_file(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Hand out the data file whose digest stands in the evidence."""
    actor, at = identity.actor_of(request), clock.system.now()
    written = delivery.data_file(actor, identifier, at=at)
    reference = delivery.envelope(actor, identifier, at=at).reference
    return _file(written, f"{reference}.json", "application/json")


@never_cache
@require_safe
def document(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Hand out the sealed document in a letter, as it was sent."""
    actor, at = identity.actor_of(request), clock.system.now()
    written = delivery.enclosed_document(actor, identifier, at=at)
    found = delivery.envelope(actor, identifier, at=at)
    form = found.enclosure.form if found.enclosure else ""
    return _file(written, f"{found.reference}.{form}", MEDIA_TYPES.get(form, "application/octet-stream"))


@never_cache
@require_safe
def evidence(request: HttpRequest, identifier: UUID, proof: str) -> HttpResponse:
    """Hand out the evidence bundle of one step of a letter.

    Raises:
        NotFound: there is no such step.
    """
    actor, at = identity.actor_of(request), clock.system.now()
    try:
        wanted = delivery.Proof(proof)
    except ValueError:
        raise NotFound from None
    written = delivery.proof_for_addressee(actor, identifier, wanted, at=at)
    reference = delivery.envelope(actor, identifier, at=at).reference
    return _file(written.encode(), f"{reference}-{wanted}.evidence.json", "application/json")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest) -> HttpResponse:
    """Say what consent to electronic service means; give it or take it back."""
    actor, at = identity.actor_of(request), clock.system.now()
    if request.method == "POST":
        if request.POST.get("do") == "revoke":
            delivery.revoke_consent(actor=actor, at=at)
            messages.success(request, _("已撤回电子送达确认，此后到达的玺邮只作告知。"))
        else:
            delivery.give_consent(actor=actor, at=at)
            messages.success(request, _("已确认电子送达，此后玺邮到达信箱即为送达。"))
        return redirect("citizen:registered")
    context = {"consent": delivery.consent_of(actor.party), "number": _enterprise_number(actor)}
    return render(request, "citizen/registered_consent.html", context)


def _proofs(found: delivery.Letter) -> list[tuple[delivery.Proof, str]]:
    """Return the steps taken so far that can be proved, each with what its file is called."""
    names = {
        delivery.Proof.SENDING: (found.sent_at, _("发出证据")),
        delivery.Proof.ARRIVAL: (found.arrived_at, _("到达证据")),
        delivery.Proof.OPENING: (found.opened_at, _("打开证据")),
    }
    return [(proof, name) for proof, (at, name) in names.items() if at is not None]


def _enterprise_number(actor: Actor) -> str:
    if actor.party_kind is not SubjectKind.LEGAL:
        return ""
    return delivery.enterprise_number(identity.represented(actor).credit_code)


def _file(content: bytes, name: str, media_type: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=media_type, headers=headers)
