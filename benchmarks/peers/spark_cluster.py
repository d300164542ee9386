"""A Spark standalone cluster on this machine: a master and workers from the pip package, without its shell scripts.

    SPARK_PYTHON=/path/to/python python -m benchmarks.peers.spark_cluster [workers]

starts one, prints its address and keeps it until ctrl-C. Needs Java 17 and an environment with pyspark.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.server import free_port

STARTS_WITHIN = 60.0
HOST = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A running cluster: the master's address and the processes that make it."""

    url: str
    processes: tuple[int, ...]


@contextlib.contextmanager
def running(python: str, workers: int = 2, memory: str = "1536m") -> Iterator[Cluster]:
    """Run a master and *workers* workers of one core and *memory* each.

    Raises:
        RuntimeError: the workers did not come up in a minute; the message shows what the master said.
    """
    found = subprocess.run(
        [python, "-c", "import pyspark; print(pyspark.__path__[0])"], check=True, capture_output=True, text=True
    )
    spark_class = Path(found.stdout.strip()) / "bin/spark-class"
    port, pages = free_port(), free_port()
    url = f"spark://{HOST}:{port}"
    with tempfile.TemporaryDirectory(prefix="zhengtong-spark-") as folder, contextlib.ExitStack() as stack:
        environment = {**os.environ, "SPARK_LOCAL_IP": HOST, "PYSPARK_PYTHON": python, "SPARK_DAEMON_MEMORY": "512m"}
        log = stack.enter_context((Path(folder) / "log").open("w+"))

        def start(*arguments: str) -> int:
            process = subprocess.Popen(
                [spark_class, *arguments], cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
            )
            stack.callback(_stop, process)
            return process.pid

        processes = [
            start("org.apache.spark.deploy.master.Master", "--host", HOST, "--port", str(port),
                  "--webui-port", str(pages)),
            *(
                start("org.apache.spark.deploy.worker.Worker", url, "--host", HOST, "--cores", "1", "--memory", memory,
                      "--work-dir", f"{folder}/work-{number}", "--webui-port", str(free_port()))
                for number in range(workers)
            ),
        ]  # fmt: skip
        if not _ready(f"http://{HOST}:{pages}/json/", workers):
            log.seek(0)
            raise RuntimeError(f"The cluster did not start in {STARTS_WITHIN:.0f} s:\n{log.read()[-2000:]}")
        yield Cluster(url=url, processes=tuple(processes))


def _ready(address: str, workers: int) -> bool:
    """Wait until the master counts *workers* workers alive."""
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2) as page:  # noqa: S310 -- our own
            if page.read().decode().count('"ALIVE"') > workers:  # the master says it of itself too
                return True
        time.sleep(0.3)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and all it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def main() -> None:
    """Keep a cluster until ctrl-C."""
    workers = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with running(os.environ.get("SPARK_PYTHON", sys.executable), workers) as cluster:
        print(f"{cluster.url} with {workers} workers; ctrl-C ends it", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
