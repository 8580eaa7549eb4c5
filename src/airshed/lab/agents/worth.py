"""What allowances are worth to an agent: a falling staircase from the first one held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from airshed.lab.agents.nouns import AgentOffer
from airshed.lab.season.firms import CostStep
from airshed.model.refusal import Malformed

#: Width of a last block that never ends.
WITHOUT_END = 2**53


@dataclass(frozen=True, slots=True)
class Worth:
    """Blocks of (allowances, fen per tonne), the dearest first: what each next allowance held is worth.

    Malformed if a block is not above zero or worth more than the one before.

    >>> worth = Worth(((2_000, 9_000), (1_000, 4_000)))
    >>> worth.more(1_500), worth.fewer(2_500), worth.of(2_500)
    (AgentOffer(price=9000, count=500), AgentOffer(price=4000, count=500), 20000000)
    """

    blocks: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        for number, (count, price) in enumerate(self.blocks, 1):
            if count <= 0 or price < 0:
                raise Malformed(f"block {number}", f"{count} at {price}", "give a count above zero, a price from zero")
        for number, (before, after) in enumerate(pairwise(self.blocks), 2):
            if after[1] > before[1]:
                what = f"is worth {after[1]}, the one before {before[1]}"
                raise Malformed(f"block {number}", what, "order blocks by falling price")

    def more(self, held: int) -> AgentOffer | None:
        """The block that the next allowance lies in, from there on."""
        end = 0
        for count, price in self.blocks:
            end += count
            if held < end:
                return AgentOffer(price, end - held)
        return None

    def fewer(self, held: int) -> AgentOffer | None:
        """The block that the last allowance held lies in, up to there; what lies beyond all blocks is worth nothing."""
        if held <= 0:
            return None
        start = 0
        for count, price in self.blocks:
            if held <= start + count:
                return AgentOffer(price, held - start)
            start += count
        return AgentOffer(0, held - start)

    def of(self, held: int) -> int:
        """What so many allowances are worth together, in thousandths of a fen."""
        total, left = 0, held
        for count, price in self.blocks:
            taken = min(count, left)
            total += taken * price
            left -= taken
        return total


def rising_cost(slope_fen_per_t: int, units: int, lot: int) -> Worth:
    """A source that emits `units` lots and abates the n-th of them at n times a slope (linear marginal cost).

    With one lot held it abates all but one, so the first allowance saves it the dearest abatement.

    >>> rising_cost(400, 3, 1_000).blocks
    ((1000, 1200), (1000, 800), (1000, 400))
    """
    return Worth(tuple((lot, slope_fen_per_t * place) for place in range(units, 0, -1)))


def of_source(
    emission_kg: int, steps: Sequence[CostStep], choke_fen_per_t: int, spare_fen_per_t: int, spare_kg: int = WITHOUT_END
) -> Worth:
    """A source with steps of abatement: an allowance is worth the step it saves.

    What no step can abate is worth `choke`, the price of a shortfall; a step dearer than that is never taken. Beyond
    its emission, and against any step cheaper than that, an allowance is worth `spare`, what it brings later; the law
    lets no more than `spare_kg` of them be kept.

    >>> of_source(10, [CostStep("a", 4, 500), CostStep("b", 3, 900)], 2_000, 100).blocks[:3]
    ((3, 2000), (3, 900), (4, 500))
    """
    blocks: list[tuple[int, int]] = []
    left = emission_kg
    for step in sorted(steps, key=lambda each: each.cost_fen_per_t):
        width = min(step.potential_kg, left)
        if width > 0:
            blocks.append((width, max(min(step.cost_fen_per_t, choke_fen_per_t), spare_fen_per_t)))
            left -= width
    if left > 0:
        blocks.append((left, max(choke_fen_per_t, spare_fen_per_t)))
    blocks.reverse()
    if spare_fen_per_t > 0 and spare_kg > 0:
        blocks.append((spare_kg, spare_fen_per_t))
    return Worth(tuple(blocks))
