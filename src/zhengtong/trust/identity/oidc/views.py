"""Endpoints of the provider that differ from allauth's."""

from http import HTTPStatus
from typing import Any

from allauth.idp.oidc.internal.oauthlib.utils import extract_params, respond_json_error
from allauth.idp.oidc.views import RevokeView, TokenView
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Refusal
from zhengtong.trust.identity.contracts.registrations import EXCHANGE
from zhengtong.trust.identity.oidc.exchange import Terms, exchange_token
from zhengtong.trust.identity.oidc.rules import RequestRules
from zhengtong.trust.identity.refusals import AudienceUnknown, ExchangeNotGranted, ScopeTooWide

OAUTH_ERRORS: dict[type[Refusal], str] = {
    AudienceUnknown: "invalid_target",
    ExchangeNotGranted: "unauthorized_client",
    ScopeTooWide: "invalid_scope",
}


class TokenEndpoint(TokenView):
    """The token endpoint, which also exchanges tokens (RFC 8693)."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Grant what is asked for, or say why not."""
        if request.POST.get("grant_type") != EXCHANGE:
            return super().post(request)
        asked = Request(*extract_params(request))
        if not RequestRules().authenticate_client(asked):
            return JsonResponse({"error": "invalid_client"}, status=401)
        try:
            terms = Terms.of(request.POST.dict())
            answer = JsonResponse(exchange_token(client=asked.client, terms=terms, at=clock.system.now()))
        except Refusal as refusal:
            answer = _refused(refusal)
        answer["Cache-Control"] = "no-store"
        return answer


def _refused(refusal: Refusal) -> JsonResponse:
    """Answer in the words of OAuth (RFC 6749 §5.2, RFC 8693 §2.2.2), with our own beside them for people."""
    said = {
        "error": OAUTH_ERRORS.get(type(refusal), "invalid_request"),
        "error_description": refusal.code,
        "code": refusal.code,
        "message": str(refusal.explanation),
        "remedy": str(refusal.advice),
    }
    return JsonResponse(said, status=HTTPStatus.BAD_REQUEST)


class RevocationView(RevokeView):
    """Revocation (RFC 7009), which tells an application that a token is not its own."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Revoke, or say why not."""
        try:
            return super().post(request, *args, **kwargs)
        except OAuth2Error as error:
            return respond_json_error(request, error)


def not_served(_request: HttpRequest) -> HttpResponse:
    """Stand where allauth serves devices without a browser (RFC 8628): no application here is given that grant."""
    raise Http404
