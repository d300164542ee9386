"""A lake of its own for every test, and a dataset to collect into."""

from pathlib import Path
from typing import Any

import pytest

from zhengtong.data.catalog.tests import builders
from zhengtong.data.collection import api
from zhengtong.trust.identity.tests.builders import NOW, SYSTEM


@pytest.fixture
def house(db: None, settings: Any, tmp_path: Path) -> builders.House:
    del db
    settings.HOME = tmp_path / "home"
    found = builders.a_house()
    builders.published(found)
    return found


def a_source(location: str, **changed: Any) -> api.SourceView:
    given = {"dataset": builders.HOUSEHOLDS, "name": "file", "kind": api.ConnectorKind.FILE, "location": location}
    return api.set_up_source(actor=SYSTEM, entry=api.SourceEntry(**(given | changed)), at=NOW)


def collect(source: api.SourceView) -> api.BatchView:
    return api.collect(actor=SYSTEM, source=source.id)


def ids(**options: Any) -> list[str]:
    found = api.rows("police_households", **options)
    assert found is not None
    return sorted(found["id_number"].to_pylist())
