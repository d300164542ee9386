"""Middleware of observability: answers probes before anything else, then measures every other request.

`/health/live`, `/health/ready` and `/metrics` are answered here and not by routes: a probe brings a foreign Host
header, no TLS and no cookie, and must not be turned away or redirected for that.
"""

import re
import secrets
from collections.abc import Callable
from time import perf_counter

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from zhengtong.kernel.ids import new_id
from zhengtong.kernel.observability import health, metrics
from zhengtong.kernel.observability.statements import count_statements

log = structlog.get_logger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]
_LOOPBACK = frozenset({"127.0.0.1", "::1", ""})  # the empty address is a Unix socket's
_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
_PROXIED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


class ProbesMiddleware:
    """Answers health checks and the collector of metrics."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match request.path_info:
            case "/health/live":
                return _unkept(JsonResponse({"status": "live"}))
            case "/health/ready":
                found = health.examine()
                return _unkept(JsonResponse(found.document(), status=200 if found.ready else 503))
            case "/metrics" if may_read_metrics(request):
                return _unkept(HttpResponse(metrics.exposition(), content_type=metrics.CONTENT_TYPE_LATEST))
            case _:
                return self.get_response(request)


class ObservationMiddleware:
    """Gives every request an id, measures it, and writes one line about it: the route, never the address."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request.headers.get("X-Request-ID", "")
        if not _REQUEST_ID.fullmatch(request_id):
            request_id = new_id().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = perf_counter()
        with count_statements() as counted:
            response = self.get_response(request)
        seconds = perf_counter() - started
        response["X-Request-ID"] = request_id
        route, method = _route(request), request.method or ""
        metrics.REQUESTS.labels(route, method, str(response.status_code)).inc()
        metrics.DURATIONS.labels(route).observe(seconds)
        metrics.STATEMENTS.labels(route).observe(counted.total)
        log.info(
            "request.answered",
            route=route,
            method=method,
            status=response.status_code,
            milliseconds=round(seconds * 1000, 1),
            statements=counted.total,
        )
        return response


def may_read_metrics(request: HttpRequest) -> bool:
    """Tell whether the metrics may be shown: to this machine, to listed addresses, to who has the token.

    Behind a proxy every request seems to come from this machine, so a proxied one needs the token.
    """
    token = settings.METRICS_TOKEN
    offered = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and secrets.compare_digest(offered.encode(), token.encode()):
        return True
    if any(name in request.META for name in _PROXIED):
        return False
    address = request.META.get("REMOTE_ADDR", "")
    return address in _LOOPBACK or address in settings.METRICS_ADDRESSES


def _route(request: HttpRequest) -> str:
    """Return the name of the route; what fits none is one route, so that strangers cannot make up labels."""
    match = request.resolver_match
    return (match.view_name or match.route) if match else "unmatched"


def _unkept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
