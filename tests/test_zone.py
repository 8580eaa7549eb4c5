"""The zone as data: what the paper counts, what the stacks emit, and what a spoiled table is told."""

from __future__ import annotations

import csv
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from airshed.model.refusal import Malformed
from airshed.rulebook.load import load as load_law
from airshed.rulebook.shipped import shipped
from airshed.rulebook.tables import Benchmark, Limit
from airshed.zone import facts, inventory
from airshed.zone.activities import activity_lines, zone_activities
from airshed.zone.begin import NAMED, begin
from airshed.zone.caps import unknown
from airshed.zone.convert import COSTS, GONE, convert
from airshed.zone.load import known_to, load, read
from airshed.zone.outlets import Process, ProcessLevel, local_pressure_kpa
from airshed.zone.plan import read_plan
from airshed.zone.regulated import regulated
from airshed.zone.rows import read_rows, read_table, write_rows
from airshed.zone.tables import FILES, read_tables
from airshed.zone.zone import (
    AbatementOption,
    BaselineFigure,
    BaselineYear,
    ProductFactor,
    Stack,
    StackRow,
    Technology,
    TypicalLevel,
    Zone,
    ZoneSource,
    dry_flow_m3_h,
    expected_kg,
    known_kg,
)

FOLDER = shipped("zones", "dianzhong")
RULES = shipped("rulebooks", "dianzhong")
LAW = load_law(RULES)
MEASURED = ("SO2", "NOx", "PM")


@pytest.fixture(scope="module")
def whole() -> Zone:
    """Every works of the zone, those of further trades too."""
    return load(FOLDER)


@pytest.fixture(scope="module")
def zone(whole: Zone) -> Zone:
    """What the law of the zone regulates of it."""
    return regulated(whole, LAW)


def kg_of(years: Sequence[BaselineYear], pollutant: str) -> list[int]:
    """What is known of some years; all of it, for nothing that the law regulates in a shipped zone is not known."""
    known = [kg for year in years if (kg := year.kg(pollutant)) is not None]
    assert len(known) == len(years)
    return known


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "zone"))


def test_the_generated_tables_come_again_byte_for_byte(tmp_path: Path) -> None:
    inventory.write(FOLDER, read_plan(FOLDER).seed, tmp_path)

    for name in inventory.FILES:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_another_seed_moves_the_figures_and_neither_codes_nor_names(tmp_path: Path, whole: Zone) -> None:
    inventory.write(FOLDER, 7, tmp_path)
    others = read_rows(tmp_path / "sources.csv", ZoneSource)

    assert (tmp_path / "stacks.csv").read_bytes() != (FOLDER / "stacks.csv").read_bytes()
    assert [(each.source, each.name_en, each.name_zh) for each in others] == [
        (each.source, each.name_en, each.name_zh) for each in whole.sources
    ]


def test_the_works_are_drawn_without_the_facts(tmp_path: Path, copied: Path) -> None:
    """Whatever the inventory says of real works, nothing of it reaches what is simulated."""
    (copied / facts.FILE).unlink()
    inventory.write(copied, read_plan(FOLDER).seed, tmp_path)

    for name in inventory.FILES:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_a_table_read_and_written_is_the_same_table(tmp_path: Path, whole: Zone) -> None:
    write_rows(tmp_path / "stacks.csv", StackRow, whole.stacks)

    assert (tmp_path / "stacks.csv").read_bytes() == (FOLDER / "stacks.csv").read_bytes()


def test_the_zone_has_the_papers_27_cement_19_steel_and_10_power_companies(zone: Zone) -> None:
    sectors = Counter(source.sector for source in zone.sources)

    assert sectors == {"cement": 27, "steel": 19, "power": 10}
    assert [place.code for place in zone.jurisdictions] == ["KM", "QJ", "YX", "CX", "HH"]
    assert {source.jurisdiction for source in zone.sources} == {"KM", "QJ", "YX", "CX", "HH"}
    assert 100 <= len(zone.stacks) <= 120


def test_eleven_cement_works_have_their_sulphur_measured(zone: Zone) -> None:
    cement = {source.source for source in zone.sources if source.sector == "cement"}
    by_monitor = {stack.source for stack in zone.stacks if stack.source in cement and "SO2" in stack.monitors}
    by_method = {year.source for year in zone.baseline if year.source in cement and year.method("SO2") == "measured"}

    assert len(by_monitor) == 11
    assert by_monitor == by_method
    assert all(
        option.source in by_monitor for option in zone.options if option.source in cement and option.pollutant == "SO2"
    )


