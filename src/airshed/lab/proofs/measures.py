"""The proof of a co-control equilibrium, and of a plan of whole measures beside it: all measures, needs and prices."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from airshed.lab.proofs.reading import (
    LARGEST,
    ROUNDING,
    SOLVE_AGAIN,
    DoesNotHold,
    Floats,
    agree,
    close,
    factors,
    figures,
    held,
    named,
)
from airshed.model.provenance import Figures

FORMAT = "airshed co-control 1"
#: The gap up to which a plan of divisible measures counts as the cheapest; column generation ends at a tenth of it.
MOST_GAP = 1e-5

Table = tuple[tuple[tuple[float, ...], ...], ...]


class MeasureRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A measure: its zone, yuan a year, and t a year of each pollutant; and the part of it used in each year."""

    zone: str
    name: str
    cost: float
    removal_t: tuple[float, ...]
    use: tuple[float, ...]


class WholePlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A plan of measures that are built whole: which (a row a measure, in their order), and prices that bound it.

    `bound` is what no plan costs less than, whole or not, if measures stay where `lasting` says so. `searched` is what
    the search of whole plans says of those: it is told, and not proven here.
    """

    lasting: bool
    use: tuple[tuple[float, ...], ...]
    extra: Table
    #: Discounted yuan/t.
    prices: Table
    cost: float
    bound: float
    gap: float
    searched: float


class CoCertificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case of several pollutants and its answer; tables are by zone, pollutant and year."""

    format: Literal["airshed co-control 1"]
    zones: tuple[str, ...]
    pollutants: tuple[str, ...]
    years: tuple[int, ...]
    discount: tuple[float, ...]
    banking: bool
    #: Undiscounted yuan/t at which any tonne more is sold.
    ceiling: float
    measures: tuple[MeasureRow, ...]
    need: Table
    extra: Table
    #: Discounted yuan/t.
    prices: Table
    cost: float
    bound: float
    gap: float
    #: SHA-256 of all the rest as canonical JSON (keys sorted, no blanks).
    digest: str
    whole: WholePlan | None = None
    #: What its figures are; not part of what is proved, nor of the digest.
    provenance: Figures | None = None


def check(text: bytes | str, place: str = "certificate") -> CoCertificate:
    """The certificate, if it holds. Malformed, naming the first thing that does not, otherwise.

    Every need, the cost of what is used and bought, and the Lagrangian bound at the prices are worked out again; those
    of the whole plan, too, if there is one.
    """
    return held(text, CoCertificate, place, _holds, SOLVE_AGAIN)


class _Case(NamedTuple):
    cost: Floats
    removal: Floats
    zone: NDArray[np.int64]
    need: Floats
    discount: Floats


class _Plan(NamedTuple):
    use: Floats
    extra: Floats
    prices: Floats


def _holds(found: CoCertificate) -> None:
    case = _case(found)
    shape, years = case.need.shape, len(found.years)
    use = figures("use", [row.use for row in found.measures], (len(found.measures), years), "one a measure and year")
    plan = _Plan(use, _table("extra", found.extra, shape), _table("prices", found.prices, shape))
    _meets(found, case, plan)
    cost, cost_scale = _cost(found, case, plan)
    bound, scale = _bound(case, plan.prices, lasting=False)
    agree("cost", found.cost, cost, max(1.0, cost_scale))
    agree("bound", found.bound, bound, max(1.0, scale))
    close(cost, bound, found.gap, scale + cost_scale, MOST_GAP)
    if found.whole is not None:
        try:
            _whole(found, found.whole, case)
        except DoesNotHold as fault:
            raise DoesNotHold(f"the whole plan: {fault}") from None


def _whole(found: CoCertificate, whole: WholePlan, case: _Case) -> None:
    shape = case.need.shape
    use = figures("use", whole.use, (len(found.measures), len(found.years)), "a row a measure, a column a year")
    for n, t in np.argwhere((use != 0) & (use != 1)).tolist():
        raise DoesNotHold(f"{found.measures[n].name} is built {use[n, t]:g} times in {found.years[t]}")
    if whole.lasting:
        for n, t in np.argwhere(np.diff(use, axis=1) < 0).tolist():
            raise DoesNotHold(f"{found.measures[n].name} is gone again in {found.years[t + 1]}")
    plan = _Plan(use, _table("extra", whole.extra, shape), _table("prices", whole.prices, shape))
    _meets(found, case, plan)
    cost, cost_scale = _cost(found, case, plan)
    bound, scale = _bound(case, plan.prices, lasting=whole.lasting)
    agree("cost", whole.cost, cost, max(1.0, cost_scale))
    agree("bound", whole.bound, bound, max(1.0, scale))
    close(cost, bound, whole.gap, scale + cost_scale, np.inf)
    if not whole.searched <= cost + ROUNDING * max(1.0, cost_scale):
        raise DoesNotHold(f"the search says that none costs less than {whole.searched:,.2f}, yet this one does")


