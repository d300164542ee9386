"""Chinese cryptographic machines by SDF 密码设备应用接口 (GM/T 0018-2012), through ctypes.

Only functions whose parameters agree in the public headers we found are called: opening and closing, the access right
to a key, export of a signing public key, `SDF_InternalSign_ECC`. Decryption differs between vendors and is left out.
Keys are made at numbered places with the vendor's own tool; the standard has no call for that, nor for destroying one,
so `generate` takes the next free place and `destroy` refuses. Each signature is verified before it is handed out: a
vendor whose structures differ is found at once.
"""

import ctypes
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_ubyte, c_uint, c_void_p
from typing import Any, Final

from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.contracts import (
    Algorithm,
    AlgorithmUnavailable,
    KeyMissing,
    KeyReference,
    ModuleFailed,
    ModuleKeepsKey,
    UnreadableKey,
)
from zhengtong.trust.keys.sm2 import api as sm2
from zhengtong.trust.keys.sm2 import der

OK = 0
FIELD = 64  # ECCref_MAX_LEN: 512 bits; numbers of 256 bits stand at its end
KEY_NOT_THERE = 0x01000008  # SDR_KEYNOTEXIST


class EccPublicKey(ctypes.Structure):
    """ECCrefPublicKey of GM/T 0018-2012 §5.4."""

    _pack_ = 1
    _fields_ = (("bits", c_uint), ("x", c_ubyte * FIELD), ("y", c_ubyte * FIELD))


class EccSignature(ctypes.Structure):
    """ECCSignature of GM/T 0018-2012 §5.7."""

    _pack_ = 1
    _fields_ = (("r", c_ubyte * FIELD), ("s", c_ubyte * FIELD))


_SIGNATURES: dict[str, tuple[Any, ...]] = {
    "SDF_OpenDevice": (POINTER(c_void_p),),
    "SDF_CloseDevice": (c_void_p,),
    "SDF_OpenSession": (c_void_p, POINTER(c_void_p)),
    "SDF_CloseSession": (c_void_p,),
    "SDF_GetPrivateKeyAccessRight": (c_void_p, c_uint, c_char_p, c_uint),
    "SDF_ReleasePrivateKeyAccessRight": (c_void_p, c_uint),
    "SDF_ExportSignPublicKey_ECC": (c_void_p, c_uint, POINTER(EccPublicKey)),
    "SDF_InternalSign_ECC": (c_void_p, c_uint, c_char_p, c_uint, POINTER(EccSignature)),
}


def load_library(path: str) -> Any:
    """Load a vendor's library and declare the functions used.

    Raises:
        ModuleFailed: it is not there, or lacks one of them.
    """
    try:
        library = ctypes.CDLL(path)
        for name, arguments in _SIGNATURES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = c_int, arguments
    except (OSError, AttributeError) as error:
        raise ModuleFailed(what=str(error)) from error
    return library