def test_kilns_follow_the_papers_size_classes(zone: Zone) -> None:
    """2009-2016: 51 lines of 2,000-3,999 t/d with 40.77 Mt, 14 larger with 20.46 Mt, 5 smaller with 2.23 Mt."""
    lines = [
        int(line.removesuffix(" t/d"))
        for source in zone.sources
        if source.sector == "cement"
        for line in str(source.note).removeprefix("lines ").split(" + ")
    ]
    large = [line for line in lines if line >= 4000]
    medium = [line for line in lines if 2000 <= line < 4000]

    assert sum(large) / sum(lines) == pytest.approx(20.46 / 63.46, abs=0.02)
    assert sum(medium) / sum(lines) == pytest.approx(40.77 / 63.46, abs=0.02)
    assert sum(large) / len(large) == pytest.approx(20.46e6 / 14 / 310, rel=0.03)
    assert sum(medium) / len(medium) == pytest.approx(40.77e6 / 51 / 310, rel=0.03)
    assert len(large) / len(lines) == pytest.approx(14 / 70, abs=0.02)


def test_clinker_capacity_is_shared_out_as_in_the_prefectures(zone: Zone) -> None:
    plan = read_plan(FOLDER).cement
    assert plan is not None
    weights = plan.clinker_kt_2020
    capacity = Counter[str]()
    for source in zone.sources:
        if source.sector == "cement":
            capacity[source.jurisdiction] += int(source.capacity)

    for code, weight in weights.items():
        assert capacity[code] / capacity.total() == pytest.approx(weight / sum(weights.values()), abs=0.06), code


def test_steel_output_is_the_papers_share_of_2015(zone: Zone) -> None:
    entrants = {source.source for source in zone.sources if source.role == "new_entrant"}
    made = sum(year.output or 0 for year in zone.baseline if "-STL-" in year.source and year.source not in entrants)

    assert made / 3 == pytest.approx(14.181e6 * 19 / 22, rel=0.001)


def test_a_works_is_called_by_its_city_sector_and_number_and_is_simulated(whole: Zone) -> None:
    names = {source.source: (source.name_en, source.name_zh) for source in whole.sources}

    assert names["QJ-PWR-03"] == ("Qujing power works 3", "曲靖火电3号")
    assert names["KM-CEM-01"] == ("Kunming cement works 1", "昆明水泥1号")
    assert names["HH-STL-02"] == ("Honghe counties steel works 2", "红河七县市钢铁2号")
    assert len(set(names.values())) == 82
    for source in whole.sources:
        words = {source.origin, source.capacity_origin, source.status, source.coordinate_accuracy}
        assert words == {"simulated"}, source.source
    assert {stack.origin for stack in whole.stacks} == {"simulated"}
    assert (
        {each.origin for year in whole.baseline for each in year.figures}
        == {option.origin for option in whole.options}
        == {"simulated"}
    )


def test_no_works_can_be_told_for_a_real_one(whole: Zone) -> None:
    """Of each city and sector: another capacity than any real works there, another place, a number of its own."""
    known = facts.read_facts(FOLDER, [place.code for place in whole.jurisdictions])
    codes = {source.source for source in whole.sources}
    for fact in known:
        assert fact.fact not in codes
        for source in whole.sources:
            if (source.jurisdiction, source.sector) == (fact.jurisdiction, fact.sector):
                assert source.capacity != fact.capacity, (source.source, fact.fact)
            assert (round(source.lat, 2), round(source.lon, 2)) != (round(fact.lat or 0, 2), round(fact.lon or 0, 2))
    owners = {fact.owner for fact in known}
    assert not owners & {source.group for source in whole.sources if source.group}


def test_what_is_carried_over_is_what_a_city_has_of_a_sector(zone: Zone) -> None:
    """Power as the inventory has it, and a tenth company; steel with a mean works for each that has no capacity."""
    known = facts.read_facts(FOLDER, [place.code for place in zone.jurisdictions])
    for place in zone.jurisdictions:
        for sector, most_unknown in (("power", 600.0), ("steel", 900_000.0)):
            works = [each.capacity for each in zone.sources if (each.jurisdiction, each.sector) == (place.code, sector)]
            real = [each.capacity for each in known if (each.jurisdiction, each.sector) == (place.code, sector)]
            there = sum(each or 0 for each in real)
            unknown = len(works) - len([each for each in real if each is not None])
            assert len(works) >= len(real)
            assert there <= sum(works) <= there + most_unknown * unknown, (place.code, sector)


