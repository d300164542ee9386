"""What verifiers of the international form fetch: issuer keys and status lists. Public, without personal data."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from zhengtong.kernel import clock
from zhengtong.trust.licenses import api


@require_safe
@cache_control(public=True, max_age=300)
def issuer(request: HttpRequest) -> HttpResponse:
    """Answer with the JWT VC issuer metadata."""
    return JsonResponse(api.issuer_metadata(origin=_origin(request)))


@require_safe
@cache_control(public=True, max_age=60)
def status(request: HttpRequest, code: str) -> HttpResponse:
    """Answer with the signed status list of one issuing body."""
    listed = api.status_list_of(code, origin=_origin(request), at=clock.system.now())
    return HttpResponse(listed, content_type="application/statuslist+jwt")


def _origin(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")
