"""What every account holds, as a tree of its own: one leaf an account, sorted by name, its root in a signed statement.

Proofs of inclusion show that records are there, never that none is missing. The leaf of an account says all that it
has, so whoever is shown records that add up to it has been shown all that count.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from airshed.model.refusal import Malformed
from airshed.registry.proof.checkpoint import Checkpoint, entry_from
from airshed.registry.proof.notes import unbase64
from airshed.registry.proof.tree import WIDTH, included, leaf_hash
from airshed.registry.refold import Refold, Runs

#: What the text of a statement begins with.
FIRST = "airshed holdings v1"
#: What the proof of an account says that it is.
ACCOUNT = "airshed account proof v1"
_COUNT = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_CURE = "give it as airshed proof wrote it, every byte"


class HoldingsHead(NamedTuple):
    """Of which book and record it is, how many accounts there are, and the root over what they hold."""

    head: Checkpoint
    accounts: int
    root: bytes

    def text(self) -> str:
        """What is signed."""
        return f"{FIRST}\n{self.head.text()}{self.accounts}\n{b64encode(self.root).decode()}\n"


def read_statement(text: str, place: str) -> HoldingsHead:
    """A statement from the text of its note, or `Malformed`."""
    lines = text.split("\n")
    roots = [unbase64(lines[number]) for number in (3, 5)] if len(lines) == 7 else []
    whole = [root for root in roots if root is not None and len(root) == WIDTH]
    counts = lines[2:5:2]
    if lines[0] != FIRST or len(whole) != 2 or not all(map(_COUNT.fullmatch, counts)) or not lines[1]:
        raise Malformed(place, f"is no statement of holdings, which begins with {FIRST!r}", _CURE)
    return HoldingsHead(Checkpoint(lines[1], int(lines[2]), whole[0]), int(lines[4]), whole[1])


def leaf_of(account: str, fen: int, holdings: Iterable[tuple[str, Runs]]) -> bytes:
    """All that an account has: name, fen, and by series the serials, in JSON without blanks.

    >>> leaf_of("a", 5, [("SO2-KM-2027", ((1, 9),))])
    b'["a",5,[["SO2-KM-2027",[[1,9]]]]]'
    """
    return msgspec.json.encode((account, fen, sorted(holdings)))


def leaves_of(refold: Refold) -> dict[str, bytes]:
    """The leaf of every account that is known, sorted by name."""
    held: dict[str, list[tuple[str, Runs]]] = {account: [] for account in refold.money}
    for (account, series), runs in refold.holdings().items():
        held.setdefault(account, []).append((series, runs))
    return {account: leaf_of(account, refold.money.get(account, 0), held[account]) for account in sorted(held)}


class ShownRecord(NamedTuple):
    """A record in the proof of an account: the hash before it, its bytes, and the hashes up to the root."""

    seq: int
    before: str
    record: bytes
    path: tuple[bytes, ...]


class AccountProof(NamedTuple):
    """What an account holds, that it is all, and the records by which it came to hold it."""

    account: str
    #: The signed checkpoint, and the signed statement of the same record.
    checkpoint: str
    statement: str
    leaf: bytes
    number: int
    path: tuple[bytes, ...]
    records: tuple[ShownRecord, ...]

    def document(self) -> dict[str, Any]:
        """As it is written into a file."""
        return {
            "is": ACCOUNT,
            "account": self.account,
            "checkpoint": self.checkpoint,
            "statement": self.statement,
            "holding": self.leaf.decode(),
            "number": self.number,
            "path": [b64encode(each).decode() for each in self.path],
            "records": [
                {
                    "seq": each.seq,
                    "before": each.before,
                    "record": each.record.decode(),
                    "path": [b64encode(step).decode() for step in each.path],
                }
                for each in self.records
            ],
        }


def read_account_proof(text: str, place: str) -> AccountProof:
    """The proof of an account from a file, or `Malformed`."""
    try:
        found = json.loads(text)
        if found["is"] != ACCOUNT:
            raise ValueError(f"no {ACCOUNT}")
        records = tuple(
            ShownRecord(int(each["seq"]), str(each["before"]), str(each["record"]).encode(), _path(each["path"]))
            for each in found["records"]
        )
        words = (str(found["account"]), str(found["checkpoint"]), str(found["statement"]))
        return AccountProof(*words, str(found["holding"]).encode(), int(found["number"]), _path(found["path"]), records)
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise Malformed(place, f"cannot be read as a proof ({error})"[:200], _CURE) from None


def _path(lines: Sequence[Any]) -> tuple[bytes, ...]:
    path = tuple(unbase64(str(line)) for line in lines)
    if any(each is None or len(each) != WIDTH for each in path):
        raise ValueError("no hash")
    return tuple(each for each in path if each is not None)


def hold_account(proof: AccountProof, head: Checkpoint, statement: HoldingsHead, place: str) -> None:
    """`Malformed` unless all records stand under the head, the leaf under the statement, and they add up to it."""
    if statement.head != head:
        what = f"its statement is of {statement.head.size} records of {statement.head.origin}, its checkpoint is not"
        raise Malformed(place, what, "give a statement and a checkpoint of one moment")
    if not included(leaf_hash(proof.leaf), proof.number, statement.accounts, proof.path, statement.root):
        what = "its holding does not lead to the root of the statement"
        raise Malformed(place, what, "it was altered, or is of another book")
    before = 0
    for each in proof.records:
        if each.seq <= before:
            raise Malformed(place, f"record {each.seq} stands after {before}", "give each record once, in order")
        before = each.seq
        entry = entry_from(f"{each.before} ".encode() + each.record, each.seq - 1)
        if not included(leaf_hash(entry), each.seq - 1, head.size, each.path, head.root):
            what = f"record {each.seq} does not lead to the root of {head.size} records"
            raise Malformed(place, what, "it was altered, or is of another book")
    try:
        reached = folded(proof.account, [each.record for each in proof.records])
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise Malformed(place, f"its records cannot be read ({type(error).__name__})", _CURE) from None
    if reached != proof.leaf:
        what = f"its records give {reached.decode()[:200]}, the statement says {proof.leaf.decode()[:200]}"
        raise Malformed(place, what, "records are missing or too many: ask for all of them")


def touches(event: Mapping[str, Any], account: str) -> bool:
    """Whether an event opens an account, issues into it, or moves something in or out."""
    if event["is"] == "CapSet":
        return bool(event["account"] == account)
    if event["is"] in ("RulebookAdopted", "AccountOpened"):
        opened = event["opened"] if event["is"] == "RulebookAdopted" else [event["account"]]
        return any(each["id"] == account for each in opened)
    return any(account in move[1:3] for move in event.get("entry", ()))


def folded(account: str, records: Iterable[bytes]) -> bytes:
    """The leaf that follows from records for one account. Serials may come and go in any pieces."""
    fen, held = 0, dict[str, set[tuple[int, int]]]()
    for record in records:
        for event in json.loads(record)["events"]:
            if event["is"] == "CapSet" and event["account"] == account:
                held[event["series"]] = {(1, event["count"])}
            for kind, origin, target, *what in event.get("entry", ()):
                if account not in (origin, target) or origin == target:
                    continue
                if kind == "cash":
                    fen += what[0] if target == account else -what[0]
                    continue
                series, blocks = what
                mine = held.setdefault(series, set())
                for first, last in blocks:
                    held[series] = mine = _with(mine, first, last) if target == account else _less(mine, first, last)
    return leaf_of(account, fen, [(series, tuple(sorted(runs))) for series, runs in held.items() if runs])


def _with(runs: set[tuple[int, int]], first: int, last: int) -> set[tuple[int, int]]:
    """Runs with another, joined to its neighbours."""
    before = next((run for run in runs if run[1] == first - 1), None)
    after = next((run for run in runs if run[0] == last + 1), None)
    joined = (before[0] if before else first, after[1] if after else last)
    return {*(run for run in runs if run not in (before, after)), joined}


def _less(runs: set[tuple[int, int]], first: int, last: int) -> set[tuple[int, int]]:
    """Runs without serials that one of them has; `ValueError` where none has all of them."""
    home = next((run for run in runs if run[0] <= first and last <= run[1]), None)
    if home is None:
        raise ValueError(f"{first}-{last} is not there")
    sides = {(home[0], first - 1), (last + 1, home[1])}
    return {*(run for run in runs if run != home), *(side for side in sides if side[0] <= side[1])}
