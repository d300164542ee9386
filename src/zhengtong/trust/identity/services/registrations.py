"""Registering applications 应用接入登记: by the developers of a department or an enterprise, approved where it matters.

An application works at once with `openid` alone; scopes that tell personal data and token exchange wait for a security
administrator. Each application is a sector of its own: nobody's two applications can compare people.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from zhengtong.kernel.errors import Conflict, InvalidInput, NotFound
from zhengtong.kernel.events.api import emit
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, IssuedCredential, Permission, Scope, SubjectKind
from zhengtong.trust.identity.contracts.registrations import (
    DEVELOPING,
    EXCHANGE,
    PERSONAL,
    AttemptView,
    RegistrationEntry,
    RegistrationKind,
    RegistrationView,
)
from zhengtong.trust.identity.events import CREDENTIAL_ISSUED, CREDENTIAL_REVOKED, CredentialIssued, CredentialRevoked
from zhengtong.trust.identity.guard import require, require_assurance
from zhengtong.trust.identity.models import Application, ApplicationCredential, Subject
from zhengtong.trust.identity.queries import registrations as reads
from zhengtong.trust.identity.recording import record_act
from zhengtong.trust.identity.refusals import ApplicationNameTaken, DeveloperNeeded
from zhengtong.trust.identity.services.applications import sound_address
from zhengtong.trust.identity.services.mandates import require_mandate
from zhengtong.trust.identity.services.sessions import end_sessions

LASTS = timedelta(days=365)
"""How long a secret works; a new one begins a new year."""
MOST_ADDRESSES = 10


def require_developer(actor: Actor | None, *, at: datetime) -> Actor:
    """Return the actor when they may register applications for whom they act: their department, or an enterprise.

    Raises:
        SignInNeeded, AssuranceTooLow: nobody is signed in, or not proved.
        NotAllowed: the official's post may not.
        DeveloperNeeded: a person acts for themselves, or for another person.
        MandateMissing, MandateExpired, MandateRevoked, MandateOutsideMatter: the enterprise did not let them.
    """
    actor = require_assurance(actor, AssuranceLevel.LOW)
    if actor.kind is SubjectKind.OFFICIAL and actor.organisation is not None:
        return require(actor, Permission.DEVELOP_APPLICATION, organisation=actor.organisation, region=actor.region)
    if actor.mandate is None or actor.party_kind is not SubjectKind.LEGAL:
        raise DeveloperNeeded
    return require_mandate(require_assurance(actor, AssuranceLevel.SUBSTANTIAL), DEVELOPING, at=at)


def my_registrations(actor: Actor | None, *, at: datetime) -> tuple[RegistrationView, ...]:
    """Return the registrations of the department or enterprise that the actor develops for.

    Raises:
        As `require_developer`.
    """
    actor = require_developer(actor, at=at)
    if actor.kind is SubjectKind.OFFICIAL:
        return reads.registrations_owned(organisation=actor.organisation, owner=None, at=at)
    return reads.registrations_owned(organisation=None, owner=actor.party, at=at)


def my_registration(
    actor: Actor | None, registration: UUID, *, at: datetime
) -> tuple[RegistrationView, tuple[AttemptView, ...]]:
    """Return one of the actor's registrations, and how telling it of sign-outs went lately.

    Raises:
        As `require_developer`; NotFound: it is none of theirs.
    """
    row = _own(require_developer(actor, at=at), registration)
    return reads.registration_view(row, at=at), reads.logout_attempts(registration)


def register(*, actor: Actor | None, entry: RegistrationEntry, at: datetime) -> IssuedCredential:
    """Register an application and return its first secret, which nobody can read again.

    Raises:
        As `require_developer`; InvalidInput: an address or a name will not do; Conflict: there is one of this name.
    """
    actor = require_developer(actor, at=at)
    _check(entry)
    try:
        with transaction.atomic():
            subject = Subject.objects.create(
                kind=SubjectKind.APPLICATION, registered_at=at, proof_level=AssuranceLevel.SUBSTANTIAL
            )
            official = actor.kind is SubjectKind.OFFICIAL
            application = Application.objects.create(
                subject=subject,
                organisation_id=actor.organisation if official else None,
                owner_id=None if official else actor.party,
                name=entry.name,
                name_en=entry.name_en,
                sector=f"application:{subject.id}",
            )
            client = Client(name=entry.name, type=Client.Type.CONFIDENTIAL, created_at=at)
            secret = get_adapter().generate_client_secret()
            client.set_secret(secret)
            _grant(client, entry, allowed=())
            client.save(force_insert=True)
            row = ApplicationCredential.objects.create(
                application=application, client=client, issued_at=at, expires_at=at + LASTS,
                logout_uri=entry.logout_uri, wanted=_wanted(entry),
            )  # fmt: skip
            _record(actor, "register", row, at=at)
            data = CredentialIssued(credential=row.id, application=subject.id, expires_at=row.expires_at)
            emit(CREDENTIAL_ISSUED, subject=subject.id, data=data, at=at)
    except IntegrityError as error:
        raise ApplicationNameTaken(field="name") from error
    return IssuedCredential(id=row.id, client_id=client.id, secret=secret)


def amend(*, actor: Actor | None, registration: UUID, entry: RegistrationEntry, revision: int, at: datetime) -> None:
    """Change a registration; what was approved and is still asked for stays, what is new waits for approval.

    Raises:
        As `register`; NotFound: it is none of theirs; Conflict: somebody changed it since *revision*.
    """
    actor = require_developer(actor, at=at)
    _check(entry)
    try:
        with transaction.atomic():
            row = _locked(actor, registration, revision)
            client = row.client
            allowed = {*client.get_scopes(), *client.get_grant_types()}
            Application.objects.filter(pk=row.application_id).update(name=entry.name, name_en=entry.name_en)
            client.name = entry.name
            _grant(client, entry, allowed=allowed)
            client.save()
            row.logout_uri, row.note = entry.logout_uri, ""
            row.wanted = [name for name in _wanted(entry) if name not in allowed]
            _save(row)
            _record(actor, "amend", row, at=at)
    except IntegrityError as error:
        raise ApplicationNameTaken(field="name") from error


def rotate_secret(*, actor: Actor | None, registration: UUID, revision: int, at: datetime) -> IssuedCredential:
    """Give an application a new secret for another year; the old one stops working at once.

    Raises:
        As `require_developer`; NotFound: it is none of theirs; Conflict: somebody changed it since *revision*.
    """
    actor = require_developer(actor, at=at)
    secret = get_adapter().generate_client_secret()
    with transaction.atomic():
        row = _locked(actor, registration, revision)
        row.client.set_secret(secret)
        row.client.save(update_fields=["secret"])
        row.expires_at = at + LASTS
        _save(row)
        _record(actor, "rotate_secret", row, at=at)
    return IssuedCredential(id=row.id, client_id=row.client_id, secret=secret)


def suspend(*, actor: Actor | None, registration: UUID, revision: int, at: datetime) -> None:
    """Stop an application at once: nobody signs in to it, its tokens are dead. Suspending twice changes nothing.

    Raises:
        As `rotate_secret`.
    """
    _turn(actor, registration, revision, suspended_at=at, at=at)


def resume(*, actor: Actor | None, registration: UUID, revision: int, at: datetime) -> None:
    """Let a suspended application work again; people sign in anew.

    Raises:
        As `rotate_secret`.
    """
    _turn(actor, registration, revision, suspended_at=None, at=at)


def remove(*, actor: Actor | None, registration: UUID, revision: int, at: datetime) -> None:
    """Remove a registration for good: its secret and tokens die, its name becomes free again.

    Raises:
        As `rotate_secret`.
    """
    actor = require_developer(actor, at=at)
    with transaction.atomic():
        row = _locked(actor, registration, revision)
        row.revoked_at, row.wanted = at, []
        _save(row)
        Application.objects.filter(pk=row.application_id).update(name=f"{row.application.name[:20]} {row.id}")
        row.client.set_secret(get_adapter().generate_client_secret())
        row.client.save(update_fields=["secret"])
        _silence(actor, row, at=at)
        _record(actor, "remove", row, at=at)
        data = CredentialRevoked(credential=row.id, application=row.application_id)
        emit(CREDENTIAL_REVOKED, subject=row.application_id, data=data, at=at)


def registrations_to_approve(actor: Actor | None, *, at: datetime) -> tuple[RegistrationView, ...]:
    """Return what waits for approval.

    Raises:
        SignInNeeded, NotAllowed: the actor may not approve.
    """
    require(actor, Permission.APPROVE_APPLICATION)
    return reads.registrations_waiting(at)


def decide(
    *, actor: Actor | None, registration: UUID, revision: int, approves: bool, reason: str, at: datetime
) -> None:
    """Approve what an application asks for beyond `openid`, or refuse it with a reason its developers read.

    Raises:
        SignInNeeded, NotAllowed: the actor may not approve, or not for that department.
        NotFound: nothing of it waits.
        InvalidInput: a refusal needs its reason.
        Conflict: it was changed since *revision*: something else is asked for now.
    """
    actor = require(actor, Permission.APPROVE_APPLICATION)
    if not approves and not reason.strip():
        raise InvalidInput(field="reason", what=gettext("不批准须说明理由"))
    with transaction.atomic():
        row = reads.registrations().select_for_update(of=("self",)).filter(id=registration).first()
        if row is None or not row.wanted:
            raise NotFound
        if (place := row.application.organisation) is not None:
            require(actor, Permission.APPROVE_APPLICATION, organisation=place.id, region=place.region)
        if row.revision != revision:
            raise Conflict
        if approves:
            scopes = {name for name in row.wanted if name != EXCHANGE}
            row.client.set_scopes(sorted({*row.client.get_scopes(), *scopes}))
            row.client.set_grant_types(sorted({*row.client.get_grant_types(), *({EXCHANGE} & set(row.wanted))}))
            row.client.save(update_fields=["scopes", "grant_types"])
        row.wanted, row.note = [], "" if approves else reason.strip()
        _save(row)
        _record(actor, "approve" if approves else "refuse", row, at=at, permission=Permission.APPROVE_APPLICATION)


def _check(entry: RegistrationEntry) -> None:
    if not entry.name.strip():
        raise InvalidInput(field="name", what=gettext("请填写应用名称"))
    if entry.kind is RegistrationKind.WEB and not entry.redirect_uris:
        raise InvalidInput(field="redirect_uris", what=gettext("用户登录类应用至少要有一个回调地址"))
    if len(entry.redirect_uris) > MOST_ADDRESSES:
        raise InvalidInput(field="redirect_uris", what=gettext("回调地址最多十个"))
    for address in entry.redirect_uris:
        sound_address(address, field="redirect_uris")
    if entry.logout_uri:
        sound_address(entry.logout_uri, field="logout_uri")


def _wanted(entry: RegistrationEntry) -> list[str]:
    scopes = sorted(entry.scopes & PERSONAL) if entry.kind is RegistrationKind.WEB else []
    return [*map(str, scopes), *([EXCHANGE] if entry.exchanges else [])]


def _grant(client: Client, entry: RegistrationEntry, *, allowed: Iterable[str]) -> None:
    """Set what the client may do at once: what needs no approval, and of what is asked for what has it (*allowed*)."""
    web = entry.kind is RegistrationKind.WEB
    approved = set(_wanted(entry)) & set(allowed)
    client.set_redirect_uris(list(entry.redirect_uris) if web else [])
    client.set_scopes(sorted({Scope.OPENID.value, *(approved - {EXCHANGE})}) if web else [])
    client.set_default_scopes([Scope.OPENID] if web else [])
    grants = ["authorization_code", "refresh_token"] if web else ["client_credentials"]
    client.set_grant_types([*grants, *(approved & {EXCHANGE})])


def _own(actor: Actor, registration: UUID) -> ApplicationCredential:
    row = reads.registrations().filter(id=registration).first()
    if row is None:
        raise NotFound
    mine = (
        row.application.organisation_id == actor.organisation
        if actor.kind is SubjectKind.OFFICIAL
        else row.application.owner_id == actor.party
    )
    if not mine:
        raise NotFound
    return row


def _locked(actor: Actor, registration: UUID, revision: int) -> ApplicationCredential:
    _own(actor, registration)
    row = reads.registrations().select_for_update(of=("self",)).filter(id=registration).first()
    if row is None:
        raise NotFound
    if row.revision != revision:
        raise Conflict
    return row


def _save(row: ApplicationCredential) -> None:
    row.revision += 1
    row.save()


def _turn(
    actor: Actor | None, registration: UUID, revision: int, *, suspended_at: datetime | None, at: datetime
) -> None:
    actor = require_developer(actor, at=at)
    with transaction.atomic():
        row = _locked(actor, registration, revision)
        if (row.suspended_at is None) is (suspended_at is None):
            return
        row.suspended_at = suspended_at
        _save(row)
        if suspended_at is not None:
            _silence(actor, row, at=at)
        _record(actor, "suspend" if suspended_at else "resume", row, at=at)


def _silence(actor: Actor, row: ApplicationCredential, *, at: datetime) -> None:
    """End what the application holds of people."""
    end_sessions(actor=actor, credential=row.id, at=at)
    Token.objects.filter(client=row.client_id).delete()


def _record(
    actor: Actor, command: str, row: ApplicationCredential, *, at: datetime, permission: Permission | None = None
) -> None:
    client = row.client
    state = {
        "client": client.id, "name": client.name, "redirect_uris": client.redirect_uris, "scopes": client.scopes,
        "grants": client.grant_types, "wanted": row.wanted, "logout_uri": row.logout_uri, "revision": row.revision,
    }  # fmt: skip
    used = permission or (Permission.DEVELOP_APPLICATION if actor.kind is SubjectKind.OFFICIAL else None)
    record_act(
        actor, f"application.{command}", "application", str(row.application_id), at=at, states=(None, state),
        permission=used,
    )  # fmt: skip
