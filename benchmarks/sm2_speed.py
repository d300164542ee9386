"""SM2 beside `openssl speed sm2`, per core and with two threads.

python -m benchmarks.sm2_speed
"""

import re
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from zhengtong.trust.keys.sm2 import api as sm2

SECONDS = 3.0
MESSAGE = b"x" * 200


def rate(action: Callable[[], object], seconds: float = SECONDS) -> float:
    """Return how often *action* runs per CPU second of this thread."""
    started, count = time.thread_time(), 0
    while time.thread_time() - started < seconds:
        for _ in range(20):
            action()
        count += 20
    return count / (time.thread_time() - started)


def threaded(action: Callable[[], object], threads: int, each: int) -> float:
    """Return actions per wall second over *threads* threads."""

    def many(_number: int) -> None:
        for _ in range(each):
            action()

    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(many, range(threads)))
    return threads * each / (time.perf_counter() - started)


def main() -> None:
    """Print both rates and their ratio."""
    key = sm2.PrivateKey.generate()
    signature = key.sign(MESSAGE)
    ours = (rate(lambda: key.sign(MESSAGE)), rate(lambda: key.public.verify(signature, MESSAGE)))
    output = subprocess.run(
        ["openssl", "speed", "-seconds", "3", "sm2"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"CurveSM2\S*\s+\S+\s+\S+\s+([\d.]+)\s+([\d.]+)", output)
    theirs = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
    for name, mine, other in zip(("sign", "verify"), ours, theirs, strict=True):
        ratio = f"{mine / other:.2f}" if other else "?"
        print(f"{name:<7} ours {mine:8.0f}/s   openssl speed {other:8.0f}/s   ratio {ratio}")
    one, two = (threaded(lambda: key.sign(MESSAGE), threads, 1500) for threads in (1, 2))
    print(f"threads sign: one {one:.0f}/s, two {two:.0f}/s of wall time, factor {two / one:.2f}")


if __name__ == "__main__":
    main()
