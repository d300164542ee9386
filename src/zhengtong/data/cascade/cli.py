"""`zhengtong cascade`: nodes of other levels, what is taken from them, pulling it."""

from pathlib import Path
from uuid import UUID

import click
import django
from django.utils.timezone import localtime

from zhengtong.data.exchange.contracts import Algorithm

_POSITIONS = ("upper", "lower")


@click.group("cascade")
def cascade_group() -> None:
    """Take data from the nodes of upper and lower levels."""
    django.setup()


@cascade_group.command("add-peer")
@click.argument("name")
@click.argument("gateway")
@click.option("--position", required=True, type=click.Choice(_POSITIONS), help="Where that node stands to this one.")
@click.option("--key", required=True, help="The id of the access key that it issued.")
@click.option(
    "--secret", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the key's secret in hexadecimal digits.",
)  # fmt: skip
@click.option(
    "--algorithm", default=Algorithm.HMAC_SHA256.value, show_default=True,
    type=click.Choice([one.value for one in Algorithm]),
)  # fmt: skip
def add_peer(name: str, gateway: str, position: str, key: str, secret: Path, algorithm: str) -> None:
    """Set up the node NAME, whose gateway answers at GATEWAY (https://…)."""
    from zhengtong.data.cascade import api  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.kernel.clock import system  # noqa: PLC0415
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415

    try:
        own = bytes.fromhex(secret.read_text().strip())
    except (UnicodeDecodeError, ValueError):
        raise click.ClickException(f"{secret} holds no hexadecimal digits") from None
    entry = api.PeerEntry(
        name=name, position=api.Position(position), gateway=gateway, key_id=key, algorithm=Algorithm(algorithm), key=own
    )
    click.echo(f"✓ {api.add_peer(actor=system_actor(), entry=entry, at=system.now()).name}")


@cascade_group.command()
@click.argument("dataset")
@click.option("--peer", required=True, help="The node's name.")
@click.option("--agreement", required=True, type=click.UUID, help="The agreement's id at that node.")
@click.option("--item", required=True, help="Code of the item it is for.")
@click.option("--every", type=click.IntRange(1), help="Minutes between pulls; without it, by hand.")
def take(dataset: str, peer: str, agreement: UUID, item: str, every: int | None) -> None:
    """Have DATASET, a resource code of this node's catalogue, taken from a node."""
    from zhengtong.data.cascade import api  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.kernel.clock import system  # noqa: PLC0415
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415

    entry = api.IntakeEntry(dataset=dataset, peer=peer, agreement=agreement, item=item, every_minutes=every)
    made = api.take(actor=system_actor(), entry=entry, at=system.now())
    click.echo(f"✓ {made.id}  {made.dataset}  {made.peer.name}")


@cascade_group.command()
@click.argument("dataset", required=False, default="")
@click.option("--peer", default="", help="Only from the node of this name.")
@click.option("--anew", is_flag=True, help="Begin with all rows again; what the node no longer has is taken out.")
def pull(dataset: str, peer: str, anew: bool) -> None:  # noqa: FBT001 -- click's
    """Pull what nodes announced since the last time: all, or DATASET only."""
    from zhengtong.data.cascade import api  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415

    found = api.intakes(dataset=dataset, peer=peer)
    if not found:
        raise api.IntakeUnknown(dataset=dataset or peer or "*")
    failed = 0
    for one in found:
        done = api.pull(actor=system_actor(), intake=one.id, anew=anew)
        changed = f"version {_shown(done.before)} → {_shown(done.after)}, {done.rows} rows, {done.rows_refused} refused"
        click.echo(f"{'✗' if done.refusal else '✓'} {one.dataset}  {one.peer.name}: {changed}")
        if done.refusal:
            failed += 1
            click.echo(f"  {done.refusal.explanation}\n  {done.refusal.advice}", err=True)
    if failed:
        raise click.ClickException(f"{failed} of {len(found)} did not come through")


@cascade_group.command()
def status() -> None:
    """Show nodes, what is taken from them and how far behind it is."""
    from zhengtong.data.cascade import api  # noqa: PLC0415 -- needs the apps that the group has set up

    for peer in api.peers():
        click.echo(f"{peer.name}  ({peer.position.value})  {peer.gateway}")
        for one in api.intakes(peer=peer.name):
            when = f"{localtime(one.pulled_at):%Y-%m-%d %H:%M}" if one.pulled_at else "never"
            late = "  LATE" if one.late_since else ""
            click.echo(f"  {one.dataset}  version {_shown(one.version)}, {one.versions_behind} behind, {when}{late}")
            if one.refusal:
                click.echo(f"    {one.refusal}")


def _shown(version: int | None) -> str:
    return "—" if version is None else str(version)
