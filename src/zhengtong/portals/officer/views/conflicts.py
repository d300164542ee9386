"""The conflict desk 矛盾处理: what sources contradict, put to the department that answers; rows that may be one.

Lists carry no personal data. Opening one thing shows it in the clear and is on record. Merging and splitting are
decisions of the registrar's office and can be undone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.data.fusion import api as fusion
from zhengtong.kernel import clock
from zhengtong.kernel.errors import InvalidInput, NotFound, Refusal
from zhengtong.kernel.pages.api import UnreadableCursor
from zhengtong.portals.officer.views.desk import at_desk, official, page
from zhengtong.trust.access import api as access

PAGE = 20
_DECIDE: dict[str, Callable[..., fusion.ReviewView]] = {
    "merge": fusion.merge, "keep_apart": fusion.keep_apart, "split": fusion.split,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One attribute of a pair, side by side."""

    label: str
    left: str
    right: str
    differs: bool


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show the department's open discrepancies, the queue of pairs, and how much is settled.

    Raises:
        NotAllowed: the actor may neither answer nor review.
    """
    actor = at_desk(official(request))
    answers, reviews = access.allowed(actor, fusion.Permission.ANSWER), fusion.may_review(actor)
    if not answers:
        access.require(actor, fusion.Permission.REVIEW)
    merged = request.GET.get("show") == "merged"
    decision = fusion.Decision.MERGED if merged else fusion.Decision.PENDING
    asked = _named(fusion.discrepancies(actor, after=_after(request, "after"), limit=PAGE)) if answers else []
    pairs = fusion.reviews(actor, decision=decision, after=_after(request, "next"), limit=PAGE) if reviews else ()
    context = {
        "discrepancies": asked,
        "reviews": _paired(pairs),
        "may_review": reviews,
        "merged": merged,
        "resolution": fusion.resolution(),
        "full": PAGE,
    }
    return page(request, "officer/conflicts.html", context, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def discrepancy(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show what the sources say of one datum, and take the department's answer.

    Raises:
        NotAllowed, DiscrepancyUnknown: it is not this department's.
    """
    actor, now = at_desk(official(request)), clock.system.now()
    refusal: Refusal | None = None
    if request.method == "POST":
        value = request.POST.get("other", "").strip() or request.POST.get("value", "")
        try:
            fusion.answer(identifier, value=value, actor=actor, at=now)
        except (InvalidInput, fusion.DiscrepancyClosed) as caught:
            refusal = caught
        else:
            return redirect("officer:conflicts")
    view = fusion.open_discrepancy(identifier, actor=actor, at=now)
    registry = fusion.registry(view.row.registry)
    asked = registry.attribute(view.row.attribute)
    context = {
        "view": view,
        "said": [
            (one, asked.shown(one.value, in_english=_in_english()), _source_title(registry, one.source))
            for one in view.candidates
        ],
        "answer": asked.shown(view.answer or "", in_english=_in_english()),
        "registry": _title(registry),
        "attribute": _title(asked),
        "state": fusion.DISCREPANCY_STATE_LABELS[view.row.state],
        "open": view.row.state is fusion.DiscrepancyState.OPEN,
        "refusal": refusal,
    }
    return page(request, "officer/discrepancy.html", context, actor=actor, status=refusal.status if refusal else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a pair side by side with what differs, and take the decision: merge, keep apart, split.

    Raises:
        NotAllowed, ReviewUnknown: the actor's office is not the registrar.
        NotFound: an unknown decision.
    """
    actor, now = at_desk(official(request)), clock.system.now()
    refusal: Refusal | None = None
    if request.method == "POST":
        decide = _DECIDE.get(request.POST.get("decision", ""))
        if decide is None:
            raise NotFound
        try:
            decide(identifier, actor=actor, at=now)
        except fusion.ReviewDecided as caught:
            refusal = caught
        else:
            return redirect("officer:review", identifier=identifier)
    view = fusion.open_review(identifier, actor=actor, at=now)
    registry = fusion.registry(view.row.registry)
    context = {
        "view": view,
        "lines": _lines(view),
        "registry": _title(registry),
        "source": _source_title(registry, view.row.source),
        "state": fusion.DECISION_LABELS[view.row.decision],
        "percent": round(view.row.probability * 100, 1),
        "pending": view.row.decision is fusion.Decision.PENDING,
        "merged": view.row.decision is fusion.Decision.MERGED,
        "refusal": refusal,
    }
    return page(request, "officer/review.html", context, actor=actor, status=refusal.status if refusal else 200)


def _lines(view: fusion.ReviewView) -> list[Line]:
    registry = fusion.registry(view.row.registry)
    labels = {"key": _key_title(registry)} | {one.name: _title(one) for one in registry.attributes}
    return [
        Line(
            label=labels[name],
            left=_shown(registry, name, view.left[name]),
            right=_shown(registry, name, view.right.get(name, "")),
            differs=name in view.differs,
        )
        for name in labels
        if view.left.get(name) or view.right.get(name)
    ]


def _named(rows: tuple[fusion.DiscrepancyRow, ...]) -> list[tuple[fusion.DiscrepancyRow, str, str]]:
    found = []
    for row in rows:
        registry = fusion.registry(row.registry)
        found.append((row, _title(registry), _title(registry.attribute(row.attribute))))
    return found


def _paired(rows: tuple[fusion.ReviewRow, ...]) -> list[tuple[fusion.ReviewRow, str, str, float]]:
    found = []
    for row in rows:
        registry = fusion.registry(row.registry)
        found.append((row, _title(registry), _source_title(registry, row.source), round(row.probability * 100, 1)))
    return found


def _title(thing: fusion.Registry | fusion.Attribute | fusion.Source) -> str:
    """Return the name in the reader's language."""
    return thing.title_en if _in_english() else thing.title


def _shown(registry: fusion.Registry, name: str, value: str) -> str:
    return value if name == "key" else registry.attribute(name).shown(value, in_english=_in_english())


def _key_title(registry: fusion.Registry) -> str:
    return registry.key_title_en if _in_english() else registry.key_title


def _source_title(registry: fusion.Registry, name: str) -> str:
    """Return what people call the source *name*; one that the declaration has dropped keeps the name it had."""
    return next((_title(one) for one in registry.sources if one.name == name), name)


def _in_english() -> bool:
    return (get_language() or "").startswith("en")


def _after(request: HttpRequest, name: str) -> UUID | None:
    text = request.GET.get(name, "")
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise UnreadableCursor(what=text[:40]) from error
