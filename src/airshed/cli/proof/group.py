"""`airshed proof`: publish the head of a book, have it witnessed, and prove by it what stands in the book."""

from __future__ import annotations

import sys
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli.options import BookPath, Json
from airshed.cli.show import as_json, console, showing
from airshed.model.refusal import Malformed
from airshed.service.book.places import without_password

if TYPE_CHECKING:
    from airshed.registry.proof.checkpoint import Checkpoint
    from airshed.service.book.kept import KeptBook
    from airshed.service.proof.tree import Hashes

app = typer.Typer(help="Checkpoints, witnesses and proofs of a book. 存证：检查点、见证与证明。", no_args_is_help=True)

KeyFile = Annotated[Path, typer.Option("--key", help="File of the private key.", show_default=False)]
Keys = Annotated[
    list[str],
    typer.Option("--key", help="Verifier key that is trusted, or a file with it; again for more.", show_default=False),
]
Under = Annotated[
    Path, typer.Option("--checkpoint", help="The signed checkpoint, as a file.", show_default=False, metavar="FILE")
]
Tiles = Annotated[
    Path | None,
    typer.Option("--tiles", help="Folder of published tiles, so that not the whole book is hashed anew."),
]
Out = Annotated[Path | None, typer.Option("--out", help="New file to write; standard output if left out.")]


@app.command()
def key(
    file: Annotated[Path, typer.Argument(help="The file of the private key.", show_default=False)],
    name: Annotated[
        str, typer.Option(help="Make a new key of this name, as registry.example/book.", show_default=False)
    ] = "",
    witness: Annotated[bool, typer.Option("--witness", help="A key to cosign with, as a witness does.")] = False,
    json: Json = False,
) -> None:
    """Make a key of Ed25519, or say the public part of one: the verifier key, to be published. 密钥。

    The private key lies in the file alone, which only its owner may read. Its name is the origin of the log: give every
    book one of its own, as a web address without its scheme.

    Example: airshed proof key registry.key --name registry.example/dianzhong
    """
    from airshed.registry.proof.notes import Signs
    from airshed.service.proof.keys import make_key, read_key

    if witness and not name:
        raise Malformed("--witness", "is for a new key", "give it a name: --name witness.example/one")
    signs = Signs.COSIGNATURE if witness else Signs.NOTE
    found = make_key(file, name, signs) if name else read_key(file).verifier
    if json:
        as_json({"name": found.name, "id": found.id.hex(), "signs": found.signs.name.lower(), "key": str(found)})
    else:
        console.print(str(found))


