"""The front page and the service catalogue 办事服务: search, life events, guides."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhengtong.kernel import clock
from zhengtong.portals.citizen.attempts import within_limit
from zhengtong.process.items import api as items
from zhengtong.process.items.api import Audience

POPULAR = 8
THEMES_ON_FRONT = 6
MOST_SUGGESTIONS_A_MINUTE = 240  # four keystrokes a second


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the front page: search, what most people come for, life events."""
    themes = items.by_life_event()
    context = {"popular": items.popular(limit=POPULAR), "themes": themes[:THEMES_ON_FRONT], "count": len(themes)}
    return render(request, "citizen/home.html", context)


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show what fits the words and filters; with htmx only the results."""
    text = request.GET.get("q", "").strip()[:100]
    asked_audience = request.GET.get("for", "")
    audience = Audience(asked_audience) if asked_audience in set(Audience) else None
    department = request.GET.get("department", "")
    number = request.GET.get("page", "1")
    found = items.search(
        text, audience=audience, department=department or None, page=int(number) if number.isdecimal() else 1
    )
    kept = {"q": text, "for": str(audience or ""), "department": department}
    context = {
        "found": found,
        "text": text,
        "audience": audience,
        "department": department,
        "departments": items.departments(),
        "audiences": list(Audience),
        "before": _address(kept, found.page - 1) if found.page > 1 else "",
        "after": _address(kept, found.page + 1) if found.page < found.pages else "",
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, "citizen/service_results.html" if part else "citizen/services.html", context)


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Return as JSON what a reader may mean who has typed `q`: part of a name, English, or first letters of pinyin.

    Raises:
        SuggestionsTooMany: this network address asks faster than anybody types.
    """
    if not within_limit(request, "suggestions", most=MOST_SUGGESTIONS_A_MINUTE):
        raise items.SuggestionsTooMany
    found = items.suggest(request.GET.get("q", "")[:100])
    answer = JsonResponse({"suggestions": [_suggestion(entry) for entry in found]})
    answer.headers["Cache-Control"] = "private, max-age=60"
    return answer


def _suggestion(entry: items.CatalogEntry) -> dict[str, str]:
    route = "citizen:bundle" if entry.is_bundle else "citizen:guide"
    return {
        "name": str(entry.name),
        "department": str(entry.department),
        "address": reverse(route, args=[entry.code]),
    }


@require_safe
def life_events(request: HttpRequest) -> HttpResponse:
    """Show every life event with what is found under it."""
    return render(request, "citizen/life_events.html", {"themes": items.by_life_event()})


@require_safe
def guide(request: HttpRequest, code: str) -> HttpResponse:
    """Show the guide of an item."""
    found = items.guide(code, at=clock.on_day(clock.system.now()))
    asked = [piece for piece in found.item.evidence if piece.served is items.EvidenceRoute.UPLOAD]
    context = {
        "layout": "citizen/base.html",
        "title": found.item.name,
        "guide": found,
        "item": found.item,
        "asked": asked,
    }
    return render(request, "citizen/guide.html", context)


@require_safe
def bundle(request: HttpRequest, code: str) -> HttpResponse:
    """Show the guide of one thing made of several items."""
    found = items.bundle(code)
    asked = [piece for piece in found.evidence if piece.served is items.EvidenceRoute.UPLOAD]
    return render(request, "citizen/bundle.html", {"guide": found, "bundle": found.bundle, "asked": asked})


def _address(kept: dict[str, str], page: int) -> str:
    return "?" + urlencode({name: value for name, value in {**kept, "page": str(page)}.items() if value})
