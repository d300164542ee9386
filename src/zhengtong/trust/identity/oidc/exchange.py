"""Token exchange 令牌换取 (RFC 8693): an application calls another on behalf of a person, who may act for a principal.

What comes out is narrower than what went in: for one receiver, no more scopes, no longer life, and `act` names who acts
(§4.1): the application that asked, before it those that asked earlier, innermost the agent when there is a principal.
Everybody bears the name by which the receiver's sector knows them. It opens nothing at the platform itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from django.db import transaction
from django.utils.translation import gettext

from zhengtong.kernel.errors import InvalidInput
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity import acting, law
from zhengtong.trust.identity.contracts import Channel, MandateView, covers
from zhengtong.trust.identity.contracts.registrations import EXCHANGE
from zhengtong.trust.identity.models import Account, ApplicationCredential
from zhengtong.trust.identity.oidc.names import name_of_account, name_of_mandate, name_of_subject
from zhengtong.trust.identity.oidc.signing import ACCESS, sign
from zhengtong.trust.identity.queries.mandates import mandate_row, mandate_view, mandates_held
from zhengtong.trust.identity.recording import record_act
from zhengtong.trust.identity.refusals import (
    AudienceUnknown,
    ExchangeNotGranted,
    MandateMissing,
    MandateOutsideMatter,
    ScopeTooWide,
    SubjectTokenInvalid,
)
from zhengtong.trust.identity.services.applications import EXCHANGED, working_credentials

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 -- the name of a kind of token
LASTS = timedelta(minutes=5)
HANDS = 4
"""Through how many applications a person's token may pass."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What an application asks for."""

    subject_token: str
    subject_token_type: str
    audience: str
    scopes: tuple[str, ...] = ()
    requested_token_type: str = ""
    mandate: str = ""
    matter: str = ""

    @classmethod
    def of(cls, form: Mapping[str, str]) -> "Terms":
        """Read the request's form (§2.1); `mandate` and `matter` are ours."""
        names = ("subject_token", "subject_token_type", "audience", "requested_token_type", "mandate", "matter")
        if form.get("actor_token"):
            raise InvalidInput(field="actor_token", what=gettext("由应用自身的凭证表明谁在办理"))
        return cls(scopes=tuple(form.get("scope", "").split()), **{name: form.get(name, "") for name in names})


@dataclass(frozen=True, kw_only=True)
class Held:
    """What stands behind a subject token."""

    account: Account
    scopes: frozenset[str]
    expires_at: datetime
    sid: str | None
    actors: tuple[str, ...] = ()
    mandate: UUID | None = None
    matter: str = ""


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """What the new token shall say."""

    held: Held
    asking: ApplicationCredential
    receiver: ApplicationCredential
    scopes: tuple[str, ...]
    expires_at: datetime
    view: MandateView | None
    matter: str

    @property
    def actors(self) -> tuple[str, ...]:
        """The applications through whose hands it passed, the one that asks last."""
        return (*self.held.actors, self.asking.client_id)


def exchange_token(*, client: Client, terms: Terms, at: datetime) -> dict[str, Any]:
    """Exchange a token that *client* holds for one that another application accepts; return the answer (§2.2.1).

    Raises:
        ExchangeNotGranted: the application may not exchange tokens.
        InvalidInput, SubjectTokenInvalid: the request or its subject token will not do.
        AudienceUnknown: the receiver is no working application, or the application itself.
        ScopeTooWide: more was asked for than the subject token holds.
        AssuranceTooLow, MandateMissing, MandateNotAccepted, MandateExpired, MandateRevoked, MandateOutsideMatter: the
            person may not act for the principal in this matter.
    """
    narrowed = _narrow(client, terms, at=at)
    identifier = new_id().hex
    token = sign(_claims(narrowed, identifier, at=at), kind=ACCESS)
    with transaction.atomic():
        _keep(narrowed, identifier, token, at=at)
    return {
        "access_token": token,
        "issued_token_type": ACCESS_TOKEN,
        "token_type": "Bearer",
        "expires_in": int((narrowed.expires_at - at).total_seconds()),
        "scope": " ".join(narrowed.scopes),
    }


def _narrow(client: Client, terms: Terms, *, at: datetime) -> Narrowed:
    asking = working_credentials(at).filter(client=client.id).first()
    if asking is None or EXCHANGE not in client.get_grant_types():
        raise ExchangeNotGranted
    held = _held(client, terms, at=at)
    receiver = working_credentials(at).filter(client=terms.audience).exclude(client=client.id).first()
    if receiver is None:
        raise AudienceUnknown
    scopes = tuple(sorted(terms.scopes or held.scopes))
    if not held.scopes.issuperset(scopes):
        raise ScopeTooWide
    view = _mandate(held, terms, sector=asking.application.sector, at=at)
    ends = [held.expires_at, at + LASTS, asking.expires_at, receiver.expires_at]
    if view is not None and view.valid_until is not None:
        ends.append(view.valid_until)
    return Narrowed(
        held=held,
        asking=asking,
        receiver=receiver,
        scopes=scopes,
        expires_at=min(ends),
        view=view,
        matter=(terms.matter or held.matter) if view else "",
    )


