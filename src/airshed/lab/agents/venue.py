"""Where agents trade: what a session needs of a market, and the engine itself as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple, Protocol

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures.deadlines import ends
from airshed.engine.procedures.trade_rules import may_cross, own_accounts, reference_price, wall_of
from airshed.engine.state import book_name
from airshed.lab.agents import zone_round
from airshed.lab.agents.desk import EXCHANGE_ACTOR, AgentsDesk, endow, enter
from airshed.lab.agents.market import Kind, SessionMarket
from airshed.lab.agents.nouns import AgentQuote, Side
from airshed.lab.seals import salt_of, sealed
from airshed.market.fees import band
from airshed.market.orderbook import OrderBook
from airshed.model.allowance import pollutant_of
from airshed.model.provenance import AGENTS, Simulation
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.command_names import CommandName
from airshed.rulebook.schema import Rulebook

#: The day of the year from which on a session is held.
SESSION = "03-01"
#: The commands of each way of trading, by who sends them.
NEEDED: Mapping[Kind, Mapping[str, tuple[CommandName, ...]]] = {
    "continuous": {"exchange": ("OpenSession", "CloseSession"), "operator": ("PlaceOrder", "CancelOrder")},
    "call": {"exchange": ("OpenCall", "CloseCall"), "operator": ("PlaceCallOrder",)},
    "zone-call": {
        "exchange": ("OpenZoneCall", "CloseZoneCall"),
        "operator": ("PlaceZoneOffer", "PlaceZoneBid", "DropZoneOrder"),
    },
}


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


class Struck(NamedTuple):
    """What came of a call: its trades, and what each order got, by its place among the orders: allowances and fen/t."""

    trades: tuple[Done, ...]
    fills: dict[int, tuple[int, int]]


class Venue(Protocol):
    """What a session needs of a market; traders are numbers in the order of the market's."""

    fees_fen: int

    @property
    def refused(self) -> Counter[str]:
        """Refusals by reason."""
        ...

    def examine(self, kind: Kind) -> None:
        """Malformed if trade is not held in this way here."""
        ...

    def held(self, trader: int) -> dict[str, int]:
        """Allowances free by series."""
        ...

    def open_to(self, trader: int) -> tuple[str, ...]:
        """The series that a trader may buy."""
        ...

    def reference(self, series: str) -> int:
        """The price around which the law bounds others."""
        ...

    def bounds(self, series: str, kind: Kind) -> tuple[int, int]:
        """The lowest and the highest limit that the law lets through, in fen per tonne."""
        ...

    def wall_of(self, trader: int) -> str:
        """The walled sector that a trader stands behind; empty for all others."""
        ...

    def best(self, trader: int, series: str, side: Side) -> int | None:
        """The best price of a side of the book that the trader stands before, its own orders left out."""
        ...

    def place(self, trader: int, series: str, quote: AgentQuote) -> Placed:
        """Send an order to the listed book."""
        ...

    def cancel(self, trader: int, order: int) -> None:
        """Take an order back."""
        ...

    def call(self, orders: Sequence[tuple[int, str, AgentQuote]], seed: int) -> list[Struck]:
        """Clear one call of every series, on a day of its own: what came of each that cleared."""
        ...

    def zone_call(self, orders: Sequence[tuple[int, str, AgentQuote]], seed: int) -> list[Struck]:
        """Clear one call of the whole zone, on a day of its own. A bid names no series."""
        ...

    def night(self) -> None:
        """The session of the day ends, orders go, closes become references; the next day's opens."""
        ...


