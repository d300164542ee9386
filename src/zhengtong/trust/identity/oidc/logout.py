"""Telling applications that somebody signed out 后台注销通知 (OpenID Connect Back-Channel Logout 1.0)."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings

from zhengtong.kernel.ids import new_id
from zhengtong.kernel.outbound import ForbiddenAddress, NoAnswer, post
from zhengtong.trust.identity.contracts import LogoutOutcome
from zhengtong.trust.identity.models import ApplicationSession
from zhengtong.trust.identity.oidc.names import name_of_account
from zhengtong.trust.identity.oidc.signing import LOGOUT, sign
from zhengtong.trust.identity.services.sessions import record_attempt

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
EVENT = "http://schemas.openid.net/event/backchannel-logout"
LASTS = timedelta(minutes=2)
"""How long a logout token is good for (§4: two minutes at most)."""


def tell_application(*, session: UUID, at: datetime) -> LogoutOutcome | None:
    """Send the logout token of an ended session and record the attempt; None when there is nothing to tell any more."""
    row = (
        ApplicationSession.objects.select_related("account", "credential__application")
        .filter(id=session, ended_at__isnull=False, tell_at__isnull=False)
        .first()
    )
    if row is None:
        return None
    status = None
    try:
        token = sign(claims_of(row, at=at), kind=LOGOUT)
        form = urlencode({"logout_token": token}).encode()
        status = post(row.credential.logout_uri, body=form, headers=FORM, networks=settings.LOGOUT_NETWORKS)
        outcome = LogoutOutcome.DELIVERED if 200 <= status < 300 else LogoutOutcome.REFUSED
    except ForbiddenAddress:
        outcome = LogoutOutcome.FORBIDDEN
    except NoAnswer:
        outcome = LogoutOutcome.UNREACHABLE
    record_attempt(session=session, outcome=outcome, status=status, at=at)
    return outcome


def claims_of(row: ApplicationSession, *, at: datetime) -> dict[str, Any]:
    """Return what a logout token says (§2.4): the person under the receiver's name for them, and which session."""
    return {
        "iss": row.issuer,
        "aud": row.credential.client_id,
        "sub": name_of_account(row.credential.application.sector, row.account),
        "sid": str(row.id),
        "iat": int(at.timestamp()),
        "exp": int((at + LASTS).timestamp()),
        "jti": new_id().hex,
        "events": {EVENT: {}},
    }
