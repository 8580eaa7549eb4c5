"""Designs of a programme: seven choices, every combination of them, and the few that have a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import Literal

Border = Literal["cities", "guarded", "zone"]
Method = Literal["history", "equal_cut", "limit", "benchmark"]
Sale = Literal["free", "part", "paid"]
Term = Literal["year", "five", "open"]
Collar = Literal["none", "collar"]
Trading = Literal["continuous", "calls"]
Wall = Literal["wall", "none"]

#: Part of each cap that is sold by auction under each kind of sale.
SOLD: Mapping[Sale, float] = {"free": 0.0, "part": 0.2, "paid": 1.0}
#: How much more load a receptor may get in a guarded zone than the caps would bring there; assumed.
GUARD = 0.03


@dataclass(frozen=True, slots=True)
class BriefDesign:
    """One design.

    `border`: markets closed at the borders of cities, one market in which no receptor may get more load than `GUARD`
    above what the caps would bring, or one market. `wall`: whether the law's walled sectors trade among themselves
    only. `method`: how each city's free allowances are shared. `sale`: how much is sold. `term`: rights for a year, for
    five, or without an end. `collar`: whether the office sells at a ceiling and buys back at a floor. `trading`: every
    day, or in a call a month.
    """

    border: Border = "zone"
    wall: Wall = "none"
    method: Method = "benchmark"
    sale: Sale = "free"
    term: Term = "year"
    collar: Collar = "none"
    trading: Trading = "continuous"

    @property
    def years(self) -> float:
        """The term of a right in years."""
        return {"year": 1.0, "five": 5.0, "open": float("inf")}[self.term]


#: What may be chosen, in the order of the fields of a design.
AXES: Mapping[str, tuple[str, ...]] = {
    "border": ("cities", "guarded", "zone"),
    "wall": ("wall", "none"),
    "method": ("history", "equal_cut", "limit", "benchmark"),
    "sale": ("free", "part", "paid"),
    "term": ("year", "five", "open"),
    "collar": ("none", "collar"),
    "trading": ("continuous", "calls"),
}
assert tuple(AXES) == tuple(each.name for each in fields(BriefDesign))

#: From which the others differ in one thing.
REFERENCE = BriefDesign()
#: What the pilots that the founding study describes have in common.
PILOTS = BriefDesign("cities", "wall", "history", "free", "open", "none", "continuous")

#: Designs with a name; each but the first differs from the reference in one choice, and the guarded one is called too.
NAMED: Mapping[str, BriefDesign] = {
    "pilots": PILOTS,
    "reference": REFERENCE,
    "cities": replace(REFERENCE, border="cities"),
    "guarded": replace(REFERENCE, border="guarded", trading="calls"),
    "wall": replace(REFERENCE, wall="wall"),
    "history": replace(REFERENCE, method="history"),
    "equal_cut": replace(REFERENCE, method="equal_cut"),
    "limit": replace(REFERENCE, method="limit"),
    "part": replace(REFERENCE, sale="part"),
    "paid": replace(REFERENCE, sale="paid"),
    "five": replace(REFERENCE, term="five"),
    "open": replace(REFERENCE, term="open"),
    "collar": replace(REFERENCE, collar="collar"),
    "calls": replace(REFERENCE, trading="calls"),
}


def every(axes: Mapping[str, tuple[str, ...]] = AXES) -> Iterator[BriefDesign]:
    """Every combination of the choices that there are; where all is sold no method shares anything, so one stands for
    all, and a guard on receptors needs a market that clears the whole zone at once."""
    for chosen in product(*axes.values()):
        design = BriefDesign(**dict(zip(axes, chosen, strict=True)))  # type: ignore[arg-type]
        if (design.sale != "paid" or design.method == REFERENCE.method) and (
            design.border != "guarded" or design.trading == "calls"
        ):
            yield design


def with_option(design: BriefDesign, axis: str, option: str) -> BriefDesign:
    """The design with another option of one choice."""
    return replace(design, **{axis: option})  # type: ignore[arg-type]


def axes_of(cities: bool, walls: bool, receptors: bool, calls: bool) -> dict[str, tuple[str, ...]]:
    """The choices that a zone and its law have: without cities, walled sectors, a matrix or calls there are fewer.

    A guard on receptors needs both a matrix and calls.
    """
    found = dict(AXES)
    if not walls:
        found["wall"] = ("none",)
    if not calls:
        found["trading"] = ("continuous",)
    borders = {"cities": cities, "guarded": cities and receptors and calls, "zone": True}
    found["border"] = tuple(border for border, there in borders.items() if there)
    return found
