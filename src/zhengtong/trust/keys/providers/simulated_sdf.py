"""A machine in software that answers as SDF (GM/T 0018-2012) does: for development and tests, never for production."""

import ctypes
from typing import Any

from zhengtong.trust.keys.providers.sdf import FIELD, KEY_NOT_THERE, OK
from zhengtong.trust.keys.sm2 import api as sm2
from zhengtong.trust.keys.sm2 import der

NO_RIGHT = 0x01000018  # SDR_PRKRERR
NO_HANDLE = 0x0100001D  # SDR_INARGERR


class SimulatedMachine:
    """Stands in for the loaded library.

    Args:
        places: numbers at which a key lies.
        password: gives the right to use them.
    """

    def __init__(self, *, places: int, password: str) -> None:
        self._keys = {place: sm2.PrivateKey.generate() for place in range(1, places + 1)}
        self._password = password.encode()
        self._handles: set[int] = set()
        self._rights: set[tuple[int, int]] = set()
        self._next = 1

    @property
    def open_handles(self) -> int:
        """How many devices and sessions are open."""
        return len(self._handles)

    def SDF_OpenDevice(self, handle: Any) -> int:  # noqa: N802 -- the standard's names
        """Open the machine."""
        return self._open(handle)

    def SDF_CloseDevice(self, handle: Any) -> int:  # noqa: N802
        """Close the machine."""
        return self._close(handle)

    def SDF_OpenSession(self, device: Any, handle: Any) -> int:  # noqa: N802
        """Open a session."""
        return self._open(handle) if device.value in self._handles else NO_HANDLE

    def SDF_CloseSession(self, handle: Any) -> int:  # noqa: N802
        """Close a session and give up its rights."""
        self._rights = {right for right in self._rights if right[0] != handle.value}
        return self._close(handle)

    def SDF_GetPrivateKeyAccessRight(self, session: Any, place: int, password: bytes, length: int) -> int:  # noqa: N802
        """Give the right to a key for its password."""
        if password[:length] != self._password:
            return NO_RIGHT
        self._rights.add((session.value, place))
        return OK

    def SDF_ReleasePrivateKeyAccessRight(self, session: Any, place: int) -> int:  # noqa: N802
        """Give up the right."""
        self._rights.discard((session.value, place))
        return OK

    def SDF_ExportSignPublicKey_ECC(self, session: Any, place: int, exported: Any) -> int:  # noqa: N802
        """Write the public key at a place."""
        key = self._keys.get(place)
        if session.value not in self._handles or key is None:
            return KEY_NOT_THERE
        structure = exported._obj  # noqa: SLF001 -- what ctypes calls the object behind byref
        structure.bits = 256
        _write(structure.x, key.public.point[1:33])
        _write(structure.y, key.public.point[33:])
        return OK

    def SDF_InternalSign_ECC(self, session: Any, place: int, digest: bytes, length: int, signature: Any) -> int:  # noqa: N802
        """Sign a digest if the right was given."""
        if (session.value, place) not in self._rights:
            return NO_RIGHT
        r, s = der.read_signature(self._keys[place].sign_digest(digest[:length]))
        structure = signature._obj  # noqa: SLF001 -- what ctypes calls the object behind byref
        _write(structure.r, r.to_bytes(32, "big"))
        _write(structure.s, s.to_bytes(32, "big"))
        return OK

    def _open(self, handle: Any) -> int:
        handle._obj.value = self._next  # noqa: SLF001 -- what ctypes calls the object behind byref
        self._handles.add(self._next)
        self._next += 1
        return OK

    def _close(self, handle: Any) -> int:
        self._handles.discard(handle.value)
        return OK


def _write(field: Any, number: bytes) -> None:
    ctypes.memmove(field, bytes(FIELD - len(number)) + number, FIELD)
