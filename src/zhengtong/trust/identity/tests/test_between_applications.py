"""One application gains nothing by another's consent, token or endpoint: what holds between applications."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.idp.oidc.models import Token
from django.core.cache import cache
from django.test import Client

from zhengtong.trust.identity.contracts import IssuedCredential, Scope
from zhengtong.trust.identity.contracts.registrations import EXCHANGE
from zhengtong.trust.identity.oidc.exchange import ACCESS_TOKEN
from zhengtong.trust.identity.tests.builders import a_person, an_account
from zhengtong.trust.identity.tests.relying_party import (
    DISCOVERY,
    REVOKE,
    TOKEN,
    USERINFO,
    a_credential,
    an_application,
    logged_in,
    question,
    sign_in,
)
from zhengtong.trust.ledger.api import acts_concerning

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_earlier_codes() -> None:
    cache.clear()


def silently(client: Client, credential: IssuedCredential, scope: str) -> dict[str, list[str]]:
    answer = client.get(question(credential, scope, prompt="none"))
    assert answer.status_code == 302
    return parse_qs(urlsplit(answer["Location"]).query)


def revoke(credential: IssuedCredential, token: str, **more: str) -> Any:
    return Client().post(
        REVOKE, {"token": token, "client_id": credential.client_id, "client_secret": credential.secret} | more
    )


def knows(token: str) -> bool:
    return Client().get(USERINFO, headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_silent_sign_in_needs_consent_to_this_very_application() -> None:
    person = a_person()
    an_account(person, "zhang")
    mine, other = a_credential(an_application()), a_credential(an_application("health"))
    client = logged_in("zhang")
    sign_in(client, mine)
    acts = len(acts_concerning(person).items)
    refused = silently(client, other, "openid profile")
    assert refused["error"] == ["consent_required"]
    assert "code" not in refused
    assert not Token.objects.filter(client=other.client_id).exists()
    assert len(acts_concerning(person).items) == acts


def test_silent_sign_in_works_within_what_was_agreed_to() -> None:
    an_account(a_person(), "zhang")
    credential = a_credential(an_application(), scopes=(Scope.OPENID, Scope.PROFILE, Scope.ORGANISATION))
    client = logged_in("zhang")
    sign_in(client, credential)
    assert "code" in silently(client, credential, "openid profile")
    assert silently(client, credential, "openid organisation")["error"] == ["consent_required"]
    assert silently(Client(), credential, "openid")["error"] == ["login_required"]


@pytest.mark.parametrize("hint", [{}, {"token_type_hint": "access_token"}, {"token_type_hint": "refresh_token"}])
def test_only_the_application_that_holds_a_token_revokes_it(hint: dict[str, str]) -> None:
    an_account(a_person(), "zhang")
    mine, other = a_credential(an_application()), a_credential(an_application("health"))
    signed = sign_in(logged_in("zhang"), mine)
    for token in (signed.access_token, signed.refresh_token):
        answer = revoke(other, token, **hint)
        assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    assert knows(signed.access_token)
    assert Token.objects.filter(client=mine.client_id).count() == 2
    assert revoke(mine, signed.access_token, **hint).status_code == 200
    assert not knows(signed.access_token)


def test_a_token_nobody_knows_is_revoked_already() -> None:
    assert revoke(a_credential(an_application()), "nonsense").status_code == 200


def test_a_wrong_secret_revokes_nothing() -> None:
    an_account(a_person(), "zhang")
    credential = a_credential(an_application())
    signed = sign_in(logged_in("zhang"), credential)
    assert revoke(credential, signed.access_token, client_secret="guessed").status_code == 401
    assert knows(signed.access_token)


def test_every_advertised_endpoint_answers() -> None:
    metadata = Client().get(DISCOVERY).json()
    endpoints = {name: urlsplit(url).path for name, url in metadata.items() if name.endswith(("_endpoint", "_uri"))}
    assert sorted(endpoints) == [
        "authorization_endpoint", "end_session_endpoint", "jwks_uri", "revocation_endpoint", "token_endpoint",
        "userinfo_endpoint",
    ]  # fmt: skip
    for name, path in endpoints.items():
        method = Client().post if name in {"revocation_endpoint", "token_endpoint"} else Client().get
        assert method(path).status_code in {200, 302, 400, 401}, name


def test_every_advertised_grant_is_granted_to_somebody() -> None:
    an_account(a_person(), "zhang")
    page, machine = (
        a_credential(an_application(), exchanges=True),
        a_credential(an_application(name="调用"), redirect=False),
    )
    client = logged_in("zhang")
    signed = sign_in(client, page)
    asked = {
        "authorization_code": None,
        "client_credentials": (machine, {}),
        EXCHANGE: (
            page,
            {"subject_token": signed.access_token, "subject_token_type": ACCESS_TOKEN, "audience": machine.client_id},
        ),
        "refresh_token": (page, {"refresh_token": signed.refresh_token}),
    }
    assert Client().get(DISCOVERY).json()["grant_types_supported"] == sorted(asked)
    for grant, question_of in asked.items():
        if question_of is None:
            continue  # signed in above by it
        credential, more = question_of
        held = {"client_id": credential.client_id, "client_secret": credential.secret}
        assert Client().post(TOKEN, {"grant_type": grant} | held | more).status_code == 200, grant


def test_every_advertised_way_of_proving_oneself_is_taken_and_no_other() -> None:
    credential = a_credential(an_application(), redirect=False)
    metadata = Client().get(DISCOVERY).json()
    assert metadata["token_endpoint_auth_methods_supported"] == ["client_secret_basic", "client_secret_post"]
    assert metadata["response_types_supported"] == ["code"]
    grant = {"grant_type": "client_credentials"}
    held = {"client_id": credential.client_id, "client_secret": credential.secret}
    assert Client().post(TOKEN, grant | held).status_code == 200
    assert Client().post(TOKEN, grant, headers=basic(credential)).status_code == 200
    assert Client().post(TOKEN, grant | {"client_id": credential.client_id}).status_code == 401


def basic(credential: IssuedCredential) -> dict[str, str]:
    import base64

    both = f"{credential.client_id}:{credential.secret}".encode()
    return {"Authorization": f"Basic {base64.b64encode(both).decode()}"}


def test_devices_without_a_browser_are_not_served() -> None:
    assert Client().post("/identity/o/api/device/code", {"client_id": "x"}).status_code == 404
    an_account(a_person(), "zhang")
    assert logged_in("zhang").get("/identity/o/device").status_code == 404
