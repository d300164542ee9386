"""What the tests of seals share: bodies outside that answer, in files of their own."""

from pathlib import Path

import pytest

from zhengtong.trust.seals import outside
from zhengtong.trust.seals.outside import SimulatedRegistry
from zhengtong.trust.seals.tests.builders import workshop


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimulatedRegistry:
    """Public security's register, empty."""
    one = SimulatedRegistry(tmp_path / "registry.sqlite3")
    monkeypatch.setattr(outside, "_registries", [one])
    monkeypatch.setattr(outside, "_authorities", [workshop().authority])
    return one
