"""Failpoints 故障点: named places in the dispatcher where a test makes the worker die, to show that nothing is lost.

`ZHENGTONG_FAILPOINT=handled:3` kills the process, as if the power failed, the third time it passes `handled`.
"""

import os
import signal
from collections.abc import Callable

NAMES = frozenset({"claimed", "received", "handled", "marked", "committed", "between"})

_armed: dict[str, tuple[int, Callable[[], object]]] = {}


def die() -> None:
    """End this process at once, with nothing tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(place: str, death: Callable[[], object] = die) -> None:
    """Have the process die at *place*: a name, or a name and at which pass, `between:8`; empty for nowhere.

    Args:
        place: where.
        death: how; a test of many courses within one process raises what no handler of errors catches.

    Raises:
        ValueError: there is no such place.
    """
    _armed.clear()
    name, _, times = place.partition(":")
    if name:
        if name not in NAMES:
            raise ValueError(f"no failpoint {name!r}; there are {', '.join(sorted(NAMES))}")
        _armed[name] = (int(times or 1), death)


def failpoint(name: str) -> None:
    """Die here if this place is armed and its number of passes is reached."""
    if name in _armed:
        passes, death = _armed[name]
        _armed[name] = (passes - 1, death)
        if passes == 1:
            death()


arm(os.environ.get("ZHENGTONG_FAILPOINT", ""))
