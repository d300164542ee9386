"""`zhengtong ministries`: publish their catalogue, connect, see how interfaces do; simulate them."""

from pathlib import Path

import click

_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group("ministries")
def ministries_group() -> None:
    """Ask the ministries' interfaces through one line."""


@ministries_group.command()
@click.argument("folder", type=_FOLDER)
def publish(folder: Path) -> None:
    """Publish the catalogue of interfaces in FOLDER; unchanged, it keeps its edition."""
    _set_up()
    from zhengtong.data.ministries import api  # noqa: PLC0415 -- needs the apps that are set up now
    from zhengtong.kernel.clock import system  # noqa: PLC0415
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415

    found = api.read_catalogue(folder)
    number = api.publish_catalogue(actor=system_actor(), catalogue=found, at=system.now())
    click.echo(f"✓ edition {number}: {len(found.ministries)} ministries, {len(found.interfaces)} interfaces")


@ministries_group.command()
@click.argument("address")
@click.option("--key", required=True, help="The id of the key that the other side issued.")
@click.option("--secret", required=True, type=_FILE, help="A file with the key's secret in hexadecimal digits.")
@click.option("--algorithm", type=click.Choice(["hmac-sm3", "hmac-sha256"]), default="hmac-sm3", show_default=True)
def connect(address: str, key: str, secret: Path, algorithm: str) -> None:
    """Set up the line to ADDRESS (https://…)."""
    _set_up()
    from zhengtong.data.exchange.contracts import Algorithm  # noqa: PLC0415 -- needs the apps that are set up now
    from zhengtong.data.ministries import api  # noqa: PLC0415
    from zhengtong.kernel.clock import system  # noqa: PLC0415
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415

    own = _secret(secret)
    api.connect(
        actor=system_actor(), address=address, key_id=key, algorithm=Algorithm(algorithm), key=own, at=system.now()
    )
    click.echo(f"✓ {address}")


@ministries_group.command()
def status() -> None:
    """Show the interfaces that were used today or have failed."""
    _set_up()
    from zhengtong.data.ministries import api  # noqa: PLC0415 -- needs the apps that are set up now
    from zhengtong.kernel.clock import system  # noqa: PLC0415

    found = api.catalogue()
    click.echo(f"{api.address() or 'no line'} · edition {found.number}")
    for one in api.statuses(found, at=system.now()):
        if one.used_today or one.failures:
            used = f"{one.used_today}/{one.interface.daily_quota}"
            click.echo(f"  {one.interface.code:<40} {one.health.value:<10} {used:>12} {one.failure}")


@ministries_group.command()
@click.argument("catalogue", type=_FOLDER)
@click.argument("people", type=_FOLDER)
@click.option("--key", default="demo", show_default=True, help="The id of the key that queries are signed with.")
@click.option("--secret", required=True, type=_FILE, help="A file with its secret in hexadecimal digits.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8704, show_default=True, type=click.IntRange(1, 65535))
@click.option("--latency-ms", default=0, show_default=True, type=click.IntRange(0, 60_000), help="Before each answer.")
@click.option("--failing", multiple=True, metavar="CODE", help="An interface that is out of service; repeatable.")
def simulate(
    catalogue: Path,
    people: Path,
    *,
    key: str,
    secret: Path,
    host: str,
    port: int,
    latency_ms: int,
    failing: tuple[str, ...],
) -> None:
    """Be the ministries of CATALOGUE, who know PEOPLE: a server of its own, which opens no database."""
    import uvicorn  # noqa: PLC0415 -- heavy, and the others need none of it

    _set_up()
    from zhengtong.data.ministries import reading, simulator  # noqa: PLC0415 -- keeps `--help` quick

    try:
        known = simulator.People.read(people)
    except (OSError, KeyError) as error:
        raise click.ClickException(f"{people} holds no people.csv and entities.csv: {error}") from error
    served = simulator.Served(
        interfaces={one.code: one for one in reading.read(catalogue).interfaces}, people=known, key_id=key,
        key=_secret(secret), latency=latency_ms / 1000, failing=failing,
    )  # fmt: skip
    click.echo(f"listening on http://{host}:{port}", err=True)
    uvicorn.run(simulator.application(served), host=host, port=port, log_level="warning")


def _set_up() -> None:
    import django  # noqa: PLC0415 -- keeps `--help` quick

    django.setup()


def _secret(path: Path) -> bytes:
    try:
        return bytes.fromhex(path.read_text(encoding="utf-8").strip())
    except (UnicodeDecodeError, ValueError):
        raise click.ClickException(f"{path} holds no hexadecimal digits") from None
