"""What was signed last 签发记忆, kept outside of the database: a restored backup must not make the log fork.

Two checkpoints that contradict each other are proof against the log for ever. The database alone cannot prevent them:
it may be restored to yesterday and go on from there. So the last signed size and root also lie in a file, written and
flushed before the signature leaves, and nothing is signed that does not continue it.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Signed:
    """A size and a root for which a signature may be in the world."""

    size: int
    root: bytes


def remembered(identity: UUID) -> Signed | None:
    """Return what this machine signed last for the log, None for nothing."""
    try:
        written = json.loads(_path(identity).read_bytes())
    except FileNotFoundError:
        return None
    return Signed(int(written["size"]), bytes.fromhex(written["root"]))


def remember(identity: UUID, signed: Signed) -> None:
    """Keep it; when this returns it is on the disk."""
    path = _path(identity)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    with temporary.open("w") as file:
        json.dump({"size": signed.size, "root": signed.root.hex()}, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _path(identity: UUID) -> Path:
    return Path(settings.HOME) / "ledger" / f"signed-{identity}.json"
