"""The software provider 软件密码模块: private keys in the database, sealed by the key ring and bound to their row.

For development, tests and offices without a hardware module. GB/T 39786 level 3 gives full marks to certified modules
only, so an installation that is assessed uses PKCS#11 or SDF. A key made in a transaction that rolls back never was.
"""

from typing import Final
from uuid import UUID

from zhengtong.kernel.clock import Clock, SystemClock
from zhengtong.trust.keys.algorithms.private import PrivateKey
from zhengtong.trust.keys.cipher import Sealer, key_ring
from zhengtong.trust.keys.contracts import Algorithm, KeyMissing, KeyReference
from zhengtong.trust.keys.models import SoftwareKeyRow
from zhengtong.trust.keys.ring import KeyRing
from zhengtong.trust.keys.sm2 import api as sm2

_PURPOSE = "keys.software"


class SoftwareKeys:
    """Fulfils `KeyProvider`.

    Args:
        ring: what the keys are sealed with; this installation's unless given.
        clock: tells when a key was made and destroyed.
    """

    name: Final = "software"

    def __init__(self, ring: KeyRing | None = None, *, clock: Clock | None = None) -> None:
        self._ring = ring
        self._clock = clock or SystemClock()

    def algorithms(self) -> frozenset[Algorithm]:
        """All four; without SM2 where libcrypto was built without it."""
        return frozenset(Algorithm) if sm2.can_sign() else frozenset(Algorithm) - {Algorithm.SM2}

    def generate(self, algorithm: Algorithm) -> KeyReference:
        """Make a key pair, keep it sealed and return where it lies.

        Raises:
            AlgorithmUnavailable: SM2 where libcrypto was built without it.
        """
        return self.take_in(PrivateKey.generate(algorithm))

    def take_in(self, key: PrivateKey) -> KeyReference:
        """Keep a key that was made elsewhere, a restored backup for instance, and return where it lies."""
        row = SoftwareKeyRow(algorithm=key.algorithm, public_key=key.public.spki, made_at=self._clock.now())
        row.sealed = self._sealer(row.id).seal_bytes(key.export())
        row.save(force_insert=True)
        return KeyReference(provider=self.name, key=str(row.id))

    def signer(self, reference: KeyReference) -> PrivateKey:
        """Open the key for use.

        Raises:
            KeyMissing: no such key, or it was destroyed.
            CiphertextDamaged: the row was changed or sealed by another ring.
        """
        row = self._row(reference)
        if row is None or row.sealed is None:
            raise KeyMissing(reference=reference)
        return PrivateKey.read(self._sealer(row.id).open_bytes(bytes(row.sealed)))

    def decrypt(self, reference: KeyReference, cipher: bytes) -> bytes:
        """Decrypt a small secret.

        Raises:
            KeyMissing, CiphertextDamaged: as `signer`.
            NotOpened: damaged, tampered with, or for another key.
        """
        return self.signer(reference).decrypt(cipher)

    def destroy(self, reference: KeyReference) -> None:
        """Forget the secret and remember when; doing it twice is no error."""
        row = self._row(reference)
        if row is not None:
            SoftwareKeyRow.objects.filter(pk=row.pk, destroyed_at=None).update(
                sealed=None, destroyed_at=self._clock.now()
            )

    def _row(self, reference: KeyReference) -> SoftwareKeyRow | None:
        try:
            identifier = UUID(reference.key)
        except ValueError:
            return None
        if reference.provider != self.name:
            return None
        return SoftwareKeyRow.objects.filter(pk=identifier).first()

    def _sealer(self, identifier: UUID) -> Sealer:
        return Sealer(self._ring or key_ring(), place=f"keys_software_key|sealed|{identifier}", purpose=_PURPOSE)


def kept_key(name: str, algorithm: Algorithm, *, ring: KeyRing | None = None) -> PrivateKey:
    """Return the key kept as `NAME.key` beside the key ring, made on first use; needs no database.

    For processes of their own (a witness, a gateway) and for keys that must outlive a database.

    Raises:
        KeyRingDamaged: the file was changed or belongs to another ring.
    """
    return PrivateKey.read((ring or key_ring()).kept(name, lambda: PrivateKey.generate(algorithm).export()))
