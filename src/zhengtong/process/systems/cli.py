"""`zhengtong systems`: connect a department's own system, list them, suspend and resume them."""

from datetime import timedelta
from uuid import UUID

import click
import django

from zhengtong.process.systems.contracts import SystemAct


@click.group("systems")
def systems_group() -> None:
    """Connect departments' own systems to the API of cases."""
    django.setup()


@systems_group.command()
@click.argument("department")
@click.argument("name")
@click.option("--name-en", default="", help="Its name in English.")
@click.option("--item", "items", multiple=True, help="Code of an item it may handle; none means all of its department.")
@click.option(
    "--act", "acts", multiple=True, type=click.Choice([act.value for act in SystemAct]), default=["read"],
    show_default=True, help="What it may do; may be repeated.",
)  # fmt: skip
@click.option("--address", default="", help="Where it is told of changes; without one it only pulls.")
@click.option("--days", type=click.IntRange(1, 1095), default=365, show_default=True, help="Until its secret expires.")
def connect(
    department: str, name: str, name_en: str, items: tuple[str, ...], acts: tuple[str, ...], address: str, days: int
) -> None:
    """Connect the system NAME of DEPARTMENT, a unified credit code; its secrets are shown this once."""
    from zhengtong.kernel.clock import system  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.process.systems import api  # noqa: PLC0415
    from zhengtong.trust.identity.api import organisation_of_code, system_actor  # noqa: PLC0415

    entry = api.SystemEntry(
        organisation=organisation_of_code(department).id, name=name, name_en=name_en, items=items,
        acts=frozenset(map(SystemAct, acts)), address=address,
    )  # fmt: skip
    now = system.now()
    made = api.connect(actor=system_actor(), entry=entry, at=now, expires_at=now + timedelta(days=days))
    click.echo(f"system         {made.system}\nclient_id      {made.client_id}\nclient_secret  {made.client_secret}")
    if made.key:
        click.echo(f"signing key    {made.key}\nits secret     {made.secret}")


@systems_group.command("list")
def list_systems() -> None:
    """List the connected systems."""
    from zhengtong.process.systems import api  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415

    for one in api.systems(system_actor()):
        state = "suspended" if one.suspended_at else "working"
        click.echo(f"{one.id}  {state:<9} {one.waiting:>4} waiting {one.dead:>4} given up  {one.name}")


@systems_group.command()
@click.argument("system", type=click.UUID)
@click.argument("reason")
def suspend(system: UUID, reason: str) -> None:
    """Suspend SYSTEM for REASON: its calls are refused, and what it is told waits."""
    from zhengtong.kernel import clock  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.process.systems import api  # noqa: PLC0415
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415

    api.suspend(actor=system_actor(), system=system, reason=reason, at=clock.system.now())


@systems_group.command()
@click.argument("system", type=click.UUID)
def resume(system: UUID) -> None:
    """Let SYSTEM work again."""
    from zhengtong.kernel import clock  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.process.systems import api  # noqa: PLC0415
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415

    api.resume(actor=system_actor(), system=system, at=clock.system.now())
