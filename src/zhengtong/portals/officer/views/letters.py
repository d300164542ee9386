"""Registered letters 玺邮 at the workbench: written, confirmed, sent for the organisation, followed until opened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, NotFound, Refusal, SignInNeeded, Text
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.pages.api import Asked, Column, Listing, Slice, add_refusal, show_listing
from zhengtong.portals.officer.letter_forms import FilterForm, LetterForm, ReviseForm
from zhengtong.portals.officer.views.desk import LAYOUT, menu, official, page
from zhengtong.trust.access.api import require
from zhengtong.trust.delivery import api as delivery
from zhengtong.trust.delivery.api import LetterState, Permission, Proof, SentLetter
from zhengtong.trust.identity.api import Actor

TAGS: Mapping[str, str] = {"prepared": "plain", "sent": "warn", "arrived": "good", "opened": "good"}
_PROOFS: Mapping[Proof, Text] = {
    Proof.SENDING: _("发出证据"), Proof.ARRIVAL: _("到达证据"), Proof.OPENING: _("打开证据"),
}  # fmt: skip


@never_cache
@require_safe
def listed(request: HttpRequest) -> HttpResponseBase:
    """List the letters of the official's organisation with their state, and export them masked.

    Raises:
        NotAllowed: the actor may not send letters.
    """
    actor = _clerk(request)
    form = FilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    state = LetterState(chosen["state"]) if chosen.get("state") else None

    def rows(asked: Asked) -> Slice[SentLetter]:
        return delivery.sent_letters(actor, asked, state=state)

    listing = Listing(
        title=_("玺邮"), name="letters", source=rows, layout=LAYOUT, columns=_columns(), search=_("玺邮编号"),
        lede=_("以本单位名义发出的函件。收件人姓名已脱敏；查看内容会留痕，对方可以看到。"),
        empty=_("还没有发出过玺邮，或没有符合条件的。"), template="officer/letters.html", sort="prepared",
        descending=True, keeps=list(form.fields),
    )  # fmt: skip
    return show_listing(request, listing, form=form, **menu(actor))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask whom a letter is for and what it says, and prepare it for confirmation.

    Raises:
        NotAllowed: the actor may not send letters.
    """
    actor = _clerk(request)
    posted = request.method == "POST"
    form = LetterForm(request.POST, request.FILES) if posted else LetterForm(initial={"key": new_id()})
    return _written(request, actor, form, number=form["number"].value() or "")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Change a letter that waits for confirmation; its addressee stays.

    Raises:
        LetterAlreadySent: it is sent.
    """
    actor = _clerk(request)
    found = _prepared(actor, identifier)
    letter, writing = found.letter, found.letter.writing
    enclosed = letter.enclosure is not None
    if request.method == "POST":
        form = ReviseForm(request.POST, request.FILES, enclosed=enclosed)
    else:
        said = {"subject": writing.subject, "text": writing.text, "clause": writing.clause} if writing else {}
        form = ReviseForm(initial={"key": found.key, **said}, enclosed=enclosed)
    return _written(request, actor, form, found=found)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show what is about to be sent and to whom, say that it cannot be taken back, and send it.

    Raises:
        UnknownLetter: the actor prepared no such letter.
        Conflict: it was changed since the page was shown.
    """
    actor = _clerk(request)
    if request.method == "POST":
        sent = delivery.send_prepared(
            actor=actor, letter=identifier, digest=request.POST.get("digest", ""), at=clock.system.now()
        )
        messages.success(request, _now("玺邮 %(reference)s 已发出。") % {"reference": sent.reference})
        return redirect("officer:letter", sent.id)
    found = delivery.followed_letter(actor, identifier)
    if found.letter.state is not LetterState.PREPARED:
        return redirect("officer:letter", identifier)
    context = {"found": found, "letter": found.letter, "consent": delivery.consent_of(found.letter.addressee)}
    return page(request, "officer/letter_confirm.html", context, actor=actor)


