"""What the page on the price of a bad meter rests on, and the figures that it is read for."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from airshed.mrv.meter_price import MeterPrice
from airshed.mrv.rules import Law
from airshed.pages.kit.words import YUAN, Phrase


class PriceFacts(msgspec.Struct, frozen=True):
    """A trial of one stack."""

    stack: str
    name: Phrase
    year: int
    seed: int
    price_fen_per_t: int
    #: Every pollutant, scenario and law, in that order.
    prices: tuple[MeterPrice, ...]
    #: What either law rests on.
    cites: tuple[tuple[Law, str], ...]
    #: The command that makes the page again.
    command: str
    money: Phrase = YUAN

    @property
    def pollutants(self) -> list[str]:
        """The pollutants of the trial in their order."""
        return list(dict.fromkeys(each.pollutant for each in self.prices))

    def of(self, pollutant: str) -> list[tuple[MeterPrice, MeterPrice]]:
        """The scenarios of a pollutant, each under HJ 75 and under part 75."""
        own = [each for each in self.prices if each.pollutant == pollutant]
        ours = [each for each in own if each.law == "hj75"]
        theirs = [each for each in own if each.law == "part75"]
        return list(zip(ours, theirs, strict=True))

    def worst(self, law: Law) -> MeterPrice:
        """What costs the works least, or pays it most, per emitted tonne: the loophole of the law."""
        return min(self._under(law), key=_share)

    def dearest(self, law: Law) -> MeterPrice:
        """What costs the works most per emitted tonne."""
        return max(self._under(law), key=_share)

    def paying(self, law: Law) -> Sequence[MeterPrice]:
        """The scenarios in which breaking the meter pays."""
        return [each for each in self._under(law) if each.difference_mg < 0]

    def _under(self, law: Law) -> list[MeterPrice]:
        return [each for each in self.prices if each.law == law]


def _share(price: MeterPrice) -> float:
    return price.difference_mg / price.true_mg if price.true_mg else 0.0
