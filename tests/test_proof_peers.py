"""Verifiers that are not ours read what we publish: the reference of the ecosystem, in Go.

`scripts/verifiers` installs them. `peers/tlog.go` calls golang.org/x/mod/sumdb and github.com/transparency-dev.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from airshed.registry.proof.checkpoint import Checkpoint, read_request
from airshed.registry.proof.notes import Signer, Signs
from airshed.registry.proof.tiles import Tile
from airshed.registry.proof.tree import root_of
from airshed.service.book.sqlite import Book
from airshed.service.proof.keys import make_key, read_key
from airshed.service.proof.publishing import publish, sign
from airshed.service.proof.tree import prove_consistent, prove_included, tree_of
from airshed.service.proof.witness import attach, cosign
from long_books import grown
from shared import Once

HERE = Path(__file__).parent
ORIGIN = "registry.example/book"
#: What has hung by then on any machine.
LONGEST_S = 120


def build(folder: Path) -> None:
    """The program of the peers, made from the packages that Debian ships and nothing else."""
    plain = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "", "CGO_ENABLED": "0"}
    cache = {"GOCACHE": os.environ.get("GOCACHE", str(Path.home() / ".cache" / "go-build"))}
    words = ["go", "build", "-o", str(folder / "tlog"), str(HERE / "peers" / "tlog.go")]
    subprocess.run(words, env={**os.environ, **plain, **cache}, check=True, timeout=1_200)


class Site:
    """A published book in a folder, and the program that reads it."""

    def __init__(self, folder: Path, program: Path) -> None:
        self.folder, self.program = folder, program
        self.key = folder / "registry.key"
        self.vkey = str(make_key(self.key, ORIGIN, Signs.NOTE))
        with Book.read(grown(folder / "long.book", 600)) as book:
            self.head, self.note, *_ = publish(book, folder / "site", read_key(self.key))
            self.tree = tree_of(book, 600)
            self.proofs = {
                seq: str(prove_included(book, self.tree, seq, self.head, self.note)) for seq in (1, 257, 600)
            }
        self.old = sign(Checkpoint(ORIGIN, 300, root_of(self.tree.node, 300)), read_key(self.key))
        self.request = str(prove_consistent(self.tree, 300, self.head, self.note))

    def says(self, what: str, *words: str | Path) -> str:
        """What the program says."""
        words = (self.program, what, *words)
        ended = subprocess.run(words, capture_output=True, check=False, timeout=LONGEST_S)
        return ended.stdout.decode().strip()

    def file(self, name: str, text: str) -> Path:
        """A text in a file."""
        (self.folder / name).write_text(text)
        return self.folder / name


@pytest.fixture(scope="module")
def site(once: Once, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("peers"), once.folder("tlog", build) / "tlog")


def test_the_reference_reads_our_checkpoint(site: Site) -> None:
    assert site.says("checkpoint", site.folder / "site" / "checkpoint", site.vkey) == f"ok {ORIGIN} 600, 1 signatures"
    altered = site.file("altered", site.note.replace("\n600\n", "\n601\n"))
    assert site.says("checkpoint", altered, site.vkey).startswith("no:")


def test_the_reference_signs_with_our_key_what_we_sign(site: Site) -> None:
    """Ed25519 is deterministic: both write the same bytes."""
    text = site.file("text", site.head.text())

    assert site.says("sign", site.key, text) == site.note.strip()


def test_the_reference_reads_every_tile_and_entry(site: Site) -> None:
    said = site.says("tiles", site.folder / "site", site.vkey)

    assert said.splitlines()[0].startswith("last 600:")
    assert said.splitlines()[1].startswith("ok 600 entries, root ")
    copy = shutil.copytree(site.folder / "site", site.folder / "copy")
    for path in (Tile(0, 1).path, Tile(0, 2, 88).entries_path):
        whole = (copy / path).read_bytes()
        (copy / path).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        assert site.says("tiles", copy, site.vkey).splitlines()[-1].startswith("no:")
        (copy / path).write_bytes(whole)


@pytest.mark.parametrize("seq", [1, 257, 600])
def test_the_reference_believes_our_inclusion(site: Site, seq: int) -> None:
    proof = site.file("proof", site.proofs[seq])

    assert site.says("include", proof, site.vkey) == f"ok record {seq} under 600"
    moved = site.file("moved", site.proofs[seq].replace(f"\nindex {seq - 1}\n", "\nindex 5\n"))
    assert site.says("include", moved, site.vkey).startswith("no:")


def test_the_reference_believes_our_consistency(site: Site) -> None:
    request, old = site.file("request", site.request), site.file("old", site.old)

    assert site.says("consistent", request, old, site.vkey) == "ok 300 is the beginning of 600"
    other = site.file("other", sign(Checkpoint(ORIGIN, 300, b"\1" * 32), read_key(site.key)))
    assert site.says("consistent", request, other, site.vkey).startswith("no:")


def test_a_witness_of_the_ecosystem_cosigns_our_checkpoint(site: Site) -> None:
    """Made, published, extended, cosigned; our check holds the cosignature, and the reference holds both of ours."""
    seed = b"\5" * 32
    signer = Signer(
        "witness.example/go", Signs.NOTE, seed
    )  # its package takes a note's key, and makes a witness's of it
    theirs = Signer("witness.example/go", Signs.COSIGNATURE, seed).verifier
    request, old = site.file("request", site.request), site.file("old", site.old)
    said, _, line = site.says("cosign", request, old, site.vkey, signer.file().strip()).partition("\n")
    checkpoint = site.file("cosigned", site.note)

    assert said == "ok 300 is the beginning of 600"
    assert attach(checkpoint, f"{line}\n", [theirs], "answer") == ["witness.example/go"]
    ours = Signer("witness.example/ours", Signs.COSIGNATURE, b"\6" * 32)
    seen = site.file("seen", site.old)
    asked = read_request(site.request, "request")
    added = cosign(asked, [read_key(site.key).verifier], ours, seen, 1_800_000_000, "request")
    assert attach(checkpoint, added, [ours.verifier], "answer") == ["witness.example/ours"]
    both = site.says("checkpoint", checkpoint, site.vkey, str(theirs), str(ours.verifier))
    assert both == f"ok {ORIGIN} 600, 3 signatures"
