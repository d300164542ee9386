"""What authorities publish: lists, OCSP, time stamps, the trusted list."""

import pytest
from asn1crypto import ocsp
from django.test import Client

from zhengtong.kernel import clock
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import (
    NO_REVOCATION,
    Algorithm,
    CertificateEntry,
    DistinguishedName,
    KeyState,
    Profile,
    Purpose,
)
from zhengtong.trust.keys.tests.office import Officer, opened

pytestmark = pytest.mark.django_db
BY = Officer()


@pytest.fixture(autouse=True)
def authority(monkeypatch: pytest.MonkeyPatch) -> None:
    opened(monkeypatch)
    keys.establish_root(
        by=BY, code="root", name=DistinguishedName(common_name="根"), algorithm=Algorithm.SM2, at=clock.system.now()
    )


def test_certificate_and_list_are_published_once_there(client: Client) -> None:
    assert client.get("/pki/root.cer").content == keys.authority("root").certificate
    assert client.get("/pki/root.crl").status_code == 404
    assert client.get("/pki/none.cer").status_code == 404
    crl = keys.publish_crl(by=BY, code="root", at=clock.system.now())
    response = client.get("/pki/root.crl")
    assert (response.content, response.headers["Content-Type"]) == (crl, "application/pkix-crl")


def test_ocsp_answers_strangers_and_refuses_nonsense(client: Client) -> None:
    key = keys.PrivateKey.generate(Algorithm.SM2)
    entry = CertificateEntry(
        authority="root", subject=DistinguishedName(common_name="x"), holder="x", profile=Profile.DEVICE, days=9,
        public_key=key.public.spki,
    )  # fmt: skip
    one = keys.certify(by=BY, entry=entry, at=clock.system.now())
    request = keys.write_ocsp_request(one.der, keys.authority("root").certificate)
    response = client.post("/pki/ocsp", request, content_type="application/ocsp-request")
    assert response.headers["Content-Type"] == "application/ocsp-response"
    answer = ocsp.OCSPResponse.load(response.content)
    assert answer.response_data["responses"][0]["cert_status"].name == "good"
    nonsense = client.post("/pki/ocsp", b"x" * 40_000, content_type="application/ocsp-request")
    assert ocsp.OCSPResponse.load(nonsense.content)["response_status"].native == "malformed_request"


def test_time_stamps_are_given_once_there_is_an_authority_for_them(client: Client) -> None:
    def ask() -> bytes:
        request = keys.ask_time_stamp(b"data")
        response = client.post("/pki/time-stamp", request, content_type="application/timestamp-query")
        return response.content if response.status_code == 200 else b""

    assert ask() == b""
    at = clock.system.now()
    key = keys.make_key(by=BY, title="tsa", holder="tsa", algorithm=Algorithm.SM2, at=at)
    keys.step_key(by=BY, key=key.id, to=KeyState.ACTIVE, at=at)
    entry = CertificateEntry(
        authority="root", subject=DistinguishedName(common_name="时间戳"), holder="tsa",
        profile=Profile.TIME_STAMPING, days=99, key=key.id,
    )  # fmt: skip
    keys.certify(by=BY, entry=entry, at=at)
    token = keys.read_time_stamp_response(ask())
    keys.verify_time_stamp(token, data=b"data", roots=keys.chain_above("root"), revocation=NO_REVOCATION)


def test_the_trusted_list_is_published_as_signed(client: Client) -> None:
    assert client.get("/pki/trusted-list.p7m").status_code == 404
    at = clock.system.now()
    sign, _encrypt = keys.distribute_pair(
        by=BY, authority="root", subject=DistinguishedName(common_name="x"), holder="x", algorithm=Algorithm.SM2,
        days=9, at=at,
    )  # fmt: skip
    issuer = keys.TrustedIssuer(
        name="根", roots=keys.chain_above("root"), purposes=frozenset({Purpose.SIGN_IN}),
        assurance=keys.Assurance.HIGH, since=at,
    )  # fmt: skip
    listed = keys.publish_trusted_list(by=BY, issuers=[issuer], certificate=sign.id, at=at)
    content = client.get("/pki/trusted-list.p7m").content
    assert keys.open_trusted_list(content, roots=keys.chain_above("root"), at=at, revocation=NO_REVOCATION) == listed
