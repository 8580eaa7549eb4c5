"""The firms of the demo year: what they emit, what abating costs them, what they believe and therefore install.

Everything private to a firm is drawn from its own seeded stream, so that one firm's draws do not move another's.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from airshed.model.period import days_of
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import season_days
from airshed.zone.regulated import regulated
from airshed.zone.zone import BaselineYear, ProductFactor, Zone, ZoneSource, expected_kg, outlets_of

#: How far a firm's belief of the price may lie from the published guide price, as a standard deviation of its log.
BELIEF_SPREAD = 0.18
#: How much production may grow on the last baseline year: mean and standard deviation.
GROWTH, GROWTH_SPREAD = 0.01, 0.04
#: Days of the year between which an installation goes into operation.
FIRST_COMMISSIONING, LAST_COMMISSIONING = 20, 120
#: One firm in this many has little cash: the honest reason for most shortfalls.
SHORT_OF_CASH = 9
FEN_PER_YUAN = 100
DAYS = 365
#: A year without a leap day.
ORDINARY = 2027
#: What is planned for beyond the forecast, in percent: hours that a monitor misses are filled with high values.
MARGIN, HUNDRED = 4, 100


@dataclass(frozen=True, slots=True)
class CostStep:
    """A step of a marginal abatement cost curve: kilograms a year at fen per tonne."""

    technology: str
    potential_kg: int
    cost_fen_per_t: int


@dataclass(slots=True)
class Firm:
    """One source and its operator. Masses are kilograms a year, prices fen per tonne, by pollutant.

    Pollutants have the names of the programme; `owes` gives what monitors call them. `installed` are the steps it has
    decided for, in operation from `from_day` (0 = 1 January). `error` is the factor by which it misjudges prices.
    Masses are those of `season`, the days of the year that count.
    """

    source: ZoneSource
    account: str
    owes: Mapping[str, str]
    output: int
    before_kg: dict[str, int]
    declared: tuple[str, ...]
    steps: dict[str, tuple[CostStep, ...]]
    belief: dict[str, int]
    from_day: int
    cash_fen: int
    patience: float
    rng: random.Random
    error: dict[str, float]
    season: range = range(DAYS)
    installed: dict[str, tuple[CostStep, ...]] = field(default_factory=dict)

    def abated_kg(self, pollutant: str) -> int:
        """Kilograms that its installations take out of the days that count."""
        return sum(step.potential_kg for step in self.installed.get(pollutant, ())) * self._working // len(self.season)

    @property
    def _working(self) -> int:
        """On how many of the days that count what it installs works."""
        return self.season.stop - min(max(self.from_day, self.season.start), self.season.stop)

    def plan(self, pollutant: str) -> list[CostStep]:
        """Its steps as the authority learns of them: in operation for the rest of the year, from which price on."""
        working, days, error = self._working, len(self.season), self.error.get(pollutant, 1.0)
        return [
            CostStep(step.technology, step.potential_kg * working // days, ceil(step.cost_fen_per_t / error))
            for step in self.steps.get(pollutant, ())
        ]

    def forecast_kg(self, pollutant: str) -> int:
        """What it will emit in the year."""
        return max(0, self.before_kg[pollutant] - self.abated_kg(pollutant))

    def next_cost(self, pollutant: str) -> int | None:
        """Cost of the cheapest step not installed, or None when there is none."""
        rest = self.steps.get(pollutant, ())[len(self.installed.get(pollutant, ())) :]
        return rest[0].cost_fen_per_t if rest else None


def guide_price(steps: Sequence[CostStep], need_kg: int) -> int:
    """The shadow price of a cap for one period: cost of the step at which cumulated abatement meets the need.

    Fen per tonne; 0 when nothing must be abated, the dearest step when not all of it can be
    (economics of one zone without banking: price = marginal cost at the cap).

    >>> guide_price([CostStep("a", 10, 500), CostStep("b", 10, 900)], 12)
    900
    """
    if need_kg <= 0:
        return 0
    met = 0
    ordered = sorted(steps, key=lambda step: (step.cost_fen_per_t, step.technology))
    for step in ordered:
        met += step.potential_kg
        if met >= need_kg:
            return step.cost_fen_per_t
    return ordered[-1].cost_fen_per_t if ordered else 0


def firms_of(zone: Zone, seed: int, rules: Rulebook) -> list[Firm]:
    """The firms of a zone under a law before they decide anything, in the order of the inventory."""
    zone = regulated(zone, rules)
    stacks, season = outlets_of(zone), season_of_year(rules)
    counted = len(season) / DAYS
    last = {row.source: row for row in zone.baseline}  # rows are in the order of years
    steps: dict[tuple[str, str], list[CostStep]] = {}
    for option in zone.options:
        steps.setdefault((option.source, option.pollutant), []).append(
            CostStep(option.technology, round(option.potential_kg * counted), option.cost_per_t * FEN_PER_YUAN)
        )
    found: list[Firm] = []
    for source in zone.sources:
        rng = random.Random(f"{seed} firm {source.source}")
        made = last[source.source].output
        if made is None:
            what = f"{source.source} has no output of {last[source.source].year}"
            raise Malformed("baseline.csv", what, "give its output, or take the source out")
        output = round(made * counted * (1 + rng.gauss(GROWTH, GROWTH_SPREAD)))
        mine = stacks.get(source.source, [])
        measured = {pollutant for stack in mine for pollutant in stack.monitors}
        before: dict[str, int] = {}
        declared: list[str] = []
        owes = {rule.code: rule.measured for rule in lookup.owed(rules, source.sector)}
        for code, pollutant in owes.items():
            if pollutant in measured:
                before[code] = round(
                    counted * sum(expected_kg(stack, pollutant) or 0.0 for stack in mine if pollutant in stack.monitors)
                )
            else:
                declared.append(code)
                before[code] = output * per_product_g(zone, source, pollutant, last[source.source]) // 1000
        curves = {
            code: tuple(sorted(steps.get((source.source, pollutant), []), key=lambda step: step.cost_fen_per_t))
            for code, pollutant in owes.items()
        }
        found.append(
            Firm(
                source=source,
                account=source.account,
                owes=owes,
                output=output,
                before_kg=before,
                declared=tuple(declared),
                steps=curves,
                belief={},
                from_day=rng.randint(FIRST_COMMISSIONING, LAST_COMMISSIONING),
                cash_fen=0,
                patience=rng.uniform(0.2, 1.0),
                rng=rng,
                error={code: rng.lognormvariate(0.0, BELIEF_SPREAD) for code in owes},
                season=season,
            )
        )
    return found


def season_of_year(rules: Rulebook) -> range:
    """The days of a year that count, 0 for 1 January; a leap day is left out."""
    days = season_days(rules.calendar, ORDINARY)
    first = days_of(ORDINARY).index(days[0])
    return range(first, first + len(days))


def per_product_g(zone: Zone, source: ZoneSource, pollutant: str, year: BaselineYear) -> int:
    """Grams per product of what no stack measures: what followed from a year's fuel and output, else the factor."""
    kg = year.kg(pollutant)
    if year.method(pollutant) == "balance" and kg is not None and year.output:
        return kg * 1000 // year.output
    return factor_of(zone, source, pollutant).factor_g


