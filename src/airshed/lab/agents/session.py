"""A session: agents take turns or send orders to calls, everybody hears, and what came of it is written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from airshed.lab.agents.floor import Floor, FloorTrade, Played
from airshed.lab.agents.market import CONTINUOUS, Mechanism, SessionMarket
from airshed.lab.agents.nouns import Deaf, Shout, Strategy
from airshed.lab.agents.venue import Done, EngineVenue, Struck, Venue

#: How often spread and depth are looked at in a session.
SAMPLES = 64

__all__ = ["FloorTrade", "Played", "play"]


def play(
    market: SessionMarket,
    strategies: Sequence[Strategy],
    rng: np.random.Generator,
    mechanism: Mechanism = CONTINUOUS,
    venue: Venue | None = None,
    before: Played | None = None,
) -> Played:
    """Play one session of a market, by default through the engine. `strategies` has one for every trader, in order.

    `rng` draws the order of turns, and every agent has a stream of its own from it: what one draws moves no other's.
    With the session `before`, its tape and its last prices are remembered. Malformed if the session goes on longer
    than its allowances count.
    """
    return _Session(Floor(market, strategies, rng, mechanism, venue or EngineVenue(market), before)).play()


class _Session:
    def __init__(self, floor: Floor) -> None:
        self.floor, self.venue, self.how = floor, floor.venue, floor.how
        self.seats, self.played = floor.seats, floor.played

    def play(self) -> Played:
        if self.how.kind == "continuous":
            self._continuous()
        else:
            self._calls()
        return self.floor.done()

    # --- the listed book

    def _continuous(self) -> None:
        steps = self.how.turns * len(self.seats)
        every = max(1, steps // SAMPLES)
        order = self.floor.rng.integers(len(self.seats), size=steps)
        nights = Counter(steps * day // self.how.days for day in range(1, self.how.days))
        for step, number in enumerate(order.tolist()):
            for _ in range(nights[step]):
                self._night()
            self._turn(number, step / steps)
            if step % every == 0:
                self.floor.sample()

    def _turn(self, number: int, progress: float) -> None:
        seat = self.seats[number]
        quote = self.floor.asked(number, progress, self.floor.own(seat, seat.held, seat.trader.sides))
        if quote is None:
            return
        if seat.order:
            self._withdraw(number)
        series = self.floor.route(number, quote)
        quote = self.floor.fitting(seat, series, quote)
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
            seat.order, seat.series, seat.side, seat.left = placed.order, series, quote.side, left
            seat.shout, seat.since = shout, progress
        elif shout.price is not None:
            # nobody saw the limit of an order that never rested
            shout.limit = shout.price
        self.floor.tell(shout, series, seat.wall)
        if placed.trades and self.how.wipes:
            for each in range(len(self.seats)):
                if self.seats[each].order:
                    self._withdraw(each)

    def _night(self) -> None:
        self.venue.night()
        for seat in self.seats:
            seat.order = 0
        self.floor.open()

    def _withdraw(self, number: int) -> None:
        seat = self.seats[number]
        self.venue.cancel(number, seat.order)
        seat.order = 0

    def _traded(self, trade: Done, progress: float, taker: int) -> None:
        maker = self.seats[trade.seller if trade.buyer == taker else trade.buyer]
        maker.left -= trade.count
        if maker.shout is not None:
            maker.shout.price = trade.price
        if not maker.left:
            maker.order = 0
        self.played.waits.append((trade.count, progress - maker.since))
        self._moved(trade, progress)
        self.floor.priced(trade.price, trade.series, self.seats[taker].wall)

    def _moved(self, trade: Done, progress: float) -> None:
        self.seats[trade.buyer].holdings[trade.series] += trade.count
        self.seats[trade.seller].holdings[trade.series] -= trade.count
        self.played.filled += 2 * trade.count
        self.played.trades.append(
            FloorTrade(progress, trade.series, trade.buyer, trade.seller, trade.count, trade.price)
        )

    # --- calls

    def _calls(self) -> None:
        whole_zone = self.floor.whole_zone
        for number in range(self.how.rounds):
            progress = number / max(1, self.how.rounds - 1)
            self.floor.open()
            orders = [order for each in range(len(self.seats)) for order in self.floor.orders(each, progress)]
            seed = int(self.floor.rng.integers(2**31))
            self.played.quotes += sum(quote.count for _, _, quote in orders)
            heard: dict[int, int] = {}
            for struck in (self.venue.zone_call if whole_zone else self.venue.call)(orders, seed):
                self._settled(struck, progress)
                heard.update({place: price for place, (_, price) in struck.fills.items()})
            for place, (trader, series, quote) in enumerate(orders):
                seat = self.seats[trader]
                if place in heard:
                    price = heard[place]
                    self.floor.priced(price, series, seat.wall)
                    self.floor.tell(Shout(quote.side, price, price), series, seat.wall)
                else:
                    shout = Shout(quote.side, quote.limit)
                    seat.unheard.append(shout)
                    if not isinstance(seat.strategy, Deaf):
                        own = self.floor.own(seat, seat.held, seat.trader.sides)
                        seat.strategy.hear(shout, own, seat.rng)

    def _settled(self, struck: Struck, progress: float) -> None:
        for trade in struck.trades:
            self._moved(trade, progress)
        if self.floor.whole_zone:
            # a trading ratio retires a part of what is sold
            for number, seat in enumerate(self.seats):
                seat.holdings = self.venue.held(number)
