"""The log over HTTP 日志公开接口, read only (C2SP tlog-tiles): anybody may check that it only ever grows."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from zhengtong.trust.ledger import api

YEAR = 31_536_000


@require_safe
@cache_control(public=True, max_age=1)
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Answer with the newest signed checkpoint and its co-signatures."""
    del request
    return HttpResponse(api.signed_checkpoint(), content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=YEAR, immutable=True)
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """Answer with a tile's hashes; what was answered once never changes."""
    del request
    return HttpResponse(api.published_tile(path), content_type="application/octet-stream")


@require_safe
@cache_control(public=True, max_age=60)
def trusted_list(request: HttpRequest) -> HttpResponse:
    """Answer with the log's keys, witnesses and authorities, for whoever compiles a trusted list."""
    del request
    return HttpResponse(api.own_trusted_list(), content_type="application/json; charset=utf-8")
