"""Running the gateway 运行网关: the scribe first, then the workers; the scribe is started again if it dies.

The one thread of each process owns its database connection, and a statement takes microseconds: there is nothing to
hand to another thread. Django asks to be told so by DJANGO_ALLOW_ASYNC_UNSAFE.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.conf import settings

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from zhengtong.data.exchange.gateway.signed import SignedEndpoint

_COMMAND = "from zhengtong.site.cli import main; main()"
SOCKET = "scribe.sock"
LOCK = "scribe.lock"


def node_name() -> str:
    """Return the name of this node's chain: ZHENGTONG_NODE, else the host's name."""
    return (os.environ.get("ZHENGTONG_NODE") or socket.gethostname())[:40]


def socket_path() -> Path:
    """Return where the scribe of this home listens."""
    return Path(settings.HOME) / SOCKET


def run_scribe() -> None:
    """Write looks until SIGTERM."""
    from zhengtong.data.exchange.gateway.scribe import Record, alone, serve  # noqa: PLC0415 -- models need Django

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with alone(Path(settings.HOME) / LOCK):
        try:
            asyncio.run(serve(Record(node_name()), socket_path()))
        except KeyboardInterrupt:
            socket_path().unlink(missing_ok=True)


def make_application() -> "Starlette":
    """Return the ASGI application of one worker: uvicorn calls this in each."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengtong.site.settings.base")
    django.setup()
    from zhengtong.data.exchange.gateway.announcements import AnnouncementsEndpoint  # noqa: PLC0415
    from zhengtong.data.exchange.gateway.asgi import QueryEndpoint, application  # noqa: PLC0415
    from zhengtong.data.exchange.gateway.batches import BatchEndpoint, ManifestEndpoint  # noqa: PLC0415
    from zhengtong.data.exchange.gateway.businesses import Businesses  # noqa: PLC0415
    from zhengtong.data.exchange.gateway.changes import ChangesEndpoint, ChangesManifestEndpoint  # noqa: PLC0415
    from zhengtong.data.exchange.gateway.desk import Desk, ScribeLine  # noqa: PLC0415
    from zhengtong.data.exchange.gateway.grants import Grants  # noqa: PLC0415
    from zhengtong.data.exchange.gateway.holdings import Holdings  # noqa: PLC0415

    line = ScribeLine(socket_path())

    async def probe() -> None:
        await line.record([])

    grants, holdings = Grants(), Holdings()
    endpoints: dict[str, SignedEndpoint] = {
        "/v1/query": QueryEndpoint(grants, Desk(line.record), Businesses()),
        "/v1/batch": BatchEndpoint(grants, holdings, line.record),
        "/v1/batch/manifest": ManifestEndpoint(grants, holdings),
        "/v1/changes": ChangesEndpoint(grants, holdings, line.record),
        "/v1/changes/manifest": ChangesManifestEndpoint(grants, holdings),
        "/v1/announcements": AnnouncementsEndpoint(grants),
    }
    return application(endpoints, probe)


def run(host: str, port: int, workers: int) -> int:
    """Run scribe and workers until SIGTERM or ctrl-C; return 0."""
    scribe = _start(["gateway", "scribe"])
    web = subprocess.Popen(  # noqa: S603 -- our own command
        [
            sys.executable, "-m", "uvicorn", "zhengtong.data.exchange.gateway.serve:make_application", "--factory",
            "--host", host, "--port", str(port), "--workers", str(workers), "--no-access-log", "--no-server-header",
            "--no-date-header", "--log-level", "warning", "--timeout-graceful-shutdown", "5",
        ],
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while web.poll() is None:
            if scribe.poll() is not None:
                scribe = _start(["gateway", "scribe"])
            time.sleep(0.2)
    except KeyboardInterrupt:
        pass
    finally:
        for process in (web, scribe):
            process.terminate()
        for process in (web, scribe):
            process.wait(10)
    return 0


def _start(arguments: list[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", _COMMAND, *arguments], stdin=subprocess.DEVNULL)  # noqa: S603
