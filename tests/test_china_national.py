"""China's national carbon market as data, for works that the air law regulates too: allocation, fine, year."""

from __future__ import annotations

import shutil
from fractions import Fraction
from functools import cache
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from airshed.cli.rules import app
from airshed.engine import events as e
from airshed.engine.invariants import check
from airshed.engine.journal import MemoryJournal, decode
from airshed.engine.procedures.settling import penalty_of
from airshed.lab.scenarios.law import law_of
from airshed.lab.scenarios.schema import Scenario
from airshed.lab.season.claiming import activity_of, freed_by
from airshed.lab.season.season import Season
from airshed.model.refusal import Malformed
from airshed.registry.accounts import cancelled
from airshed.rulebook import lookup
from airshed.rulebook.load import find, load
from airshed.rulebook.shipped import shipped
from airshed.zone.bounds import below_claims
from airshed.zone.load import load as load_zone
from airshed.zone.load import of_law
from airshed.zone.regulated import regulated
from seasons import played

LAW = load(find("china-national"))
ZONE = load_zone(shipped("zones", "dianzhong"))
#: One of each trade and city, one of two furnaces, and enough power to be short of something.
WORKS = ("KM-CEM-01", "YX-CEM-01", "CX-STL-01", "QJ-STL-02", "QJ-STL-04", "HH-ALU-01", "KM-PWR-01", "QJ-PWR-05")


@cache
def year() -> Season:
    return played(MemoryJournal(), law="china-national", works=WORKS, tables=False)


def facts(season: Season, kind: type[e.Fact]) -> list[e.Fact]:
    return [each for line in season.runner.journal.lines() for each in decode(line).events if isinstance(each, kind)]


# --- who is in it


def test_the_same_works_are_in_it_and_smelters_beside_them_but_no_electric_furnace() -> None:
    inside = {each.source: each for each in of_law(LAW).sources}
    air = {each.source for each in of_law(load(find("dianzhong"))).sources}

    assert {each.process for each in inside.values()} == {"dry kiln", "coal power", "BF-BOF", "prebaked cells"}
    assert {source for source in air if source not in inside} == {
        each.source for each in ZONE.sources if each.process == "EAF"
    }
    assert sum(each.sector == "aluminium" for each in inside.values()) == 4


def test_a_law_may_name_processes_of_a_sector_and_covers_all_where_it_names_none() -> None:
    sectors = tuple(msgspec.structs.replace(each, processes=None) for each in LAW.sectors)
    whole = regulated(ZONE, msgspec.structs.replace(LAW, sectors=sectors))

    assert "EAF" in {each.process for each in whole.sources}
    assert len(whole.sources) == 60


# --- what they get


def test_the_year_is_played_and_each_gets_what_its_output_brings() -> None:
    """Industry: 0.15 of the deviation from the balance value, 3 % at most; power: output times benchmark."""
    season = year()
    state = season.runner.state
    check(state)
    lines = {line.source: line for event in facts(season, e.TruedUp) for line in event.lines}  # type: ignore[attr-defined]
    made = {firm.source.source: firm for firm in season.firms}

    assert set(lines) == set(made) == {*WORKS} - {"QJ-STL-02"}
    for source, line in lines.items():
        benchmark = lookup.benchmark(LAW, made[source].source.sector, "CO2e").benchmark_g
        emitted, due = state.years[source, 2027].obligation["CO2e"], Fraction(made[source].output * benchmark, 1000)
        rate = max(Fraction(-3, 100), min(Fraction(3, 100), Fraction(15, 100) * (due - emitted) / due))
        claim = due if made[source].source.sector == "power" else emitted * (1 + rate)
        assert abs(line.final - claim) <= 1, source
    given = sum(line.final for line in lines.values())
    assert given + sum(
        state.ledger.held_of(cancelled(place.code), f"CO2e-{place.code}-2027").count for place in LAW.jurisdictions
    ) == sum(cap.count for cap in LAW.caps.rows if cap.vintage == 2027)


