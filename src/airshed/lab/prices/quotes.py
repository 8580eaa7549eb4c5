"""Prices that are published here and there in one language, yuan per tonne and year, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from airshed.market.tenor import annualised, capitalised, implied_yield
from airshed.model.refusal import Malformed
from airshed.zone.rows import read_rows

#: The kind of a quote that is no price of a right but the tax itself.
TAX = "environmental tax"
#: What stands in `years` of a right without end.
OPEN = "open"
#: Two prices of a place and pollutant, or of a pollutant, further apart than this are an alarm.
FAR = 3.0


class PublishedPrice(msgspec.Struct, frozen=True):
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
class AnnualPrice:
    """A quote in yuan per tonne and year, and what that is worth at once for a plant's life; None without a term."""

    quote: PublishedPrice
    yearly: float | None
    at_once: float | None
    #: The buyer's fee, yuan a year, and the tax on the tonne emitted as it is now; None where no table says.
    fee: float | None = None
    tax: float | None = None
    #: What emitting a tonne costs a year: right, tax, and fee where one is known; None without a term or a tax.
    all_in: float | None = None
    #: Between what the yearly price must lie where no term is said: bought without an end, or for a single year.
    at_least: float | None = None
    at_most: float | None = None
    #: Years that were assumed where no term is said.
    assumed: float | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """Two prices of the same tonne and year that lie far apart."""

    low: AnnualPrice
    high: AnnualPrice
    times: float
    #: Whether both are of one place.
    inside: bool
    #: Whether both are said of the same time; prices of other times may only have moved.
    together: bool


def read_quotes(path: Path | None = None) -> tuple[PublishedPrice, ...]:
    """Quotes from a CSV, or those that are shipped. Malformed, with line and column, for what is none."""
    found = path or Path(__file__).with_name("quotes.csv")
    quotes = read_rows(found, PublishedPrice)
    if not quotes:
        raise Malformed(str(found), "has no rows", "give a quote in each row")
    examine(quotes, lambda number: f"{found} line {number + 1}")
    return quotes


def examine(quotes: Sequence[PublishedPrice], place: Callable[[int], str]) -> None:
    """Malformed where a term is half said, or a quote stands twice; `place` names a row, from 1."""
    seen: dict[tuple[str | None, ...], int] = {}
    for number, quote in enumerate(quotes, start=1):
        if (quote.years is None) != (quote.per_year is None):
            raise Malformed(place(number), "years and per_year do not go together", "give both, or neither")
        if quote.years == OPEN and quote.per_year == "yes":
            raise Malformed(place(number), "a price for each year without end", "write years as 1")
        named = (quote.place, quote.pollutant, quote.kind, quote.years, quote.per_year, quote.when)
        if named in seen:
            raise Malformed(
                place(number),
                f"{quote.place} {quote.pollutant} {quote.kind} stands in {place(seen[named])} too",
                "keep one, or tell them apart by kind or when",
            )
        seen[named] = number


def in_one_language(
    quotes: Sequence[PublishedPrice],
    rate: float,
    life: float = 20.0,
    fees: Mapping[str, float] | None = None,
    taxes: Mapping[tuple[str, str], float] | None = None,
    unsaid: float | None = None,
) -> list[AnnualPrice]:
    """Each quote as yuan per tonne and year at a rate, and at once for `life` years; None where no term is said.

    `fees` are what a buyer pays in a place, as a part of the value; `taxes` yuan per tonne by place and pollutant;
    `unsaid` a term in years to assume, paid for once, where none is said.

    >>> floor = PublishedPrice("Shanxi", "SO2", "floor", 18_000, "open", "no", "2017", "x", "confirmed")
    >>> [said.yearly for said in in_one_language([floor], 0.08)]
    [1440.0]
    """
    return [_said(quote, rate, life, (fees or {}).get(quote.place), taxes or {}, unsaid) for quote in quotes]


def _said(
    quote: PublishedPrice,
    rate: float,
    life: float,
    fee: float | None,
    taxes: Mapping[tuple[str, str], float],
    unsaid: float | None,
) -> AnnualPrice:
    tax = None if quote.kind == TAX else taxes.get((quote.place, quote.pollutant))
    term = quote.term or unsaid
    least = most = assumed = None
    if quote.term is None:
        least, most = (annualised(quote.yuan_per_t, years, rate) for years in (inf, 1.0))
        assumed = unsaid
    if term is None:
        return AnnualPrice(quote, None, None, None, tax, None, least, most)
    yearly = quote.yuan_per_t if quote.per_year == "yes" else annualised(quote.yuan_per_t, term, rate)
    paid = None if fee is None or quote.kind == TAX else yearly * fee
    all_in = None if tax is None else yearly + (paid or 0.0) + tax
    return AnnualPrice(quote, yearly, capitalised(yearly, life, rate), paid, tax, all_in, least, most, assumed)


