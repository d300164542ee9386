"""Sealed values open only unchanged and in their place; blind indexes find equals and tell nothing else."""

import hashlib
import hmac
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import FieldError
from django.db import models
from django.test.utils import isolate_apps, override_settings
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.trust.keys.api import (
    BlindIndex,
    CiphertextDamaged,
    EncryptedTextField,
    IndexAlgorithm,
    KeyRing,
    KeyRingDamaged,
    Sealer,
)
from zhengtong.trust.keys.cipher import Format


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return KeyRing(tmp_path_factory.mktemp("keys"))


@given(text=st.text())
def test_what_was_sealed_opens_to_the_same_text(ring: KeyRing, text: str) -> None:
    sealer = Sealer(ring, place="t|c", purpose="p")
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        return
    blob = sealer.seal(text)
    assert sealer.open(blob) == text
    assert len(blob) == 3 + 12 + len(encoded) + 16
    assert sealer.seal(text) != blob


@given(position=st.integers(0, 40), bit=st.integers(0, 7))
def test_any_flipped_bit_is_noticed(ring: KeyRing, position: int, bit: int) -> None:
    sealer = Sealer(ring, place="t|c", purpose="p")
    blob = bytearray(sealer.seal("330106199001011234"))
    blob[position] ^= 1 << bit
    with pytest.raises((CiphertextDamaged, KeyRingDamaged)):
        sealer.open(bytes(blob))


@pytest.mark.parametrize(("place", "purpose"), [("t|d", "p"), ("u|c", "p"), ("t|c", "q")])
def test_a_value_moved_to_another_column_does_not_open(ring: KeyRing, place: str, purpose: str) -> None:
    blob = Sealer(ring, place="t|c", purpose="p").seal("张伟")
    elsewhere = Sealer(ring, place=place, purpose=purpose)
    elsewhere.seal("the other table has a key of that number too")
    with pytest.raises(CiphertextDamaged):
        elsewhere.open(blob)


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x02" + bytes(40), bytes(30)])
def test_what_was_never_sealed_does_not_open(ring: KeyRing, blob: bytes) -> None:
    with pytest.raises(CiphertextDamaged):
        Sealer(ring, place="t|c", purpose="p").open(blob)


@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=40), position=st.integers(0, 30))
def test_sm4_seals_too_and_each_installation_reads_both(ring: KeyRing, text: str, position: int) -> None:
    by_sm4 = Sealer(ring, place="t|c", purpose="p", written=Format.SM4_GCM)
    by_aes = Sealer(ring, place="t|c", purpose="p", written=Format.AES_256_GCM)
    blob = bytearray(by_sm4.seal(text))
    assert blob[0] == 3
    assert by_aes.open(bytes(blob)) == text == by_sm4.open(by_aes.seal(text))
    assert (by_sm4.is_current(bytes(blob)), by_aes.is_current(bytes(blob))) == (True, False)
    blob[position] ^= 1
    with pytest.raises((CiphertextDamaged, KeyRingDamaged)):
        by_sm4.open(bytes(blob))


def test_the_setting_chooses_the_cipher_of_new_values(ring: KeyRing) -> None:
    for said, written in (("aes", Format.AES_256_GCM), ("sm4", Format.SM4_GCM)):
        with override_settings(FIELD_CIPHER=said):
            assert Sealer(ring, place="t|c", purpose="p").seal("张伟")[0] == written


def test_a_value_from_before_data_keys_opens_and_is_not_current(ring: KeyRing) -> None:
    cipher, nonce = AESGCM(ring.derive("field.p", 1)), bytes(12)
    blob = bytes((1, 0, 1)) + nonce + cipher.encrypt(nonce, "张伟".encode(), b"t|c|p/1")
    sealer = Sealer(ring, place="t|c", purpose="p")
    assert sealer.open(blob) == "张伟"
    assert not sealer.is_current(blob)


def test_the_index_finds_the_same_number_however_it_was_typed(ring: KeyRing) -> None:
    index = BlindIndex(purpose="id", ring=ring)
    assert index.of("33010619900101002X") == index.of(" 33010619900101002x ") == index.of("３３０１0619900101002X")
    assert index.of("33010619900101002X") != index.of("330106199001010021")
    assert index.of("1") != BlindIndex(purpose="other", ring=ring).of("1")


def test_the_index_is_a_keyed_hash_and_says_by_which_algorithm(ring: KeyRing) -> None:
    fingerprint = BlindIndex(purpose="id", ring=ring).of("33010619900101002x")
    algorithm = BlindIndex.algorithm_of(fingerprint)
    expected = hmac.new(ring.derive("index.id", 1), b"33010619900101002X", algorithm.digest).digest()
    assert fingerprint == bytes((algorithm, 0, 1)) + expected[:16]
    assert hashlib.sha256(b"33010619900101002X").digest()[:16] not in fingerprint
    assert len(fingerprint) == 19


def test_a_new_root_leaves_stored_indexes_findable(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    before = BlindIndex(purpose="id", ring=ring).of("1")
    ring.add_root()
    assert BlindIndex(purpose="id", ring=ring).of("1") == before


def test_a_machine_without_sm3_uses_sha256(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IndexAlgorithm, "available", lambda self: self is IndexAlgorithm.HMAC_SHA256)
    ring = KeyRing(tmp_path)
    assert BlindIndex.algorithm_of(BlindIndex(purpose="id", ring=ring).of("1")) is IndexAlgorithm.HMAC_SHA256


@isolate_apps("zhengtong.trust.keys")
def test_an_encrypted_column_refuses_to_be_searched() -> None:
    class Diary(models.Model):  # noqa: DJ008 -- it lives for this test only
        objects: models.Manager["Diary"]
        text = EncryptedTextField(purpose="test.text", null=True)

        class Meta:
            app_label = "keys"

    with pytest.raises(FieldError, match="blind index"):
        str(Diary.objects.filter(text="secret").query)
    assert "IS NULL" in str(Diary.objects.filter(text__isnull=True).query)
