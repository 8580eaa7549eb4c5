"""The floor of a session: what each agent is told, and how what it says becomes an order that the law lets through.

An agent is told what a trader of its account could know: its own holdings and what they are worth to it; the best
prices of others in the books it may trade in, on its side of the walls; what was shouted and paid there; the bounds of
the law.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from airshed.lab.agents.competitive import Competitive, equilibrium_of
from airshed.lab.agents.market import Mechanism, SessionMarket, Trader
from airshed.lab.agents.nouns import AgentOffer, AgentQuote, AgentView, Deaf, Own, Shout, Side, Strategy
from airshed.lab.agents.tape import MEMORY, Tape
from airshed.lab.agents.venue import Venue

#: Chance that a bid that meets no offer waits in the book of the bidder's own city.
AT_HOME = 0.5
#: Most orders that a trader sends to a call.
CALL_ORDERS = 8
WHOLE = 10_000

#: Who hear the same: a side of the walls, and the series that they may buy.
Room = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class FloorTrade:
    """A trade, the share of the session that was over, and who was who. The price is the buyer's, in fen per tonne."""

    progress: float
    series: str
    buyer: int
    seller: int
    count: int
    price: int


@dataclass(slots=True)
class Played:
    """What came of a session. Allowances by trader at first and at the end; samples of spread and depth.

    `waits` are (allowances, share of the session that they had waited) of orders that traded after resting.
    `willing` counts how often one was asked who would trade at the equilibrium price, `barred` how often of them the
    law's bounds kept such a one from naming a price at which it does not lose. `bounds` are the lowest and highest
    limit of any order, at first and at the end, `reference` the mean price at first that the law bounds them around.
    """

    market: SessionMarket
    first: list[int]
    last: list[int]
    best: Competitive
    trades: list[FloorTrade] = field(default_factory=list)
    quotes: int = 0
    filled: int = 0
    spreads: list[float] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    waits: list[tuple[int, float]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    fees_fen: int = 0
    willing: int = 0
    barred: int = 0
    bounds: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))
    reference: float = 0.0
    tapes: Mapping[Room, Tape] = field(default_factory=dict)


class OrderBounds(NamedTuple):
    """What an order must be, and what it costs: lot, tick (fen/t), largest order, fees in hundredths of a percent."""

    lot: int
    tick: int
    largest: int
    buyer_fee: int
    seller_fee: int


@dataclass(slots=True)
class Seat:
    """A trader at its place: what it holds by series, its order that rests, its own stream of random numbers."""

    trader: Trader
    strategy: Strategy
    holdings: dict[str, int]
    rng: np.random.Generator
    wall: str
    open_to: tuple[str, ...]
    tape: Tape
    order: int = 0
    series: str = ""
    side: Side = "buy"
    left: int = 0
    since: float = 0.0
    shout: Shout | None = None
    #: Its own orders in calls that came to nothing, which nobody else hears of.
    unheard: deque[Shout] = field(default_factory=lambda: deque(maxlen=CALL_ORDERS * MEMORY))

    @property
    def held(self) -> int:
        """Allowances of all series."""
        return sum(self.holdings.values())


