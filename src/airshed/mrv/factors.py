"""Sources without monitors: activity x factor x (1 - removal), from a library whose every row cites its source.

A range is the 95 % interval as a share of the estimate. Ranges of what is multiplied combine as the root of the sum of
their squares (IPCC 2006, volume 1, equation 3.1), the lower and the upper side each for itself; what has no stated
range leaves the estimate without one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Literal

import msgspec

from airshed.model.measures import mass_kg
from airshed.model.refusal import Malformed

Status = Literal["confirmed", "to confirm"]
COLUMNS = ("name", "sector", "pollutant", "grams", "per", "low", "high", "cite", "status")
STATUSES: tuple[Status, ...] = ("confirmed", "to confirm")
#: An activity or a factor above this is a slip of its measure.
LARGEST = 10**15
#: Digits of a share in an estimate's range.
RANGE_STEP = Decimal("0.0001")


class EmissionFactor(msgspec.Struct, frozen=True):
    """One row of the library: grams of a pollutant per measure of activity."""

    name: str
    sector: str
    pollutant: str
    grams: Decimal
    #: What it is per, as `t clinker`.
    per: str
    #: 95 % range in grams; None where the source states none.
    low: Decimal | None
    high: Decimal | None
    cite: str
    status: Status

    @property
    def spread(self) -> FactorSpread | None:
        """Its range as shares of the figure."""
        if self.low is None or self.high is None:
            return None
        return FactorSpread(1 - self.low / self.grams, self.high / self.grams - 1)


class FactorSpread(msgspec.Struct, frozen=True):
    """How far the true figure may lie below and above, as shares of the estimate."""

    below: Decimal
    above: Decimal


class Estimate(msgspec.Struct, frozen=True):
    """A mass that nobody measured, and how it came about."""

    pollutant: str
    mass_mg: int
    #: None where a part of it has no stated range.
    spread: FactorSpread | None
    #: The calculation in words and figures.
    basis: str
    cite: str
    status: Status


def mass_by_factor(activity: Decimal, factor_g: Decimal, removal_basis_points: int = 0) -> int:
    """Milligrams by emission factor, where nothing is monitored: activity x factor x (1 - removal).

    `activity` is in the measure that `factor_g` is per (tonnes of clinker and g/t, say);
    `removal_basis_points` is the share that control takes out, in hundredths of a percent. Exact until one
    rounding to a whole milligram, half to even.

    >>> mass_by_factor(Decimal(1_000_000), Decimal("1.24"), 6_000)
    496000000
    """
    assert activity >= 0 <= factor_g, (activity, factor_g)
    assert 0 <= removal_basis_points <= 10_000, removal_basis_points
    exact = activity * factor_g * 1_000 * (10_000 - removal_basis_points) / 10_000
    return int(exact.to_integral_value(ROUND_HALF_EVEN))


def factors_of(text: str, place: str = "factors.csv") -> tuple[EmissionFactor, ...]:
    """The library from CSV text; `Malformed` names line and cure."""
    factors: dict[str, EmissionFactor] = {}
    for line, row in rows_of(text, COLUMNS, place):
        name = row["name"]
        where = f"{place} line {line}"
        if name in factors:
            raise Malformed(where, f"{name!r} is there already", "give each factor a name of its own")
        low, high = (positive(row[side], where, side) if row[side] else None for side in ("low", "high"))
        grams = positive(row["grams"], where, "grams")
        if (low is None) != (high is None) or (low is not None and high is not None and not low <= grams <= high):
            raise Malformed(where, "low and high are not around grams", "give both, or leave both empty")
        factors[name] = EmissionFactor(
            name, row["sector"], row["pollutant"], grams, row["per"], low, high, row["cite"], status_of(row, where)
        )
    return tuple(factors.values())


def factor_of(library: Sequence[EmissionFactor], name: str, place: str = "--factor") -> EmissionFactor:
    """The factor of this name; `Malformed` names those that are like it."""
    found = next((each for each in library if each.name == name), None)
    if found is None:
        near = [each.name for each in library if name.split("-", maxsplit=1)[0] in each.name] or [
            each.name for each in library
        ]
        raise Malformed(place, f"no such factor {name!r}", f"there are {', '.join(near[:6])}")
    return found


def estimate(
    factor: EmissionFactor,
    activity: Decimal,
    removal_basis_points: int = 0,
    activity_spread: Decimal | None = Decimal(0),
    factor_spread: Decimal | None = None,
) -> Estimate:
    """Activity x factor x (1 - removal); `activity_spread` is the half-width of the activity's range as a share.

    `factor_spread` stands for the range of a factor of which the source states none.

    >>> kiln = ("kiln", "cement", "NOx", Decimal(1241), "t clinker", None, None, "guidebook", "to confirm")
    >>> clinker = EmissionFactor(*kiln)
    >>> estimate(clinker, Decimal(1_000), 6_000).mass_mg
    496400000
    """
    mass_mg = mass_by_factor(activity, factor.grams, removal_basis_points)
    own = factor.spread
    if own is None and factor_spread is not None:
        own = FactorSpread(factor_spread, factor_spread)
    spread = None
    if own is not None and activity_spread is not None:
        spread = combined(own, FactorSpread(activity_spread, activity_spread))
    removal = f" x (1 - {Decimal(removal_basis_points) / 100:f} %)" if removal_basis_points else ""
    basis = f"{activity:f} {factor.per} x {factor.grams:f} g{removal}"
    return Estimate(factor.pollutant, mass_mg, spread, basis, factor.cite, factor.status)


def combined(*spreads: FactorSpread) -> FactorSpread:
    """The range of a product: the root of the sum of squares, each side for itself.

    >>> combined(FactorSpread(Decimal("0.03"), Decimal("0.06")), FactorSpread(Decimal("0.04"), Decimal("0.08")))
    FactorSpread(below=Decimal('0.0500'), above=Decimal('0.1000'))
    """
    below, above = (
        sum((getattr(each, side) ** 2 for each in spreads), Decimal(0)).sqrt().quantize(RANGE_STEP, ROUND_HALF_EVEN)
        for side in ("below", "above")
    )
    return FactorSpread(below, above)


def added(estimates: Sequence[Estimate]) -> Estimate:
    """The sum of estimates of one pollutant that know nothing of one another.

    Its range is the root of the sum of squares of theirs in mass, each side for itself (IPCC 2006, volume 1, equation
    3.2).

    >>> half = FactorSpread(Decimal("0.5"), Decimal("0.5"))
    >>> each = Estimate("VOC", 100, half, "a", "book", "to confirm")
    >>> added([each, each]).mass_mg, added([each, each]).spread.above
    (200, Decimal('0.3536'))
    """
    assert estimates, "nothing to add"
    assert len({each.pollutant for each in estimates}) == 1, "of one pollutant"
    total = sum(each.mass_mg for each in estimates)
    spreads = [each.spread for each in estimates if each.spread is not None]
    spread = None
    if len(spreads) == len(estimates) and total:
        below, above = (
            (
                sum(((each.mass_mg * getattr(each.spread, side)) ** 2 for each in estimates), Decimal(0)).sqrt() / total
            ).quantize(RANGE_STEP, ROUND_HALF_EVEN)
            for side in ("below", "above")
        )
        spread = FactorSpread(below, above)
    status: Status = "confirmed" if all(each.status == "confirmed" for each in estimates) else "to confirm"
    cites = "; ".join(dict.fromkeys(each.cite for each in estimates))
    return Estimate(estimates[0].pollutant, total, spread, " + ".join(each.basis for each in estimates), cites, status)


def larger(estimates: Sequence[Estimate]) -> Estimate:
    """The estimate that counts where a rule takes the larger of two, as the MEP rules for total emissions do.

    Of equal ones the first counts. Its basis names the one that it passed over.
    """
    assert estimates, "nothing to choose from"
    assert len({each.pollutant for each in estimates}) == 1, "of one pollutant"
    first = max(estimates, key=lambda each: each.mass_mg)
    others = "; ".join(f"{mass_kg(each.mass_mg):,} kg by {each.basis}" for each in estimates if each is not first)
    return msgspec.structs.replace(first, basis=f"{first.basis} (larger than {others})" if others else first.basis)


def rows_of(text: str, columns: Sequence[str], place: str) -> Iterable[tuple[int, Mapping[str, str]]]:
    """The rows of a CSV text with their line numbers; `Malformed` for another header or another number of cells."""
    reader = csv.reader(text.splitlines())
    try:
        if tuple(next(reader, ())) != tuple(columns):
            raise Malformed(f"{place} line 1", "has another header", f"write {','.join(columns)}")
        for cells in reader:
            if len(cells) != len(columns):
                raise Malformed(
                    f"{place} line {reader.line_num}", f"has {len(cells)} cells, not {len(columns)}", "quote commas"
                )
            yield reader.line_num, dict(zip(columns, cells, strict=True))
    except csv.Error as error:
        raise Malformed(f"{place} line {reader.line_num}", str(error), "quote cells that hold a comma") from None


def positive(text: str, place: str, what: str) -> Decimal:
    """A number above zero; `Malformed` otherwise."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise Malformed(place, f"{what} {text!r} is not a number", "write digits, as in 12.5") from None
    if not number.is_finite() or number <= 0:
        raise Malformed(place, f"{what} {text!r} is not above zero", "give a number above zero")
    if number > LARGEST:
        shown = text if len(text) <= 20 else f"{text[:17]}..."
        raise Malformed(
            place, f"{what} {shown!r} is larger than any plant's", f"give at most {LARGEST:,}; check its measure"
        )
    return number


def status_of(row: Mapping[str, str], place: str) -> Status:
    """Whether a row is confirmed; `Malformed` for another word and for a row without a source."""
    if not row["cite"]:
        raise Malformed(place, "cites nothing", "name the source of the figure")
    for status in STATUSES:
        if row["status"] == status:
            return status
    raise Malformed(place, f"no such status {row['status']!r}", f"there are {', '.join(STATUSES)}")
