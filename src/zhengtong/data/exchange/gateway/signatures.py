"""Signatures of queries 请求签名: HTTP Message Signatures (RFC 9421) in one fixed profile.

Content-Digest is that of RFC 9530. Covered are method, path and the digest of the body, of a GET its query as well; the
parameters are `created`, `keyid`, `nonce` and `alg`. The personal data of a query lie in its body, so no address and no
log holds them. Both sides of the profile are here: a client signs with `sign`, the gateway reads with `read` and holds
the result against a key with `verify`.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from zhengtong.data.exchange.contracts import Algorithm
from zhengtong.data.exchange.gateway.refusals import SignatureMissing, SignatureStale, SignatureWrong

WINDOW = 300
"""Seconds by which `created` may differ from the gateway's clock; nonces are remembered for longer than that."""

_COVERED = '("@method" "@path" "content-digest")'
_COVERED_BY_GET = '("@method" "@path" "@query" "content-digest")'
_PARAMETER = re.compile(r';([a-z]+)=(?:"([^"\\]*)"|(\d{1,12}))')
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")
_HASHES = {Algorithm.HMAC_SHA256: "sha256", Algorithm.HMAC_SM3: "sm3"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """What a signature says, not yet believed."""

    key: str
    nonce: str
    created: int
    algorithm: str
    base: bytes
    signature: bytes
    digest: bytes


def content_digest(body: bytes) -> str:
    """Return the Content-Digest of *body* (RFC 9530 §2)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def read(*, method: str, path: str, headers: dict[bytes, bytes], body: bytes, now: float) -> Signed:
    """Return what the signature of a query says; its freshness and the body's digest are checked here.

    Args:
        method: `POST` or `GET`.
        path: of a POST without a query, of a GET with it.
        headers: names in lower case.
        body: as received.
        now: Unix time in seconds.

    Raises:
        SignatureMissing: no signature, or not in this profile.
        SignatureStale: made more than `WINDOW` seconds from now.
        SignatureWrong: the digest is not the body's.
    """
    try:
        declared = headers[b"content-digest"].decode("ascii")
        label, parameters = headers[b"signature-input"].decode("ascii").split("=", 1)
        given = headers[b"signature"].decode("ascii")
    except (KeyError, ValueError):
        raise SignatureMissing(what="Signature-Input, Signature, Content-Digest") from None
    found = _parameters(parameters, _covered(method))
    digest = _DIGEST.fullmatch(declared)
    if digest is None:
        raise SignatureMissing(what="Content-Digest: sha-256")
    prefix = f"{label}=:"
    if not given.startswith(prefix) or not given.endswith(":"):
        raise SignatureMissing(what="Signature")
    created = int(found["created"])
    if abs(now - created) > WINDOW:
        raise SignatureStale(seconds=WINDOW)
    actual = hashlib.sha256(body).digest()
    if not hmac.compare_digest(base64.b64decode(digest[1]), actual):
        raise SignatureWrong
    return Signed(
        key=found["keyid"],
        nonce=found["nonce"],
        created=created,
        algorithm=found["alg"],
        base=_base(method, path, declared, parameters),
        signature=_decoded(given[len(prefix) : -1]),
        digest=actual,
    )


def verify(signed: Signed, *, algorithm: Algorithm, check: Callable[[bytes, bytes], bool]) -> None:
    """Return when the signature is the key's.

    Raises:
        SignatureWrong: it is not, or it names another algorithm than the key has.
    """
    if signed.algorithm != algorithm or not check(signed.base, signed.signature):
        raise SignatureWrong


def checker(algorithm: Algorithm, key: bytes) -> Callable[[bytes, bytes], bool]:
    """Return what checks signatures of one key: a shared secret, or the 32 bytes of an Ed25519 public key."""
    if algorithm is Algorithm.ED25519:
        public = Ed25519PublicKey.from_public_bytes(key)
        return lambda base, signature: _ed25519_fits(public, base, signature)
    name = _HASHES[algorithm]
    return lambda base, signature: hmac.compare_digest(hmac.digest(key, base, name), signature)


def sign(
    *,
    method: str,
    path: str,
    body: bytes,
    key_id: str,
    algorithm: Algorithm,
    key: bytes,
    now: int,
    nonce: str = "",
) -> dict[str, str]:
    """Return the headers that sign a query.

    Args:
        method: `POST` or `GET`.
        path: of a POST without a query, of a GET with it.
        body: what is sent.
        key_id: the access key's id.
        algorithm: the access key's.
        key: the shared secret, or the 32 bytes of an Ed25519 private key.
        now: Unix time in seconds.
        nonce: 16 to 64 URL-safe characters; a new one by default.
    """
    digest = content_digest(body)
    nonce = nonce or secrets.token_urlsafe(18)
    parameters = f'{_covered(method)};created={now};keyid="{key_id}";nonce="{nonce}";alg="{algorithm}"'
    base = _base(method, path, digest, parameters)
    if algorithm is Algorithm.ED25519:
        signature = Ed25519PrivateKey.from_private_bytes(key).sign(base)
    else:
        signature = hmac.digest(key, base, _HASHES[algorithm])
    return {
        "Content-Digest": digest,
        "Signature-Input": f"q={parameters}",
        "Signature": f"q=:{base64.b64encode(signature).decode()}:",
    }


def sign_message(address: str, body: bytes, *, key_id: str, secret: bytes, at: datetime) -> dict[str, str]:
    """Return the headers that sign what the platform sends to an address, in the same profile: HMAC with SHA-256.

    Args:
        address: where it goes; its path is covered.
        body: what is sent.
        key_id: which key of the receiver it is.
        secret: that key.
        at: the moment it bears.
    """
    return sign(
        method="POST", path=urlsplit(address).path or "/", body=body, key_id=key_id,
        algorithm=Algorithm.HMAC_SHA256, key=secret, now=int(at.timestamp()),
    )  # fmt: skip


def _covered(method: str) -> str:
    return _COVERED_BY_GET if method == "GET" else _COVERED


def _parameters(text: str, covered: str) -> dict[str, str]:
    """Read the signature's parameters; each of the four once, nothing else, no gap."""
    if not text.startswith(covered):
        raise SignatureMissing(what=covered)
    found, position = dict[str, str](), len(covered)
    while match := _PARAMETER.match(text, position):
        name, quoted, number = match.groups()
        found[name] = number if quoted is None else quoted
        position = match.end()
    complete = found.keys() == {"created", "keyid", "nonce", "alg"} and position == len(text) and text.count(";") == 4
    if not complete or not found["created"].isdigit() or not _NONCE.fullmatch(found["nonce"]):
        raise SignatureMissing(what="created, keyid, nonce, alg")
    return found


def _base(method: str, path: str, digest: str, parameters: str) -> bytes:
    """Return the signature base (RFC 9421 §2.5); a query counts with its question mark, an empty one too (§2.2.7)."""
    asked = ""
    if method == "GET":
        path, _, query = path.partition("?")
        asked = f'"@query": ?{query}\n'
    return (
        f'"@method": {method}\n"@path": {path}\n{asked}"content-digest": {digest}\n"@signature-params": {parameters}'
    ).encode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise SignatureMissing(what="Signature") from None


def _ed25519_fits(public: Ed25519PublicKey, base: bytes, signature: bytes) -> bool:
    try:
        public.verify(signature, base)
    except InvalidSignature:
        return False
    return True
