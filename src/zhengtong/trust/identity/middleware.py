"""Sets `request.actor`: who acts in this request, or nobody."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse

from zhengtong.kernel import clock
from zhengtong.trust.identity import acting

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


class ActorMiddleware:
    """Resolves the actor before the view runs; a request without a session costs nothing.

    When the right to act for somebody has lapsed, a page is shown again as the person themselves with a notice, and a
    change is not made at all: it was meant to be made for another.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = None  # type: ignore[attr-defined]  # what this class adds to every request
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Resolve late, so that the middleware below this one has done its part."""
        del view, args, kwargs
        try:
            request.actor = acting.resolve(request, at=clock.system.now())  # type: ignore[attr-defined]
        except acting.Lapsed as lapsed:
            acting.forget_principal(request.session)
            request.actor = lapsed.actor  # type: ignore[attr-defined]
            return self._lapsed(request, lapsed)
        return None

    def _lapsed(self, request: HttpRequest, lapsed: acting.Lapsed) -> HttpResponse | None:
        refusal = lapsed.refusal
        if "application/json" in request.headers.get("Accept", "") or request.path.startswith("/api/"):
            return JsonResponse(refusal.problem(), status=refusal.status, content_type="application/problem+json")
        messages.warning(request, f"{refusal.explanation} {refusal.advice}")
        return None if request.method in SAFE else HttpResponseRedirect("/")