@require_POST
def discard(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Throw away a letter that was not sent."""
    delivery.discard_prepared(actor=_clerk(request), letter=identifier)
    messages.success(request, _now("这封没有发出的玺邮已删除。"))
    return redirect("officer:letters")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show how far a letter has come and, when asked for, what it says; that reading is on record."""
    actor = _clerk(request)
    if request.method == "POST":
        found = delivery.sent_letter(actor=actor, letter=identifier, at=clock.system.now())
    else:
        found = delivery.followed_letter(actor, identifier)
    if found.letter.state is LetterState.PREPARED:
        return redirect("officer:letter_confirm", identifier)
    one = found.letter
    times = {Proof.SENDING: one.sent_at, Proof.ARRIVAL: one.arrived_at, Proof.OPENING: one.opened_at}
    context = {
        "found": found,
        "letter": one,
        "tags": TAGS,
        "proofs": [(proof, name) for proof, name in _PROOFS.items() if times[proof] and not _undisclosed(one, proof)],
    }
    return page(request, "officer/letter.html", context, actor=actor)


@never_cache
@require_safe
def evidence(request: HttpRequest, identifier: UUID, proof: str) -> HttpResponse:
    """Hand out the evidence bundle of one step of a letter; taking it is on record.

    Raises:
        NotFound: there is no such step.
    """
    actor = _clerk(request)
    if proof not in set(Proof):
        raise NotFound
    written = delivery.proof_for_sender(actor=actor, letter=identifier, proof=Proof(proof), at=clock.system.now())
    headers = {"Content-Disposition": f'attachment; filename="{identifier}-{proof}.evidence.json"'}
    return HttpResponse(written, content_type="application/json", headers=headers)


def _clerk(request: HttpRequest) -> Actor:
    actor = official(request)
    require(actor, Permission.SEND)
    return actor


def _prepared(actor: Actor, identifier: UUID) -> SentLetter:
    found = delivery.followed_letter(actor, identifier)
    if found.letter.state is not LetterState.PREPARED:
        raise delivery.LetterAlreadySent
    return found


def _written(
    request: HttpRequest, actor: Actor, form: ReviseForm, *, number: str = "", found: SentLetter | None = None
) -> HttpResponse:
    """Prepare what a valid form says and go on to the confirmation; else show the form."""
    if form.is_bound and form.is_valid():
        try:
            made = delivery.prepare_registered(
                actor=actor, key=form.cleaned_data["key"], number=number, writing=form.writing(),
                document=form.enclosed(), at=clock.system.now(),
            )  # fmt: skip
        except (SignInNeeded, NotAllowed):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("officer:letter_confirm", made.id)
    context: dict[str, Any] = {"form": form, "found": found}
    return page(request, "officer/letter_write.html", context, actor=actor, status=422 if form.errors else 200)


def _undisclosed(one: delivery.Letter, proof: Proof) -> bool:
    return proof is Proof.OPENING and bool(one.by_agent)


def _columns() -> list[Column[SentLetter]]:
    return [
        Column[SentLetter](
            key="reference", label=_("玺邮编号"), value=lambda row: row.letter.reference,
            link=lambda row: reverse("officer:letter", args=[row.letter.id]),
        ),
        Column[SentLetter](key="addressee", label=_("收件人"), value=lambda row: row.addressee_name),
        Column[SentLetter](key="state", label=_("状态"), value=lambda row: row.letter.state.label),
        Column[SentLetter](
            key="prepared", label=_("拟稿"), value=lambda row: _at(row.letter.prepared_at), sortable=True
        ),
        Column[SentLetter](key="sent", label=_("发出"), value=lambda row: _at(row.letter.sent_at)),
        Column[SentLetter](key="arrived", label=_("到达"), value=lambda row: _at(row.letter.arrived_at)),
        Column[SentLetter](key="effect", label=_("效力"), value=_effect),
        Column[SentLetter](key="opened", label=_("打开"), value=lambda row: _at(row.letter.opened_at)),
        Column[SentLetter](key="who", label=_("打开人"), value=_who),
    ]  # fmt: skip


def _at(moment: datetime | None) -> str:
    """Return a moment in Beijing, in the one form that sorts: it is compared and exported."""
    return moment.astimezone(clock.BEIJING).strftime("%Y-%m-%d %H:%M") if moment else "—"


def _effect(row: SentLetter) -> Text:
    if row.letter.arrived_at is None:
        return "—"
    return _("仅告知") if row.letter.served_at is None else _("送达")


def _who(row: SentLetter) -> Text:
    if row.letter.by_agent is None:
        return "—"
    return _("经办人") if row.letter.by_agent else _("收件人本人")
