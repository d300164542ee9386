"""`zhengtong demo sources` 部门数据源: write the departments' files and the truth beside them."""

import os
from pathlib import Path

import click


@click.command("sources")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder of the files.")
@click.option("--scale", default=1, show_default=True, type=click.IntRange(1, 200), help="Times 50,000 residents.")
@click.option("--seed", help="Other people and other faults; the default is the demo's own.")
@click.option(
    "--archive",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The division data's .tgz, where npm cannot fetch it.",
)
def sources(*, out: Path, scale: int, seed: str | None, archive: Path | None) -> None:
    """Write what twelve departments hold of the demo's residents and enterprises, faults included."""
    import django  # noqa: PLC0415 -- keeps `--help` quick

    django.setup()
    from django.conf import settings  # noqa: PLC0415 -- the settings are read by now

    from zhengtong.kernel.regions import api as regions  # noqa: PLC0415
    from zhengtong.site.demo import places, province  # noqa: PLC0415
    from zhengtong.site.demo.content import read_content  # noqa: PLC0415
    from zhengtong.site.demo.sources.files import make  # noqa: PLC0415
    from zhengtong.site.settings.environment import PROJECT_ROOT  # noqa: PLC0415

    content = read_content(PROJECT_ROOT / "provinces" / "demo")
    found = archive or regions.fetch(Path(os.fspath(settings.HOME)) / "downloads")
    rows = regions.rows(found, (content.elsewhere, content.province))
    tree = places.RegionTree([places.RegionRow(code=row.code, name=row.name) for row in rows])
    chosen = seed or content.seed
    parts = province.parts(tree, content, seed=chosen, scale=scale)
    try:
        made = make(parts, out, today=content.as_of, seed=chosen)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from error
    for one in made:
        click.echo(f"{one.rows:>9,}  {one.path.relative_to(out)}")
