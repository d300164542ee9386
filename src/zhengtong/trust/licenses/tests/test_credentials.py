"""The international form, read by an independent implementation (the sd-jwt package), and the status list."""

import base64
import json
import zlib
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from jwcrypto.jwk import JWK  # type: ignore[import-untyped]
from jwcrypto.jws import JWS  # type: ignore[import-untyped]
from sd_jwt.verifier import SDJWTVerifier  # type: ignore[import-untyped]

from zhengtong.trust.identity.api import organisation
from zhengtong.trust.licenses import api as licenses
from zhengtong.trust.licenses.contracts import Form
from zhengtong.trust.licenses.tests.builders import AT, ATTRIBUTES, Office

pytestmark = pytest.mark.django_db
ORIGIN = "http://testserver"


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def keys() -> dict[str, JWK]:
    document = Client().get("/.well-known/jwt-vc-issuer/licences").json()
    assert document["issuer"] == f"{ORIGIN}/licences"
    return {key["kid"]: JWK(**key) for key in document["jwks"]["keys"]}


def credential(office: Office, license_id: Any) -> str:
    file = licenses.download(actor=office.holder, license_id=license_id, form=Form.SD_JWT, at=AT, origin=ORIGIN)
    return file.content.decode()


def verified(presented: str) -> dict[str, Any]:
    known = keys()
    told: dict[str, Any] = SDJWTVerifier(presented, lambda _iss, header: known[header["kid"]]).get_verified_payload()
    return told


def status_of(claims: dict[str, Any]) -> int:
    entry = claims["status"]["status_list"]
    answer = Client().get(entry["uri"].removeprefix(ORIGIN))
    token = JWS()
    token.deserialize(answer.content.decode())
    token.verify(keys()[token.jose_header["kid"]])
    payload = json.loads(token.payload)
    assert (payload["sub"], token.jose_header["typ"]) == (entry["uri"], "statuslist+jwt")
    packed = payload["status_list"]["lst"]
    raw = zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    index = int(entry["idx"])
    return raw[index // 4] >> 2 * (index % 4) & 3


def test_the_credential_verifies_elsewhere_with_every_field(office: Office) -> None:
    issued = office.issue()
    claims = verified(credential(office, issued.id))
    assert {key: claims[key] for key in ATTRIBUTES} == ATTRIBUTES
    assert claims["license_number"] == issued.number


def test_a_holder_hands_on_only_what_is_needed(office: Office) -> None:
    token, *disclosures, _end = credential(office, office.issue().id).split("~")
    claims = verified("~".join([token, disclosures[2], ""]))
    assert [key for key in ATTRIBUTES if key in claims] == ["born_on"]
    assert not any(value in token for value in ATTRIBUTES.values())


def test_a_changed_credential_is_refused_elsewhere(office: Office) -> None:
    token, *rest = credential(office, office.issue().id).split("~")
    head, payload, signature = token.split(".")
    changed = payload[:9] + ("A" if payload[9] != "A" else "B") + payload[10:]
    with pytest.raises(Exception):  # noqa: B017, PT011 -- the package raises what its parser or jwcrypto raise
        verified("~".join([f"{head}.{changed}.{signature}", *rest]))


def test_the_status_list_follows_the_licence(office: Office) -> None:
    issued, other = office.issue(), office.issue()
    claims, others = (verified(credential(office, one.id)) for one in (issued, other))
    assert (status_of(claims), status_of(others)) == (0, 0)
    licenses.suspend(actor=office.official, license_id=issued.id, reason="核查", at=AT)
    cache.clear()
    assert (status_of(claims), status_of(others)) == (2, 0)
    licenses.revoke(actor=office.official, license_id=issued.id, reason="误发", at=AT)
    cache.clear()
    assert (status_of(claims), status_of(others)) == (1, 0)


def test_a_body_without_credentials_has_no_list(office: Office) -> None:
    code = organisation(office.body).code
    assert Client().get(f"/licences/status/{code}").status_code == 404
    assert Client().get("/licences/status/nobody").status_code == 404
