"""Reads the market out of a book: one fold, up to its end, a record or an instant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from airshed.engine import events as e
from airshed.engine.journal import GENESIS, Line, Record
from airshed.engine.runner import Begun, checked, following, take_in
from airshed.engine.state import State, book_name
from airshed.market.depth import BEST, Depth, depth_of
from airshed.market.interest import Interest, interest
from airshed.market.tape import Kind, Trade
from airshed.model.allowance import members
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.registry.accounts import AccountKind
from airshed.service.book.sealed import sealed_in
from airshed.service.marketdata.trades import trades_of


class Until(msgspec.Struct, frozen=True):
    """Where reading ends: after a record, or before the first carried out later than an instant; None for the end."""

    seq: int | None = None
    at: int | None = None


END = Until()


class Quote(msgspec.Struct, frozen=True):
    """The best levels of an order book right before a session closed, when orders were still resting."""

    day: str
    #: Record of the close.
    seq: int
    depth: Depth


class Holdings(msgspec.Struct, frozen=True):
    """Open interest of every series right after a session closed, or after the last surrender of a day."""

    day: str
    seq: int
    parts: tuple[Interest, ...]


@dataclass(slots=True)
class Market:
    """The market of a book, folded so far."""

    state: State = field(default_factory=State)
    #: Every trade in the order of the book.
    tape: list[Trade] = field(default_factory=list)
    #: The same by series, so that the last of one are found without a look at all.
    tape_of: dict[str, list[Trade]] = field(default_factory=dict)
    #: Closing prices in fen per tonne, by series and day.
    closes: dict[str, dict[str, int]] = field(default_factory=dict)
    #: Days of the sessions that were opened.
    days: list[str] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    holdings: list[Holdings] = field(default_factory=list)
    #: The day of a surrender, until the holdings after it are taken.
    given_up_on: str = ""

    @property
    def series(self) -> list[str]:
        """Every series that was issued, in the order of issue."""
        return list(self.state.ledger.caps)

    @property
    def names(self) -> list[str]:
        """What was or could be traded: every series, then every strip that was traded or ordered, by name."""
        ordered = (name.partition(" ")[0] for name in self.state.books)
        return [*self.series, *sorted({*ordered, *(trade.series for trade in self.tape)} - set(self.series))]

    def known(self, series: str) -> str:
        """The series, or the strip of such, or `Malformed` that names those that there are."""
        if all(member in self.state.ledger.caps for member in members(series)):
            return series
        there = near(series, self.series) if self.series else "none is issued up to here"
        raise Malformed("--series", f"there is no {series[:60]!r}", there)

    def trades(self, series: str, kinds: Iterable[Kind] | None = None) -> list[Trade]:
        """The tape of a series, of some kinds or of all."""
        wanted = None if kinds is None else set(kinds)
        return [trade for trade in self.tape_of.get(series, ()) if wanted is None or trade.kind in wanted]

    def depth(self, series: str, levels: int | None = BEST, wall: str = "") -> Depth:
        """What waits in the order book of a series, on one side of the wall between industries."""
        return depth_of(series, wall, self.state.books.get(book_name(series, wall)), levels)

    def depths(self, series: str, levels: int | None = BEST) -> list[Depth]:
        """What waits in each order book of a series: that of all who stand behind no wall first."""
        walls = sorted(name.partition(" ")[2] for name in self.state.books if name.startswith(f"{series} "))
        return [self.depth(series, levels, wall) for wall in ("", *walls)]

    def interest(self) -> tuple[Interest, ...]:
        """Open interest of every series, in the order of issue; what a sealed order sets aside counts as free."""
        ledger = self.state.ledger
        sealed: dict[tuple[str, str], int] = defaultdict(int)
        for account, series, count in sealed_in(self.state):
            sealed[account, series] += count
        held: dict[str, list[tuple[AccountKind, int, int]]] = {series: [] for series in ledger.caps}
        for (account, series), position in ledger.positions.items():
            if position.count:
                aside = position.held - sealed[account, series]
                held[series].append((ledger.accounts[account].kind, position.count, aside))
        return tuple(interest(series, ledger.caps[series], parts) for series, parts in held.items())


class History(msgspec.Struct, frozen=True):
    """What of a market no state has."""

    tape: list[Trade]
    closes: dict[str, dict[str, int]]
    days: list[str]
    quotes: list[Quote]
    holdings: list[Holdings]
    given_up_on: str = ""


class Folding:
    """A market that is folded further as lines come, each checked against the chain.

    `history` also keeps quotes and holdings of each session. With `begun` the records up to there are not looked at.
    """

    def __init__(self, *, history: bool, begun: tuple[Begun, History] | None = None) -> None:
        self.market = Market()
        self.reached = GENESIS
        self._history = history
        if begun is not None:
            (state, self.reached), before = begun
            tape_of: dict[str, list[Trade]] = {}
            for trade in before.tape:
                tape_of.setdefault(trade.series, []).append(trade)
            parts = (before.closes, before.days, before.quotes, before.holdings, before.given_up_on)
            self.market = Market(state, before.tape, tape_of, *parts)

    @property
    def history(self) -> History:
        """What of it no state has."""
        market = self.market
        return History(market.tape, market.closes, market.days, market.quotes, market.holdings, market.given_up_on)

    def take(self, lines: Iterable[Line], until: Until = END) -> None:
        """Fold the lines that follow; `Malformed` names the record that is altered or missing."""
        market = self.market
        for line in lines:
            if until.seq is not None and line.seq > until.seq:
                break
            record, reached = checked(line, market.state.seq, self.reached)
            if until.at is not None and record.refusal is None and record.at > until.at:
                break
            with following(record.seq):
                _take(market, record, self._history)
            self.reached = reached


def read_market(lines: Iterable[Line], until: Until = END, *, history: bool = False) -> Market:
    """Fold a book's lines up to a moment, as `Folding` does; `Malformed` where it is beyond the end."""
    folding = Folding(history=history)
    folding.take(lines, until)
    market = folding.market
    if until.seq is not None and market.state.seq < until.seq:
        raise Malformed(f"book record {until.seq}", "is not there", f"the book ends at {market.state.seq}")
    return market


def _take(market: Market, record: Record, history: bool) -> None:
    state = market.state
    if market.given_up_on and state.civil.day_of(record.at) != market.given_up_on:
        _hold(market, market.given_up_on)
    if not record.events:  # refused: a record, and nothing in the market
        take_in(state, record)
        return
    for trade in trades_of(state, record):
        market.tape.append(trade)
        market.tape_of.setdefault(trade.series, []).append(trade)
    closed = next((event for event in record.events if type(event) is e.SessionClosed), None)
    if closed is not None and history:
        for name in sorted(state.books):
            series, _, wall = name.partition(" ")
            depth = market.depth(series, BEST, wall)
            if depth.bids or depth.asks:
                market.quotes.append(Quote(closed.day, record.seq, depth))
    take_in(state, record)
    for event in record.events:
        if type(event) is e.SessionOpened:
            market.days.append(event.day)
        if history and type(event) is e.Surrendered:
            market.given_up_on = state.civil.day_of(record.at)
    if closed is not None:
        for series, price in closed.closes.items():
            market.closes.setdefault(series, {})[closed.day] = price
        if history:
            _hold(market, closed.day)


def _hold(market: Market, day: str) -> None:
    """Take the holdings as they are now for a day, in place of those of an earlier moment of it."""
    if market.holdings and market.holdings[-1].day == day:
        market.holdings.pop()
    market.holdings.append(Holdings(day, market.state.seq, market.interest()))
    market.given_up_on = ""
