"""USB keys by SKF 智能密码钥匙应用接口 (GM/T 0016-2012), through ctypes: read what lies in one, sign with it.

Called are only functions whose parameters agree in the public headers we found. The standard's `ULONG` has 32 bits; a
vendor whose library takes `unsigned long` on Linux needs `wide=True`. Making containers and importing certificates is
the issuer's business, done with its own tools. Each signature is verified before it is handed out, so that a library
whose structures differ is found at once.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int32, c_ubyte, c_uint32, c_ulong, c_void_p
from typing import Any, Final

from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.contracts import (
    Algorithm,
    ContainerView,
    ModuleFailed,
    TokenKind,
    TokenLocked,
    UnknownContainer,
    UnreadableKey,
    WrongPin,
)
from zhengtong.trust.keys.sm2 import api as sm2
from zhengtong.trust.keys.sm2 import der

OK = 0
PIN_INCORRECT, PIN_LOCKED = 0x0A000024, 0x0A000025  # SAR_PIN_INCORRECT, SAR_PIN_LOCKED
NO_CERTIFICATE, NO_KEY = 0x0A00001C, 0x0A00001B  # SAR_CERTNOTFOUNTERR, SAR_KEYNOTFOUNTERR
USER = 1
FIELD = 64  # ECC_MAX_XCOORDINATE_BITS_LEN / 8
_ROOM = 8192


class EccSignatureBlob(ctypes.Structure):
    """ECCSIGNATUREBLOB of GM/T 0016-2012 §6.4.9."""

    _pack_ = 1
    _fields_ = (("r", c_ubyte * FIELD), ("s", c_ubyte * FIELD))


def load_library(path: str, *, wide: bool = False) -> Any:
    """Load a vendor's library and declare the functions used.

    Args:
        path: of the shared library.
        wide: its `ULONG` is `unsigned long`.

    Raises:
        ModuleFailed: it is not there, or lacks one of them.
    """
    number: Any = c_ulong if wide else c_uint32
    handle, length = POINTER(c_void_p), POINTER(number)
    signatures: dict[str, tuple[Any, ...]] = {
        "SKF_EnumDev": (c_int32, c_char_p, length),
        "SKF_ConnectDev": (c_char_p, handle),
        "SKF_DisConnectDev": (c_void_p,),
        "SKF_OpenApplication": (c_void_p, c_char_p, handle),
        "SKF_CloseApplication": (c_void_p,),
        "SKF_VerifyPIN": (c_void_p, number, c_char_p, length),
        "SKF_EnumContainer": (c_void_p, c_char_p, length),
        "SKF_OpenContainer": (c_void_p, c_char_p, handle),
        "SKF_CloseContainer": (c_void_p,),
        "SKF_ExportPublicKey": (c_void_p, c_int32, c_char_p, length),
        "SKF_ExportCertificate": (c_void_p, c_int32, c_char_p, length),
        "SKF_ECCSignData": (c_void_p, c_char_p, number, POINTER(EccSignatureBlob)),
    }
    try:
        library: Any = ctypes.CDLL(path)
        for name, arguments in signatures.items():
            function = getattr(library, name)
            function.restype, function.argtypes = number, arguments
    except (OSError, AttributeError) as error:
        raise ModuleFailed(what=str(error)) from error
    library.number = number
    return library


def devices(library: Any) -> tuple[str, ...]:
    """Return the names of the keys that are plugged in.

    Raises:
        ModuleFailed: the library refused.
    """
    return _names("SKF_EnumDev", lambda room, size: library.SKF_EnumDev(1, room, size), library)


class SkfToken:
    """Fulfils `Token` over one application of one USB key.

    Args:
        library: from `load_library`, or a double of it.
        device: its name, from `devices`.
        application: the name of the application in it.
    """

    kind: Final = TokenKind.USB_KEY

    def __init__(self, library: Any, *, device: str, application: str) -> None:
        self._library, self._device, self._application = library, device, application
        self._pin: bytes | None = None

    def __repr__(self) -> str:
        return f"<SkfToken {self._device}>"

    @property
    def serial(self) -> str:
        """The device's name, which vendors make of its serial number."""
        return self._device

    def containers(self) -> tuple[ContainerView, ...]:
        """Return the containers that hold an SM2 signing key.

        Raises:
            ModuleFailed: the key refused.
        """
        with self._opened() as application:
            names = _names(
                "SKF_EnumContainer",
                lambda room, size: self._library.SKF_EnumContainer(application, room, size),
                self._library,
            )
            return tuple(view for name in names if (view := self._view(application, name)) is not None)

    def unlock(self, pin: str) -> None:
        """Check the PIN with the key and use it for each call from now on.

        Raises:
            WrongPin: with the number of attempts left.
            TokenLocked: none are left.
        """
        with self._opened() as application:
            self._verify_pin(application, pin.encode())
        self._pin = pin.encode()

    def signer(self, container: str) -> "SkfSigner":
        """Return the handle of a container's signing key.

        Raises:
            TokenLocked: it was not unlocked.
            UnknownContainer: there is none of this name, or without an SM2 signing key.
        """
        if self._pin is None:
            raise TokenLocked
        view = next((one for one in self.containers() if one.name == container), None)
        if view is None:
            raise UnknownContainer(name=container)
        return SkfSigner(self, container, PublicKey.read(view.sign_public))

    def sign_digest(self, container: str, digest: bytes) -> bytes:
        """Return the DER signature over a 32-byte digest e.

        Raises:
            TokenLocked, WrongPin: the PIN was changed meanwhile.
            ModuleFailed: the key refused.
        """
        if self._pin is None:
            raise TokenLocked
        blob = EccSignatureBlob()
        with self._opened() as application:
            self._verify_pin(application, self._pin)
            with self._container(application, container) as handle:
                _check("SKF_ECCSignData", self._library.SKF_ECCSignData(handle, digest, len(digest), byref(blob)))
        r, s = (int.from_bytes(_number(bytes(part)), "big") for part in (blob.r, blob.s))
        return der.write_signature(r, s)

    def _view(self, application: c_void_p, name: str) -> ContainerView | None:
        with self._container(application, name) as handle:
            try:
                public = self._public(handle)
            except (_Nothing, ModuleFailed):
                return None  # an RSA container, or an empty one
            return ContainerView(
                name=name,
                policy=None,
                sign_public=public,
                sign_certificate=self._certificate(handle, signing=True),
                encrypt_certificate=self._certificate(handle, signing=False),
            )

    def _public(self, handle: c_void_p) -> bytes:
        blob = self._read("SKF_ExportPublicKey", handle, signing=True)
        if len(blob) != 4 + 2 * FIELD:  # ECCPUBLICKEYBLOB: BitLen, X, Y
            raise ModuleFailed(what="ECCPUBLICKEYBLOB: layout")
        point = b"\x04" + _number(blob[4 : 4 + FIELD]) + _number(blob[4 + FIELD :])
        try:
            return sm2.PublicKey(point).written()
        except sm2.MalformedEncoding as error:
            raise UnreadableKey(what=self._device) from error

    def _certificate(self, handle: c_void_p, *, signing: bool) -> bytes | None:
        try:
            return self._read("SKF_ExportCertificate", handle, signing=signing) or None
        except _Nothing:
            return None

    def _read(self, call: str, handle: c_void_p, *, signing: bool) -> bytes:
        room, size = ctypes.create_string_buffer(_ROOM), self._library.number(_ROOM)
        answer = getattr(self._library, call)(handle, int(signing), room, byref(size))
        if answer & 0xFFFFFFFF in {NO_CERTIFICATE, NO_KEY}:
            raise _Nothing
        _check(call, answer)
        return room.raw[: size.value]

    def _verify_pin(self, application: c_void_p, pin: bytes) -> None:
        left = self._library.number(0)
        answer = self._library.SKF_VerifyPIN(application, USER, pin, byref(left)) & 0xFFFFFFFF
        if answer == PIN_LOCKED or (answer == PIN_INCORRECT and left.value == 0):
            raise TokenLocked
        if answer == PIN_INCORRECT:
            raise WrongPin(left=left.value)
        _check("SKF_VerifyPIN", answer)

    @contextmanager
    def _opened(self) -> Iterator[c_void_p]:
        device, application = c_void_p(), c_void_p()
        library = self._library
        _check("SKF_ConnectDev", library.SKF_ConnectDev(self._device.encode(), byref(device)))
        try:
            name = self._application.encode()
            _check("SKF_OpenApplication", library.SKF_OpenApplication(device, name, byref(application)))
            try:
                yield application
            finally:
                library.SKF_CloseApplication(application)
        finally:
            library.SKF_DisConnectDev(device)

    @contextmanager
    def _container(self, application: c_void_p, name: str) -> Iterator[c_void_p]:
        handle = c_void_p()
        _check("SKF_OpenContainer", self._library.SKF_OpenContainer(application, name.encode(), byref(handle)))
        try:
            yield handle
        finally:
            self._library.SKF_CloseContainer(handle)


