"""An office with published types, and one whose body has its seal; bodies outside answer in files of their own."""

from pathlib import Path

import pytest

from zhengtong.trust.licenses.tests.builders import Office, a_ready_office, a_seal_for
from zhengtong.trust.seals import outside
from zhengtong.trust.seals.outside import SimulatedRegistry
from zhengtong.trust.seals.tests.builders import workshop


@pytest.fixture
def office(db: None) -> Office:
    del db
    return a_ready_office()


@pytest.fixture
def sealed_office(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(outside, "_registries", [SimulatedRegistry(tmp_path / "registry.sqlite3")])
    monkeypatch.setattr(outside, "_authorities", [workshop().authority])
    a_seal_for(office)
    return office
