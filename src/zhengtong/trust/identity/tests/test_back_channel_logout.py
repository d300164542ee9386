"""Who signs out here is signed out there: logout tokens reach the applications of a session, and nobody else."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from allauth.idp.oidc.models import Token
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from zhengtong.kernel import clock
from zhengtong.kernel.errors import InvalidInput
from zhengtong.kernel.jobs.worker import WorkerProcess
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import IssuedCredential, LogoutOutcome
from zhengtong.trust.identity.models import ApplicationCredential, ApplicationSession, LogoutAttempt
from zhengtong.trust.identity.oidc.logout import EVENT
from zhengtong.trust.identity.services.sessions import PAUSES
from zhengtong.trust.identity.tests.builders import DAY, PASSWORD, SYSTEM, a_person, an_account
from zhengtong.trust.identity.tests.relying_party import (
    DISCOVERY,
    RETURN,
    TOKEN,
    USERINFO,
    Signed,
    an_application,
    logged_in,
    sign_in,
)
from zhengtong.trust.ledger.api import acts_concerning

pytestmark = pytest.mark.django_db(transaction=True)


class Receiver:
    """An application's logout endpoint: keeps what it is sent, answers as it is told."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str]] = []
        self.answer = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.received.append((self.headers["Content-Type"], parse_qs(body)["logout_token"][0]))
                self.send_response(receiver.answer)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Stay silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/logout"


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    cache.clear()
    settings.LOGOUT_NETWORKS = (ip_network("127.0.0.0/8"),)
    one = Receiver()
    thread = Thread(target=one.server.serve_forever, daemon=True)
    thread.start()
    yield one
    one.server.shutdown()
    one.server.server_close()
    thread.join()


def told_at(address: str, sector: str = "social") -> IssuedCredential:
    at = clock.system.now()
    return identity.issue_application_credential(
        actor=SYSTEM, application=an_application(sector), at=at, expires_at=at + 365 * DAY, redirect_uris=[RETURN],
        scopes=(identity.Scope.OPENID, identity.Scope.PROFILE), logout_uri=address,
    )  # fmt: skip


def work(later: timedelta = timedelta()) -> None:
    """Let a worker do what is due, some time from now."""
    WorkerProcess(clock=clock.ManualClock(at=clock.system.now() + later)).run_until_idle()


def verified(token: str, credential: IssuedCredential) -> dict[str, Any]:
    """Verify a logout token as an application would (§2.6), by the published key alone."""
    head = jwt.get_unverified_header(token)
    assert head["typ"] == "logout+jwt"
    keys = {key["kid"]: key for key in Client().get("/.well-known/jwks.json").json()["keys"]}
    public = jwt.PyJWK(keys[head["kid"]]).key
    issuer = Client().get(DISCOVERY).json()["issuer"]
    claims: dict[str, Any] = jwt.decode(token, public, ["RS256"], audience=credential.client_id, issuer=issuer)
    assert claims["events"] == {EVENT: {}}
    assert "nonce" not in claims
    assert claims["exp"] - claims["iat"] == 120
    return claims


def test_signing_out_tells_the_application_whose_session_it_was(receiver: Receiver) -> None:
    person = a_person()
    an_account(person, "zhang")
    credential = told_at(receiver.address)
    client = logged_in("zhang")
    signed = sign_in(client, credential)
    client.post("/accounts/logout/")
    work()
    [(kind, token)] = receiver.received
    assert kind == "application/x-www-form-urlencoded"
    claims = verified(token, credential)
    assert (claims["sub"], claims["sid"]) == (signed.id_token["sub"], signed.id_token["sid"])
    assert str(person) not in json.dumps(claims)
    [attempt] = LogoutAttempt.objects.all()
    assert (attempt.outcome, attempt.status, attempt.number) == (LogoutOutcome.DELIVERED, 200, 1)
    assert acts_concerning(person).items[0].act.business.command == "trust.identity.leave"
    work(timedelta(days=1))
    assert len(receiver.received) == 1


