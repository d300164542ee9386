"""Where ranges lie between the line and the lake 暂存: a folder for each beginning, and locks that keep pulls apart.

A lock is the operating system's: it ends with the process that held it, however that died.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings

from zhengtong.data.cascade.contracts import AlreadyPulling
from zhengtong.data.collection import api as collection


def folder_of(intake: UUID, beginning: int) -> Path:
    """Return where the ranges of an intake lie since it began for the so-manieth time."""
    return _home() / str(intake) / f"{beginning:04d}"


@contextmanager
def held(name: str, *, waits: bool = False) -> Iterator[None]:
    """Hold the lock of this name.

    Raises:
        AlreadyPulling: another process holds it, and this one does not wait.
    """
    path = _home() / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyPulling from None
        yield


def tidy(folder: Path, *, reached: int) -> None:
    """Take away the ranges that have landed, and what earlier beginnings left."""
    for path, manifest in collection.whole_ranges(folder):
        if manifest["to"] <= reached:
            shutil.rmtree(path)
    for path in folder.parent.iterdir():
        if path.name < folder.name:
            shutil.rmtree(path)


def _home() -> Path:
    return Path(settings.HOME) / "cascade"