class Floor:
    """Seats, tapes and bounds of a session; `before` is the one whose tape is remembered."""

    def __init__(
        self,
        market: SessionMarket,
        strategies: Sequence[Strategy],
        rng: np.random.Generator,
        how: Mechanism,
        venue: Venue,
        before: Played | None = None,
    ) -> None:
        venue.examine(how.kind)
        self.market, self.rng, self.how, self.venue = market, rng, how, venue
        self.series, self.whole_zone = market.series, how.kind == "zone-call"
        self.law = measure_of(market, self.whole_zone)
        rooms = [(venue.wall_of(number), venue.open_to(number)) for number in range(len(market.traders))]
        known = before.tapes if before is not None else {}
        self.tapes = {room: known[room] if room in known else Tape() for room in rooms}
        streams = rng.spawn(len(market.traders))
        self.seats = [
            Seat(trader, strategy, venue.held(number), own, *room, self.tapes[room])
            for number, (trader, strategy, own, room) in enumerate(
                zip(market.traders, strategies, streams, rooms, strict=True)
            )
        ]
        first = [seat.held for seat in self.seats]
        self.played = Played(market, first, first, equilibrium_of(market, first))
        self.price = self.played.best.price if self.played.best.volume else None
        self.ears = {
            room: [seat for seat in self.seats if seat.tape is tape and not isinstance(seat.strategy, Deaf)]
            for room, tape in self.tapes.items()
        }
        self.bounds: dict[str, tuple[int, int]] = {}
        self.open()
        self.played.bounds = (self.widest(), self.widest())
        prices = [venue.reference(name) for name in self.series]
        self.played.reference = sum(prices) / len(prices) if prices else 0.0

    def open(self) -> None:
        """The bounds of the law from now on."""
        self.bounds = {name: self.venue.bounds(name, self.how.kind) for name in self.series}

    def widest(self) -> tuple[int, int]:
        """The lowest and the highest limit of any series."""
        if not self.bounds:
            return 0, 0
        return min(low for low, _ in self.bounds.values()), max(high for _, high in self.bounds.values())

    def done(self) -> Played:
        """What came of the session."""
        played = self.played
        played.last = [seat.held for seat in self.seats]
        played.refused, played.fees_fen = Counter(self.venue.refused), self.venue.fees_fen
        played.bounds = (played.bounds[0], self.widest())
        played.tapes = self.tapes
        return played

    # --- what an agent is told

    def asked(self, number: int, progress: float, own: Own) -> AgentQuote | None:
        """What an agent says when it is its turn, from what it may know."""
        seat = self.seats[number]
        view = self._view(number, progress)
        self._count(own, view)
        return seat.strategy.quote(view, own, seat.rng)

    def own(self, seat: Seat, held: int, sides: Sequence[Side]) -> Own:
        """What the next allowances are worth, less the fees of trading them."""
        trader, law = seat.trader, self.law
        can_buy = "buy" in sides and (seat.open_to or self.whole_zone)
        buy = _lots(trader.worth.more(held), trader, law.lot, held, 1) if can_buy else None
        sell = _lots(trader.worth.fewer(held), trader, law.lot, held, -1) if "sell" in sides else None
        if buy is not None and law.buyer_fee:
            buy = AgentOffer(buy.price * WHOLE // (WHOLE + law.buyer_fee), buy.count)
        if sell is not None and law.seller_fee:
            left = WHOLE - law.seller_fee
            sell = AgentOffer(-(-sell.price * WHOLE // left), sell.count) if left > 0 else None
        return Own(held, buy, sell)

    def tell(self, shout: Shout, series: str, wall: str) -> None:
        """Everybody on that side of the walls hears who may buy the series; without one, all of the side."""
        for room, tape in self.tapes.items():
            if room[0] != wall or (series and series not in room[1]):
                continue
            tape.add(shout)
            for seat in self.ears[room]:
                seat.strategy.hear(shout, self.own(seat, seat.held, seat.trader.sides), seat.rng)

    def priced(self, price: int, series: str, wall: str) -> None:
        """The last price, for those who hear of it."""
        for room, tape in self.tapes.items():
            if room[0] == wall and (not series or series in room[1]):
                tape.last = price

    def _view(self, number: int, progress: float) -> AgentView:
        venue, seat = self.venue, self.seats[number]
        tape: Sequence[Shout] = seat.tape.shouts
        bids: list[int | None] = []
        asks: list[int | None] = []
        if self.how.kind == "continuous":
            asks = [venue.best(number, name, "sell") for name in seat.open_to]
            bids = [venue.best(number, name, "buy") for name in self.series if seat.holdings[name]]
        elif seat.unheard:
            tape = [*tape, *seat.unheard]
        mine = [self.bounds[name] for name in self.series if name in seat.open_to or seat.holdings[name]]
        mine = mine or list(self.bounds.values())
        return AgentView(
            best_bid=max((price for price in bids if price is not None), default=None),
            best_ask=min((price for price in asks if price is not None), default=None),
            last=seat.tape.last,
            low=min(low for low, _ in mine),
            high=max(high for _, high in mine),
            tick=self.law.tick,
            lot=self.law.lot,
            progress=progress,
            tape=tape,
        )

    def _count(self, own: Own, view: AgentView) -> None:
        """Whether one who would trade at the equilibrium price may name a price at which it does not lose."""
        price, sell, buy = self.price, own.sell, own.buy
        if price is None:
            return
        if sell is not None and sell.price <= price:
            self.played.willing += 1
            self.played.barred += sell.price > view.high
        if buy is not None and buy.price >= price:
            self.played.willing += 1
            self.played.barred += buy.price < view.low

    # --- how what it says becomes an order

    def route(self, number: int, quote: AgentQuote, pending: dict[str, int] | None = None) -> str:
        """The series to send a quote to: where it trades best; else a bid waits at home or elsewhere."""
        venue, seat = self.venue, self.seats[number]
        if quote.side == "buy":
            if self.whole_zone:
                return ""
            names = seat.open_to
            asks = [(ask, name) for name in names if (ask := venue.best(number, name, "sell")) is not None]
            if asks and min(asks)[0] <= quote.limit:
                return min(asks)[1]
            home = [name for name in names if name.split("-")[1] == seat.trader.place]
            if home and (len(names) == 1 or seat.rng.random() < AT_HOME):
                return home[0]
            return names[int(seat.rng.integers(len(names)))]
        held = seat.holdings if pending is None else pending
        mine = [name for name in self.series if held[name] >= self.law.lot] or [
            max(self.series, key=lambda name: held[name])
        ]
        bids = [(bid, name) for name in mine if (bid := venue.best(number, name, "buy")) is not None]
        if bids and max(bids)[0] >= quote.limit:
            return max(bids)[1]
        return max(mine, key=lambda name: (held[name], name))

    def fitting(
        self, seat: Seat, series: str, quote: AgentQuote, pending: dict[str, int] | None = None
    ) -> AgentQuote | None:
        """The quote in whole lots, no more than there is of the series, inside its band; None if nothing is left."""
        low, high = self.bounds[series] if series else self.widest()
        held = seat.holdings if pending is None else pending
        count = min(quote.count, self.law.largest, held[series] if quote.side == "sell" else quote.count)
        count = count // self.law.lot * self.law.lot
        limit = min(quote.limit, high) if quote.side == "buy" else max(quote.limit, low)
        if count <= 0 or limit < low or limit > high:
            return None
        return AgentQuote(quote.side, limit, count)

    def orders(self, number: int, progress: float) -> list[tuple[int, str, AgentQuote]]:
        """What a trader reveals to a call: one quote after the other, as if those before had traded, on one side."""
        seat = self.seats[number]
        pending = dict(seat.holdings)
        sides = seat.trader.sides
        found: list[tuple[int, str, AgentQuote]] = []
        for _ in range(CALL_ORDERS):
            quote = self.asked(number, progress, self.own(seat, sum(pending.values()), sides))
            if quote is None:
                break
            sides = (quote.side,)
            series = self.route(number, quote, pending)
            fitted = self.fitting(seat, series, quote, pending)
            if fitted is None:
                break
            found.append((number, series, fitted))
            pending[series] = pending.get(series, 0) + (fitted.count if fitted.side == "buy" else -fitted.count)
        return found

    def sample(self) -> None:
        """The spread of each book in which both sides wait, and what rests in all."""
        best: dict[tuple[str, str], dict[Side, int]] = {}
        for seat in self.seats:
            if seat.order and seat.shout is not None:
                sides = best.setdefault((seat.series, seat.wall), {})
                limit = seat.shout.limit
                known = sides.get(seat.side, limit)
                sides[seat.side] = max(known, limit) if seat.side == "buy" else min(known, limit)
        both = [sides["sell"] - sides["buy"] for sides in best.values() if len(sides) == 2]
        if both:
            self.played.spreads.append(sum(both) / len(both))
        self.played.depths.append(sum(seat.left for seat in self.seats if seat.order))


def measure_of(market: SessionMarket, whole_zone: bool) -> OrderBounds:
    """What an order must be in the listed book and in calls of a series, or in those of the whole zone."""
    law = market.law.zone_call if whole_zone else market.law.trading
    return OrderBounds(
        law.lot, law.tick_fen_per_t, law.largest_order, law.buyer_fee_basis_points, law.seller_fee_basis_points
    )


def _lots(offer: AgentOffer | None, trader: Trader, lot: int, held: int, sign: int) -> AgentOffer | None:
    """An offer in whole lots, at most the trader's largest order; where a block is narrower, the worth of one lot."""
    if offer is None or (sign < 0 and held < lot):
        return None
    count = min(offer.count, trader.most) // lot * lot
    if count:
        return AgentOffer(offer.price, count)
    low, high = sorted((held, held + sign * lot))
    whole = trader.worth.of(high) - trader.worth.of(low)
    return AgentOffer(whole // lot if sign > 0 else -(-whole // lot), lot)
