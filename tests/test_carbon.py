"""CO2 from the fuel that works burn, and sums of gases: what follows, what stays unknown, what a table is told."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import msgspec
import pytest

from airshed.model.refusal import Malformed
from airshed.rulebook.shipped import shipped
from airshed.zone import inventory
from airshed.zone.activities import zone_activities
from airshed.zone.load import load
from airshed.zone.plan import read_plan
from airshed.zone.zone import BaselineYear, Zone
from laws import RULES

FOLDER = shipped("zones", "dianzhong")
WHOLE = load(FOLDER)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "zone"))


def swapped(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")


def year_of(zone: Zone, source: str, year: int = 2024) -> BaselineYear:
    return next(each for each in zone.baseline if (each.source, each.year) == (source, year))


def test_co2_of_a_kiln_is_that_of_its_coal_and_of_its_clinker() -> None:
    """20.908 GJ/t x 26.1 kg C/GJ x 93 % x 44/12, and 531.5 kg a tonne of clinker, by hand."""
    year = year_of(WHOLE, "KM-CEM-01")
    (coal,) = year.burnt

    assert (coal.item, coal.method) == ("raw-coal", "reported")
    assert year.output is not None
    assert year.kg("CO2") == pytest.approx(coal.amount * 1860.815 + year.output * 531.5, rel=1e-5)
    assert year.method("CO2") == "balance"
    assert year.kg("CO2") == year.kg("CO2e")
    assert (year.kg("CF4"), year.method("CF4")) == (0, "factor"), "of which the trade gives off nothing"


def test_co2e_counts_each_gas_by_what_it_warms() -> None:
    year = year_of(WHOLE, "HH-ALU-01")
    co2, cf4 = year.kg("CO2"), year.kg("CF4")

    assert co2
    assert cf4
    assert year.kg("CO2e") == co2 + 7380 * cf4


def test_intensities_are_those_of_the_trades() -> None:
    """A drawn works is no measurement, but it is no nonsense either: t CO2 per product."""
    spans = {
        "cement": (0.75, 0.95),
        "power": (0.78, 0.90),
        "coal chemistry": (3.5, 5.0),
        "aluminium": (1.6, 1.9),
        "petrochemicals": (0.1, 0.25),
    }
    sectors = {each.source: each.sector for each in WHOLE.sources}
    for year in WHOLE.baseline:
        low, high = spans.get(sectors[year.source], (0.02, 2.2))
        co2 = year.kg("CO2")
        assert co2 is not None
        assert year.output
        assert low < co2 / 1000 / year.output < high, year.source


def test_what_the_tables_give_stands_and_what_cannot_be_followed_is_unknown(copied: Path) -> None:
    swapped(copied, "baseline.csv", "KM-CEM-01,2025,t", "KM-CEM-01,2025,CO2,7,measured,audited\nKM-CEM-01,2025,t")
    swapped(copied, "factors.csv", "aluminium,t aluminium,CF4,400", "aluminium,t aluminium,VOC,400")
    path = copied / "baseline.csv"
    gone = re.compile(r"^(KM-CEM-02,2024,t clinker|HH-ALU-01,2024,CF4|KM-CEM-03,2024,raw-coal),.*\n", re.MULTILINE)
    path.write_text(gone.sub("", path.read_text("utf-8")), "utf-8")
    found = load(copied)

    own = year_of(found, "KM-CEM-01", 2025)
    assert (own.kg("CO2"), own.method("CO2"), own.kg("CO2e")) == (7, "measured", 7)
    assert year_of(found, "KM-CEM-02").kg("CO2") is None, "what its process gave off is not known without its output"
    assert year_of(found, "HH-ALU-01").kg("CO2e") is None, "a part of it is not known"
    assert year_of(found, "KM-CEM-03").kg("CO2") is None, "it burnt something, and nobody says what"


def test_a_law_may_cap_any_gas_of_the_zone() -> None:
    rule = msgspec.structs.replace(RULES.pollutants[0], code="CO2e", measured="CO2e")
    benchmarks = tuple(msgspec.structs.replace(row, pollutant="CO2e") for row in RULES.benchmarks.rows)
    law = msgspec.structs.replace(
        RULES, pollutants=(rule,), benchmarks=msgspec.structs.replace(RULES.benchmarks, rows=benchmarks)
    )

    first = zone_activities(WHOLE, law, "CO2e")[0]

    assert len(zone_activities(WHOLE, law, "CO2e")) == 56
    assert first.emitted_kg[0] == year_of(WHOLE, first.source).kg("CO2e")


def test_a_gas_or_a_fuel_more_moves_nothing_that_was_drawn(copied: Path) -> None:
    """Greenhouse gases and fuels have streams of chance of their own."""
    plan = copied / "zone.toml"
    plan.write_text(re.sub(r"\[burns\]\n(.+\n)+", "", plan.read_text("utf-8")), "utf-8")
    rows = (copied / "pollutants.csv").read_text("utf-8").splitlines(keepends=True)
    (copied / "pollutants.csv").write_text("".join(row for row in rows if not row.startswith(("CO2", "CF4"))), "utf-8")
    inventory.write(copied, read_plan(copied).seed)

    now = (FOLDER / "baseline.csv").read_text("utf-8").splitlines()
    before = (copied / "baseline.csv").read_text("utf-8").splitlines()
    fuels = {each.fuel for each in WHOLE.fuels}

    assert before == [row for row in now if row.split(",")[2] not in {*fuels, "CF4"}]
    assert (copied / "stacks.csv").read_bytes() == (FOLDER / "stacks.csv").read_bytes()


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("pollutants.csv", "CO2 CF4", "CO2 SF6", ["pollutants.csv line 8 column sum_of", "no such pollutant 'SF6'"]),
        ("pollutants.csv", "CO2 CF4", "CO2 CO2e", ["line 8 column sum_of", "CO2e is a group itself"]),
        ("pollutants.csv", "CO2 CF4", "CO2 SO2", ["line 8 column sum_of", "some parts of CO2e have a gwp100"]),
        ("pollutants.csv", ",7380,", ",-7380,", ["pollutants.csv line 7 column gwp100", ">= 0"]),
        ("baseline.csv", "raw-coal", "row-coal", ["nor a fuel", "did you mean 'raw-coal'"]),
        ("fuels.csv", "raw-coal,", "MWh,", ["fuels.csv line 2 column fuel", "is a product or a pollutant too"]),
        ("fuels.csv", "anthracite,", "raw-coal,", ["fuels.csv line 3 column fuel", "line 2 already"]),
        ("fuels.csv", ",93,published", ",193,published", ["fuels.csv line 2 column oxidation_percent", "100"]),
        ("fuels.csv", ",93,published", ",93,guessed", ["fuels.csv line 2 column kind", "'guessed'"]),
    ],
)
def test_a_gas_or_fuel_that_errs_is_told_place_and_cure(
    copied: Path, name: str, old: str, new: str, words: list[str]
) -> None:
    swapped(copied, name, old, new)

    with pytest.raises(Malformed) as caught:
        load(copied)

    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_a_plan_that_burns_what_nobody_defines_is_told_so(copied: Path) -> None:
    swapped(copied, "zone.toml", '[["anthracite", 42.0', '[["antracite", 42.0')

    with pytest.raises(Malformed, match=r"zone.toml \[burns\]: no such fuel 'antracite'.*did you mean 'anthracite'"):
        inventory.write(copied, 1)