def test_every_fact_has_its_source_and_the_file_is_read_strictly(copied: Path, zone: Zone) -> None:
    places = [place.code for place in zone.jurisdictions]
    known = facts.read_facts(FOLDER, places)

    assert len(known) == 21
    assert all(each.origin.startswith("GEM Global") and each.origin.endswith("CC BY 4.0") for each in known)
    text = (copied / facts.FILE).read_text("utf-8")
    for old, new, words in (
        ("F02,", "F01,", "'F01' stands there already"),
        (",QJ,Fuyuan", ",XX,Fuyuan", "no such jurisdiction 'XX'"),
        ('"GEM Global Coal Plant Tracker, July 2024, CC BY 4.0"', '" "', "column origin: the cell is empty"),
    ):
        (copied / facts.FILE).write_text(text.replace(old, new, 1), "utf-8")
        with pytest.raises(Malformed, match=words):
            facts.read_facts(copied, places)
    (copied / facts.FILE).unlink()
    assert facts.read_facts(copied, places) == ()


def test_the_baseline_is_what_the_stacks_are_expected_to_emit(zone: Zone) -> None:
    for source in zone.sources:
        years = [year for year in zone.baseline if year.source == source.source]
        tolerance = 0.05 if source.role == "new_entrant" else 0.03
        for pollutant in MEASURED:
            masses = [
                mass
                for stack in zone.stacks
                if stack.source == source.source and (mass := expected_kg(stack, pollutant)) is not None
            ]
            mean = sum(kg_of(years, pollutant)) / len(years)
            if masses:
                assert mean == pytest.approx(sum(masses), rel=tolerance), (source.source, pollutant)
            else:
                assert pollutant == "SO2"
                factor = next(each.factor_g for each in zone.factors if each.pollutant == "SO2") / 1000
                assert kg_of(years, "SO2") == [round((year.output or 0) * factor) for year in years]


def test_voc_is_output_times_the_factor_of_the_sector(zone: Zone) -> None:
    sectors = {source.source: source.sector for source in zone.sources}
    factors = {factor.sector: factor for factor in zone.factors if factor.pollutant == "VOC"}

    for year in zone.baseline:
        factor = factors[sectors[year.source]]
        assert year.product == factor.product
        assert year.kg("VOC") == round((year.output or 0) * factor.factor_g / 1000)


def test_power_stays_under_the_mass_that_its_limits_allow(zone: Zone) -> None:
    """Plausibility: capacity x 5,500 h x 3.5 m3/kWh x limit is the permit quantity; works emit less, not nothing."""
    limits = {(each.limit_set, each.pollutant): each.limit_mg_m3 for each in read_rows(RULES / "limits.csv", Limit)}
    for source in zone.sources:
        if source.sector != "power" or source.role == "early_abater":
            continue
        years = [year for year in zone.baseline if year.source == source.source]
        sets = [stack.limit_set for stack in zone.stacks if stack.source == source.source]
        for pollutant in MEASURED:
            limit = sum(limits[each, pollutant] for each in sets) / len(sets)
            allowed_kg = source.capacity * 5500 * 3500 * limit * 1e-6
            mean = sum(kg_of(years, pollutant)) / len(years)
            assert 0.25 < mean / allowed_kg < 0.95, (source.source, pollutant)


def test_typical_levels_keep_the_limit_that_applies(zone: Zone) -> None:
    limits = {(each.limit_set, each.pollutant): each for each in read_rows(RULES / "limits.csv", Limit)}
    for stack in zone.stacks:
        for pollutant in stack.monitors:
            limit = limits[stack.limit_set, pollutant]
            typical = stack.typical_mg_m3(pollutant)
            assert typical is not None
            if limit.reference_o2_percent is not None:  # as the latest row of the law has it
                typical *= (21 - limit.reference_o2_percent) / (21 - stack.o2_percent)
            assert 0 < typical < limit.limit_mg_m3, (stack.stack, pollutant)


def test_benchmarks_stay_under_the_quota_and_name_the_product_of_the_baseline(zone: Zone) -> None:
    products = {each.sector: each.product for each in zone.sectors}
    rows = read_rows(RULES / "benchmarks.csv", Benchmark)

    assert {(row.sector, row.pollutant) for row in rows} == {
        (sector.code, rule.code) for sector in LAW.sectors for rule in LAW.pollutants
    }
    for row in rows:
        assert 0 < row.benchmark_g < row.quota_g
        assert row.product == products[row.sector]


def test_whoever_abated_early_emits_least_of_its_sector(zone: Zone) -> None:
    for sector in (each.code for each in LAW.sectors):
        rate: dict[str, float] = {}
        early = ""
        for source in zone.sources:
            if source.sector == sector and source.process != "EAF":
                years = [year for year in zone.baseline if year.source == source.source]
                rate[source.source] = sum(kg_of(years, "NOx")) / sum(year.output or 0 for year in years)
                early = source.source if source.role == "early_abater" else early
        assert min(rate, key=lambda name: rate[name]) == early