class SdfKeys:
    """Fulfils `KeyProvider` over the SM2 signing keys of one machine.

    Args:
        library: from `load_library`, or a double of it.
        places: numbers of the keys that may be used.
        password: gives the right to use them; shown nowhere.
        taken: tells which places are in use already.
    """

    name: Final = "sdf"

    def __init__(
        self, library: Any, *, places: Iterable[int], password: str, taken: Callable[[], frozenset[str]]
    ) -> None:
        self._library, self._password, self._taken = library, password.encode(), taken
        self._places = tuple(places)

    def __repr__(self) -> str:
        return f"<SdfKeys {len(self._places)} places>"

    def algorithms(self) -> frozenset[Algorithm]:
        """SM2 alone."""
        return frozenset({Algorithm.SM2})

    def generate(self, algorithm: Algorithm) -> KeyReference:
        """Take the next free place whose key is there.

        Raises:
            AlgorithmUnavailable: another algorithm than SM2.
            KeyMissing: every place is taken, or empty.
        """
        if algorithm is not Algorithm.SM2:
            raise AlgorithmUnavailable(provider=self.name, algorithm=algorithm)
        taken = self._taken()
        for place in self._places:
            if str(place) not in taken:
                reference = KeyReference(provider=self.name, key=str(place))
                self.signer(reference)
                return reference
        raise KeyMissing(reference=f"{self.name}:*")

    def signer(self, reference: KeyReference) -> "SdfSigner":
        """Return a handle that signs in the machine.

        Raises:
            KeyMissing: not one of our places, or it is empty.
            ModuleFailed: the machine refused.
        """
        if not reference.key.isdecimal() or int(reference.key) not in self._places:
            raise KeyMissing(reference=reference)
        place = int(reference.key)
        exported = EccPublicKey()
        with self.session() as session:
            answer = self._library.SDF_ExportSignPublicKey_ECC(session, place, byref(exported))
        if answer & 0xFFFFFFFF == KEY_NOT_THERE:
            raise KeyMissing(reference=reference)
        _check("SDF_ExportSignPublicKey_ECC", answer)
        point = b"\x04" + _number(exported.x) + _number(exported.y)
        try:
            public = PublicKey.read(sm2.PublicKey(point).written())
        except sm2.MalformedEncoding as error:
            raise UnreadableKey(what=str(reference)) from error
        return SdfSigner(self, place, point, public)

    def decrypt(self, reference: KeyReference, cipher: bytes) -> bytes:
        """Refuse: vendors do not agree on the parameters of decryption."""
        del reference, cipher
        raise AlgorithmUnavailable(provider=self.name, algorithm="SDF_InternalDecrypt_ECC")

    def destroy(self, reference: KeyReference) -> None:
        """Refuse: the key is destroyed with the vendor's own tool."""
        raise ModuleKeepsKey(reference=reference)

    @contextmanager
    def session(self) -> Iterator[c_void_p]:
        """Open device and session for one call; machines limit how many may stay open."""
        device, session = c_void_p(), c_void_p()
        _check("SDF_OpenDevice", self._library.SDF_OpenDevice(byref(device)))
        try:
            _check("SDF_OpenSession", self._library.SDF_OpenSession(device, byref(session)))
            try:
                yield session
            finally:
                self._library.SDF_CloseSession(session)
        finally:
            self._library.SDF_CloseDevice(device)

    def sign_digest(self, place: int, digest: bytes) -> bytes:
        """Return the DER signature over a 32-byte digest e by the key at *place*."""
        signature = EccSignature()
        library, password = self._library, self._password
        with self.session() as session:
            right = library.SDF_GetPrivateKeyAccessRight(session, place, password, len(password))
            _check("SDF_GetPrivateKeyAccessRight", right)
            try:
                answer = library.SDF_InternalSign_ECC(session, place, digest, len(digest), byref(signature))
            finally:
                library.SDF_ReleasePrivateKeyAccessRight(session, place)
        _check("SDF_InternalSign_ECC", answer)
        r, s = (int.from_bytes(_number(part), "big") for part in (signature.r, signature.s))
        return der.write_signature(r, s)


class SdfSigner:
    """Fulfils `Signer` with a key in a machine."""

    algorithm: Final = Algorithm.SM2

    def __init__(self, keys: SdfKeys, place: int, point: bytes, public: PublicKey) -> None:
        self._keys, self._place = keys, place
        self._point = sm2.PublicKey(point)
        self.public = public

    def __repr__(self) -> str:
        return f"<SdfSigner {self._place}>"

    def sign(self, data: bytes) -> bytes:
        """Return the signature over *data*; Z and the hash are taken here, the rest in the machine.

        Raises:
            ModuleFailed: it refused, or gave a signature that its own public key does not verify.
        """
        signature = self._keys.sign_digest(self._place, self._point.digest(data))
        if not self._point.verify(signature, data):
            raise ModuleFailed(what="SDF_InternalSign_ECC: layout")
        return signature


def _number(field: Any) -> bytes:
    """Return the 32 bytes at the end of a field; what stands before them must be zero."""
    whole = bytes(field)
    if any(whole[:-32]):
        raise ModuleFailed(what="ECCref_MAX_LEN: layout")
    return whole[-32:]


def _check(call: str, answer: int) -> None:
    if answer != OK:
        raise ModuleFailed(what=f"{call} 0x{answer & 0xFFFFFFFF:08X}")
