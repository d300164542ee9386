"""What a range of versions changed is read as Delta lays it down, in the same order every time, in portions."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from zhengtong.data.collection import lake, portions
from zhengtong.data.collection.changed import Changed, changed, read_changed, read_updates, updating
from zhengtong.data.collection.contracts import ChangesCleared, VersionUnknown
from zhengtong.kernel.ids import new_id

TABLE, PART = "people", 4


@pytest.fixture(autouse=True)
def lake_of_its_own(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HOME = tmp_path
    for module in (lake, portions):
        monkeypatch.setattr(module, "PORTION_ROWS", PART)


def landed(rows: list[dict[str, Any]], *, mode: str = "upsert", keys: tuple[str, ...] = ("key",)) -> int:
    """Land rows as a version and return its number."""
    return lake.land(TABLE, pa.Table.from_pylist(rows), keys=keys, mode=mode, source=new_id(), sequence=1, notes={})


def a_history() -> None:
    """Ten rows; some changed, one taken out, one new; two appended with another column; everything replaced."""
    landed([{"key": str(number), "value": number} for number in range(10)])
    gone = lake.GONE
    landed([{"key": str(number), "value": 90 + number, gone: number == 3} for number in (2, 3, 5, 7, 11)])
    landed([{"key": "12", "value": 12, "more": "x"}, {"key": "13", "value": 13, "more": None}], mode="append")
    landed([{"key": "0", "value": 0}], mode="snapshot", keys=())


def rows_of(found: Changed, columns: tuple[str, ...] = ("key", "value")) -> list[tuple[Any, ...]]:
    parts = [read_changed(found, number, columns).to_pylist() for number in range(len(found.portions))]
    return [tuple(row.values()) for part in parts for row in part]


@pytest.mark.parametrize(("first", "last"), [(0, 3), (0, 0), (1, 1), (1, 2), (2, 3), (3, 3)])
def test_a_range_holds_the_rows_of_deltas_own_change_feed(first: int, last: int) -> None:
    a_history()
    feed = lake.changes(TABLE, after=first - 1, until=last).to_pylist()
    names = ("_change_type", "_commit_version", "key", "value")
    found = changed(TABLE, first=first, last=last)
    assert Counter(rows_of(found)) == Counter(tuple(row[name] for name in names) for row in feed)
    assert rows_of(changed(TABLE, first=first, last=last)) == rows_of(found), "asked again, in the same order"
    assert found.rows == len(feed)
    assert all(portion.rows <= PART for portion in found.portions)


def test_a_commit_that_only_rewrote_files_changed_nothing() -> None:
    a_history()
    landed([{"key": "1", "value": 1}], mode="append")
    DeltaTable(lake.table_path(TABLE)).optimize.compact()
    assert lake.version_of(TABLE) == 5
    assert changed(TABLE, first=5).portions == ()


def test_without_a_beginning_all_rows_of_the_version_are_inserts() -> None:
    a_history()
    found = changed(TABLE, first=None, last=2)
    assert {row[:2] for row in rows_of(found)} == {("insert", 2)}
    assert sorted(int(row[2]) for row in rows_of(found)) == [0, 1, 2, 4, 5, 6, 7, 8, 9, 11, 12, 13]


def test_a_range_behind_the_latest_version_is_empty_and_one_of_the_future_unknown() -> None:
    a_history()
    found = changed(TABLE, first=4)
    assert (found.portions, found.last) == ((), 3)
    for first, last in ((3, 4), (None, 9)):
        with pytest.raises(VersionUnknown):
            changed(TABLE, first=first, last=last)
    with pytest.raises(VersionUnknown):
        changed("nothing", first=0)


def test_both_images_of_updates_are_found_in_whatever_portion_they_lie() -> None:
    a_history()
    found = changed(TABLE, first=0, last=1)
    touching = [number for number, one in enumerate(found.portions) if any(not file.kind for file, _ in one.pieces)]
    assert len(touching) > 1
    for number in touching:
        pieces = [read_updates(found, piece, ["key"]).to_pylist() for piece in updating(found, number)]
        images = Counter((row["key"], row["_change_type"]) for piece in pieces for row in piece)
        kinds = ("update_preimage", "update_postimage")
        assert images == Counter({(key, kind): 1 for key in "257" for kind in kinds})


def test_a_range_whose_files_were_cleared_away_says_so() -> None:
    a_history()
    table = DeltaTable(lake.table_path(TABLE))
    before = changed(TABLE, first=1, last=3)
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    with pytest.raises(ChangesCleared):
        rows_of(before)
    with pytest.raises(ChangesCleared):
        changed(TABLE, first=2, last=3)
    DeltaTable(lake.table_path(TABLE)).create_checkpoint()
    (lake.table_path(TABLE) / "_delta_log" / f"{1:020d}.json").unlink()
    with pytest.raises(ChangesCleared):
        changed(TABLE, first=1, last=1)
    assert len(rows_of(changed(TABLE, first=None))) == 1


def test_a_column_that_changed_its_kind_is_not_told_as_a_change() -> None:
    landed([{"key": "a", "value": "much"}])
    landed([{"key": "a", "value": 1}], mode="snapshot", keys=())
    with pytest.raises(ChangesCleared):
        rows_of(changed(TABLE, first=0))