def test_a_new_entrant_has_no_year_before_it_rather_than_a_zero(zone: Zone) -> None:
    entrants = [source.source for source in zone.sources if source.role == "new_entrant"]
    years = {source.source: [y.year for y in zone.baseline if y.source == source.source] for source in zone.sources}

    assert entrants == ["QJ-STL-04"]
    assert years.pop("QJ-STL-04") == [2026]
    assert all(each == [2024, 2025, 2026] for each in years.values())


def test_a_cost_curve_rises_and_takes_less_than_all(zone: Zone) -> None:
    for source in zone.sources:
        for pollutant in (rule.measured for rule in LAW.pollutants):
            steps = [o for o in zone.options if o.source == source.source and o.pollutant == pollutant]
            years = kg_of([year for year in zone.baseline if year.source == source.source], pollutant)
            assert [step.step for step in steps] == list(range(1, len(steps) + 1))
            costs = [step.cost_per_t for step in steps]
            assert costs == sorted(costs)
            assert sum(step.potential_kg for step in steps) < sum(years) / len(years)
            assert not {step.technology for step in steps} & set(source.installed)


def test_a_cut_of_a_tenth_is_within_reach_of_every_pollutant(zone: Zone) -> None:
    for pollutant in (rule.measured for rule in LAW.pollutants):
        mean = sum(kg_of(zone.baseline, pollutant)) / 3
        assert sum(o.potential_kg for o in zone.options if o.pollutant == pollutant) > 0.2 * mean


def test_sources_lie_inside_the_outline_of_their_jurisdiction_and_in_no_other(whole: Zone) -> None:
    for source in whole.sources:
        found = [outline.code for outline in whole.outlines if _inside(source.lon, source.lat, outline.ring)]
        assert found == [source.jurisdiction], source.source
    assert all(outline.schematic and outline.ring[0] == outline.ring[-1] for outline in whole.outlines)


def test_outlines_do_not_overlap(zone: Zone) -> None:
    luck = random.Random(1)
    for _ in range(2000):
        lon, lat = luck.uniform(100.5, 105), luck.uniform(23, 27.1)
        assert sum(_inside(lon, lat, outline.ring) for outline in zone.outlines) <= 1, (lon, lat)


def _inside(lon: float, lat: float, ring: tuple[tuple[float, float], ...]) -> bool:
    """Even-odd rule."""
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def test_pressure_is_that_of_the_altitude(whole: Zone) -> None:
    altitude = {source.source: source.altitude_m for source in whole.sources}
    for stack in whole.stacks:
        assert 1100 <= altitude[stack.source] <= 2300
        assert stack.pressure_kpa == pytest.approx(local_pressure_kpa(altitude[stack.source]), abs=0.006)


def test_a_stack_of_round_figures_emits_what_the_hand_computes(zone: Zone) -> None:
    stack = Stack(
        **{name: getattr(zone.stacks[0], name) for name in Stack.__struct_fields__}
        | {"area_m2": 10.0, "velocity_m_s": 10.0, "temperature_c": 273.0, "humidity_percent": 0.0}
        | {"pressure_kpa": 101.325, "levels": (TypicalLevel("s", "SO2", 100.0),), "operating_share": 0.5}
    )

    assert dry_flow_m3_h(stack) == 180_000
    assert expected_kg(stack, "SO2") == pytest.approx(180_000 * 100e-6 * 4380)
    assert expected_kg(stack, "VOC") is None