def factor_of(zone: Zone, source: ZoneSource, pollutant: str) -> ProductFactor:
    """The emission factor by which a source declares a pollutant that no stack of it measures."""
    for factor in zone.factors:
        if factor.sector == source.sector and factor.pollutant == pollutant:
            return factor
    what = f"no factor for {pollutant} of {source.sector}, which {source.source} does not measure"
    raise Malformed("factors.csv", what, "give the factor with its source, or a monitor in concentrations.csv")


def guide_prices(firms: Sequence[Firm], caps_kg: Mapping[str, int], margin: int = MARGIN) -> dict[str, int]:
    """The guide price of each pollutant that the authority publishes before trading starts.

    It asks for plans and raises the price until, all firms' plans taken together, the cap is met with a margin of so
    many percent. Fen per tonne.
    """
    return {
        pollutant: guide_price(
            [step for firm in firms for step in firm.plan(pollutant)],
            sum(firm.before_kg.get(pollutant, 0) for firm in firms) * (HUNDRED + margin) // HUNDRED - cap,
        )
        for pollutant, cap in caps_kg.items()
    }


def decide_installations(
    firms: Sequence[Firm],
    guide: Callable[[Firm], Mapping[str, int]],
    floor: Mapping[str, int],
    *,
    bought: bool = False,
) -> None:
    """Each firm forms its belief of the price, installs every step that costs less, and sets cash aside.

    A firm that holds the guide price for right is wrong by its own draw: that is where trade comes from. Where most
    of a cap is `bought`, it sets aside twice as much, and who is poor not much less than others do elsewhere.
    """
    for firm in firms:
        poor = firm.rng.randrange(SHORT_OF_CASH) == 0
        cash = 0
        for pollutant, price in guide(firm).items():
            if pollutant not in firm.owes:
                continue
            belief = max(floor[pollutant], round(price * firm.error[pollutant]))
            firm.belief[pollutant] = belief
            firm.installed[pollutant] = tuple(step for step in firm.steps[pollutant] if step.cost_fen_per_t <= belief)
            cash += firm.before_kg[pollutant] * belief // 1000
        plenty, little = (120, 50) if bought else (60, 5)
        firm.cash_fen = cash * (little if poor else plenty) // 100


def level_of(firm: Firm, measured: str) -> float:
    """The factor by which the firm's stacks emit less of what monitors call `measured`, from `from_day` on."""
    code = next((code for code, pollutant in firm.owes.items() if pollutant == measured), None)
    before = firm.before_kg[code] if code is not None else 0
    if code is None or before == 0:
        return 1.0
    out = sum(step.potential_kg for step in firm.installed.get(code, ()))
    return max(0.02, 1 - out / before)
