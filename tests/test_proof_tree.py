"""The Merkle tree and its tiles: RFC 6962 as it is written, published vectors, and whatever hypothesis finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.registry.proof.tiles import (
    FULL,
    Tile,
    TiledTree,
    bundle,
    grow,
    leaves_of,
)
from airshed.registry.proof.tree import (
    EMPTY,
    Tree,
    consistency,
    consistent,
    included,
    inclusion,
    inner_hash,
    leaf_hash,
    root_of,
)
from tiled import entries_of, tiles_of

#: Leaves and roots of the first trees of them, as the reference implementations of Certificate Transparency test them
#: (google/certificate-transparency, transparency-dev/merkle, Apache License 2.0).
LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
ENTRIES = [str(number).encode() for number in range(70_000)]


def naive(entries: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, as it stands there."""
    if not entries:
        return EMPTY
    if len(entries) == 1:
        return leaf_hash(entries[0])
    left = 1
    while 2 * left < len(entries):
        left *= 2
    return inner_hash(naive(entries[:left]), naive(entries[left:]))


def naive_path(index: int, entries: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(entries) == 1:
        return []
    left = 1
    while 2 * left < len(entries):
        left *= 2
    if index < left:
        return [*naive_path(index, entries[:left]), naive(entries[left:])]
    return [*naive_path(index - left, entries[left:]), naive(entries[:left])]


def naive_proof(old: int, entries: list[bytes], *, known: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2."""
    if old == len(entries):
        return [] if known else [naive(entries)]
    left = 1
    while 2 * left < len(entries):
        left *= 2
    if old <= left:
        return [*naive_proof(old, entries[:left], known=known), naive(entries[left:])]
    return [*naive_proof(old - left, entries[left:], known=False), naive(entries[:left])]


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_the_published_roots_come_out(size: int) -> None:
    entries = [bytes.fromhex(leaf) for leaf in LEAVES[:size]]

    assert root_of(Tree(entries).node, size).hex() == ROOTS[size] == naive(entries).hex()


@pytest.mark.parametrize("size", range(1, 40))
def test_every_proof_is_that_of_the_rfc_and_is_believed(size: int) -> None:
    entries = ENTRIES[:size]
    tree, root = Tree(entries), naive(entries)
    for index in range(size):
        path = inclusion(tree.node, index, size)
        assert list(path) == naive_path(index, entries)
        assert included(leaf_hash(entries[index]), index, size, path, root)
    for old in range(size + 1):
        path = consistency(tree.node, old, size)
        assert list(path) == (naive_proof(old, entries) if old else [])
        assert consistent(old, naive(entries[:old]), size, root, path)


@given(st.data())
def test_no_other_proof_is_believed(data: st.DataObject) -> None:
    """Another leaf, place, size or root, a hash more, less or otherwise: none of it leads to the root."""
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    entries = ENTRIES[:size]
    tree = Tree(entries)
    root, leaf, path = root_of(tree.node, size), leaf_hash(entries[index]), inclusion(tree.node, index, size)
    other = data.draw(st.binary(min_size=32, max_size=32))
    place = data.draw(st.integers(0, len(path)))

    assert included(leaf, index, size, path, root)
    assert not included(other, index, size, path, root)
    assert not included(leaf, index, size, path, other)
    assert not included(leaf, data.draw(st.integers(-2, 2 * size).filter(lambda n: n != index)), size, path, root)
    assert not included(leaf, index, size, (*path[:place], other, *path[place:]), root)
    assert not path or not included(leaf, index, size, path[:place] if place < len(path) else path[1:], root)
    assert not path or not included(leaf, index, size, (other, *path[1:]), root)


@given(st.data())
def test_no_other_history_is_believed(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 300))
    old = data.draw(st.integers(1, size - 1))
    tree = Tree(ENTRIES[:size])
    before, after, path = root_of(tree.node, old), root_of(tree.node, size), consistency(tree.node, old, size)
    changed = list(ENTRIES[:size])
    changed[data.draw(st.integers(0, old - 1))] = b"another"
    rewritten = Tree(changed)

    assert consistent(old, before, size, after, path)
    assert not consistent(old, before, size, root_of(rewritten.node, size), consistency(rewritten.node, old, size)), (
        "history was rewritten"
    )
    assert not consistent(old, root_of(rewritten.node, old), size, after, path)
    assert not consistent(old, before, size, after, path[:-1])
    assert not consistent(old, before, size, after, (*path, b"\0" * 32))
    assert not consistent(size, after, old, before, path), "a log does not shrink"
    assert not consistent(old, before, old, after, ())


def test_nothing_is_the_beginning_of_everything() -> None:
    assert consistent(0, EMPTY, 3, naive(ENTRIES[:3]), ())
    assert not consistent(0, naive(ENTRIES[:1]), 3, naive(ENTRIES[:3]), ())


@given(st.lists(st.integers(0, 40), max_size=6))
def test_a_tree_that_grows_in_steps_is_the_tree_that_was_made_at_once(steps: list[int]) -> None:
    tree = Tree()
    for step in steps:
        tree.extend(ENTRIES[tree.size : tree.size + step])

    assert tree.levels == Tree(ENTRIES[: sum(steps)]).levels


@pytest.mark.parametrize(
    "steps", [(70_000,), (1, 5, 250, 256, 1_000), (255, 1, 1), (256, 256), (65_536,), (65_535, 2, 300)]
)
def test_tiles_grow_to_those_of_the_specification(steps: tuple[int, ...]) -> None:
    """A tile holds the hashes that C2SP tlog-tiles says; those of every published size are there."""
    there: dict[Tile, bytes] = {}
    size = 0
    for step in steps:
        before = dict(there)
        leaves = map(leaf_hash, ENTRIES[size : size + step])
        there.update((grown.tile, grown.hashes) for grown in grow(size, there.__getitem__, leaves))
        size += step
        assert set(tiles_of(size)) <= set(there)
        assert all(there[tile] == hashes for tile, hashes in before.items()), "a published tile never changes"
    tree, tiled = Tree(ENTRIES[:size]), TiledTree(size, there.__getitem__)
    for tile in tiles_of(size):
        wanted = [tree.node(8 * tile.level, tile.number * FULL + place) for place in range(tile.width)]
        assert there[tile] == b"".join(wanted)
    assert root_of(tiled.node, size) == root_of(tree.node, size)
    for index in {0, size // 2, size - 1}:
        assert inclusion(tiled.node, index, size) == inclusion(tree.node, index, size)
    assert consistency(tiled.node, steps[0], size) == consistency(tree.node, steps[0], size)


def test_the_tiles_of_the_specifications_example_are_those() -> None:
    """C2SP tlog-tiles: a tree of 70,000."""
    tiles = list(tiles_of(70_000))

    assert [sum(tile.level == level and tile.width == FULL for tile in tiles) for level in range(3)] == [273, 1, 0]
    assert [(tile.level, tile.width) for tile in tiles if tile.width < FULL] == [(0, 112), (1, 17), (2, 1)]
    assert Tile(0, 1_234_067).path == "tile/0/x001/x234/067"
    assert [tile.path for tile in tiles_of(256)] == ["tile/0/000", "tile/1/000.p/1"]


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_a_bundle_gives_its_entries_back(entries: list[bytes]) -> None:
    packed = bundle(entries)

    assert entries_of(packed) == entries
    assert leaves_of(entries) == b"".join(leaf_hash(entry) for entry in entries)
    assert not packed or entries_of(packed[:-1]) is None
