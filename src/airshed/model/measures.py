"""Masses, money and prices as whole numbers, and the one rounding at each border.

Inside: kilograms (one allowance is one kilogram), fen, fen per tonne. On screens: tonnes, yuan, yuan per tonne.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction

from airshed.model.refusal import Malformed

#: The largest whole number that a command may carry: every JSON reader and every database keeps it exact.
LARGEST = 2**53
KG_PER_T = 1000
FEN_PER_YUAN = 100
#: The money of a book that names none, by ISO 4217.
RENMINBI = "CNY"
MG_PER_KG = 1_000_000


class Unit(StrEnum):
    """What whole numbers are counted in, inside."""

    ALLOWANCES = "allowances"
    KG = "kg"
    G = "g"
    MG = "mg"
    FEN = "fen"
    FEN_PER_T = "fen/t"
    FEN_PER_T_YEAR = "fen/t and year"
    BASIS_POINTS = "hundredths of a percent"
    MS = "ms"


#: What figures are counted in that have the same name in every table; those in `_fen` and `_mg` name theirs.
COMMON_UNITS: Mapping[str, Unit] = {
    "at": Unit.MS,
    "count": Unit.KG,
    "offered": Unit.KG,
    "price": Unit.FEN_PER_T,
    "fen": Unit.FEN,
    "fee": Unit.FEN,
    "buyer_fee": Unit.FEN,
    "seller_fee": Unit.FEN,
}


def value_fen(count: int, price_fen_per_t: int) -> int:
    """What `count` allowances of one kilogram cost, rounded once, half a fen upwards.

    The same figure leaves the buyer and reaches the seller (see `docs/explanation/architecture.md`, one rounding).

    >>> value_fen(1500, 1_800_000)
    2700000
    >>> value_fen(1, 500), value_fen(1, 499)
    (1, 0)
    """
    return (count * price_fen_per_t + KG_PER_T // 2) // KG_PER_T


def mean_price(fen: int, count: int) -> int:
    """The price at which `count` allowances, more than none, cost `fen`: fen per tonne, half upwards.

    >>> mean_price(163_000, 400)
    407500
    """
    return (2 * fen * KG_PER_T + count) // (2 * count)


def half_up(amount: Fraction) -> int:
    """The nearest whole number, a half upwards.

    >>> half_up(Fraction(5, 2)), half_up(Fraction(-5, 2))
    (3, -2)
    """
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def part_fen(value: int, basis_points: int) -> int:
    """A fee of `basis_points` hundredths of a percent of `value` fen, rounded once, half upwards.

    >>> part_fen(1_000_000, 75)
    7500
    """
    return (value * basis_points + 5_000) // 10_000


def mass_kg(mass_mg: int) -> int:
    """Milligrams to whole kilograms, half upwards: the border from measuring to counting.

    >>> mass_kg(1_499_999), mass_kg(1_500_000)
    (1, 2)
    """
    return (mass_mg + MG_PER_KG // 2) // MG_PER_KG


def gbt8170(value: Decimal | float | str, decimals: int) -> Decimal:
    """Round half to even, as GB/T 8170 does (MRV notes section 2.6).

    >>> gbt8170("2.5", 0), gbt8170("3.5", 0), gbt8170("1.65315", 2)
    (Decimal('2'), Decimal('4'), Decimal('1.65'))
    """
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)


def times_over(mg_m3: float, limit_mg_m3: float) -> Decimal:
    """By how many times a concentration exceeds a limit: C / L - 1, rounded half to even (GB/T 8170); never
    below 0.

    530.62 over a limit of 200 is 2.65 times the limit and exceeds it by 1.65 times.

    >>> times_over(530.62, 200), times_over(38.34, 20), times_over(1659.7095, 200), times_over(20, 50)
    (Decimal('1.65'), Decimal('0.92'), Decimal('7.30'), Decimal('0.00'))
    """
    excess = Decimal(str(mg_m3)) / Decimal(str(limit_mg_m3)) - 1
    return gbt8170(max(excess, Decimal(0)), 2)


def exact(text: str, scale: int, place: str, what: str) -> int:
    """A decimal text times `scale` as a whole number; digits that would be lost are an error, not a rounding.

    >>> exact("18.5", 100, "bids.csv line 2", "price")
    1850
    """
    try:
        if not text.isascii() or "_" in text:
            raise InvalidOperation
        number = Decimal(text.strip()) * scale
    except InvalidOperation:
        raise Malformed(place, f"{what} {text!r} is not a number", "write digits, as in 1250.50") from None
    if not number.is_finite():
        raise Malformed(place, f"{what} {text!r} is not a finite number", "write digits, as in 1250.50")
    whole = number.to_integral_value(rounding=ROUND_HALF_UP)
    if whole != number:
        raise Malformed(place, f"{what} {text!r} has more digits than count", f"use steps of 1/{scale}")
    if abs(whole) > 2**62:
        raise Malformed(place, f"{what} {text!r} is beyond what an account can hold", "check its measure")
    return int(whole)


def yuan(fen: int) -> str:
    """Fen as yuan for a screen.

    >>> yuan(123456789), yuan(-5)
    ('1,234,567.89', '-0.05')
    """
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // FEN_PER_YUAN:,}.{abs(fen) % FEN_PER_YUAN:02d}"


def tonnes(kg: int) -> str:
    """Kilograms as tonnes for a screen.

    >>> tonnes(1234567)
    '1,234.567'
    """
    sign = "-" if kg < 0 else ""
    return f"{sign}{abs(kg) // KG_PER_T:,}.{abs(kg) % KG_PER_T:03d}"
