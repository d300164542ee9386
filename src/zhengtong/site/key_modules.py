"""Which hardware modules this installation has: `keys/modules.json` in its home names them, files beside hold the PINs.

{"pkcs11": {"module": "vendor.so", "token": "label", "pin_file": "pkcs11.pin"},
 "sdf": {"library": "libsdf.so", "places": [1, 2, 3], "password_file": "sdf.password"}}
"""

import json
from pathlib import Path
from typing import Any

from zhengtong.trust.keys import api as keys

FILE = "modules.json"


def attach_modules(folder: Path) -> None:
    """Register the providers that *folder* names; without the file there are none.

    Raises:
        KeyRingDamaged: the file, or a file it names, cannot be read.
        ModuleFailed: a vendor's library cannot be loaded.
    """
    file = folder / FILE
    if not file.exists():
        return
    try:
        for provider in _providers(json.loads(file.read_bytes()), folder):
            keys.register_key_provider(provider)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise keys.KeyRingDamaged(what=f"{FILE}: {error}") from error


def _providers(written: dict[str, Any], folder: Path) -> list[keys.KeyProvider]:
    found: list[keys.KeyProvider] = []
    if "pkcs11" in written:
        one = written["pkcs11"]
        pin = _secret(folder, one["pin_file"])
        found.append(keys.Pkcs11Keys(module=one["module"], token=one["token"], pin=pin))
    if "sdf" in written:
        one = written["sdf"]
        library = keys.load_sdf_library(one["library"])
        password = _secret(folder, one["password_file"])
        places = [int(place) for place in one["places"]]
        found.append(keys.SdfKeys(library, places=places, password=password, taken=lambda: keys.taken_places("sdf")))
    return found


def _secret(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8").strip()
