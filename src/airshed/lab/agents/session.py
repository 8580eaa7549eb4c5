"""A session: agents take turns, everybody hears, and what came of it is compared with the competitive equilibrium."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from airshed.lab.agents.market import CONTINUOUS, Market, Mechanism, Trader
from airshed.lab.agents.nouns import Deaf, Offer, Own, Quote, Shout, Side, Strategy, View
from airshed.lab.agents.venue import Done, EngineVenue, Venue

#: Trades back to which the tape goes (Gjerstad and Dickhaut's memory), and shouts that it keeps in any case.
MEMORY, MOST_SHOUTS = 8, 400
#: How often spread and depth are looked at in a session.
SAMPLES = 64
#: Chance that a bid that meets no offer waits in the book of the bidder's own city.
AT_HOME = 0.5
#: Most orders that a trader sends to a call.
CALL_ORDERS = 8


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade, the share of the session that was over, and who was who."""

    progress: float
    series: str
    buyer: int
    seller: int
    count: int
    price: int


@dataclass(slots=True)
class Played:
    """What came of a session. Allowances by trader at first and at the end; samples of spread and depth."""

    market: Market
    first: list[int]
    last: list[int]
    trades: list[Trade] = field(default_factory=list)
    quotes: int = 0
    filled: int = 0
    spreads: list[float] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    fees_fen: int = 0


@dataclass(slots=True)
class _Seat:
    trader: Trader
    strategy: Strategy
    holdings: dict[str, int]
    order: int = 0
    series: str = ""
    side: Side = "buy"
    left: int = 0
    shout: Shout | None = None

    @property
    def held(self) -> int:
        return sum(self.holdings.values())


def play(
    market: Market,
    strategies: Sequence[Strategy],
    rng: np.random.Generator,
    mechanism: Mechanism = CONTINUOUS,
    venue: Venue | None = None,
) -> Played:
    """Play one session of a market, by default through the engine. `strategies` has one for every trader, in order."""
    return _Session(market, strategies, rng, mechanism, venue or EngineVenue(market)).play()


