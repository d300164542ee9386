"""The ring: made once, readable by its owner, one key per purpose, generations side by side."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from zhengtong.trust.keys.api import IndexAlgorithm, KeyRing, KeyRingDamaged, Sealer
from zhengtong.trust.keys.datakeys import DataKeys


def test_a_new_ring_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    KeyRing(tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys" / "ring.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["ring.json"]


def test_opening_again_gives_the_same_keys_and_each_purpose_its_own(tmp_path: Path) -> None:
    first, second = KeyRing(tmp_path), KeyRing(tmp_path)
    assert first.derive("a") == second.derive("a")
    assert first.derive("a") != first.derive("b")
    assert len(first.derive("a")) == 32


def test_many_processes_at_first_use_agree_on_one_root(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: KeyRing(tmp_path / "k").derive("a"), range(16)))
    assert len(keys) == 1


def test_a_new_root_wraps_the_data_keys_and_every_value_stays_as_it_is(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    old = Sealer(ring, place="t|c", purpose="p").seal("张伟")
    ring.kept("oidc", lambda: b"secret")
    before = (tmp_path / "data" / "t" / "00001.key").read_bytes()
    assert (ring.add_root(), ring.rewrap(), ring.rewrap()) == (2, 2, 0)
    assert (tmp_path / "data" / "t" / "00001.key").read_bytes() != before
    reopened = KeyRing(tmp_path)
    assert Sealer(reopened, place="t|c", purpose="p").open(old) == "张伟"
    assert Sealer(reopened, place="t|c", purpose="p").is_current(old)
    assert reopened.kept("oidc", lambda: b"other") == b"secret"
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.rglob("*") if file.is_file()} == {0o600}


def test_a_rotation_cut_off_half_way_leaves_everything_readable_and_goes_on(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    values = {table: Sealer(ring, place=f"{table}|c", purpose="p").seal("张伟") for table in ("a", "b", "c")}
    ring.add_root()
    damaged = tmp_path / "data" / "b" / "00001.key"
    whole = damaged.read_bytes()
    damaged.write_bytes(whole.replace(b'"key": "', b'"key": "AAAA'))
    with pytest.raises(KeyRingDamaged):
        ring.rewrap()
    damaged.write_bytes(whole)
    again = KeyRing(tmp_path)
    assert [Sealer(again, place=f"{t}|c", purpose="p").open(value) for t, value in values.items()] == ["张伟"] * 3
    assert again.rewrap() == 2


def test_another_process_opens_what_a_root_wrapped_that_it_has_not_seen(tmp_path: Path) -> None:
    ours, theirs = KeyRing(tmp_path), KeyRing(tmp_path)
    theirs.add_root()
    sealed = Sealer(theirs, place="t|c", purpose="p").seal("张伟")
    assert ours.current == 1
    assert Sealer(ours, place="t|c", purpose="p").open(sealed) == "张伟"


def test_two_rotations_at_once_lose_no_root(tmp_path: Path) -> None:
    rings = [KeyRing(tmp_path) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda ring: ring.add_root(), rings))
    assert sorted(numbers) == list(range(2, 10))
    assert KeyRing(tmp_path).current == 9


def test_a_new_year_takes_a_new_data_key_and_two_processes_take_the_same_one(tmp_path: Path) -> None:
    ring, now = KeyRing(tmp_path), [1_700_000_000.0]
    keys = [DataKeys(ring, tmp_path / "data", now=lambda: now[0]) for _ in range(2)]
    first = keys[0].current("t")
    assert keys[1].current("t") == first
    now[0] += 366 * 86_400
    with ThreadPoolExecutor(2) as pool:
        following = set(pool.map(lambda one: one.current("t"), keys))
    assert {key.number for key in following} == {2}
    assert keys[0].numbered("t", 1) == first
    assert len(following) == 1


@pytest.mark.parametrize("table", ["../ring", "a/b", "", ".", "a..b"])
def test_a_table_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, table: str) -> None:
    with pytest.raises(ValueError, match="cannot name a folder"):
        KeyRing(tmp_path).data_keys.current(table)
    assert list(tmp_path.rglob("*.key")) == []


@pytest.mark.parametrize("content", ["", "[]", '{"current": 1}', '{"current": 2, "index": 1, "roots": {}}'])
def test_a_damaged_ring_is_refused_and_never_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / "ring.json").write_text(content)
    with pytest.raises(KeyRingDamaged):
        KeyRing(tmp_path)
    assert (tmp_path / "ring.json").read_text() == content


def test_a_ring_that_lost_a_generation_says_so(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    with pytest.raises(KeyRingDamaged):
        ring.derive("a", 7)


def test_a_kept_secret_is_made_once_and_lies_wrapped(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    made = iter([b"first secret", b"second secret"])
    assert ring.kept("oidc", lambda: next(made)) == b"first secret"
    assert KeyRing(tmp_path).kept("oidc", lambda: next(made)) == b"first secret"
    stored = (tmp_path / "oidc.key").read_bytes()
    assert b"first secret" not in stored
    (tmp_path / "oidc.key").write_bytes(stored[:-1] + bytes([stored[-1] ^ 1]))
    with pytest.raises(KeyRingDamaged):
        ring.kept("oidc", lambda: next(made))


def test_the_ring_records_which_algorithm_makes_its_indexes(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    document = json.loads((tmp_path / "ring.json").read_text())
    assert ring.index_algorithm is IndexAlgorithm(document["index"])
    document["index"] = IndexAlgorithm.HMAC_SHA256
    (tmp_path / "ring.json").write_text(json.dumps(document))
    assert KeyRing(tmp_path).index_algorithm is IndexAlgorithm.HMAC_SHA256
