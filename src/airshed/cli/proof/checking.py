"""What a checkpoint, a statement or a proof says, once its signatures and hashes hold; and the same in lines."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import msgspec

from airshed.cli.show import console
from airshed.engine.journal import Line, decode
from airshed.model.civil import DEFAULT, civil
from airshed.model.refusal import Malformed
from airshed.registry.proof.checkpoint import (
    PROOF,
    Checkpoint,
    entry_from,
    hold_consistent,
    hold_included,
    read_checkpoint,
    read_inclusion,
    read_request,
)
from airshed.registry.proof.holdings import FIRST, hold_account, read_account_proof, read_statement
from airshed.registry.proof.notes import NoteSignature, Verifier, read_note
from airshed.service.book.addressed import to_read
from airshed.service.book.statement import lines_of
from airshed.service.proof.account import hold_statement
from airshed.service.proof.publishing import head_of, hold_signed, read_file

#: A proof names no law and so no time zone: instants are said in one, with its distance from UTC.
_clock = civil(DEFAULT).clock


def checked(
    text: str, place: str, verifiers: list[Verifier], since: Path | None, account: str, book: str | None
) -> dict[str, Any]:
    """What a text of any kind says; `Malformed` where it does not hold."""
    if text.startswith(PROOF):
        return inclusion(text, place, verifiers, account)
    if text.startswith(FIRST):
        return holdings(text, place, verifiers, book)
    if text.startswith("{"):
        return account_proof(text, place, verifiers)
    if text.startswith("old "):
        return consistency(text, place, verifiers, since)
    return {"is": "checkpoint", **_checked(text, place, verifiers)[1]}


def tell(said: dict[str, Any]) -> None:
    """What holds, in lines."""
    if said["is"] == "inclusion":
        record = said["record"]
        deed = ", ".join(each["is"] for each in record["events"]) or f"refused: {record['refusal']['why']}"
        console.print(
            f"ok: record {record['seq']:,} of {_clock(record['at'])}, {record['body']['do']} by {record['actor']}"
        )
        console.print(f"  {deed}")
        for move in said["moves"]:
            console.print(f"  {move}")
        console.print(f"stands under the head of {said['size']:,} records of {said['origin']}")
    elif said["is"] == "holdings":
        console.print(f"ok: {said['accounts']:,} accounts after {said['size']:,} records of {said['origin']}")
        console.print("the book gives the same root" if said["refolded"] else "signed; --book folds the book anew")
    elif said["is"] == "account":
        console.print(f"ok: {said['account']} after {said['size']:,} records of {said['origin']}")
        console.print(f"  {said['fen']:,} fen")
        for series, count, runs in said["holdings"]:
            console.print(f"  {count:,} of {series}: {runs}")
        console.print(f"all of it by the {said['records']:,} records shown; pairs that cancel out may be left away")
    elif said["is"] == "consistency":
        console.print(f"ok: {said['old']:,} records are the beginning of the {said['size']:,} of {said['origin']}")
    else:
        console.print(f"ok: {said['size']:,} records of {said['origin']}")
    console.print(f"root {said['root']}")
    for name in said["signed_by"]:
        console.print(f"signed by {name}")
    for seen in said["witnesses"]:
        console.print(f"cosigned by {seen['name']}, {_clock(seen['at'] * 1000)}")


def inclusion(text: str, place: str, verifiers: list[Verifier], account: str) -> dict[str, Any]:
    """A record stands under a head."""
    proof = read_inclusion(text, place)
    head, said = _checked(proof.note, place, verifiers)
    hold_included(entry_from(proof.extra, proof.leaf), proof, head, place)
    raw = proof.extra[65:]
    moves = list(lines_of([decode(Line(proof.leaf + 1, "", raw))], account)) if account else []
    return {"is": "inclusion", **said, "record": msgspec.json.decode(raw), "moves": [_move(each) for each in moves]}


def holdings(text: str, place: str, verifiers: list[Verifier], book: str | None) -> dict[str, Any]:
    """A statement says what all accounts hold."""
    note = read_note(text.encode(), place)
    statement = read_statement(note.text, place)
    signed = hold_signed(note, verifiers, statement.head.origin, place)
    if book is not None:
        with to_read(book) as opened, opened.named(), opened.snapshot():
            hold_statement(opened, statement, place)
    counts = {"accounts": statement.accounts, "refolded": book is not None}
    return {"is": "holdings", **of_head(statement.head), **counts, **_signers(signed)}


def account_proof(text: str, place: str, verifiers: list[Verifier]) -> dict[str, Any]:
    """An account holds so much, and no more."""
    proof = read_account_proof(text, place)
    head, said = _checked(proof.checkpoint, place, verifiers)
    note = read_note(proof.statement.encode(), place)
    statement = read_statement(note.text, place)
    hold_signed(note, verifiers, statement.head.origin, place)
    hold_account(proof, head, statement, place)
    account, fen, held = msgspec.json.decode(proof.leaf)
    shown = [
        (series, sum(last - first + 1 for first, last in runs), ",".join(f"{first}-{last}" for first, last in runs))
        for series, runs in held
    ]
    whole = {"account": account, "fen": fen, "holdings": shown, "records": len(proof.records)}
    return {"is": "account", **said, **whole}


def _move(line: Any) -> str:
    other = f" {'from' if line.count + line.fen > 0 else 'to'} {line.other}" if line.other else ""
    return f"{line.count:+,} kg of {line.series}{other}" if line.series else f"{line.fen:+,} fen{other}"


def consistency(text: str, place: str, verifiers: list[Verifier], since: Path | None) -> dict[str, Any]:
    """What was published before is the beginning of a head."""
    if since is None:
        raise Malformed(place, "proves something of an earlier checkpoint", "give that one: --since FILE")
    proof = read_request(text, place)
    head, said = _checked(proof.note, place, verifiers)
    old = head_of(read_file(since), verifiers, str(since))
    if old.size != proof.old:
        what = f"begins at {proof.old} records, {since} has {old.size}"
        raise Malformed(place, what, f"ask for a proof from there: airshed proof consistent BOOK --from {old.size}")
    hold_consistent(old, proof.path, head, place)
    return {"is": "consistency", "old": old.size, **said}


def _checked(note: str, place: str, verifiers: list[Verifier]) -> tuple[Checkpoint, dict[str, Any]]:
    """The head of a note whose signatures hold, and what is told of it."""
    read = read_note(note.encode(), place)
    head = read_checkpoint(read.text, place)
    signed = hold_signed(read, verifiers, head.origin, place)
    return head, {**of_head(head), **_signers(signed)}


def _signers(signed: list[NoteSignature]) -> dict[str, Any]:
    return {
        "signed_by": [each.verifier.name for each in signed if each.at_s is None],
        "witnesses": [{"name": each.verifier.name, "at": each.at_s} for each in signed if each.at_s is not None],
    }


def of_head(head: Checkpoint) -> dict[str, Any]:
    """A head, as JSON says it."""
    return {"origin": head.origin, "size": head.size, "root": b64encode(head.root).decode()}