def _held(client: Client, terms: Terms, *, at: datetime) -> Held:
    """Return what stands behind the subject token: one of the client's own, or one made for it to receive."""
    if terms.subject_token_type != ACCESS_TOKEN or terms.requested_token_type not in {"", ACCESS_TOKEN}:
        raise InvalidInput(field="subject_token_type", what=gettext("只接受和签发访问令牌"))
    row = (
        Token.objects.by_value(terms.subject_token)
        .filter(type__in=(Token.Type.ACCESS_TOKEN, EXCHANGED), expires_at__gt=at, user__is_active=True)
        .select_related("user__subject")
        .first()
    )
    said = (row.data or {}) if row else {}
    exchanged = said.get("exchange") or {}
    if row is None or row.user is None or row.expires_at is None:
        raise SubjectTokenInvalid
    if (exchanged["audience"] if exchanged else row.client_id) != client.id:
        raise SubjectTokenInvalid
    if len(exchanged.get("actors", ())) >= HANDS:
        raise InvalidInput(field="subject_token", what=gettext("令牌转手次数过多"))
    return Held(
        account=row.user,
        scopes=frozenset(row.get_scopes()),
        expires_at=row.expires_at,
        sid=said.get("sid"),
        actors=tuple(exchanged.get("actors", ())),
        mandate=UUID(exchanged["mandate"]) if exchanged.get("mandate") else None,
        matter=exchanged.get("matter", ""),
    )


def _mandate(held: Held, terms: Terms, *, sector: str, at: datetime) -> MandateView | None:
    """Return the mandate under which the person acts, checked anew; None when for themselves."""
    if held.mandate is None and not terms.mandate:
        if terms.matter:
            raise MandateMissing
        return None
    matter = terms.matter or held.matter
    if not matter:
        raise InvalidInput(field="matter", what=gettext("代他人办理须写明事项"))
    row = mandate_row(held.mandate) if held.mandate else None
    view = mandate_view(row) if row else _named(held.account, terms.mandate, sector, at=at)
    if held.mandate and terms.mandate and terms.mandate != name_of_mandate(sector, view.id):
        raise MandateMissing
    if held.matter and not covers([held.matter], matter):
        raise MandateOutsideMatter
    law.permits(view, matter=matter, channel=Channel.API, at=at)
    return view


def _named(account: Account, name: str, sector: str, *, at: datetime) -> MandateView:
    """Return the mandate that bears this name in the sector, among those the person holds."""
    for view in mandates_held(account.subject_id, at=at):
        if name_of_mandate(sector, view.id) == name:
            return view
    raise MandateMissing


def _claims(narrowed: Narrowed, identifier: str, *, at: datetime) -> dict[str, Any]:
    sector, view = narrowed.receiver.application.sector, narrowed.view
    person = name_of_account(sector, narrowed.held.account)
    act: dict[str, Any] = {"sub": person} if view else {}
    for client_id in narrowed.actors:
        act = {"sub": client_id} | ({"act": act} if act else {})
    claims: dict[str, Any] = {
        "iss": get_adapter().get_issuer(),
        "aud": narrowed.receiver.client_id,
        "sub": name_of_subject(sector, view.principal) if view else person,
        "act": act,
        "client_id": narrowed.asking.client_id,
        "scope": " ".join(narrowed.scopes),
        "iat": int(at.timestamp()),
        "exp": int(narrowed.expires_at.timestamp()),
        "jti": identifier,
    }
    if view:
        claims |= {"matter": narrowed.matter, "principal_kind": view.principal_kind.value}
        claims |= {} if view.limit_fen is None else {"limit_fen": view.limit_fen}
    return claims


def _keep(narrowed: Narrowed, identifier: str, token: str, *, at: datetime) -> None:
    """Keep what the token stands for, so that it dies with its session and can be passed on; and record the act."""
    held, view = narrowed.held, narrowed.view
    state = {
        "audience": narrowed.receiver.client_id,
        "actors": list(narrowed.actors),
        "mandate": str(view.id) if view else None,
        "matter": narrowed.matter,
    }
    row = Token(type=EXCHANGED, client_id=narrowed.asking.client_id, user=held.account, created_at=at)
    row.expires_at = narrowed.expires_at
    row.set_value(token)
    row.set_scopes(list(narrowed.scopes))
    row.data = {"exchange": state} | ({"sid": held.sid} if held.sid else {})
    row.save(force_insert=True)
    actor = acting.by_api(held.account, mandate=view.id if view else None, at=at)
    record_act(
        actor,
        "exchange_token",
        "mandate" if view else "application",
        identifier,
        at=at,
        states=(None, state | {"scopes": narrowed.scopes, "expires_at": narrowed.expires_at}),
        concerns=(actor.subject, actor.on_behalf_of) if actor.on_behalf_of else (actor.subject,),
    )
