"""Sign what all accounts hold, and prove one of them from it."""

from __future__ import annotations

from airshed.engine.journal import GENESIS, linked
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.registry.proof.checkpoint import Checkpoint
from airshed.registry.proof.holdings import AccountProof, HoldingsHead, ShownRecord, leaves_of, touches
from airshed.registry.proof.notes import Signer
from airshed.registry.proof.tree import Tree, inclusion, leaf_hash, root_of
from airshed.registry.refold import Refold, happened
from airshed.service.book.kept import KeptBook
from airshed.service.book.reconcile import reconcile
from airshed.service.proof.tree import Hashes, entries, hold_head


def state_holdings(book: KeptBook, signer: Signer) -> tuple[HoldingsHead, str]:
    """The signed statement of what all accounts hold now; not signed where state or read tables say otherwise."""
    with book.named(), book.snapshot():
        found = reconcile(book)
        if found.differences:
            names = ", ".join(sorted({each.account for each in found.differences})[:5])
            what = f"state or read tables differ from the records: {names}"
            raise Malformed(str(book.path), what, "airshed book reconcile says where")
        tree = Tree(entries(book, 0, found.records))
        head = Checkpoint(signer.verifier.name, found.records, root_of(tree.node, found.records))
        statement = statement_of(book, head)
    text = statement.text()
    return statement, f"{text}\n{signer.line(text)}"


def statement_of(book: KeptBook, head: Checkpoint) -> HoldingsHead:
    """What all accounts held after the last record of a head."""
    leaves = leaves_of(_refolded(book, head.size))
    return HoldingsHead(head, len(leaves), root_of(Tree(leaves.values()).node, len(leaves)))


def hold_statement(book: KeptBook, statement: HoldingsHead, place: str) -> None:
    """`Malformed` unless the book gives what the statement says: head, accounts and root."""
    size = statement.head.size
    if size > book.last():
        what = f"is of {size} records, {book.path} ends at {book.last()}"
        raise Malformed(place, what, "give a later copy of the book")
    hold_head(Tree(entries(book, 0, size)), statement.head, place)
    found = statement_of(book, statement.head)
    if found != statement:
        what = f"the {found.accounts} accounts of the book do not give the root that was signed"
        raise Malformed(place, what, "it was signed over other holdings: keep it and ask why")


def prove_account(
    book: KeptBook,
    hashes: Hashes,
    account: str,
    head: Checkpoint,
    checkpoint: str,
    statement: HoldingsHead,
    signed: str,
) -> AccountProof:
    """All that an account holds, and every record that touches it, under a head and a statement of one moment."""
    place = f"{book.path} account {account}"
    if statement.head != head:
        what = f"the statement is of {statement.head.size} records, the checkpoint of {head.size}"
        raise Malformed(place, what, "make both at one moment: airshed proof publish --holdings")
    refold, shown, before = Refold(), [], GENESIS
    for line in book.lines():
        if line.seq > head.size:
            break
        reached = linked(line, line.seq - 1, before)
        refold.take(line.record)
        if any(touches(event, account) for event in happened(line.record)):
            shown.append(ShownRecord(line.seq, before, line.record, inclusion(hashes.node, line.seq - 1, head.size)))
        before = reached
    leaves = leaves_of(refold)
    if account not in leaves:
        raise Malformed(place, "is not there", near(account, tuple(leaves)))
    tree = Tree(leaves.values())
    if (len(leaves), root_of(tree.node, tree.size)) != (statement.accounts, statement.root):
        raise Malformed(place, "the book does not give the root of the statement", "take the statement of this book")
    number = list(leaves).index(account)
    assert tree.node(0, number) == leaf_hash(leaves[account])
    path = inclusion(tree.node, number, tree.size)
    return AccountProof(account, checkpoint, signed, leaves[account], number, path, tuple(shown))


def _refolded(book: KeptBook, last: int) -> Refold:
    refold = Refold()
    for line in book.lines():
        if line.seq > last:
            break
        refold.take(line.record)
    return refold