def _swap(name: str, old: str, new: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new, 1), "utf-8")

    return spoil


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "stacks.csv").unlink(), ["stacks.csv", "missing"]),
        (lambda folder: (folder / "stacks.csv").write_bytes(b"\xff\xfe"), ["stacks.csv", "UTF-8"]),
        (_swap("sources.csv", "source,name_en", "source,nom_en"), ["sources.csv line 1", "'name_en' is missing"]),
        (_swap("sources.csv", ",lat,lon,", ",lon,lat,"), ["sources.csv line 1", "another order"]),
        (
            _swap("stacks.csv", ",simulated,,\n", ",simulated,,CO:wet\n"),
            ["stacks.csv line", "reported", "'CO:wet' names"],
        ),
        (_swap("stacks.csv", ",simulated,,\n", ",simulated,,PM:hot\n"), ["reported", "wet, actual or actual+wet"]),
        (_swap("stacks.csv", ",simulated,,\n", ",simulated,,O2:actual\n"), ["reported", "say wet;"]),
        (
            _swap("stacks.csv", ",simulated,,\n", ",simulated,,PM:wet PM:actual\n"),
            ["reported", "PM stands there twice"],
        ),
        (_swap("sources.csv", ",24.9596,", ",far,"), ["sources.csv line 2 column lat", "'far'"]),
        (_swap("sources.csv", ",24.9596,", ",nan,"), ["sources.csv line 2 column lat", "nan"]),
        (_swap("sources.csv", ",24.9596,", ",249.596,"), ["sources.csv line 2 column lat", "90"]),
        (_swap("sources.csv", ",24.9596,", ",,"), ["sources.csv line 2 column lat", "empty"]),
        (_swap("sources.csv", ",24.9596,", ","), ["sources.csv line 2", "21 cells for 22 columns"]),
        (_swap("sources.csv", "KM-CEM-02,", "KM-CEM-01,"), ["sources.csv line 3 column source", "line 2"]),
        (_swap("sources.csv", ",KM,Anning", ",XX,Anning"), ["sources.csv line 2 column jurisdiction", "'XX'"]),
        (_swap("sources.csv", "cement-nox-staged", "magic"), ["line 2 column installed", "'magic'"]),
        (_swap("concentrations.csv", "A,SO2,", "A,SOOT,"), ["concentrations.csv line 2 column pollutant", "'SOOT'"]),
        (_swap("concentrations.csv", "A,SO2,", "A,NOx,"), ["line 3 column stack and pollutant", "line 2 already"]),
        (_swap("concentrations.csv", "KM-CEM-01-A,SO2,", "KM-CEM-01-X,SO2,"), ["line 2 column stack", "01-X"]),
        (_swap("stacks.csv", "A,KM-CEM-01,", "A,KM-CEM-99,"), ["line 2 column source", "KM-CEM-99"]),
        (_swap("stacks.csv", "1B4481CF", "1B4481C"), ["stacks.csv line 2 column mn", "24 hex"]),
        (_swap("baseline.csv", ",2024,", ",2019,"), ["baseline.csv line 2 column year", "2019"]),
        (_swap("baseline.csv", ",2025,", ",2024,"), ["baseline.csv line 8", "KM-CEM-01 2024"]),
        (_swap("baseline.csv", "t clinker,", "t clinker,-"), ["baseline.csv line 2 column amount", ">= 0"]),
        (_swap("baseline.csv", "t clinker,", "t clinkr,"), ["line 2 column item", "neither a product nor a pollutant"]),
        (_swap("baseline.csv", "SO2,431689", "MWh,431689"), ["line 3 column item", "an output of 2024 in line 2"]),
        (
            _swap("sources.csv", ",cement,km", ",cemnt,km"),
            ["sources.csv line 2 column sector", "did you mean 'cement'"],
        ),
        (_swap("sources.csv", "7350,t clinker/d", "7350,MW"), ["line 2 column capacity_measure", "t clinker/d"]),
        (_swap("stacks.csv", ",cement,gb", ",cemen,gb"), ["stacks.csv line 2 column profile", "'cemen'"]),
        (_swap("profiles.csv", "power,1.1 1.06 ", "power,1.1 "), ["profiles.csv line 2 column months", "11 figures"]),
        (_swap("profiles.csv", ",60,620,", ",60,20,"), ["profiles.csv line 2 column stop_hours_high", "shortest"]),
        (_swap("factors.csv", ",VOC,", ",VOX,"), ["factors.csv line 2 column pollutant", "VOX"]),
        (_swap("pollutants.csv", "SO2,", "SO 2,"), ["pollutants.csv line 2 column pollutant"]),
        (_swap("abatement.csv", ",20,400,", ",200,400,"), ["abatement.csv line 2 column step_percent", "100"]),
        (_swap("abatement_options.csv", "KM-CEM-01,", "KM-CEM-77,"), ["abatement_options.csv line 2", "77"]),
        (_swap("zone.toml", "seed = 2018", "seed = x"), ["zone.toml"]),
        (_swap("zone.toml", "seed = 2018", "seed = 'x'"), ["zone.toml", "seed"]),
        (_swap("outlines.geojson", "[", ""), ["outlines.geojson"]),
        (_swap("outlines.geojson", '"code": "KM"', '"code": "ZZ"'), ["outlines.geojson", "ZZ"]),
    ],
)
def test_a_spoiled_inventory_is_told_place_and_cure(
    copied: Path, spoil: Callable[[Path], None], words: list[str]
) -> None:
    spoil(copied)

    with pytest.raises(Malformed) as caught:
        load(copied)

    line = str(caught.value)
    assert "\n" not in line
    assert caught.value.cure
    for word in words:
        assert word in line


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_swap("zone.toml", "trend = [1.02, 1.00, 0.98]", "trend = [1.0]"), ["[baseline] trend", "3 baseline years"]),
        (_swap("zone.toml", "measured_sulphur", "measured_sulfur"), ["zone.toml", "measured_sulfur"]),
        (_swap("zone.toml", '"LM"', '"LX"'), ["'X'"]),
        (_swap("zone.toml", '"WWO"', '"WXO"'), ["zone.toml", "'X'"]),
        (_swap("zone.toml", '"Group A" = ["QJ-PWR-01"', '"Group A" = ["QJ-PWR-91"'), ["zone.toml", "'QJ-PWR-91'"]),
        (_swap("processes.csv", "sinter head,", "sinter,"), ["'sinter head'"]),
    ],
)
def test_a_spoiled_plan_writes_nothing(copied: Path, spoil: Callable[[Path], None], words: list[str]) -> None:
    spoil(copied)
    before = {name: (copied / name).read_bytes() for name in inventory.FILES}

    with pytest.raises(Malformed) as caught:
        inventory.write(copied, 1)

    assert {name: (copied / name).read_bytes() for name in inventory.FILES} == before
    for word in words:
        assert word in str(caught.value)


