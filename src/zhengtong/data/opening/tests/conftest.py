"""A lake and a buffer of their own for each test."""

from pathlib import Path
from typing import Any

import pytest

from zhengtong.data.opening.tests import builders


@pytest.fixture
def house(db: None, settings: Any, tmp_path: Path) -> builders.House:
    del db
    settings.HOME = tmp_path
    found = builders.a_house()
    builders.published(found)
    return found
