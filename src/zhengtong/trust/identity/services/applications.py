"""Applications of departments 应用系统: register, issue a credential, revoke it, and recognise a call.

A credential is an OAuth 2.0 client of the platform's OIDC provider: with a redirect address it signs people in
(authorization code with PKCE), without one it calls interfaces in its own name (client credentials).
"""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Conflict, InvalidInput, NotFound
from zhengtong.kernel.events.api import emit
from zhengtong.trust.identity.contracts import (
    Actor,
    ApplicationView,
    AssuranceLevel,
    Channel,
    IssuedCredential,
    Permission,
    Scope,
    SubjectKind,
)
from zhengtong.trust.identity.contracts.registrations import EXCHANGE
from zhengtong.trust.identity.events import (
    APPLICATION_REGISTERED,
    CREDENTIAL_ISSUED,
    CREDENTIAL_REVOKED,
    ApplicationRegistered,
    CredentialIssued,
    CredentialRevoked,
)
from zhengtong.trust.identity.guard import require
from zhengtong.trust.identity.models import Application, ApplicationCredential, Organisation, Subject
from zhengtong.trust.identity.queries.applications import application_view
from zhengtong.trust.identity.recording import record_act

EXCHANGED = "xt"
"""How allauth's table of tokens marks those that were exchanged: neither access nor refresh tokens of the platform."""


def register_application(
    *,
    actor: Actor | None,
    organisation: UUID,
    name: str,
    sector: str,
    at: datetime,
    name_en: str = "",
    needs_level: AssuranceLevel = AssuranceLevel.LOW,
) -> ApplicationView:
    """Register an application that *organisation* answers for.

    Args:
        actor: who registers it.
        organisation: which runs it.
        name: unique within the organisation.
        sector: applications of one sector know a person by the same id, others by another (OpenID Connect §8.1).
        at: now.
        name_en: its name in English.
        needs_level: people sign in to it only at this assurance level or above.

    Raises:
        SignInNeeded, NotAllowed: the actor may not register applications there.
        NotFound: there is no such organisation.
        Conflict: the organisation has an application of this name.
    """
    actor = require(actor, Permission.REGISTER_APPLICATION, organisation=organisation)
    with transaction.atomic():
        if not Organisation.objects.filter(id=organisation).exists():
            raise NotFound
        if Application.objects.filter(organisation=organisation, name=name).exists():
            raise Conflict
        subject = Subject.objects.create(
            kind=SubjectKind.APPLICATION, registered_at=at, proof_level=AssuranceLevel.SUBSTANTIAL
        )
        row = Application.objects.create(
            subject=subject,
            organisation_id=organisation,
            name=name,
            name_en=name_en,
            sector=sector,
            needs_level=needs_level,
        )
        record_act(
            actor,
            "register_application",
            "application",
            str(subject.id),
            at=at,
            states=(None, {"organisation": organisation, "sector": sector, "needs_level": int(needs_level)}),
            permission=Permission.REGISTER_APPLICATION,
        )
        data = ApplicationRegistered(application=subject.id, organisation=organisation)
        emit(APPLICATION_REGISTERED, subject=subject.id, data=data, at=at)
    return application_view(row)


def issue_application_credential(
    *,
    actor: Actor | None,
    application: UUID,
    at: datetime,
    expires_at: datetime,
    redirect_uris: Iterable[str] = (),
    scopes: Iterable[Scope] = (Scope.OPENID,),
    logout_uri: str = "",
    exchanges: bool = False,
) -> IssuedCredential:
    """Issue a credential and return its secret, which nobody can read again.

    Args:
        actor: who issues it.
        application: its subject.
        at: now.
        expires_at: when it stops working.
        redirect_uris: where people return after signing in; none makes it a credential for calls only.
        scopes: what it may ask about people.
        logout_uri: where it is told that a session has ended (OpenID Connect Back-Channel Logout 1.0 §2.2).
        exchanges: whether it may call other applications on behalf of a person (RFC 8693).

    Raises:
        SignInNeeded, NotAllowed: the actor may not issue credentials there.
        NotFound: there is no such application.
        InvalidInput: it would have expired already, or an address is not https (or http on this machine).
    """
    row = Application.objects.filter(pk=application).first()
    if row is None:
        raise NotFound
    actor = require(actor, Permission.ISSUE_CREDENTIAL, organisation=row.organisation_id)
    addresses = [sound_address(address, field="redirect_uris") for address in redirect_uris]
    told_at = sound_address(logout_uri, field="logout_uri") if logout_uri else ""
    if expires_at <= at:
        raise InvalidInput(field="expires_at", what=gettext("有效期须晚于现在"))
    secret = get_adapter().generate_client_secret()
    client = Client(name=row.name, type=Client.Type.CONFIDENTIAL, created_at=at)
    client.set_secret(secret)
    client.set_scopes(sorted(set(scopes) | {Scope.OPENID}) if addresses else [])
    client.set_default_scopes([Scope.OPENID] if addresses else [])
    client.set_redirect_uris(addresses)
    grants = ["authorization_code", "refresh_token"] if addresses else ["client_credentials"]
    client.set_grant_types([*grants, EXCHANGE] if exchanges else grants)
    with transaction.atomic():
        client.save(force_insert=True)
        credential = ApplicationCredential.objects.create(
            application=row, client=client, issued_at=at, expires_at=expires_at, logout_uri=told_at
        )
        _record(actor, Permission.ISSUE_CREDENTIAL, credential, at=at)
        data = CredentialIssued(credential=credential.id, application=application, expires_at=expires_at)
        emit(CREDENTIAL_ISSUED, subject=application, data=data, at=at)
    return IssuedCredential(id=credential.id, client_id=client.id, secret=secret)


