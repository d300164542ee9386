"""The tree proves what RFC 6962 says, cut into tiles or not, whatever the order in which it grew."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.trust.ledger.cli import conformance_merkle
from zhengtong.trust.ledger.tree import proofs, tiles
from zhengtong.trust.ledger.tree.hashing import Hashing, HashName, hashing
from zhengtong.trust.ledger.tree.proofs import Node, ProofRefused
from zhengtong.trust.ledger.tree.tiles import Tile, TilePlace

SHA, SM3 = hashing(HashName.SHA256), hashing(HashName.SM3)
HASHES = st.sampled_from([SHA, SM3])


def naive_root(hasher: Hashing, entries: list[bytes]) -> bytes:
    """RFC 6962 §2.1 as it is written."""
    if not entries:
        return hasher.empty
    if len(entries) == 1:
        return hasher.leaf(entries[0])
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hasher.node(naive_root(hasher, entries[:split]), naive_root(hasher, entries[split:]))


def naive_path(hasher: Hashing, index: int, entries: list[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.1 as it is written."""
    if len(entries) <= 1:
        return []
    split = 1
    while split * 2 < len(entries):
        split *= 2
    if index < split:
        return [*naive_path(hasher, index, entries[:split]), naive_root(hasher, entries[split:])]
    return [*naive_path(hasher, index - split, entries[split:]), naive_root(hasher, entries[:split])]