@app.command()
def publish(
    book: BookPath,
    folder: Annotated[Path, typer.Argument(help="The folder that a web server hands out.", show_default=False)],
    key: KeyFile,
    holdings: Annotated[
        bool, typer.Option("--holdings", help="Sign the root of what all accounts hold too, for proofs of accounts.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring a folder of tiles, entries and a signed checkpoint up to the book. 发布检查点。

    An entry is the head of a record, number and hash; no name, sum or bid is in it. What was published before is held
    to the book first: another history than that is not signed. Holdings are signed only when records, state and read
    tables agree (airshed book reconcile).

    Example: airshed proof publish demo/dianzhong.book site --key registry.key
    """
    from airshed.service.book.addressed import to_read
    from airshed.service.proof.account import state_holdings
    from airshed.service.proof.keys import signing
    from airshed.service.proof.publishing import HOLDINGS, replace_text
    from airshed.service.proof.publishing import publish as bring_up

    statement = None
    with showing(to_read(book)) as opened, signing(key) as signer, opened.snapshot():
        if holdings:
            statement, signed = state_holdings(opened, signer)
        done = bring_up(opened, folder, signer)
        if statement is not None:
            replace_text(folder / HOLDINGS, signed)
    if json:
        accounts = {} if statement is None else {"accounts": statement.accounts, "holdings": signed}
        counts = {"before": done.before, "files": done.files, "folder": str(folder)}
        as_json({**_head(done.head, done.note), **counts, **accounts})
        return
    more = done.head.size - done.before
    console.print(f"{folder}: {done.head.size:,} records, {more:,} of them new, {done.files:,} files written")
    console.print(f"root {b64encode(done.head.root).decode()}")
    if statement is not None:
        console.print(f"holdings of {statement.accounts:,} accounts, root {b64encode(statement.root).decode()}")


@app.command()
def checkpoint(
    book: BookPath,
    key: KeyFile,
    seq: Annotated[int, typer.Option(min=0, help="As of this record; 0 is the last.")] = 0,
    after: Annotated[Path | None, typer.Option(help="The checkpoint signed before; this one must continue it.")] = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """The signed head of a book, for a newspaper or a notice. 签名检查点。

    Example: airshed proof checkpoint demo/dianzhong.book --key registry.key --out checkpoint
    """
    from airshed.registry.proof.checkpoint import Checkpoint
    from airshed.registry.proof.tree import root_of
    from airshed.service.book.addressed import to_read
    from airshed.service.proof.keys import read_key
    from airshed.service.proof.publishing import head_of, read_file, sign
    from airshed.service.proof.tree import hold_head, tree_of

    with showing(to_read(book)) as opened, opened.named(), opened.snapshot():
        signer = read_key(key)
        size = seq or opened.last()
        if not size:
            raise Malformed(without_password(book), "has no record", "airshed book new adopts the first law")
        tree = tree_of(opened, size)
    if after is not None:
        before = head_of(read_file(after), [signer.verifier], str(after))
        if before.size > size:
            what = f"is of {before.size} records, more than the {size} that are to be signed"
            raise Malformed(str(after), what, "a log never shrinks: sign a later record")
        hold_head(tree, before, without_password(book))
    head = Checkpoint(signer.verifier.name, size, root_of(tree.node, size))
    note = sign(head, signer)
    _give(note, out, json, _head(head, note))


@app.command()
def include(
    book: BookPath,
    checkpoint: Under,
    seq: Annotated[int, typer.Option(min=0, help="Number of the record.", show_default=False)] = 0,
    account: Annotated[str, typer.Option(help="Or the record of a line of this account's statement.")] = "",
    line: Annotated[int, typer.Option(min=0, help="Which line of the statement, from 1.", show_default=False)] = 0,
    tiles: Tiles = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Prove that a record, or a line of a statement, stands in the book under a checkpoint. 包含性证明。

    The file is a C2SP tlog-proof; the record goes along in it.

    Example: airshed proof include demo/dianzhong.book --account qj-pwr-02 --line 3 --checkpoint checkpoint
    """
    from airshed.registry.proof.checkpoint import read_checkpoint
    from airshed.service.book.addressed import to_read
    from airshed.service.proof.publishing import read_file
    from airshed.service.proof.tree import prove_included

    if (seq == 0) == (account == "") or (account != "") != (line != 0):
        raise Malformed(
            "airshed proof include", "takes a record or a line of a statement", "--seq, or --account --line"
        )
    with showing(to_read(book)) as opened, opened.named(), opened.snapshot():
        note = read_file(checkpoint)
        head = read_checkpoint(note.text, str(checkpoint))
        number = seq or _record_of(opened, account, line)
        hashes = _hashes(opened, head, tiles, str(checkpoint))
        proof = prove_included(opened, hashes, number, head, str(note))
    plain = {"record": number, "index": proof.leaf, "size": head.size, "hashes": len(proof.path)}
    _give(str(proof), out, json, {**plain, "proof": str(proof)})


@app.command()
def account(
    book: BookPath,
    account: Annotated[str, typer.Argument(help="The account.", show_default=False)],
    checkpoint: Under,
    holdings: Annotated[
        Path,
        typer.Option("--holdings", help="The signed statement of holdings.", show_default=False, metavar="FILE"),
    ],
    tiles: Tiles = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Prove what one account holds, that it is all, and by which records it came to it; without the book. 账户证明。

    The records that touch the account go along whole, what they say of others too. Checkpoint and statement are of one
    moment: airshed proof publish --holdings makes both.

    Example: airshed proof account demo/dianzhong.book qj-pwr-02 --checkpoint checkpoint --holdings holdings
    """
    import msgspec

    from airshed.registry.proof.checkpoint import read_checkpoint
    from airshed.registry.proof.holdings import read_statement
    from airshed.service.book.addressed import to_read
    from airshed.service.book.numbered import account_named
    from airshed.service.proof.account import prove_account
    from airshed.service.proof.publishing import read_file

    with showing(to_read(book)) as opened, opened.named(), opened.snapshot():
        note, signed = read_file(checkpoint), read_file(holdings)
        head, statement = read_checkpoint(note.text, str(checkpoint)), read_statement(signed.text, str(holdings))
        numbers = dict(opened.sql.execute("SELECT account, number FROM accounts"))
        account = account_named(account, numbers, without_password(book))
        hashes = _hashes(opened, head, tiles, str(checkpoint))
        proof = prove_account(opened, hashes, account, head, str(note), statement, str(signed))
    text = msgspec.json.format(msgspec.json.encode(proof.document()), indent=1).decode() + "\n"
    plain = {"account": account, "size": head.size, "records": len(proof.records), "holding": proof.leaf.decode()}
    _give(text, out, json, {**plain, "proof": text})


@app.command()
def consistent(
    book: BookPath,
    checkpoint: Under,
    old: Annotated[int, typer.Option("--from", min=0, help="Records that were published before.")],
    tiles: Tiles = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Prove that what was published before is the beginning of a checkpoint, as a witness asks for. 一致性证明。

    The file is the body of an add-checkpoint request (C2SP tlog-witness).

    Example: airshed proof consistent demo/dianzhong.book --from 1000 --checkpoint checkpoint --out request
    """
    from airshed.registry.proof.checkpoint import read_checkpoint
    from airshed.service.book.addressed import to_read
    from airshed.service.proof.publishing import read_file
    from airshed.service.proof.tree import prove_consistent

    with showing(to_read(book)) as opened, opened.named(), opened.snapshot():
        note = read_file(checkpoint)
        head = read_checkpoint(note.text, str(checkpoint))
        hashes = _hashes(opened, head, tiles, str(checkpoint))
        proof = prove_consistent(hashes, old, head, str(note))
    plain = {"old": old, "size": head.size, "hashes": len(proof.path)}
    _give(str(proof), out, json, {**plain, "proof": str(proof)})


@app.command()
def cosign(
    request: Annotated[str, typer.Argument(help="What airshed proof consistent wrote, or - for standard input.")],
    key: KeyFile,
    log: Annotated[list[str], typer.Option("--log", help="Verifier key of the log.", show_default=False)],
    seen: Annotated[Path, typer.Option(help="File of the head seen last; made the first time.", show_default=False)],
    json: Json = False,
) -> None:
    """Be a witness: sign that a head continues the one seen last, and when. Another history is not signed. 见证。

    Example: airshed proof cosign request --key witness.key --log registry.vkey --seen seen.checkpoint
    """
    from time import time

    from airshed.registry.proof.checkpoint import read_request
    from airshed.service.proof.keys import signing, verifiers_of
    from airshed.service.proof.witness import cosign as sign

    asked = read_request(_text(request), request)
    with signing(key) as signer:
        found = sign(asked, verifiers_of(log), signer, seen, int(time()), request)
    if json:
        as_json({"witness": signer.verifier.name, "line": found})
    else:
        sys.stdout.write(found)


@app.command()
def attach(
    checkpoint: Annotated[Path, typer.Argument(help="The signed checkpoint, which is added to.", show_default=False)],
    lines: Annotated[str, typer.Argument(help="What a witness answered, or - for standard input.")],
    key: Keys,
    json: Json = False,
) -> None:
    """Put the cosignature of a witness below a checkpoint, after a look at it. 附加见证签名。

    Example: airshed proof attach site/checkpoint answer --key witness.example/one+1a2b3c4d+BA...
    """
    from airshed.service.proof.keys import verifiers_of
    from airshed.service.proof.witness import attach as add

    new = add(checkpoint, _text(lines), verifiers_of(key), lines)
    if json:
        as_json({"checkpoint": str(checkpoint), "witnesses": new})
    else:
        console.print(f"{checkpoint}: {', '.join(new) or 'no new witness'}")


@app.command()
def check(
    file: Annotated[str, typer.Argument(help="A checkpoint, a statement or a proof; - for standard input.")],
    key: Keys,
    since: Annotated[
        Path | None, typer.Option(help="For a consistency: the checkpoint that was published before.")
    ] = None,
    witnesses: Annotated[int, typer.Option(min=0, help="Least number of witnesses among the keys who cosigned.")] = 0,
    account: Annotated[str, typer.Option(help="For an inclusion: the moves of this account in the record.")] = "",
    book: Annotated[
        str | None, typer.Option("--book", help="For a statement of holdings: the book, to fold it anew.")
    ] = None,
    json: Json = False,
) -> None:
    """Check a checkpoint or a proof with the verifier keys alone; no book is needed. 核验证明。

    Example: airshed proof check line-3.tlog-proof --key registry.example/dianzhong+1a2b3c4d+AT...
    """
    from airshed.cli.proof.checking import checked, tell
    from airshed.service.proof.keys import verifiers_of

    said = checked(_text(file), file, verifiers_of(key), since, account, book)
    seen_by: list[dict[str, Any]] = said["witnesses"]
    if len(seen_by) < witnesses:
        raise Malformed(file, f"{len(seen_by)} of the witnesses cosigned it, {witnesses} are asked for", "ask for more")
    if json:
        as_json({"ok": True, **said})
        return
    tell(said)


def _hashes(book: KeptBook, head: Checkpoint, tiles: Path | None, place: str) -> Hashes:
    """The tree under a checkpoint, of which the root is that of the checkpoint."""
    from airshed.service.proof.tree import hold_head, tiles_in, tree_of

    hashes: Hashes = tree_of(book, head.size) if tiles is None else tiles_in(tiles, head.size)
    hold_head(hashes, head, place)
    return hashes


def _record_of(book: KeptBook, account: str, line: int) -> int:
    """The record of a line of a statement."""
    from airshed.engine.journal import chained, decode
    from airshed.service.book.statement import lines_of

    number = 0
    for number, move in enumerate(lines_of((decode(each) for each in chained(book.lines())), account), 1):
        if number == line:
            return move.seq
    cure = f"airshed book statement {book.path} {account} shows them"
    raise Malformed(f"{book.path} account {account}", f"its statement has {number} lines, not {line}", cure)


def _head(head: Checkpoint, note: str) -> dict[str, Any]:
    from airshed.cli.proof.checking import of_head

    return {**of_head(head), "checkpoint": note}


def _text(name: str) -> str:
    """A text from a file or from standard input."""
    from airshed.service.proof.files import read_text

    return read_text(name)


def _give(text: str, out: Path | None, json: bool, said: dict[str, Any]) -> None:
    """A proof to standard output or into a new file."""
    from airshed.cli.files import whole_file

    if out is not None:
        with whole_file(out) as file:
            file.write(text.encode())
    if json:
        as_json(said)
    elif out is None:
        sys.stdout.write(text)
    else:
        console.print(f"wrote {out}")
