"""Certification requests: both encodings are read, and what is malformed is refused with its place."""

import base64
from itertools import count

import pytest
from asn1crypto import csr
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.trust.keys.api import (
    Algorithm,
    DistinguishedName,
    PrivateKey,
    PrivateKeyHandedIn,
    UnreadableRequest,
    write_request,
)
from zhengtong.trust.keys.x509.requests import MOST_BYTES, read_request

NAME = DistinguishedName(common_name="网关二号", organisation="某县", identifier="GW-2")
KEYS = {algorithm: PrivateKey.generate(algorithm) for algorithm in (Algorithm.SM2, Algorithm.ECDSA_P256)}
REQUESTS = {algorithm: write_request(NAME, key) for algorithm, key in KEYS.items()}
SM2 = REQUESTS[Algorithm.SM2]


def pem(der: bytes, label: str = "CERTIFICATE REQUEST") -> bytes:
    text = base64.b64encode(der).decode()
    lines = [text[place : place + 64] for place in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()


def place_of(encoded: bytes) -> str:
    with pytest.raises(UnreadableRequest) as caught:
        read_request(encoded)
    return str(caught.value.details["place"])


@pytest.mark.parametrize("algorithm", REQUESTS)
def test_a_request_is_read_from_der_and_pem(algorithm: Algorithm) -> None:
    der = REQUESTS[algorithm]
    for encoded in (der, pem(der), pem(der, "NEW CERTIFICATE REQUEST"), b"Subject: gateway\n" + pem(der)):
        read = read_request(encoded)
        assert (read.subject, read.public.algorithm, read.der) == (NAME, algorithm, der)
        assert read.public == KEYS[algorithm].public


def test_openssl_s_request_is_read(tmp_path: object) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer")])
    built = x509.CertificateSigningRequestBuilder().subject_name(subject)
    built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName("peer.example")]), critical=False)
    text = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    assert read_request(text).subject.common_name == "peer"


@pytest.mark.parametrize(
    ("encoded", "place"),
    [
        (b"", "第 1 行，缺少 BEGIN CERTIFICATE REQUEST"),
        (b"hello", "第 1 行，缺少 BEGIN CERTIFICATE REQUEST"),
        ("申请".encode(), "第 1 字节"),
        (pem(SM2, "CERTIFICATE"), "第 1 行，不是证书申请"),
        (pem(SM2).rsplit(b"-----END", 1)[0], f"第 {len(pem(SM2).splitlines()) - 1} 行以后，缺少 END"),
        (pem(SM2).replace(b"-----\n", b"-----\n!", 1), "第 2 行，不是 Base64"),
        (SM2 + b"\x00", f"第 {len(SM2) + 1} 字节"),
        (SM2[:-1], "第 1 字节"),
        (b"\x30\x80" + SM2[4:] + b"\x00\x00", "第 2 字节"),
        (b"\x30\x00", "请求内容"),
        (bytes(MOST_BYTES + 1), f"长度超过 {MOST_BYTES} 字节"),
    ],
    ids=["nothing", "words", "not ascii", "a certificate", "no end", "no base64", "trailing", "cut", "indefinite",
         "empty", "too long"],
)  # fmt: skip
def test_what_is_malformed_is_refused_with_its_place(encoded: bytes, place: str) -> None:
    assert place_of(encoded) == place


def test_a_part_cut_inside_is_named_by_its_byte() -> None:
    inner = bytearray(SM2)
    where = SM2.index(bytes.fromhex("0603550406"))  # the type of the country's attribute
    inner[where + 1] = 0x7F
    assert place_of(bytes(inner)) == f"第 {where + 1} 字节"


def test_a_request_that_another_key_signed_is_refused() -> None:
    other = PrivateKey.generate(Algorithm.SM2)
    forged = write_request(NAME, other).replace(other.public.spki[-65:], KEYS[Algorithm.SM2].public.spki[-65:])
    assert place_of(forged) == "签名与公钥不符"


def test_a_key_of_an_unknown_curve_is_refused_by_its_part() -> None:
    strange = SM2.replace(bytes.fromhex("06082a811ccf5501822d"), bytes.fromhex("06082a811ccf5501822e"))
    assert place_of(strange) == "公钥"


@pytest.mark.parametrize("label", ["PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"])
def test_a_private_key_is_refused_as_one_and_not_quoted(label: str) -> None:
    secret = pem(KEYS[Algorithm.SM2].export(), label)
    with pytest.raises(PrivateKeyHandedIn) as caught:
        read_request(secret)
    assert secret.splitlines()[1].decode() not in str(caught.value)
    assert not caught.value.details


@given(place=st.integers(0, len(SM2) - 1), bit=st.integers(0, 7), algorithm=st.sampled_from(sorted(REQUESTS)))
@settings(max_examples=300, deadline=None)
def test_every_flipped_bit_is_refused_and_nothing_else_is_raised(place: int, bit: int, algorithm: Algorithm) -> None:
    changed = bytearray(REQUESTS[algorithm])
    changed[place % len(changed)] ^= 1 << bit
    with pytest.raises(UnreadableRequest):
        read_request(bytes(changed))


def test_a_signature_with_unused_bits_is_refused_though_they_are_nought() -> None:
    """One request would have two encodings; the test above met that once in many keys."""
    signed = (write_request(NAME, KEYS[Algorithm.SM2]) for _again in count())
    even = next(request for request in signed if request[-1] % 2 == 0)
    place = len(even) - len(csr.CertificationRequest.load(even)["signature"].contents)
    assert even[place] == 0
    with pytest.raises(UnreadableRequest):
        read_request(even[:place] + b"\x01" + even[place + 1 :])


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_and_nothing_else_is_raised(noise: bytes) -> None:
    for encoded in (noise, b"\x30" + noise, pem(noise)):
        with pytest.raises(UnreadableRequest):
            read_request(encoded)
