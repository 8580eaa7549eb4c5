"""The proof of what frictions do: the conditions of costly trade (Stavins 1995) and of a firm that sets the price."""

from __future__ import annotations

from typing import Literal

import msgspec

from airshed.lab.proofs.reading import LARGEST, ROUNDING, DoesNotHold, agree, close, held, named
from airshed.model.provenance import Figures

FORMAT = "airshed frictions 1"
#: The gap up to which trades count as the cheapest.
MOST_GAP = 1e-6


class SourceRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A source: what it must abate if it does not trade (below zero it has too many), t; its steps of yuan/t and t."""

    name: str
    need_t: float
    steps: tuple[tuple[float, float], ...]


class Dealing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a source does: t abated by each step, bought, sold, covered at the ceiling; what a tonne is worth to it."""

    abated: tuple[float, ...]
    bought: float
    sold: float
    over: float
    price: float


class TradingProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All trades when each tonne bought costs `each` yuan; `price` is what sellers get; dealings as the sources."""

    each: float
    price: float
    dealings: tuple[Dealing, ...]
    #: Yuan of abatement, the ceiling and trading together.
    cost: float
    bound: float
    gap: float


class PowerRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A firm that sets the price and its fringe: slopes of marginal cost, t emitted without abatement, t given."""

    firm: str
    slope: float
    emission: float
    given: float
    fringe_slope: float
    fringe_emission: float
    fringe_given: float
    abated: float
    fringe_abated: float
    price: float
    cost: float
    competitive_abated: float
    competitive_price: float
    competitive_cost: float


