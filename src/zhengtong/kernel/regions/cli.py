"""`zhengtong regions`: import the division data, look regions up."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import django
from django.conf import settings

from zhengtong.kernel import clock

if TYPE_CHECKING:
    from zhengtong.kernel.regions.contracts import RegionView

DEFAULT_PROVINCES = ("32", "33")


@click.group("regions")
def regions_group() -> None:
    """Import, show and search regions."""
    django.setup()


@regions_group.command("import")
@click.option(
    "--province", "provinces", multiple=True, metavar="CODE", help="Two digits, repeatable. Default: 32 and 33."
)
@click.option("--archive", type=click.Path(path_type=Path), help="The package's .tgz, where npm cannot fetch it.")
def import_command(provinces: tuple[str, ...], archive: Path | None) -> None:
    """Import all five levels of provinces; a repeat changes nothing."""
    from zhengtong.kernel.regions import services, source  # noqa: PLC0415 -- needs the apps that the group has set up

    wanted = provinces or DEFAULT_PROVINCES
    for province in wanted:
        if len(province) != 2 or not province.isdigit():
            raise click.BadParameter(
                f"{province!r} is not a two-digit province code such as 33.", param_hint="--province"
            )
    if archive is None:
        locked = source.lock()
        click.echo(f"Fetching {locked['package']} {locked['version']} by npm unless it is here already …")
        archive = source.fetch(Path(settings.HOME) / "downloads")
    else:
        source.check(archive)
    started = time.monotonic()
    report = services.import_regions(
        rows=source.rows(archive, wanted), on=clock.on_day(clock.system.now()), on_progress=_show_progress
    )
    click.echo(
        f"\r{report.added:,} added, {report.renamed:,} renamed, {report.unchanged:,} unchanged"
        f" ({time.monotonic() - started:.1f} s)"
    )


@regions_group.command()
@click.argument("code")
def show(code: str) -> None:
    """Show the region with CODE, what contains it and what lies directly in it."""
    from zhengtong.kernel.regions import queries  # noqa: PLC0415 -- needs the apps that the group has set up

    region = queries.region(code)
    for depth, around in enumerate((*queries.ancestors(region.code), region)):
        click.echo(f"{'  ' * depth}{_line(around)}")
    inside = queries.children(region.code)
    for child in inside[:50]:
        click.echo(f"{'  ' * (region.level + 1)}{_line(child)}")
    if len(inside) > 50:
        click.echo(f"… and {len(inside) - 50:,} more")


@regions_group.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
def search(words: tuple[str, ...], limit: int) -> None:
    """Find regions by code or by WORDS of their names: `search 余杭 良渚`."""
    from zhengtong.kernel.regions import queries  # noqa: PLC0415 -- needs the apps that the group has set up

    found = queries.search(" ".join(words), limit=limit)
    for region in found:
        click.echo(f"{region.code:<15} {region.full_name}")
    if not found:
        click.echo("Nothing found.")


def _line(region: "RegionView") -> str:
    ended = f" (until {region.valid_to})" if region.valid_to else ""
    return f"{region.code} {region.name} {region.level.label}{ended}"


def _show_progress(seen: int) -> None:
    click.echo(f"\r{seen:,} regions …", nl=False)
