"""What the events of a book come to: trades, prices, fees, revenue, allocation, shortfalls, penalties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from airshed.engine import events as e
from airshed.engine.state import State
from airshed.model.allowance import pollutant_of
from airshed.model.measures import mean_price
from airshed.registry.accounts import EXCHANGE, TREASURY
from airshed.service.marketdata.trades import SOLD


def _pair() -> list[int]:
    return [0, 0]


@dataclass(slots=True)
class Sums:
    """Sums over a book. Counts are allowances (kg), money fen; `traded` by kind of trade and pollutant.

    `fees` is what the exchange took, `treasury` what the treasury has in the end. `allocated` is by source and series.
    """

    traded: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(_pair))
    allocated: dict[tuple[str, str], int] = field(default_factory=dict)
    obligation: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    shortfall: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    penalty: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    banked: int = 0
    #: Accounts whose year was closed, one by one.
    closed: int = 0
    fees: int = 0
    treasury: int = 0

    def take(self, state: State, events: Sequence[e.Event]) -> None:
        """Add events. Calls and auctions stay in the state, so it may be that before or after them."""
        for event in events:
            sold = SOLD.get(type(event))
            if sold is not None:
                for one in sold(state, event):
                    pair = self.traded[one.kind, pollutant_of(one.series)]
                    pair[0] += one.count
                    pair[1] += one.fen
            elif isinstance(event, e.Allocated):
                for award in event.awards:
                    self.allocated[award.source, event.series] = award.count - award.made_up
            elif isinstance(event, e.YearClosed):
                self.closed += 1
                self.banked += sum(event.banked.values())
                for each in event.settlements:
                    self.obligation[each.pollutant] += each.obligation
                    self.shortfall[each.pollutant] += each.shortfall
                    self.penalty[each.pollutant] += each.penalty_fen

    def close(self, state: State) -> None:
        """Look at the purses in the end."""
        purses = state.ledger.purses
        self.fees = purses[EXCHANGE].fen if EXCHANGE in purses else 0
        self.treasury = purses[TREASURY].fen if TREASURY in purses else 0

    def price(self, kind: str, pollutant: str) -> int | None:
        """The mean price of a kind of trade in fen per tonne; None without a trade."""
        count, fen = self.traded.get((kind, pollutant), (0, 0))
        return mean_price(fen, count) if count else None
