"""Prices that are published here and there in one language, yuan per tonne and year, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from airshed.lab.zones.rows import read_rows
from airshed.market.tenor import annualised, capitalised, implied_yield
from airshed.model.refusal import Malformed

#: The kind of a quote that is no price of a right but the tax itself.
TAX = "environmental tax"
#: What stands in `years` of a right without end.
OPEN = "open"
#: Two prices of a place and pollutant, or of a pollutant, further apart than this are an alarm.
FAR = 3.0


class Quote(msgspec.Struct, frozen=True):
    """A published price, one row of `quotes.csv`.

    `years` is the term of the right, `open` without end, empty where the source does not say. `per_year` says whether
    the price is for each year of it or for all of them; empty with `years`.
    """

    place: str
    pollutant: str
    kind: str
    yuan_per_t: Annotated[float, msgspec.Meta(gt=0, le=1e9)]
    years: Annotated[str, msgspec.Meta(pattern=r"^(open|[1-9][0-9]{0,2})\Z")] | None
    per_year: Literal["yes", "no"] | None
    when: str | None
    source: str
    status: Literal["confirmed", "to confirm"]

    @property
    def term(self) -> float | None:
        """Years of the right, infinite without end; None where nobody says."""
        return None if self.years is None else inf if self.years == OPEN else float(self.years)


@dataclass(frozen=True, slots=True)
class Said:
    """A quote in yuan per tonne and year, and what that is worth at once for a plant's life; None without a term."""

    quote: Quote
    yearly: float | None
    at_once: float | None
    #: The buyer's fee and the tax on the tonne emitted, yuan a year; None where no table says.
    fee: float | None = None
    tax: float | None = None

    @property
    def all_in(self) -> float | None:
        """What emitting a tonne costs a year: right, tax, and fee where one is known; None without a term or a tax."""
        if self.yearly is None or self.tax is None or self.quote.kind == TAX:
            return None
        return self.yearly + (self.fee or 0.0) + self.tax


@dataclass(frozen=True, slots=True)
class Alarm:
    """Two prices of the same tonne and year that lie far apart."""

    low: Said
    high: Said
    times: float
    #: Whether one place contradicts itself.
    inside: bool


def read_quotes(path: Path | None = None) -> tuple[Quote, ...]:
    """Quotes from a CSV, or those that are shipped. Malformed, with line and column, for what is none."""
    found = path or Path(__file__).with_name("quotes.csv")
    quotes = read_rows(found, Quote)
    for line, quote in enumerate(quotes, start=2):
        if (quote.years is None) != (quote.per_year is None):
            raise Malformed(f"{found} line {line}", "years and per_year do not go together", "give both, or neither")
        if quote.years == OPEN and quote.per_year == "yes":
            raise Malformed(f"{found} line {line}", "a price for each year without end", "write years as 1")
    return quotes


def in_one_language(
    quotes: Sequence[Quote],
    rate: float,
    life: float = 20.0,
    fees: Mapping[str, float] | None = None,
    taxes: Mapping[tuple[str, str], float] | None = None,
) -> list[Said]:
    """Each quote as yuan per tonne and year at a rate, and at once for `life` years; None where no term is said.

    `fees` are what a buyer pays in a place, as a part of the value; `taxes` yuan per tonne by place and pollutant.

    >>> floor = Quote("Shanxi", "SO2", "floor", 18_000, "open", "no", "2017", "x", "confirmed")
    >>> [said.yearly for said in in_one_language([floor], 0.08)]
    [1440.0]
    """
    found = []
    for quote in quotes:
        term = quote.term
        yearly = None
        if term is not None:
            yearly = quote.yuan_per_t if quote.per_year == "yes" else annualised(quote.yuan_per_t, term, rate)
        fee = (fees or {}).get(quote.place)
        found.append(
            Said(
                quote,
                yearly,
                None if yearly is None else capitalised(yearly, life, rate),
                None if yearly is None or fee is None else yearly * fee,
                (taxes or {}).get((quote.place, quote.pollutant)),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Yield:
    """The rate at which a price for one year, and one without an end, of the same right are worth the same."""

    yearly: Quote
    endless: Quote
    rate: float


#: The famous pair of two provinces.
FAMOUS = (("Chongqing", "guide price"), ("Shanxi", "floor"))


def yields(quotes: Sequence[Quote]) -> list[Yield]:
    """Of every place that quotes a pollutant both ways, and of the famous pair: P a year over P at once.

    A yield far below what money costs says that the price at once is too high, or the yearly one too low.

    >>> [(y.yearly.place, y.yearly.pollutant, round(100 * y.rate, 3)) for y in yields(read_quotes())]
    [('Zhuzhou', 'SO2', 1.333), ('Zhuzhou', 'NOx', 0.8), ('Chongqing', 'SO2', 5.556)]
    """
    found = []
    for one in quotes:
        for other in quotes:
            mates = one.place == other.place or ((one.place, one.kind), (other.place, other.kind)) == FAMOUS
            both = one.per_year == "yes" and other.years == OPEN and one.kind != TAX
            if mates and both and one.pollutant == other.pollutant:
                found.append(Yield(one, other, implied_yield(one.yuan_per_t, other.yuan_per_t)))
    return sorted(found, key=lambda each: each.yearly.place != each.endless.place)


def alarms(said: Sequence[Said], far: float = FAR) -> list[Alarm]:
    """Where a place contradicts itself by more than `far` times, and where two places do, the farthest pair of each.

    Quotes without a term are left out: they cannot be compared. So are taxes: they are no price of a right.
    """
    found: list[Alarm] = []
    groups: dict[tuple[str, str], list[Said]] = {}
    for each in said:
        if each.yearly is not None and each.quote.kind != TAX:
            groups.setdefault((each.quote.place, each.quote.pollutant), []).append(each)
            groups.setdefault(("", each.quote.pollutant), []).append(each)
    for (place, _), own in groups.items():
        ordered = sorted(own, key=lambda each: each.yearly or 0.0)
        low, high = ordered[0], ordered[-1]
        assert low.yearly is not None
        assert high.yearly is not None
        if high.yearly > far * low.yearly:
            found.append(Alarm(low, high, high.yearly / low.yearly, bool(place)))
    return sorted(found, key=lambda each: (not each.inside, -each.times))
