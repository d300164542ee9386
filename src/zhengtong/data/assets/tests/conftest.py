"""A lake of its own for each test."""

from pathlib import Path
from typing import Any

import pytest

from zhengtong.data.assets.tests import builders


@pytest.fixture
def house(db: None, settings: Any, tmp_path: Path) -> builders.House:
    del db
    settings.HOME = tmp_path
    return builders.a_house()
