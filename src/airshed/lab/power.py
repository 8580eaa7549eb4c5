"""Whether somebody could move the price: each firm as the one that sets it, the others as a fringe (Hahn 1984)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from airshed.lab.equilibrium.case import CurveLine
from airshed.lab.equilibrium.frictions import Dominated, dominated
from airshed.lab.positions import SourcePosition
from airshed.model.refusal import Malformed

#: A position that moves the price by more than this is named.
MOVES = 0.05


@dataclass(frozen=True, slots=True)
class MarketSide:
    """One side of such a market: yuan/t for each t, and t."""

    slope: float
    emission: float
    given: float


@dataclass(frozen=True, slots=True)
class FirmPower:
    """A firm's position: t given and t emitted at the competitive price, and what it could do with it.

    `price` is what it would make of the competitive price alone, `excess_yuan` what all abate dearer by.
    """

    firm: str
    given_t: float
    emitted_t: float
    price: float
    excess_yuan: float
    #: The firm's side and the fringe's: slope of the marginal cost, t emitted without abatement, t given.
    own: MarketSide
    fringe: MarketSide
    outcome: Dominated


def concentration(net: Sequence[float]) -> float:
    """The Herfindahl index of one side of the market, 0 to 1: of the sellers, or of the buyers, whichever is higher.

    >>> concentration([5.0, 5.0, -10.0])
    1.0
    """
    found = []
    for side in ([each for each in net if each > 0], [-each for each in net if each < 0]):
        total = sum(side)
        found.append(sum((each / total) ** 2 for each in side) if total else 0.0)
    return max(found)


def bought_at_auction(given_t: dict[str, float], positions: Mapping[str, SourcePosition], auctioned_t: float) -> None:
    """Give what is auctioned to those who lack allowances in competition, by what they lack and no more."""
    lacks = {name: max(0.0, place.emitted_t - given_t[name]) for name, place in positions.items()}
    total = sum(lacks.values())
    for name, lack in lacks.items():
        if total:
            given_t[name] += min(1.0, auctioned_t / total) * lack


def powers(
    positions: Mapping[str, SourcePosition],
    given_t: Mapping[str, float],
    firm_of: Mapping[str, str],
    steps: Sequence[CurveLine],
    price: float,
) -> list[FirmPower]:
    """Every firm with curves through the competitive point, the one that moves the price most first.

    A curve of steps is taken for a line from zero through what is abated at the price: slope = price / abatement. A
    firm or a fringe that abates nothing there has the slope of abating all its steps at their highest cost. What is not
    given to the firm is the fringe's, auctioned allowances too. Malformed for a price of nothing: then nobody needs an
    allowance.
    """
    if not price > 0:
        raise Malformed("price", f"is {price:g}", "give a price above zero")
    firms: dict[str, list[str]] = {}
    for source in positions:
        firms.setdefault(firm_of.get(source, source), []).append(source)
    ladders: dict[str, list[CurveLine]] = {}
    for step in steps:
        ladders.setdefault(step.source, []).append(step)
    found = []
    for firm, own in firms.items():
        others = [source for source in positions if source not in own]
        if not others:
            continue
        mine, theirs = _side(own, positions, ladders, price), _side(others, positions, ladders, price)
        if mine is None or theirs is None:
            continue
        emitted = sum(positions[source].emitted_t for source in own)
        cap = emitted + sum(positions[source].emitted_t for source in others)
        held = min(sum(given_t[source] for source in own), cap)
        outcome = dominated(mine[0], mine[1], held, theirs[0], theirs[1], cap - held)
        sides = MarketSide(*mine, held), MarketSide(*theirs, cap - held)
        excess = outcome.cost - outcome.competitive_cost
        found.append(FirmPower(firm, held, emitted, outcome.price, excess, *sides, outcome))
    return sorted(found, key=lambda each: (-abs(each.price / price - 1), each.firm))


def _side(
    sources: Sequence[str],
    positions: Mapping[str, SourcePosition],
    ladders: Mapping[str, Sequence[CurveLine]],
    price: float,
) -> tuple[float, float] | None:
    """Slope and emission of some sources; None where they can abate nothing at all."""
    before = sum(positions[source].before_t for source in sources)
    abated = before - sum(positions[source].emitted_t for source in sources)
    if abated > 0:
        return price / abated, before
    steps = [step for source in sources for step in ladders.get(source, ())]
    potential = sum(step.potential_t for step in steps)
    if not potential > 0:
        return None
    return max(*(step.cost_yuan_per_t for step in steps), price) / potential, before
