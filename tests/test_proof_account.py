"""The proof of one account: what it holds, that it is all, by which records; and the page that checks it alone."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from airshed.compliance.shortfall import PENALTIES, Lack, makeup, penalty
from airshed.model.refusal import Malformed
from airshed.registry.proof.checkpoint import Checkpoint, read_checkpoint
from airshed.registry.proof.holdings import (
    FIRST,
    AccountProof,
    folded,
    hold_account,
    leaves_of,
    read_account_proof,
    read_statement,
    touches,
)
from airshed.registry.proof.notes import Note, Signer, Signs, read_note
from airshed.registry.proof.tree import Tree, consistency, inclusion, leaf_hash, root_of
from airshed.registry.refold import Refold
from airshed.service.book.sqlite import Book
from airshed.service.proof.account import hold_statement, prove_account, state_holdings
from airshed.service.proof.publishing import hold_signed, publish, sign
from airshed.service.proof.tree import prove_consistent, prove_included, tree_of
from laws import RULES
from markets import market
from small_books import script, small, written
from verifiers import SCRIPTS, ended, verify_export

ROOT = Path(__file__).parents[1]
LOG = Signer("registry.example/book", Signs.NOTE, b"\1" * 32)
WITNESS = Signer("witness.example/w", Signs.COSIGNATURE, b"\2" * 32)
#: Of any length, with the end of the file whole.
Change = Callable[[dict[str, Any]], object]


class Made:
    """A book with a statement and a checkpoint of one moment, and the proof of an account."""

    def __init__(self, folder: Path, path: Path, account: str) -> None:
        self.folder, self.path = folder, path
        with Book.read(path) as book:
            self.statement, self.signed = state_holdings(book, LOG)
            done = publish(book, folder / "site", LOG)
            self.head, self.note = done.head, done.note
            tree = tree_of(book, self.head.size)
            self.proof = prove_account(book, tree, account, self.head, self.note, self.statement, self.signed)
            self.included = str(prove_included(book, tree, 2, self.head, self.note))
            self.request = str(prove_consistent(tree, 5, self.head, self.note))
            self.old = sign(Checkpoint(LOG.verifier.name, 5, root_of(tree.node, 5)), LOG)
            self.export = b"".join(line.hash.encode() + b" " + line.record + b"\n" for line in book.lines())

    def says(self, text: str, *words: str) -> str:
        """What the stand-alone page says of a text."""
        (self.folder / "proof").write_text(text, newline="")
        keys = [str(LOG.verifier), str(WITNESS.verifier)]
        said = ended(SCRIPTS / "verify_proof.py", str(self.folder / "proof"), *keys, *words)
        assert said.status == (0 if said.out.startswith("ok ") else 1), said.err
        return said.out or said.err


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("account")
    with Book.create(folder / "small.book") as book:
        market(book, tables=True)
    return Made(folder, folder / "small.book", "steel")


def held(proof: AccountProof) -> None:
    """What `airshed proof check` does."""
    note = read_note(proof.statement.encode(), "a")
    statement = read_statement(note.text, "a")
    hold_signed(note, [LOG.verifier], statement.head.origin, "a")
    checkpoint = read_note(proof.checkpoint.encode(), "a")
    hold_signed(checkpoint, [LOG.verifier], statement.head.origin, "a")
    hold_account(proof, read_checkpoint(checkpoint.text, "a"), statement, "a")


def test_an_account_is_proven_without_the_book(made: Made) -> None:
    text = json.dumps(made.proof.document())
    proof = read_account_proof(text, "a")

    assert proof == made.proof
    held(proof)
    fen, holdings = json.loads(proof.leaf)[1:]
    assert fen == 1_000_000
    assert [series for series, _ in holdings] == ["SO2-KM-2027"]
    assert made.says(text).startswith(f"ok steel after {made.head.size} records of registry.example/book: ")


def altered(made: Made, change: Change) -> str:
    document = made.proof.document()
    change(document)
    return json.dumps(document)


def other_path(document: dict[str, Any]) -> None:
    document["records"][-1]["path"][0] = document["records"][-1]["path"][-1]


def other_record(document: dict[str, Any]) -> None:
    document["records"][-1]["record"] = document["records"][-1]["record"].replace("[[1,", "[[2,")


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document["records"].pop(),
        lambda document: document["records"].pop(1),
        lambda document: document["records"].append(document["records"][-1]),
        lambda document: document.update(holding=document["holding"].replace("1000000", "2000000")),
        lambda document: document.update(number=document["number"] + 1),
        lambda document: document.update(account="cement"),
        lambda document: document.update(path=document["path"][1:]),
        lambda document: document.update(checkpoint=document["checkpoint"].replace("\n", "\n1", 1)),
        lambda document: document.update(statement=document["statement"].replace("\n", "\n1", 1)),
        lambda document: document.update(records=[]),
        lambda document: document.pop("records"),
        other_path,
        other_record,
    ],
)
def test_an_altered_proof_of_an_account_is_not_believed(made: Made, change: Change) -> None:
    """By neither: a record left away, doubled or changed, another balance, another place."""
    text = altered(made, change)

    with pytest.raises(Malformed):
        held(read_account_proof(text, "a"))
    assert not made.says(text).startswith("ok")


def test_a_statement_of_another_moment_is_not_taken(made: Made) -> None:
    with Book.read(made.path) as book:
        tree = tree_of(book, 5)
        head = Checkpoint(LOG.verifier.name, 5, root_of(tree.node, 5))
        with pytest.raises(Malformed, match="make both at one moment"):
            prove_account(book, tree, "steel", head, "", made.statement, made.signed)
        with pytest.raises(Malformed, match="is not there; there are"):
            prove_account(book, tree_of(book, made.head.size), "stel", made.head, "", made.statement, made.signed)


def test_whoever_has_the_book_holds_the_statement_to_it(made: Made) -> None:
    with Book.read(made.path) as book:
        hold_statement(book, made.statement, "a")
        with pytest.raises(Malformed, match="do not give the root that was signed"):
            hold_statement(book, made.statement._replace(root=b"\0" * 32), "a")
        with pytest.raises(Malformed, match="do not give the root that was published"):
            hold_statement(book, made.statement._replace(head=made.head._replace(root=b"\0" * 32)), "a")


def test_holdings_on_which_state_and_tables_do_not_agree_are_not_signed(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "forged.book"
    path.write_bytes(made.path.read_bytes())
    with Book.open(path) as book:
        book.sql.execute("UPDATE accounts SET cash_fen = 1 WHERE account = 'steel'")
    with Book.read(path) as book, pytest.raises(Malformed, match="differ from the records: steel"):
        state_holdings(book, LOG)


@pytest.mark.parametrize("text", ["", "a\n" * 6, f"{FIRST}\na\n1\nx\n1\nx\n", f"{FIRST}\n"])
def test_what_is_no_statement_is_named(text: str) -> None:
    with pytest.raises(Malformed, match="is no statement of holdings"):
        read_statement(text, "a")


def test_the_records_that_touch_an_account_give_all_that_it_holds() -> None:
    """For every account of a run with every kind of deed: what is left away moves nothing of it."""
    raws, _ = small()
    refold = Refold()
    for raw in raws:
        refold.take(raw)
    leaves = leaves_of(refold)
    assert list(leaves) == sorted(leaves)
    for account, leaf in leaves.items():
        shown = [raw for raw in raws if any(touches(event, account) for event in json.loads(raw)["events"])]
        assert folded(account, shown) == leaf, account
        assert len(shown) < len(raws)


# --- the stand-alone page


alone = script("verify_proof")


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100), st.integers(0, 511), st.binary(min_size=1))
def test_its_ed25519_is_that_of_the_library(seed: bytes, message: bytes, bit: int, more: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8

    assert alone.ed25519(public, message, signature)
    assert not alone.ed25519(public, message + more, signature)
    assert not alone.ed25519(public, message, bytes(flipped))
    assert not alone.ed25519(public, message, signature[:-1])
    assert not alone.ed25519(bytes(32), message, signature)
    second = int.from_bytes(signature[32:], "little") + alone.L
    assert not alone.ed25519(public, message, signature[:32] + second.to_bytes(32, "little")), "S is not below L"


@pytest.mark.parametrize("size", range(1, 18))
def test_its_trees_are_ours(size: int) -> None:
    tree = Tree(str(number).encode() for number in range(size))
    root = root_of(tree.node, size)
    for index in range(size):
        path = list(inclusion(tree.node, index, size))
        leaf = leaf_hash(str(index).encode())
        assert alone.included(leaf, index, size, path, root)
        assert not alone.included(leaf, index + 1, size, path, root)
        assert not alone.included(leaf, index, size, [*path, root], root)
    for old in range(size + 1):
        proof = list(consistency(tree.node, old, size))
        before = root_of(tree.node, old)
        assert alone.consistent(old, before, size, root, proof)
        assert old == 0 or not alone.consistent(old, leaf_hash(b""), size, root, proof)
        assert not alone.consistent(old, before, size, root, [*proof, root])


def test_it_reads_all_that_is_published(made: Made) -> None:
    cosigned = str(Note(read_note(made.note.encode(), "a").text, ())) + LOG.line(made.head.text())
    cosigned += WITNESS.line(made.head.text(), 1_800_000_000)
    (made.folder / "old").write_text(made.old, newline="")
    size = made.head.size

    assert made.says(made.note).startswith(f"ok {size} records of registry.example/book, root ")
    assert made.says(cosigned).endswith("signed by registry.example/book, witness.example/w (witness)\n")
    assert made.says(made.signed).startswith(f"ok {made.statement.accounts} accounts after {size} records")
    assert made.says(made.included).startswith(
        f'ok record 2 stands under {size} records of {LOG.verifier.name}: {{"seq":2'
    )
    assert made.says(made.request, f"since:{made.folder / 'old'}").startswith(
        f"ok 5 records are the beginning of {size}"
    )


@pytest.mark.parametrize("name", ["note", "signed", "included", "request"])
def test_it_believes_nothing_that_was_altered(made: Made, name: str) -> None:
    """One letter of each line, another one that may stand there."""
    (made.folder / "old").write_text(made.old, newline="")
    lines = getattr(made, name).split("\n")
    for number, line in enumerate(lines):
        if not line:
            continue
        place = len(line) // 2
        other = "B" if line[place] != "B" else "C"
        changed = "\n".join([*lines[:number], line[:place] + other + line[place + 1 :], *lines[number + 1 :]])
        assert not made.says(changed, f"since:{made.folder / 'old'}").startswith("ok"), line


# --- the export


def verdict(made: Made, export: bytes, *words: str) -> str:
    said = verify_export(export, *words)
    return said.err if said.status else said.out


def test_an_export_is_held_to_checkpoints_and_to_what_accounts_hold(made: Made, tmp_path: Path) -> None:
    for name, text in (("new", made.note), ("old", made.old), ("holdings", made.signed)):
        (tmp_path / name).write_text(text, newline="")
    words = [f"checkpoint:{tmp_path / 'new'}", f"checkpoint:{tmp_path / 'old'}", f"holdings:{tmp_path / 'holdings'}"]
    said = verdict(made, made.export, *words)

    assert said.startswith(f"ok {made.head.size} records")
    assert f"the {made.statement.accounts} accounts after {made.head.size} records, as published" in said
    cut = b"".join(made.export.splitlines(keepends=True)[:-1])
    assert "is missing: a head was published of record" in verdict(made, cut, *words)
    wrong = made.head._replace(root=b"\0" * 32)
    (tmp_path / "new").write_text(sign(wrong, LOG), newline="")
    assert "has another root than the published one" in verdict(made, made.export, *words)
    text = made.statement._replace(root=b"\0" * 32).text()
    (tmp_path / "holdings").write_text(f"{text}\n{LOG.line(text)}", newline="")
    assert "hold other than published" in verdict(made, made.export, words[2])


@given(
    st.sampled_from(sorted(PENALTIES)),
    st.integers(0, 10**10),
    st.integers(0, 10**8),
    st.integers(0, 10**7),
    st.sampled_from([1, 1_000]),
    st.sampled_from([10**9, 907_184_740]),
)
def test_its_penalties_are_ours(method: str, missing: int, price: int, fixed: int, size: int, tonne: int) -> None:
    """Each method that a rulebook may name, on the page and in the law."""
    text = (ROOT / "scripts" / "verify_export.py").read_text()
    function = next(
        node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == "by_law"
    )
    terms = {"price_multiple": 7, "fixed_fen_per_t": fixed, "flat_fen": fixed, "tonne_mg": tonne}
    law = {**terms, "penalty": method, "size_kg": size, "makeup_percent": 150, "index": {2027: 245_519}}
    place: dict[str, Any] = {"law": {**law, "index_base_thousandths": 124_600}, "Fraction": Fraction}
    exec(ast.unparse(function), place)
    lack = Lack(missing * size, price, 7, fixed, fixed, 245_519, 124_600, tonne)

    assert place["by_law"]({"shortfall": missing, "price": price}, 2027) == (
        penalty(method, lack),
        makeup(missing, 150),
    )


def test_an_export_is_held_to_the_penalties_of_a_law(made: Made, tmp_path: Path) -> None:
    raws, laws = small()
    path = written(tmp_path / "small.book")
    with Book.read(path) as book:
        export = b"".join(line.hash.encode() + b" " + line.record + b"\n" for line in book.lines())
    law = f"law:{ROOT / 'rulebooks' / 'dianzhong'}"

    assert any(b'"penalty_fen":' in raw for raw in raws)
    assert laws
    assert "penalties and make-up as " in verdict(made, export, law)
    text = (ROOT / "rulebooks" / "dianzhong" / "rulebook.toml").read_text()
    assert f"price_multiple = {RULES.shortfall.price_multiple}\n" in text
    (tmp_path / "law").mkdir()
    other = text.replace(f"price_multiple = {RULES.shortfall.price_multiple}\n", "price_multiple = 6\n")
    (tmp_path / "law" / "rulebook.toml").write_text(other)
    assert " fen and makes up " in verdict(made, export, f"law:{tmp_path / 'law'}")


def test_a_word_that_is_no_key_is_named_and_not_the_file(made: Made) -> None:
    """Given the name of a file of a key it said that the proof could not be read."""
    said = made.says(made.note, "registry.vkey")
    assert said == "registry.vkey: is no key, NAME+ID+KEY; of a file give what it holds: $(cat registry.vkey)\n"
