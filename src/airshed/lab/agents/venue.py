"""Where agents trade: the engine itself, or its bare order book for ensembles. Both give the same trades."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple, Protocol

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import MemoryJournal
from airshed.engine.procedures.trade_rules import may_cross, reference_price, wall_of
from airshed.engine.runner import Answer, Runner
from airshed.engine.state import book_name
from airshed.lab.agents.market import Market, Trader
from airshed.lab.agents.nouns import Quote, Side
from airshed.lab.seals import salt_of, sealed
from airshed.market.call import Limit, clear
from airshed.market.fees import band
from airshed.market.orderbook import SIDES, OrderBook
from airshed.model.allowance import Series
from airshed.model.measures import mean_price, value_fen
from airshed.model.period import instant
from airshed.rulebook import look
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook

EXCHANGE_ACTOR, BANK_ACTOR = "lab-exchange", "lab-bank"
#: The day of the year from which on a session is held.
SESSION = "03-01"


@dataclass(frozen=True, slots=True)
class Done:
    """A trade between two traders, by their numbers, in fen per tonne."""

    series: str
    buyer: int
    seller: int
    count: int
    price: int


class Placed(NamedTuple):
    """What became of an order: its number (0 if it was refused), and the trades it made at once."""

    order: int
    trades: tuple[Done, ...]


class Venue(Protocol):
    """What a session needs of a market; traders are numbers in the order of the market's."""

    refused: Counter[str]
    fees_fen: int

    def held(self, trader: int) -> dict[str, int]:
        """Allowances free by series."""
        ...

    def open_to(self, trader: int) -> tuple[str, ...]:
        """The series that a trader may buy."""
        ...

    def bounds(self, series: str, call: bool) -> tuple[int, int]:
        """The lowest and the highest limit that the law lets through."""
        ...

    def best(self, trader: int, series: str, side: Side) -> int | None:
        """The best price of a side of the book that the trader stands before."""
        ...

    def resting(self, series: str, side: Side) -> int:
        """Allowances that rest on a side of a series."""
        ...

    def place(self, trader: int, series: str, quote: Quote) -> Placed:
        """Send an order to the listed book."""
        ...

    def cancel(self, trader: int, order: int) -> None:
        """Take an order back."""
        ...

    def call(self, orders: Sequence[tuple[int, str, Quote]], seed: int) -> list[tuple[int | None, dict[int, int]]]:
        """Clear one call of every series, on a day of its own: price and allowances by place in `orders`, for each."""
        ...

    def night(self) -> None:
        """The session of the day ends, orders go, closes become references; the next day's opens."""
        ...


class Desk:
    """Sends commands to an engine in memory, numbers them, and counts what is refused."""

    def __init__(self, law: Rulebook) -> None:
        self.law = law
        self.runner = Runner(MemoryJournal(), law, tables=False)
        self.refused: Counter[str] = Counter()
        self.sent = 0
        self.at = instant(law.programme.effective, 9)

    def tell(self, actor: str, body: c.Body) -> Answer:
        """Send a command at the instant that it is now."""
        self.sent += 1
        answer = self.runner.send(c.Command(actor, str(self.sent), body), self.at)
        if answer.refusal is not None:
            self.refused[answer.refusal.why] += 1
        return answer

    def must(self, actor: str, body: c.Body) -> Answer:
        """Send a command that may not be refused in a sound market."""
        answer = self.tell(actor, body)
        assert answer.refusal is None, f"{actor} {type(body).__name__}: {answer.refusal}"
        return answer


def enter(desk: Desk, traders: Sequence[Trader]) -> None:
    """Adopt the law, and enter the exchange, the bank and every trader with its money and its source."""
    programme = desk.law.programme
    authority = programme.authority
    desk.must(authority, c.AdoptRulebook(programme.id, programme.version, digest(desk.law)))
    desk.must(authority, c.RegisterActor(EXCHANGE_ACTOR, "exchange"))
    desk.must(authority, c.RegisterActor(BANK_ACTOR, "bank"))
    for trader in traders:
        enter_one(desk, trader)


def enter_one(desk: Desk, trader: Trader) -> None:
    """Open the account of a trader, with its actor, its source and its money."""
    authority = desk.law.programme.authority
    desk.must(authority, _account(trader))
    desk.must(authority, c.RegisterActor(trader.account, "operator", trader.account))
    if trader.source:
        desk.must(authority, _source(trader))
    if trader.cash_fen:
        desk.must(BANK_ACTOR, c.Deposit(trader.account, trader.cash_fen))


