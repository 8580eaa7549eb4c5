"""What a session comes to: efficiency against the equilibrium, convergence of prices, volume, liquidity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from airshed.lab.agents.competitive import Competitive, competitive
from airshed.lab.agents.market import Market
from airshed.lab.agents.session import Played, Trade


@dataclass(frozen=True, slots=True)
class Measures:
    """Percentages, yuan per tonne and tonnes; NaN where a session has nothing to measure.

    efficiency: gains made, of all there were to make; fees move money and lose none. alpha: Smith's, the root mean
    square distance of prices from the equilibrium's, in percent of it. volume_part: tonnes traded, of the predicted.
    spread: mean of best ask less best bid. depth: mean of what rests, t. fill_rate: part of what was quoted that
    traded. concentration: Herfindahl index of net positions, 1 for one alone. dispersion: standard deviation of
    prices by volume, in percent of their mean; apart: how far the mean prices of cities lie apart, likewise. fees:
    those of buyers and sellers together, in yuan.
    """

    efficiency: float
    alpha: float
    price: float
    volume: float
    volume_part: float
    spread: float
    depth: float
    fill_rate: float
    concentration: float
    dispersion: float
    apart: float
    trades: int
    fees: float
    refused: int


FEN, KG = 100.0, 1_000.0


def equilibrium_of(market: Market, held: list[int] | None = None) -> Competitive:
    """The competitive equilibrium of a market, without its walls and borders; of other holdings if given."""
    held = [trader.held for trader in market.traders] if held is None else held
    return competitive((trader.worth, count, trader.sides) for trader, count in zip(market.traders, held, strict=True))


def measured(played: Played) -> Measures:
    """The measures of a session."""
    market, trades = played.market, played.trades
    best = equilibrium_of(market, played.first)
    gained = sum(
        trader.worth.of(last) - trader.worth.of(first)
        for trader, first, last in zip(market.traders, played.first, played.last, strict=True)
    )
    prices = np.array([trade.price for trade in trades], dtype=np.float64)
    counts = np.array([trade.count for trade in trades], dtype=np.float64)
    volume = float(counts.sum())
    mean = float(prices @ counts) / volume if volume else nan
    spread = float(np.sqrt((prices - mean) ** 2 @ counts / volume)) if volume else nan
    off = float(np.sqrt(np.mean((prices - best.price) ** 2))) if volume else nan
    net = np.abs(np.array(played.last, dtype=np.float64) - np.array(played.first))
    return Measures(
        efficiency=100 * gained / best.surplus if best.surplus else nan,
        alpha=100 * off / best.price if best.price else nan,
        price=mean / FEN,
        volume=volume / KG,
        volume_part=100 * volume / best.volume if best.volume else nan,
        spread=float(np.mean(played.spreads)) / FEN if played.spreads else nan,
        depth=float(np.mean(played.depths)) / KG if played.depths else nan,
        fill_rate=100 * played.filled / played.quotes if played.quotes else nan,
        concentration=float(((net / net.sum()) ** 2).sum()) if net.any() else nan,
        dispersion=100 * spread / mean if mean else nan,
        apart=_apart(trades, mean),
        trades=len(trades),
        fees=played.fees_fen / FEN,
        refused=sum(played.refused.values()),
    )


def _apart(trades: Sequence[Trade], mean: float) -> float:
    """The highest less the lowest mean price of a series, in percent of the mean of all."""
    sums: dict[str, list[int]] = {}
    for trade in trades:
        fen, count = sums.setdefault(trade.series, [0, 0])
        sums[trade.series] = [fen + trade.price * trade.count, count + trade.count]
    means = [fen / count for fen, count in sums.values()]
    return 100 * (max(means) - min(means)) / mean if means else nan
