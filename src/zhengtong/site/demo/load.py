"""Bringing the demo province into the rooms 载入演示省: step by step, each whole or not at all, each skipped when done.

A run that was killed leaves steps that are done and one that is not; the next run begins there. The order: tables,
regions, the first part of people, offices with accounts, the other parts, the catalogue, who implements it.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhengtong.data.registries import api as registries
from zhengtong.kernel.clock import on_day, system
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.regions import api as regions
from zhengtong.process.items import api as items
from zhengtong.process.store import api as store
from zhengtong.site.demo import (
    accounts,
    assets,
    catalog,
    designs,
    letters,
    licences,
    ministries,
    offices,
    openings,
    pki,
    places,
    projects,
    province,
    sharing,
)
from zhengtong.site.demo.content import Content, read_content
from zhengtong.site.demo.seals import file_seals
from zhengtong.site.settings.environment import PROJECT_ROOT
from zhengtong.trust.identity.api import responsibility_of, system_actor
from zhengtong.trust.ledger.api import Authority

FOLDER = PROJECT_ROOT / "provinces" / "demo"
_APPOINTED_BEFORE = timedelta(days=400)


class OtherSeed(Refusal):
    """The home holds a demo province of another seed; two do not fit into one database."""

    code = "other_seed"
    status = 409
    message = _("该演示库已用种子 {there} 生成，不能再载入种子 {seed}。")
    remedy = _("请去掉 --seed，或用 --home 指定另一个文件夹。")


@dataclass(kw_only=True)
class Console:
    """Tells what goes on: a line a step, rewritten while it runs."""

    quiet: bool = False

    @contextmanager
    def step(self, label: str) -> Iterator[Callable[[str], None]]:
        """Announce a step; the yielded function shows how far it is; at the end its time is printed."""
        started = time.monotonic()

        def show(state: str) -> None:
            if not self.quiet and sys.stdout.isatty():
                click.echo(f"\r  … {label} {state}\033[K", nl=False)

        self._say(f"  … {label}", nl=not sys.stdout.isatty())
        yield show
        ending = f"  ✓ {label} ({time.monotonic() - started:.1f} s)"
        self._say(f"\r{ending}\033[K" if sys.stdout.isatty() else ending)

    def _say(self, text: str, *, nl: bool = True) -> None:
        if not self.quiet:
            click.echo(text, nl=nl)


@dataclass(kw_only=True)
class Setup:
    """One run that brings a home to the wanted scale.

    Args:
        scale: how many parts, 1 to 200.
        seed: fixes everything that is generated; None takes what the home has, else the province's own.
        console: tells what goes on.
        archive: the archive of division data, where npm is not to fetch it.
        content: the province's tables.
    """

    scale: int
    seed: str | None
    console: Console
    archive: Path | None = None
    content: Content = field(default_factory=lambda: read_content(FOLDER))
    _offices: offices.Offices | None = field(default=None, init=False)

    def run(self) -> None:
        """Do what is not done yet.

        Raises:
            OtherSeed: the home was made with another seed.
            DemoOnly: the database holds accounts that are not the demo's.
            SourceUnavailable: the division data cannot be fetched.
        """
        with self.console.step("tables 数据库表"):
            call_command("migrate", verbosity=0, interactive=False)
        there = accounts.opened()
        done = registries.loaded_parts()
        seed = self._settle_seed(done)
        wanted = [number for number in range(self.scale) if province.part_name(seed, number) not in done]
        if wanted and not self._has_regions():
            self._import_regions()
        if not there and 0 not in wanted:
            self._open_offices(seed, province.make_part(self.tree, self.content, seed=seed, number=0))
        for number in wanted:
            part = self._load_part(seed, number)
            if not there and number == 0:
                self._open_offices(seed, part)
            del part  # before the next is made: memory holds one part
        accounts.refresh_roles(at=system.now())
        self._publish_catalogue(seed)
        self._publish_processes()
        pki.establish(system_actor(), at=system.now())
        pki.keep_in_custody(system_actor(), at=system.now())
        self._publish_data_catalog(seed)
        self._open_sharing(seed)
        self._open_line_to_ministries(seed)
        self._open_data(seed)
        self._register_assets(seed)
        self._design_a_form(seed)
        self._build(seed)

    @cached_property
    def tree(self) -> places.RegionTree:
        """The region rows of the province and of where people moved in from."""
        codes = (self.content.province, self.content.elsewhere)
        return places.RegionTree(
            [places.RegionRow(code=view.code, name=view.name) for code in codes for view in regions.walk(code)]
        )

    def _settle_seed(self, done: frozenset[str]) -> str:
        seeds = {name.split("/")[1] for name in done if name.startswith("demo/")}
        there = next(iter(seeds), None)
        if there and self.seed and there != self.seed:
            raise OtherSeed(there=there, seed=self.seed)
        return there or self.seed or self.content.seed

    def _has_regions(self) -> bool:
        found = regions.regions([self.content.home_county, self.content.elsewhere])
        return len(found) == 2 and bool(regions.children(regions.children(self.content.home_county)[0].code))

    def _import_regions(self) -> None:
        with self.console.step("division data 行政区划数据"):
            archive = self.archive or regions.fetch(Path(settings.HOME) / "downloads")
        with self.console.step("regions of two provinces 两省五级区划") as show:
            regions.import_regions(
                rows=regions.rows(archive, (self.content.elsewhere, self.content.province)),
                on=on_day(system.now()),
                on_progress=lambda seen: show(f"{seen:,}"),
            )

    def _load_part(self, seed: str, number: int) -> registries.RegistryPart:
        code, times_before = places.county_of_part(self.tree, self.content, number)
        county = places.lay_out(self.tree, self.content, code, times_before)
        label = f"{county.name} {number + 1}/{self.scale}"
        with self.console.step(f"people and enterprises of {label}") as show:
            rows = [
                regions.RegionRow(grid.code, grid.name, regions.RegionLevel.GRID, village.code)
                for village in county.villages
                for grid in village.grids
            ]
            regions.import_regions(rows=rows, on=on_day(system.now()))
            show("generating")
            part = province.make_part(self.tree, self.content, seed=seed, number=number)
            show(f"loading {part.rows():,} rows")
            registries.load(part, responsibility=responsibility_of(system_actor()), at=system.now())
        return part

    def _plan(self, seed: str, part: registries.RegistryPart, now: datetime) -> offices.Offices:
        county = places.lay_out(self.tree, self.content, self.content.home_county)
        since = now - _APPOINTED_BEFORE
        return offices.plan(FOLDER, self.content, county, part.residents, seed=seed, since=since)

    def _open_offices(self, seed: str, part: registries.RegistryPart) -> None:
        with self.console.step("offices, officials, accounts 机构、人员、账号"):
            now = system.now()
            self._offices = self._plan(seed, part, now)
            accounts.open_offices(self._offices, part, at=now)
        with self.console.step("seals 印章"), transaction.atomic():
            file_seals((body.entry.id for body in self._offices.bodies), at=now)
        with self.console.step("licences 电子证照"), transaction.atomic():
            licences.publish(FOLDER / "licences", self._offices, at=now)
            licences.fill_wallets(self._offices, part, at=now)
        with self.console.step("registered letters 玺邮"), transaction.atomic():
            letters.send(self._offices, part, at=now)

    def _publish_catalogue(self, seed: str) -> None:
        catalogue = items.read_catalogue(FOLDER / "items")
        now, responsibility = system.now(), responsibility_of(system_actor())
        figures = items.statistics()
        report = None
        if not figures.items or not items.is_published(catalogue):
            with self.console.step("service catalogue 事项目录"):
                report = items.publish_catalogue(catalogue, responsibility=responsibility, at=now)
        if report is None and figures.implementations:
            return
        with self.console.step("who handles what 实施清单"):
            if self._offices is None:
                part = province.make_part(self.tree, self.content, seed=seed, number=0)
                self._offices = self._plan(seed, part, now)
            entries = implementations(catalogue, self._offices)
            items.publish_implementations(entries, responsibility=responsibility, at=now)

    def _publish_data_catalog(self, seed: str) -> None:
        """Register what the departments hold, and collect a first batch of what one of them delivers."""
        departments = catalog.read(FOLDER / "catalog")
        if catalog.is_published(departments):
            return
        with self.console.step("data catalogue 数据目录"):
            now, part = system.now(), province.make_part(self.tree, self.content, seed=seed, number=0)
            planned = self._offices or self._plan(seed, part, now)
            providers = {body.department: body.entry.id for body in planned.bodies if body.department}
            catalog.register(departments, providers, at=now)
            catalog.collect_first(part.enterprises, at=now)

    def _open_sharing(self, seed: str) -> None:
        """Let one department ask another's data, unless that is so already."""
        civil_affairs = items.first_body_of("civil_affairs")
        if civil_affairs is None or sharing.is_open(civil_affairs.organisation):
            return
        with self.console.step("data sharing 数据共享"):
            now, part = system.now(), province.make_part(self.tree, self.content, seed=seed, number=0)
            planned = self._offices or self._plan(seed, part, now)
            providers = {body.department: body.entry.id for body in planned.bodies if body.department}
            sharing.open_sharing(providers, part.residents, at=now)

    def _open_line_to_ministries(self, seed: str) -> None:
        """Publish what ministries offer and let departments ask a simulator, unless that is so already."""
        home = Path(settings.HOME)
        if ministries.is_open(home):
            return
        with self.console.step("interfaces of ministries 国家部委接口"):
            now, part = system.now(), province.make_part(self.tree, self.content, seed=seed, number=0)
            planned = self._offices or self._plan(seed, part, now)
            ministries.open_line(FOLDER / "ministries", home, planned, part, at=now)

    def _open_data(self, seed: str) -> None:
        """Let departments open some of what they hold, unless that is so already."""
        if openings.is_open():
            return
        with self.console.step("open data 数据开放"):
            now, part = system.now(), province.make_part(self.tree, self.content, seed=seed, number=0)
            with transaction.atomic():
                openings.open_data(self._offices or self._plan(seed, part, now), part, at=now)

    def _register_assets(self, seed: str) -> None:
        """Let departments register assets of what they share and open, unless that is so already."""
        if assets.is_registered():
            return
        with self.console.step("data assets 数据资产"), transaction.atomic():
            now, part = system.now(), province.make_part(self.tree, self.content, seed=seed, number=0)
            assets.register(self._offices or self._plan(seed, part, now), at=now)

    def _design_a_form(self, seed: str) -> None:
        """Let a department redesign a form, unless it does so already."""
        now = system.now()
        if designs.is_begun(at=now):
            return
        with self.console.step("a form being redesigned 表单设计"), transaction.atomic():
            part = province.make_part(self.tree, self.content, seed=seed, number=0)
            designs.begin(self._offices or self._plan(seed, part, now), at=now)

    def _build(self, seed: str) -> None:
        """Publish the stages of construction projects, and let a company build, unless one does already."""
        now = system.now()
        projects.publish(FOLDER / "stages.yaml", items.read_catalogue(FOLDER / "items"), at=now)
        if projects.is_open():
            return
        with self.console.step("investment project 投资项目"), transaction.atomic():
            projects.build(province.make_part(self.tree, self.content, seed=seed, number=0), at=now)

    def _publish_processes(self) -> None:
        """Publish the province's processes; what has not changed keeps its version."""
        now = system.now()
        for path in sorted((FOLDER / "processes").glob("*.bpmn")):
            store.publish(
                path.stem.replace("-", "_"),
                path.read_bytes(),
                effective_from=now,
                at=now,
                authority=Authority(clause="GB/T 22239-2019 8.1.4.2"),
                responsibility=responsibility_of(system_actor()),
            )


def implementations(catalogue: items.Catalogue, planned: offices.Offices) -> list[items.ImplementationEntry]:
    """Return who handles each item: the county's body of its department, and for items of the town every town."""
    departments = {body.department: body for body in planned.bodies if body.department}
    towns = [body for body in planned.bodies if body.staff == "town"]
    entries = []
    for item in catalogue.items:
        bodies = [departments[item.department_key]] if "county" in item.levels else []
        bodies += towns if "town" in item.levels else []
        entries += [_implementation(item, body) for body in bodies]
    return entries


def _implementation(item: items.Item, body: offices.Body) -> items.ImplementationEntry:
    town = body.staff == "town"
    window = (
        items.Words("便民服务中心综合窗口", "Town service centre")
        if town
        else items.Words("县行政服务中心综合窗口", "Single window of the county service centre")
    )
    return items.ImplementationEntry(
        item=item.code,
        region=body.entry.region,
        organisation=body.entry.id,
        organisation_code=body.entry.code,
        organisation_name=items.Words(body.entry.name, body.entry.name_en),
        window=window,
    )
