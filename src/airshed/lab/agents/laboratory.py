"""The markets of the laboratory: known ones, against which the agents are held."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from airshed.lab.agents.law import laboratory
from airshed.lab.agents.market import SessionMarket, Trader
from airshed.lab.agents.worth import Worth, rising_cost
from airshed.model.near import near
from airshed.model.refusal import Malformed

#: Allowances of a unit: one tonne, so that prices are fen a unit too.
UNIT = 1_000
FEN = 100
YEAR = 2027
#: What works of the laboratory are, since they must be something.
SECTOR = "cement"
#: Marginal costs of abating a tonne more, yuan per tonne and tonne, of the six firms; what each emits and holds, t.
SLOPES, EMITS, HOLDS = (4, 6, 8, 12, 16, 20), 10, 5


@lru_cache(maxsize=8)
def permits() -> SessionMarket:
    """Six firms that may buy and sell permits; marginal cost 4, 6, 8, 12, 16, 20 times what is abated.

    Each emits 10 t and holds 5; the equilibrium price is 48 yuan/t, 7 t change hands.
    """
    traders = tuple(
        Trader(
            f"firm-{slope}",
            rising_cost(slope * FEN, EMITS, UNIT),
            HOLDS * UNIT,
            most=UNIT,
            source=f"works-{slope}",
            sector=SECTOR,
        )
        for slope in SLOPES
    )
    return SessionMarket("permits", laboratory(len(SLOPES) * HOLDS * UNIT, 100 * FEN, UNIT), traders, "SO2", YEAR)


@lru_cache(maxsize=8)
def commodity() -> SessionMarket:
    """Six buyers and six sellers of four units each: a first market in the manner of Gode and Sunder (1993).

    Their schedules are not published in a form that can be read; this one has their numbers of traders and units, an
    equilibrium at their 69, and comes to 90 % of all gains when every unit is traded.
    """
    values = [[112 - 7 * buyer - 8 * unit for unit in range(4)] for buyer in range(6)]
    costs = [[26 + 7 * seller + 8 * unit for unit in range(4)] for seller in range(6)]
    return _sided("commodity", values, costs)


@lru_cache(maxsize=8)
def single() -> SessionMarket:
    """Five buyers and five sellers of one unit each."""
    return _sided("single", [[100], [85], [70], [55], [40]], [[20], [35], [50], [65], [80]])


def _sided(name: str, values: list[list[int]], costs: list[list[int]]) -> SessionMarket:
    buyers = tuple(
        Trader(f"buyer-{number}", Worth(tuple((UNIT, value * FEN) for value in each)), 0, ("buy",), UNIT)
        for number, each in enumerate(values, 1)
    )
    sellers = tuple(
        Trader(
            f"seller-{number}",
            Worth(tuple((UNIT, cost * FEN) for cost in reversed(each))),
            len(each) * UNIT,
            ("sell",),
            UNIT,
            source=f"works-{number}",
            sector=SECTOR,
        )
        for number, each in enumerate(costs, 1)
    )
    offered = sum(len(each) for each in costs)
    return SessionMarket(name, laboratory(offered * UNIT, 100 * FEN, UNIT), buyers + sellers, "SO2", YEAR)


#: The markets by name.
MARKETS: Mapping[str, Callable[[], SessionMarket]] = {"permits": permits, "commodity": commodity, "single": single}


def market_of(name: str) -> SessionMarket:
    """The market of that name. Malformed, naming those there are."""
    if name not in MARKETS:
        raise Malformed("market", f"no such market {name!r}", near(name, MARKETS))
    return MARKETS[name]()
