"""Published vectors: SM4 (GB/T 32907, RFC 8998, draft-ribose-cfrg-sm4), HMAC-SM3 (GM/T 0042), SM2 (OpenSSL's)."""

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.trust.keys import ciphers
from zhengtong.trust.keys.algorithms.private import PrivateKey
from zhengtong.trust.keys.contracts import NotOpened
from zhengtong.trust.keys.sm2 import api as sm2
from zhengtong.trust.keys.sm2 import curve, der

hexed = bytes.fromhex
KEY = hexed("0123456789abcdeffedcba9876543210")
needs_native = pytest.mark.skipif(not sm2.can_sign(), reason="libcrypto was built without SM2")


def test_sm4_gives_the_standards_block() -> None:
    encryptor = Cipher(algorithms.SM4(KEY), modes.ECB()).encryptor()  # noqa: S305 -- the standard's example is one block
    assert encryptor.update(KEY).hex() == "681edf34d206965e86b3e94f536e4246"


@pytest.mark.slow
def test_sm4_gives_the_standards_block_after_a_million_rounds() -> None:
    encryptor, block = Cipher(algorithms.SM4(KEY), modes.ECB()).encryptor(), KEY  # noqa: S305 -- as above
    for _ in range(1_000_000):
        block = encryptor.update(block)
    assert block.hex() == "595298c7c6fd271f0402f804c33d3f66"


def test_sm4_gcm_gives_rfc_8998s_example() -> None:
    nonce, associated = hexed("00001234567800000000abcd"), hexed("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = b"".join(bytes([letter]) * 8 for letter in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    body, tag = ciphers.sm4_gcm_encrypt(KEY, nonce, plain, associated=associated)
    assert body.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    )
    assert tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"
    assert ciphers.sm4_gcm_decrypt(KEY, nonce, body, tag, associated=associated) == plain


def test_sm4_cbc_gives_the_drafts_example() -> None:
    plain = hexed("aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffaaaaaaaabbbbbbbb")
    vector = hexed("000102030405060708090a0b0c0d0e0f")
    body = ciphers.sm4_cbc_encrypt(KEY, vector, plain)
    assert body[:32].hex() == "78ebb11cc40b0a48312aaeb2040244cb4cb7016951909226979b0d15dc6a8f6d"
    assert ciphers.sm4_cbc_decrypt(KEY, vector, body) == plain


@pytest.mark.parametrize(
    ("key", "data", "digest"),
    [
        (
            bytes(range(1, 33)),
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2,
            "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a",
        ),
        (
            bytes(range(1, 38)),
            b"\xcd" * 50,
            "220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae",
        ),
        (b"\x0b" * 32, b"Hi There", "c0ba18c68b90c88bc07de794bfc7d2c8d19ec31ed8773bc2b390c9604e0be11e"),
        (b"Jefe", b"what do ya want for nothing?", "2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882"),
    ],
)
def test_hmac_sm3_gives_the_standards_digests(key: bytes, data: bytes, digest: str) -> None:
    assert ciphers.hmac_sm3(key, data).hex() == digest


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=40), st.data())
def test_what_sm4_sealed_opens_whole_or_not_at_all(plain: bytes, associated: bytes, data: st.DataObject) -> None:
    sealed = ciphers.sm4_seal(KEY, plain, associated=associated)
    assert ciphers.sm4_open(KEY, sealed, associated=associated) == plain
    changed = bytearray(sealed)
    changed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    for blob, bound in ((bytes(changed), associated), (sealed, associated + b"x"), (sealed[:-1], associated)):
        with pytest.raises(NotOpened):
            ciphers.sm4_open(KEY, blob, associated=bound)
    with pytest.raises(NotOpened):
        ciphers.sm4_open(bytes(16), sealed, associated=associated)


