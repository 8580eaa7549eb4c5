"""What all commands share: the kinds of their fields, and the base of their bodies."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from airshed.model import measures
from airshed.model.measures import Unit

LARGEST = measures.LARGEST

#: The name of a thing: an account, a source, a series. `engine.edge` also wants it printable.
Name = Annotated[str, Meta(min_length=1, max_length=100)]
#: A name that may be left out.
Maybe = Annotated[str, Meta(max_length=100)]
#: SHA-256 of a seed and its salt (`airshed.model.seal`), or nothing.
Seal = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?\Z", title="SHA-256, or empty")]
#: A day, or nothing.
MaybeDay = Annotated[str, Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?\Z", title="day, as 2027-12-31, or empty")]
#: A sentence.
Text = Annotated[str, Meta(max_length=2_000)]
#: A count, a price or a sum; whether it may be below zero is for the procedure to say.
Whole = Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]
#: Whole numbers whose names do not say what they count: prices, rent by tonne and year, money, allowances, kilograms.
Price = Annotated[int, Meta(ge=-LARGEST, le=LARGEST, extra={"unit": Unit.FEN_PER_T})]
Rent = Annotated[int, Meta(ge=-LARGEST, le=LARGEST, extra={"unit": Unit.FEN_PER_T_YEAR})]
Money = Annotated[int, Meta(ge=-LARGEST, le=LARGEST, extra={"unit": Unit.FEN})]
Count = Annotated[int, Meta(ge=-LARGEST, le=LARGEST, extra={"unit": Unit.ALLOWANCES})]
Kilograms = Annotated[int, Meta(ge=-LARGEST, le=LARGEST, extra={"unit": Unit.KG})]
Year = Annotated[int, Meta(ge=1970, le=9998)]
#: A day as 2027-12-31; whether the calendar has it is for the procedure to say.
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", title="day, as 2027-12-31")]

#: An hour of standard time by its start, as 2027-12-31T07; whether the calendar has it is for the edge to say.
Hour = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3])\Z", title="hour, as 2027-12-31T07")]

#: The number of an allowance of a series.
Serial = Annotated[int, Meta(ge=1, le=LARGEST)]
#: What a preview warns of, as "lost SO2-KM-2027", and how many allowances it is about.
Known = dict[Annotated[str, Meta(min_length=1, max_length=250)], Count]
#: A share in hundredths of a percent, up to all.
Share = Annotated[int, Meta(ge=0, le=10_000, extra={"unit": Unit.BASIS_POINTS})]
#: The same, of which the procedure says how much it may be.
Part = Annotated[int, Meta(ge=-LARGEST, le=LARGEST, extra={"unit": Unit.BASIS_POINTS})]
#: A number of vintages.
Term = Annotated[int, Meta(ge=1, le=50)]

#: What a representative of an account may; empty for initiate and approve.
May = Literal["", "read", "initiate", "approve"]
Side = Literal["buy", "sell"]
Opinion = Literal["satisfactory", "with comments", "adverse"]


class Wish(msgspec.Struct, frozen=True, tag=True, tag_field="do", forbid_unknown_fields=True, gc=False):
    """What all bodies of commands share: the name of the class is the name of the command."""
