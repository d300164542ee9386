"""The consent page 授权同意: a person agrees, the session's level goes with the code, the ledger keeps the consent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.views import AuthorizationView
from django.core.cache import cache
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.trust.identity.acting import actor_of
from zhengtong.trust.identity.contracts import AssuranceLevel
from zhengtong.trust.identity.guard import require_assurance
from zhengtong.trust.identity.models import Account, ApplicationCredential
from zhengtong.trust.identity.oidc.adapter import acr_of, code_key
from zhengtong.trust.identity.recording import record_act
from zhengtong.trust.identity.services.applications import working_credentials
from zhengtong.trust.identity.services.sessions import begin_session

SECONDS_OF_A_CODE = 60


class ConsentView(AuthorizationView):
    """allauth's consent page, which here also asks for the level the application needs, and records the consent."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer; a code that goes out is bound to the session's assurance level."""
        asked = _asked(request)
        credential = working_credentials(clock.system.now()).filter(client=asked.get("client_id", "")).first()
        if request.user.is_authenticated and asked:
            if credential is None:
                raise NotAllowed
            require_assurance(actor_of(request), AssuranceLevel(credential.application.needs_level))
        response = super().dispatch(request, *args, **kwargs)
        if credential is not None and request.user.is_authenticated:
            _let_form_lead_to(response, asked.get("redirect_uri", ""))
            code = _code_in(response.get("Location", ""))
            if code:
                _consented(request, credential, code)
        return response


def _asked(request: HttpRequest) -> Mapping[str, Any]:
    """Return what the application asked for: from the address, or signed inside the form the person sends back."""
    signed = request.POST.get("request")
    if not signed:
        return request.GET.dict()
    try:
        _scopes, asked = Signer().unsign_object(signed)
    except BadSignature:
        return {}  # allauth refuses it
    return dict(asked)


def _consented(request: HttpRequest, credential: ApplicationCredential, code: str) -> None:
    """Record the consent, begin the session, and keep what the coming ID token shall say about it."""
    account = cast("Account", request.user)
    at = clock.system.now()
    actor = actor_of(request)
    with transaction.atomic():
        record_act(
            actor,
            "sign_in_to",
            "application",
            str(credential.application_id),
            at=at,
            states=(None, sorted(request.POST.getlist("scopes"))),
            concerns=(actor.subject,),
        )
        sid = begin_session(
            account=account.pk,
            session=request.session,
            credential=credential,
            issuer=get_adapter().get_issuer(),
            ends_at=request.session.get_expiry_date(),
            at=at,
        )
    signed_in = {"acr": acr_of(actor.assurance), "auth_time": _auth_time(request, account, at), "sid": str(sid)}
    cache.set(code_key(credential.client_id, code), signed_in, timeout=SECONDS_OF_A_CODE)


def _auth_time(request: HttpRequest, account: Account, at: datetime) -> int:
    records = get_authentication_records(request, account)
    return int(max((record.get("at", 0.0) for record in records), default=at.timestamp()))


def _let_form_lead_to(response: HttpResponseBase, address: str) -> None:
    """Allow the consent form to end at the application: browsers apply form-action to where a form is sent on to."""
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"} and parts.netloc:
        response._csp_update = {"form-action": [f"{parts.scheme}://{parts.netloc}"]}  # type: ignore[attr-defined]  # noqa: SLF001 -- what django-csp's decorator sets


def _code_in(location: str) -> str:
    return parse_qs(urlsplit(location).query).get("code", [""])[0]
