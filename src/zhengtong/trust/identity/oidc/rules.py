"""What a request to the provider is checked by, where allauth would let one application reach over to another."""

from typing import Any

from allauth.core import context
from allauth.idp.oidc.internal.oauthlib import server
from allauth.idp.oidc.internal.oauthlib.request_validator import OAuthLibRequestValidator
from allauth.idp.oidc.internal.oauthlib.utils import ValidatorContext
from allauth.idp.oidc.models import Token
from django.core.cache import cache
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import UnauthorizedClientError

from zhengtong.trust.identity.oidc.adapter import code_key
from zhengtong.trust.identity.services.applications import EXCHANGED

GRANTED = (Token.Type.ACCESS_TOKEN, Token.Type.REFRESH_TOKEN)
REVOCABLE = (*GRANTED, EXCHANGED)


class RequestRules(OAuthLibRequestValidator):
    """allauth's checks, with consent and revocation kept within one application."""

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Take only an address that was registered, to the letter (RFC 9700 §4.1.3)."""
        del client_id, args, kwargs
        return redirect_uri in request.client.get_redirect_uris()

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
        found = Token.objects.by_value(token).filter(type__in=REVOCABLE)
        if found.exclude(client=request.client).exists():
            raise UnauthorizedClientError(request=request)
        found.delete()

    def _prep_access_token(self, ctx: ValidatorContext, token: dict[str, Any], request: Request) -> Token:
        return _of_session(super()._prep_access_token(ctx, token, request), ctx, request)

    def _prep_refresh_token(self, ctx: ValidatorContext, refresh_token: str, request: Request) -> Token:
        return _of_session(super()._prep_refresh_token(ctx, refresh_token, request), ctx, request)


def _of_session(token: Token, ctx: ValidatorContext, request: Request) -> Token:
    """Note in a token the session it belongs to, with which it shall end."""
    code = code_key(request.client.id, request.code or "")
    earlier = ctx.refresh_token.data if ctx.refresh_token else cache.get(code)
    if earlier and earlier.get("sid"):
        token.data = {**(token.data or {}), "sid": earlier["sid"]}
    return token


def install() -> None:
    """Have allauth's provider, which offers no setting for it, check by these rules."""
    server.OAuthLibRequestValidator = RequestRules  # type: ignore[attr-defined]  # the name its server looks up
