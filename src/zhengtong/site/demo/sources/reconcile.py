"""`zhengtong demo reconcile` 融合各部门数据: golden records of what twelve departments hold, and whose turn it is.

The demo starts this beside its portals, because it takes a minute: the conflict desk fills while one looks around.
"""

import os
import shutil
from pathlib import Path

import click

FOLDER = "departments"
"""In the home: the departments' files, and the truth beside them."""
_REGISTRAR = "public_security"
"""Whose office reviews the merges: most of what waits is about residents."""
_NICENESS = 15
_COLLECTED = {
    "301001/1": ("public_security/常住人口登记.csv", {"户籍地址": "address", "登记时间": "changed_at"}),
    "301005/1": ("medical_insurance/参保人员.csv", {"变更时间": "changed_at"}),
}
"""Which files are collected into the lake too, as datasets of the catalogue; columns called otherwise there."""


@click.command("reconcile")
def reconcile() -> None:
    """Write the departments' files into the demo's home and fuse what is not fused yet."""
    import django  # noqa: PLC0415 -- keeps `--help` quick

    os.nice(_NICENESS)
    os.environ["ZHENGTONG_DEMO"] = "1"
    django.setup()
    from zhengtong.data.fusion import api as fusion  # noqa: PLC0415 -- needs the apps that are set up by now

    waiting = [name for name in fusion.registries() if not fusion.versions(name, limit=1)]
    if not waiting:
        click.echo("The registries are there; `zhengtong fusion run` makes another pass.")
    _name_offices()
    sources = _files()
    _fuse(waiting, sources)
    _collect(sources)


def _name_offices() -> None:
    """Let the county's bodies answer for what their departments hold."""
    from zhengtong.data.fusion import api as fusion  # noqa: PLC0415
    from zhengtong.kernel.clock import system  # noqa: PLC0415
    from zhengtong.process.items import api as items  # noqa: PLC0415
    from zhengtong.trust.identity.api import responsibility_of, system_actor  # noqa: PLC0415

    departments = {source.department for one in fusion.registries().values() for source in one.sources}
    offices = {department: department for department in departments} | {fusion.REGISTRAR: _REGISTRAR}
    for name, department in sorted(offices.items()):
        if body := items.first_body_of(department):
            fusion.name_office(
                department=name, organisation=body.organisation,
                responsibility=responsibility_of(system_actor()), at=system.now(),
            )  # fmt: skip


def _files() -> Path:
    """Return the folder of the departments' files; write them unless all are there."""
    from django.conf import settings  # noqa: PLC0415

    from zhengtong.data.registries import api as registries  # noqa: PLC0415
    from zhengtong.site.demo import province  # noqa: PLC0415
    from zhengtong.site.demo.load import Console, Setup  # noqa: PLC0415
    from zhengtong.site.demo.sources.files import make  # noqa: PLC0415

    folder, partial = Path(settings.HOME) / FOLDER, Path(settings.HOME) / f"{FOLDER}.partial"
    if folder.exists():
        return folder / "sources"
    shutil.rmtree(partial, ignore_errors=True)
    loaded = sorted(name for name in registries.loaded_parts() if name.startswith("demo/"))
    if not loaded:
        raise click.ClickException("There is no demo province here yet: run `zhengtong demo` first.")
    seed = loaded[0].split("/")[1]
    setup = Setup(scale=len(loaded), seed=seed, console=Console())
    with setup.console.step("departments' files 各部门数据"):
        partial.mkdir(mode=0o700)
        parts = province.parts(setup.tree, setup.content, seed=seed, scale=len(loaded))
        make(parts, partial, today=setup.content.as_of, seed=seed)
        partial.rename(folder)
    return folder / "sources"


def _fuse(names: list[str], sources: Path) -> None:
    from zhengtong.data.fusion import api as fusion  # noqa: PLC0415
    from zhengtong.kernel.clock import system  # noqa: PLC0415
    from zhengtong.site.demo.load import Console  # noqa: PLC0415
    from zhengtong.trust.identity.api import responsibility_of, system_actor  # noqa: PLC0415

    for name in names:
        with Console().step(f"golden records {name} 融合"):
            fusion.run(name, sources=sources, responsibility=responsibility_of(system_actor()), at=system.now())


def _collect(sources: Path) -> None:
    """Collect some of the files, with the rows that are refused, and judge their quality."""
    from zhengtong.data.catalog import api as catalog  # noqa: PLC0415
    from zhengtong.data.collection import api as collection  # noqa: PLC0415
    from zhengtong.data.quality import api as quality  # noqa: PLC0415
    from zhengtong.kernel.clock import system  # noqa: PLC0415
    from zhengtong.site.demo.load import Console  # noqa: PLC0415
    from zhengtong.trust.identity.api import system_actor  # noqa: PLC0415

    for dataset, (path, columns) in _COLLECTED.items():
        view = catalog.dataset(dataset)
        if collection.version_of(view.entry.table) is not None:
            continue
        with Console().step(f"collection {dataset} 归集"):
            entry = collection.SourceEntry(
                dataset=dataset, name="每日交换文件", kind=collection.ConnectorKind.FILE,
                location=str(sources / path), options={"columns": columns},
            )  # fmt: skip
            source = collection.set_up_source(actor=system_actor(), entry=entry, at=system.now())
            collection.collect(actor=system_actor(), source=source.id)
            quality.assess(actor=system_actor(), dataset=dataset, at=system.now())
