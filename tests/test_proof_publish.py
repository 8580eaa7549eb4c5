"""Publishing a book, proving what stands in it, and being a witness of it, on real files."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from airshed.engine.journal import chain
from airshed.model.refusal import Malformed
from airshed.registry.proof.checkpoint import (
    Checkpoint,
    entry_from,
    entry_of,
    hold_consistent,
    hold_included,
    read_inclusion,
    read_request,
)
from airshed.registry.proof.notes import Signer, Signs, read_note
from airshed.registry.proof.tiles import FULL, Tile, leaves_of
from airshed.registry.proof.tree import Tree, root_of
from airshed.service.book.sqlite import Book
from airshed.service.proof.keys import make_key, read_key, signing, verifiers_of
from airshed.service.proof.publishing import CHECKPOINT, Published, head_of, publish, read_file, sign
from airshed.service.proof.tree import prove_consistent, prove_included, tiles_in, tree_of
from airshed.service.proof.witness import attach, cosign
from long_books import grown
from tiled import entries_of, tiles_of

LOG = Signer("registry.example/book", Signs.NOTE, b"\1" * 32)
WITNESS = Signer("witness.example/w", Signs.COSIGNATURE, b"\2" * 32)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the book at 300 and at 600 records, one the beginning of the other."""
    folder = tmp_path_factory.mktemp("proof")
    shutil.copy(grown(folder / "long.book", 300), folder / "300.book")
    grown(folder / "long.book", 600)
    return folder


def published(book: Path, folder: Path, signer: Signer = LOG) -> Published:
    with Book.read(book) as opened:
        return publish(opened, folder, signer)


def refused(book: Path, folder: Path) -> str:
    with pytest.raises(Malformed) as caught:
        published(book, folder)
    return str(caught.value)


def heads(book: Path) -> list[bytes]:
    with Book.read(book) as opened:
        return [entry_of(line.seq, line.hash) for line in opened.lines()]


def test_a_folder_holds_every_tile_and_entry_under_its_checkpoint(kept: Path, tmp_path: Path) -> None:
    done = published(kept / "long.book", tmp_path)
    entries = heads(kept / "long.book")

    assert done.head.root == root_of(Tree(entries).node, 600)
    assert head_of(read_file(tmp_path / CHECKPOINT), [LOG.verifier], "a") == done.head
    for tile in tiles_of(600):
        assert len((tmp_path / tile.path).read_bytes()) == 32 * tile.width
        if tile.level == 0:
            packed = entries_of((tmp_path / tile.entries_path).read_bytes())
            assert packed == entries[tile.number * FULL :][: tile.width]
            assert leaves_of(packed) == (tmp_path / tile.path).read_bytes()
    assert done.files == sum(path.is_file() for path in tmp_path.rglob("*"))


def test_what_is_published_in_two_steps_is_what_is_published_in_one(kept: Path, tmp_path: Path) -> None:
    first = published(kept / "300.book", tmp_path / "two")
    second = published(kept / "long.book", tmp_path / "two")
    whole = published(kept / "long.book", tmp_path / "one")

    assert (second.before, second.head, second.note) == (300, whole.head, whole.note)
    assert second.files < whole.files + first.files
    for path in (tmp_path / "one").rglob("*"):
        if path.is_file():
            assert (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes() == path.read_bytes()
    again = published(kept / "long.book", tmp_path / "two")
    assert (again.before, again.files, again.note) == (600, 0, whole.note)


def test_another_history_is_not_signed(kept: Path, tmp_path: Path) -> None:
    """Record 290 is another, and all hashes after it fit; what was published was of the other history."""
    published(kept / "300.book", tmp_path / "site")
    with Book.read(kept / "long.book") as opened:
        lines = list(opened.lines())
    forged = tmp_path / "forged.book"
    shutil.copy(kept / "long.book", forged)
    with Book.open(forged) as opened:
        reached = lines[288].hash
        for line in lines[289:]:
            raw = line.record.replace(b'"key":"more-290"', b'"key":"other290"')
            reached = chain(reached, raw)
            opened.sql.execute("UPDATE journal SET hash = ?, record = ? WHERE seq = ?", (reached, raw, line.seq))
    before = (tmp_path / "site" / CHECKPOINT).read_bytes()

    assert "record 300: is another than the one published" in refused(forged, tmp_path / "site")
    assert (tmp_path / "site" / CHECKPOINT).read_bytes() == before


def test_a_log_does_not_shrink(kept: Path, tmp_path: Path) -> None:
    published(kept / "long.book", tmp_path)

    assert "ends at record 300, 600 were published" in refused(kept / "300.book", tmp_path)


def test_an_altered_record_is_not_published(kept: Path, tmp_path: Path) -> None:
    forged = tmp_path / "forged.book"
    shutil.copy(kept / "long.book", forged)
    with Book.open(forged) as opened:
        opened.sql.execute(
            "UPDATE journal SET record = CAST(replace(record, 'more-500', 'more-501') AS BLOB) WHERE seq = 500"
        )

    assert "forged.book record 500: its bytes do not give its hash" in refused(forged, tmp_path / "site")
    assert not (tmp_path / "site" / CHECKPOINT).exists()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (Tile(0, 1, 44).path, "do not give the root"),
        (Tile(1, 0, 1).path, "do not give the root"),
        (CHECKPOINT, "does not fit its text"),
    ],
)
def test_an_altered_folder_is_named(kept: Path, tmp_path: Path, path: str, said: str) -> None:
    published(kept / "300.book", tmp_path)
    content = bytearray((tmp_path / path).read_bytes())
    content[10] ^= 1
    (tmp_path / path).write_bytes(content)

    assert said in refused(kept / "long.book", tmp_path)


