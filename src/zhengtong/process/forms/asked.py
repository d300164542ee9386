"""What an item asks on a day 现行表单: the version its body published, else the catalogue's form, else the common one.

A published version counts from its day until it is withdrawn or a later one counts; a release of the catalogue does not
displace it. Of two versions with one day the one of the higher number counts.
"""

import hashlib
import json
from collections.abc import Collection
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from zhengtong.process.forms.contracts import SHIPPED, AskedForm, VersionState
from zhengtong.process.forms.models import FormVersion
from zhengtong.process.forms.schema import check_schema
from zhengtong.process.items import api as items


@cache
def common_schema() -> dict[str, Any]:
    """Return the form of items that ask for nothing of their own: how to reach the applicant and hand over."""
    schema: dict[str, Any] = json.loads((Path(__file__).parent / "common.json").read_text(encoding="utf-8"))
    check_schema(schema)
    return schema


def asked_by(item: items.Item, *, at: date) -> AskedForm:
    """Return what *item* asks on *at*: one statement."""
    return asked_by_each([item], at=at)[item.code]


def asked_by_each(wanted: Collection[items.Item], *, at: date) -> dict[str, AskedForm]:
    """Return what each item asks on *at*, by its code: one statement."""
    rows = FormVersion.objects.filter(
        form__in=[item.code for item in wanted], state=VersionState.PUBLISHED, effective_on__lte=at
    ).order_by("effective_on", "number")
    last = {row.form_id: row for row in rows}
    return {item.code: _published(last[item.code]) if item.code in last else shipped_form(item) for item in wanted}


def shipped_form(item: items.Item) -> AskedForm:
    """Return what the catalogue says *item* asks."""
    schema = dict(item.form) if item.form else common_schema()
    return AskedForm(item=item.code, version=SHIPPED, schema=schema, digest=digest_of(orjson.dumps(schema).decode()))


def digest_of(text: str) -> str:
    """Return the SHA-256 of a schema as it is kept; the order of its fields is part of it."""
    return hashlib.sha256(text.encode()).hexdigest()


def _published(row: FormVersion) -> AskedForm:
    return AskedForm(item=row.form_id, version=row.number, schema=orjson.loads(row.schema), digest=row.digest)
