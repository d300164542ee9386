"""What authorities publish over HTTP 证书公开服务: lists, OCSP (RFC 6960), time stamps (RFC 3161), the trusted list."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotFound
from zhengtong.trust.keys import api

MOST_BYTES = 16_384
"""More than any request of these protocols needs."""


@require_safe
@cache_control(public=True, max_age=3600)
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """Answer with an authority's certificate.

    Raises:
        UnknownAuthority: there is none of this code.
    """
    del request
    return HttpResponse(api.authority(code).certificate, content_type="application/pkix-cert")


@require_safe
@cache_control(public=True, max_age=300)
def revocation_list(request: HttpRequest, code: str) -> HttpResponse:
    """Answer with an authority's newest revocation list.

    Raises:
        NotFound: it has published none.
    """
    del request
    return HttpResponse(_there(api.latest_crl(code)), content_type="application/pkix-crl")


@csrf_exempt
@require_POST
@never_cache
def ocsp(request: HttpRequest) -> HttpResponse:
    """Answer an OCSP request; a bad one gets the refusal of the standard."""
    answer = api.answer_ocsp(_body(request), at=clock.system.now())
    return HttpResponse(answer, content_type="application/ocsp-response")


@csrf_exempt
@require_POST
@never_cache
def time_stamp(request: HttpRequest) -> HttpResponse:
    """Answer a time-stamp request; a bad one gets the refusal of the standard.

    Raises:
        UnknownCertificate: this installation has no time-stamp authority.
    """
    answer = api.stamp(_body(request), at=clock.system.now())
    return HttpResponse(answer, content_type="application/timestamp-reply")


@require_safe
@cache_control(public=True, max_age=300)
def trusted_list(request: HttpRequest) -> HttpResponse:
    """Answer with the newest trusted list as it was signed.

    Raises:
        NotFound: none was published.
    """
    del request
    return HttpResponse(_there(api.trusted_list_signed()), content_type="application/pkcs7-mime")


def _body(request: HttpRequest) -> bytes:
    """Return the request's bytes; what is too long is cut, so that it is refused as malformed."""
    return request.read(MOST_BYTES)


def _there(found: bytes | None) -> bytes:
    if found is None:
        raise NotFound
    return found
