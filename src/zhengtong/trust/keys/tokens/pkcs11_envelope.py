"""Opening what was encrypted to a key in a PKCS#11 token, inside the token: envelopes around keys, and messages."""

import secrets
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from zhengtong.trust.keys.contracts import AlgorithmUnavailable, NotOpened
from zhengtong.trust.keys.tokens.envelope import OAEP_OF_TOKENS, split_rsa_envelope
from zhengtong.trust.keys.x509.issuing import load_certificate


def unwrap(signing: Any, envelope: bytes, label: str) -> Any:
    """Open an envelope in the token in the two steps of CKM_RSA_AES_KEY_WRAP, which not every token has in one.

    Args:
        signing: the token's RSA key that the envelope was made for.
        envelope: as `envelope_key` writes it.
        label: of the private key that is kept inside.

    Raises:
        AlgorithmUnavailable: the key is no RSA key, or the token lacks a mechanism.
        NotOpened: damaged, tampered with, or to another key.
    """
    import pkcs11  # noqa: PLC0415 -- loads a vendor's library
    from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass  # noqa: PLC0415
    from pkcs11.constants import DEFAULT  # noqa: PLC0415

    if signing.key_type is not KeyType.RSA:
        raise AlgorithmUnavailable(provider="pkcs11", algorithm=signing.key_type.name)
    first, second = split_rsa_envelope(envelope, modulus_bytes=len(signing[Attribute.MODULUS]))
    hidden = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
    # a private key has none of these, and python-pkcs11 would send them
    only = dict.fromkeys((Attribute.ENCRYPT, Attribute.WRAP, Attribute.VERIFY), DEFAULT)
    may = {Attribute.DECRYPT: True, Attribute.SIGN: False, Attribute.UNWRAP: False}
    try:
        wrapping = signing.unwrap_key(
            ObjectClass.SECRET_KEY, KeyType.AES, first, mechanism=Mechanism.RSA_PKCS_OAEP, mechanism_param=_sha1(),
            store=False, template=hidden,
        )  # fmt: skip
        return wrapping.unwrap_key(
            ObjectClass.PRIVATE_KEY, KeyType.RSA, second, mechanism=Mechanism.AES_KEY_WRAP_PAD, label=label,
            id=secrets.token_bytes(16), store=True, template=hidden | only | may,
        )  # fmt: skip
    except (pkcs11.MechanismInvalid, pkcs11.MechanismParamInvalid) as error:
        raise AlgorithmUnavailable(provider="pkcs11", algorithm="RSA-OAEP, AES-KWP") from error
    except pkcs11.PKCS11Error:
        raise NotOpened from None


def fits(private: Any, certificate: bytes) -> bool:
    """Say whether a key in the token opens what is encrypted to a certificate's key."""
    import pkcs11  # noqa: PLC0415 -- loads a vendor's library

    public = serialization.load_der_public_key(load_certificate(certificate).public_key.dump())
    secret = secrets.token_bytes(16)
    if not isinstance(public, rsa.RSAPublicKey):
        return False
    cipher = public.encrypt(secret, OAEP_OF_TOKENS)
    try:
        return bool(
            secret == private.decrypt(cipher, mechanism=pkcs11.Mechanism.RSA_PKCS_OAEP, mechanism_param=_sha1())
        )
    except pkcs11.PKCS11Error:
        return False


def decrypt(private: Any, cipher: bytes) -> bytes:
    """Decrypt inside the token by RSA-OAEP: with SHA-256, or with SHA-1 where the token knows no other.

    Raises:
        NotOpened: damaged, or to another key.
    """
    import pkcs11  # noqa: PLC0415 -- loads a vendor's library

    oaep = pkcs11.Mechanism.RSA_PKCS_OAEP
    plain: bytes
    try:
        try:
            sha256 = (pkcs11.Mechanism.SHA256, pkcs11.MGF.SHA256, None)
            plain = private.decrypt(cipher, mechanism=oaep, mechanism_param=sha256)
        except (pkcs11.ArgumentsBad, pkcs11.MechanismParamInvalid):
            plain = private.decrypt(cipher, mechanism=oaep, mechanism_param=_sha1())
    except pkcs11.PKCS11Error:
        raise NotOpened from None
    return plain


def _sha1() -> tuple[Any, Any, None]:
    from pkcs11 import MGF, Mechanism  # noqa: PLC0415 -- loads a vendor's library

    return (Mechanism.SHA_1, MGF.SHA1, None)
