"""What a department's application does when people sign in to it: asks, exchanges the code, reads the token."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from django.test import Client

from zhengtong.kernel import clock
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import AssuranceLevel, IssuedCredential, Scope
from zhengtong.trust.identity.tests.builders import DAY, NOW, PASSWORD, SYSTEM, an_organisation

RETURN = "https://social.example/callback"
VERIFIER = "a" * 64
TOKEN, USERINFO = "/identity/o/api/token", "/identity/o/api/userinfo"
REVOKE, DISCOVERY = "/identity/o/api/revoke", "/.well-known/openid-configuration"


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What an application holds after a person signed in."""

    id_token: dict[str, Any]
    access_token: str
    refresh_token: str
    raw: str


def an_application(sector: str = "social", level: AssuranceLevel = AssuranceLevel.LOW, name: str = "社保") -> UUID:
    bureau = an_organisation()
    return identity.register_application(
        actor=SYSTEM, organisation=bureau, name=name, sector=sector, needs_level=level, at=NOW
    ).subject


def a_credential(
    application: UUID,
    *,
    redirect: bool = True,
    scopes: tuple[Scope, ...] = (Scope.OPENID, Scope.PROFILE),
    exchanges: bool = False,
) -> IssuedCredential:
    at = clock.system.now()
    return identity.issue_application_credential(
        actor=SYSTEM,
        application=application,
        at=at,
        expires_at=at + 365 * DAY,
        redirect_uris=[RETURN] if redirect else [],
        scopes=scopes,
        exchanges=exchanges,
    )


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def question(credential: IssuedCredential, scope: str, **more: str) -> str:
    asked = {
        "response_type": "code", "client_id": credential.client_id, "redirect_uri": RETURN, "scope": scope,
        "state": "s1", "nonce": "n1", "code_challenge": challenge(VERIFIER), "code_challenge_method": "S256",
    }  # fmt: skip
    return f"/identity/o/authorize?{urlencode(asked | more)}"


def consent(client: Client, credential: IssuedCredential, scope: str = "openid profile") -> str:
    page = client.get(question(credential, scope))
    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert re.search(r"form-action [^;]*https://social\.example", policy)
    signed = re.search(r'name="request" value="([^"]+)"', page.content.decode())
    assert signed
    answer = client.post("/identity/o/authorize", {"request": signed[1], "scopes": scope.split(), "action": "grant"})
    assert answer.status_code == 302
    assert answer["Location"].startswith(RETURN)
    return parse_qs(urlsplit(answer["Location"]).query)["code"][0]


def exchange(credential: IssuedCredential, code: str, verifier: str = VERIFIER) -> Any:
    return Client().post(
        TOKEN,
        {
            "grant_type": "authorization_code", "code": code, "redirect_uri": RETURN, "code_verifier": verifier,
            "client_id": credential.client_id, "client_secret": credential.secret,
        },
    )  # fmt: skip


def payload(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return decoded


def sign_in(client: Client, credential: IssuedCredential, scope: str = "openid profile") -> Signed:
    answer = exchange(credential, consent(client, credential, scope)).json()
    return Signed(
        id_token=payload(answer["id_token"]),
        access_token=answer["access_token"],
        refresh_token=answer["refresh_token"],
        raw=answer["id_token"],
    )


def logged_in(username: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": username, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client
