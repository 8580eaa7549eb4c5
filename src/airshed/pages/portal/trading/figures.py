"""Figures as a market screen writes them: the unit stands in the head."""

from __future__ import annotations

from typing import NamedTuple

from airshed.pages.kit.words import Phrase
from airshed.rulebook.schema import Rulebook


def plain_price(fen: int) -> str:
    """A price per tonne without its unit.

    >>> plain_price(410_000), plain_price(3_050)
    ('4,100.00', '30.50')
    """
    return f"{fen / 100:,.2f}"


def plain_tonnes(count: int, size_kg: int) -> str:
    """Allowances as tonnes without their unit.

    >>> plain_tonnes(2_500, 1), plain_tonnes(40, 1000)
    ('2.5', '40')
    """
    return f"{count * size_kg / 1000:,.3f}".rstrip("0").rstrip(".")


def price_unit(rules: Rulebook) -> Phrase:
    """The unit in which prices stand."""
    return Phrase(f"{rules.currency.name_en}/t", f"{rules.currency.name_zh}/吨")


class PriceChange(NamedTuple):
    """How a price stands to the last close."""

    text: str
    #: "up", "down" or empty.
    way: str


def change_of(price: int, before: int) -> PriceChange:
    """A price beside the last close, in percent.

    >>> change_of(410_000, 400_000), change_of(400_000, 400_000)
    (PriceChange(text='+2.50 %', way='up'), PriceChange(text='0.00 %', way=''))
    """
    part = (price - before) / before * 100
    way = "up" if price > before else "down" if price < before else ""
    return PriceChange(f"{part:+.2f} %" if way else "0.00 %", way)


#: Of what was never traded there is no change.
NO_CHANGE = PriceChange("–", "")
