"""Signatures of queries: what is signed can be verified, and nothing else can."""

from base64 import b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.data.exchange.contracts import Algorithm
from zhengtong.data.exchange.gateway import signatures
from zhengtong.data.exchange.gateway.refusals import SignatureMissing, SignatureStale, SignatureWrong
from zhengtong.kernel.errors import Refusal

NOW, KEY_ID, SECRET = 1_790_000_000, "01a21500-0000-7000-8000-000000000001", bytes(range(32))
BODY = b'{"agreement":"a","key":"k","business":"b"}'


def headers(algorithm: Algorithm = Algorithm.HMAC_SHA256, **changed: Any) -> dict[bytes, bytes]:
    facts = {"method": "POST", "path": "/v1/query", "body": BODY, "key_id": KEY_ID, "key": SECRET, "now": NOW}
    made = signatures.sign(algorithm=algorithm, **{**facts, **changed})
    return {name.lower().encode(): value.encode() for name, value in made.items()}


def verified(
    given: dict[bytes, bytes],
    algorithm: Algorithm = Algorithm.HMAC_SHA256,
    *,
    body: bytes = BODY,
    now: float = NOW,
    path: str = "/v1/query",
) -> str:
    signed = signatures.read(method="POST", path=path, headers=given, body=body, now=now)
    key = SECRET
    if algorithm is Algorithm.ED25519:
        key = Ed25519PrivateKey.from_private_bytes(SECRET).public_key().public_bytes_raw()
    signatures.verify(signed, algorithm=algorithm, check=signatures.checker(algorithm, key))
    return signed.nonce


@pytest.mark.parametrize("algorithm", Algorithm)
def test_what_a_client_signs_the_gateway_verifies(algorithm: Algorithm) -> None:
    assert verified(headers(algorithm, nonce="n" * 16), algorithm) == "n" * 16


def test_the_signature_base_is_that_of_rfc_9421() -> None:
    # RFC 9421 §2.5, with the parameters in the order of the header; the digest is that of RFC 9530 over an empty object
    given = headers(body=b"{}", nonce="abcdefghijklmnop")
    signed = signatures.read(method="POST", path="/v1/query", headers=given, body=b"{}", now=NOW)
    written = f'created={NOW};keyid="{KEY_ID}";nonce="abcdefghijklmnop";alg="hmac-sha256"'
    assert given[b"signature-input"].decode() == f'q=("@method" "@path" "content-digest");{written}'
    assert signed.base.decode().split("\n") == [
        '"@method": POST',
        '"@path": /v1/query',
        '"content-digest": sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:',
        '"@signature-params": ' + given[b"signature-input"].decode().removeprefix("q="),
    ]


def test_another_body_path_or_key_does_not_verify() -> None:
    with pytest.raises(SignatureWrong):
        verified(headers(), body=BODY.replace(b"k", b"K"))
    with pytest.raises(SignatureWrong):
        verified(headers(), path="/v1/other")
    with pytest.raises(SignatureWrong):
        verified(headers(key=bytes(32)))


@pytest.mark.parametrize("drift", [-signatures.WINDOW - 1, signatures.WINDOW + 1])
def test_a_signature_from_another_time_is_stale(drift: int) -> None:
    with pytest.raises(SignatureStale):
        verified(headers(), now=NOW + drift)


def test_a_key_of_one_algorithm_verifies_no_other() -> None:
    signed = signatures.read(method="POST", path="/v1/query", headers=headers(), body=BODY, now=NOW)
    with pytest.raises(SignatureWrong):
        signatures.verify(signed, algorithm=Algorithm.HMAC_SM3, check=lambda _base, _signature: True)


@pytest.mark.parametrize("name", [b"content-digest", b"signature-input", b"signature"])
def test_a_missing_header_is_named(name: bytes) -> None:
    given = headers()
    del given[name]
    with pytest.raises(SignatureMissing):
        verified(given)


@given(
    name=st.sampled_from([b"content-digest", b"signature-input", b"signature"]),
    place=st.integers(0, 400),
    byte=st.integers(0, 255),
)
def test_a_changed_byte_anywhere_in_the_headers_is_refused(name: bytes, place: int, byte: int) -> None:
    given = headers(nonce="n" * 20)
    text = given[name]
    changed = text[: place % len(text)] + bytes([byte]) + text[place % len(text) + 1 :]
    if changed == text:
        return
    with pytest.raises(Refusal):
        verified({**given, name: changed})


@given(st.binary(max_size=300))
def test_no_header_breaks_the_reader(noise: bytes) -> None:
    with pytest.raises(Refusal):
        verified({**headers(), b"signature-input": noise})
    with pytest.raises(Refusal):
        verified({**headers(), b"signature": b"q=:" + b64encode(noise) + b":"})
