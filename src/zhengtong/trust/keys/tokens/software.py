"""A token in software 软件载体: a phone's key store, or the stand-in for a USB key in development and tests.

Its keys lie in one file, sealed under its PIN (scrypt, AES-256-GCM); ten wrong PINs lock it. A real phone keeps the
sealing key in its secure element; here the counter of attempts lies beside the keys, so the PIN must be good.
"""

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from zhengtong.trust.keys.algorithms.private import PrivateKey
from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.contracts import (
    Algorithm,
    ContainerForbids,
    ContainerPolicy,
    ContainerView,
    Purpose,
    TokenKind,
    TokenLocked,
    UnknownContainer,
    WrongPin,
)
from zhengtong.trust.keys.tokens.envelope import open_envelope
from zhengtong.trust.keys.x509 import signatures
from zhengtong.trust.keys.x509.issuing import load_certificate

ATTEMPTS = 10
LEAST_PIN = 6


class SoftwareToken:
    """Fulfils `Token`; open one by `create` or `load`.

    Args:
        file: where it lies.
        written: its content.
    """

    def __init__(self, file: Path, written: dict[str, Any]) -> None:
        self._file, self._written = file, written
        self._key: bytes | None = None

    @classmethod
    def create(cls, file: Path, *, pin: str, kind: TokenKind = TokenKind.SIMULATED) -> "SoftwareToken":
        """Make an empty token; the file must not exist.

        Raises:
            FileExistsError: it does.
            WrongPin: a PIN of fewer than six characters.
        """
        if len(pin) < LEAST_PIN:
            raise WrongPin(left=0)
        salt = secrets.token_bytes(16)
        check = _seal(_key_of(pin, salt), b"", "check")
        written = {
            "form": 1, "kind": kind, "serial": secrets.token_hex(8).upper(), "salt": _text(salt), "check": check,
            "left": ATTEMPTS, "containers": {},
        }  # fmt: skip
        token = cls(file, written)
        with file.open("x"):
            token._save()
        return token

    @classmethod
    def load(cls, file: Path) -> "SoftwareToken":
        """Open the token in *file*, locked."""
        return cls(file, json.loads(file.read_bytes()))

    def __repr__(self) -> str:
        return f"<SoftwareToken {self.serial}>"

    @property
    def kind(self) -> TokenKind:
        """What it stands for."""
        return TokenKind(self._written["kind"])

    @property
    def serial(self) -> str:
        """Its number."""
        return str(self._written["serial"])

    def unlock(self, pin: str) -> None:
        """Open it for use.

        Raises:
            WrongPin: with the number of attempts left.
            TokenLocked: none are left.
        """
        if self._written["left"] <= 0:
            raise TokenLocked
        self._written["left"] -= 1  # counted before the answer is known, so that a power cut gives no free attempt
        self._save()
        key = _key_of(pin, _bytes(self._written["salt"]))
        try:
            _open(key, self._written["check"], "check")
        except InvalidTag:
            raise WrongPin(left=self._written["left"]) from None
        self._written["left"] = ATTEMPTS
        self._save()
        self._key = key

    def lock(self) -> None:
        """Close it."""
        self._key = None

    def containers(self) -> tuple[ContainerView, ...]:
        """Return what lies in it; needs no PIN."""
        return tuple(self._view(name) for name in sorted(self._written["containers"]))

    def make_container(self, name: str, policy: ContainerPolicy) -> ContainerView:
        """Make a container with a signing key of its own.

        Raises:
            TokenLocked: it was not unlocked.
            ContainerForbids: the name is taken.
        """
        key = self._opened()
        if name in self._written["containers"]:
            raise ContainerForbids(name=name, what="name")
        private = PrivateKey.generate(policy.algorithm)
        self._written["containers"][name] = {
            "purpose": policy.purpose,
            "issuers": sorted(policy.issuers),
            "algorithm": policy.algorithm,
            "sign_public": _text(private.public.spki),
            "sign": _seal(key, private.export(), f"{name}|sign"),
        }
        self._save()
        return self._view(name)

    def install(
        self,
        name: str,
        *,
        issuer: bytes,
        sign_certificate: bytes,
        encrypt_certificate: bytes | None = None,
        enveloped_key: bytes | None = None,
    ) -> ContainerView:
        """Put the certificates of one issuer into a container, and the encryption key it made for the holder.

        Args:
            name: of the container.
            issuer: the issuer's certificate; its key must be among the policy's issuers.
            sign_certificate: over the container's own signing key.
            encrypt_certificate: over the key in *enveloped_key*.
            enveloped_key: from `envelope_key`, to the container's signing key.

        Raises:
            TokenLocked, UnknownContainer: as `signer`.
            ContainerForbids: another issuer, another key, or a wrong signature.
            NotOpened: the envelope is for another key.
        """
        key, entry = self._opened(), self._entry(name)
        for certificate in (sign_certificate, encrypt_certificate):
            if certificate is not None:
                check_issue(name, certificate, issuer, frozenset(entry["issuers"]))
        check_key(name, sign_certificate, _bytes(entry["sign_public"]))
        changes: dict[str, Any] = {"sign_certificate": _text(sign_certificate)}
        if encrypt_certificate is not None and enveloped_key is not None:
            private = open_envelope(enveloped_key, with_key=self.signer(name))
            check_key(name, encrypt_certificate, private.public.spki)
            changes["encrypt_certificate"] = _text(encrypt_certificate)
            changes["encrypt"] = _seal(key, private.export(), f"{name}|encrypt")
        entry.update(changes)
        self._save()
        return self._view(name)

    def signer(self, container: str) -> PrivateKey:
        """Return the signing key of a container.

        Raises:
            TokenLocked: it was not unlocked.
            UnknownContainer: there is none of this name.
        """
        key = self._opened()
        return PrivateKey.read(_open(key, self._entry(container)["sign"], f"{container}|sign"))

    def decrypt(self, container: str, cipher: bytes) -> bytes:
        """Decrypt with a container's encryption key.

        Raises:
            TokenLocked: it was not unlocked.
            UnknownContainer: there is none of this name, or it has no encryption key yet.
            NotOpened: damaged, tampered with, or for another key.
        """
        key, entry = self._opened(), self._entry(container)
        if "encrypt" not in entry:
            raise UnknownContainer(name=container)
        return PrivateKey.read(_open(key, entry["encrypt"], f"{container}|encrypt")).decrypt(cipher)

    def _opened(self) -> bytes:
        if self._key is None:
            raise TokenLocked
        return self._key

    def _entry(self, name: str) -> dict[str, Any]:
        entry: dict[str, Any] | None = self._written["containers"].get(name)
        if entry is None:
            raise UnknownContainer(name=name)
        return entry

    def _view(self, name: str) -> ContainerView:
        entry = self._entry(name)
        certificates = {key: _bytes(entry[key]) for key in ("sign_certificate", "encrypt_certificate") if key in entry}
        policy = ContainerPolicy(
            purpose=Purpose(entry["purpose"]),
            issuers=frozenset(entry["issuers"]),
            algorithm=Algorithm(entry["algorithm"]),
        )
        return ContainerView(name=name, policy=policy, sign_public=_bytes(entry["sign_public"]), **certificates)

    def _save(self) -> None:
        temporary = self._file.with_name(f".{self._file.name}.{secrets.token_hex(8)}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(json.dumps(self._written, ensure_ascii=False).encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._file)


def check_issue(name: str, certificate: bytes, issuer: bytes, allowed: frozenset[str]) -> None:
    """Refuse a certificate that *issuer* did not sign, or an issuer that the policy does not name."""
    authority, issued = load_certificate(issuer), load_certificate(certificate)
    if PublicKey.read(authority.public_key.dump()).fingerprint not in allowed:
        raise ContainerForbids(name=name, what="issuer")
    if not signatures.holds(
        issued["signature_value"].native,
        issued["tbs_certificate"].dump(),
        key=authority.public_key,
        algorithm=issued["signature_algorithm"],
        digest="sha256",
    ):
        raise ContainerForbids(name=name, what="signature")


def check_key(name: str, certificate: bytes, spki: bytes) -> None:
    """Refuse a certificate over another key than *spki*."""
    if load_certificate(certificate).public_key.dump() != spki:
        raise ContainerForbids(name=name, what="key")


def _key_of(pin: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(pin.encode())


def _seal(key: bytes, secret: bytes, place: str) -> str:
    nonce = secrets.token_bytes(12)
    return _text(nonce + AESGCM(key).encrypt(nonce, secret, place.encode()))


def _open(key: bytes, box: str, place: str) -> bytes:
    blob = _bytes(box)
    return AESGCM(key).decrypt(blob[:12], blob[12:], place.encode())


def _text(blob: bytes) -> str:
    return base64.b64encode(blob).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
