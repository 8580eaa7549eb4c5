"""One language for prices: what a right for some years is worth a year, and what a yearly price is worth at once."""

from __future__ import annotations

from collections.abc import Mapping
from math import expm1, inf, isinf, log1p

from airshed.model.allowance import members
from airshed.model.refusal import Malformed

#: Rates a year between which an implied yield is looked for.
LOWEST_RATE, HIGHEST_RATE = -0.99, 10.0
#: The logarithm of a growth that a float still holds.
MOST_GROWTH = 700.0


def year_price_fen(strip: str, fen_per_t: int) -> int:
    """What a price of a strip is for a tonne and year, half a fen upwards: a plain share, without interest.

    >>> year_price_fen("SO2-KM-2027..2028", 820_000), year_price_fen("SO2-KM-2027..2029", 100)
    (410000, 33)
    """
    years = len(members(strip))
    return (2 * fen_per_t + years) // (2 * years)


def annualised(price: float, years: float, rate: float) -> float:
    """The yearly price of a right bought once for some years, paid at the end of each: P r / (1 - (1 + r)^-n).

    `years` may be infinite: then it is P r. With a rate of zero it is P / n.

    >>> round(annualised(18_000, float("inf"), 0.08), 2), round(annualised(18_000, 20, 0.08), 2)
    (1440.0, 1833.34)
    """
    return price * _factor(years, rate)


def capitalised(price: float, years: float, rate: float) -> float:
    """What a yearly price for some years is worth at once: the inverse of `annualised`.

    >>> round(capitalised(1_000, float("inf"), 0.08), 2), round(capitalised(1_000, 20, 0.08), 2)
    (12500.0, 9818.15)
    """
    factor = _factor(years, rate)
    if not factor:
        raise Malformed("tenor", "a right for ever at a rate of zero has no price", "give a rate above zero")
    return price / factor


def implied_yield(yearly: float, price: float, years: float = inf) -> float:
    """The rate at which a yearly price for some years is worth a price at once: 1,000 against 18,000 without end is
    5.56 %.

    Below zero where the years together cost less than the price. Malformed where no rate from -99 % to 1,000 % fits.

    >>> round(100 * implied_yield(1_000, 18_000), 3), round(100 * implied_yield(250, 1_000, 5), 3)
    (5.556, 7.931)
    """
    if not price > 0 or not yearly >= 0:
        raise Malformed("price", f"{yearly:g} a year, {price:g} at once", "give a price above zero")
    if isinf(years):
        return yearly / price
    low, high = LOWEST_RATE, HIGHEST_RATE
    if not annualised(price, years, low) <= yearly <= annualised(price, years, high):
        raise Malformed("price", f"{yearly:g} a year against {price:g} at once", "give prices of the same right")
    while True:
        rate = (low + high) / 2
        if rate in (low, high):
            return rate
        low, high = (rate, high) if annualised(price, years, rate) < yearly else (low, rate)


def after_tax(marginal_cost: float, tax: float) -> float:
    """The price of an allowance where emissions are taxed as well: max(0, marginal cost at the cap - tax)."""
    return max(0.0, marginal_cost - tax)


def floor_bound(value_yuan: float, tonnes: Mapping[str, float], floors: Mapping[str, float]) -> float:
    """How far trade lies above administered floors: its value over what its tonnes cost at the floors.

    1 says that floors are all that prices tell (Shanxi 2015: 851.27 million yuan at floors of 814.34 million, 1.045).
    """
    missing = sorted(set(tonnes) - set(floors))
    if missing:
        raise Malformed("floors", f"none for {missing[0]}", "give a floor for each pollutant traded")
    at_floor = sum(tonnes[name] * floors[name] for name in tonnes)
    if not at_floor > 0:
        raise Malformed("tonnes", "nothing was traded", "give tonnes above zero")
    return value_yuan / at_floor


def _factor(years: float, rate: float) -> float:
    """r / (1 - (1 + r)^-n), exact for rates next to zero too."""
    if not years > 0 or not -1 < rate <= HIGHEST_RATE:
        raise Malformed("tenor", f"{years:g} years at a rate of {rate:g}", "give years above zero, a rate of -1 to 10")
    if isinf(years):
        if rate < 0:
            raise Malformed("tenor", f"for ever at a rate of {rate:g}", "give a rate from zero up")
        return rate
    grown = -years * log1p(rate)
    left = -expm1(grown) if grown < MOST_GROWTH else -inf
    return rate / left if left else 1 / years