def test_who_is_short_is_fined_five_times_by_case_and_makes_up_as_much() -> None:
    state = year().runner.state
    settled = [(source, each) for (source, _), known in state.years.items() for each in known.settled.values()]
    short = {source: each for source, each in settled if each.shortfall}

    assert {case.source for case in state.cases.values()} == set(short)
    for case in state.cases.values():
        assert case.fen == -(-case.proposed_fen // 2)
        assert short[case.source].makeup == short[case.source].shortfall


def test_the_fine_of_shizuishan_to_the_fen() -> None:
    """A power plant in Ningxia, 2023: 865,300 t of 5,128,612 missing, 98.00 yuan/t: 423,997,000 yuan at five times."""
    most = penalty_of(LAW, 2027, (5_128_612 - 4_263_312) * 1_000, 98_00)
    least = most * LAW.cases.lowest_basis_points // 10_000

    assert least == 423_997_000_00
    assert most == 2 * least


def test_a_tonne_abated_frees_little_where_the_claim_follows_the_emission() -> None:
    """Near the balance value 0.15 of an allowance; a power plant, whose claim is output alone, has all of it."""
    parts = {
        firm.source.source: freed_by(LAW, firm.source.jurisdiction, activity_of(LAW, firm, "CO2e", 2027))
        for firm in year().firms
    }

    assert parts["KM-PWR-01"] == parts["QJ-PWR-05"] == 1
    for source in ("KM-CEM-01", "YX-CEM-01", "HH-ALU-01"):
        assert Fraction(10, 100) < parts[source] < Fraction(20, 100), source


def test_certified_reductions_cover_five_percent_where_they_are_named() -> None:
    (credit,) = LAW.compliance.credits

    assert (credit.credit, credit.pollutant, credit.limit_basis_points, credit.use) == ("CCER", "CO2e", 500, "named")
    assert lookup.senders(LAW, "IssueCredits") == ("ministry",)


# --- what contradicts itself


def law_with(tmp_path: Path, name: str, old: str, new: str) -> Path:
    folder = Path(shutil.copytree(find("china-national"), tmp_path / "law"))
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")
    return folder


def test_a_cap_below_what_the_laws_own_rules_give_is_one_line_with_place_and_cure(tmp_path: Path) -> None:
    folder = law_with(tmp_path, "caps.csv", "CO2e,KM,2027,19556000000", "CO2e,KM,2027,17000000000")
    done = CliRunner().invoke(app, ["check", str(folder)])
    (line,) = done.stderr.splitlines()

    assert done.exit_code == 2
    assert "caps.csv CO2e KM 2027: 17,000,000.000 t to share are less than the 17,777,412.020 t" in line
    assert "write 17777412020 or more" in line
    with pytest.raises(Malformed, match=r"caps\.csv CO2e KM 2027"):
        of_law(load(folder))


def test_the_cure_cures_and_a_scarce_cap_is_no_fault() -> None:
    zone = of_law(LAW)
    rows = tuple(
        msgspec.structs.replace(row, count=17_777_412_020) for row in LAW.caps.rows if row.jurisdiction == "KM"
    )
    law = msgspec.structs.replace(LAW, caps=msgspec.structs.replace(LAW.caps, rows=rows))
    one_less = msgspec.structs.replace(rows[0], count=rows[0].count - 1)

    assert list(below_claims(zone, law)) == []
    assert (
        len(
            list(
                below_claims(
                    zone, msgspec.structs.replace(law, caps=msgspec.structs.replace(law.caps, rows=(one_less,)))
                )
            )
        )
        == 1
    )
    scarce = msgspec.structs.replace(law.caps, rows=(one_less,), absolute=True)
    assert list(below_claims(zone, msgspec.structs.replace(law, caps=scarce))) == []
    air = load(find("dianzhong"))
    assert list(below_claims(of_law(air), air)) == []


def test_a_scenario_says_that_it_does_not_settle_advances() -> None:
    said = dict.fromkeys(("name_en", "name_zh", "question_en", "question_zh"), "a")
    scenario = msgspec.convert({**said, "rulebook": "a", "pollutant": "CO2e"}, Scenario)
    with pytest.raises(Malformed, match="settles a part by verified output"):
        law_of(scenario, LAW)


# --- steps against CO2, and what technologies do to other pollutants


def test_steps_against_greenhouse_gases_follow_from_what_works_emit() -> None:
    own = [each for each in ZONE.options if each.source == "HH-ALU-01" and each.pollutant == "CO2e"]
    masses = [each.kg("CO2e") or 0 for each in ZONE.baseline if each.source == "HH-ALU-01"]

    assert [(each.technology, each.potential_kg, each.cost_per_t) for each in own] == [
        ("aluminium-co2-anode-effects", int(sum(masses) / len(masses) * 15 / 100), 12)
    ]
    files = (shipped("zones", "dianzhong") / "abatement_options.csv").read_text("utf-8")
    assert "CO2e" not in files, "what follows is not typed"


def test_what_is_derived_of_side_effects_is_chemistry() -> None:
    """Molar masses: CO2 44.010, SO2 64.066, CH2 14.027."""
    derived = {
        (each.technology, each.by): each for each in ZONE.side_effects if each.kind == "derived" and each.kg_per_t
    }

    assert {by for _, by in derived} == {"reagent", "burnt"}
    for (_, by), each in derived.items():
        assert each.kg_per_t == pytest.approx(1000 * 44.010 / (64.066 if by == "reagent" else 14.027), rel=0.015)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("power-so2-tuning,CO2e,reagent,687,,", "power-so2-tuning,CO2e,reagent,687,50,", "has both measures"),
        ("power-so2-tuning,CO2e,reagent,687,,", "power-so2-tuning,CO2e,reagent,,,", "has neither measure"),
        ("power-so2-tuning,CO2e,", "power-so2-tuning,SO2,", "takes out SO2 itself"),
        ("power-so2-tuning,CO2e,", "power-so2-tunning,CO2e,", "did you mean 'power-so2-tuning'"),
    ],
)
def test_a_side_effect_that_errs_is_told_place_and_cure(tmp_path: Path, old: str, new: str, words: str) -> None:
    folder = Path(shutil.copytree(shipped("zones", "dianzhong"), tmp_path / "zone"))
    path = folder / "side_effects.csv"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")

    with pytest.raises(Malformed) as caught:
        load_zone(folder)
    assert words in str(caught.value)
    assert "side_effects.csv line 2" in str(caught.value)
    assert "\n" not in str(caught.value)
