"""`zhengtong items`: check a catalogue before it is published, search what is."""

from pathlib import Path

import click
import django


@click.group("items")
def items_group() -> None:
    """Check a service catalogue; search the published one."""
    django.setup()


@items_group.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def check(folder: Path) -> None:
    """Read the catalogue in FOLDER and say whether it can be published; nothing is changed."""
    from zhengtong.process.items import api  # noqa: PLC0415 -- needs the apps that the group has set up

    catalogue = api.read_catalogue(folder)
    departments = {item.department_key for item in catalogue.items}
    click.echo(
        f"✓ {len(catalogue.items)} items of {len(departments)} departments, {len(catalogue.bundles)} bundles:"
        " the catalogue can be published."
    )


@items_group.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--region", help="Only items handled in this region's county.")
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True)
def search(words: tuple[str, ...], region: str | None, limit: int) -> None:
    """Find items and bundles by WORDS: names, everyday words, English, first letters of pinyin."""
    from zhengtong.process.items import api  # noqa: PLC0415 -- needs the apps that the group has set up

    page = api.search(" ".join(words), region=region, size=limit)
    for entry in page.entries:
        click.echo(f"{entry.code:<24} {entry.name.zh}  {entry.name.en}  ({entry.department.zh})")
    if not page.entries:
        click.echo("Nothing found. Try a shorter word, or `zhengtong demo` to load the demo catalogue first.")