def test_two_sectors_get_sessions_and_names_that_cannot_be_compared(receiver: Receiver) -> None:
    an_account(a_person(), "zhang")
    both = [told_at(receiver.address), told_at(receiver.address, "health")]
    client = logged_in("zhang")
    signed = [sign_in(client, credential) for credential in both]
    client.post("/accounts/logout/")
    work()
    assert signed[0].id_token["sid"] != signed[1].id_token["sid"]
    told = {jwt.decode(token, options={"verify_signature": False})["aud"]: token for _kind, token in receiver.received}
    for credential, one in zip(both, signed, strict=True):
        claims = verified(told[credential.client_id], credential)
        assert (claims["sub"], claims["sid"]) == (one.id_token["sub"], one.id_token["sid"])


def test_a_second_sign_in_of_one_browser_is_the_same_session_and_another_browser_has_its_own(
    receiver: Receiver,
) -> None:
    an_account(a_person(), "zhang")
    credential = told_at(receiver.address)
    here, there = logged_in("zhang"), logged_in("zhang")
    first, again, elsewhere = (sign_in(client, credential) for client in (here, here, there))
    assert first.id_token["sid"] == again.id_token["sid"] != elsewhere.id_token["sid"]
    here.post("/accounts/logout/")
    work()
    assert [verified(token, credential)["sid"] for _k, token in receiver.received] == [first.id_token["sid"]]
    assert not alive(first)
    assert alive(elsewhere)


def alive(signed: Signed) -> bool:
    return Client().get(USERINFO, headers={"Authorization": f"Bearer {signed.access_token}"}).status_code == 200


def test_tokens_of_an_ended_session_are_dead_also_those_that_were_refreshed(receiver: Receiver) -> None:
    an_account(a_person(), "zhang")
    credential = told_at(receiver.address)
    client = logged_in("zhang")
    signed = sign_in(client, credential)
    held = {"client_id": credential.client_id, "client_secret": credential.secret}
    grant = {"grant_type": "refresh_token", "refresh_token": signed.refresh_token}
    renewed = Client().post(TOKEN, held | grant).json()
    client.post("/accounts/logout/")
    assert Token.objects.count() == 0
    answer = Client().post(TOKEN, held | grant | {"refresh_token": renewed["refresh_token"]})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_stopped_account_is_signed_out_everywhere(receiver: Receiver) -> None:
    an_account(a_person(), "zhang")
    credential = told_at(receiver.address)
    sign_in(logged_in("zhang"), credential)
    sign_in(logged_in("zhang"), credential)
    identity.set_active(actor=SYSTEM, username="zhang", active=False, at=clock.system.now())
    work()
    assert len({verified(token, credential)["sid"] for _kind, token in receiver.received}) == 2


def test_a_new_password_ends_the_sessions_of_the_old_one(receiver: Receiver) -> None:
    an_account(a_person(), "zhang")
    credential = told_at(receiver.address)
    client = logged_in("zhang")
    sign_in(client, credential)
    new = PASSWORD + "-and-more"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    work()
    assert len(receiver.received) == 1


def test_a_session_that_ran_out_is_told_by_the_worker(receiver: Receiver) -> None:
    an_account(a_person(), "zhang")
    credential = told_at(receiver.address)
    sign_in(logged_in("zhang"), credential)
    work(timedelta(hours=7))
    assert receiver.received == []
    work(timedelta(hours=9))
    assert len(receiver.received) == 1


def test_an_application_that_fails_is_told_again_until_it_knows(receiver: Receiver) -> None:
    an_account(a_person(), "zhang")
    credential = told_at(receiver.address)
    client = logged_in("zhang")
    sign_in(client, credential)
    receiver.answer = 503
    client.post("/accounts/logout/")
    work()
    work(PAUSES[0] / 2)
    assert len(receiver.received) == 1
    receiver.answer = 204
    work(2 * PAUSES[0])
    outcomes = LogoutAttempt.objects.order_by("number").values_list("outcome", "status")
    assert list(outcomes) == [("refused", 503), ("delivered", 204)]
    ids = {verified(token, credential)["jti"] for _kind, token in receiver.received}
    assert len(ids) == 2


