"""The resources of the table in a catalogue, with rows; and what must stay as it was when somebody is refused."""

import shutil
from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

import pyarrow as pa
from deltalake import write_deltalake
from django.db import connection
from django.db.models import Model

from tests.access.oracle import Resource
from zhengtong.data.catalog import api as catalog
from zhengtong.data.catalog.models import Dataset
from zhengtong.data.collection import api as collection
from zhengtong.data.exchange import models as exchange
from zhengtong.data.opening import models as opening
from zhengtong.kernel.events.models import OutboxEvent
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Actor, Duty, SubjectKind
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger.models import RecordedActRow

NOW, SYSTEM = builders.NOW, builders.SYSTEM
SECRET = "不可外传"
KEY = "K1"
ROWS = pa.table(
    {
        "id": [KEY, *(f"K{number}" for number in range(2, 21))],
        "said": [SECRET if number % 2 == 0 else "另一个值" for number in range(20)],
        "other": ["协议外的数据"] * 20,
    }
)
_COUNTED: tuple[type[Model], ...] = (
    Dataset, RecordedActRow, OutboxEvent, exchange.ShareRequest, exchange.Agreement, exchange.Announcement,
    exchange.Look, opening.OpeningApplication, opening.Registration,
)  # fmt: skip
_SUMMED: tuple[type[Model], ...] = exchange.Usage, opening.Use
_titles = count(1)


def entry(one: Resource, **changed: Any) -> catalog.DatasetEntry:
    """Return the entry of a resource as its provider writes it."""
    element, opened = catalog.DataElement, one.opening
    conditional = opened in {"registration", "agreement"}
    made = catalog.DatasetEntry(
        code=f"301001/{one.number}",
        name=f"资源{one.number}",
        summary="供试验的数据。",
        elements=(
            element(name="id", title="编号", key=True),
            element(
                name="said", title="内容", data_class=catalog.DataClass(one.data_class),
                grade=catalog.DataGrade(one.grade),
            ),
            element(name="other", title="其他"),
        ),
        sharing=catalog.SharingClass(one.sharing),
        condition="办理事项需要" if one.sharing == "conditional" else "",
        basis="试点规定" if one.sharing == "withheld" else "",
        modes=(catalog.SharingMode.QUERY, catalog.SharingMode.BATCH, catalog.SharingMode.SUBSCRIPTION),
        opening=catalog.OpeningClass.CONDITIONAL if conditional else catalog.OpeningClass(opened),
        opening_condition="登记或者签订协议" if conditional else "",
        opening_mode=catalog.OpeningMode(opened) if conditional else None,
        table=f"resource_{one.number}",
    )  # fmt: skip
    return replace(made, **changed)


def describe(provider: UUID, *entries: catalog.DatasetEntry) -> None:
    """Put entries into the catalogue, or change them, and publish them."""
    catalog.register(actor=SYSTEM, provider=provider, entries=entries, at=NOW)
    catalog.publish(actor=SYSTEM, codes=[one.code for one in entries], at=NOW)


def fill(resources: Iterable[Resource]) -> None:
    """Give every resource the same rows in the lake."""
    first: Any = None
    for one in resources:
        path = collection.table_path(f"resource_{one.number}")
        if first is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_deltalake(path, ROWS, configuration={"delta.enableChangeDataFeed": "true"})
            first = path
        else:
            shutil.copytree(first, path)


def an_official(organisation: UUID, region: str, *permissions: str) -> Actor:
    """Return an official of an organisation who may do this in a region."""
    post = builders.a_post(organisation, f"经办{next(_titles)}", Duty.BUSINESS)
    if permissions:
        role = "-".join(sorted(permissions)).replace(".", "_").replace(":", "_")[:60]
        access.define_role(
            actor=SYSTEM, code=role, name=role, name_en=role, duty=Duty.BUSINESS, permissions=permissions, at=NOW
        )
        access.grant_role(actor=SYSTEM, role=role, post_id=post, region=region, at=NOW)
    official = builders.an_official(post, name="张三", duty=Duty.BUSINESS)
    return Actor(subject=official, kind=SubjectKind.OFFICIAL, post=post, posts=(post,), organisation=organisation)


def footprint() -> dict[str, int]:
    """Return what a refusal must not move: rows, acts, events, looks, calls that were counted. One statement."""
    counts = [f"(SELECT COUNT(*) FROM {model._meta.db_table})" for model in _COUNTED]  # noqa: S608 -- names of tables
    sums = [f"(SELECT COALESCE(SUM(count), 0) FROM {model._meta.db_table})" for model in _SUMMED]  # noqa: S608 -- as above
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([*counts, *sums])}")
        return dict(zip([model.__name__ for model in (*_COUNTED, *_SUMMED)], cursor.fetchone(), strict=True))
