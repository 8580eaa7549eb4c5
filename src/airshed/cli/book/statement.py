"""`airshed book statement`: what moved in and out of an account, and what it owes, of a file or of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.book.fined import penalties, print_cases, print_penalties
from airshed.cli.options import BookOrArgument, Json
from airshed.cli.server.kept import Server, client_of
from airshed.cli.show import as_json, console, of, showing, table
from airshed.model.measures import tonnes, yuan
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.registry.accounts import STATE_WORDS, AccountState

if TYPE_CHECKING:
    from airshed.model.civil import CivilTime
    from airshed.service.book.statement import DaySpan, Statement


def statement(
    book: BookOrArgument = "",
    account: Annotated[str, typer.Argument(help="The account, by name or number.", show_default=False)] = "",
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="Moves from this day on.")] = "",
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Moves to the end of this day.")] = "",
    server: Server = "",
    json: Json = False,
) -> None:
    """Everything that moved in and out of an account, with the balance after each move, and what it owes. 账户对账单。

    Example: airshed book statement demo/dianzhong.book qj-pwr-02 --from 2027-07-01
    """
    from airshed.service.book.statement import days_of

    days = days_of(first, last, ("--from", "--to"))
    if server:
        if account:
            raise Malformed("book statement", f"{book[:60]!a} goes without --server", "leave the book out")
        if not book:
            raise Malformed("book statement", "names no account", "give its name or number")
        _say(*_there(server, book, days), json)
        return
    if not (book and account):
        lacking = "names no account" if book else "names no book"
        raise Malformed("book statement", lacking, "write airshed book statement BOOK ACCOUNT, or --server URL ACCOUNT")
    _say(*_here(book, account, days), json)


def _here(book: str, account: str, days: DaySpan) -> tuple[Statement, str, CivilTime]:
    """The statement of a file, and the money of its law."""
    from airshed.engine.journal import chained, decode
    from airshed.service.book.addressed import to_read
    from airshed.service.book.law import currency_of
    from airshed.service.book.numbered import account_named
    from airshed.service.book.places import without_password
    from airshed.service.book.statement import statement_of

    with showing(to_read(book)) as opened, opened.named():
        numbers = dict(opened.sql.execute("SELECT account, number FROM accounts"))
        name = account_named(account, numbers, without_password(book))
        records = (decode(line) for line in chained(opened.lines()))
        found = statement_of(opened, name, records, lambda: penalties(opened, name), days=days)
        if found is None:
            known = [each for (each,) in opened.sql.execute("SELECT account FROM accounts ORDER BY account")]
            raise Malformed(without_password(book), f"there is no account {name!r}", near(name, known))
        return found, currency_of(opened).name_en, opened.civil


def _there(server: str, account: str, days: DaySpan) -> tuple[Statement, str, CivilTime]:
    """The same of a service, as far as it is for who has signed in."""
    from airshed.rulebook.load import load_texts

    with client_of(server) as client:
        said = client.book()
        of(said.provenance)
        asked = {name: day for name, day in (("from", days.first), ("to", days.last)) if day}
        found = client.statement(account, **asked).statement
        rules = load_texts(client.law(said.law.digest))
        return found, rules.currency.name_en, rules.civil


def _say(found: Statement, money: str, civil: CivilTime, json: bool) -> None:
    if json:
        for line in (*found.moves, *found.penalties, *found.cases, *({"embargoed": each} for each in found.embargoed)):
            as_json(line)
        return
    state = " ".join(STATE_WORDS[AccountState(found.state)])
    columns = ["record #", "time", "what", "with", "series", "allowances [kg]", "balance [kg]"]
    table(
        f"{found.account}  {found.number}  {found.name}  {state}",
        [*columns, f"{money} [+/-]", f"cash [{money}]"],
        [
            (
                move.seq,
                civil.clock(move.at)[:16],
                move.what,
                move.other,
                move.series or "",
                f"{move.count:+,}" if move.series else "",
                f"{move.balance:,}" if move.series else "",
                "" if move.series else yuan(move.fen),
                "" if move.series else yuan(move.cash),
            )
            for move in found.moves
        ],
    )
    if found.reason:
        console.print(f"{state}: {found.reason}")
    for room in found.rooms:
        console.print(
            f"of the {room.pollutant} banked before {room.year}, {tonnes(room.one_for_one)} t count one for one for"
            f" {room.year}, {tonnes(room.still)} t of them are left {room.year}年度结转配额一比一使用额度"
        )
    print_penalties(found.penalties, money)
    print_cases(found.cases, money, civil)
    for each in found.embargoed:
        console.print(f"{each} 在此日期前不公开")
