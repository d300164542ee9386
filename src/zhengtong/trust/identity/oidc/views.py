"""Endpoints of the provider that differ from allauth's."""

from typing import Any

from allauth.idp.oidc.internal.oauthlib.utils import respond_json_error
from allauth.idp.oidc.views import RevokeView
from django.http import Http404, HttpRequest, HttpResponse
from oauthlib.oauth2.rfc6749.errors import OAuth2Error


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
