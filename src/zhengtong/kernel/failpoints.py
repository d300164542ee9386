"""Failpoints 故障点: named places where a test makes a process die, as if the power failed: is anything lost?

A room declares its places (`ledger.tiled`) and passes them; only a test arms one. Nothing else switches them on: no
setting and no variable of the environment can make a process of an installation die.
"""

import os
import signal
from collections.abc import Callable

_known: set[str] = set()
_armed: dict[str, tuple[int, Callable[[], object]]] = {}


def declare(*names: str) -> tuple[str, ...]:
    """Make *names*, each with its room before the dot, known as places; return them.

    Raises:
        ValueError: a name says no room.
    """
    for name in names:
        if "." not in name:
            raise ValueError(f"{name!r} names no room")
    _known.update(names)
    return names


def declared() -> frozenset[str]:
    """Return the places of all rooms that were imported."""
    return frozenset(_known)


def die() -> None:
    """End this process at once, with nothing tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(place: str, death: Callable[[], object] = die) -> None:
    """Have the process die at *place*: a name, or a name and at which pass, `events.between:8`; empty for nowhere.

    Args:
        place: where.
        death: how; a test of many courses within one process raises what no handler of errors catches.

    Raises:
        ValueError: there is no such place.
    """
    _armed.clear()
    name, _, times = place.partition(":")
    if name:
        if name not in _known:
            raise ValueError(f"no failpoint {name!r}; there are {', '.join(sorted(_known))}")
        _armed[name] = (int(times or 1), death)


def failpoint(name: str) -> None:
    """Die here if a test armed this place and its number of passes is reached; else one look into an empty table."""
    if name in _armed:
        passes, death = _armed[name]
        _armed[name] = (passes - 1, death)
        if passes == 1:
            death()
