"""Hardware modules by PKCS#11 密码模块: keys are made inside, marked sensitive and not extractable, and never leave.

Tested against SoftHSM. python-pkcs11 is imported when a module is opened; a session may do one thing at a time,
therefore calls of one provider take turns.
"""

import hashlib
import secrets
import threading
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import algos, keys

from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.contracts import (
    Algorithm,
    AlgorithmUnavailable,
    KeyMissing,
    KeyReference,
    ModuleFailed,
    NotOpened,
)

if TYPE_CHECKING:
    import pkcs11

RSA_BITS = 3072
MECHANISMS = {Algorithm.ECDSA_P256: "ECDSA", Algorithm.RSA: "SHA256_RSA_PKCS", Algorithm.ED25519: "EDDSA"}
_ED25519 = bytes.fromhex("06032b6570")  # OBJECT IDENTIFIER 1.3.101.112, what PKCS#11 3.0 §2.3.5 takes as parameters


class Pkcs11Keys:
    """Fulfils `KeyProvider` over one token of one module.

    Args:
        module: path of the vendor's shared library.
        token: label of the token.
        pin: of the user; kept in memory only, shown nowhere.
    """

    name: Final = "pkcs11"

    def __init__(self, *, module: str, token: str, pin: str) -> None:
        self._module, self._token_label, self._pin = module, token, pin
        self._turn = threading.RLock()

    def __repr__(self) -> str:
        return f"<Pkcs11Keys {self._token_label}>"

    def algorithms(self) -> frozenset[Algorithm]:
        """What the token's mechanisms allow; SM2 is not among PKCS#11's standard ones."""
        with self._turn:
            offered = {one.name for one in self._session.token.slot.get_mechanisms()}
        return frozenset(algorithm for algorithm, name in MECHANISMS.items() if name in offered)

    def generate(self, algorithm: Algorithm) -> KeyReference:
        """Make a key pair in the token.

        Raises:
            AlgorithmUnavailable: the token cannot.
            ModuleFailed: it refused.
        """
        if algorithm not in self.algorithms():
            raise AlgorithmUnavailable(provider=self.name, algorithm=algorithm)
        import pkcs11  # noqa: PLC0415 -- loads a vendor's library

        identifier = secrets.token_bytes(16)
        try:
            with self._turn:
                label = f"zhengtong-{identifier.hex()[:8]}"
                make_pair(self._session, algorithm, identifier=identifier, label=label)
        except pkcs11.PKCS11Error as error:
            raise ModuleFailed(what=type(error).__name__) from error
        return KeyReference(provider=self.name, key=identifier.hex())

    def signer(self, reference: KeyReference) -> "Pkcs11Signer":
        """Return a handle that signs in the token.

        Raises:
            KeyMissing: no such key.
        """
        private, public = (self._find(reference, kind) for kind in ("PRIVATE_KEY", "PUBLIC_KEY"))
        return Pkcs11Signer(self._turn, private, PublicKey.read(spki_of(public)))

    def decrypt(self, reference: KeyReference, cipher: bytes) -> bytes:
        """Decrypt by RSA-OAEP with SHA-256.

        Raises:
            KeyMissing: no such key.
            NotOpened: damaged, tampered with, or for another key.
            AlgorithmUnavailable: the key is no RSA key, or the token knows OAEP with SHA-1 only (as SoftHSM).
        """
        import pkcs11  # noqa: PLC0415 -- loads a vendor's library

        private = self._find(reference, "PRIVATE_KEY")
        if private.key_type is not pkcs11.KeyType.RSA:
            raise AlgorithmUnavailable(provider=self.name, algorithm=private.key_type.name)
        oaep = (pkcs11.Mechanism.SHA256, pkcs11.MGF.SHA256, None)
        try:
            with self._turn:
                plain: bytes = private.decrypt(cipher, mechanism=pkcs11.Mechanism.RSA_PKCS_OAEP, mechanism_param=oaep)
        except (pkcs11.ArgumentsBad, pkcs11.MechanismParamInvalid, pkcs11.MechanismInvalid) as error:
            raise AlgorithmUnavailable(provider=self.name, algorithm="RSA-OAEP SHA-256") from error
        except pkcs11.PKCS11Error as error:
            raise NotOpened from error
        return plain

    def destroy(self, reference: KeyReference) -> None:
        """Destroy both halves in the token; doing it twice is no error."""
        for kind in ("PRIVATE_KEY", "PUBLIC_KEY"):
            with suppress(KeyMissing):
                one = self._find(reference, kind)
                with self._turn:
                    one.destroy()

    @cached_property
    def _session(self) -> "pkcs11.Session":
        import pkcs11  # noqa: PLC0415 -- loads a vendor's library

        try:
            token = pkcs11.lib(self._module).get_token(token_label=self._token_label)
            return token.open(rw=True, user_pin=self._pin)
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise ModuleFailed(what=type(error).__name__) from None  # the cause might hold the PIN

    def _find(self, reference: KeyReference, kind: str) -> Any:
        import pkcs11  # noqa: PLC0415 -- loads a vendor's library

        try:
            identifier = bytes.fromhex(reference.key)
        except ValueError:
            raise KeyMissing(reference=reference) from None
        with self._turn:
            try:
                return self._session.get_key(object_class=pkcs11.ObjectClass[kind], id=identifier)
            except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned) as error:
                raise KeyMissing(reference=reference) from error


