"""Signed notes, checkpoints and proofs as texts: published vectors, round trips, and what is not believed."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.model.refusal import Malformed
from airshed.registry.proof.checkpoint import (
    Checkpoint,
    Inclusion,
    Request,
    entry_from,
    entry_of,
    read_checkpoint,
    read_inclusion,
    read_request,
)
from airshed.registry.proof.notes import (
    Note,
    Signer,
    Signs,
    Verifier,
    read_line,
    read_note,
    read_signer,
    read_verifier,
    signed_by,
)

# Key, text and signature of the tests of golang.org/x/mod/sumdb/note (BSD 3-clause).
PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
# The checkpoint that C2SP tlog-checkpoint and tlog-cosignature show, with a cosignature.
SHOWN = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""  # noqa: E501
LOG = Signer("registry.example/a", Signs.NOTE, b"\1" * 32)
WITNESS = Signer("witness.example/w", Signs.COSIGNATURE, b"\2" * 32)
HEAD = Checkpoint("registry.example/a", 7, b"\3" * 32)


def signed(*signers: Signer, text: str = "", at_s: int = 1_800_000_000) -> str:
    body = text or HEAD.text()
    return f"{body}\n" + "".join(each.line(body, at_s) for each in signers)


def refused(call: Any, *words: Any) -> str:
    with pytest.raises(Malformed) as caught:
        call(*words)
    return str(caught.value)


def test_a_note_is_signed_as_the_reference_signs_it() -> None:
    """Ed25519 is deterministic, so the line comes out to the last letter."""
    signer = read_signer(PRIVATE + "\n", "a")

    assert signer.line(TEXT) == LINE
    assert str(signer.verifier) == PUBLIC
    assert signer.file() == PRIVATE + "\n"
    note = read_note(f"{TEXT}\n{LINE}".encode(), "a")
    assert [each.verifier.name for each in signed_by(note, [read_verifier(PUBLIC, "a")], "a")] == ["PeterNeumann"]


def test_the_checkpoint_of_the_specification_is_read() -> None:
    note = read_note(SHOWN.encode(), "a")
    head = read_checkpoint(note.text, "a")

    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert [each.name for each in note.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
    assert str(note) == SHOWN
    assert int.from_bytes(note.signatures[1].signature[:8], "big") == 1_679_315_147


def test_a_witness_signs_the_time_along() -> None:
    """C2SP tlog-cosignature: the line is of the time and the whole text, and its key has an id of its own."""
    note = read_note(signed(LOG, WITNESS).encode(), "a")
    log, witness = signed_by(note, [LOG.verifier, WITNESS.verifier], "a")

    assert log.at_s is None
    assert witness.at_s == 1_800_000_000
    line = note.signatures[1]
    later = line.signature[:7] + bytes([line.signature[7] + 1]) + line.signature[8:]
    moved = Note(note.text, (note.signatures[0], line._replace(signature=later)))
    assert "does not fit" in refused(signed_by, moved, [WITNESS.verifier], "a")
    same = Verifier(WITNESS.verifier.name, Signs.NOTE, WITNESS.verifier.public)
    assert same.id != WITNESS.verifier.id


def test_unknown_signatures_are_passed_over_and_a_known_one_that_fails_spoils_the_note() -> None:
    other = Signer("registry.example/b", Signs.NOTE, b"\4" * 32)
    note = read_note(signed(other, LOG).encode(), "a")

    assert [each.verifier.name for each in signed_by(note, [LOG.verifier], "a")] == [LOG.verifier.name]
    altered = Note(note.text.replace("7", "8"), note.signatures)
    assert "does not fit its text" in refused(signed_by, altered, [LOG.verifier], "a")
    stranger = Signer(LOG.verifier.name, Signs.NOTE, b"\5" * 32)
    assert "the keys given are" in refused(signed_by, note, [stranger.verifier], "a"), "a name is no key"
    assert "none" in refused(signed_by, note, [], "a")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "is no signed note"),
        (b"a\nb\n", "is no signed note"),
        (b"a\n\n- x AAAAAAA=\n", "is no signature line"),
        ("a\n\n— x\n".encode(), "is no signature line"),
        ("a\n\n— x AAAA\n".encode(), "is no signature line"),
        ("a\n\n— x+y AAAAAAA=\n".encode(), "is no signature line"),
        ("a\n\n— x AAAAAAA=".encode(), "is no signed note"),
        ("a\r\n\n— x AAAAAAA=\n".encode(), "control characters"),
        (b"\xff\n\n\n", "is no UTF-8"),
        (b"a" * 1_000_001, "longer than the longest note"),
        (("a\n\n" + "— x AAAAAAA=\n" * 101).encode(), "has 101 signatures"),
    ],
)
def test_what_is_no_note_is_named(raw: bytes, said: str) -> None:
    assert said in refused(read_note, raw, "a")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a+c74f20a3",
        PUBLIC.replace("c74f20a3", "c74f20a4"),
        PUBLIC.replace("PeterNeumann", "Peter"),
        PUBLIC.replace("+A", "+B"),
        PUBLIC[:-2],
        PUBLIC + "=",
    ],
)
def test_what_is_no_key_is_named(text: str) -> None:
    refused(read_verifier, text, "a")


def test_what_is_said_of_a_private_key_does_not_hold_it() -> None:
    for text in (PRIVATE.replace("c74f20a3", "c74f20a4"), PRIVATE[:-3], PRIVATE.replace("+AY", "+CY"), "nonsense"):
        said = refused(read_signer, text, "file.key")
        assert "EKFALV" not in said
        assert said.startswith("file.key: ")
    assert "EKFALV" not in repr(read_signer(PRIVATE, "a"))


@pytest.mark.parametrize(
    "text", ["a\n1\n", "a\n01\n" + "A" * 43 + "=\n", "a\n-1\n" + "A" * 43 + "=\n", "a\n1\nAAAA\n", "\n1\nA\n"]
)
def test_what_is_no_checkpoint_is_named(text: str) -> None:
    assert "is no checkpoint" in refused(read_checkpoint, text, "a")


@given(st.binary(max_size=80), st.integers(0, 10**9), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_proofs_are_read_as_they_are_written(extra: bytes, number: int, path: list[bytes]) -> None:
    note = signed(LOG)
    proof = Inclusion(extra, number, tuple(path), note)
    request = Request(number, tuple(path), note)

    assert read_inclusion(str(proof), "a") == proof
    assert read_request(str(request), "a") == request


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "is no proof of inclusion"),
        ("c2sp.org/tlog-proof@v1\nextra ???\nindex 0\n\nx", "no base64"),
        ("c2sp.org/tlog-proof@v1\nindex 00\n\nx", "no line 'index NUMBER'"),
        ("c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx", "no hash"),
        ("c2sp.org/tlog-proof@v1\nindex 0\n" + f"{'A' * 43}=\n" * 64 + "\nx", "at most 63"),
    ],
)
def test_what_is_no_proof_is_named(text: str, said: str) -> None:
    assert said in refused(read_inclusion, text, "a")


def test_an_entry_is_the_head_of_its_record() -> None:
    record = b'{"seq":2}'
    digest = hashlib.sha256(("ab" * 32).encode() + record).hexdigest()

    assert entry_from(("ab" * 32).encode() + b" " + record, 1) == entry_of(2, digest) == f"2:{digest}".encode()


def test_a_signature_line_ends() -> None:
    assert "is no signature line" in refused(read_line, LINE.rstrip("\n"), "a")