def test_sm4_takes_keys_nonces_and_blocks_of_their_length_alone() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        ciphers.sm4_seal(b"short", b"x")
    for length in (8, 11, 13, 16):
        with pytest.raises(ValueError, match="12 bytes"):
            ciphers.sm4_gcm_encrypt(KEY, bytes(length), b"x")
    for body in (b"", b"x" * 15, b"x" * 16):
        with pytest.raises(NotOpened):
            ciphers.sm4_cbc_decrypt(KEY, bytes(16), body)
    with pytest.raises(NotOpened):
        ciphers.sm4_gcm_decrypt(KEY, bytes(12), b"x", bytes(4))


OPENSSLS_KEY = base64.b64decode(
    "MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQg0JFWczAXva2An9m72MaT9gIwWTFptvlKrxyO4TjMmbWhRANCAAQ5OirZ4n5D"
    "rKqrhaGdO4VZHhRAYVcXWt3Te/d/8Mr57Tf886i09VwDhSMmH8pmNq/mp6+ioUgqYG9cs6GLLioe"
)
SIGNED = [
    (
        "d7ad397f6ffa5d4f7f11e7217f241607dc30618c236d2c09c1b9ea8fdadee2e8",
        (
            "3046022100ab1db64de7c40edbde6651c9b8ebdb804673db836e5d5c7fe15dcf9ed2725037022100eba714451ff69b0bb930b379e192"
            "e7cd5fa6e3c41c7fbd8303b799ab54a54621"
        ),
    ),
    (
        "b1139602c6ecc9e15e2f3f9c635a1afe737058bc15387479c1ea0d0b3d90e9e5",
        (
            "3045022100e6e0414ebd3a656c35602af14ab20287dbf30d57af75c49a188ed4b42391f22402202f54f277c606f4605e1ce9514947ff"
            "ddf94c67a539804a4ed17f852288bdbe2e"
        ),
    ),
]


@needs_native
@pytest.mark.parametrize(("digest", "signature"), SIGNED)
def test_openssls_own_sm2_signatures_verify_by_both_roads(digest: str, signature: str) -> None:
    public = sm2.PublicKey.read(PrivateKey.read(OPENSSLS_KEY).public.spki)
    assert public._native is not None
    assert public._native.verify(hexed(signature), hexed(digest))
    r, s = der.read_signature(hexed(signature))
    assert curve.verify_digest(public._affine, int(digest, 16), r, s)
    assert not curve.verify_digest(public._affine, int(digest, 16) ^ 1, r, s)


@needs_native
def test_openssls_own_sm2_ciphertext_decrypts_and_a_changed_one_does_not() -> None:
    cipher = hexed(
        "30818a0220466be2ef5c11782ec77864a0055417f407a5afc11d653c6bce69e417bb1d05b6022062b572e21ff0ddf5c726bd3f9ff2ea"
        "e56e6294713a607e9b9525628965f62cc804203c1b5713b5db2728eb7bf775e44f4689fc32668bdc564f52ea45b09e8df2a5f4042208"
        "4a9d0cc2997092b7d3c404fce95956eb604d732b2307a8e5b8900ed6608ca5b197"
    )
    key = PrivateKey.read(OPENSSLS_KEY)
    assert key.decrypt(cipher) == b"The floofy bunnies hop at midnight"
    with pytest.raises(NotOpened):
        key.decrypt(cipher[:-1] + b"x")


@needs_native
@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is not installed")
def test_openssls_command_line_and_we_open_each_others_ciphertexts(tmp_path: Path) -> None:
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True)

    key = PrivateKey.read(OPENSSLS_KEY)
    (tmp_path / "key.der").write_bytes(OPENSSLS_KEY)
    (tmp_path / "plain").write_bytes(b"a key of 16 byte")
    options = ("-keyform", "DER", "-inkey", "key.der")
    openssl("pkeyutl", "-encrypt", *options, "-in", "plain", "-out", "theirs")
    assert key.decrypt((tmp_path / "theirs").read_bytes()) == b"a key of 16 byte"
    (tmp_path / "ours").write_bytes(key.public.encrypt(b"ours"))
    openssl("pkeyutl", "-decrypt", *options, "-in", "ours", "-out", "opened")
    assert (tmp_path / "opened").read_bytes() == b"ours"
