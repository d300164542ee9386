"""The file a key officer hands to a token's holder 密钥送达文件: certificates and the envelope around a key.

Its form is ours; the envelope in it follows public texts. Nothing in it is secret: only the token opens the envelope.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zhengtong.trust.keys.contracts import ContainerView, UnreadableDelivery
from zhengtong.trust.keys.contracts.recognition import WritableToken

FORM = "zhengtong/key-delivery/1"
MOST_BYTES = 65_536


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What one file brings into one container; `chain` goes from the issuer up to the root (all DER)."""

    container: str
    chain: tuple[bytes, ...]
    sign_certificate: bytes
    encrypt_certificate: bytes
    enveloped_key: bytes


def write_delivery(
    *,
    container: str,
    chain: Sequence[bytes],
    sign_certificate: bytes,
    encrypt_certificate: bytes,
    enveloped_key: bytes,
) -> bytes:
    """Return the file."""
    document = {
        "form": FORM,
        "container": container,
        "chain": [_text(one) for one in chain],
        "sign_certificate": _text(sign_certificate),
        "encrypt_certificate": _text(encrypt_certificate),
        "enveloped_key": _text(enveloped_key),
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def read_delivery(written: bytes) -> Delivery:
    """Read a file; nothing is checked yet.

    Raises:
        UnreadableDelivery: it is none.
    """
    try:
        if len(written) > MOST_BYTES:
            raise ValueError("it is too long")  # noqa: TRY301 -- told like everything else that is wrong
        said: dict[str, Any] = json.loads(written)
        if said["form"] != FORM:
            raise ValueError("another form")  # noqa: TRY301
        return Delivery(
            container=str(said["container"]),
            chain=tuple(_bytes(one) for one in said["chain"]),
            sign_certificate=_bytes(said["sign_certificate"]),
            encrypt_certificate=_bytes(said["encrypt_certificate"]),
            enveloped_key=_bytes(said["enveloped_key"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableDelivery from error


def install_delivery(token: WritableToken, delivery: Delivery) -> ContainerView:
    """Put what a file brings into its container; the token checks it against the container's policy.

    Raises:
        UnreadableDelivery: it names no issuer.
        TokenLocked, UnknownContainer, ContainerForbids, NotOpened, AlgorithmUnavailable: as the token's `install`.
    """
    if not delivery.chain:
        raise UnreadableDelivery
    return token.install(
        delivery.container,
        issuer=delivery.chain[0],
        sign_certificate=delivery.sign_certificate,
        encrypt_certificate=delivery.encrypt_certificate,
        enveloped_key=delivery.enveloped_key,
    )


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(written: str) -> bytes:
    return base64.b64decode(written, validate=True)
