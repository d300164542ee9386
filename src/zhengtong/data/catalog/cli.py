"""`zhengtong catalog`: check, import, export, search and count the data catalogue."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import django

_READ_SUFFIXES = (".xlsx", ".xls", ".csv", ".yaml", ".yml")
_WRITE_SUFFIXES = (".xlsx", ".csv", ".yaml", ".jsonld", ".ttl")


@click.group("catalog")
def catalog_group() -> None:
    """Keep the data catalogue: check, import, export, search, count."""
    django.setup()


@catalog_group.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check(file: Path) -> None:
    """Read FILE (Excel, CSV or ODCS) and say whether it can be imported; nothing is changed."""
    from zhengtong.data.catalog import law  # noqa: PLC0415 -- needs the apps that the group has set up

    entries = _read(file)
    law.check(entries)
    elements = sum(len(entry.elements) for entry in entries)
    click.echo(f"✓ {len(entries)} datasets with {elements} data elements: the file can be imported.")


@catalog_group.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--provider", required=True, help="Unified credit code of the department whose data these are.")
@click.option("--publish", is_flag=True, help="Publish at once.")
def import_file(file: Path, provider: str, *, publish: bool) -> None:
    """Register what FILE (Excel, CSV or ODCS) says, all of it or nothing."""
    from zhengtong.data.catalog import api  # noqa: PLC0415 -- needs the apps that the group has set up
    from zhengtong.kernel.clock import system  # noqa: PLC0415
    from zhengtong.trust.identity import api as identity  # noqa: PLC0415

    entries, now, actor = _read(file), system.now(), identity.system_actor()
    organisation = identity.organisation_of_code(provider)
    report = api.register(actor=actor, provider=organisation.id, entries=entries, at=now)
    click.echo(f"✓ {report.added} new, {report.changed} changed, {report.unchanged} as before.")
    if publish:
        count = api.publish(actor=actor, codes=[entry.code for entry in entries], at=now)
        click.echo(f"✓ {count} published.")


@catalog_group.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--opened", is_flag=True, help="Only what the public may have.")
@click.option("--home", default="http://localhost:8000/open/", show_default=True, help="Address, for DCAT.")
def export(file: Path, *, opened: bool, home: str) -> None:
    """Write the published catalogue to FILE: .xlsx, .csv, .yaml (ODCS), .jsonld or .ttl (DCAT-AP)."""
    from zhengtong.data.catalog import api  # noqa: PLC0415 -- needs the apps that the group has set up

    if file.suffix not in _WRITE_SUFFIXES:
        raise click.BadParameter(f"choose one of {', '.join(_WRITE_SUFFIXES)}.", param_hint="FILE")
    filters, page = api.Filters(opened=opened), 1
    rows: list[api.DatasetView] = []
    while (found := api.search(filters=filters, page=page, size=1000)).rows:
        rows += found.rows
        page += 1
    file.write_bytes(_written(file.suffix, rows, home))
    click.echo(f"✓ {len(rows)} datasets in {file}")


@catalog_group.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True)
def search(words: tuple[str, ...], limit: int) -> None:
    """Find published datasets by WORDS."""
    from zhengtong.data.catalog import api  # noqa: PLC0415 -- needs the apps that the group has set up

    found = api.search(" ".join(words), size=limit)
    for row in found.rows:
        click.echo(f"{row.code:<16} {row.name}  ({row.provider_name})  {row.entry.sharing.value}")
    click.echo(f"{found.total} found." if found.rows else "Nothing found. Try a shorter word.")


@catalog_group.command()
def inventory() -> None:
    """Count the catalogue department by department."""
    from zhengtong.data.catalog import api  # noqa: PLC0415 -- needs the apps that the group has set up

    found = api.inventory()
    click.echo("datasets  elements  published  unconditional  conditional  withheld  department")
    for one in found.departments:
        figures = (one.datasets, one.elements, one.published, one.unconditional, one.conditional, one.withheld)
        cells = zip(figures, (8, 8, 9, 13, 11, 8), strict=True)
        click.echo("  ".join(f"{figure:>{width}}" for figure, width in cells) + f"  {one.name}")
    click.echo(f"{found.datasets} datasets, {found.elements} data elements, {found.systems} information systems.")


@catalog_group.command()
def reindex() -> None:
    """Build the search index of the catalogue anew."""
    from zhengtong.data.catalog import api  # noqa: PLC0415 -- needs the apps that the group has set up

    click.echo(f"✓ {api.refresh_search()} datasets indexed.")


def _read(file: Path) -> Sequence[Any]:
    from zhengtong.data.catalog import api  # noqa: PLC0415 -- needs the apps that the group has set up

    readers: dict[str, Callable[[bytes], Sequence[Any]]] = dict.fromkeys((".xlsx", ".xls"), api.read_excel)
    readers |= {".csv": api.read_csv, ".yaml": api.odcs.read, ".yml": api.odcs.read}
    if file.suffix not in readers:
        raise click.BadParameter(f"choose one of {', '.join(_READ_SUFFIXES)}.", param_hint="FILE")
    return readers[file.suffix](file.read_bytes())


def _written(suffix: str, rows: Sequence[Any], home: str) -> bytes:
    from zhengtong.data.catalog import api  # noqa: PLC0415 -- needs the apps that the group has set up

    entries = [row.entry for row in rows]
    if suffix == ".xlsx":
        return api.write_excel(entries)
    if suffix == ".csv":
        return api.write_csv(entries)
    if suffix == ".yaml":
        return api.odcs.write(entries, versions={row.code: row.version for row in rows})
    document = api.dcat.document(
        rows, home=home, title="政通数据目录", description="已发布的政务数据目录", publisher="Zhengtong 政通",
        address=lambda one: f"{home}catalog/{api.slug(one.code)}/",
    )  # fmt: skip
    return api.dcat.json_ld(document) if suffix == ".jsonld" else api.dcat.turtle(document)