def revoke_application_credential(*, actor: Actor | None, credential: UUID, at: datetime) -> None:
    """Revoke a credential; every token it holds dies at once. Revoking twice changes nothing.

    Raises:
        SignInNeeded, NotAllowed: the actor may not revoke credentials there.
        NotFound: there is no such credential.
    """
    found = ApplicationCredential.objects.filter(id=credential).select_related("application").first()
    if found is None:
        raise NotFound
    actor = require(actor, Permission.REVOKE_CREDENTIAL, organisation=found.application.organisation_id)
    with transaction.atomic():
        row = ApplicationCredential.objects.select_for_update().get(id=credential)
        if row.revoked_at is not None:
            return
        ApplicationCredential.objects.filter(id=credential).update(revoked_at=at)
        Token.objects.filter(client=row.client_id).delete()
        Client.objects.filter(id=row.client_id).update(secret=make_password(None))
        _record(actor, Permission.REVOKE_CREDENTIAL, row, at=at)
        data = CredentialRevoked(credential=credential, application=row.application_id)
        emit(CREDENTIAL_REVOKED, subject=row.application_id, data=data, at=at)


def authenticate_application(request: HttpRequest) -> Actor | None:
    """Return the application that calls with `Authorization: Bearer …`, or None; fits `auth=` of django-ninja.

    The token comes from the token endpoint by client credentials; revocation and expiry count from the next call on.
    """
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    found = Token.objects.lookup(Token.Type.ACCESS_TOKEN, token.strip())
    if found is None or found.client_id is None or found.user_id is not None:
        return None
    now = clock.system.now()
    credential = working_credentials(now).filter(client=found.client_id).first()
    if credential is None:
        return None
    place = credential.application.organisation
    return Actor(
        subject=credential.application_id,
        kind=SubjectKind.APPLICATION,
        organisation=place.id if place else None,
        organisation_path=place.path if place else "",
        region=place.region if place else None,
        assurance=AssuranceLevel.SUBSTANTIAL,
        channel=Channel.API,
    )


def working_credentials(at: datetime) -> QuerySet[ApplicationCredential]:
    """Return the credentials that work at this moment, with application and organisation loaded."""
    return ApplicationCredential.objects.filter(
        revoked_at__isnull=True, suspended_at__isnull=True, issued_at__lte=at, expires_at__gt=at
    ).select_related("application__organisation")


def sound_address(address: str, *, field: str) -> str:
    """Return *address* when an application may be reached at it: https, or http on this very machine.

    Raises:
        InvalidInput: it is another, or has a fragment, a wildcard, or a name and password in it.
    """
    try:
        parts = urlsplit(address)
        sound = parts.port != 0 and not {parts.username, parts.password} - {None}
    except ValueError:
        sound = False
    if sound:
        local = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
        sound = bool(parts.hostname) and (parts.scheme == "https" or local)
    if not sound or any(sign in address for sign in "#*\\") or any(sign.isspace() for sign in address):
        raise InvalidInput(field=field, what=gettext("地址须为 https（本机调试可用 http），且不含通配符、片段和口令"))
    return address


def _record(actor: Actor, permission: Permission, row: ApplicationCredential, *, at: datetime) -> None:
    record_act(
        actor,
        permission.value.partition(":")[2],
        "credential",
        str(row.id),
        at=at,
        states=(None, {"application": row.application_id, "client": row.client_id, "expires_at": row.expires_at}),
        permission=permission,
    )
