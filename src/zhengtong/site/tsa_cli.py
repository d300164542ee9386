"""`zhengtong tsa`: a time-stamp authority as a process of its own; needs neither our database nor our settings."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from zhengtong.site.tsa import Stamping

_FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@click.group("tsa")
def tsa_group() -> None:
    """Say when something existed (RFC 3161), for demos and tests: whom a court shall believe must be independent."""


@tsa_group.command()
@_FOLDER
@click.option("--name", default="演示时间戳机构", show_default=True, help="The common name in its certificate.")
@click.option("--algorithm", type=click.Choice(["ecdsa-p256", "sm2", "rsa"]), default="ecdsa-p256", show_default=True)
def init(folder: Path, name: str, algorithm: str) -> None:
    """Make keys and certificates in FOLDER, which holds the authority and nothing else does."""
    from zhengtong.site import tsa  # noqa: PLC0415 -- keeps `--help` quick
    from zhengtong.trust.keys.contracts import Algorithm, UnfitCertificate  # noqa: PLC0415

    try:
        tsa.make(folder, name=name, algorithm=Algorithm(algorithm), at=datetime.now(UTC))
    except FileExistsError as error:
        raise click.ClickException(f"{error.filename} exists; a key is never overwritten.") from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    except UnfitCertificate as refusal:
        raise click.ClickException(f"{name!r} is no name for a certificate.") from refusal
    click.echo(f"✓ {folder}: give root.cer to who shall believe it")


@tsa_group.command("entry")
@_FOLDER
@click.option("--name", required=True, help="How the log calls it.")
@click.option("--address", required=True, help="Where it answers, http://host:port.")
def entry_command(folder: Path, name: str, address: str) -> None:
    """Print what goes into a log's file of authorities."""
    from zhengtong.site import tsa  # noqa: PLC0415 -- keeps `--help` quick

    click.echo(tsa.entry(_opened(folder), name=name, address=address.rstrip("/")), nl=False)


@tsa_group.command()
@_FOLDER
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8702, show_default=True, type=click.IntRange(1, 65535))
def serve(folder: Path, host: str, port: int) -> None:
    """Answer time-stamp queries over HTTP until ctrl-C or SIGTERM."""
    import uvicorn  # noqa: PLC0415 -- heavy, and the others need none of it

    from zhengtong.site import tsa  # noqa: PLC0415 -- keeps `--help` quick

    authority = _opened(folder)
    click.echo(f"listening on http://{host}:{port}", err=True)
    uvicorn.run(tsa.application(authority), host=host, port=port, log_level="warning")


def _opened(folder: Path) -> "Stamping":
    from zhengtong.site import tsa  # noqa: PLC0415 -- keeps `--help` quick

    try:
        return tsa.opened(folder)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    except tsa.UnfitFolder as error:
        raise click.ClickException(str(error)) from error
