"""Writes the works of a zone from a seed: sources, stacks, baseline years and abatement options, all simulated.

How they are drawn stands in `zone.toml` and `processes.csv`; the facts about real works (`inventory.csv`) are never
read here, so that nothing of a single one can reach what is simulated (docs/decisions/0069). Every source has its own
stream of chance, so that a works added moves no other (but that steel output is scaled).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from airshed.model.near import near
from airshed.model.provenance import SIMULATED
from airshed.model.refusal import Malformed
from airshed.zone.carbon import CO2, fits
from airshed.zone.outlets import SULPHUR, Drawn, Process, ProcessLevel, stacks_of
from airshed.zone.plan import ZonePlan, read_plan
from airshed.zone.rows import read_rows, write_rows
from airshed.zone.siting import Works
from airshed.zone.works import works_of
from airshed.zone.zone import (
    AbatementOption,
    BaselineFigure,
    FuelKind,
    Method,
    PollutantKind,
    ProductFactor,
    SectorKind,
    Stack,
    StackRow,
    Technology,
    TypicalLevel,
    ZoneSource,
    expected_kg,
)

FILES = ("sources.csv", "stacks.csv", "concentrations.csv", "baseline.csv", "abatement_options.csv")
#: By process: fuels with the heat that a product takes of each, from and to, in GJ.
Burns = Mapping[str, Sequence[tuple[FuelKind, float, float]]]
#: How likely a works has a technology already; the dearest of each pollutant nobody has.
INSTALLED_CHANCE = 0.35


def write(folder: Path, seed: int, target: Path | None = None) -> None:
    """Write the generated tables of the zone in `folder` to `target`, or in place: same seed, same bytes.

    Everything is drawn before the first file is written, so malformed input leaves the tables as they were.
    """
    plan = read_plan(folder)
    processes = {each.process: each for each in read_rows(folder / "processes.csv", Process)}
    factors = read_rows(folder / "factors.csv", ProductFactor)
    gases = read_rows(folder / "pollutants.csv", PollutantKind, ("sum_of",))
    sums = {each.pollutant for each in gases if each.sum_of}
    # steps against sums of gases follow when the zone is read, as their masses do
    technologies = [each for each in read_rows(folder / "abatement.csv", Technology) if each.pollutant not in sums]
    pollutants = tuple(each.pollutant for each in gases)
    burns = _burns(plan, folder)
    levels = {(each.process, each.pollutant): each for each in read_rows(folder / "process_levels.csv", ProcessLevel)}
    measured = {pollutant for _, pollutant in levels}
    drawn = Drawn(levels, tuple(each for each in pollutants if each in measured))
    kinds = {each.sector: each for each in read_rows(folder / "sectors.csv", SectorKind)}
    try:
        works = works_of(plan, kinds, processes, seed)
    except KeyError as error:
        place = str(folder / "zone.toml")
        cure = "name a sector, place, class, process or works that is there"
        raise Malformed(place, f"speaks of {error}", cure) from None
    sources: list[ZoneSource] = []
    stacks: list[Stack] = []
    baseline: list[BaselineFigure] = []
    options: list[AbatementOption] = []
    for each in works:
        name = each.source.source
        source = msgspec.structs.replace(
            each.source,
            installed=tuple(_installed(each.source, technologies, random.Random(f"{seed}/{name}/has"))),
        )
        outlets = stacks_of(
            source, each.outlets, processes, drawn, each.sulphur, random.Random(f"{seed}/{name}/stacks")
        )
        own = [stack for stack in outlets if stack.monitors]  # where no gas of the zone is measured, nothing reports
        years = [*_baseline(plan, gases, each, own, factors, burns, f"{seed}/{name}")]
        sources.append(source)
        stacks += own
        baseline += years
        dear = random.Random(f"{seed}/{name}/costs")
        options += _options(source, pollutants, each.sulphur, years, technologies, dear)
    into = folder if target is None else target
    write_rows(into / "sources.csv", ZoneSource, sources)
    write_rows(into / "stacks.csv", StackRow, stacks)
    write_rows(into / "concentrations.csv", TypicalLevel, [level for each in stacks for level in each.levels])
    write_rows(into / "baseline.csv", BaselineFigure, baseline)
    write_rows(into / "abatement_options.csv", AbatementOption, options)


def _burns(plan: ZonePlan, folder: Path) -> Burns:
    """What each process burns of which fuel, per product; `Malformed` for a fuel that the zone does not define."""
    fuels = {each.fuel: each for each in read_rows(folder / "fuels.csv", FuelKind)} if plan.burns else {}
    for name in dict.fromkeys(name for rows in plan.burns.values() for name, _, _ in rows):
        if name not in fuels:
            raise Malformed(f"{folder / 'zone.toml'} [burns]", f"no such fuel {name!r}", near(name, fuels))
    return {process: [(fuels[name], low, high) for name, low, high in rows] for process, rows in plan.burns.items()}


def _applicable(source: ZoneSource, technologies: Sequence[Technology]) -> list[Technology]:
    """The technologies that fit the sector and the process of a works."""
    return [each for each in technologies if fits(source, each)]


def _installed(source: ZoneSource, technologies: Sequence[Technology], luck: random.Random) -> Iterator[str]:
    """What a works has already: an early abater all but the dearest of each pollutant, others by chance."""
    fitting = _applicable(source, technologies)
    for each in fitting:
        drawn = luck.random()
        dearest = max(other.central_per_t for other in fitting if other.pollutant == each.pollutant)
        if each.central_per_t == dearest:
            continue
        if source.role == "early_abater" or drawn < INSTALLED_CHANCE:
            yield each.technology


def _baseline(
    plan: ZonePlan,
    gases: Sequence[PollutantKind],
    works: Works,
    stacks: Sequence[Stack],
    factors: Sequence[ProductFactor],
    burns: Burns,
    seed: str,
) -> Iterator[BaselineFigure]:
    """Verified years: what the stacks should emit, times output and trend; factors where nothing measures; fuel.

    A new entrant has only its first year: a year before it is absent, not zero. Greenhouse gases and fuel have streams
    of chance of their own, so that one more moves nothing else; CO2 itself follows from the fuel when the zone is read.
    """
    by_factor = {each.pollutant: each.factor_g for each in factors if each.sector == works.source.sector}
    luck = random.Random(f"{seed}/baseline")
    apart = {each.pollutant: random.Random(f"{seed}/baseline/{each.pollutant}") for each in gases if each.warms}
    fuels = [
        (fuel, random.Random(f"{seed}/burns/{fuel.fuel}").uniform(low, high))
        for fuel, low, high in burns.get(works.source.process, ())
    ]
    outputs = [1 + luck.uniform(-1, 1) * plan.baseline.output_spread for _ in plan.baseline_years]
    mean = sum(outputs) / len(outputs)
    for year, drawn, trend in zip(plan.baseline_years, outputs, plan.baseline.trend, strict=True):
        output = round(works.output * drawn / mean)
        found: list[tuple[str, int, Method]] = [(works.product, output, "reported")]
        for gas in gases:
            pollutant = gas.pollutant
            noise = 1 + apart.get(pollutant, luck).uniform(-1, 1) * plan.baseline.emission_spread
            masses = [mass for stack in stacks if (mass := expected_kg(stack, pollutant)) is not None]
            if masses:
                kg = round(sum(masses) * output / works.output * trend * noise)
                found.append((pollutant, kg, "measured"))
            elif by_factor.get(pollutant) and pollutant != CO2:
                found.append((pollutant, round(output * by_factor[pollutant] / 1000), "factor"))
        found += [(fuel.fuel, round(output * gj / fuel.ncv_gj), "reported") for fuel, gj in fuels]
        if works.source.role == "new_entrant" and year < plan.entrant_year:
            continue
        for item, amount, method in found:
            yield BaselineFigure(works.source.source, year, item, amount, method, SIMULATED)


def _options(
    source: ZoneSource,
    pollutants: Sequence[str],
    sulphur: bool,
    figures: Sequence[BaselineFigure],
    technologies: Sequence[Technology],
    luck: random.Random,
) -> Iterator[AbatementOption]:
    """The marginal abatement cost curve of a works: cheapest step first, each takes a part of the rest."""
    for pollutant in pollutants:
        if pollutant == SULPHUR and not sulphur:
            continue  # Mass by a default factor does not fall with abatement: measuring comes first.
        emitted = [each.amount for each in figures if each.item == pollutant]
        if not emitted:
            continue
        left = sum(emitted) / len(emitted)
        steps: list[tuple[int, Technology]] = []
        for each in _applicable(source, technologies):
            cost = luck.triangular(each.low_per_t, each.high_per_t, each.central_per_t)
            if each.pollutant == pollutant and each.technology not in source.installed:
                steps.append((round(cost / 10) * 10, each))
        steps.sort(key=lambda step: (step[0], step[1].technology))
        for number, (cost, each) in enumerate(steps, start=1):
            potential = int(left * each.step_percent / 100)
            left -= potential
            yield AbatementOption(source.source, pollutant, number, each.technology, potential, cost, SIMULATED)
