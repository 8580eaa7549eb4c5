"""The zone as data: what the paper counts, what the stacks emit, and what a spoiled table is told."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from airshed.model.allowance import Pollutant, Sector
from airshed.model.refusal import Malformed
from airshed.rulebook.shipped import shipped
from airshed.rulebook.tables import Benchmark, Limit
from airshed.zone import facts, inventory
from airshed.zone.load import load
from airshed.zone.outlets import local_pressure_kpa
from airshed.zone.plan import read_plan
from airshed.zone.rows import read_rows, write_rows
from airshed.zone.zone import Stack, Zone, ZoneSource, dry_flow_m3_h, expected_kg

FOLDER = shipped("zones", "dianzhong")
RULES = shipped("rulebooks", "dianzhong")
MEASURED = (Pollutant.SO2, Pollutant.NOX, Pollutant.PM)


@pytest.fixture(scope="module")
def zone() -> Zone:
    return load(FOLDER)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "zone"))


def test_the_generated_tables_come_again_byte_for_byte(tmp_path: Path) -> None:
    inventory.write(FOLDER, read_plan(FOLDER).seed, tmp_path)

    for name in inventory.FILES:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_another_seed_moves_the_figures_and_neither_codes_nor_names(tmp_path: Path, zone: Zone) -> None:
    inventory.write(FOLDER, 7, tmp_path)
    others = read_rows(tmp_path / "sources.csv", ZoneSource)

    assert (tmp_path / "stacks.csv").read_bytes() != (FOLDER / "stacks.csv").read_bytes()
    assert [(each.source, each.name_en, each.name_zh) for each in others] == [
        (each.source, each.name_en, each.name_zh) for each in zone.sources
    ]


def test_the_works_are_drawn_without_the_facts(tmp_path: Path, copied: Path) -> None:
    """Whatever the inventory says of real works, nothing of it reaches what is simulated."""
    (copied / facts.FILE).unlink()
    inventory.write(copied, read_plan(FOLDER).seed, tmp_path)

    for name in inventory.FILES:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_a_table_read_and_written_is_the_same_table(tmp_path: Path, zone: Zone) -> None:
    write_rows(tmp_path / "stacks.csv", Stack, zone.stacks)

    assert (tmp_path / "stacks.csv").read_bytes() == (FOLDER / "stacks.csv").read_bytes()


def test_the_zone_has_the_papers_27_cement_19_steel_and_10_power_companies(zone: Zone) -> None:
    sectors = Counter(source.sector for source in zone.sources)

    assert sectors == {Sector.CEMENT: 27, Sector.STEEL: 19, Sector.POWER: 10}
    assert [place.code for place in zone.jurisdictions] == ["KM", "QJ", "YX", "CX", "HH"]
    assert {source.jurisdiction for source in zone.sources} == {"KM", "QJ", "YX", "CX", "HH"}
    assert 100 <= len(zone.stacks) <= 120


def test_eleven_cement_works_have_their_sulphur_measured(zone: Zone) -> None:
    cement = {source.source for source in zone.sources if source.sector is Sector.CEMENT}
    by_monitor = {stack.source for stack in zone.stacks if stack.source in cement and Pollutant.SO2 in stack.monitors}
    by_method = {year.source for year in zone.baseline if year.source in cement and year.so2_method == "measured"}

    assert len(by_monitor) == 11
    assert by_monitor == by_method
    assert all(
        option.source in by_monitor
        for option in zone.options
        if option.source in cement and option.pollutant is Pollutant.SO2
    )


def test_kilns_follow_the_papers_size_classes(zone: Zone) -> None:
    """2009-2016: 51 lines of 2,000-3,999 t/d with 40.77 Mt, 14 larger with 20.46 Mt, 5 smaller with 2.23 Mt."""
    lines = [
        int(line.removesuffix(" t/d"))
        for source in zone.sources
        if source.sector is Sector.CEMENT
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
        if source.sector is Sector.CEMENT:
            capacity[source.jurisdiction] += int(source.capacity)

    for code, weight in weights.items():
        assert capacity[code] / capacity.total() == pytest.approx(weight / sum(weights.values()), abs=0.06), code


def test_steel_output_is_the_papers_share_of_2015(zone: Zone) -> None:
    entrants = {source.source for source in zone.sources if source.role == "new_entrant"}
    made = sum(year.output for year in zone.baseline if "-STL-" in year.source and year.source not in entrants)

    assert made / 3 == pytest.approx(14.181e6 * 19 / 22, rel=0.001)


def test_a_works_is_called_by_its_city_sector_and_number_and_is_simulated(zone: Zone) -> None:
    names = {source.source: (source.name_en, source.name_zh) for source in zone.sources}

    assert names["QJ-PWR-03"] == ("Qujing power works 3", "曲靖火电3号")
    assert names["KM-CEM-01"] == ("Kunming cement works 1", "昆明水泥1号")
    assert names["HH-STL-02"] == ("Honghe counties steel works 2", "红河七县市钢铁2号")
    assert len(set(names.values())) == 56
    for source in zone.sources:
        words = {source.origin, source.capacity_origin, source.status, source.coordinate_accuracy}
        assert words == {"simulated"}, source.source
    assert {stack.origin for stack in zone.stacks} == {"simulated"}
    assert {year.origin for year in zone.baseline} == {option.origin for option in zone.options} == {"simulated"}


def test_no_works_can_be_told_for_a_real_one(zone: Zone) -> None:
    """Of each city and sector: another capacity than any real works there, another place, a number of its own."""
    known = facts.read_facts(FOLDER, [place.code for place in zone.jurisdictions])
    codes = {source.source for source in zone.sources}
    for fact in known:
        assert fact.fact not in codes
        for source in zone.sources:
            if (source.jurisdiction, source.sector) == (fact.jurisdiction, fact.sector):
                assert source.capacity != fact.capacity, (source.source, fact.fact)
            assert (round(source.lat, 2), round(source.lon, 2)) != (round(fact.lat or 0, 2), round(fact.lon or 0, 2))
    owners = {fact.owner for fact in known}
    assert not owners & {source.group for source in zone.sources if source.group}


def test_what_is_carried_over_is_what_a_city_has_of_a_sector(zone: Zone) -> None:
    """Power as the inventory has it, and a tenth company; steel with a mean works for each that has no capacity."""
    known = facts.read_facts(FOLDER, [place.code for place in zone.jurisdictions])
    for place in zone.jurisdictions:
        for sector, most_unknown in ((Sector.POWER, 600.0), (Sector.STEEL, 900_000.0)):
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
            mean = sum(year.kg(pollutant) for year in years) / len(years)
            if masses:
                assert mean == pytest.approx(sum(masses), rel=tolerance), (source.source, pollutant)
            else:
                assert pollutant is Pollutant.SO2
                factor = zone.default_factors[0].factor_g / 1000
                assert [year.so2_kg for year in years] == [round(year.output * factor) for year in years]


def test_voc_is_output_times_the_factor_of_the_sector(zone: Zone) -> None:
    sectors = {source.source: source.sector for source in zone.sources}
    factors = {factor.sector: factor for factor in zone.voc_factors}

    for year in zone.baseline:
        factor = factors[sectors[year.source]]
        assert year.output_measure == factor.product
        assert year.voc_kg == round(year.output * factor.factor_g / 1000)


def test_power_stays_under_the_mass_that_its_limits_allow(zone: Zone) -> None:
    """Plausibility: capacity x 5,500 h x 3.5 m3/kWh x limit is the permit quantity; works emit less, not nothing."""
    limits = {(each.limit_set, each.pollutant): each.limit_mg_m3 for each in read_rows(RULES / "limits.csv", Limit)}
    for source in zone.sources:
        if source.sector is not Sector.POWER or source.role == "early_abater":
            continue
        years = [year for year in zone.baseline if year.source == source.source]
        sets = [stack.limit_set for stack in zone.stacks if stack.source == source.source]
        for pollutant in MEASURED:
            limit = sum(limits[each, pollutant] for each in sets) / len(sets)
            allowed_kg = source.capacity * 5500 * 3500 * limit * 1e-6
            mean = sum(year.kg(pollutant) for year in years) / len(years)
            assert 0.25 < mean / allowed_kg < 0.95, (source.source, pollutant)


def test_typical_levels_keep_the_limit_that_applies(zone: Zone) -> None:
    limits = {(each.limit_set, each.pollutant): each for each in read_rows(RULES / "limits.csv", Limit)}
    for stack in zone.stacks:
        for pollutant in stack.monitors:
            limit = limits[stack.limit_set, pollutant]
            assert limit.reference_o2_percent == stack.reference_o2_percent
            typical = stack.typical_mg_m3(pollutant)
            assert typical is not None
            if stack.reference_o2_percent is not None:
                typical *= (21 - stack.reference_o2_percent) / (21 - stack.o2_percent)
            assert 0 < typical < limit.limit_mg_m3, (stack.stack, pollutant)


def test_benchmarks_stay_under_the_quota_and_name_the_product_of_the_baseline(zone: Zone) -> None:
    products = {factor.sector: factor.product for factor in zone.voc_factors}
    rows = read_rows(RULES / "benchmarks.csv", Benchmark)

    assert {(row.sector, row.pollutant) for row in rows} == {
        (sector, pollutant) for sector in Sector for pollutant in Pollutant
    }
    for row in rows:
        assert 0 < row.benchmark_g < row.quota_g
        assert row.product == products[Sector(row.sector)]


def test_whoever_abated_early_emits_least_of_its_sector(zone: Zone) -> None:
    for sector in Sector:
        rate: dict[str, float] = {}
        early = ""
        for source in zone.sources:
            if source.sector is sector and source.process != "EAF":
                years = [year for year in zone.baseline if year.source == source.source]
                rate[source.source] = sum(year.nox_kg for year in years) / sum(year.output for year in years)
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
        for pollutant in Pollutant:
            steps = [o for o in zone.options if o.source == source.source and o.pollutant is pollutant]
            years = [year.kg(pollutant) for year in zone.baseline if year.source == source.source]
            assert [step.step for step in steps] == list(range(1, len(steps) + 1))
            costs = [step.cost_yuan_per_t for step in steps]
            assert costs == sorted(costs)
            assert sum(step.potential_kg for step in steps) < sum(years) / len(years)
            assert not {step.technology for step in steps} & set(source.installed)


def test_a_cut_of_a_tenth_is_within_reach_of_every_pollutant(zone: Zone) -> None:
    for pollutant in Pollutant:
        mean = sum(year.kg(pollutant) for year in zone.baseline) / 3
        assert sum(o.potential_kg for o in zone.options if o.pollutant is pollutant) > 0.2 * mean


def test_sources_lie_inside_the_outline_of_their_jurisdiction_and_in_no_other(zone: Zone) -> None:
    for source in zone.sources:
        found = [outline.code for outline in zone.outlines if _inside(source.lon, source.lat, outline.ring)]
        assert found == [source.jurisdiction], source.source
    assert all(outline.schematic and outline.ring[0] == outline.ring[-1] for outline in zone.outlines)


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


def test_pressure_is_that_of_the_altitude(zone: Zone) -> None:
    altitude = {source.source: source.altitude_m for source in zone.sources}
    for stack in zone.stacks:
        assert 1100 <= altitude[stack.source] <= 2300
        assert stack.pressure_kpa == pytest.approx(local_pressure_kpa(altitude[stack.source]), abs=0.006)


def test_a_stack_of_round_figures_emits_what_the_hand_computes(zone: Zone) -> None:
    stack = Stack(
        **{name: getattr(zone.stacks[0], name) for name in Stack.__struct_fields__}
        | {"area_m2": 10.0, "velocity_m_s": 10.0, "temperature_c": 273.0, "humidity_percent": 0.0}
        | {"pressure_kpa": 101.325, "so2_mg_m3": 100.0, "operating_share": 0.5}
    )

    assert dry_flow_m3_h(stack) == 180_000
    assert expected_kg(stack, Pollutant.SO2) == pytest.approx(180_000 * 100e-6 * 4380)
    assert expected_kg(stack, Pollutant.VOC) is None


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
        (_swap("stacks.csv", ",SO2 NOx PM,", ",SO2 NOx SOOT,"), ["line 2 column monitors", "SOOT"]),
        (_swap("stacks.csv", ",SO2 NOx PM,", ",NOx PM,"), ["line 2 column monitors", "SO2"]),
        (_swap("stacks.csv", "A,KM-CEM-01,", "A,KM-CEM-99,"), ["line 2 column source", "KM-CEM-99"]),
        (_swap("stacks.csv", "1B4481CF", "1B4481C"), ["stacks.csv line 2 column mn", "24 hex"]),
        (_swap("baseline.csv", ",2024,", ",2019,"), ["baseline.csv line 2 column year", "2019"]),
        (_swap("baseline.csv", ",2025,", ",2024,"), ["baseline.csv line 3", "KM-CEM-01 2024"]),
        (_swap("baseline.csv", "t clinker,", "t clinker,-"), ["baseline.csv line 2 column so2_kg", ">= 0"]),
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
