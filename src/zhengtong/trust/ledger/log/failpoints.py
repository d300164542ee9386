"""Failpoints 故障点 of the log: places where a test makes the sequencer die, to show that nothing is lost or forked.

`ZHENGTONG_LEDGER_FAILPOINT=tiled:3` kills the process, as if the power failed, the third time it passes `tiled`.
"""

import os
import signal

APPEND = ("taken", "placed", "tiled", "counted", "appended")
CHECKPOINT = ("rooted", "remembered", "signed", "written", "published")

_armed: dict[str, int] = {}


def arm(place: str) -> None:
    """Have the process die at *place*: a name, or a name and at which pass, `tiled:3`; empty for nowhere.

    Raises:
        ValueError: there is no such place.
    """
    _armed.clear()
    name, _, times = place.partition(":")
    if name:
        if name not in APPEND + CHECKPOINT:
            raise ValueError(f"no failpoint {name!r}; there are {', '.join(APPEND + CHECKPOINT)}")
        _armed[name] = int(times or 1)


def failpoint(name: str) -> None:
    """Die here if this place is armed and its number of passes is reached."""
    if name in _armed:
        _armed[name] -= 1
        if not _armed[name]:
            os.kill(os.getpid(), signal.SIGKILL)


arm(os.environ.get("ZHENGTONG_LEDGER_FAILPOINT", ""))