def test_a_folder_of_another_key_is_not_carried_on(kept: Path, tmp_path: Path) -> None:
    published(kept / "300.book", tmp_path, Signer("registry.example/other", Signs.NOTE, b"\3" * 32))

    assert "is signed by registry.example/other" in refused(kept / "long.book", tmp_path)


def test_a_missing_tile_is_named(kept: Path, tmp_path: Path) -> None:
    published(kept / "300.book", tmp_path)
    (tmp_path / Tile(0, 1, 44).path).unlink()

    assert f"{tmp_path / Tile(0, 1, 44).path}: is missing" in refused(kept / "long.book", tmp_path)


def test_every_record_is_proven_and_another_is_not(kept: Path, tmp_path: Path) -> None:
    done = published(kept / "long.book", tmp_path)
    with Book.read(kept / "long.book") as opened:
        tree = tree_of(opened, 600)
        for seq in (1, 2, 256, 257, 599, 600):
            proof = prove_included(opened, tree, seq, done.head, done.note)
            assert proof == prove_included(opened, tiles_in(tmp_path, 600), seq, done.head, done.note)
            read = read_inclusion(str(proof), "a")
            hold_included(entry_from(read.extra, read.leaf), read, done.head, "a")
            altered = read.extra.replace(b'"seq":', b'"Seq":')
            with pytest.raises(Malformed, match="does not lead to the root"):
                hold_included(entry_from(altered, read.leaf), read, done.head, "a")
        with pytest.raises(Malformed, match="is not under the checkpoint, which has 600"):
            prove_included(opened, tree, 601, done.head, done.note)


def test_a_witness_signs_one_history_only(kept: Path, tmp_path: Path) -> None:
    with Book.read(kept / "long.book") as opened:
        tree = tree_of(opened, 600)
    other = Tree([b"another"] * 600)
    small, large, fork = (sign(head, LOG) for head in (head_at(tree, 300), head_at(tree, 600), head_at(other, 600)))
    first = prove_consistent(tree, 0, head_at(tree, 300), small)
    second = prove_consistent(tree, 300, head_at(tree, 600), large)
    forked = prove_consistent(other, 300, head_at(other, 600), fork)
    seen = tmp_path / "seen"

    def asked(request: object) -> str:
        return cosign(read_request(str(request), "request"), [LOG.verifier], WITNESS, seen, 1_800_000_000, "request")

    with pytest.raises(Malformed, match="begins at 300 records, 0 were seen last"):
        asked(second)
    line = asked(first)
    with pytest.raises(Malformed, match="are not the beginning of the 600"):
        asked(forked)
    assert asked(second).startswith("— witness.example/w ")
    with pytest.raises(Malformed, match="begins at 300 records, 600 were seen last"):
        asked(second)
    checkpoint = tmp_path / "checkpoint"
    checkpoint.write_text(small)
    assert attach(checkpoint, line, [WITNESS.verifier], "answer") == [WITNESS.verifier.name]
    assert attach(checkpoint, line, [WITNESS.verifier], "answer") == [], "it stands there already"
    assert head_of(read_note(checkpoint.read_bytes(), "a"), [LOG.verifier, WITNESS.verifier], "a").size == 300
    checkpoint.write_text(large)
    with pytest.raises(Malformed, match="does not fit its text"):
        attach(checkpoint, line, [WITNESS.verifier], "answer")
    with pytest.raises(Malformed, match="is a key that signs as a log does"):
        cosign(first, [LOG.verifier], LOG, seen, 0, "a")


def head_at(tree: Tree, size: int) -> Checkpoint:
    return Checkpoint(LOG.verifier.name, size, root_of(tree.node, size))


def test_a_consistency_is_held(kept: Path) -> None:
    with Book.read(kept / "long.book") as opened:
        tree = tree_of(opened, 600)
    small, large = head_at(tree, 299), head_at(tree, 600)
    proof = prove_consistent(tree, 299, large, "")

    hold_consistent(small, proof.path, large, "a")
    with pytest.raises(Malformed, match="are two logs"):
        hold_consistent(small._replace(origin="b"), proof.path, large, "a")
    with pytest.raises(Malformed, match="fewer than 601"):
        prove_consistent(tree, 601, large, "")


def test_a_private_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "registry.key"
    verifier = make_key(path, "registry.example/book", Signs.NOTE)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key(path).verifier == verifier
    assert verifiers_of([str(verifier)]) == [verifier]
    (tmp_path / "public").write_text(f"{verifier}\n")
    assert verifiers_of([str(tmp_path / "public")]) == [verifier]
    with pytest.raises(Malformed, match="exists already"):
        make_key(path, "registry.example/book", Signs.NOTE)
    with signing(path) as signer:
        assert signer.verifier == verifier
    with pytest.raises(Malformed, match="is a private key; give the verifier key") as caught:
        verifiers_of([str(path)])
    assert path.read_text().strip()[-20:] not in str(caught.value)
    path.chmod(0o640)
    with pytest.raises(Malformed, match=f"has the rights 0640; chmod 600 {path}"):
        read_key(path)
    with pytest.raises(Malformed, match="is no name of a key"):
        make_key(tmp_path / "b", "a b", Signs.NOTE)
    assert not (tmp_path / "b").exists()
