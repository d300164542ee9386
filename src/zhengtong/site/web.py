"""`zhengtong web` 网站进程: serve the portals with Granian, one worker process per core, static files included."""

import errno
import hashlib
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path

import click
import django
from django.conf import settings
from django.core.management import call_command

from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.errors import mark as _

try:
    import fcntl
except ImportError:  # not on Windows, where one starts one process
    fcntl = None  # type: ignore[assignment]

THREADS = 4
"""Requests that one process answers at a time; more would only wait for each other."""


class PortTaken(Refusal):
    """Another program listens there, or this user may not."""

    code = "port_taken"
    status = 409
    message = _("无法在 {host}:{port} 上提供服务：端口已被占用或不允许使用。")
    remedy = _("请用 --port 另选一个端口，或先停止占用它的程序。")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535))
@click.option(
    "--workers", default=None, type=click.IntRange(1, 64), help="Processes; by default one per core, at most 4."
)
def web(host: str, port: int, workers: int | None) -> None:
    """Serve the portals until ctrl-C or SIGTERM."""
    require_free(host, port)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics_folder(port))  # before anything imports the metrics library
    django.setup()
    _prepare()
    serve(host, port, workers or min(os.cpu_count() or 1, 4))


def metrics_folder(port: int) -> Path:
    """Return an empty folder in which the web processes of this port share their counters; counting starts anew."""
    folder: Path = settings.HOME / "metrics" / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def require_free(host: str, port: int) -> None:
    """Refuse to start where another program listens; Granian itself would share the port with it in silence.

    Raises:
        PortTaken: it is taken or not permitted.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise click.UsageError(f"Cannot listen on {host}: {error.strerror}.") from error
            django.setup()  # the sentence is translated
            raise PortTaken(host=host, port=port) from error


def serve(host: str, port: int, workers: int) -> None:
    """Run the server until it is stopped."""
    from granian import Granian  # noqa: PLC0415 -- only this command needs it
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    click.echo(f"http://{host}:{port}/  ({workers} × {THREADS})")
    Granian(
        "zhengtong.site.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


def _prepare() -> None:
    """Require a migrated database, and collect the static files of this release where that was not done."""
    from zhengtong.kernel.observability.api import require_migrated  # noqa: PLC0415 -- models need Django

    require_migrated()
    stamp, release = settings.STATIC_ROOT / ".collected", static_digest()
    with _alone(settings.HOME / "static.lock"):
        if not stamp.exists() or stamp.read_text() != release:
            click.echo("… collecting and compressing static files")
            call_command("collectstatic", interactive=False, verbosity=0)
            stamp.write_text(release)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock on *path*: of two web processes that start together in one home, one collects and the other waits."""
    with path.open("w") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def static_digest() -> str:
    """Return what changes whenever a static file of the platform or its libraries does: names, sizes, times."""
    from django.contrib.staticfiles.finders import get_finders  # noqa: PLC0415 -- needs a configured Django

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list(None), key=itemgetter(0)):
            state = Path(storage.path(name)).stat()
            digest.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
