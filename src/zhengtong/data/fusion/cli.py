"""Commands 命令: `zhengtong fusion run|score|discrepancies|versions|supply|changes|office`."""

from pathlib import Path
from uuid import UUID

import click

_SOURCES = click.option(
    "--sources", required=True, type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder from which the declarations' paths start.",
)  # fmt: skip


@click.group("fusion")
def fusion_group() -> None:
    """Make golden records, score them, see contradictions and changes."""
    import django  # noqa: PLC0415 -- keeps `--help` quick

    django.setup()


@fusion_group.command("run")
@click.argument("names", nargs=-1)
@_SOURCES
def run_command(names: tuple[str, ...], sources: Path) -> None:
    """Fuse the registries NAMES (all, if none is named) from the departments' files and publish what changed."""
    from zhengtong.data.fusion import api as fusion  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.kernel.clock import system  # noqa: PLC0415
    from zhengtong.trust.identity.api import Channel, responsibility_of, system_actor  # noqa: PLC0415

    responsibility = responsibility_of(system_actor(Channel.SYSTEM))
    for name in names or fusion.registries():
        done = fusion.run(name, sources=sources, responsibility=responsibility, at=system.now())
        click.echo(
            f"{done.registry} version {done.version}: {done.rows:,} rows → {done.records:,} records "
            f"({done.upserted:,} written, {done.deleted:,} deleted)\n"
            f"  {done.keyless:,} rows without a valid key: {done.linked:,} linked, {done.to_review:,} to review\n"
            f"  {done.conflicts:,} flagged values; discrepancies: {done.opened:,} opened, {done.cleared:,} cleared\n"
            f"  digest {done.digest}"
        )


@fusion_group.command("score")
@click.argument("names", nargs=-1)
@_SOURCES
@click.option(
    "--truth", required=True, type=click.Path(path_type=Path, exists=True, file_okay=False), help="What is so."
)
@click.option("--beside", is_flag=True, help="Also Splink alone, without exact keys (a minute a registry).")
def score_command(names: tuple[str, ...], sources: Path, truth: Path, *, beside: bool) -> None:
    """Say how right the golden records of NAMES are, beside the exact key alone."""
    from zhengtong.data.fusion import api as fusion  # noqa: PLC0415
    from zhengtong.data.fusion.score import score  # noqa: PLC0415

    ways = ("key", "splink", "both") if beside else ("key", "both")
    for name in names or fusion.registries():
        for one in score(fusion.registry(name), sources, truth, ways=ways):
            worst = min(one.values.items(), key=lambda item: item[1])
            click.echo(
                f"{name:<14} {one.way:<7} {one.share:8.3%} of records right ({one.right:,} of {one.subjects:,}, "
                f"{one.stray:,} of nobody); worst attribute {worst[0]} {worst[1]:.3%}"
            )


@fusion_group.command("discrepancies")
@click.argument("name", required=False)
def discrepancies_command(name: str | None) -> None:
    """Say how many contradictions are open, answered and cleared, of the registry NAME or of each."""
    from zhengtong.data.fusion import api as fusion  # noqa: PLC0415

    for one in [name] if name else fusion.registries():
        found = fusion.resolution(one)
        share = "–" if found.share is None else f"{found.share:.1%}"
        click.echo(
            f"{one:<14} open {found.open:,}, answered {found.answered:,}, cleared {found.cleared:,}: {share} settled"
        )


@fusion_group.command("versions")
@click.argument("name")
def versions_command(name: str) -> None:
    """List the published versions of the registry NAME, the newest first."""
    from zhengtong.data.fusion import api as fusion  # noqa: PLC0415

    for one in fusion.versions(name):
        click.echo(f"{one.version:>6}  {one.at:%Y-%m-%d %H:%M}  {one.records:>12,} records  {one.digest}")


@fusion_group.command("supply")
@click.argument("name")
def supply_command(name: str) -> None:
    """Say, for each attribute of the registry NAME, which source's word how many golden records take."""
    from zhengtong.data.fusion import api as fusion  # noqa: PLC0415

    for one in fusion.supply(name):
        click.echo(
            f"{one.attribute:<20} {one.source or 'answers':<20} {one.records:>12,} records, "
            f"{one.conflicts:,} flagged, {one.oldest:%Y-%m-%d} to {one.newest:%Y-%m-%d}"
        )


@fusion_group.command("changes")
@click.argument("name")
@click.option("--from", "start", required=True, type=int, help="Version after which changes count; -1 for all.")
@click.option("--to", "end", required=True, type=int, help="Version up to which they count.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Parquet file.")
def changes_command(name: str, start: int, end: int, out: Path) -> None:
    """Write what changed in the registry NAME between two versions as Parquet; it holds personal data in the clear."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    from zhengtong.data.fusion import api as fusion  # noqa: PLC0415

    found = fusion.changes(name, start, end)
    try:
        pq.write_table(found, out)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from error
    out.chmod(0o600)
    click.echo(f"{found.num_rows:,} rows")


@fusion_group.command("office")
@click.argument("department")
@click.argument("organisation", type=click.UUID)
def office_command(department: str, organisation: UUID) -> None:
    """Let ORGANISATION (its id) answer for the data of DEPARTMENT; the department `registrar` reviews merges."""
    from zhengtong.data.fusion import api as fusion  # noqa: PLC0415
    from zhengtong.kernel.clock import system  # noqa: PLC0415
    from zhengtong.trust.identity.api import responsibility_of, system_actor  # noqa: PLC0415

    fusion.name_office(
        department=department, organisation=organisation, responsibility=responsibility_of(system_actor()),
        at=system.now(),
    )  # fmt: skip
    click.echo(f"{department}: {organisation}")
