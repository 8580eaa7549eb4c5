"""The works of a zone before their stacks are drawn: the known as they stand, the rest from the plan."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from airshed.model.allowance import Sector
from airshed.zone.outlets import SYNTHETIC, Outlet, Process, operating_share
from airshed.zone.plan import KnownWorks, Plan, PlannedPlace
from airshed.zone.zone import HOURS_PER_YEAR, Product, Role, Source

DAYS_PER_YEAR = 365


class Works(msgspec.Struct, frozen=True):
    """A works drawn: source, outlets, output of a mean year, whether its sulphur is measured, what output counts."""

    source: Source
    outlets: tuple[Outlet, ...]
    output: float
    sulphur: bool
    product: Product


def works_of(plan: Plan, known: Sequence[KnownWorks], processes: Mapping[str, Process], seed: int) -> tuple[Works, ...]:
    """Every works of the zone: cement, steel, power, each in the order of the jurisdictions."""
    return (
        *_cement(plan, processes, seed),
        *_steel(plan, known, processes, seed),
        *_power(plan, known, processes, seed),
    )


def _cement(plan: Plan, processes: Mapping[str, Process], seed: int) -> Iterator[Works]:
    """Works of one or two kilns; the largest measure sulphur, a head is listed where a line is large."""
    if plan.cement is None:
        return
    drawn: list[tuple[Source, list[tuple[str, int]], random.Random]] = []
    for place in plan.jurisdictions:
        for number, lines in enumerate(plan.cement.works.get(place.code, ()), start=1):
            name = f"{place.code}-CEM-{number:02d}"
            luck = random.Random(f"{seed}/{name}")
            kilns = [(size, round(luck.uniform(*plan.cement.line_t_d[size]) / 50) * 50) for size in lines]
            source = _synthetic(
                name,
                place,
                Sector.CEMENT,
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
        yield Works(source, tuple(outlets), output, source.source in measured, "t clinker")


def _steel(plan: Plan, known: Sequence[KnownWorks], processes: Mapping[str, Process], seed: int) -> Iterator[Works]:
    """The known works and the synthetic; outputs are scaled so that those in operation sum to the plan's."""
    steel = plan.steel
    if steel is None:
        return
    roles: dict[str, Role] = {steel.early_abater: "early_abater", steel.new_entrant: "new_entrant"}
    drawn: list[tuple[Source, float, random.Random]] = []
    for place in plan.jurisdictions:
        there = [works for works in known if works.sector is Sector.STEEL and works.jurisdiction == place.code]
        for works in there:
            luck = random.Random(f"{seed}/{works.source}")
            size = works.capacity or round(luck.uniform(*steel.capacity_t_y[works.process]), -4)
            started = works.start_year or luck.randint(*steel.start_year)
            role = roles.get(works.source, "incumbent")
            source = _real(works, place, luck, capacity=size, start_year=started, role=role)
            drawn.append((source, luck.uniform(*steel.utilisation), luck))
        for number, process in enumerate(steel.works.get(place.code, ()), start=len(there) + 1):
            name = f"{place.code}-STL-{number:02d}"
            luck = random.Random(f"{seed}/{name}")
            source = _synthetic(
                name,
                place,
                Sector.STEEL,
                luck,
                capacity=round(luck.uniform(*steel.capacity_t_y[process]), -4),
                process=process,
                start_year=luck.randint(*steel.start_year),
                role=roles.get(name, "incumbent"),
                note=None,
            )
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
            note = f"the paper names this boiler for exceedances; its {mw:g} MW are synthetic"
            outlets.append(Outlet(kind.process, "captive plant boiler", "自备电厂锅炉", made, share, note=note))
        yield Works(source, tuple(outlets), output, True, "t crude steel")