def endow(desk: Desk, market: Market) -> None:
    """Set the caps and let the law share them out."""
    authority = desk.law.programme.authority
    for name in market.series:
        series = Series.parse(name)
        lines = market.lines(series.jurisdiction)
        desk.must(authority, c.SetCap(series.pollutant, series.jurisdiction, series.vintage))
        desk.must(authority, c.Allocate(series.pollutant, series.jurisdiction, series.vintage, lines))


class EngineVenue:
    """A market through the engine: every act is a command in a book in memory, refused like anybody's.

    Without a `desk` the market is opened here; with one it stands already, and trade begins on the day `start`.
    """

    def __init__(self, market: Market, desk: Desk | None = None, start: str = "") -> None:
        self.market = market
        self.law = market.law
        self.traders = market.traders
        if desk is None:
            desk = Desk(market.law)
            enter(desk, market.traders)
            endow(desk, market)
        self.desk = desk
        self.runner = desk.runner
        self.refused: Counter[str] = desk.refused
        self.fees_fen = 0
        self.number = {trader.account: place for place, trader in enumerate(market.traders)}
        self.series = market.series
        self._morning(first_worked(market.law, start or f"{market.year}-{SESSION}"))
        state = self.runner.state
        self._walls = [wall_of(state, self.law, trader.account) for trader in self.traders]
        self._open_to = [
            tuple(name for name in self.series if may_cross(state, self.law, desk.at, trader.account, name, 0) is None)
            for trader in self.traders
        ]

    @property
    def sent(self) -> int:
        """Commands sent so far."""
        return self.desk.sent

    def night(self) -> None:
        if self.runner.state.session is not None:
            self.desk.must(EXCHANGE_ACTOR, c.CloseSession(self.today))
        following = (date.fromisoformat(self.today) + timedelta(days=1)).isoformat()
        self._morning(first_worked(self.law, following))

    def close(self) -> None:
        """The last session ends."""
        if self.runner.state.session is not None:
            self.desk.must(EXCHANGE_ACTOR, c.CloseSession(self.today))

    def _morning(self, day: str) -> None:
        self.today, self.desk.at = day, max(self.desk.at, instant(day, 10))

    def held(self, trader: int) -> dict[str, int]:
        ledger, account = self.runner.state.ledger, self.traders[trader].account
        return {name: ledger.held_of(account, name).free for name in self.series}

    def open_to(self, trader: int) -> tuple[str, ...]:
        return self._open_to[trader]

    def bounds(self, series: str, call: bool) -> tuple[int, int]:
        law = self.law.trading
        points = law.call_band_basis_points if call else law.band_basis_points
        return limits(self.law, series, reference_price(self.runner.state, self.law, series), points)

    def best(self, trader: int, series: str, side: Side) -> int | None:
        book = self.runner.state.books.get(book_name(series, self._walls[trader]))
        return book.best(side) if book is not None else None

    def resting(self, series: str, side: Side) -> int:
        books = self.runner.state.books
        walls = ("", *self.law.trade_rules.walled_sectors)
        names = (book_name(series, wall) for wall in walls)
        return sum(books[name].resting_count(side) for name in names if name in books)

    def place(self, trader: int, series: str, quote: Quote) -> Placed:
        account = self.traders[trader].account
        if self.runner.state.session is None:
            self.desk.must(EXCHANGE_ACTOR, c.OpenSession(self.today))
        answer = self.desk.tell(account, c.PlaceOrder(account, series, quote.side, quote.count, quote.limit))
        order = 0
        trades: list[Done] = []
        for event in answer.events:
            if type(event) is e.OrderPlaced:
                order = event.order
            elif type(event) is e.Traded:
                self.fees_fen += event.buyer_fee + event.seller_fee
                buyer, seller = self.number[event.buyer], self.number[event.seller]
                trades.append(Done(series, buyer, seller, event.count, event.price))
        return Placed(order, tuple(trades))

    def cancel(self, trader: int, order: int) -> None:
        self.desk.must(self.traders[trader].account, c.CancelOrder(order))

    def call(self, orders: Sequence[tuple[int, str, Quote]], seed: int) -> list[tuple[int | None, dict[int, int]]]:
        assert self.runner.state.session is None, "calls are held while no session is open"
        gathered: dict[tuple[str, str], dict[int, int]] = {}
        for place, (trader, series, quote) in enumerate(orders):
            wall, account = self._walls[trader], self.traders[trader].account
            name = "-".join(part for part in (series, self.today, wall) if part)
            if (series, wall) not in gathered:
                gathered[series, wall] = {}
                self.desk.must(EXCHANGE_ACTOR, c.OpenCall(name, series, wall, sealed(name, seed)))
            answer = self.desk.tell(account, c.PlaceCallOrder(name, account, quote.side, quote.count, quote.limit))
            for event in answer.events:
                if type(event) is e.CallOrderPlaced:
                    gathered[series, wall][event.number] = place
        found: list[tuple[int | None, dict[int, int]]] = []
        for (series, wall), places in gathered.items():
            name = "-".join(part for part in (series, self.today, wall) if part)
            (event,) = self.desk.must(EXCHANGE_ACTOR, c.CloseCall(name, seed, salt_of(name, seed))).events
            assert isinstance(event, e.CallCleared)
            self.fees_fen += sum(fill.fee for fill in event.fills)
            found.append((event.price, {places[fill.number]: fill.count for fill in event.fills}))
        self.night()
        return found


