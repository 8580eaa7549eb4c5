"""What a calculation of the study may use: printed figures, figures of others, the zone, and how it says its result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from airshed.lab.prices.quotes import PublishedPrice, read_quotes
from airshed.lab.study.reading import ProvinceYear, StudyRows, printed
from airshed.model.provenance import Kind
from airshed.mrv.co2 import Fuel
from airshed.zone.factors import shipped_fuels
from airshed.zone.facts import WorksFact, read_facts
from airshed.zone.load import find, load
from airshed.zone.plan import ZonePlan, read_plan
from airshed.zone.quoted import QuotedReading, read_quoted
from airshed.zone.zone import Zone

#: The zone that the study is about.
ZONE: Final = "dianzhong"
PERCENT = Decimal(100)
#: The Herfindahl index of a single firm, as competition offices count it.
ONE_FIRM = 10_000


class Known(NamedTuple):
    """What is known."""

    rows: StudyRows
    zone: Zone
    facts: tuple[WorksFact, ...]
    quoted: tuple[QuotedReading, ...]
    fuels: tuple[Fuel, ...]
    quotes: tuple[PublishedPrice, ...]
    #: How the zone was planned: its cities and counties.
    plan: ZonePlan

    def said(self, figure: str) -> Decimal:
        """What the study prints for a figure."""
        text = next(each.published for each in self.rows.figures if each.figure == figure)
        assert text, figure
        return printed(text).low

    def beside(self, name: str) -> Decimal:
        """A figure of somebody else."""
        return next(each.figure for each in self.rows.beside if each.name == name)

    def year(self, year: int) -> ProvinceYear:
        """A year of the province."""
        return next(each for each in self.rows.province if each.year == year)

    def capacities(self, sector: str) -> list[float]:
        """What the simulated works of a sector could make."""
        return [each.capacity for each in self.zone.sources if each.sector == sector]

    def owned(self, sector: str) -> list[float]:
        """The published capacity of a sector by owner.

        A works without an owner is its own, one whose size nobody says is left out.
        """
        found: dict[str, float] = {}
        for each in self.facts:
            if each.sector == sector and each.capacity is not None:
                owner = each.owner or each.fact
                found[owner] = found.get(owner, 0.0) + each.capacity
        return list(found.values())


class Computed(NamedTuple):
    """A figure as it is computed here, how, and what it rests on besides what the study prints."""

    value: Decimal
    how: str
    of: Kind = "published"
    #: Whether it is counted in the zone, which was built to what is printed.
    built: bool = False


Calculation = Callable[[Known], Computed]
Calculations = Mapping[str, Calculation]


def known(rows: StudyRows) -> Known:
    """What is known of the study and of its zone."""
    folder = find(ZONE)
    zone = load(folder)
    facts = read_facts(folder, [place.code for place in zone.jurisdictions])
    return Known(rows, zone, facts, read_quoted(folder, facts), shipped_fuels(), read_quotes(), read_plan(folder))


def share(part: Decimal, whole: Decimal, of: Kind = "published") -> Computed:
    """A part of a whole in percent.

    >>> share(Decimal("5.89"), Decimal("39.59")).how
    '5.89 / 39.59'
    """
    return Computed(PERCENT * part / whole, f"{part:f} / {whole:f}", of)


def growth(first: Decimal, last: Decimal, years: int) -> Computed:
    """What grows so much in a year, in percent.

    >>> round(growth(Decimal("9.013"), Decimal("18.839"), 5).value, 2)
    Decimal('15.89')
    """
    yearly = PERCENT * ((last / first) ** (Decimal(1) / years) - 1)
    return Computed(yearly, f"({last:f} / {first:f})^(1/{years}) - 1")


def counted(many: int, what: str) -> Computed:
    """How many there are in the simulated zone, which was built to it."""
    return Computed(Decimal(many), f"{what} of the simulated zone", "simulated", built=True)


def hhi(sizes: Iterable[float], of: Kind) -> Computed:
    """The Herfindahl index of sizes, 10,000 for a single firm.

    >>> hhi([1, 1, 2], "simulated").value
    Decimal('3750')
    """
    found = list(sizes)
    index = ONE_FIRM * sum((each / sum(found)) ** 2 for each in found)
    return Computed(Decimal(round(index)), f"10,000 x sum of squared shares of {len(found)}", of)


def largest(sizes: Iterable[float], many: int, of: Kind) -> Computed:
    """The share of the largest in percent."""
    found = sorted(sizes, reverse=True)
    part = Decimal(100 * sum(found[:many]) / sum(found))
    return Computed(part, f"the {many} largest of {len(found)}", of)
