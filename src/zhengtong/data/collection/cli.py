"""`zhengtong collect`: bring rows of a source into the lake, see what landed and what was refused."""

import sys
from uuid import UUID

import click
import django


@click.group("collect")
def collect_group() -> None:
    """Collect departments' data into the lake."""
    django.setup()


@collect_group.command("file")
@click.argument("dataset")
@click.argument("location")
@click.option("--mode", type=click.Choice(["snapshot", "upsert", "append"]), default="snapshot", show_default=True)
@click.option("--name", default="file", show_default=True, help="What the source is called.")
def collect_file(dataset: str, location: str, mode: str, name: str) -> None:
    """Collect the file at LOCATION (CSV, Excel, JSON, Parquet) as rows of DATASET, a resource code."""
    from zhengtong.data.collection import api  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.kernel.clock import system  # noqa: PLC0415
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415

    entry = api.SourceEntry(
        dataset=dataset, name=name, kind=api.ConnectorKind.FILE, location=location, mode=api.Mode(mode)
    )
    source = api.set_up_source(actor=system_actor(), entry=entry, at=system.now())
    _collect(source.id)


@collect_group.command()
@click.argument("source", type=click.UUID)
def run(source: UUID) -> None:
    """Collect a batch from SOURCE, an id that `sources` lists."""
    _collect(source)


@collect_group.command()
@click.argument("provider")
def sources(provider: str) -> None:
    """List the sources of PROVIDER, a unified credit code."""
    from zhengtong.data.collection import api  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.trust.identity.api import organisation_of_code  # noqa: PLC0415

    for one in api.sources_of(organisation_of_code(provider).id):
        click.echo(f"{one.id}  {one.dataset:<16} {one.kind.value:<9} {one.mode.value:<9} {one.name}")


@collect_group.command()
@click.argument("batch", type=click.UUID)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
def refused(batch: UUID, limit: int) -> None:
    """Say why rows of BATCH were refused; what is in them is not shown."""
    from zhengtong.data.collection import api  # noqa: PLC0415 -- needs the apps that the group has set up

    for row in api.refused_rows(batch, limit=limit):
        click.echo(f"{row.number:>9}  {', '.join(row.reasons)}")


@collect_group.command()
@click.argument("dataset")
def lineage(dataset: str) -> None:
    """Show where the columns of DATASET come from and go to."""
    from zhengtong.data.collection import api  # noqa: PLC0415 -- needs the apps that the group has set up

    for edge in api.lineage_of(dataset):
        click.echo(
            f"{edge.source}.{edge.source_column} -> {edge.target}.{edge.target_column}  ({edge.job}, {edge.how})"
        )


def _collect(source: UUID) -> None:
    from zhengtong.data.collection import api  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415

    def show(done: int, total: int | None) -> None:
        if sys.stdout.isatty():
            click.echo(f"\r  … {done:,}{f' / {total:,}' if total else ''} rows", nl=False)

    batch = api.collect(actor=system_actor(), source=source, on_progress=show)
    version = "" if batch.version is None else f", version {batch.version}"
    figures = f"{batch.rows_read:,} read, {batch.rows_landed:,} landed, {batch.rows_refused:,} refused{version}"
    if batch.error:
        raise click.ClickException(f"{batch.error} ({figures})")
    click.echo(f"✓ {batch.state.value}: {figures}. Batch {batch.id}")
