"""The OpenID Connect provider 统一身份认证: how departments' applications learn who has signed in, and no more.

Each sector of applications knows a person under its own name (`sub`, OpenID Connect Core §8.1): an HMAC of sector and
subject, so that two sectors cannot compare notes. Claims follow the scopes a person agreed to; the assurance level of
the session at that moment travels as `acr`. The signing key lies in the key ring.
"""

import hashlib
import secrets
from collections.abc import Iterable
from typing import Any, Literal
from uuid import UUID

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.internal.private_keys import filter_keys
from allauth.idp.oidc.models import Client, PrivateKey
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.trust.identity.contracts import AssuranceLevel, Scope, SubjectKind
from zhengtong.trust.identity.contracts.registrations import EXCHANGE
from zhengtong.trust.identity.models import Account, ApplicationCredential, PairwiseSubject
from zhengtong.trust.identity.oidc.names import name_of_account, name_of_mandate
from zhengtong.trust.identity.queries.mandates import display_name, mandates_held
from zhengtong.trust.identity.queries.organisations import appointments_of
from zhengtong.trust.identity.services.applications import working_credentials
from zhengtong.trust.keys.api import key_ring

RSA_BITS = 3072
GRANTS = ("authorization_code", "client_credentials", "refresh_token", EXCHANGE)
"""What the token endpoint grants; `Client.GrantType` knows more than anybody here is given."""


def acr_of(level: AssuranceLevel) -> str:
    """Return the `acr` value of an assurance level."""
    return f"urn:zhengtong:assurance:{level.name.lower()}"


class OIDCAdapter(DefaultOIDCAdapter):
    """What allauth's provider asks us."""

    scope_display = {
        Scope.OPENID: _("识别您的身份（仅限该应用所在领域的编号）和实名等级"),
        Scope.PROFILE: _("查看您的姓名"),
        Scope.ORGANISATION: _("查看您所在机构和岗位"),
        Scope.MANDATES: _("查看您可以代表哪些企业和个人办理哪些事项"),
    }

    def list_private_keys(
        self, *, did_activate: Literal[True] | None = None, is_active: Literal[True] | None = None
    ) -> list[PrivateKey]:
        """Return the signing key, made on first use and kept wrapped in the key ring."""
        pem = key_ring().kept("oidc-signing", _new_rsa_key).decode()
        return filter_keys([PrivateKey(pem=pem)], did_activate=did_activate, is_active=is_active)

    def generate_client_secret(self) -> str:
        """Return a new secret of 256 bits, in letters that no header, form or shell has to escape."""
        return secrets.token_urlsafe(32)

    def get_user_sub(self, client: Client, user: Any) -> str:
        """Return the account's name in the client's sector; once given, it stays."""
        return name_of_account(working(client).application.sector, user)

    def get_user_by_sub(self, client: Client, sub: str) -> Account | None:
        """Return the active account that has this name in the client's sector."""
        return Account.objects.filter(
            is_active=True,
            pk__in=PairwiseSubject.objects.filter(sub=sub, sector=working(client).application.sector).values("account"),
        ).first()

    def get_claims(
        self,
        purpose: Literal["id_token", "userinfo"],
        user: Any,
        client: Client,
        scopes: Iterable[str],
        email: str | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Return what the person agreed to tell, and nothing else."""
        del email, kwargs
        claims: dict[str, Any] = {"sub": self.get_user_sub(client, user)}
        subject = user.subject
        if Scope.PROFILE in scopes:
            natural = getattr(subject, "natural", None)
            claims["name"] = natural.name if natural else display_name(subject)
        if Scope.ORGANISATION in scopes and subject.kind == SubjectKind.OFFICIAL:
            claims["posts"] = [
                {
                    "organisation": str(appointment.post.organisation),
                    "organisation_name": appointment.post.organisation_name,
                    "post": appointment.post.title,
                    "region": appointment.post.region,
                }
                for appointment in appointments_of(subject.id, at=clock.system.now())
            ]
        if Scope.MANDATES in scopes and purpose == "userinfo":
            claims["mandates"] = _mandates(working(client).application.sector, subject.id)
        return claims

    def populate_id_token(self, id_token: dict[str, Any], client: Client, scopes: Iterable[str], **kwargs: Any) -> None:
        """Say how sure the platform was, when the person signed in, in which session; a refreshed token does not."""
        del scopes, kwargs
        code = self.request.POST.get("code", "") if self.request else ""
        signed_in = cache.get(code_key(client.id, code)) if code else None
        if signed_in:
            id_token.update(signed_in)

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        """Tell applications what works here, and only that (OpenID Connect Discovery 1.0 §3)."""
        del data["device_authorization_endpoint"]
        data["grant_types_supported"] = sorted(GRANTS)
        data["response_types_supported"] = [Client.ResponseType.CODE.value]
        data["subject_types_supported"] = ["pairwise"]
        data["scopes_supported"] = [scope.value for scope in Scope]
        data["acr_values_supported"] = [acr_of(level) for level in AssuranceLevel if level]
        data["claims_supported"] = ["sub", "sid", "acr", "auth_time", "name", "posts", "mandates", "act"]
        data["backchannel_logout_supported"] = True
        data["backchannel_logout_session_supported"] = True


def code_key(client_id: str, code: str) -> str:
    """Return where it is kept what the ID token for a code shall say of the session."""
    return "identity.oidc.code." + hashlib.sha256(f"{client_id}|{code}".encode()).hexdigest()


def working(client: Client) -> ApplicationCredential:
    """Return the credential behind *client* while it works; what has expired or was revoked learns nothing more."""
    credential = working_credentials(clock.system.now()).filter(client=client.id).first()
    if credential is None:
        raise NotAllowed
    return credential


def _mandates(sector: str, agent: UUID) -> list[dict[str, Any]]:
    """Return for whom *agent* may act now, each mandate under its name in the sector; a natural principal is masked."""
    at = clock.system.now()
    held = [view for view in mandates_held(agent, at=at) if view.accepted_at and view.valid_from <= at]
    return [
        {
            "mandate": name_of_mandate(sector, view.id),
            "principal_kind": view.principal_kind.value,
            "principal_name": view.principal_name,
            "matters": list(view.matters),
            "valid_until": int(view.valid_until.timestamp()) if view.valid_until else None,
        }
        for view in held
    ]


def _new_rsa_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
