"""Be a witness of somebody's log: say when one saw which head, and only of one history."""

from __future__ import annotations

from pathlib import Path

from airshed.model.refusal import Malformed
from airshed.registry.proof.checkpoint import Checkpoint, Request, hold_consistent
from airshed.registry.proof.notes import Note, Signer, Signs, Verifier, read_line, read_note, signed_by
from airshed.registry.proof.tree import EMPTY
from airshed.service.proof.publishing import head_of, read_file, replace_text


def cosign(request: Request, log: list[Verifier], signer: Signer, seen: Path, at_s: int, place: str) -> str:
    """The line of a witness that the new head continues the one that it saw last, which lies in `seen`."""
    if signer.verifier.signs is not Signs.COSIGNATURE:
        cure = "make one of a witness: airshed proof key FILE --name NAME --witness"
        raise Malformed(signer.verifier.name, "is a key that signs as a log does", cure)
    note = read_note(request.note.encode(), place)
    head = head_of(note, log, place)
    last = head_of(read_file(seen), log, str(seen)) if seen.exists() else Checkpoint(head.origin, 0, EMPTY)
    if request.old != last.size:
        what = f"begins at {request.old} records, {last.size} were seen last"
        raise Malformed(place, what, f"ask for a proof from there: airshed proof consistent BOOK --from {last.size}")
    hold_consistent(last, request.path, head, place)
    line = signer.line(note.text, at_s)
    replace_text(seen, str(note))  # before it is told: a witness that forgets would sign two histories
    return line


def attach(path: Path, lines: str, witnesses: list[Verifier], place: str) -> list[str]:
    """Put below a checkpoint the cosignatures of known witnesses that hold; their names. Others are passed over."""
    note = read_file(path)
    offered = tuple(read_line(line, place) for line in lines.splitlines(keepends=True))
    theirs = signed_by(Note(note.text, offered), witnesses, place)
    there = {(each.name, each.id) for each in note.signatures}
    holding = {(each.verifier.name, each.verifier.id) for each in theirs} - there
    new = tuple(each for each in offered if (each.name, each.id) in holding)
    if new:
        replace_text(path, str(Note(note.text, (*note.signatures, *new))))
    return [each.name for each in new]
