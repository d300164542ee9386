"""The software provider: keys sealed in the database, and keys kept as files."""

import logging
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from zhengtong.trust.keys.api import (
    Algorithm,
    CiphertextDamaged,
    KeyMissing,
    KeyReference,
    KeyRing,
    KeyRingDamaged,
    SoftwareKeys,
    kept_key,
    key_provider,
    signer_for,
)
from zhengtong.trust.keys.models import SoftwareKeyRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(tmp_path: Path) -> SoftwareKeys:
    return SoftwareKeys(KeyRing(tmp_path))


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_key_is_made_kept_sealed_and_signs(keys: SoftwareKeys, algorithm: Algorithm) -> None:
    reference = keys.generate(algorithm)
    signer = keys.signer(reference)
    assert signer.algorithm is algorithm
    assert signer.public.verify(signer.sign(b"x"), b"x")
    row = SoftwareKeyRow.objects.get()
    assert bytes(row.public_key) == signer.public.spki
    assert row.sealed is not None
    assert signer.export() not in bytes(row.sealed)


def test_a_destroyed_key_is_gone_for_good(keys: SoftwareKeys) -> None:
    reference = keys.generate(Algorithm.SM2)
    cipher = keys.signer(reference).public.encrypt(b"x")
    keys.destroy(reference)
    keys.destroy(reference)
    with pytest.raises(KeyMissing):
        keys.signer(reference)
    with pytest.raises(KeyMissing):
        keys.decrypt(reference, cipher)
    assert SoftwareKeyRow.objects.get().sealed is None


def test_a_sealed_key_moved_to_another_row_does_not_open(keys: SoftwareKeys) -> None:
    one, other = keys.generate(Algorithm.ED25519), keys.generate(Algorithm.ED25519)
    sealed = SoftwareKeyRow.objects.get(pk=one.key).sealed
    SoftwareKeyRow.objects.filter(pk=other.key).update(sealed=sealed)
    with pytest.raises(CiphertextDamaged):
        keys.signer(other)


def test_a_row_is_sealed_or_destroyed_and_never_both(keys: SoftwareKeys) -> None:
    keys.generate(Algorithm.ED25519)
    with pytest.raises(IntegrityError), transaction.atomic():
        SoftwareKeyRow.objects.update(sealed=None)


@pytest.mark.parametrize("reference", [
    KeyReference(provider="software", key="nonsense"),
    KeyReference(provider="software", key=str(uuid4())),
    KeyReference(provider="nowhere", key="1"),
])  # fmt: skip
def test_an_unknown_key_is_refused(reference: KeyReference) -> None:
    with pytest.raises(KeyMissing):
        signer_for(reference)


def test_the_installation_has_a_software_provider() -> None:
    reference = key_provider("software").generate(Algorithm.SM2)
    assert signer_for(reference).algorithm is Algorithm.SM2


def test_no_log_line_tells_a_key(keys: SoftwareKeys, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        secret = keys.signer(keys.generate(Algorithm.SM2)).export()
    assert secret.hex() not in caplog.text


def test_a_key_kept_as_a_file_is_the_same_every_time_and_refused_when_changed(tmp_path: Path) -> None:
    key = kept_key("witness", Algorithm.ED25519, ring=KeyRing(tmp_path))
    assert kept_key("witness", Algorithm.ED25519, ring=KeyRing(tmp_path)).public == key.public
    file = tmp_path / "witness.key"
    assert key.export() not in file.read_bytes()
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    with pytest.raises(KeyRingDamaged):
        kept_key("witness", Algorithm.ED25519, ring=KeyRing(tmp_path))
