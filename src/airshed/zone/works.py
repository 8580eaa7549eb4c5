"""The works of a zone before their stacks are drawn: classes and numbers from the plan, the rest from the seed.

A works is called by its city, sector and number alone: none of them is, or stands for, a real one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

import msgspec

from airshed.zone.further import further_works
from airshed.zone.outlets import Outlet, Process, operating_share
from airshed.zone.plan import ZonePlan
from airshed.zone.siting import Works, code_of, near_a_seat, shift_of, source_at
from airshed.zone.zone import HOURS_PER_YEAR, Role, SectorKind, ZoneSource

DAYS_PER_YEAR = 365
#: The sectors whose works are drawn here, each in its own way.
CEMENT, STEEL, POWER = "cement", "steel", "power"


def works_of(
    plan: ZonePlan, kinds: Mapping[str, SectorKind], processes: Mapping[str, Process], seed: int
) -> tuple[Works, ...]:
    """Every works of the zone: cement, steel, power, further trades, each in the order of the jurisdictions."""
    works = (
        *_cement(plan, kinds, processes, seed),
        *_steel(plan, kinds, processes, seed),
        *_power(plan, kinds, processes, seed),
        *further_works(plan, kinds, processes, seed),
    )
    groups = {name: group for group, names in plan.groups.items() for name in names}
    for name in {*groups, *plan.captive} - {each.source.source for each in works}:
        raise KeyError(name)
    return tuple(
        msgspec.structs.replace(each, source=msgspec.structs.replace(each.source, group=groups.get(each.source.source)))
        for each in works
    )


def _cement(
    plan: ZonePlan, kinds: Mapping[str, SectorKind], processes: Mapping[str, Process], seed: int
) -> Iterator[Works]:
    """Works of one or two kilns; the largest measure sulphur, a head is listed where a line is large."""
    if plan.cement is None:
        return
    drawn: list[tuple[ZoneSource, list[tuple[str, int]], random.Random]] = []
    for place in plan.jurisdictions:
        for number, lines in enumerate(plan.cement.works.get(place.code, ()), start=1):
            name = code_of(place, kinds[CEMENT], number)
            luck = random.Random(f"{seed}/{name}")
            kilns = [(size, round(luck.uniform(*plan.cement.line_t_d[size]) / 50) * 50) for size in lines]
            source = near_a_seat(
                place,
                kinds[CEMENT],
                number,
                luck,
                capacity=float(sum(t_d for _, t_d in kilns)),
                process="dry kiln",
                start_year=min(luck.randint(*plan.cement.start_year[size]) for size in lines),
                role="early_abater" if name == plan.cement.early_abater else "incumbent",
                note="lines " + " + ".join(f"{t_d} t/d" for _, t_d in kilns),
            )
            drawn.append((source, kilns, luck))
    largest = sorted((source for source, _, _ in drawn), key=lambda source: (-source.capacity, source.source))
    measured = {source.source for source in largest[: plan.cement.measured_sulphur]}
    for source, kilns, luck in drawn:
        outlets: list[Outlet] = []
        output = 0.0
        for number, (size, t_d) in enumerate(kilns, start=1):
            share = operating_share(processes["kiln tail"], luck)
            made = t_d * DAYS_PER_YEAR * share * processes["kiln tail"].load
            output += made
            outlets.append(Outlet("kiln tail", f"kiln tail {number}", f"{number}#窑尾", made, share))
            if size == "L":
                outlets.append(Outlet("kiln head", f"kiln head {number}", f"{number}#窑头", made, share))
        yield Works(source, tuple(outlets), output, source.source in measured, kinds[CEMENT].product)


def _steel(
    plan: ZonePlan, kinds: Mapping[str, SectorKind], processes: Mapping[str, Process], seed: int
) -> Iterator[Works]:
    """Works of the plan's classes; outputs are scaled so that those in operation sum to the plan's."""
    steel = plan.steel
    if steel is None:
        return
    roles: dict[str, Role] = {steel.early_abater: "early_abater", steel.new_entrant: "new_entrant"}
    drawn: list[tuple[ZoneSource, float, random.Random]] = []
    for place in plan.jurisdictions:
        for number, letter in enumerate(steel.works.get(place.code, ()), start=1):
            name = code_of(place, kinds[STEEL], number)
            luck = random.Random(f"{seed}/{name}")
            size = steel.classes[letter]
            role = roles.get(name, "incumbent")
            source = near_a_seat(
                place,
                kinds[STEEL],
                number,
                luck,
                capacity=round(luck.uniform(*size.capacity_t_y), -4),
                process=size.process,
                start_year=luck.randint(*steel.start_year),
                role=role,
                note=None,
            )
            if role == "new_entrant":
                source = msgspec.structs.replace(source, start_year=plan.entrant_year)
            drawn.append((source, luck.uniform(*steel.utilisation), luck))
    operating = sum(source.capacity * used for source, used, _ in drawn if source.role != "new_entrant")
    for source, used, luck in drawn:
        output = source.capacity * used * steel.output_t / operating
        outlets = [*_steel_outlets(source, output, steel.two_strands_from_t, processes, luck)]
        if source.source in plan.captive:
            mw = plan.captive[source.source]
            kind = processes["coal boiler nox200"]
            share = operating_share(kind, luck)
            made = mw * HOURS_PER_YEAR * share * kind.load
            outlets.append(Outlet(kind.process, "captive boiler", "自备锅炉", made, share, note=f"{mw:g} MW"))
        yield Works(source, tuple(outlets), output, True, kinds[STEEL].product)


def _steel_outlets(
    source: ZoneSource, output: float, two_from: int, processes: Mapping[str, Process], luck: random.Random
) -> Iterator[Outlet]:
    """Sinter heads and converter of an integrated works, furnace and reheating of an electric one."""
    if source.process == "EAF":
        for process, en, zh in (
            ("eaf secondary", "electric furnace 1", "1#电炉"),
            ("reheating furnace", "reheating furnace 1", "1#轧钢加热炉"),
        ):
            yield Outlet(process, en, zh, output, operating_share(processes[process], luck))
        return
    strands = 2 if source.capacity >= two_from else 1
    for number in range(1, strands + 1):
        share = operating_share(processes["sinter head"], luck)
        yield Outlet("sinter head", f"sinter head {number}", f"{number}#烧结机头", output / strands, share)
    share = operating_share(processes["converter secondary"], luck)
    yield Outlet("converter secondary", "converter 1 secondary", "1#转炉二次", output, share)


def _power(
    plan: ZonePlan, kinds: Mapping[str, SectorKind], processes: Mapping[str, Process], seed: int
) -> Iterator[Works]:
    """Works of the plan's boilers, a stack each."""
    power = plan.power
    if power is None:
        return
    for place in plan.jurisdictions:
        for number, letters in enumerate(power.works.get(place.code, ()), start=1):
            name = code_of(place, kinds[POWER], number)
            luck = random.Random(f"{seed}/{name}")
            boilers = [power.boilers[letter] for letter in letters]
            ages = random.Random(f"{seed}/{name}/years")
            years = [ages.randint(*each.start_year) for each in boilers]
            seat = luck.randrange(len(place.counties))
            source = source_at(
                place,
                kinds[POWER],
                number,
                seat=seat,
                shift=shift_of(random.Random(f"{seed}/{name}/place")),
                altitude_m=luck.randint(*place.altitude_m),
                capacity=sum(each.mw for each in boilers),
                process="coal power",
                start_year=min(years),
                role="early_abater" if name == power.early_abater else "incumbent",
                note=None,
            )
            outlets: list[Outlet] = []
            output = 0.0
            for place_of, (boiler, year) in enumerate(zip(boilers, years, strict=True), start=1):
                kind = processes[boiler.process]
                share = operating_share(kind, luck)
                made = boiler.mw * HOURS_PER_YEAR * share * kind.load
                output += made
                note = f"{boiler.mw:g} MW, in service {year}"
                outlets.append(Outlet(kind.process, f"boiler {place_of}", f"{place_of}#锅炉", made, share, note=note))
            heat = power.mmbtu_per_mwh
            product = kinds[POWER].product if heat is None else "1000 mmBtu"
            yield Works(source, tuple(outlets), output if heat is None else output * heat / 1000, True, product)