class BareVenue:
    """The order book or the call without the engine: one series, no law but lot, tick and band, no ledger."""

    def __init__(self, market: Market) -> None:
        assert len(market.series) == 1, "one series"
        self.law = market.law
        self.traders = market.traders
        self.refused: Counter[str] = Counter()
        self.fees_fen = 0
        self.series = market.series
        self.book = OrderBook()
        self.orders = 0
        self.owners: dict[int, int] = {}
        self.reference = look.pollutant(market.law, market.pollutant).reference_fen_per_t
        self.today: list[Done] = []

    def night(self) -> None:
        for side in SIDES:
            for order in list(self.book.orders(side)):
                self.book.cancel(order.id)
        if self.today:
            worth = sum(value_fen(trade.count, trade.price) for trade in self.today)
            self.reference = mean_price(worth, sum(trade.count for trade in self.today))
        self.today = []

    def held(self, trader: int) -> dict[str, int]:
        return {self.series[0]: self.traders[trader].held}

    def open_to(self, trader: int) -> tuple[str, ...]:
        return self.series

    def bounds(self, series: str, call: bool) -> tuple[int, int]:
        law = self.law.trading
        points = law.call_band_basis_points if call else law.band_basis_points
        return limits(self.law, series, self.reference, points)

    def best(self, trader: int, series: str, side: Side) -> int | None:
        return self.book.best(side)

    def resting(self, series: str, side: Side) -> int:
        return self.book.resting_count(side)

    def place(self, trader: int, series: str, quote: Quote) -> Placed:
        self.orders += 1
        met = self.book.fills_for(quote.side, quote.limit, quote.count, (trader,))
        assert type(met) is list, f"{trader} meets its own order"
        trades: list[Done] = []
        left = quote.count
        for fill in met:
            other = self.owners[fill.order]
            buyer, seller = (trader, other) if quote.side == "buy" else (other, trader)
            trades.append(Done(series, buyer, seller, fill.count, fill.price))
            left -= fill.count
        self.book.take(met)
        if left:
            self.book.rest(self.orders, quote.side, quote.limit, left, trader)
        self.owners[self.orders] = trader
        self.today += trades
        return Placed(self.orders, tuple(trades))

    def cancel(self, trader: int, order: int) -> None:
        self.book.cancel(order)

    def call(self, orders: Sequence[tuple[int, str, Quote]], seed: int) -> list[tuple[int | None, dict[int, int]]]:
        if not orders:
            return []
        gathered = [Limit(place, quote.side, quote.limit, quote.count) for place, (_, _, quote) in enumerate(orders, 1)]
        cleared = clear(gathered, self.reference, self.law.trading.tick_fen_per_t, seed)
        if cleared.price is not None:
            self.reference = cleared.price
        return [(cleared.price, {number - 1: count for number, count in cleared.fills.items()})]


def limits(law: Rulebook, series: str, reference: int, basis_points: int) -> tuple[int, int]:
    """The band around a price inside the collar of the law, on the tick."""
    tick, rule = law.trading.tick_fen_per_t, look.pollutant(law, series.partition("-")[0])
    low, high = band(reference, basis_points, tick)
    low = max(low, -(-rule.floor_fen_per_t // tick) * tick)
    return low, min(high, rule.ceiling_fen_per_t // tick * tick or high)


def first_worked(law: Rulebook, day: str) -> str:
    """The first worked day from an ISO day on."""
    found = date.fromisoformat(day)
    while not look.worked(law, found.isoformat()):
        found += timedelta(days=1)
    return found.isoformat()


def _account(trader: Trader) -> c.OpenAccount:
    kind: Literal["operator", "trader"] = "operator" if trader.source else "trader"
    return c.OpenAccount(trader.account, kind, trader.account, trader.place, "")


def _source(trader: Trader) -> c.RegisterSource:
    return c.RegisterSource(trader.source, trader.account, trader.account, trader.place, trader.sector, True, ())