def _case(found: CoCertificate) -> _Case:
    for what, names in (("zones", found.zones), ("pollutants", found.pollutants), ("years", found.years)):
        named(what, names)
    if list(found.years) != list(range(found.years[0], found.years[0] + len(found.years))):
        raise DoesNotHold("the years do not follow one another")
    if not 0 < found.ceiling <= LARGEST:
        raise DoesNotHold("the ceiling is not above zero")
    places = {zone: number for number, zone in enumerate(found.zones)}
    pollutants = len(found.pollutants)
    for number, row in enumerate(found.measures, 1):
        said = f"measure {number} ({row.name})"
        if row.zone not in places or len(row.removal_t) != pollutants or len(row.use) != len(found.years):
            raise DoesNotHold(f"{said} does not fit zones, pollutants and years")
        if not 0 <= row.cost <= LARGEST or not all(0 <= each <= LARGEST for each in row.removal_t):
            raise DoesNotHold(f"{said} has a figure below zero, or beyond {LARGEST:g}")
        if not all(0 <= each <= 1 for each in row.use):
            raise DoesNotHold(f"{said} is used more than once over")
    shape = (len(found.zones), pollutants, len(found.years))
    return _Case(
        np.array([row.cost for row in found.measures], dtype=np.float64),
        figures("removal", [row.removal_t for row in found.measures], (len(found.measures), pollutants)),
        np.array([places[row.zone] for row in found.measures], dtype=np.int64),
        _table("need", found.need, shape),
        factors(found.discount, len(found.years)),
    )


def _table(name: str, rows: Table, shape: tuple[int, ...]) -> Floats:
    zones, pollutants, years = shape
    return figures(name, rows, shape, f"a table of {zones} zones, {pollutants} pollutants and {years} years")


def _meets(found: CoCertificate, case: _Case, plan: _Plan) -> None:
    """Every need is met, and the prices are such as bound."""
    if (plan.extra < 0).any():
        raise DoesNotHold("less than nothing is bought at the ceiling")
    if (plan.prices < 0).any() or (plan.prices > found.ceiling * case.discount * (1 + ROUNDING)).any():
        raise DoesNotHold("a price is below zero or above the ceiling")
    if found.banking and (np.diff(plan.prices, axis=2) > 0).any():
        raise DoesNotHold("a discounted price rises while allowances may be banked")
    taken = plan.extra.copy()
    for z in range(len(found.zones)):
        own = np.flatnonzero(case.zone == z)
        taken[z] += np.einsum("np,nt->pt", case.removal[own], plan.use[own])
    over, sizes = taken - case.need, taken + np.abs(case.need)
    if found.banking:
        over, sizes = np.cumsum(over, axis=2), np.cumsum(sizes, axis=2)
    for z, p, t in np.argwhere(~(over >= -ROUNDING * sizes)).tolist():
        raise DoesNotHold(
            f"{found.pollutants[p]} of {found.zones[z]} is not kept in {found.years[t]}: {over[z, p, t]:g} t"
        )


def _cost(found: CoCertificate, case: _Case, plan: _Plan) -> tuple[float, float]:
    """Discounted yuan of measures and of what is bought at the ceiling, and the scale of the sum."""
    measures = float((case.cost[:, None] * plan.use * case.discount).sum())
    bought = float((found.ceiling * plan.extra * case.discount).sum())
    return measures + bought, measures + bought


def _bound(case: _Case, prices: Floats, *, lasting: bool) -> tuple[float, float]:
    """What no plan costs less than at these prices, and the scale of the sum.

    A measure is worth what its tonnes fetch less its cost, year by year; one that lasts is worth most from the year on
    from which that adds up to most, and nothing if it never does.
    """
    left = np.zeros((len(case.cost), prices.shape[2]))
    for p in range(prices.shape[1]):
        left += case.removal[:, p : p + 1] * prices[case.zone, p, :]
    left -= case.cost[:, None] * case.discount
    if lasting:
        onwards = np.cumsum(left[:, ::-1], axis=1)
        rent = float(np.maximum(onwards.max(axis=1, initial=0.0), 0.0).sum())
    else:
        rent = float(np.maximum(left, 0.0).sum())
    values = prices * case.need
    return float(values.sum()) - rent, float(np.abs(values).sum()) + rent
