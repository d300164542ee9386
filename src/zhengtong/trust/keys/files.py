"""Key files 密钥文件: written whole, readable by their owner alone, never half there for a reader."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def private_file(path: Path, content: bytes) -> Path:
    """Create *path* (0600) with *content*, on the disk when this returns.

    Raises:
        FileExistsError: it is there.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return path


def write_once(path: Path, content: bytes) -> None:
    """Create *path* whole or leave what another process made first: a reader never sees half a key."""
    temporary = private_file(path.with_name(f".{path.name}.{secrets.token_hex(8)}"), content)
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass  # the other process won; its key is the key
    finally:
        temporary.unlink()


def replace(path: Path, content: bytes) -> None:
    """Put *content* in the place of *path* in one step."""
    private_file(path.with_name(f".{path.name}.{secrets.token_hex(8)}"), content).replace(path)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes from changing what lies in *folder* meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
