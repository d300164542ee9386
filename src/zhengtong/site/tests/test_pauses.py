import gc
from collections.abc import Iterator

import pytest

from zhengtong.site.pauses import Pauses

FULL, YOUNG = {"generation": 2}, {"generation": 1}


@pytest.fixture
def frozen() -> Iterator[int]:
    """Count the frozen objects now; whatever the test freezes is thawed."""
    yield gc.get_freeze_count()
    gc.unfreeze()


def test_survivors_of_a_long_full_collection_are_spared_the_next(frozen: int) -> None:
    pauses = Pauses(long_seconds=-1.0, most=1)
    pauses("start", FULL)
    pauses("stop", FULL)
    assert gc.get_freeze_count() > frozen
    assert pauses.left == 0


def test_a_process_spares_only_so_often(frozen: int) -> None:
    pauses = Pauses(long_seconds=-1.0, most=0)
    pauses("start", FULL)
    pauses("stop", FULL)
    assert gc.get_freeze_count() == frozen


@pytest.mark.parametrize(("seconds", "info"), [(3600.0, FULL), (-1.0, YOUNG)], ids=["short", "young"])
def test_short_and_young_collections_spare_nothing(frozen: int, seconds: float, info: dict[str, int]) -> None:
    pauses = Pauses(long_seconds=seconds)
    pauses("start", info)
    pauses("stop", info)
    assert gc.get_freeze_count() == frozen
