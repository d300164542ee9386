"""A USB key in software that answers as SKF (GM/T 0016-2012) does: for development and tests, never for production."""

import ctypes
from ctypes import c_uint32
from typing import Any

from zhengtong.trust.keys.sm2 import api as sm2
from zhengtong.trust.keys.sm2 import der
from zhengtong.trust.keys.tokens.skf import FIELD, NO_CERTIFICATE, OK, PIN_INCORRECT, PIN_LOCKED

FAILED, NOT_LOGGED_IN = 0x0A000001, 0x0A00002D  # SAR_FAIL, SAR_USER_NOT_LOGGED_IN


class SimulatedKey:
    """Stands in for the loaded library with one device.

    Args:
        device: its name.
        application: the one application in it.
        pin: the user's.
        containers: names; each gets a signing key.
    """

    number = c_uint32

    def __init__(self, *, device: str, application: str, pin: str, containers: tuple[str, ...]) -> None:
        self._device, self._application, self._pin = device.encode(), application.encode(), pin.encode()
        self.keys = {name: sm2.PrivateKey.generate() for name in containers}
        self.certificates: dict[tuple[str, bool], bytes] = {}
        self._handles: dict[int, str] = {}
        self._logged_in = False
        self._left = 10
        self._next = 1

    @property
    def open_handles(self) -> int:
        """How many devices, applications and containers are open."""
        return len(self._handles)

    def SKF_EnumDev(self, present: int, room: Any, size: Any) -> int:  # noqa: N802 -- the standard's names
        """List the one device."""
        del present
        return _give(room, size, self._device + b"\x00\x00")

    def SKF_ConnectDev(self, name: bytes, handle: Any) -> int:  # noqa: N802
        """Open the device."""
        return self._open(handle, "device") if name == self._device else FAILED

    def SKF_DisConnectDev(self, handle: Any) -> int:  # noqa: N802
        """Close the device; the PIN must be given again."""
        self._logged_in = False
        return self._close(handle)

    def SKF_OpenApplication(self, device: Any, name: bytes, handle: Any) -> int:  # noqa: N802
        """Open the application."""
        return (
            self._open(handle, "application") if device.value in self._handles and name == self._application else FAILED
        )

    def SKF_CloseApplication(self, handle: Any) -> int:  # noqa: N802
        """Close the application."""
        return self._close(handle)

    def SKF_VerifyPIN(self, application: Any, kind: int, pin: bytes, left: Any) -> int:  # noqa: N802
        """Check the PIN, and lock after ten wrong ones."""
        del application, kind
        if self._left == 0:
            return PIN_LOCKED
        if pin != self._pin:
            self._left -= 1
            left._obj.value = self._left  # noqa: SLF001 -- what ctypes calls the object behind byref
            return PIN_INCORRECT
        self._left, self._logged_in = 10, True
        return OK

    def SKF_EnumContainer(self, application: Any, room: Any, size: Any) -> int:  # noqa: N802
        """List the containers."""
        del application
        return _give(room, size, b"".join(name.encode() + b"\x00" for name in self.keys) + b"\x00")

    def SKF_OpenContainer(self, application: Any, name: bytes, handle: Any) -> int:  # noqa: N802
        """Open a container."""
        del application
        return self._open(handle, name.decode()) if name.decode() in self.keys else FAILED

    def SKF_CloseContainer(self, handle: Any) -> int:  # noqa: N802
        """Close a container."""
        return self._close(handle)

    def SKF_ExportPublicKey(self, handle: Any, signing: int, room: Any, size: Any) -> int:  # noqa: N802
        """Write the signing public key."""
        del signing
        point = self.keys[self._handles[handle.value]].public.point
        return _give(room, size, (256).to_bytes(4, "little") + _wide(point[1:33]) + _wide(point[33:]))

    def SKF_ExportCertificate(self, handle: Any, signing: int, room: Any, size: Any) -> int:  # noqa: N802
        """Write a certificate."""
        found = self.certificates.get((self._handles[handle.value], bool(signing)))
        return NO_CERTIFICATE if found is None else _give(room, size, found)

    def SKF_ECCSignData(self, handle: Any, digest: bytes, length: int, blob: Any) -> int:  # noqa: N802
        """Sign a digest if the PIN was given."""
        if not self._logged_in:
            return NOT_LOGGED_IN
        r, s = der.read_signature(self.keys[self._handles[handle.value]].sign_digest(digest[:length]))
        structure = blob._obj  # noqa: SLF001 -- what ctypes calls the object behind byref
        ctypes.memmove(structure.r, _wide(r.to_bytes(32, "big")), FIELD)
        ctypes.memmove(structure.s, _wide(s.to_bytes(32, "big")), FIELD)
        return OK

    def _open(self, handle: Any, what: str) -> int:
        handle._obj.value = self._next  # noqa: SLF001 -- what ctypes calls the object behind byref
        self._handles[self._next] = what
        self._next += 1
        return OK

    def _close(self, handle: Any) -> int:
        self._handles.pop(handle.value, None)
        return OK


def _wide(number: bytes) -> bytes:
    return bytes(FIELD - len(number)) + number


def _give(room: Any, size: Any, content: bytes) -> int:
    ctypes.memmove(room, content, len(content))
    size._obj.value = len(content)  # noqa: SLF001 -- what ctypes calls the object behind byref
    return OK
