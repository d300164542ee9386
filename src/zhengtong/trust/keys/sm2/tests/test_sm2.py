"""SM2 against the standard's own example, against OpenSSL's command line, and against everything malformed."""

import hashlib
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.trust.keys.sm2 import api as sm2
from zhengtong.trust.keys.sm2 import curve, der
from zhengtong.trust.keys.sm2.sm3 import pure_sm3

# GB/T 32918.5-2017, annex A.2 (signature) and annex C.2 (encryption): the same key pair in both.
SCALAR = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
POINT = bytes.fromhex(
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
MESSAGE = b"message digest"
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
CIPHER_POINT = (
    0x04EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73,
    0xE858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0,
)
CIPHER_HASH = bytes.fromhex("59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766")
CIPHER_TEXT = bytes.fromhex("21886CA989CA9C7D58087307CA93092D651EFA")

needs_native = pytest.mark.skipif(not sm2.can_sign(), reason="libcrypto was built without SM2")


def integer(value: int) -> bytes:
    content = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return bytes([2, len(content)]) + content


def sequence(body: bytes) -> bytes:
    return bytes([0x30, len(body)]) + body


def test_the_standards_digest_and_signature_verify() -> None:
    key = sm2.PublicKey(POINT)
    assert key.digest(MESSAGE).hex().upper() == "F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640"
    assert key.verify(der.write_signature(R, S), MESSAGE)


def test_the_standards_signature_verifies_in_pure_python() -> None:
    digest = int.from_bytes(sm2.PublicKey(POINT).digest(MESSAGE), "big")
    affine = (int.from_bytes(POINT[1:33], "big"), int.from_bytes(POINT[33:], "big"))
    assert curve.verify_digest(affine, digest, R, S)
    assert not curve.verify_digest(affine, digest + 1, R, S)


@needs_native
def test_the_standards_private_key_has_the_standards_public_key() -> None:
    assert sm2.PrivateKey.from_scalar(SCALAR).public.point == POINT


@needs_native
def test_the_standards_ciphertext_decrypts() -> None:
    body = b"".join(integer(value) for value in CIPHER_POINT)
    body += bytes([4, len(CIPHER_HASH)]) + CIPHER_HASH + bytes([4, len(CIPHER_TEXT)]) + CIPHER_TEXT
    assert sm2.PrivateKey.from_scalar(SCALAR).decrypt(sequence(body)) == b"encryption standard"


@pytest.mark.parametrize(
    ("message", "digest"),
    [  # GB/T 32905-2016, annex A
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_gives_the_standards_digests(message: bytes, digest: str) -> None:
    assert sm2.sm3(message).hex() == digest
    assert pure_sm3(message).hex() == digest


@given(st.binary(max_size=300))
def test_pure_sm3_equals_openssls(message: bytes) -> None:
    assert pure_sm3(message) == hashlib.new("sm3", message).digest()


@needs_native
@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=500), st.binary(max_size=40))
def test_what_is_signed_verifies_by_both_roads_and_only_for_that_message_and_signer(
    message: bytes, user: bytes
) -> None:
    key = sm2.PrivateKey.generate()
    signature = key.sign(message, user_id=user)
    assert key.public.verify(signature, message, user_id=user)
    assert not key.public.verify(signature, message + b"x", user_id=user)
    assert not key.public.verify(signature, message, user_id=user + b"x")
    affine = (int.from_bytes(key.public.point[1:33], "big"), int.from_bytes(key.public.point[33:], "big"))
    digest = int.from_bytes(key.public.digest(message, user), "big")
    assert curve.verify_digest(affine, digest, *der.read_signature(signature))


def malformed() -> dict[str, bytes]:
    good = der.write_signature(R, S)
    body = good[2:]
    long_r = bytes([2, 0x81, good[3]]) + good[4 : 4 + good[3]]
    rest = good[4 + good[3] :]
    return {
        "r and s swapped": der.write_signature(S, R),
        "r is zero": sequence(integer(0) + integer(S)),
        "s is zero": sequence(integer(R) + integer(0)),
        "s plus n": sequence(integer(R) + integer(S + curve.N)),
        "s minus n": sequence(integer(R) + bytes([2, 32]) + (2**256 + S - curve.N).to_bytes(32, "big")),
        "r plus n": sequence(integer(R + curve.N) + integer(S)),
        "a trailing byte": good + b"\x00",
        "a byte inside after s": sequence(body + b"\x00"),
        "a padded integer": sequence(bytes([2, good[3] + 1, 0]) + good[4 : 4 + good[3]] + rest),
        "a long length of the sequence": bytes([0x30, 0x81, good[1]]) + body,
        "a long length of r": bytes([0x30, good[1] + 1]) + long_r + rest,
        "cut short": good[:-1],
        "an indefinite length": bytes([0x30, 0x80]) + body + b"\x00\x00",
        "another tag": bytes([0x31]) + good[1:],
        "raw r and s": R.to_bytes(32, "big") + S.to_bytes(32, "big"),
        "nothing": b"",
        "r + s is n": der.write_signature(R, curve.N - R),
    }


@pytest.mark.parametrize("kind", malformed())
def test_a_malformed_signature_is_refused(kind: str) -> None:
    assert not sm2.PublicKey(POINT).verify(malformed()[kind], MESSAGE)


@pytest.mark.parametrize("kind", sorted(set(malformed()) - {"r and s swapped", "r + s is n"}))
def test_the_strict_reader_itself_refuses_malformed_encodings(kind: str) -> None:
    with pytest.raises(sm2.MalformedEncoding):
        der.read_signature(malformed()[kind])


@pytest.mark.parametrize("point", [POINT[:-1], b"\x02" + POINT[1:33], POINT[:-1] + b"\x00", bytes(65), POINT + b"\x00"])
def test_a_point_off_the_curve_is_no_key(point: bytes) -> None:
    with pytest.raises(sm2.MalformedEncoding):
        sm2.PublicKey(point)


@needs_native
def test_a_ciphertext_changed_in_any_byte_is_refused() -> None:
    key = sm2.PrivateKey.generate()
    cipher = key.public.encrypt(b"pay 100")
    assert key.decrypt(cipher) == b"pay 100"
    for place in range(len(cipher)):
        changed = bytearray(cipher)
        changed[place] ^= 1
        with pytest.raises(sm2.NotDecryptable):
            key.decrypt(bytes(changed))


@needs_native
def test_threads_sign_side_by_side() -> None:
    key = sm2.PrivateKey.generate()
    messages = [str(number).encode() for number in range(200)]
    with ThreadPoolExecutor(4) as pool:
        signatures = list(pool.map(key.sign, messages))
    assert all(key.public.verify(signature, message) for signature, message in zip(signatures, messages, strict=True))


@needs_native
@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is not installed")
def test_openssls_command_line_and_we_accept_each_others_signatures(tmp_path: Path) -> None:
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True)

    options = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678")
    (tmp_path / "message").write_bytes(MESSAGE)
    openssl("genpkey", "-algorithm", "SM2", "-out", "key.pem")
    openssl("pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "public.der")
    openssl("ec", "-in", "key.pem", "-outform", "DER", "-out", "key.der")
    openssl("pkeyutl", "-sign", "-inkey", "key.pem", "-in", "message", "-out", "theirs", *options)
    key = sm2.PrivateKey.read((tmp_path / "key.der").read_bytes())
    assert key.public == sm2.PublicKey.read((tmp_path / "public.der").read_bytes())
    assert key.public.verify((tmp_path / "theirs").read_bytes(), MESSAGE)
    (tmp_path / "ours").write_bytes(key.sign(MESSAGE))
    openssl("pkeyutl", "-verify", "-inkey", "key.pem", "-in", "message", "-sigfile", "ours", *options)


@needs_native
def test_a_private_key_survives_export() -> None:
    key = sm2.PrivateKey.generate()
    assert sm2.PrivateKey.read(key.export()).public == key.public
    with pytest.raises(sm2.MalformedEncoding):
        sm2.PrivateKey.read(b"\x30\x00")


@pytest.mark.parametrize("scalar", [0, curve.N - 1, curve.N, -1])
def test_a_private_number_out_of_range_is_refused(scalar: int) -> None:
    with pytest.raises(ValueError, match="n−2"):
        sm2.PrivateKey.from_scalar(scalar)