@dataclass(frozen=True, slots=True)
class Yield:
    """The rate at which a price for each year, and one paid at once for some years or without an end, are the same."""

    yearly: PublishedPrice
    once: PublishedPrice
    rate: float


#: The famous pair of two provinces: what is bought by the year, and what once and for all.
FAMOUS = (("Chongqing", "guide price", "SO2"), ("Shanxi", "floor", "SO2"))


def yields(quotes: Sequence[PublishedPrice]) -> list[Yield]:
    """Of every place that quotes a pollutant both ways, and of the famous pair: the rate that makes the two the same.

    A yield far below what money costs says that the price at once is too high, or the yearly one too low.

    >>> [(y.yearly.place, y.yearly.pollutant, round(100 * y.rate, 3)) for y in yields(read_quotes())]
    [('Zhuzhou', 'SO2', 1.333), ('Zhuzhou', 'NOx', 0.8), ('Chongqing', 'SO2', 5.556)]
    """
    found = []
    for one in quotes:
        for other in quotes:
            mates = one.place == other.place or (_name(one), _name(other)) == FAMOUS
            if not mates or one.pollutant != other.pollutant or TAX in (one.kind, other.kind):
                continue
            if one.per_year == "yes" and other.per_year == "no" and other.term is not None:
                found.append(Yield(one, other, implied_yield(one.yuan_per_t, other.yuan_per_t, other.term)))
    return sorted(found, key=lambda each: each.yearly.place != each.once.place)


@dataclass(frozen=True, slots=True)
class Famous:
    """The famous pair: how many times the one figure is the other as said, and as a price a year; the rate at which
    they are the same."""

    once: AnnualPrice
    yearly: AnnualPrice
    said_times: float
    times: float
    equal_rate: float


def famous(said: Sequence[AnnualPrice]) -> Famous | None:
    """Shanxi's 18,000 yuan once and without an end against Chongqing's 1,000 for a year, where both are among quotes.

    >>> pair = famous(in_one_language(read_quotes(), 0.08))
    >>> pair.said_times, pair.times, round(100 * pair.equal_rate, 2)
    (18.0, 1.44, 5.56)
    """
    yearly, once = (next((each for each in said if _name(each.quote) == name), None) for name in FAMOUS)
    if yearly is None or once is None or not yearly.yearly or not once.yearly:
        return None
    if yearly.quote.per_year != "yes" or once.quote.per_year != "no" or once.quote.term is None:
        return None
    asked, paid = once.quote.yuan_per_t, yearly.quote.yuan_per_t
    rate = implied_yield(paid, asked, once.quote.term)
    return Famous(once, yearly, asked / paid, once.yearly / yearly.yearly, rate)


def _name(quote: PublishedPrice) -> tuple[str, str, str]:
    return quote.place, quote.kind, quote.pollutant


def alarms(said: Sequence[AnnualPrice], far: float = FAR) -> list[Alarm]:
    """Where prices of one tonne and year are more than `far` times apart: the farthest pair of a place at one time, of
    a place over time, and of all places. Those of a place at one time come first: they contradict each other.

    Quotes without a term are left out, an assumed one too: they cannot be compared. So are taxes: they are no price of
    a right. Malformed for `far` below one.
    """
    if not far >= 1:
        raise Malformed("far", f"{far:g} times", "give how many times apart, one or more")
    groups: dict[tuple[str, ...], list[AnnualPrice]] = {}
    for each in said:
        quote = each.quote
        if each.yearly is not None and each.assumed is None and quote.kind != TAX:
            names: list[tuple[str, ...]] = [("", quote.pollutant), (quote.place, quote.pollutant)]
            if quote.when is not None:
                names.append((quote.place, quote.pollutant, quote.when))
            for name in names:
                groups.setdefault(name, []).append(each)
    found: dict[tuple[int, int], Alarm] = {}
    for own in groups.values():
        low, high = min(own, key=_yearly), max(own, key=_yearly)
        if _yearly(high) > far * _yearly(low):
            inside = low.quote.place == high.quote.place
            together = low.quote.when is not None and low.quote.when == high.quote.when
            found[id(low), id(high)] = Alarm(low, high, _yearly(high) / _yearly(low), inside, together)
    return sorted(found.values(), key=lambda each: (not each.inside, not each.together, -each.times))


def _yearly(said: AnnualPrice) -> float:
    return said.yearly or 0.0
