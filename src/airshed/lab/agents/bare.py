"""The engine's order book and call without the engine: for ensembles in a market of one series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from airshed.lab.agents.market import Kind, SessionMarket
from airshed.lab.agents.nouns import AgentQuote, Side
from airshed.lab.agents.venue import Done, Placed, Struck, best_of, limits, paired
from airshed.market.call import LimitOrder, clear
from airshed.market.orderbook import SIDES, OrderBook
from airshed.model.measures import mean_price, value_fen
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup


class BareVenue:
    """The order book or the call without the engine: one series, no law but lot, tick and band, no ledger."""

    def __init__(self, market: SessionMarket) -> None:
        assert len(market.series) == 1, "one series"
        self.law = market.law
        self.traders = market.traders
        self.refused: Counter[str] = Counter()  # nothing is refused here
        self.fees_fen = 0
        self.series = market.series
        self.book = OrderBook()
        self.orders = 0
        self.owners: dict[int, int] = {}
        self.price = lookup.pollutant(market.law, market.pollutant).reference_fen_per_t
        self.today: list[Done] = []

    def night(self) -> None:
        for side in SIDES:
            for order in list(self.book.orders(side)):
                self.book.cancel(order.id)
        if self.today:
            worth = sum(value_fen(trade.count, trade.price) for trade in self.today)
            self.price = mean_price(worth, sum(trade.count for trade in self.today))
        self.today = []

    def examine(self, kind: Kind) -> None:
        if kind == "zone-call":
            raise Malformed("zone-call", "cannot be held on the bare book", "play it through the engine")

    def held(self, trader: int) -> dict[str, int]:
        return {self.series[0]: self.traders[trader].held}

    def open_to(self, trader: int) -> tuple[str, ...]:
        return self.series

    def reference(self, series: str) -> int:
        return self.price

    def bounds(self, series: str, kind: Kind) -> tuple[int, int]:
        law = self.law.trading
        points = law.call_band_basis_points if kind == "call" else law.band_basis_points
        return limits(self.law, series, self.price, points)

    def wall_of(self, trader: int) -> str:
        return ""

    def best(self, trader: int, series: str, side: Side) -> int | None:
        return best_of(self.book, side, (trader,))

    def place(self, trader: int, series: str, quote: AgentQuote) -> Placed:
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

    def call(self, orders: Sequence[tuple[int, str, AgentQuote]], seed: int) -> list[Struck]:
        if not orders:
            return []
        gathered = [
            LimitOrder(place, quote.side, quote.limit, quote.count) for place, (_, _, quote) in enumerate(orders, 1)
        ]
        cleared = clear(gathered, self.price, self.law.trading.tick_fen_per_t, seed)
        if cleared.price is None:
            return []
        self.price = cleared.price
        fills = {number - 1: count for number, count in cleared.fills.items()}
        return [paired(orders, self.series[0], cleared.price, fills)]

    def zone_call(self, orders: Sequence[tuple[int, str, AgentQuote]], seed: int) -> list[Struck]:
        raise AssertionError("a session of such calls is refused before it begins")
