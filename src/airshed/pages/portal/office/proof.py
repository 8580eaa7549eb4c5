"""Proofs on a page: the head of the book, signed where it is published, a proof for any record, and what checks it."""

from __future__ import annotations

import base64
import secrets
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from unicodedata import normalize

from starlette.requests import Request
from starlette.responses import Response

from airshed.model.refusal import Malformed
from airshed.pages.portal.frame import page, visitor_of
from airshed.pages.portal.office.reports import policy_of
from airshed.pages.portal.office.statement_pdf import seal_of
from airshed.registry.proof.checkpoint import Checkpoint, Inclusion, read_checkpoint
from airshed.registry.proof.notes import Signer, Signs
from airshed.registry.proof.tree import Tree, inclusion, root_of
from airshed.rulebook.shipped import shipped
from airshed.service.book.kept import KeptBook
from airshed.service.http.problems import Stopped
from airshed.service.http.reading import record_for
from airshed.service.http.rows import whole_number
from airshed.service.http.seen import reads_whole
from airshed.service.http.service import Service
from airshed.service.proof.publishing import CHECKPOINT, head_of, published_key, read_file, sign
from airshed.service.proof.tree import Hashes, entries, prove_consistent, prove_included, tiles_in

#: Records of which the tree is made in memory where nothing is published: 64 bytes each.
MOST_IN_MEMORY = 2_000_000
#: Records by which it grows before another who asks has a turn.
SLICE = 5_000
TEXT = "text/plain; charset=utf-8"
PYTHON = "text/x-python"


class Under(NamedTuple):
    """What is proven by: a head, its note, and the hashes below it."""

    head: Checkpoint
    note: str
    hashes: Hashes
    #: Who signed it; empty where nobody did.
    signers: tuple[str, ...]
    #: The public key by which the log itself signed it; empty where none was published.
    key: str = ""
    #: The key is one of a rehearsal, made by this service and gone with it.
    rehearsed: bool = False


def under(service: Service, book: KeptBook) -> Under:
    """The checkpoint that is published, or the root of the book as it stands, which nobody has signed.

    In a rehearsal the service signs that itself, so that who tries the five steps sees a signature hold.
    """
    folder: Path | None = service.published
    if folder is not None:
        note = read_file(folder / CHECKPOINT)
        key = published_key(folder)
        try:
            head = read_checkpoint(note.text, CHECKPOINT) if key is None else head_of(note, [key], CHECKPOINT)
        except Malformed as error:
            raise Stopped("not_there", f"what is published is not signed by its key: {error.what}") from None
        if head.size > book.last():
            raise Stopped("not_there", "what is published is of a later book than the one that is served")
        signers = tuple(line.split(" ")[1] for line in str(note).rpartition("\n\n")[2].splitlines())
        return Under(head, str(note), tiles_in(folder, head.size), signers, "" if key is None else str(key))
    last = book.last()
    if last > MOST_IN_MEMORY:
        raise Stopped("not_there", "a book this long is proven by its published checkpoint, and none is given")
    turn, tree = _tree_of(service)
    with turn:
        if tree.size < last:
            tree.extend(entries(book, tree.size, last))
    root = root_of(tree.node, last)
    if not service.demo:
        head = Checkpoint(f"unsigned/{service.first[:16]}", last, root)
        return Under(head, head.text() + "\n", tree, ())
    signer = _rehearsing(service)
    head = Checkpoint(signer.verifier.name, last, root)
    return Under(head, sign(head, signer), tree, (signer.verifier.name,), str(signer.verifier), rehearsed=True)


def _rehearsing(service: Service) -> Signer:
    """The key by which a rehearsal signs; its name says what it is."""
    name = f"rehearsal.example/{service.first[:16]}"
    found: Signer = service.beside.setdefault("rehearsal_signer", Signer(name, Signs.NOTE, secrets.token_bytes(32)))
    return found


async def grown(service: Service) -> None:
    """Let the tree of a book that publishes none grow to about its end, a slice at a time, beside what others read."""
    if service.published is not None or service.feed.last > MOST_IN_MEMORY:
        return
    turn, tree = _tree_of(service)

    def grow(book: KeptBook) -> None:
        last = book.last()
        reached = 0
        while reached < last:
            with turn:
                reached = min(last, tree.size + SLICE)
                tree.extend(entries(book, tree.size, reached))

    if service.feed.last - tree.size > SLICE:
        await service.long_readers.read(grow)


def _tree_of(service: Service) -> tuple[Lock, Tree]:
    """The tree of the book that is served, which grows with it; one reader at a time lets it grow."""
    found: tuple[Lock, Tree] = service.beside.setdefault("tree", (Lock(), Tree()))
    return found