def test_every_fault_is_named_at_once(copied: Path) -> None:
    """Of cells, of what one table says of another, and of the head; a name is not missed in a table that has faults."""
    _swap("sources.csv", ",24.9596,", ",far,")(copied)
    _swap("sources.csv", ",cement,km-cem-02", ",glass,km-cem-02")(copied)
    _swap("baseline.csv", "t clinker,", "t clinker,-")(copied)
    _swap("concentrations.csv", "A,SO2,", "A,SOOT,")(copied)
    _swap("profiles.csv", ",60,620,", ",60,20,")(copied)
    _swap("outlines.geojson", "[", "")(copied)

    zone, faults = read(copied)

    assert zone is None
    assert sorted(fault.place.rpartition("/")[2] for fault in faults) == [
        "baseline.csv line 2 column amount",
        "concentrations.csv line 2 column pollutant",
        "outlines.geojson",
        "profiles.csv line 2 column stop_hours_high",
        "sources.csv line 2 column lat",
        "sources.csv line 3 column sector",
    ]


def test_what_nobody_knows_is_not_zero(copied: Path, zone: Zone) -> None:
    """A mass without a row is none: methods refuse it, sums leave it out and say so."""
    path = copied / "baseline.csv"
    gone = ("KM-CEM-01,2025,NOx", "KM-CEM-01,2026,t ")
    kept = [row for row in path.read_text("utf-8").splitlines(keepends=True) if not row.startswith(gone)]
    path.write_text("".join(kept), "utf-8")
    lacking = load(copied)
    first = {year.year: year for year in lacking.baseline if year.source == "KM-CEM-01"}

    assert (first[2025].kg("NOx"), first[2025].method("NOx")) == (None, None)
    assert (first[2026].output, first[2026].product) == (None, None)
    assert [*unknown(regulated(lacking, LAW))] == [("KM-CEM-01", gas) for gas in ("CO2", "CO2e", "NOx")]
    own = next(each for each in zone_activities(lacking, LAW, "NOx", "KM") if each.source == "KM-CEM-01")
    assert own.emitted_kg == (1023228, None, 1043029)
    assert own.output[2] is None
    line = next(each for each in activity_lines(lacking, LAW, "NOx", "KM") if each.source == "KM-CEM-01")
    assert line.years == (2024,), "a year of which something is missing is left out of the book"
    lacking = regulated(lacking, LAW)
    emitted = next(year.kg("NOx") for year in zone.baseline if (year.source, year.year) == ("KM-CEM-01", 2025))
    assert sum(kg for _, kg in known_kg(zone, "NOx")) - sum(kg for _, kg in known_kg(lacking, "NOx")) == emitted


def test_a_law_that_caps_what_the_zone_does_not_know_is_told_so(zone: Zone) -> None:
    lacking = msgspec.structs.replace(
        zone, pollutants=tuple(each for each in zone.pollutants if each.pollutant != "PM")
    )
    with pytest.raises(
        Malformed, match=r"pollutants.csv: has no PM, which the rulebook \S+ caps; there are SO2, NOx, VOC"
    ):
        known_to(LAW, lacking, FOLDER)


def test_a_new_zone_is_whole_as_it_is_written_and_says_that_its_rows_are_examples(tmp_path: Path) -> None:
    folder = tmp_path / "mine"

    written = begin(folder, FOLDER)
    begun = load(folder)

    assert {*FILES} - {"criteria.csv", "side_effects.csv"} <= {*written}
    assert {source.origin for source in begun.sources} == {"example"}
    assert {each.origin for year in begun.baseline for each in year.figures} == {"example"}
    assert [*unknown(begun)] == [], "it can be played as it is written"
    for name in NAMED:
        assert (folder / name).read_bytes() == (FOLDER / name).read_bytes()
    with pytest.raises(Malformed, match="is there already"):
        begin(folder, FOLDER)
    with pytest.raises(Malformed, match="cannot be written"):
        begin(tmp_path / ("x" * 300), FOLDER)


