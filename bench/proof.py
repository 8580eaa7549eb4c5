"""The tree over the records of a book: made at once, extended by a day, one proof; beside pymerkle on the same.

Run alone: `PYTHONPATH=src:. python -m bench.proof`. pymerkle 7.0.0 (GPL-3.0-or-later) comes by `scripts/bench-peers`
and takes one entry after the other, as its interface has it; both must reach the same root.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from airshed.registry.proof.checkpoint import entry_of
from airshed.registry.proof.tiles import Tile, TiledTree, grow
from airshed.registry.proof.tree import Tree, consistency, included, inclusion, leaf_hash, root_of

PEERS = Path(__file__).parents[1] / "build" / "peers"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
#: Records of a day, by which a published tree is extended.
DAY = 1_000
PROOFS = 200


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the processor, and what came of it."""
    gc.collect()
    begun = time.process_time()
    done = work()
    return time.process_time() - begun, done


def entries(count: int) -> list[bytes]:
    """Heads as a book has them."""
    return [entry_of(seq, sha256(str(seq).encode()).hexdigest()) for seq in range(1, count + 1)]


def of_size(count: int) -> list[tuple[str, str]]:
    """Name and result of each measurement at one size."""
    heads = entries(count + DAY)
    made, tree = timed(lambda: Tree(heads[:count]))
    tiles: dict[Tile, bytes] = {}
    leaves = [leaf_hash(head) for head in heads]
    tiled, _ = timed(lambda: tiles.update((g.tile, g.hashes) for g in grow(0, tiles.__getitem__, leaves[:count])))
    day, _ = timed(lambda: tiles.update((g.tile, g.hashes) for g in grow(count, tiles.__getitem__, leaves[count:])))
    root = root_of(tree.node, count)
    places = [count * number // PROOFS for number in range(PROOFS)]
    proving, paths = timed(lambda: [inclusion(tree.node, place, count) for place in places])
    reading, _ = timed(lambda: [inclusion(TiledTree(count, tiles.__getitem__).node, place, count) for place in places])
    checking, held = timed(
        lambda: [included(leaves[place], place, count, path, root) for place, path in zip(places, paths, strict=True)]
    )
    linking, _ = timed(lambda: [consistency(tree.node, place + 1, count) for place in places])
    assert all(held)
    each = 1e6 / PROOFS
    return [
        (f"{count:,} records: tree in memory", f"{made:.3f} s, {1e6 * made / count:.2f} us a record"),
        ("  tiles, all / extended by a day of 1,000", f"{tiled:.3f} s / {day * 1000:.1f} ms"),
        ("  one inclusion, from memory / from tiles", f"{proving * each:.0f} / {reading * each:.0f} us"),
        ("  its check / one consistency", f"{checking * each:.0f} / {linking * each:.0f} us, {len(paths[0])} hashes"),
        *peer(heads[:count], made, proving * each, root),
    ]


def peer(heads: list[bytes], ours: float, proof_us: float, root: bytes) -> list[tuple[str, str]]:
    """pymerkle over the same entries, where it is installed."""
    if not (PEERS / "pymerkle").is_dir() or len(heads) > 100_000:
        return []
    if str(PEERS) not in sys.path:
        sys.path.append(str(PEERS))
    from pymerkle import InmemoryTree

    tree = InmemoryTree(algorithm="sha256")
    made, _ = timed(lambda: [tree.append_entry(head) for head in heads])
    assert tree.get_root() == root, "two trees over the same entries"
    places = [len(heads) * number // PROOFS + 1 for number in range(PROOFS)]
    proving, _ = timed(lambda: [tree.prove_inclusion(place, len(heads)) for place in places])
    said = f"{made / ours:.1f} times our time; one inclusion {proving * 1e6 / PROOFS / proof_us:.1f} times, same root"
    return [("  pymerkle 7.0.0, an entry at a time", said)]


def main() -> None:
    """Print the measurements."""
    for size in SIZES:
        for name, result in of_size(size):
            print(f"{name}: {result}", flush=True)


if __name__ == "__main__":
    main()
