"""What is missing at the deadline, what it costs, and what is made up from the next vintage.

Every figure is rounded once, half a fen upwards; a make-up is rounded up to the whole allowance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from airshed.model.measures import KG_PER_T, MG_PER_KG, half_up, value_fen
from airshed.model.near import near
from airshed.model.refusal import Malformed

#: 0.38 percent a day, at most three times the base: British Columbia's output-based pricing system.
DAILY_BASIS_POINTS = 38
CAP_TIMES = 3
MG_PER_T = KG_PER_T * MG_PER_KG


@dataclass(frozen=True, slots=True)
class Lack:
    """What is missing in kilograms, and the terms of the period; None where the rulebook gives no figure.

    `price_fen_per_t` is the mean price of the month before the deadline; `index` over `index_base` is the price
    index by which a penalty set in an earlier year has grown; `tonne_mg` is the tonne of `fixed_fen_per_t`, which may
    be a short one (907,184,740 mg).
    """

    kg: int
    price_fen_per_t: int | None = None
    multiple: int | None = None
    fixed_fen_per_t: int | None = None
    flat_fen: int | None = None
    index: int | None = None
    index_base: int | None = None
    tonne_mg: int = MG_PER_T


def shortfall(obligation: int, surrendered: int) -> int:
    """Allowances that are missing: max(0, obligation - surrendered).

    >>> shortfall(5_128_612, 4_263_312), shortfall(5, 9)
    (865300, 0)
    """
    return max(0, obligation - surrendered)


def price_multiple(lack: Lack) -> int:
    """Missing mass times mean price times a multiple (State Council Decree 775, art. 24: five to ten times).

    >>> price_multiple(Lack(865_300_000, price_fen_per_t=98_00, multiple=5)) // 100
    423997000
    """
    return value_fen(lack.kg, _term(lack, "price_fen_per_t") * _term(lack, "multiple"))


def fixed_per_tonne(lack: Lack) -> int:
    """Missing mass times a fixed amount for a tonne of `tonne_mg`."""
    return half_up(Fraction(lack.kg * MG_PER_KG * _term(lack, "fixed_fen_per_t"), lack.tonne_mg))


def indexed_per_tonne(lack: Lack) -> int:
    """Missing mass times an amount that grows with an index (42 USC 7651j; 40 CFR 77.6: 2,000 dollars of 1990 a ton).

    A ton in 2018, at the index of August 2017 over that of August 1989: the published 3,941 dollars.

    >>> indexed_per_tonne(Lack(1_000, fixed_fen_per_t=2_000_00, index=245_519, index_base=124_600))
    394091
    """
    base = _term(lack, "index_base")
    if base == 0:
        raise Malformed("shortfall.index_base", "the index of the base year is 0", "give one above zero")
    fixed = _term(lack, "fixed_fen_per_t")
    amount = Fraction(lack.kg * MG_PER_KG * fixed * _term(lack, "index"), lack.tonne_mg * base)
    return half_up(amount)


def flat(lack: Lack) -> int:
    """One sum whatever is missing (China's national market 2021 to 2023: 20,000 to 30,000 yuan)."""
    return _term(lack, "flat_fen") if lack.kg else 0


#: Penalties by the name that rulebooks use.
PENALTIES: Mapping[str, Callable[[Lack], int]] = {
    "price_multiple": price_multiple,
    "fixed_per_tonne": fixed_per_tonne,
    "indexed_per_tonne": indexed_per_tonne,
    "flat": flat,
}


def penalty(method: str, lack: Lack) -> int:
    """The penalty in fen by the named method, or `Malformed` naming the term that is not given."""
    if method not in PENALTIES:
        raise Malformed("shortfall.penalty", f"no such penalty {method!r}", near(method, PENALTIES))
    if lack.kg < 0:
        raise Malformed("shortfall", f"{lack.kg} kg are missing", "a shortfall is zero or above")
    return PENALTIES[method](lack)


def makeup(missing: int, percent: int) -> int:
    """Allowances withheld from the next vintage: 100 percent is an equal cut, one for one; 200 is CSAPR's two for one.

    >>> makeup(865_300, 100), makeup(3, 150)
    (865300, 5)
    """
    assert missing >= 0 <= percent, (missing, percent)
    return -(-missing * percent // 100)


def overdue_fen(base_fen: int, days: int, basis_points: int = DAILY_BASIS_POINTS, cap_times: int = CAP_TIMES) -> int:
    """What a penalty grows by in `days` unpaid days: compounded daily, capped, rounded at the end only.

    >>> overdue_fen(1_000_000_00, 10)
    3865643
    """
    assert base_fen >= 0 <= days, (base_fen, days)
    if days * basis_points >= cap_times * 10_000:  # simple interest alone has reached the cap
        return base_fen * cap_times
    grown = base_fen * (Fraction(10_000 + basis_points, 10_000) ** days - 1)
    return min(half_up(grown), base_fen * cap_times)


def _term(lack: Lack, name: str) -> int:
    value: int | None = getattr(lack, name)
    if value is None:
        raise Malformed(f"shortfall.{name}", "the penalty needs it and it is not given", "add it to the rulebook")
    if value < 0:
        raise Malformed(f"shortfall.{name}", f"{value} is below zero", "give a figure from zero up")
    return value
