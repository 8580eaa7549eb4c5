"""Works of trades that a law does not name owe nothing under it, whoever hands the whole zone to what is played."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from airshed.engine.journal import MemoryJournal
from airshed.engine.runner import Runner
from airshed.lab.agents.zone_firms import zone_market
from airshed.lab.brief.run import designs_of
from airshed.lab.brief.world import ASSUMED, world_of
from airshed.lab.equilibrium.case import case_of, linked, solved
from airshed.lab.season.firms import firms_of
from airshed.lab.season.season import Season
from airshed.lab.zone_cap import zone_cap
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.zone import inventory
from airshed.zone.activities import activity_lines, zone_activities
from airshed.zone.caps import propose
from airshed.zone.entering import entered
from airshed.zone.load import load, of_law, of_shipped_law
from airshed.zone.plan import read_plan
from airshed.zone.regulated import regulated
from airshed.zone.zone import Zone
from laws import RULES

FOLDER = shipped("zones", "dianzhong")
WHOLE = load(FOLDER)
FURTHER = {"aluminium": 4, "nonferrous": 8, "coking": 6, "petrochemicals": 2, "coal chemistry": 6}


def test_the_zone_has_the_further_trades_of_its_economy_and_all_of_it_is_drawn() -> None:
    sectors = Counter(source.sector for source in WHOLE.sources)

    assert {sector: sectors[sector] for sector in FURTHER} == FURTHER
    assert len(WHOLE.sources) == 82
    assert {source.status for source in WHOLE.sources} == {"simulated"}
    assert {stack.origin for stack in WHOLE.stacks} == {"simulated"}
    assert len(of_law(RULES).sources) == 56
    assert {each.source for each in of_law(RULES).stacks} == {each.source for each in of_law(RULES).sources}
    assert len(of_law(RULES).stacks) == 114


ENTRIES: dict[str, Callable[[Zone, Rulebook], object]] = {
    "people and works": lambda zone, rules: [*entered(zone, rules)],
    "activities": lambda zone, rules: zone_activities(zone, rules, "SO2"),
    "activity lines": lambda zone, rules: activity_lines(zone, rules, "VOC", "KM"),
    "caps": lambda zone, rules: propose(zone, 9_000, 2027, rules),
    "firms": lambda zone, rules: [(each.account, each.output, each.before_kg) for each in firms_of(zone, 7, rules)],
    "market": lambda zone, rules: zone_market(zone, rules, "SO2").traders,
    "case": lambda zone, rules: solved(case_of(zone, rules, "NOx", 3, 0.05, 0.0, 0.03), linked(["KM"] * 5)).proof,
    "world": lambda zone, rules: repr(world_of(zone, rules, "SO2", ASSUMED)),
    "designs": lambda zone, rules: designs_of(zone, rules, ["SO2"]),
    "cap to be shared": lambda zone, rules: zone_cap(rules, zone, "SO2"),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_whatever_is_handed_the_whole_zone_takes_what_the_law_regulates(name: str) -> None:
    entry = ENTRIES[name]

    assert entry(WHOLE, RULES) == entry(regulated(WHOLE, RULES), RULES)


def test_a_season_is_played_by_the_works_that_the_law_regulates() -> None:
    season = Season(Runner(MemoryJournal(), RULES), RULES, WHOLE, 7, 2027)
    season.decide()

    assert season.zone == regulated(WHOLE, RULES)
    assert {firm.source.sector for firm in season.firms} == {"cement", "steel", "power"}


def test_a_sector_that_a_law_does_not_name_owes_nothing_under_it() -> None:
    assert lookup.owed(RULES, "aluminium") == ()
    assert not lookup.owes(RULES, "aluminium", "SO2")
    assert [rule.code for rule in lookup.owed(RULES, "cement")] == [rule.code for rule in RULES.pollutants]


def test_a_zone_is_that_of_the_law_that_ships_for_it_or_all_of_it(tmp_path: Path) -> None:
    own = shutil.copytree(FOLDER, tmp_path / "mine")

    assert len(of_shipped_law("dianzhong").sources) == 56
    assert len(of_shipped_law(str(own)).sources) == 82
    assert len(of_shipped_law(str(own), "dianzhong").sources) == 56
    assert regulated(of_law(RULES), RULES) is not WHOLE


def test_a_trade_more_is_rows_and_a_table_of_the_plan(tmp_path: Path) -> None:
    """Glass, which nobody has written a line of code for."""
    folder = shutil.copytree(FOLDER, tmp_path / "zone")
    with (folder / "sectors.csv").open("a", encoding="utf-8") as file:
        file.write("glass,glass,玻璃,GLS,t glass/d,t glass,assumed\n")
    with (folder / "products.csv").open("a", encoding="utf-8") as file:
        file.write("t glass,Glass,玻璃,t\n")
    plan = folder / "zone.toml"
    glass = """[further.glass]
process = "float line"
capacity = [200_000, 300_000]
capacity_step = 1_000
utilisation = [0.8, 0.9]
start_year = [2005, 2015]
outlets = ["reheating furnace"]
works = { YX = 2 }

"""
    plan.write_text(plan.read_text("utf-8").replace("# A boiler that", glass + "# A boiler that"), "utf-8")

    inventory.write(folder, read_plan(folder).seed)
    drawn = load(folder)

    assert [each.name_zh for each in drawn.sources if each.sector == "glass"] == ["玉溪玻璃1号", "玉溪玻璃2号"]
    assert [each for each in drawn.sources if each.sector != "glass"] == [*WHOLE.sources], "nobody else is moved"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("[further.coking]", "[further.cooking]", "cooking"),
        ('outlets = ["coke oven",', 'outlets = ["coke ovn",', "coke ovn"),
        ("works = { KM = 2 }", "works = { XX = 2 }", "XX"),
    ],
)
def test_what_the_plan_names_and_nobody_defines_is_one_line(old: str, new: str, what: str, tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "zone")
    plan = folder / "zone.toml"
    plan.write_text(plan.read_text("utf-8").replace(old, new), "utf-8")

    with pytest.raises(Malformed, match=rf"zone.toml: speaks of '{what}'; name a"):
        inventory.write(folder, 1)