def _steel_outlets(
    source: Source, output: float, two_from: int, processes: Mapping[str, Process], luck: random.Random
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
    named = source.source == "YX-STL-01"
    note = "the paper names converter 1 for dust of 38.34 mg/m3 in February 2018" if named else None
    yield Outlet("converter secondary", "converter 1 secondary", "1#转炉二次", output, share, note=note)


def _power(plan: Plan, known: Sequence[KnownWorks], processes: Mapping[str, Process], seed: int) -> Iterator[Works]:
    """The known companies, a stack a boiler."""
    power = plan.power
    if power is None:
        return
    for place in plan.jurisdictions:
        for works in known:
            if works.sector is not Sector.POWER or works.jurisdiction != place.code:
                continue
            luck = random.Random(f"{seed}/{works.source}")
            boilers = works.boilers() or power.synthetic_boilers
            role: Role = "early_abater" if works.source == power.early_abater else "incumbent"
            size = works.capacity or sum(each.mw for each in boilers)
            source = _real(works, place, luck, capacity=size, start_year=min(each.year for each in boilers), role=role)
            outlets: list[Outlet] = []
            output = 0.0
            for boiler in boilers:
                older = boiler.year < 2004 or works.fuel == "anthracite"
                kind = processes[power.older if older else power.bed if works.fuel == "lignite" else power.process]
                share = operating_share(kind, luck)
                made = boiler.mw * HOURS_PER_YEAR * share * kind.load
                output += made
                named = works.source == "QJ-PWR-03" and boiler.number in ("8", "12")
                outlets.append(
                    Outlet(
                        kind.process,
                        f"boiler {boiler.number}",
                        f"{boiler.number}#锅炉",
                        made,
                        share,
                        origin=f"boiler: {works.origin}; figures: {SYNTHETIC}" if works.parts else SYNTHETIC,
                        note=f"{boiler.mw:g} MW, in service {boiler.year}"
                        + ("; the paper names it for exceedances in February 2018" if named else ""),
                    )
                )
            heat = power.mmbtu_per_mwh
            product: Product = "MWh" if heat is None else "1000 mmBtu"
            yield Works(source, tuple(outlets), output if heat is None else output * heat / 1000, True, product)


def _synthetic(
    name: str,
    place: PlannedPlace,
    sector: Sector,
    luck: random.Random,
    *,
    capacity: float,
    process: str,
    start_year: int,
    role: Role,
    note: str | None,
) -> Source:
    """A works that no open source gives, set down near a county seat."""
    county, county_zh, lon, lat = place.counties[(int(name[-2:]) - 1) % len(place.counties)]
    kind_en, kind_zh = {Sector.CEMENT: ("cement", "水泥"), Sector.STEEL: ("steel", "钢铁")}[sector]
    return Source(
        source=name,
        name_en=f"{county} {kind_en} works {name[-2:]} (synthetic)",
        name_zh=f"{county_zh}{kind_zh}{name[-2:]}厂（合成）",
        jurisdiction=place.code,
        county=county,
        sector=sector,
        account=name.lower(),
        group=None,
        capacity=capacity,
        capacity_measure="t clinker/d" if sector is Sector.CEMENT else "t crude steel/y",
        capacity_origin=SYNTHETIC,
        process=process,
        start_year=start_year,
        lat=round(lat + luck.uniform(-0.03, 0.03), 4),
        lon=round(lon + luck.uniform(-0.03, 0.03), 4),
        coordinate_accuracy="synthetic",
        altitude_m=luck.randint(*place.altitude_m),
        status=SYNTHETIC,
        role=role,
        installed=(),
        origin=SYNTHETIC,
        note=note,
    )


def _real(
    works: KnownWorks,
    place: PlannedPlace,
    luck: random.Random,
    *,
    capacity: float,
    start_year: int,
    role: Role,
) -> Source:
    """A real works as it stands; what is not known of it is drawn, and its accuracy or origin says so."""
    county, _, lon, lat = place.counties[luck.randrange(len(place.counties))]
    return Source(
        source=works.source,
        name_en=works.name_en,
        name_zh=works.name_zh or works.name_en,
        jurisdiction=works.jurisdiction,
        county=works.county or county,
        sector=works.sector,
        account=works.source.lower(),
        group=works.group,
        capacity=capacity,
        capacity_measure=works.capacity_measure,
        capacity_origin=SYNTHETIC if works.capacity is None else works.origin,
        process=works.process,
        start_year=start_year,
        lat=lat if works.lat is None else works.lat,
        lon=lon if works.lon is None else works.lon,
        coordinate_accuracy=works.coordinate_accuracy,
        altitude_m=luck.randint(*place.altitude_m),
        status=works.status,
        role=role,
        installed=(),
        origin=works.origin,
        note=works.note,
    )