class EngineVenue:
    """A market through the engine: every act is a command in a book in memory, refused like anybody's.

    Without a `desk` the market is opened here; with one it stands already, and trade begins on the day `start`.
    """

    def __init__(self, market: SessionMarket, desk: AgentsDesk | None = None, start: str = "") -> None:
        self.market = market
        self.law = market.law
        self.traders = market.traders
        if desk is None:
            desk = AgentsDesk(market.law, Simulation(AGENTS))
            enter(desk, market.traders)
            endow(desk, market)
        self.desk = desk
        self.runner = desk.runner
        self._refused = Counter(desk.refused)
        self.fees_fen = 0
        self.number = {trader.account: place for place, trader in enumerate(market.traders)}
        self.series = market.series
        self._morning(first_worked(market.law, start or f"{market.year}-{SESSION}"))
        state = self.runner.state
        self._walls = [wall_of(state, self.law, trader.account) for trader in self.traders]
        #: No band holds a zone-wide call; nobody names more than a missing tonne costs.
        self._dearest = max((price for trader in self.traders for _, price in trader.worth.blocks), default=0)
        self._own = [own_accounts(state, self.law, trader.account) for trader in self.traders]
        self._open_to = [
            tuple(name for name in self.series if may_cross(state, self.law, desk.at, trader.account, name, 0) is None)
            for trader in self.traders
        ]

    @property
    def sent(self) -> int:
        """Commands sent so far."""
        return self.desk.sent

    @property
    def refused(self) -> Counter[str]:
        """Refusals since the session began, by reason."""
        return self.desk.refused - self._refused

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
        last = min((ends(self.law, name) for name in self.series), default=0)
        if self.series and self.runner.rules.civil.instant(day, 10) > last:
            what = f"trade goes on until {day}, when {min(self.series)} is over"
            raise Malformed("days or rounds", what, "give fewer")
        self.today, self.desk.at = day, max(self.desk.at, self.runner.rules.civil.instant(day, 10))

    def examine(self, kind: Kind) -> None:
        for role, commands in NEEDED[kind].items():
            for command in commands:
                if not lookup.may(self.law, role, command):
                    what = f"the law of {self.law.programme.id} lets no {role} send {command}"
                    raise Malformed(f"mechanism {kind}", what, "choose another way of trading, or another rulebook")

    def held(self, trader: int) -> dict[str, int]:
        ledger, account = self.runner.state.ledger, self.traders[trader].account
        return {name: ledger.held_of(account, name).free for name in self.series}

    def open_to(self, trader: int) -> tuple[str, ...]:
        return self._open_to[trader]

    def reference(self, series: str) -> int:
        return reference_price(self.runner.state, self.law, series)

    def bounds(self, series: str, kind: Kind) -> tuple[int, int]:
        reference = self.reference(series)
        if kind != "zone-call":
            law = self.law.trading
            points = law.call_band_basis_points if kind == "call" else law.band_basis_points
            return limits(self.law, series, reference, points)
        tick, rule = self.law.zone_call.tick_fen_per_t, lookup.pollutant(self.law, self.market.pollutant)
        low = max(tick, -(-rule.floor_fen_per_t // tick) * tick)
        return low, (rule.ceiling_fen_per_t or max(self._dearest, 2 * reference)) // tick * tick

    def wall_of(self, trader: int) -> str:
        return self._walls[trader]

    def best(self, trader: int, series: str, side: Side) -> int | None:
        book = self.runner.state.books.get(book_name(series, self._walls[trader]))
        return best_of(book, side, self._own[trader]) if book is not None else None

    def place(self, trader: int, series: str, quote: AgentQuote) -> Placed:
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

    def call(self, orders: Sequence[tuple[int, str, AgentQuote]], seed: int) -> list[Struck]:
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
        found: list[Struck] = []
        for (series, wall), places in gathered.items():
            name = "-".join(part for part in (series, self.today, wall) if part)
            (event,) = self.desk.must(EXCHANGE_ACTOR, c.CloseCall(name, seed, salt_of(name, seed))).events
            assert isinstance(event, e.CallCleared)
            self.fees_fen += sum(fill.fee for fill in event.fills)
            if event.price is not None:
                fills = {places[fill.number]: fill.count for fill in event.fills}
                found.append(paired(orders, series, event.price, fills))
        self.night()
        return found

    def zone_call(self, orders: Sequence[tuple[int, str, AgentQuote]], seed: int) -> list[Struck]:
        assert self.runner.state.session is None, "calls are held while no session is open"
        done = zone_round.held(self.desk, self.market, orders, self.today, seed)
        self.fees_fen += done.fees_fen
        self.night()
        return [Struck(tuple(Done(*each) for each in done.trades), done.fills)]


def best_of(book: OrderBook, side: Side, own: tuple[str | int, ...]) -> int | None:
    """The best price of a side among the orders of others."""
    for order in book.orders(side):
        if order.account not in own and order.left:
            return order.limit
    return None


def paired(orders: Sequence[tuple[int, str, AgentQuote]], series: str, price: int, fills: dict[int, int]) -> Struck:
    """Buyers and sellers of a call face the exchange; here they are paired in their order, to count the trades."""
    buys = [[orders[place][0], count] for place, count in fills.items() if orders[place][2].side == "buy"]
    sells = [[orders[place][0], count] for place, count in fills.items() if orders[place][2].side == "sell"]
    trades: list[Done] = []
    while buys and sells:
        count = min(buys[0][1], sells[0][1])
        trades.append(Done(series, buys[0][0], sells[0][0], count, price))
        for side in (buys, sells):
            side[0][1] -= count
            if not side[0][1]:
                side.pop(0)
    return Struck(tuple(trades), {place: (count, price) for place, count in fills.items()})


def limits(law: Rulebook, series: str, reference: int, basis_points: int) -> tuple[int, int]:
    """The band around a price inside the collar of the law, on the tick."""
    tick, rule = law.trading.tick_fen_per_t, lookup.pollutant(law, pollutant_of(series))
    low, high = band(reference, basis_points, tick)
    low = max(low, -(-rule.floor_fen_per_t // tick) * tick)
    return low, min(high, rule.ceiling_fen_per_t // tick * tick or high)


def first_worked(law: Rulebook, day: str) -> str:
    """The first worked day from an ISO day on."""
    found = date.fromisoformat(day)
    while not lookup.worked(law, found.isoformat()):
        found += timedelta(days=1)
    return found.isoformat()
