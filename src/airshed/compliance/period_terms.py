"""A shortfall costs what the law said for its own period, whenever it is settled; and the mean price it may rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from airshed.compliance.shortfall import Lack, makeup, penalty
from airshed.model.measures import mean_price
from airshed.model.period import month_before
from airshed.model.refusal import Malformed

#: What prices a penalty may be a multiple of the mean of: those of the month before the deadline, or of the trading
#: cycle of the period.
Mean = Literal["month_before", "cycle"]


@dataclass(frozen=True, slots=True)
class PeriodTerms:
    """What an allowance costs that is missing for a period from `from_period` on."""

    from_period: int
    penalty: str
    price_multiple: int | None = None
    mean: Mean = "month_before"
    fixed_fen_per_t: int | None = None
    flat_fen: int | None = None
    makeup_percent: int = 100


@dataclass(frozen=True, slots=True)
class TradedDay:
    """What changed hands on a day."""

    day: date
    fen_per_t: int
    kg: int


@dataclass(frozen=True, slots=True)
class PeriodPenalty:
    """The penalty in fen and what is made up, in kilograms, with the terms and the price they rest on."""

    penalty_fen: int
    makeup_kg: int
    terms: PeriodTerms
    price_fen_per_t: int | None


def terms_of(terms: Sequence[PeriodTerms], period: int) -> PeriodTerms:
    """The terms of a period: the newest that begin in it or before.

    >>> early = PeriodTerms(2021, "flat", flat_fen=3_000_000)
    >>> later = PeriodTerms(2024, "price_multiple", price_multiple=5)
    >>> terms_of([later, early], 2023).penalty, terms_of([later, early], 2030).penalty
    ('flat', 'price_multiple')
    """
    held = [each for each in terms if each.from_period <= period]
    newest = [each for each in held if each.from_period == max(row.from_period for row in held)]
    if len(newest) != 1:
        what = f"{len(newest) or 'no'} rows hold for period {period}"
        raise Malformed("terms", what, "give each period one row that begins in it or before")
    return newest[0]


def span(mean: Mean, deadline: date, cycle: tuple[date, date] | None) -> tuple[date, date]:
    """The first and the last day whose prices make the mean.

    >>> [str(day) for day in span("month_before", date(2024, 12, 31), None)]
    ['2024-11-01', '2024-11-30']
    """
    if mean == "cycle":
        if cycle is None:
            raise Malformed("cycle", "the penalty needs it and it is not given", "name its first and last day")
        return cycle
    first = date.fromisoformat(f"{month_before(deadline.isoformat())}-01")
    return first, date.fromordinal(deadline.replace(day=1).toordinal() - 1)


def mean_of(trades: Iterable[TradedDay], first: date, last: date) -> int | None:
    """The mean price by volume in fen per tonne, half a fen upwards; None when nothing was traded.

    >>> traded = [TradedDay(date(2024, 11, 4), 97_00, 3_000), TradedDay(date(2024, 11, 5), 99_00, 1_000)]
    >>> mean_of(traded, date(2024, 11, 1), date(2024, 11, 30)), mean_of(traded, date(2024, 12, 1), date(2024, 12, 31))
    (9750, None)
    """
    within = [trade for trade in trades if first <= trade.day <= last]
    count = sum(trade.kg for trade in within)
    if not count:
        return None
    return mean_price(sum(trade.kg * trade.fen_per_t for trade in within), count * 1000)


def cost(
    missing_kg: int, terms: PeriodTerms, price: int | None, index: int | None, index_base: int | None
) -> PeriodPenalty:
    """What a shortfall costs by the terms of its period."""
    lack = Lack(missing_kg, price, terms.price_multiple, terms.fixed_fen_per_t, terms.flat_fen, index, index_base)
    return PeriodPenalty(penalty(terms.penalty, lack), makeup(missing_kg, terms.makeup_percent), terms, price)