def cell(value: object) -> str:
    """One value as a cell."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else " ".join(value) if isinstance(value, tuple) else str(value)


def without_fuel(year: BaselineYear) -> BaselineYear:
    """A year as 0.1 knew it, before works had fuel: without what follows from it."""
    follows = ("CO2", "CO2e") if year.burnt else ()
    return BaselineYear(year.source, year.year, year.made, tuple(e for e in year.emitted if e.item not in follows))


def in_old_form(folder: Path) -> None:
    """Write the tables of a zone as 0.1 had them: a column a pollutant, and works of the three trades that it knew."""
    zone, levels = regulated(load(folder), LAW), ("SO2", "NOx", "PM")
    plan = (folder / "zone.toml").read_text("utf-8")
    (folder / "zone.toml").write_text(re.sub(r"\[further\.(.*\n)+?\n", "", plan), "utf-8")
    write_rows(folder / "sources.csv", ZoneSource, zone.sources)
    write_rows(folder / "abatement.csv", Technology, zone.technologies)
    write_rows(folder / "abatement_options.csv", AbatementOption, zone.options)
    spans = {(each.process, each.pollutant): each for each in read_rows(folder / "process_levels.csv", ProcessLevel)}
    factors = [{name: cell(getattr(each, name)) for name in ProductFactor.__struct_fields__} for each in zone.factors]
    tables: dict[str, list[dict[str, str]]] = {
        "stacks.csv": [
            {name: cell(getattr(stack, name)) for name in StackRow.__struct_fields__ if name != "profile"}
            | {"monitors": " ".join(stack.monitors)}
            | {f"{name.lower()}_mg_m3": cell(stack.typical_mg_m3(name)) for name in levels}
            for stack in zone.stacks
        ],
        "baseline.csv": [
            {"source": year.source, "year": cell(year.year), "origin": "simulated"}
            | {
                "output": cell(year.output),
                "output_measure": cell(year.product),
                "so2_method": cell(year.method("SO2")),
            }
            | {f"{name.lower()}_kg": cell(year.kg(name)) for name in (*levels, "VOC")}
            for year in zone.baseline
        ],
        "processes.csv": [
            {name: cell(getattr(kind, name)) for name in Process.__struct_fields__ if name != "profile"}
            | {f"{name.lower()}_low": cell(spans[kind.process, name].low_mg_m3) for name in levels}
            | {f"{name.lower()}_high": cell(spans[kind.process, name].high_mg_m3) for name in levels}
            | {f"early_{name.lower()}": cell(spans[kind.process, name].early_mg_m3) for name in levels}
            for kind in read_rows(folder / "processes.csv", Process)
            if all((kind.process, name) in spans for name in levels) and kind.profile != "continuous"
        ],
        "voc_factors.csv": factors,
        "default_factors.csv": [],
    }
    for name in (*NAMED, "concentrations.csv", "factors.csv", "process_levels.csv"):
        (folder / name).unlink(missing_ok=True)
    for name, rows in tables.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*(rows or factors)[0]], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


@pytest.mark.parametrize("name", ["dianzhong", "acidrain", "shanxi"])
def test_a_zone_of_an_older_release_is_refused_with_the_command_that_converts_it(name: str, tmp_path: Path) -> None:
    owing = regulated(load(shipped("zones", name)), LAW)
    old, now = Path(shutil.copytree(shipped("zones", name), tmp_path / "old")), tmp_path / "now"
    in_old_form(old)
    with pytest.raises(Malformed, match=rf"a zone of before.*airshed zone convert {old} --out NEW"):
        load(old)

    convert(old, now, FOLDER)

    found = load(now)
    named = {part: getattr(found, part) for part in ("pollutants", "products", "sectors")}
    assert found == msgspec.structs.replace(
        owing, **named, fuels=found.fuels, baseline=tuple(map(without_fuel, owing.baseline))
    )
    assert not [gone for gone in GONE if (now / gone).exists()]
    inventory.write(now, read_plan(now).seed, tmp_path)
    for drawn in inventory.FILES:
        there = (shipped("zones", name) / drawn).read_bytes()
        assert there.startswith((tmp_path / drawn).read_bytes()), "works of further trades stand behind"


def test_costs_in_columns_named_for_yuan_are_refused_with_the_command_that_renames_them(tmp_path: Path) -> None:
    old, now = Path(shutil.copytree(FOLDER, tmp_path / "old")), tmp_path / "now"
    for name in COSTS:
        head, rest = (old / name).read_text("utf-8").split("\n", 1)
        (old / name).write_text(head.replace("_per_t", "_yuan_per_t") + "\n" + rest, "utf-8")
    plan = (old / "zone.toml").read_text("utf-8")
    (old / "zone.toml").write_text(re.sub("(?m)^currency = .*\n", "", plan), "utf-8")
    with pytest.raises(Malformed, match=rf"a zone of before.*airshed zone convert {old} --out NEW"):
        load(old)

    convert(old, now, FOLDER)

    assert load(now) == load(FOLDER)
    assert (old / "abatement.csv").read_text("utf-8").count("_yuan_per_t") == 3


def test_a_zone_whose_costs_are_in_another_money_than_the_law_is_refused(copied: Path) -> None:
    plan = (copied / "zone.toml").read_text("utf-8")
    for code, said in (("EUR", "its costs are in EUR, the rulebook dianzhong counts in CNY"), ("EUE", "no currency")):
        (copied / "zone.toml").write_text(plan.replace('currency = "CNY"', f'currency = "{code}"'), "utf-8")
        with pytest.raises(Malformed, match=said):
            known_to(LAW, load(copied), copied)


def test_what_cannot_be_converted_is_said_and_leaves_nothing_behind(copied: Path, tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="is no zone of before"):
        convert(copied, tmp_path / "now", FOLDER)
    in_old_form(copied)
    with pytest.raises(Malformed, match="is there already"):
        convert(copied, copied, FOLDER)
    _swap("stacks.csv", ",kiln tail,", ",")(copied)
    with pytest.raises(Malformed, match=r"stacks.csv line \d+: has another number of cells"):
        convert(copied, tmp_path / "now", FOLDER)
    assert not (tmp_path / "now").exists()


@pytest.mark.parametrize("name", ["atlantis", "", "..", "../zones/dianzhong", "/etc"])
def test_an_unknown_zone_is_told_which_are_shipped(name: str) -> None:
    with pytest.raises(Malformed, match=r"there are: .*dianzhong"):
        shipped("zones", name)


def test_a_zone_is_read_again_when_a_byte_of_it_is_another(copied: Path) -> None:
    """Nobody waits for the clock of a file system to see a change, and what is read twice is the same object."""
    first = load(copied)
    assert load(copied) is first
    head = copied / "zone.toml"
    head.write_text(head.read_text("utf-8").replace(f"seed = {first.seed}", f"seed = {first.seed + 1}"), "utf-8")
    assert load(copied).seed == first.seed + 1
    (copied / "sources.csv").unlink()
    with pytest.raises(Malformed, match=r"sources.csv: the file is missing"):
        load(copied)


def test_a_large_table_is_read_alike_and_every_fault_of_it_is_named(
    copied: Path, whole: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read at once by columns is what is read row by row, and whatever is not plain is left to that."""
    monkeypatch.setattr("airshed.zone.rows.LEAST_BYTES", 0)
    tables = read_tables(copied)

    assert tables.baseline.lines == range(2, len(tables.baseline.rows) + 2), "read at once"
    assert load(copied) == whole
    path = copied / "baseline.csv"
    plain = path.read_text("utf-8")
    for old, new, words in (
        ("SO2,431689,", "SO2,nan,", "line 3 column amount"),
        ("SO2,431689,", "SO2,-1,", "line 3 column amount"),
        ("SO2,431689,", "SO2,,", "line 3 column amount: the cell is empty"),
        (",measured,simulated\n", ",guessed,simulated\n", "line 3 column method"),
        (",measured,simulated\n", ",measured\n", "line 3: 5 cells for 6 columns"),
        (",measured,simulated\n", ",measured,simulated,x\n", "line 3: 7 cells for 6 columns"),
        (",measured,simulated\n", ",measured,\n", "line 3 column origin: the cell is empty"),
        (",measured,simulated\n", ",measured,simulated\n\n", "line 4: 0 cells for 6 columns"),
    ):
        path.write_text(plain.replace(old, new, 1), "utf-8")
        faults = read_table(path, BaselineFigure).faults
        assert len(faults) == 1
        assert words in str(faults[0])
    for same in (plain.replace("SO2,431689,", " SO2 , 431689 ,"), plain.replace("SO2,431689,", '"SO2",431689,')):
        path.write_text(same, "utf-8")
        assert read_table(path, BaselineFigure).rows == tables.baseline.rows
    (copied / "concentrations.csv").write_text("stack,pollutant,mg_m3\nA,SO2,inf\n", "utf-8")
    assert "is not a finite number" in str(read_table(copied / "concentrations.csv", TypicalLevel).faults[0])
