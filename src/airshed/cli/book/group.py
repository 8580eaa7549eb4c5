"""`airshed book`: look at a book, verify it, hand it out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli.book import call as book_call
from airshed.cli.book import carry as book_carry
from airshed.cli.book import enter as book_enter
from airshed.cli.book import preview as book_preview
from airshed.cli.book import reconcile as book_reconcile
from airshed.cli.book import reserve as book_reserve
from airshed.cli.book import second as book_second
from airshed.cli.book import standing as book_standing
from airshed.cli.book import statement as book_statement
from airshed.cli.book import verify as book_verify
from airshed.cli.book import year as book_year
from airshed.cli.book.answers import ClockIsRight, instant_or_now, instant_to_write, say, say_waiting
from airshed.cli.options import At, BookOrArgument, BookPath, Json, RulesName
from airshed.cli.refused import plain_answer
from airshed.cli.server.kept import Server, SigningCode, no_file_too
from airshed.cli.show import as_json, console, lines, of, showing, table
from airshed.model.near import near
from airshed.model.provenance import BY_HAND, Programme, Simulation
from airshed.model.refusal import Malformed
from airshed.service.book.places import without_password

if TYPE_CHECKING:
    from airshed.service.book.embargo import Embargo
    from airshed.service.book.kept import KeptBook
    from airshed.service.book.sealed import ShownRows

app = typer.Typer(help="Look at a book, verify it, export it. 账簿：查看、核对、导出。", no_args_is_help=True)


#: What a screen takes; `--limit` shows more.
ROWS_SHOWN = 20


@app.command()
def show(
    book: BookOrArgument = "",
    what: Annotated[
        str, typer.Argument(help="'summary', 'record', or the name of a read table.", show_default=False)
    ] = "",
    number: Annotated[int, typer.Option("--seq", help="Number of the record, for 'record'.")] = 0,
    limit: Annotated[int, typer.Option(min=1, help="Most rows to show of a table.")] = ROWS_SHOWN,
    last: Annotated[bool, typer.Option("--last", help="The last rows of the table, not the first.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="As the book counts: kg, mg, fen and milliseconds.")] = False,
    actor: Annotated[
        str, typer.Option("--as", help="Who looks, for figures that are not public yet.", show_default=False)
    ] = "",
    server: Server = "",
    json: Json = False,
) -> None:
    """What a book holds: a summary, one record, or a read table in tonnes, the money and the time of its law.

    Bids, asks and orders of what is still open are sealed and not printed, nor what an account sets aside for them.
    Figures of a year of which the law says from when they are public are printed from then on, as of the last record;
    before, with --as, for an office that has to do with years and for whose own they are. A single record is shown as
    it stands in the file.

    Example: airshed book show demo/dianzhong.book holdings --limit 5
    """
    from airshed.engine.tables import BY_NAME
    from airshed.service.book.addressed import to_read
    from airshed.service.book.embargo import EMISSIONS, kept_back
    from airshed.service.book.sealed import shown

    if server:
        from airshed.cli.book.remote import show_there

        if what:
            raise Malformed("book show", f"{book[:60]!a} goes without --server", "leave the book out")
        show_there(server, book or "summary", number, limit, last=last, raw=raw, json=json)
        return
    if not book:
        raise Malformed("book show", "names no book", "write airshed book show BOOK, or --server URL")
    what = what or "summary"
    with showing(to_read(book)) as opened, opened.named():
        if what == "summary":
            _summary(opened, json)
        elif what == "record":
            _record(opened, number or opened.last(), json)
        elif what in BY_NAME:
            public, own = _early(opened, actor) if what in EMISSIONS or actor else (None, "")
            found = shown(opened.sql, what, limit, last=last, public=public, own=own)
            if what == "acts":
                from airshed.service.book.acts import as_of  # with all that decides, which no other table needs

                found = as_of(opened, found, instant_or_now("", opened.civil))
            _table(opened, what, found, raw, json)
            for each in kept_back(opened, what, public) if public is not None else ():
                if json:
                    as_json({"embargoed": each})
                else:
                    console.print(f"{each}; with --as for an office and whose own it is 在此日期前不公开")
        else:
            known = near(what, ("summary", "record", *BY_NAME))
            raise Malformed("book show", f"there is nothing called {what!r}", known)


def _early(book: KeptBook, actor: str) -> tuple[Embargo | None, str]:
    """What is public for who looks, None where all of it is theirs to see; and the account whose own figures show."""
    from airshed.rulebook.lookup import reads_early
    from airshed.service.book.embargo import as_of_last
    from airshed.service.book.law import law_of

    public = as_of_last(book)
    if not actor:
        return public, ""
    asked = "SELECT role, account FROM actors WHERE actor = ? AND state = 'active'"
    found = book.sql.execute(asked, (actor,)).fetchone()
    if found is None:
        known = [name for (name,) in book.sql.execute("SELECT actor FROM actors WHERE state = 'active'")]
        raise Malformed("--as", f"{actor[:60]!a} is no active actor of this book", near(actor, known))
    role, account = found
    return (public, account) if account else (None if reads_early(law_of(book), role) else public, "")


def _table(book: KeptBook, what: str, found: ShownRows, raw: bool, json: bool) -> None:
    """Rows of a read table, and how many are sealed."""
    from airshed.cli.book.shown_rows import say_table
    from airshed.service.book.law import currency_of

    say_table(what, found, "" if json else currency_of(book).name_en, book.civil, raw, json)


def _summary(book: Any, json: bool) -> None:
    from airshed.engine.tables import TABLES

    row = book.sql.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    counts = {each.name: book.sql.execute(f"SELECT count(*) FROM {each.name}").fetchone()[0] for each in TABLES}
    if json:
        as_json(
            {
                "book": str(book.path),
                "records": row[0] if row else 0,
                "digest": row[1] if row else None,
                "rows": counts,
            }
        )
        return
    table(str(book.path), ["table", "rows #"], [["records", row[0] if row else 0], *counts.items()])
    if row:
        console.print(f"digest {row[1]}")


def _record(book: Any, seq: int, json: bool) -> None:
    import msgspec

    from airshed.engine.journal import GENESIS, decode, linked

    line = book.line(seq)
    linked(line, seq - 1, book.line(seq - 1).hash if seq > 1 else GENESIS)
    decode(line)
    content = msgspec.json.decode(line.record)
    if json:
        as_json({"hash": line.hash, **content})
        return
    lines(f"record {line.seq}  {book.civil.clock(content['at'])}  hash {line.hash}")
    console.print(msgspec.json.format(line.record, indent=2).decode())


@app.command()
def new(
    book: BookPath,
    rulebook: RulesName = "dianzhong",
    at: Annotated[str, typer.Option(help="Instant, as 2026-12-01T09:00; now if left out.")] = "",
    programme: Annotated[
        bool, typer.Option("--programme", help="A real programme: what stands in the book has happened.")
    ] = False,
    scenario: Annotated[str, typer.Option(help="A simulation: the name of what is played.")] = BY_HAND,
    seed: Annotated[int | None, typer.Option(help="A simulation: the seed it is drawn from, if any.")] = None,
    json: Json = False,
) -> None:
    """Make an empty book and adopt a rulebook in it. The first record says for good what the book is.

    A book is a simulation unless --programme says that it is real: a rehearsal that goes round as the records of real
    firms does more harm than records that call themselves a rehearsal, and are made anew.

    Example: airshed book new my.book --rulebook rulebooks/dianzhong --programme
    """
    from time import time

    from airshed.rulebook.load import find, load, texts
    from airshed.service.book.clock import asked_of
    from airshed.service.book.opening import begin

    if programme and (scenario != BY_HAND or seed is not None):
        raise Malformed("--programme", "a real programme has no scenario and no seed", "leave one of them out")
    what = Programme() if programme else Simulation(scenario, seed)
    law = texts(find(rulebook))
    civil = load(find(rulebook)).civil
    when = asked_of(what, civil.instant_in(at, "--at") if at else None, int(time() * 1000))
    answer = begin(book, law, when, what)
    of(what)
    if json:
        as_json(plain_answer(answer))
    else:
        console.print(f"{without_password(book)}: record {answer.seq}, digest {answer.hash}")


@app.command(name="adopt")
def adopt_next(
    book: BookPath,
    rulebook: RulesName,
    actor: Annotated[
        str, typer.Option("--actor", help="Who adopts it: whom the law in force lets; its authority if left out.")
    ] = "",
    at: At = "",
    clock_is_right: ClockIsRight = False,
    json: Json = False,
) -> None:
    """Adopt the next rulebook in an existing book; its digest goes into the record.

    Where the law in force takes two for it, the text is kept in the book and waits for a second person.

    Example: airshed book adopt my.book --rulebook rulebooks/dianzhong-2028
    """
    from airshed.rulebook.load import find, load, texts
    from airshed.service.book.addressed import to_write
    from airshed.service.book.opening import adopt

    law = texts(find(rulebook))
    load(find(rulebook))
    with showing(to_write(book)) as opened:
        runner, answer = adopt(opened, law, lambda state: instant_to_write(state, at, clock_is_right), actor=actor)
        say([answer], json)
        if not json:
            say_waiting([answer], runner, without_password(book))


@app.command()
def send(
    book: BookOrArgument = "",
    commands: Annotated[
        str,
        typer.Argument(help="File with one command a line as JSON, or - for standard input.", show_default=False),
    ] = "",
    at: At = "",
    clock_is_right: ClockIsRight = False,
    server: Server = "",
    code: SigningCode = "",
    json: Json = False,
) -> None:
    """Send commands to a book and print the answers; what is answered is on disk.

    A line is {"actor": ..., "key": ..., "body": {"do": "PlaceOrder", ...}}; docs/reference/commands.md has them all.
    A malformed line stops everything before anything is written; a refusal is an answer. With --server they go to a
    service in one commit, and each is by who has signed in there.

    Example: airshed book send my.book commands.jsonl
    """
    if server:
        from airshed.cli.book.remote import send_there

        no_file_too(server, clock_is_right=clock_is_right)
        if commands:
            raise Malformed("book send", f"{book[:60]!a} goes without --server", "leave the book out")
        if not book:
            raise Malformed("book send", "names no commands", "give a file with one a line, or -")
        send_there(server, book, at, code, json)
        return
    if code:
        raise Malformed("--code", "goes with --server", "leave it out")
    if not (book and commands):
        lacking = "names no commands" if book else "names no book"
        raise Malformed("book send", lacking, "write airshed book send BOOK COMMANDS, or --server URL COMMANDS")
    from airshed.service.book.addressed import to_write
    from airshed.service.book.sending import for_this, read_commands
    from airshed.service.book.snapshot import resume

    sent = read_commands(commands)
    with showing(to_write(book)) as opened:
        runner = resume(opened)
        wishes = for_this(sent, opened)
        when = instant_to_write(runner.state, at, clock_is_right)
        answers = runner.send_all([(wish, when) for wish in wishes])
        say(answers, json)
        if not json:
            say_waiting(answers, runner, without_password(book))


@app.command()
def register(
    book: BookPath,
    html: Annotated[Path, typer.Option("--html", metavar="FILE", help="The page to write.", show_default=False)],
    json: Json = False,
) -> None:
    """The public register as one page: who is in it, and how each source stands to its obligations. 公开登记簿。

    Example: airshed book register demo/dianzhong.book --html register.html
    """
    from airshed.pages.kit.html import write
    from airshed.pages.register import build
    from airshed.service.book.addressed import to_read

    with showing(to_read(book)) as opened:
        write(html, build(opened))
    if json:
        as_json({"file": str(html), "bytes": html.stat().st_size})
        return
    console.print(f"{html}: {html.stat().st_size:,} bytes")


app.command()(book_statement.statement)
app.command("copy")(book_carry.copy_book)
for command in (
    book_carry.convert,
    book_second.confirm,
    book_second.reject,
    book_reserve.reserve,
    book_reserve.buy_back,
    book_year.checks,
    book_year.seal,
    book_year.estimates,
    book_year.blank,
    book_call.call,
    book_call.proof,
    book_verify.verify,
    book_verify.head,
    book_verify.export,
    book_reconcile.reconcile,
    book_preview.preview,
):
    app.command()(command)
app.command("open")(book_enter.open_zone)
app.command()(book_standing.standing)
