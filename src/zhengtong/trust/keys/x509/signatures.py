"""Checking a signature by the AlgorithmIdentifier that came with it: certvalidator's own check, with SM2 added."""

from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import Any

from zhengtong.trust.keys.algorithms import identifiers  # noqa: F401 -- teaches asn1crypto SM2 and SM3
from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.contracts import UnreadableKey

_SMALL = 16 * 1024
"""Up to so many bytes a signature is remembered with all that was signed; a longer list is verified anew."""


@cache
def validator() -> Any:
    """Return the `SignatureValidator` for certvalidator and pyHanko that knows SM2 with SM3."""
    from pyhanko_certvalidator.context import ValidationContext  # noqa: PLC0415 -- slow
    from pyhanko_certvalidator.revinfo import validate_ocsp  # noqa: PLC0415

    one = _validator(_sm2_holds)
    # for a delegated responder certvalidator 0.33 makes a context of its own and forgets the validator it was given
    vars(validate_ocsp)["ValidationContext"] = partial(ValidationContext, signature_validator=one)
    return one


@cache
def remembering() -> Any:
    """Return one for certificates, lists and answers, which come again and again: it knows what it has checked."""
    validator()  # which sees to delegated responders
    return _validator(_sm2_held)


def _validator(sm2_holds: Callable[[bytes, bytes, bytes], bool]) -> Any:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from pyhanko_certvalidator.sig_validate import (  # noqa: PLC0415 -- slow
        DEFAULT_VALIDATION_CONTEXT,
        DefaultSignatureValidator,
    )

    class WithSm2(DefaultSignatureValidator):
        def validate_signature(
            self,
            signature: bytes,
            signed_data: bytes,
            public_key_info: Any,
            signature_algorithm: Any,
            context: Any = DEFAULT_VALIDATION_CONTEXT,
        ) -> None:
            by_sm2 = signature_algorithm["algorithm"].native == "sm3_sm2"
            if by_sm2 != _is_sm2(public_key_info):
                raise InvalidSignature
            if not by_sm2:
                super().validate_signature(signature, signed_data, public_key_info, signature_algorithm, context)
            elif context.prehashed or not sm2_holds(public_key_info.dump(), signature, signed_data):
                raise InvalidSignature

    return WithSm2()


def whole_bytes(bits: Any) -> bytes:
    """Return the bytes of a signature's bit string, of a request, certificate, list or answer.

    Readers disregard how many bits of the last byte are said to be unused where these are nought, so that one signed
    thing would have several encodings; no signature leaves any unused (X.690 §8.6, RFC 5280 §4.1.1.3).

    Raises:
        ValueError: bits are left unused, or it is no bit string.
    """
    if bits.contents[:1] != b"\x00":
        raise ValueError("a signature leaves bits unused")
    value: bytes = bits.native
    return value


def holds(signature: bytes, data: bytes, *, key: Any, algorithm: Any, digest: str) -> bool:
    """Tell whether *signature* is right.

    Args:
        signature: the bytes.
        data: what was signed.
        key: the asn1crypto PublicKeyInfo.
        algorithm: the asn1crypto SignedDigestAlgorithm.
        digest: the hash named beside it, for algorithms that name none (CMS writes plain `rsa` or `ecdsa`).
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from pyhanko_certvalidator.sig_validate import SignatureValidationContext  # noqa: PLC0415 -- slow

    context = SignatureValidationContext(contextual_md_algorithm=digest)
    try:
        validator().validate_signature(signature, data, key, algorithm, context)
    except (InvalidSignature, AssertionError, ValueError, TypeError, KeyError):
        return False
    return True


def _is_sm2(public_key_info: Any) -> bool:
    if public_key_info.algorithm != "ec":
        return False
    kind, value = public_key_info.curve
    return bool(kind == "named" and value == "sm2p256v1")


def _sm2_held(spki: bytes, signature: bytes, data: bytes) -> bool:
    if len(data) > _SMALL:
        return _sm2_holds(spki, signature, data)
    return _remembered(spki, signature, data)


@lru_cache(maxsize=1024)
def _remembered(spki: bytes, signature: bytes, data: bytes) -> bool:
    return _sm2_holds(spki, signature, data)


def _sm2_holds(spki: bytes, signature: bytes, data: bytes) -> bool:
    try:
        return PublicKey.read(spki).verify(signature, data)
    except UnreadableKey:
        return False