class Frictions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A market of a year, its trades at several costs of trading, and each firm as the one that sets the price."""

    format: Literal["airshed frictions 1"]
    name: str
    ceiling: float
    sources: tuple[SourceRow, ...]
    trading: tuple[TradingProof, ...]
    power: tuple[PowerRow, ...]
    #: SHA-256 of all the rest as canonical JSON (keys sorted, no blanks).
    digest: str
    #: What its figures are; not part of what is proved, nor of the digest.
    provenance: Figures | None = None


def check(text: bytes | str, place: str = "certificate") -> Frictions:
    """The certificate, if it holds. Malformed, naming the first thing that does not, otherwise.

    Of trades: every source covers what it must, no more is bought than sold, the cost, and what no trades cost less
    than. Of power: the market clears, the fringe takes the price, and the firm gains by no other emission.
    """
    return held(text, Frictions, place, _holds, "it does not stand; run airshed lab frictions again")


def _holds(found: Frictions) -> None:
    _case(found)
    for trading in found.trading:
        try:
            _traded(found, trading)
        except DoesNotHold as fault:
            raise DoesNotHold(f"at {trading.each:,.2f} yuan a tonne traded: {fault}") from None
    for row in found.power:
        try:
            _figures(row)
            _dominated(row)
            _competes(row)
        except DoesNotHold as fault:
            raise DoesNotHold(f"{row.firm} as the one that sets the price: {fault}") from None


def _case(found: Frictions) -> None:
    named("sources", [source.name for source in found.sources])
    if not 0 < found.ceiling <= LARGEST:
        raise DoesNotHold("the ceiling is not above zero")
    for source in found.sources:
        steps = [figure for step in source.steps for figure in step]
        if not abs(source.need_t) <= LARGEST or not all(0 <= figure <= LARGEST for figure in steps):
            raise DoesNotHold(f"a figure of {source.name} is below zero or beyond {LARGEST:g}")


def _traded(found: Frictions, trading: TradingProof) -> None:
    """Feasible, of that cost; and at the prices no trades cost less than the bound.

    A tonne is worth no more to anybody than the ceiling, or than a seller's price and the cost of trading it; and no
    less than a seller's price, for it could be sold.
    """
    if not 0 <= trading.each <= LARGEST or not 0 <= trading.price <= LARGEST:
        raise DoesNotHold("a price or cost is below zero")
    if len(trading.dealings) != len(found.sources):
        raise DoesNotHold(f"{len(trading.dealings)} deal of {len(found.sources)} sources")
    cost = bound = scale = bought = sold = 0.0
    for source, deal in zip(found.sources, trading.dealings, strict=True):
        if len(deal.abated) != len(source.steps):
            raise DoesNotHold(f"{source.name} abates by {len(deal.abated)} of {len(source.steps)} steps")
        for tonnes, (_, most) in zip(deal.abated, source.steps, strict=True):
            if not 0 <= tonnes <= most * (1 + ROUNDING):
                raise DoesNotHold(f"{source.name} abates {tonnes:g} t by a step of {most:g}")
        if not all(0 <= each <= LARGEST for each in (deal.bought, deal.sold, deal.over)):
            raise DoesNotHold(f"{source.name} deals in less than nothing")
        sizes = abs(source.need_t) + sum(deal.abated) + deal.bought + deal.sold + deal.over
        left = sum(deal.abated) + deal.bought - deal.sold + deal.over - source.need_t
        if not left >= -ROUNDING * sizes:
            raise DoesNotHold(f"{source.name} lacks {-left:g} t")
        dearest = min(found.ceiling, trading.price + trading.each)
        if not min(trading.price, found.ceiling) * (1 - ROUNDING) <= deal.price <= dearest * (1 + ROUNDING):
            raise DoesNotHold(f"a tonne is worth {deal.price:,.4f} yuan to {source.name}, which nobody would leave so")
        spent = sum(yuan * tonnes for tonnes, (yuan, _) in zip(deal.abated, source.steps, strict=True))
        cost += spent + found.ceiling * deal.over + trading.each * deal.bought
        rent = sum(max(0.0, deal.price - yuan) * most for yuan, most in source.steps)
        bound += deal.price * source.need_t - rent
        scale += abs(deal.price * source.need_t) + rent
        bought, sold = bought + deal.bought, sold + deal.sold
    if trading.price > found.ceiling * (1 + ROUNDING):
        raise DoesNotHold("sellers get more than the ceiling")
    if not bought <= sold * (1 + ROUNDING):
        raise DoesNotHold(f"{bought:g} t are bought, {sold:g} t sold")
    agree("cost", trading.cost, cost, max(1.0, cost))
    agree("bound", trading.bound, bound, max(1.0, scale))
    close(cost, bound, trading.gap, scale + cost, MOST_GAP)


def _figures(row: PowerRow) -> None:
    for name in ("slope", "fringe_slope"):
        if not 0 < getattr(row, name) <= LARGEST:
            raise DoesNotHold(f"its {name} is not above zero")
    for name in row.__struct_fields__[1:]:
        if not 0 <= getattr(row, name) <= LARGEST:
            raise DoesNotHold(f"its {name} is below zero or beyond {LARGEST:g}")
    if not row.abated <= row.emission * (1 + ROUNDING) or not row.competitive_abated <= row.emission * (1 + ROUNDING):
        raise DoesNotHold("it abates more than it emits")


def _fringe(row: PowerRow, emitted: float) -> float:
    """What the fringe abates when the firm emits so much: all that the cap does not leave it."""
    return max(0.0, row.fringe_emission - (row.given + row.fringe_given - emitted))


def _dominated(row: PowerRow) -> None:
    emitted, cap = row.emission - row.abated, row.given + row.fringe_given
    tonnes = row.emission + row.fringe_emission + cap
    agree("abatement of the fringe", row.fringe_abated, _fringe(row, emitted), max(1.0, tonnes))
    agree("price", row.price, row.fringe_slope * row.fringe_abated, max(1.0, row.fringe_slope * tonnes))
    if not emitted <= cap + ROUNDING * tonnes:
        raise DoesNotHold("it emits more than there are allowances")
    whole = 0.5 * (row.slope * row.abated**2 + row.fringe_slope * row.fringe_abated**2)
    agree("cost", row.cost, whole, max(1.0, whole))

    def spends(own: float) -> float:
        """The firm's abatement and what it pays for allowances beyond those it was given."""
        return 0.5 * row.slope * (row.emission - own) ** 2 + row.fringe_slope * _fringe(row, own) * (own - row.given)

    # two parabolas that meet where the price is nothing: the least is at an end, where they meet, or at a bottom
    most = min(row.emission, cap)
    bottom = (row.slope * row.emission + row.fringe_slope * (cap - row.fringe_emission + row.given)) / (
        row.slope + 2 * row.fringe_slope
    )
    for other in (0.0, most, cap - row.fringe_emission, bottom):
        own = min(max(other, 0.0), most)
        scale = row.slope * row.emission**2 + row.fringe_slope * tonnes**2
        if not spends(emitted) <= spends(own) + ROUNDING * max(1.0, scale):
            raise DoesNotHold(
                f"it would pay {spends(own):,.2f} yuan by emitting {own:,.3f} t, not {spends(emitted):,.2f} by emitting"
                f" {emitted:,.3f}"
            )


def _competes(row: PowerRow) -> None:
    """Where nobody sets the price both abate until their marginal cost is the price, or all they emit."""
    emitted, cap = row.emission - row.competitive_abated, row.given + row.fringe_given
    tonnes = row.emission + row.fringe_emission + cap
    fringe = _fringe(row, emitted)
    size = max(1.0, (row.slope + row.fringe_slope) * tonnes)
    if not emitted <= cap + ROUNDING * tonnes:
        raise DoesNotHold("it emits more than there are allowances")
    both = (
        (row.slope * row.competitive_abated, row.competitive_abated >= row.emission * (1 - ROUNDING)),
        (row.fringe_slope * fringe, fringe >= row.fringe_emission * (1 - ROUNDING)),
    )
    for marginal, all_of_it in both:
        short = row.competitive_price - marginal
        if not abs(short) <= ROUNDING * size and not (all_of_it and short > 0):
            raise DoesNotHold(
                f"in competition a marginal cost is {marginal:,.4f} yuan/t at a price of {row.competitive_price:,.4f}"
            )
    whole = 0.5 * (row.slope * row.competitive_abated**2 + row.fringe_slope * fringe**2)
    agree("competitive cost", row.competitive_cost, whole, max(1.0, whole))
