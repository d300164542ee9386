"""libcrypto's SM2 through ctypes: the same library CPython's `ssl` already loaded. Every call releases the GIL.

OpenSSL 3 is needed (its SM2 keys are keys of their own kind). Where it is missing, or built without SM2, `available`
says so and only verification remains, in pure Python.
"""

import ctypes
import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_size_t, c_ubyte, c_ulong, c_void_p
from functools import cache
from typing import Any

_EC = 408  # EVP_PKEY_EC: the decoder finds the SM2 curve inside and makes an SM2 key
_BYTES = POINTER(c_ubyte)
_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "OpenSSL_version_num": (c_ulong, ()),
    "EVP_PKEY_CTX_new": (c_void_p, (c_void_p, c_void_p)),
    "EVP_PKEY_CTX_new_from_name": (c_void_p, (c_void_p, c_char_p, c_char_p)),
    "EVP_PKEY_CTX_free": (None, (c_void_p,)),
    "EVP_PKEY_free": (None, (c_void_p,)),
    "EVP_PKEY_keygen_init": (c_int, (c_void_p,)),
    "EVP_PKEY_keygen": (c_int, (c_void_p, POINTER(c_void_p))),
    "EVP_PKEY_sign_init": (c_int, (c_void_p,)),
    "EVP_PKEY_sign": (c_int, (c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t)),
    "EVP_PKEY_verify_init": (c_int, (c_void_p,)),
    "EVP_PKEY_verify": (c_int, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t)),
    "EVP_PKEY_encrypt_init": (c_int, (c_void_p,)),
    "EVP_PKEY_encrypt": (c_int, (c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t)),
    "EVP_PKEY_decrypt_init": (c_int, (c_void_p,)),
    "EVP_PKEY_decrypt": (c_int, (c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t)),
    "d2i_PrivateKey": (c_void_p, (c_int, c_void_p, POINTER(c_char_p), c_long)),
    "d2i_PUBKEY": (c_void_p, (c_void_p, POINTER(c_char_p), c_long)),
    "i2d_PrivateKey": (c_int, (c_void_p, POINTER(c_void_p))),
    "i2d_PUBKEY": (c_int, (c_void_p, POINTER(c_void_p))),
    "CRYPTO_free": (None, (c_void_p, c_char_p, c_int)),
    "OPENSSL_cleanse": (None, (c_void_p, c_size_t)),
    "ERR_clear_error": (None, ()),
}


class LibraryRefused(RuntimeError):  # noqa: N818 -- named after what happened
    """libcrypto would not do it; the message names the call."""


@cache
def _library() -> Any:
    """Load libcrypto and declare the functions; None where it is missing or too old."""
    import _hashlib  # noqa: F401, PLC0415 -- loads the very libcrypto that CPython was built with

    for name in ("libcrypto.so.3", "libcrypto.3.dylib", ctypes.util.find_library("crypto")):
        if name is None:
            continue
        try:
            library = ctypes.CDLL(name)
            for function, (result, arguments) in _SIGNATURES.items():
                declared = getattr(library, function)
                declared.restype, declared.argtypes = result, arguments
        except (OSError, AttributeError):
            continue
        if library.OpenSSL_version_num() >> 28 >= 3:
            return library
    return None


@cache
def available() -> bool:
    """Tell whether this machine's libcrypto has SM2: by making a key."""
    if _library() is None:
        return False
    try:
        Key.generate()
    except LibraryRefused:
        return False
    return True


class Key:
    """An EVP_PKEY, freed with the object. Its private half, if any, leaves libcrypto only by `export`."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def __del__(self) -> None:
        if self._handle:
            _library().EVP_PKEY_free(self._handle)

    @classmethod
    def generate(cls) -> "Key":
        """Make a new key pair with libcrypto's generator."""
        library = _library()
        context = library.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
        if not context:
            raise _refused("EVP_PKEY_CTX_new_from_name")
        handle = c_void_p()
        try:
            if library.EVP_PKEY_keygen_init(context) <= 0 or library.EVP_PKEY_keygen(context, byref(handle)) <= 0:
                raise _refused("EVP_PKEY_keygen")
        finally:
            library.EVP_PKEY_CTX_free(context)
        return cls(handle.value or 0)

    @classmethod
    def read_private(cls, der: bytes) -> "Key":
        """Read an ECPrivateKey on the SM2 curve."""
        handle = _library().d2i_PrivateKey(_EC, None, byref(c_char_p(der)), len(der))
        if not handle:
            raise _refused("d2i_PrivateKey")
        return cls(handle)

    @classmethod
    def read_public(cls, spki: bytes) -> "Key":
        """Read a SubjectPublicKeyInfo; a point off the curve is refused."""
        handle = _library().d2i_PUBKEY(None, byref(c_char_p(spki)), len(spki))
        if not handle:
            raise _refused("d2i_PUBKEY")
        return cls(handle)

    def public(self) -> bytes:
        """Return the SubjectPublicKeyInfo."""
        return self._written("i2d_PUBKEY")

    def export(self) -> bytes:
        """Return the ECPrivateKey: for a key store that encrypts it, never for a file in the clear."""
        return self._written("i2d_PrivateKey")

    def sign(self, digest: bytes) -> bytes:
        """Sign the 32-byte digest e; DER."""
        return self._transform("sign", digest, room=80)

    def verify(self, signature: bytes, digest: bytes) -> bool:
        """Tell whether *signature* (DER) fits the 32-byte digest e."""
        with self._context("verify") as context:
            answer: int = _library().EVP_PKEY_verify(context, signature, len(signature), digest, len(digest))
        if answer != 1:
            _library().ERR_clear_error()
        return answer == 1

    def encrypt(self, plain: bytes) -> bytes:
        """Encrypt; the answer is GM/T 0009's ASN.1 with C1, C3, C2."""
        return self._transform("encrypt", plain, room=len(plain) + 160)

    def decrypt(self, cipher: bytes) -> bytes:
        """Decrypt what `encrypt` wrote; libcrypto checks C3."""
        return self._transform("decrypt", cipher, room=len(cipher))

    def _transform(self, operation: str, data: bytes, room: int) -> bytes:
        output, length = ctypes.create_string_buffer(room), c_size_t(room)
        call = getattr(_library(), f"EVP_PKEY_{operation}")
        with self._context(operation) as context:
            if call(context, output, byref(length), data, len(data)) <= 0:
                raise _refused(f"EVP_PKEY_{operation}")
        return output.raw[: length.value]

    @contextmanager
    def _context(self, operation: str) -> Iterator[int]:
        library = _library()
        context = library.EVP_PKEY_CTX_new(self._handle, None)
        try:
            if not context or getattr(library, f"EVP_PKEY_{operation}_init")(context) <= 0:
                raise _refused(f"EVP_PKEY_{operation}_init")
            yield context
        finally:
            library.EVP_PKEY_CTX_free(context)

    def _written(self, function: str) -> bytes:
        library, buffer = _library(), c_void_p()
        length = getattr(library, function)(self._handle, byref(buffer))
        if length <= 0:
            raise _refused(function)
        try:
            return ctypes.string_at(buffer, length)
        finally:
            library.OPENSSL_cleanse(buffer, length)
            library.CRYPTO_free(buffer, b"", 0)


def _refused(call: str) -> LibraryRefused:
    _library().ERR_clear_error()
    return LibraryRefused(f"libcrypto refused {call}")
