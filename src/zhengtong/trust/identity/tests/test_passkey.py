"""Passkeys: an authenticator made of software registers and signs in; without its owner's PIN or finger it does not."""

import json
import os
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.cache import cache
from django.test import Client
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from zhengtong.trust.identity.contracts import AssuranceLevel, ProofMethod
from zhengtong.trust.identity.tests.builders import PASSWORD, a_person, an_account
from zhengtong.trust.identity.tests.test_login import actor_in, log_in

pytestmark = pytest.mark.django_db
ORIGIN, RP = "http://testserver", "testserver"
ADD, LOGIN = "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/login/"
FLAG = AuthenticatorData.FLAG


@pytest.fixture(autouse=True)
def _no_earlier_attempts() -> None:
    cache.clear()


class SoftKey:
    """A passkey in memory; `verified` says whether its owner showed PIN or finger."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.owner = b""

    def register(self, options: dict[str, Any], *, verified: bool = True) -> dict[str, Any]:
        self.owner = websafe_decode(options["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        attested = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        data = AuthenticatorData.create(sha256(RP.encode()), self._flags(verified) | FLAG.AT, 0, attested)
        client = self._client(CollectedClientData.TYPE.CREATE, options["challenge"])
        return self._credential(
            {
                "clientDataJSON": websafe_encode(client),
                "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
            }
        )

    def assert_presence(self, options: dict[str, Any], *, verified: bool = True) -> dict[str, Any]:
        data = AuthenticatorData.create(sha256(RP.encode()), self._flags(verified), 1)
        client = self._client(CollectedClientData.TYPE.GET, options["challenge"])
        signature = self.key.sign(data + sha256(client), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {
                "clientDataJSON": websafe_encode(client),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
                "userHandle": websafe_encode(self.owner),
            }
        )

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        name = websafe_encode(self.id)
        extensions = {"credProps": {"rk": True}}
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": extensions,
        }

    @staticmethod
    def _flags(verified: bool) -> AuthenticatorData.FLAG:  # noqa: FBT001 -- private
        return FLAG.UP | FLAG.UV if verified else FLAG.UP

    @staticmethod
    def _client(kind: str, challenge: str) -> bytes:
        return CollectedClientData.create(kind, websafe_decode(challenge), ORIGIN)


def plain(options: Any) -> dict[str, Any]:
    """Read the options as the browser gets them: JSON."""
    decoded: dict[str, Any] = json.loads(json.dumps(options, default=dict))["publicKey"]
    return decoded


def a_registered_key(client: Client, *, verified: bool = True) -> SoftKey:
    assert log_in(client, "zhang")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get(ADD)
    key = SoftKey()
    credential = key.register(plain(page.context["js_data"]["creation_options"]), verified=verified)
    client.post(ADD, {"name": "phone", "credential": json.dumps(credential), "passwordless": "on"})
    client.post("/accounts/logout/")
    return key


def sign_in(client: Client, key: SoftKey, *, verified: bool = True) -> bool:
    options = client.get(LOGIN, headers={"X-Requested-With": "XMLHttpRequest"}).json()["request_options"]["publicKey"]
    credential = key.assert_presence(options, verified=verified)
    client.post(LOGIN, {"credential": json.dumps(credential)})
    return "_auth_user_id" in client.session


@pytest.fixture
def _zhang() -> None:
    an_account(a_person(), "zhang", ProofMethod.COUNTER)


@pytest.mark.usefixtures("_zhang")
def test_a_passkey_alone_signs_in_at_the_high_level(client: Client) -> None:
    key = a_registered_key(client)
    assert sign_in(client, key)
    actor = actor_in(client)
    assert actor is not None
    assert actor.assurance is AssuranceLevel.HIGH


@pytest.mark.usefixtures("_zhang")
def test_a_passkey_whose_owner_was_not_verified_does_not_sign_in(client: Client) -> None:
    key = a_registered_key(client)
    assert not sign_in(client, key, verified=False)


@pytest.mark.usefixtures("_zhang")
def test_a_passkey_is_not_registered_without_verifying_its_owner(client: Client) -> None:
    key = a_registered_key(client, verified=False)
    assert not sign_in(client, key)


@pytest.mark.usefixtures("_zhang")
def test_another_key_with_the_same_id_does_not_sign_in(client: Client) -> None:
    key, impostor = a_registered_key(client), SoftKey()
    impostor.id, impostor.owner = key.id, key.owner
    assert not sign_in(client, impostor)


@pytest.mark.usefixtures("_zhang")
def test_with_a_passkey_the_password_alone_is_no_longer_enough(client: Client) -> None:
    a_registered_key(client)
    client.post("/accounts/login/", {"login": "zhang", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
