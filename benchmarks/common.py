"""What benchmarks share: CPU seconds that count child processes, ratios, peers in environments of their own."""

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(kw_only=True)
class Cost:
    """What a piece of work took: seconds on the wall and on the processors, children that ended included."""

    wall: float = 0.0
    cpu: float = 0.0


def cpu_seconds() -> float:
    """Return the processor time of this process and of its ended children."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


@contextmanager
def measured() -> Iterator[Cost]:
    """Measure a block; the cost is complete when the block has ended."""
    cost, wall, cpu = Cost(), time.perf_counter(), cpu_seconds()
    yield cost
    cost.wall, cost.cpu = time.perf_counter() - wall, cpu_seconds() - cpu


def ratio(ours: float, theirs: float) -> str:
    """Say how two costs compare.

    >>> ratio(2.0, 5.0), ratio(5.0, 2.0)
    ('2.5× less', '2.5× more')
    """
    if not ours or not theirs:
        return "no ratio"
    return f"{theirs / ours:.1f}× less" if ours <= theirs else f"{ours / theirs:.1f}× more"


def quantile(values: list[float], share: float) -> float:
    """Return the value below which *share* of the values lie.

    >>> quantile([4.0, 1.0, 3.0, 2.0], 0.5)
    3.0
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> str:
    """Return one line on what the figures were measured."""
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def run_peer(requirements: list[str], program: str, *arguments: str) -> str:
    """Run *program* in a throwaway environment that holds *requirements*; return what it prints.

    Raises:
        subprocess.CalledProcessError: the peer cannot be installed or fails.
    """
    with tempfile.TemporaryDirectory(prefix="zhengtong-peer-") as folder:
        venv.create(folder, with_pip=False)
        python = Path(folder) / "bin/python"
        subprocess.run(
            [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python, *requirements], check=True
        )
        return subprocess.run([python, "-c", program, *arguments], check=True, capture_output=True, text=True).stdout