async def check(service: Service, request: Request) -> Response:
    """The head of the book, and five steps by which anybody checks a record of it."""
    visitor = await visitor_of(service, request)
    asked, seq = _number(request, "record")
    written, kept = _number(request, "from")

    def look(book: KeptBook) -> dict[str, Any]:
        found = under(service, book)
        last = book.last()
        chosen = seq if 1 <= seq <= found.head.size else 0
        return {
            "under": found,
            "root": base64.b64encode(found.head.root).decode(),
            "seq": last,
            "digest": book.line(last).hash,
            "chosen": chosen,
            "chosen_hash": book.line(chosen).hash if chosen else "",
            "missing": bool(asked) and not chosen,
            "asked": asked,
            "kept": kept if 1 <= kept <= found.head.size else 0,
            "written": written,
        }

    await grown(service)
    facts = await service.readers.read(look)
    law = await visitor.look(lambda market, rules: market.state.rulebook)
    fingerprint = seal_of(service, visitor.standing.programme.en).fingerprint
    return page(visitor, "check.html.j2", law=law, first=service.first, fingerprint=fingerprint, **facts)


def _number(request: Request, name: str) -> tuple[str, int]:
    """What is written for a number, and the number; zero where it is none."""
    written = normalize("NFKC", request.query_params.get(name, "")).replace(",", "").strip()[:20]
    return written, int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else 0


async def proof(service: Service, request: Request) -> Response:
    """The proof of a record: with its content for whoever reads it whole, else of its number and hash.

    Whoever says which head they kept gets in the same file that the book goes on from it.
    """
    visitor = await visitor_of(service, request)
    seq = whole_number(request.path_params["seq"], "record")
    kept = whole_number(request.query_params.get("from", "0"), "size")
    actor = "" if visitor.actor is None else visitor.actor.id

    def look(book: KeptBook) -> str:
        found = under(service, book)
        for number in (seq, kept or 1):
            if not 1 <= number <= found.head.size:
                raise Stopped("not_there", f"the head is of {found.head.size} records")
        whole = reads_whole(book.line(seq), record_for(book, actor, seq, visitor.now))
        made = _of_record(book, found, seq) if whole else _of_number(found, seq)
        goes_on = str(prove_consistent(found.hashes, kept, found.head, found.note)) if kept else ""
        return goes_on + str(made)

    await grown(service)
    text = await service.readers.read(look)
    name = f"record-{seq}-from-{kept}" if kept else f"record-{seq}"
    headers = {"Content-Disposition": f'attachment; filename="{name}.tlog-proof"', "Cache-Control": "no-store"}
    return Response(text, 200, headers, TEXT)


def _of_record(book: KeptBook, found: Under, seq: int) -> Inclusion:
    try:
        return prove_included(book, found.hashes, seq, found.head, found.note)
    except Malformed as error:
        raise Stopped("not_there", f"{error.what}; {error.cure}") from None


def _of_number(found: Under, seq: int) -> Inclusion:
    return Inclusion(b"", seq - 1, inclusion(found.hashes.node, seq - 1, found.head.size), found.note)


async def consistency(service: Service, request: Request) -> Response:
    """That the first records, as somebody wrote their head down, are still the beginning of the book."""
    old = whole_number(request.path_params["old"], "size")

    def look(book: KeptBook) -> str:
        found = under(service, book)
        if not 1 <= old <= found.head.size:
            raise Stopped("not_there", f"the head is of {found.head.size} records")
        return str(prove_consistent(found.hashes, old, found.head, found.note))

    await service.door.look(request)
    await grown(service)
    text = await service.readers.read(look)
    headers = {"Content-Disposition": f'attachment; filename="from-{old}.tlog-consistency"'}
    return Response(text, 200, {**headers, "Cache-Control": "no-store"}, TEXT)


async def checkpoint(service: Service, request: Request) -> Response:
    """The head as a note, signed where it is published."""
    await service.door.look(request)
    await grown(service)
    note = await service.readers.read(lambda book: under(service, book).note)
    headers = {"Content-Disposition": 'attachment; filename="checkpoint"', "Cache-Control": "no-store"}
    return Response(note, 200, headers, TEXT)


async def verifier(service: Service, request: Request) -> Response:
    """The page that checks a proof: it is one file, sends nothing, and works without this service."""
    await service.door.look(request)
    html = (files("airshed.pages.portal") / "templates" / "verifier.html").read_text("utf-8")
    headers = {"Content-Security-Policy": policy_of(html)}
    if "file" in request.query_params:
        headers["Content-Disposition"] = 'attachment; filename="verify-proof.html"'
    return Response(html, 200, headers, "text/html; charset=utf-8")


async def script(service: Service, request: Request) -> Response:
    """The script that checks a proof with Python alone, for whoever trusts no page."""
    await service.door.look(request)
    text = shipped("scripts", "verify_proof.py").read_bytes()
    headers = {"Content-Disposition": 'attachment; filename="verify_proof.py"'}
    return Response(text, 200, headers, f"{PYTHON}; charset=utf-8")
