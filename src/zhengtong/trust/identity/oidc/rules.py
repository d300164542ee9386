"""What a request to the provider is checked by, where allauth would let one application reach over to another."""

from typing import Any

from allauth.core import context
from allauth.idp.oidc.internal.oauthlib import server
from allauth.idp.oidc.internal.oauthlib.request_validator import OAuthLibRequestValidator
from allauth.idp.oidc.models import Token
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import UnauthorizedClientError

GRANTED = (Token.Type.ACCESS_TOKEN, Token.Type.REFRESH_TOKEN)


class RequestRules(OAuthLibRequestValidator):
    """allauth's checks, with consent and revocation kept within one application."""

    def validate_silent_authorization(self, request: Request) -> bool:
        """Say whether the person agreed to tell this application, and no other one, what it asks (Core §3.1.2.1)."""
        granted: set[str] = set()
        for token in Token.objects.valid().filter(client=request.client, user=context.request.user, type__in=GRANTED):
            granted.update(token.get_scopes())
        return bool(request.scopes) and granted.issuperset(request.scopes)

    def revoke_token(
        self, token: str, token_type_hint: str | None, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Delete a token of the application that asks; an unknown one is gone already (RFC 7009 §2.1, §2.2).

        Raises:
            UnauthorizedClientError: it was issued to another application.
        """
        del token_type_hint, args, kwargs
        found = Token.objects.by_value(token).filter(type__in=GRANTED)
        if found.exclude(client=request.client).exists():
            raise UnauthorizedClientError(request=request)
        found.delete()


def install() -> None:
    """Have allauth's provider, which offers no setting for it, check by these rules."""
    server.OAuthLibRequestValidator = RequestRules  # type: ignore[attr-defined]  # the name its server looks up
