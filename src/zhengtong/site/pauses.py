"""Pauses of Python's garbage collector in the web process: what lasts is looked through once, not again and again."""

import gc
from time import perf_counter

LONG_SECONDS = 0.010
MOST = 30
FULL = 2


class Pauses:
    """Watches full collections; where one took long, its survivors are spared the next.

    A full collection visits everything that was loaded, in the middle of somebody's request: 140 ms over the libraries
    that a process starts with, 45 ms over templates and libraries that its first pages load. Whatever survives such
    a collection is a cache or a module in all likelihood, so it is frozen (`gc.freeze`). An object that was merely in
    use at that moment and later becomes cyclic garbage is never freed; therefore this happens at most `MOST` times
    in the life of a process.
    """

    def __init__(self, long_seconds: float = LONG_SECONDS, most: int = MOST) -> None:
        self.long_seconds = long_seconds
        self.left = most
        self._started = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        """Take the word of `gc.callbacks` that a collection starts or has stopped."""
        if info["generation"] < FULL:
            return
        if phase == "start":
            self._started = perf_counter()
        elif self.left and perf_counter() - self._started > self.long_seconds:
            gc.freeze()
            self.left -= 1


def spare_what_is_loaded() -> None:
    """Freeze what the process holds by now, and from here on what outlives a long collection."""
    gc.collect()
    gc.freeze()
    gc.callbacks.append(Pauses())
