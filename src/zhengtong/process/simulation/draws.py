"""Random numbers 随机数: every draw has its own place, so a seed gives one answer and two definitions one luck.

The number for (what, case, occurrence) does not depend on what else was drawn: when two definitions are compared, the
same case has the same service time at the same task, and only the difference of the definitions is left
(common random numbers; Law, Simulation Modeling and Analysis, chapter 11).
"""

from zlib import crc32

import numpy as np
import numpy.typing as npt

_BLOCK = 512


class Draws:
    """Uniform numbers of one replication."""

    def __init__(self, seed: int, replication: int) -> None:
        self._root = (seed, replication)
        self._blocks: dict[tuple[str, int, int], npt.NDArray[np.float64]] = {}

    def uniform(self, what: str, case: int, occurrence: int = 0) -> float:
        """Return the number of *case* for *what*, the first time or a later one."""
        number, place = divmod(case, _BLOCK)
        key = (what, occurrence, number)
        block = self._blocks.get(key)
        if block is None:
            block = self._blocks[key] = self.generator(what, occurrence, number).random(_BLOCK)
        return float(block[place])

    def generator(self, what: str, *numbers: int) -> np.random.Generator:
        """Return a generator of its own for *what*."""
        return np.random.default_rng([*self._root, crc32(what.encode()), *numbers])