class _Session:
    def __init__(
        self, market: Market, strategies: Sequence[Strategy], rng: np.random.Generator, how: Mechanism, venue: Venue
    ) -> None:
        self.market, self.rng, self.how, self.venue = market, rng, how, venue
        self.seats = [
            _Seat(trader, strategy, venue.held(number))
            for number, (trader, strategy) in enumerate(zip(market.traders, strategies, strict=True))
        ]
        self.listeners = [seat for seat in self.seats if not isinstance(seat.strategy, Deaf)]
        first = [seat.held for seat in self.seats]
        self.played = Played(market, first, first)
        self.tape: list[Shout] = []
        #: Where the last deals stand, counted from the first shout, and how many shouts are forgotten.
        self.deals: deque[int] = deque(maxlen=MEMORY)
        self.forgotten = 0
        self.price: int | None = None
        self.law = market.law.trading
        self.series = market.series
        self.bounds = {name: venue.bounds(name, how.kind == "call") for name in market.series}

    def play(self) -> Played:
        if self.how.kind == "continuous":
            self._continuous()
        else:
            self._calls()
        played = self.played
        played.last = [seat.held for seat in self.seats]
        played.refused, played.fees_fen = self.venue.refused, self.venue.fees_fen
        return played

    # --- the listed book

    def _continuous(self) -> None:
        steps = self.how.turns * len(self.seats)
        every = max(1, steps // SAMPLES)
        order = self.rng.integers(len(self.seats), size=steps)
        nights = {steps * day // self.how.days for day in range(1, self.how.days)}
        for step, number in enumerate(order.tolist()):
            if step in nights:
                self._night()
            self._turn(number, step / steps)
            if step % every == 0:
                self._sample()

    def _turn(self, number: int, progress: float) -> None:
        seat = self.seats[number]
        own = self.own(seat)
        view = self._view(number, progress)
        quote = seat.strategy.quote(view, own, self.rng)
        if quote is None:
            return
        if seat.order:
            self._withdraw(number)
        series = self._route(number, quote)
        quote = self._fitting(seat, series, quote)
        if quote is None:
            return
        placed = self.venue.place(number, series, quote)
        if not placed.order:
            return
        self.played.quotes += quote.count
        shout = Shout(quote.side, quote.limit)
        left = quote.count
        for trade in placed.trades:
            left -= trade.count
            self._traded(trade, progress, number)
            shout.price = trade.price
        if left:
            seat.order, seat.series, seat.side, seat.left, seat.shout = placed.order, series, quote.side, left, shout
        self._tell(shout)
        if placed.trades and self.how.wipes:
            for each in range(len(self.seats)):
                if self.seats[each].order:
                    self._withdraw(each)

    def _night(self) -> None:
        self.venue.night()
        for seat in self.seats:
            seat.order = 0
        self.bounds = {name: self.venue.bounds(name, False) for name in self.series}

    def _withdraw(self, number: int) -> None:
        seat = self.seats[number]
        self.venue.cancel(number, seat.order)
        seat.order = 0

    def _traded(self, trade: Done, progress: float, taker: int) -> None:
        buyer, seller = self.seats[trade.buyer], self.seats[trade.seller]
        buyer.holdings[trade.series] += trade.count
        seller.holdings[trade.series] -= trade.count
        maker = seller if trade.buyer == taker else buyer
        maker.left -= trade.count
        if maker.shout is not None:
            maker.shout.price = trade.price
        if not maker.left:
            maker.order = 0
        self.price = trade.price
        self.played.filled += 2 * trade.count
        self.played.trades.append(Trade(progress, trade.series, trade.buyer, trade.seller, trade.count, trade.price))

    def _tell(self, shout: Shout) -> None:
        self.tape.append(shout)
        start = len(self.tape) - MOST_SHOUTS
        if shout.taken:
            self.deals.append(self.forgotten + len(self.tape) - 1)
            if len(self.deals) == MEMORY:
                start = max(start, self.deals[0] - self.forgotten)
        if start > 0:
            self.forgotten += start
            del self.tape[:start]
        for seat in self.listeners:
            seat.strategy.hear(shout, self.own(seat), self.rng)

    # --- calls

    def _calls(self) -> None:
        for number in range(self.how.rounds):
            progress = number / max(1, self.how.rounds - 1)
            self.bounds = {name: self.venue.bounds(name, True) for name in self.series}
            orders = [order for each in range(len(self.seats)) for order in self._orders(each, progress)]
            seed = int(self.rng.integers(2**31))
            said = [Shout(quote.side, quote.limit) for _, _, quote in orders]
            self.played.quotes += sum(quote.count for _, _, quote in orders)
            for price, fills in self.venue.call(orders, seed):
                self._settled(orders, said, price, fills, progress)
            for shout in said:
                self._tell(shout)

    def _orders(self, number: int, progress: float) -> list[tuple[int, str, Quote]]:
        """What a trader reveals: one quote after the other, as if those before had traded, on one side only."""
        seat = self.seats[number]
        view = self._view(number, progress)
        pending: dict[str, int] = dict(seat.holdings)
        sides = seat.trader.sides
        found: list[tuple[int, str, Quote]] = []
        for _ in range(CALL_ORDERS):
            quote = seat.strategy.quote(view, self._own_at(seat, sum(pending.values()), sides), self.rng)
            if quote is None:
                break
            sides = (quote.side,)
            series = self._route(number, quote, pending)
            fitted = self._fitting(seat, series, quote, pending)
            if fitted is None or (found and found[0][1] != series):
                break
            found.append((number, series, fitted))
            pending[series] += fitted.count if fitted.side == "buy" else -fitted.count
        return found

    def _settled(
        self,
        orders: Sequence[tuple[int, str, Quote]],
        said: Sequence[Shout],
        price: int | None,
        fills: dict[int, int],
        progress: float,
    ) -> None:
        """Buyers and sellers of a call face the exchange; here they are paired in their order, to count the trades."""
        if price is None:
            return
        self.price = price
        buys = [[orders[place][0], count] for place, count in fills.items() if orders[place][2].side == "buy"]
        sells = [[orders[place][0], count] for place, count in fills.items() if orders[place][2].side == "sell"]
        for place in fills:
            said[place].price = price
        series = orders[next(iter(fills))][1]
        while buys and sells:
            count = min(buys[0][1], sells[0][1])
            buyer, seller = buys[0][0], sells[0][0]
            self.seats[buyer].holdings[series] += count
            self.seats[seller].holdings[series] -= count
            self.played.filled += 2 * count
            self.played.trades.append(Trade(progress, series, buyer, seller, count, price))
            for side in (buys, sells):
                side[0][1] -= count
                if not side[0][1]:
                    side.pop(0)

    # --- what an agent is told

    def own(self, seat: _Seat) -> Own:
        return self._own_at(seat, seat.held, seat.trader.sides)

    def _own_at(self, seat: _Seat, held: int, sides: Sequence[Side]) -> Own:
        trader, lot = seat.trader, self.law.lot
        buy = _lots(trader.worth.more(held), trader, lot, held, 1) if "buy" in sides else None
        sell = _lots(trader.worth.fewer(held), trader, lot, held, -1) if "sell" in sides else None
        return Own(held, buy, sell)

    def _view(self, number: int, progress: float) -> View:
        venue = self.venue
        mine = self.seats[number].holdings
        asks = [venue.best(number, name, "sell") for name in venue.open_to(number)]
        bids = [venue.best(number, name, "buy") for name in self.series if mine[name]]
        return View(
            best_bid=max((price for price in bids if price is not None), default=None),
            best_ask=min((price for price in asks if price is not None), default=None),
            last=self.price,
            low=min(low for low, _ in self.bounds.values()),
            high=max(high for _, high in self.bounds.values()),
            tick=self.law.tick_fen_per_t,
            lot=self.law.lot,
            progress=progress,
            tape=self.tape,
        )

    def _route(self, number: int, quote: Quote, pending: dict[str, int] | None = None) -> str:
        """The series to send a quote to: where it trades best; else a bid waits at home or elsewhere."""
        venue, seat = self.venue, self.seats[number]
        if quote.side == "buy":
            names = venue.open_to(number)
            asks = [(ask, name) for name in names if (ask := venue.best(number, name, "sell")) is not None]
            if asks and min(asks)[0] <= quote.limit:
                return min(asks)[1]
            home = [name for name in names if name.split("-")[1] == seat.trader.place]
            if home and (len(names) == 1 or self.rng.random() < AT_HOME):
                return home[0]
            return names[int(self.rng.integers(len(names)))]
        held = seat.holdings if pending is None else pending
        mine = [name for name in self.series if held[name] >= self.law.lot] or [max(held, key=held.__getitem__)]
        bids = [(bid, name) for name in mine if (bid := venue.best(number, name, "buy")) is not None]
        if bids and max(bids)[0] >= quote.limit:
            return max(bids)[1]
        return max(mine, key=lambda name: (held[name], name))

    def _fitting(self, seat: _Seat, series: str, quote: Quote, pending: dict[str, int] | None = None) -> Quote | None:
        """The quote in whole lots, no more than there is of the series, inside its band; None if nothing is left."""
        low, high = self.bounds[series]
        held = seat.holdings[series] if pending is None else pending[series]
        count = min(quote.count, self.law.largest_order, held if quote.side == "sell" else quote.count)
        count = count // self.law.lot * self.law.lot
        limit = min(quote.limit, high) if quote.side == "buy" else max(quote.limit, low)
        if count <= 0 or limit < low or limit > high:
            return None
        return Quote(quote.side, limit, count)

    def _sample(self) -> None:
        series = self.series
        bids = [price for name in series if (price := self._any(name, "buy")) is not None]
        asks = [price for name in series if (price := self._any(name, "sell")) is not None]
        if bids and asks:
            self.played.spreads.append(max(0, min(asks) - max(bids)))
        self.played.depths.append(sum(seat.left for seat in self.seats if seat.order))

    def _any(self, series: str, side: Side) -> int | None:
        """The best price of a side of a series among all orders that rest there."""
        limits = [
            seat.shout.limit
            for seat in self.seats
            if seat.order and seat.series == series and seat.side == side and seat.shout is not None
        ]
        return (max(limits) if side == "buy" else min(limits)) if limits else None


def _lots(offer: Offer | None, trader: Trader, lot: int, held: int, sign: int) -> Offer | None:
    """An offer in whole lots, at most the trader's largest order; where a block is narrower, the worth of one lot."""
    if offer is None or (sign < 0 and held < lot):
        return None
    count = min(offer.count, trader.most) // lot * lot
    if count:
        return Offer(offer.price, count)
    low, high = sorted((held, held + sign * lot))
    whole = trader.worth.of(high) - trader.worth.of(low)
    return Offer(whole // lot if sign > 0 else -(-whole // lot), lot)
