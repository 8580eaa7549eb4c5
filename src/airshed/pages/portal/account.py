"""The account of a firm: what lies in it, its moves of a period, and the same as Excel and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine import events
from airshed.model.civil import CivilTime
from airshed.model.measures import Unit
from airshed.model.provenance import said as said_of
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.firm import Held, Money, holdings, money_of
from airshed.pages.portal.frame import Visitor, acting, page
from airshed.pages.portal.happening import in_column
from airshed.pages.portal.held_back import HeldBack, held_back, since
from airshed.pages.portal.names import Called, called_in, firm_name
from airshed.pages.portal.notices import naming_of
from airshed.rulebook.schema import Rulebook
from airshed.service.book.statement import StatementLine
from airshed.service.forms.happened import said_of_event
from airshed.service.forms.measures import read_day
from airshed.service.http.problems import Stopped
from airshed.service.http.reading import account_then
from airshed.service.http.service import Service
from airshed.service.http.tables import cell
from airshed.service.marketdata.reading import Market

#: Moves of which a page has a table that is searched, sorted and turned; a file has all.
ON_A_PAGE = 1_000
#: Moves of an account that are read.
MOST = 1_000_000
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Period(NamedTuple):
    """From a day to a day, both in it."""

    first: str
    last: str
    wrong: Phrase | None = None
    #: Whether it is a period of which there is something to show.
    there: bool = True


class AccountPeriod(NamedTuple):
    """The moves of an account in a period, with what it had before them and after."""

    account: str
    number: str
    name: str
    period: Period
    moves: Sequence[StatementLine]
    #: By series, allowances; and money in fen.
    opening: Mapping[str, int]
    closing: Mapping[str, int]
    opening_fen: int
    closing_fen: int


def period_of(asked: Mapping[str, str], today: str) -> Period:
    """The period that is asked for, to today at most; this year where nothing is said, and where it cannot be read."""
    usual = Period(f"{today[:4]}-01-01", today)
    first, last = asked.get("from", "").strip(), asked.get("to", "").strip()
    try:
        found = Period(read_day(first, "from") if first else usual.first, read_day(last, "to") if last else usual.last)
    except Malformed:
        return usual._replace(wrong=Phrase("A day is written as 2027-12-31.", "日期请写作2027-12-31。"))
    if found.first > found.last:
        return found._replace(wrong=Phrase("The period ends before it begins.", "结束日期早于开始日期。"), there=False)
    if found.first > today:
        return found._replace(wrong=Phrase("The period has not begun.", "该期间尚未开始。"), there=False)
    return found._replace(last=min(found.last, today))


def statement_of(found: Mapping[str, object], period: Period, time: CivilTime) -> AccountPeriod:
    """The statement of a period out of all moves of an account."""
    moves = found["moves"]
    assert isinstance(moves, list)
    opening, closing = dict[str, int](), dict[str, int]()
    opening_fen = closing_fen = 0
    within: list[StatementLine] = []
    for move in moves:
        day = time.day_of(move.at)
        if day > period.last:
            break
        before = day < period.first
        if move.series is not None:
            closing[move.series] = move.balance
            if before:
                opening[move.series] = move.balance
        closing_fen = move.cash
        if before:
            opening_fen = move.cash
        else:
            within.append(move)
    return AccountPeriod(
        str(found["account"]),
        str(found["number"]),
        str(found["name"]),
        period,
        within,
        opening,
        closing,
        opening_fen,
        closing_fen,
    )


async def statement_for(visitor: Visitor, *, file: bool = False) -> AccountPeriod:
    """The statement of the period that is asked for; no file of another period than that."""
    assert visitor.actor is not None
    actor, name = visitor.actor.id, visitor.actor.account
    if not name:
        raise Stopped("not_there", "whoever acts for no account has no statement")
    period = period_of(visitor.request.query_params, visitor.today)
    if file and period.wrong is not None:
        raise Stopped("malformed", period.wrong.en)
    naming = naming_of(visitor.service)
    found = await visitor.service.walkers.read(
        lambda book: account_then(book, actor, name, None, None, MOST, visitor.now, naming)
    )
    return statement_of(found, period, visitor.service.civil)


class MoveLine(NamedTuple):
    """A move on a page."""

    seq: int
    at: int
    what: Phrase
    other: Phrase
    series: str
    moved: Phrase
    balance: Phrase
    money: Phrase
    cash: Phrase


def line_of(move: StatementLine, rules: Rulebook, called: Called) -> MoveLine:
    """A move as a page shows it."""
    nothing = same("")
    of_series = move.series is not None
    return MoveLine(
        move.seq,
        move.at,
        _what(move.what),
        called(move.other),
        move.series or "",
        _signed(move.count, Unit.ALLOWANCES, rules) if of_series else nothing,
        in_column(move.balance, Unit.ALLOWANCES, rules) if of_series else nothing,
        nothing if of_series else _signed(move.fen, Unit.FEN, rules),
        nothing if of_series else in_column(move.cash, Unit.FEN, rules),
    )


def _what(event: str) -> Phrase:
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in event).strip()
    return Phrase(words[:1].upper() + words[1:], said_of_event(getattr(events, event))[1])


def _signed(value: int, unit: Unit, rules: Rulebook) -> Phrase:
    shown = in_column(abs(value), unit, rules)
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return Phrase(sign + shown.en, sign + shown.zh)


async def account(service: Service, request: Request) -> Response:
    """What lies in the account, and its moves."""
    visitor = await acting(service, request)
    found = await statement_for(visitor)

    def look(
        market: Market, rules: Rulebook
    ) -> tuple[list[Held], Money, list[MoveLine], list[tuple[Phrase, Phrase, Phrase]], Phrase, HeldBack | None]:
        state = market.state
        at = max(visitor.now, state.at)
        called = called_in(state, rules)
        lines = [line_of(move, rules, called) for move in reversed(found.moves[-ON_A_PAGE:])]
        sums = [
            (
                same(series),
                in_column(found.opening.get(series, 0), Unit.ALLOWANCES, rules),
                in_column(found.closing.get(series, 0), Unit.ALLOWANCES, rules),
            )
            for series in sorted({**found.opening, **found.closing})
            if found.opening.get(series, 0) or found.closing.get(series, 0)
        ]
        before, after = (in_column(fen, Unit.FEN, rules) for fen in (found.opening_fen, found.closing_fen))
        sums.append((Phrase("Money", "资金"), before, after))
        return (
            holdings(state, rules, found.account, at),
            money_of(state, rules, found.account),
            lines,
            sums,
            firm_name(rules, found.name),
            held_back(state, rules, found.account),
        )

    held, money, lines, sums, holder, stopped = await visitor.look(look)
    shown: dict[str, Any] = {"held": held, "money": money, "lines": lines, "sums": sums, "holder": holder}
    shown["stopped"], shown["since"] = stopped, None
    if stopped is not None:
        shown["since"] = await service.readers.read(lambda book: since(book, found.account, stopped.holds))
    return page(visitor, "account.html.j2", statement=found, **shown, most=ON_A_PAGE)


# --- files

HEADS = (
    Phrase("Time", "时间"),
    Phrase("Record", "记录编号"),
    Phrase("What", "业务"),
    Phrase("Other account", "对方账户"),
    Phrase("Series", "配额系列"),
    Phrase("Allowances (t)", "配额变动（吨）"),
    Phrase("Balance (t)", "配额余额（吨）"),
    Phrase("Money", "资金变动"),
    Phrase("Balance of money", "资金余额"),
)


OPENING, CLOSING = Phrase("Balance before", "期初余额"), Phrase("Balance after", "期末余额")


HOLDER = Phrase("Held by", "对方名称")
#: In which columns of a file tonnes stand, and money.
IN_TONNES, IN_MONEY = (6, 7), (8, 9)


def heads_of(money: Phrase) -> list[Phrase]:
    """The heads of a file, in which each figure stands without its unit, and a code and its name stand apart."""
    of_money = (Phrase(f"{head.en} ({money.en})", f"{head.zh}（{money.zh}）") for head in HEADS[-2:])
    return [*HEADS[:4], HOLDER, *HEADS[4:-2], *of_money]


async def _names_for(visitor: Visitor, found: AccountPeriod) -> Mapping[str, str]:
    """Who holds the account, and the others of its moves, by the accounts."""

    def look(market: Market, rules: Rulebook) -> Mapping[str, str]:
        accounts = market.state.ledger.accounts
        names = {found.account, *(move.other for move in found.moves if move.other)}
        return {name: firm_name(rules, accounts[name].name).said(visitor.language) for name in names}

    return await visitor.look(look)


def _balances(
    day: str, what: Phrase, counts: Mapping[str, int], fen: int, visitor: Visitor, size_kg: int
) -> list[list[str | int | float | None]]:
    """What was there at one end of the period, a line for each series and one for money."""
    name = what.said(visitor.language)
    rows: list[list[str | int | float | None]] = [
        [day, None, name, "", "", series, None, count * size_kg / 1000, None, None]
        for series, count in sorted(counts.items())
    ]
    return [*rows, [day, None, name, "", "", "", None, None, None, fen / 100]]


def _rows(
    found: AccountPeriod, visitor: Visitor, size_kg: int, names: Mapping[str, str]
) -> list[list[str | int | float | None]]:
    rows: list[list[str | int | float | None]] = []
    for move in found.moves:
        of_series = move.series is not None
        rows.append(
            [
                visitor.service.civil.clock(move.at)[:19].replace("T", " "),
                move.seq,
                _what(move.what).said(visitor.language),
                move.other,
                names.get(move.other, ""),
                move.series or "",
                move.count * size_kg / 1000 if of_series else None,
                move.balance * size_kg / 1000 if of_series else None,
                None if of_series else move.fen / 100,
                None if of_series else move.cash / 100,
            ]
        )
    return rows


async def as_csv(service: Service, request: Request) -> Response:
    """The statement of a period as CSV in UTF-8, with the mark by which Excel knows it."""
    visitor = await acting(service, request)
    found = await statement_for(visitor, file=True)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([head.said(visitor.language) for head in heads_of(visitor.standing.money)])
    size = visitor.standing.terms.size_kg
    before = _balances(found.period.first, OPENING, found.opening, found.opening_fen, visitor, size)
    after = _balances(found.period.last, CLOSING, found.closing, found.closing_fen, visitor, size)
    moved = _rows(found, visitor, size, await _names_for(visitor, found))
    for row in (*before, *moved, *after):
        writer.writerow([cell(value) for value in row])
    headers = {"Content-Disposition": f'attachment; filename="{file_name(found)}.csv"'}
    return Response("\ufeff" + out.getvalue(), 200, headers, "text/csv; charset=utf-8")


async def as_excel(service: Service, request: Request) -> Response:
    """The statement of a period as a workbook."""
    visitor = await acting(service, request)
    found = await statement_for(visitor, file=True)
    names = await _names_for(visitor, found)
    raw = workbook(found, visitor, Phrase(*said_of(service.provenance)), names)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(found)}.xlsx"'}
    return Response(raw, 200, headers, EXCEL)


def file_name(found: AccountPeriod) -> str:
    """What the file of a statement is called."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in found.account)
    return f"statement-{plain}-{found.period.first}-{found.period.last}"


