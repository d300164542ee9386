"""The witness's own key 见证密钥: Ed25519 in a PEM file that its owner alone can read."""

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class UnfitKeyFile(ValueError):  # noqa: N818 -- named after what is wrong
    """A file holds no Ed25519 key, or others may read it."""


def make_key_file(path: Path) -> Ed25519PrivateKey:
    """Make a key and keep it.

    Raises:
        FileExistsError: there is a file already; a key is never overwritten.
    """
    key = Ed25519PrivateKey.generate()
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(encoded)
    return key


def read_key_file(path: Path) -> Ed25519PrivateKey:
    """Read a key.

    Raises:
        OSError: the file cannot be read.
        UnfitKeyFile: it is no Ed25519 key, or readable by others.
    """
    if path.stat().st_mode & 0o077:
        raise UnfitKeyFile(f"{path} can be read by others; run chmod 600")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnfitKeyFile(f"{path} holds no key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UnfitKeyFile(f"{path} holds a key of another kind; a witness signs with Ed25519")
    return key