def make_pair(session: "pkcs11.Session", algorithm: Algorithm, *, identifier: bytes, label: str) -> None:
    """Make a key pair in a token, its private half sensitive and not extractable.

    Args:
        session: open for writing, its user signed in.
        algorithm: RSA, ECDSA P-256 or Ed25519.
        identifier: CKA_ID of both halves.
        label: CKA_LABEL of both halves.
    """
    from pkcs11 import Attribute, KeyType, Mechanism  # noqa: PLC0415 -- loads a vendor's library
    from pkcs11.util.ec import encode_named_curve_parameters  # noqa: PLC0415

    private = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
    options: dict[str, Any] = {"store": True, "id": identifier, "label": label, "private_template": private}
    if algorithm is Algorithm.RSA:
        session.generate_keypair(KeyType.RSA, RSA_BITS, **options)
        return
    edwards = algorithm is Algorithm.ED25519
    curve = _ED25519 if edwards else encode_named_curve_parameters("secp256r1")
    kind = KeyType.EC_EDWARDS if edwards else KeyType.EC
    parameters = session.create_domain_parameters(kind, {Attribute.EC_PARAMS: curve}, local=True)
    mechanism = Mechanism.EC_EDWARDS_KEY_PAIR_GEN if edwards else Mechanism.EC_KEY_PAIR_GEN
    parameters.generate_keypair(mechanism=mechanism, **options)


class Pkcs11Signer:
    """Fulfils `Signer` with a key in a token."""

    def __init__(self, turn: threading.RLock, private: Any, public: PublicKey) -> None:
        self._turn, self._private = turn, private
        self.public = public
        self.algorithm = public.algorithm

    def __repr__(self) -> str:
        return f"<Pkcs11Signer of {self.public!r}>"

    def sign(self, data: bytes) -> bytes:
        """Return the signature over *data*.

        Raises:
            ModuleFailed: the token refused.
        """
        import pkcs11  # noqa: PLC0415 -- loads a vendor's library

        mechanism = pkcs11.Mechanism[MECHANISMS[self.algorithm]]
        # tokens know ECDSA over a hash at most; RSA and Ed25519 take the message
        content = hashlib.sha256(data).digest() if self.algorithm is Algorithm.ECDSA_P256 else data
        try:
            with self._turn:
                signature: bytes = self._private.sign(content, mechanism=mechanism)
        except pkcs11.PKCS11Error as error:
            raise ModuleFailed(what=type(error).__name__) from error
        return _der(signature) if self.algorithm is Algorithm.ECDSA_P256 else signature


def _der(raw: bytes) -> bytes:
    """Turn r ‖ s into the DER that X.509 wants."""
    written: bytes = algos.DSASignature.from_p1363(raw).dump()
    return written


def spki_of(public: Any) -> bytes:
    """Return the SubjectPublicKeyInfo of a public key in a token."""
    from pkcs11 import KeyType  # noqa: PLC0415 -- loads a vendor's library
    from pkcs11.util.ec import encode_ec_public_key  # noqa: PLC0415
    from pkcs11.util.rsa import encode_rsa_public_key  # noqa: PLC0415

    encoded: bytes
    if public.key_type is KeyType.RSA:
        inner = keys.RSAPublicKey.load(encode_rsa_public_key(public))
        encoded = keys.PublicKeyInfo.wrap(inner, "rsa").dump()
    elif public.key_type is KeyType.EC_EDWARDS:
        encoded = _edwards_spki(public)
    else:
        encoded = encode_ec_public_key(public)
    return encoded


def _edwards_spki(public: Any) -> bytes:
    """Return the SubjectPublicKeyInfo of RFC 8410; CKA_EC_POINT is the key itself or an OCTET STRING around it."""
    from pkcs11 import Attribute  # noqa: PLC0415 -- loads a vendor's library

    point = public[Attribute.EC_POINT][-32:]
    written: bytes = keys.PublicKeyInfo({"algorithm": {"algorithm": "ed25519"}, "public_key": point}).dump()
    return written
