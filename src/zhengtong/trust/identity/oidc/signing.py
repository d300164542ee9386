"""Tokens that the provider signs itself, beside allauth's ID tokens: the header says which kind (RFC 8725 §3.11)."""

from collections.abc import Mapping
from typing import Any

from allauth.core.internal import jwkkit
from allauth.idp.oidc.adapter import get_adapter
from joserfc import jwt
from joserfc.jwk import RSAKey

LOGOUT = "logout+jwt"
ACCESS = "at+jwt"  # RFC 9068 §2.1


def sign(claims: Mapping[str, Any], *, kind: str) -> str:
    """Return *claims* as a JWT of this kind, signed with the published key."""
    pem = get_adapter().get_signing_key().pem
    jwk, _private = jwkkit.load_jwk_from_pem(pem)
    return jwt.encode({"alg": "RS256", "kid": jwk["kid"], "typ": kind}, dict(claims), RSAKey.import_key(pem))