def naive_proof(hasher: Hashing, old: int, entries: list[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 6962 §2.1.2 as it is written."""
    if old == len(entries):
        return [] if whole else [naive_root(hasher, entries)]
    split = 1
    while split * 2 < len(entries):
        split *= 2
    if old <= split:
        return [*naive_proof(hasher, old, entries[:split], whole=whole), naive_root(hasher, entries[split:])]
    return [
        *naive_proof(hasher, old - split, entries[split:], whole=False),
        naive_root(hasher, entries[:split]),
    ]


def entries_of(number: int) -> list[bytes]:
    return [b"entry %d" % place for place in range(number)]


def grown(hasher: Hashing, *batches: int) -> dict[TilePlace, Tile]:
    """Grow a tree batch by batch, with no more than the open tiles in hand."""
    stored: dict[TilePlace, Tile] = {}
    size = 0
    for batch in batches:
        edge = {place: stored[place] for place in tiles.open_tiles(size)}
        leaves = hasher.leaves(entries_of(size + batch)[size:])
        stored.update(tiles.grow(hasher, size, edge, leaves))
        size += batch
    return stored


BATCHES = st.lists(st.one_of(st.integers(0, 5), st.integers(200, 300), st.just(256)), min_size=1, max_size=4)


@given(BATCHES, HASHES)
@settings(max_examples=30, deadline=None)
def test_a_tree_grown_in_any_batches_has_the_tiles_and_the_root_of_one_grown_at_once(
    batches: list[int], hasher: Hashing
) -> None:
    stored, size = grown(hasher, *batches), sum(batches)
    assert stored == grown(hasher, size)
    assert {place: tile.width for place, tile in stored.items()} == dict(tiles.tiles_of(size))
    root = tiles.root_of(hasher, size, lambda wanted: tiles.nodes_in(stored, wanted))
    assert root == naive_root(hasher, entries_of(size))


@given(st.data(), HASHES)
@settings(max_examples=60, deadline=None)
def test_proofs_are_those_of_the_naive_tree_and_verify(data: st.DataObject, hasher: Hashing) -> None:
    size = data.draw(st.one_of(st.integers(1, 40), st.integers(250, 700)))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    stored, entries = grown(hasher, size), entries_of(size)

    def nodes(wanted: list[Node]) -> list[bytes]:
        return tiles.nodes_in(stored, wanted)

    path = tiles.prove_inclusion(hasher, index, size, nodes)
    assert path == naive_path(hasher, index, entries)
    root, leaf = naive_root(hasher, entries), hasher.leaf(entries[index])
    proofs.verify_inclusion(hasher, index=index, size=size, leaf=leaf, proof=path, root=root)
    between = tiles.prove_consistency(hasher, old, size, nodes)
    assert between == naive_proof(hasher, old, entries)
    old_root = naive_root(hasher, entries[:old])
    proofs.verify_consistency(hasher, old_size=old, new_size=size, old_root=old_root, new_root=root, proof=between)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_proof_that_is_changed_in_one_bit_or_moved_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 300))
    index = data.draw(st.integers(0, size - 1))
    entries = entries_of(size)
    path, root = naive_path(SHA, index, entries), naive_root(SHA, entries)
    leaf = SHA.leaf(entries[index])
    place, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    changed = (int.from_bytes(path[place], "big") ^ 1 << bit).to_bytes(32, "big")
    wrong = {
        "changed": (index, [*path[:place], changed, *path[place + 1 :]]),
        "longer": (index, [*path, root]),
        "shorter": (index, path[:-1]),
        "elsewhere": ((index + 1) % size, path),
    }
    for where, proof in wrong.values():
        with pytest.raises(ProofRefused):
            proofs.verify_inclusion(SHA, index=where, size=size, leaf=leaf, proof=proof, root=root)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (6, 5)])
def test_consistency_from_nothing_or_backwards_is_refused(old: int, new: int) -> None:
    roots = {"old_root": SHA.empty, "new_root": SHA.empty}
    with pytest.raises(ProofRefused):
        proofs.verify_consistency(SHA, old_size=old, new_size=new, proof=[], **roots)
    with pytest.raises(ValueError, match="no proof"):
        proofs.consistency_nodes(old, new)


@given(st.integers(0, 10**12), st.integers(0, 63), st.integers(1, 256), st.booleans())
def test_a_tile_path_is_read_as_it_was_written(index: int, level: int, width: int, entries: bool) -> None:  # noqa: FBT001
    place = TilePlace(0 if entries else level, index)
    path = tiles.tile_path(place, width=width, entries=entries)
    assert tiles.read_tile_path(path.removeprefix("tile/")) == (None if entries else place, index, width)


@pytest.mark.parametrize(
    "path", ["0/1", "0/x000/001", "00/001", "64/001", "0/001.p/0", "0/001.p/256", "0/001.p/007", "0/001/", "0/../001"]
)
def test_other_spellings_of_a_tile_path_are_refused(path: str) -> None:
    with pytest.raises(tiles.MalformedPath):
        tiles.read_tile_path(path)


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_an_entry_bundle_is_read_as_it_was_written(entries: list[bytes]) -> None:
    bundle = tiles.write_bundle(entries)
    assert tiles.read_bundle(bundle) == entries
    if bundle:
        with pytest.raises(tiles.MalformedBundle):
            tiles.read_bundle(bundle[:-1])


def test_an_entry_longer_than_a_bundle_can_hold_is_refused() -> None:
    with pytest.raises(tiles.MalformedBundle):
        tiles.write_bundle([bytes(65_536)])


def test_the_tree_of_the_vectors_has_their_root() -> None:
    """The eight entries that Certificate Transparency's tests use since 2013."""
    entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    root = naive_root(SHA, [bytes.fromhex(one) for one in entries])
    assert root.hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def suite(folder: Path, **changes: object) -> Path:
    """Write a suite of one right inclusion case and one consistency case that is to be refused."""
    entries = entries_of(5)
    written = {
        "inclusion/0/happy.json": {
            "leafIdx": 3,
            "treeSize": 5,
            "root": text(naive_root(SHA, entries)),
            "leafHash": text(SHA.leaf(entries[3])),
            "proof": [text(one) for one in naive_path(SHA, 3, entries)],
            "wantErr": False,
            **changes,
        },
        "consistency/0/zero.json": {
            "size1": 0,
            "size2": 0,
            "root1": text(SHA.empty),
            "root2": text(SHA.empty),
            "proof": None,
            "wantErr": True,
        },
    }
    for name, case in written.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(case))
    return folder


def text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def test_the_conformance_command_counts_what_passes(tmp_path: Path) -> None:
    told = CliRunner().invoke(conformance_merkle, [str(suite(tmp_path))])
    assert (told.exit_code, told.output) == (0, "passed 2 of 2\n")


def test_the_conformance_command_names_what_fails(tmp_path: Path) -> None:
    told = CliRunner().invoke(conformance_merkle, [str(suite(tmp_path, leafIdx=2))])
    assert told.exit_code == 1
    assert told.output.split("\n")[0].startswith("FAILED inclusion/0/happy.json: refused")
    assert told.output.endswith("passed 1 of 2\n")


@pytest.mark.parametrize("case", ["{", "[]", "{}"])
def test_the_conformance_command_says_which_file_it_cannot_read(tmp_path: Path, case: str) -> None:
    (suite(tmp_path) / "inclusion/0/odd.json").write_text(case)
    told = CliRunner().invoke(conformance_merkle, [str(tmp_path)])
    assert told.exit_code == 1
    assert "odd.json" in told.output
    assert CliRunner().invoke(conformance_merkle, [str(tmp_path / "none")]).exit_code == 1
    (tmp_path / "empty").mkdir()
    assert "no cases" in CliRunner().invoke(conformance_merkle, [str(tmp_path / "empty")]).output


def test_the_tree_is_used_without_django() -> None:
    program = "import sys, zhengtong.trust.ledger.tree.conformance; print('django' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
