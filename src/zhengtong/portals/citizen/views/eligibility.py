"""Trying one's eligibility 资格自测: anybody may, nothing is kept; signed in, what is known already is not asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhengtong.kernel import clock
from zhengtong.process.forms import api as forms
from zhengtong.process.items import api as items

KINDS = {items.Finding.HOLDS: "good", items.Finding.FAILS: "bad", items.Finding.UNKNOWN: "warn"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A condition as the page tells it: what was found, by which answers, and which are still open."""

    tried: items.TriedCondition
    kind: str
    answers: list[tuple[str, str]]
    unanswered: list[str]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Ask what the item's conditions need, and say which of them hold.

    Raises:
        ItemUnknown: no such item is in force.
        NoSelfCheck: its conditions cannot be tried by questions.
    """
    at = clock.system.now()
    item = items.in_force(code, at=clock.on_day(at))
    if item.eligibility is None:
        raise items.NoSelfCheck
    known = _known(request, item.eligibility, at)
    taken = {name: one.value for name, one in known.items()}
    form = forms.build_form(item.eligibility.form, request.POST if request.method == "POST" else None, known=taken)
    outcome = None
    if form.is_bound and form.is_valid():
        outcome = items.try_conditions(item.eligibility, {**form.answers, **taken}, at=clock.on_day(at))
    properties = item.eligibility.form["properties"]
    context = {
        "item": item,
        "form": form,
        "known": [(name, forms.title_of(properties[name]), one) for name, one in known.items()],
        "outcome": outcome,
        "kind": KINDS[outcome.finding] if outcome else "",
        "lines": _lines(outcome, properties, {**form.answers, **taken}, known) if outcome else [],
    }
    return render(request, "citizen/eligibility.html", context, status=422 if form.errors else 200)


def _known(request: HttpRequest, eligibility: items.Eligibility, at: datetime) -> dict[str, forms.Prefilled]:
    """Return what sources know of whoever is signed in; nothing of a stranger."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return {}
    return forms.prefill(eligibility.form, actor=actor, purpose=items.SELF_CHECK, at=at)


def _lines(
    outcome: items.SelfCheck, properties: Any, answers: dict[str, Any], known: dict[str, forms.Prefilled]
) -> list[Line]:
    lines = []
    for one in outcome.conditions:
        rests = {name: properties[name] for name in one.rests_on if answers.get(name) not in {None, ""}}
        said = dict(forms.read_back({"properties": rests}, answers))
        said |= {forms.title_of(properties[name]): known[name].shown for name in rests if name in known}
        lines.append(
            Line(
                tried=one,
                kind=KINDS[one.finding],
                answers=list(said.items()),
                unanswered=[forms.title_of(properties[name]) for name in one.unanswered],
            )
        )
    return lines