class SkfSigner:
    """Fulfils `Signer` with a key in a USB key."""

    algorithm: Final = Algorithm.SM2

    def __init__(self, token: SkfToken, container: str, public: PublicKey) -> None:
        self._token, self._container = token, container
        self.public = public
        self._point = sm2.PublicKey.read(public.spki)

    def __repr__(self) -> str:
        return f"<SkfSigner {self._container}>"

    def sign(self, data: bytes) -> bytes:
        """Return the signature over *data*; Z and the hash are taken here, the rest in the key.

        Raises:
            ModuleFailed: it refused, or gave a signature that its own public key does not verify.
        """
        signature = self._token.sign_digest(self._container, self._point.digest(data))
        if not self._point.verify(signature, data):
            raise ModuleFailed(what="SKF_ECCSignData: layout")
        return signature


class _Nothing(Exception):  # noqa: N818 -- named after what it means
    """The container holds no such object."""


def _names(call: str, ask: Callable[[Any, Any], int], library: Any) -> tuple[str, ...]:
    """Return a list of names, which the standard ends each with a zero byte and as a whole with one more."""
    room, size = ctypes.create_string_buffer(_ROOM), library.number(_ROOM)
    _check(call, ask(room, byref(size)))
    return tuple(name.decode() for name in room.raw[: size.value].split(b"\x00") if name)


def _number(field: bytes) -> bytes:
    """Return the 32 bytes at the end of a field; what stands before them must be zero."""
    if any(field[:-32]):
        raise ModuleFailed(what="ECC_MAX_XCOORDINATE_BITS_LEN: layout")
    return field[-32:]


def _check(call: str, answer: int) -> None:
    if answer != OK:
        raise ModuleFailed(what=f"{call} 0x{answer & 0xFFFFFFFF:08X}")