def workbook(found: AccountPeriod, visitor: Visitor, provenance: Phrase, names: Mapping[str, str]) -> bytes:
    """A sheet with whose it is, the period, what was there before and after, and a row for each move."""
    from xlsxwriter import Workbook

    language, standing = visitor.language, visitor.standing
    out = io.BytesIO()
    # What somebody called a thing is text, whatever it begins with.
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {"title": visitor.say("Statement", "账户对账单"), "created": datetime.fromtimestamp(visitor.now / 1000, UTC)}
    )
    sheet = book.add_worksheet(visitor.say("Statement", "对账单"))
    bold, moment, tonnes, money = (
        book.add_format({"bold": True}),
        book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        book.add_format({"num_format": "#,##0.000"}),
        book.add_format({"num_format": "#,##0.00"}),
    )
    tops = (
        (visitor.say("Programme", "交易计划"), standing.programme.said(language)),
        (visitor.say("Account", "账户"), f"{names[found.account]} ({found.account}) {found.number}"),
        (visitor.say("Period", "期间"), f"{found.period.first} – {found.period.last}"),
        (visitor.say("Book as of", "账簿截至"), f"{visitor.service.civil.clock(standing.at)[:16]} #{standing.seq}"),
        (visitor.say("What this is", "数据性质"), provenance.said(language)),
    )
    for row, (name, text) in enumerate(tops):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, text)
    row = len(tops) + 1
    size = standing.terms.size_kg
    balances = Phrase("Balances", "余额"), Phrase("Before", "期初"), Phrase("After", "期末")
    for column, head in enumerate(balances):
        sheet.write_string(row, column, head.said(language), bold)
    for series in sorted({**found.opening, **found.closing}):
        row += 1
        sheet.write_string(row, 0, f"{series} (t)")
        sheet.write_number(row, 1, found.opening.get(series, 0) * size / 1000, tonnes)
        sheet.write_number(row, 2, found.closing.get(series, 0) * size / 1000, tonnes)
    row += 1
    sheet.write_string(row, 0, standing.money.said(language))
    sheet.write_number(row, 1, found.opening_fen / 100, money)
    sheet.write_number(row, 2, found.closing_fen / 100, money)
    row += 2
    for column, head in enumerate(heads_of(standing.money)):
        sheet.write_string(row, column, head.said(language), bold)
    first = row
    for cells in _rows(found, visitor, size, names):
        row += 1
        for column, value in enumerate(cells):
            if column == 0 and isinstance(value, str):
                sheet.write_datetime(row, column, datetime.fromisoformat(value), moment)
            elif isinstance(value, str):
                sheet.write_string(row, column, value)
            elif value is not None:
                shape = tonnes if column in IN_TONNES else money if column in IN_MONEY else None
                sheet.write_number(row, column, value, shape)
    widths = (20, 18, 26, 20, 28, 18, 16, 16, 16, 18)
    sheet.autofilter(first, 0, max(row, first), len(widths) - 1)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(first + 1, 0)
    book.close()
    return out.getvalue()
