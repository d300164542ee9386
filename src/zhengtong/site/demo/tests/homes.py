"""A small demo home: regions, and a set-up of two thousand people."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model

from zhengtong.kernel.clock import on_day, system
from zhengtong.kernel.regions import api as regions
from zhengtong.site.demo import load
from zhengtong.site.demo.tests import small
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor, SubjectKind

LENGTHS = {2: 1, 4: 2, 6: 3, 9: 4, 12: 5}


def import_regions() -> None:
    rows = [
        regions.RegionRow(row.code, row.name, regions.RegionLevel(LENGTHS[len(row.code)]),
                          row.code[: {4: 2, 6: 4, 9: 6, 12: 9}[len(row.code)]] if len(row.code) > 2 else None)
        for row in sorted(small.region_rows(), key=lambda row: (len(row.code), row.code))
    ]  # fmt: skip
    regions.import_regions(rows=rows, on=on_day(system.now()))


def setup(scale: int = 1, seed: str | None = "s", console: load.Console | None = None) -> load.Setup:
    tables = replace(small.content(), residents=2000, households=720)
    return load.Setup(scale=scale, seed=seed, console=console or load.Console(quiet=True), content=tables)


def subject(username: str) -> Any:
    return get_user_model().objects.get(username=username).subject_id


def in_post(username: str) -> Actor:
    [appointment] = identity.appointments_of(subject(username), at=datetime.now(UTC))
    post = appointment.post
    return Actor(subject=subject(username), kind=SubjectKind.OFFICIAL, post=post.id, organisation=post.organisation,
                 organisation_path=post.organisation_path, region=post.region, duty=post.duty)  # fmt: skip
