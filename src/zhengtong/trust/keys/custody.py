"""Custody of a secret by m of n 分权保管: any m custodians open it together, fewer learn nothing.

Each custodian has a random share of 32 bytes, which their passphrase opens (scrypt, AES-256-GCM). For each set of m of
them, the content key is wrapped under HKDF over their shares joined. With n at most 9 these are at most 126 wraps of 60
bytes, and every piece is a standard primitive of a well-kept library; see decision 0141.
"""

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from zhengtong.trust.keys.contracts import CiphertextDamaged, UnfitCustody, WrongPassphrase
from zhengtong.trust.keys.law import CUSTODIANS, LEAST_PASSPHRASE

_SCRYPT = {"length": 32, "n": 2**15, "r": 8, "p": 1}  # 32 MiB, about 0.1 s
_KEY, _NONCE = 32, 12


def seal(secret: bytes, passphrases: Mapping[str, str], *, threshold: int) -> str:
    """Return the envelope, a JSON text without any secret in the clear.

    Args:
        secret: what is kept.
        passphrases: each custodian's, by name.
        threshold: how many open it together.

    Raises:
        UnfitCustody: too few or too many custodians, a bad threshold, a short or repeated passphrase.
    """
    _check(passphrases, threshold)
    names = sorted(passphrases)
    shares = {name: secrets.token_bytes(_KEY) for name in names}
    content_key = secrets.token_bytes(_KEY)
    return json.dumps(
        {
            "form": 1,
            "threshold": threshold,
            "custodians": {name: _lock(shares[name], passphrases[name], name) for name in names},
            "wraps": {
                "|".join(some): _box(_joint([shares[one] for one in some], some), content_key)
                for some in combinations(names, threshold)
            },
            "body": _box(content_key, secret),
        },
        ensure_ascii=False,
    )


def share_of(envelope: str, custodian: str, passphrase: str) -> bytes:
    """Return the share that *passphrase* opens.

    Raises:
        WrongPassphrase: it does not, or there is no such custodian.
    """
    locked = json.loads(envelope)["custodians"].get(custodian)
    if locked is None:
        raise WrongPassphrase
    key = Scrypt(salt=_bytes(locked["salt"]), **_SCRYPT).derive(passphrase.encode())
    try:
        return _unbox(key, locked["box"], custodian)
    except InvalidTag:
        raise WrongPassphrase from None


def combine(envelope: str, shares: Mapping[str, bytes]) -> bytes:
    """Return the secret.

    Raises:
        UnfitCustody: fewer shares than needed.
        CiphertextDamaged: the envelope was changed, or a share belongs to another one.
    """
    written = json.loads(envelope)
    some = tuple(sorted(shares)[: written["threshold"]])
    if len(some) < written["threshold"]:
        raise UnfitCustody(what=f"{len(some)}/{written['threshold']}")
    try:
        joint = _joint([shares[name] for name in some], some)
        return _unbox(_unbox(joint, written["wraps"]["|".join(some)]), written["body"])
    except (InvalidTag, KeyError):
        raise CiphertextDamaged from None


def _check(passphrases: Mapping[str, str], threshold: int) -> None:
    if len(passphrases) not in CUSTODIANS or not 2 <= threshold <= len(passphrases):
        raise UnfitCustody(what=f"{threshold}/{len(passphrases)}")
    if any("|" in name or not name for name in passphrases):
        raise UnfitCustody(what="name")
    if len(set(passphrases.values())) < len(passphrases) or min(map(len, passphrases.values())) < LEAST_PASSPHRASE:
        raise UnfitCustody(what="passphrase")


def _joint(shares: Sequence[bytes], names: Sequence[str]) -> bytes:
    info = f"zhengtong|custody|{'|'.join(names)}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=_KEY, salt=None, info=info).derive(b"".join(shares))


def _lock(share: bytes, passphrase: str, name: str) -> dict[str, Any]:
    salt = secrets.token_bytes(16)
    key = Scrypt(salt=salt, **_SCRYPT).derive(passphrase.encode())
    return {"salt": _text(salt), "box": _box(key, share, name)}


def _box(key: bytes, secret: bytes, place: str = "") -> str:
    nonce = secrets.token_bytes(_NONCE)
    return _text(nonce + AESGCM(key).encrypt(nonce, secret, place.encode()))


def _unbox(key: bytes, box: str, place: str = "") -> bytes:
    blob = _bytes(box)
    return AESGCM(key).decrypt(blob[:_NONCE], blob[_NONCE:], place.encode())


def _text(blob: bytes) -> str:
    return base64.b64encode(blob).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