def test_an_application_that_never_answers_is_given_up(receiver: Receiver) -> None:
    an_account(a_person(), "zhang")
    client = logged_in("zhang")
    sign_in(client, told_at(receiver.address))
    receiver.answer = 302  # a redirect is no answer, and is not followed
    client.post("/accounts/logout/")
    for day in range(len(PAUSES) + 3):
        work(timedelta(days=day))
    assert LogoutAttempt.objects.filter(outcome=LogoutOutcome.REFUSED).count() == len(PAUSES) + 1
    assert ApplicationSession.objects.get().tell_at is None


def test_a_job_that_was_lost_is_done_later(receiver: Receiver) -> None:
    an_account(a_person(), "zhang")
    client = logged_in("zhang")
    sign_in(client, told_at(receiver.address))
    client.post("/accounts/logout/")
    at = clock.system.now()
    [lost] = identity.claim_untold_sessions(at, until=at + timedelta(minutes=5))
    work()
    assert receiver.received == []
    work(timedelta(minutes=6))
    assert len(receiver.received) == 1
    assert identity.tell_application(session=lost, at=at) is None


def test_a_private_network_is_not_called_unless_a_setting_says_so(receiver: Receiver, settings: Settings) -> None:
    settings.LOGOUT_NETWORKS = ()
    an_account(a_person(), "zhang")
    client = logged_in("zhang")
    sign_in(client, told_at(receiver.address))
    client.post("/accounts/logout/")
    work()
    assert receiver.received == []
    [attempt] = LogoutAttempt.objects.all()
    assert (attempt.outcome, attempt.status) == (LogoutOutcome.FORBIDDEN, None)


def test_nobody_at_the_address_is_recorded_as_such(receiver: Receiver) -> None:
    an_account(a_person(), "zhang")
    client = logged_in("zhang")
    sign_in(client, told_at(receiver.address))
    receiver.server.server_close()
    client.post("/accounts/logout/")
    work()
    assert [one.outcome for one in LogoutAttempt.objects.all()] == [LogoutOutcome.UNREACHABLE]


def test_an_application_without_an_address_and_a_revoked_one_are_not_told(receiver: Receiver) -> None:
    an_account(a_person(), "zhang")
    silent, revoked = told_at(""), told_at(receiver.address)
    client = logged_in("zhang")
    sign_in(client, silent)
    sign_in(client, revoked)
    identity.revoke_application_credential(actor=SYSTEM, credential=revoked.id, at=clock.system.now())
    client.post("/accounts/logout/")
    work()
    assert receiver.received == []
    assert ApplicationSession.objects.filter(ended_at=None).count() == 0


@pytest.mark.parametrize(
    "address",
    [
        "http://evil.example/out", "http://localhost.evil.example/out", "http://127.0.0.1@evil.example/out",
        "https://user@app.example/out", "https://app.example/out#x", "https:///out", "ftp://app.example/out",
        "https://app.example:port/out",
    ],
)  # fmt: skip
def test_an_address_that_is_neither_https_nor_this_machine_is_refused(address: str) -> None:
    application, at = an_application(), clock.system.now()
    for terms in ({"redirect_uris": [address]}, {"redirect_uris": [RETURN], "logout_uri": address}):
        with pytest.raises(InvalidInput):
            identity.issue_application_credential(
                actor=SYSTEM,
                application=application,
                at=at,
                expires_at=at + DAY,
                **terms,
            )
    assert ApplicationCredential.objects.count() == 0


def test_discovery_says_that_sessions_are_named_and_ended() -> None:
    metadata = Client().get(DISCOVERY).json()
    assert metadata["backchannel_logout_supported"] is True
    assert metadata["backchannel_logout_session_supported"] is True
    assert "sid" in metadata["claims_supported"]
