"""Public and private keys of the four algorithms."""

import pickle

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.trust.keys.api import (
    Algorithm,
    AlgorithmUnavailable,
    NotOpened,
    PrivateKey,
    PublicKey,
    UnreadableKey,
    sign_many,
)

KEYS = {algorithm: PrivateKey.generate(algorithm) for algorithm in Algorithm}
SIGNED = {algorithm: key.sign(b"message") for algorithm, key in KEYS.items()}
ALL = pytest.mark.parametrize("key", KEYS.values(), ids=list(KEYS))
DER, SPKI = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo


@ALL
def test_a_signature_verifies_for_its_message_and_key_alone(key: PrivateKey) -> None:
    signature = key.sign(b"message")
    public = PublicKey.read(key.public.spki)
    assert public.verify(signature, b"message")
    assert not public.verify(signature, b"massage")
    other = PrivateKey.generate(Algorithm.ED25519).public
    assert not other.verify(signature, b"message")


@ALL
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_changed_signature_is_refused_and_never_an_error(key: PrivateKey, data: st.DataObject) -> None:
    signature = SIGNED[key.algorithm]
    place = data.draw(st.integers(0, len(signature) - 1))
    changed = bytearray(signature)
    changed[place] ^= data.draw(st.integers(1, 255))
    assert not key.public.verify(bytes(changed), b"message")
    assert not key.public.verify(data.draw(st.binary(max_size=100)), b"message")


@ALL
def test_a_private_key_survives_pkcs8(key: PrivateKey) -> None:
    again = PrivateKey.read(key.export())
    assert again.public == key.public
    assert again.algorithm is key.algorithm
    assert key.public.verify(again.sign(b"x"), b"x")


@ALL
def test_a_private_key_shows_no_secret_and_is_not_pickled(key: PrivateKey) -> None:
    assert key.export().hex()[-40:] not in repr(key)
    assert key.public.fingerprint[:16] in repr(key)
    with pytest.raises(TypeError):
        pickle.dumps(key)


@pytest.mark.parametrize("algorithm", [Algorithm.SM2, Algorithm.RSA])
def test_a_small_secret_travels_to_the_holder_and_is_refused_when_changed(algorithm: Algorithm) -> None:
    key = KEYS[algorithm]
    cipher = key.public.encrypt(b"key of the day")
    assert key.decrypt(cipher) == b"key of the day"
    with pytest.raises(NotOpened):
        key.decrypt(cipher[:-1] + bytes([cipher[-1] ^ 1]))


@pytest.mark.parametrize("algorithm", [Algorithm.ECDSA_P256, Algorithm.ED25519])
def test_keys_that_only_sign_say_so(algorithm: Algorithm) -> None:
    with pytest.raises(AlgorithmUnavailable):
        KEYS[algorithm].public.encrypt(b"x")
    with pytest.raises(AlgorithmUnavailable):
        KEYS[algorithm].decrypt(b"x")


@pytest.mark.parametrize(
    "spki",
    [
        b"",
        b"\x30\x00",
        KEYS[Algorithm.SM2].public.spki[:-1],
        KEYS[Algorithm.SM2].public.spki[:-1] + bytes([KEYS[Algorithm.SM2].public.spki[-1] ^ 1]),
        ec.generate_private_key(ec.SECP384R1()).public_key().public_bytes(DER, SPKI),
        rsa.generate_private_key(65537, 1024).public_key().public_bytes(DER, SPKI),  # noqa: S505 -- to be refused
    ],
    ids=["nothing", "an empty sequence", "cut short", "off the curve", "another curve", "a short RSA key"],
)
def test_what_is_no_key_of_ours_is_refused(spki: bytes) -> None:
    with pytest.raises(UnreadableKey):
        PublicKey.read(spki)
    with pytest.raises(UnreadableKey):
        PrivateKey.read(spki)


def test_batch_signing_keeps_the_order_with_and_without_threads() -> None:
    key = KEYS[Algorithm.SM2]
    messages = [str(number).encode() for number in range(50)]
    for threads in (1, 4):
        signatures = sign_many(key, messages, threads=threads)
        assert all(key.public.verify(one, message) for one, message in zip(signatures, messages, strict=True))
