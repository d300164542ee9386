"""What a witness remembers 见证状态: of each log the last checkpoint it co-signed, in one file.

The file is replaced whole and flushed before the co-signature leaves. A lock beside it keeps a second process of the
same witness from going back behind the first.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock


class StateDamaged(ValueError):  # noqa: N818 -- named after what happened
    """The state file cannot be read; a witness without memory must not sign."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """The last checkpoint co-signed: size, root, and the signed note as the log sent it."""

    size: int
    root: bytes
    note: str


class WitnessState:
    """The memory of one witness.

    Args:
        path: the file; it is made with the first co-signature.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = Lock()

    @contextmanager
    def held(self) -> Iterator[dict[str, Seen]]:
        """Give what was seen, by origin, and hold it: no other thread or process looks or writes meanwhile.

        What the block changed is on the disk when it ends without an error.

        Raises:
            StateDamaged: the file cannot be read.
        """
        with self._threads, self._lock_file():
            seen = self._read()
            before = dict(seen)
            yield seen
            if seen != before:
                self._write(seen)

    @contextmanager
    def _lock_file(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read(self) -> dict[str, Seen]:
        try:
            written = json.loads(self._path.read_bytes())
            return {
                origin: Seen(size=int(one["size"]), root=bytes.fromhex(one["root"]), note=str(one["note"]))
                for origin, one in written.items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StateDamaged(f"{self._path.name}: {error!r}") from error

    def _write(self, seen: dict[str, Seen]) -> None:
        document = {
            origin: {"size": one.size, "root": one.root.hex(), "note": one.note} for origin, one in seen.items()
        }
        temporary = self._path.with_suffix(".new")
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(document, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
