"""What a session comes to: efficiency against the equilibrium, convergence of prices, volume, liquidity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from airshed.lab.agents.floor import FloorTrade, Played


@dataclass(frozen=True, slots=True)
class SessionMeasures:
    """Percentages, yuan per tonne and tonnes; NaN where a session has nothing to measure.

    efficiency: gains made, of all there were to make, never above 100, below 0 where trade loses; fees move money and
    lose none. alpha: Smith's, the root mean square distance of prices from the equilibrium's, in percent of it;
    alpha_late: the same of the last third of the trades. equilibrium: its price, the middle where several clear.
    volume_part: tonnes traded, of the predicted. spread: mean of best ask less best bid of a book in which both wait.
    depth: mean of what rests, t. wait: how long a resting order that traded had stood, in percent of the session.
    fill_rate: part of what was quoted that traded. concentration: Herfindahl index of net sales or net purchases,
    whichever is higher, 1 for one alone. dispersion: standard deviation of prices by volume, in percent of their mean;
    apart: how far the mean prices of cities lie apart, likewise. fees: those of buyers and sellers together, in yuan.
    reference: the law's price of the first day; lowest, highest: the limits that it let through then. willing: how
    often one was asked who would trade at the equilibrium price; barred: the part of them who could name no price at
    which they do not lose, for the law's bounds. held: what traders held at first, t. reasons: refusals by reason.
    """

    efficiency: float
    alpha: float
    alpha_late: float
    price: float
    equilibrium: float
    volume: float
    volume_part: float
    spread: float
    depth: float
    wait: float
    fill_rate: float
    concentration: float
    dispersion: float
    apart: float
    trades: int
    fees: float
    reference: float
    lowest: float
    highest: float
    willing: int
    barred: float
    held: float
    refused: int
    reasons: tuple[tuple[str, int], ...] = ()


#: Measures that are figures.
FIGURES = tuple(name for name in SessionMeasures.__slots__ if name != "reasons")
FEN, KG = 100.0, 1_000.0
#: The part of the trades that `alpha_late` leaves out.
EARLY = 2 / 3


def measured(played: Played) -> SessionMeasures:
    """The measures of a session."""
    market, trades, best = played.market, played.trades, played.best
    gained = sum(
        trader.worth.of(last) - trader.worth.of(first)
        for trader, first, last in zip(market.traders, played.first, played.last, strict=True)
    )
    prices = np.array([trade.price for trade in trades], dtype=np.float64)
    counts = np.array([trade.count for trade in trades], dtype=np.float64)
    volume = float(counts.sum())
    mean = float(prices @ counts) / volume if volume else nan
    spread = float(np.sqrt((prices - mean) ** 2 @ counts / volume)) if volume else nan
    waited = sum(count for count, _ in played.waits)
    net = np.array(played.last, dtype=np.float64) - np.array(played.first)
    lowest, highest = played.bounds[0]
    return SessionMeasures(
        efficiency=100 * gained / best.surplus if best.surplus else nan,
        alpha=_alpha(prices, best.price),
        alpha_late=_alpha(prices[int(len(prices) * EARLY) :], best.price),
        price=mean / FEN,
        equilibrium=best.price / FEN if best.volume else nan,
        volume=volume / KG,
        volume_part=100 * volume / best.volume if best.volume else nan,
        spread=float(np.mean(played.spreads)) / FEN if played.spreads else nan,
        depth=float(np.mean(played.depths)) / KG if played.depths else nan,
        wait=100 * sum(count * part for count, part in played.waits) / waited if waited else nan,
        fill_rate=100 * played.filled / played.quotes if played.quotes else nan,
        concentration=max(_herfindahl(np.maximum(net, 0)), _herfindahl(np.maximum(-net, 0))) if net.any() else nan,
        dispersion=100 * spread / mean if mean else nan,
        apart=_apart(trades, mean),
        trades=len(trades),
        fees=played.fees_fen / FEN,
        reference=played.reference / FEN,
        lowest=lowest / FEN,
        highest=highest / FEN,
        willing=played.willing,
        barred=100 * played.barred / played.willing if played.willing else nan,
        held=sum(played.first) / KG,
        refused=sum(played.refused.values()),
        reasons=tuple(sorted((str(reason), count) for reason, count in played.refused.items())),
    )


def _alpha(prices: NDArray[np.float64], price: float) -> float:
    return 100 * float(np.sqrt(np.mean((prices - price) ** 2))) / price if len(prices) and price else nan


def _herfindahl(net: NDArray[np.float64]) -> float:
    return float(((net / net.sum()) ** 2).sum()) if net.any() else 0.0


def _apart(trades: Sequence[FloorTrade], mean: float) -> float:
    """The highest less the lowest mean price of a city's series, in percent of the mean of all."""
    sums: dict[str, list[int]] = {}
    for trade in trades:
        place = trade.series.split("-")[1]
        fen, count = sums.setdefault(place, [0, 0])
        sums[place] = [fen + trade.price * trade.count, count + trade.count]
    means = [fen / count for fen, count in sums.values()]
    return 100 * (max(means) - min(means)) / mean if means else nan
