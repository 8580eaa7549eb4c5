"""Sharing a cap: conservation, fairness and early action, and the command that shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from airshed.cli.allocate.command import allocate as command
from airshed.market.allocation import (
    METHODS,
    Activity,
    Allocation,
    Baseline,
    allocate,
    benchmark,
    entrants,
    equal_cut,
    history,
    limit,
    parts,
    quota_g,
    reserve,
    split,
    whip,
)
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.load import find, load
from airshed.rulebook.shipped import shipped
from airshed.zone.activities import read_activities, zone_activities
from airshed.zone.load import load as load_zone
from airshed.zone.regulated import regulated

masses = st.integers(0, 10**12)
baselines: st.SearchStrategy[Baseline] = st.sampled_from(["mean", "median"])


def works(source: str, emitted_kg: Sequence[int | None], output: Sequence[int | None] | None = None) -> Activity:
    """A source with one figure a year from 2024 on."""
    years = tuple(range(2024, 2024 + len(emitted_kg)))
    return Activity(source, "cement", years, tuple(emitted_kg), tuple(output or emitted_kg), 250, 500)


@st.composite
def activities(draw: st.DrawFn) -> list[Activity]:
    """Some sources, one of which at least emits and makes something in every year."""
    names = draw(st.lists(st.sampled_from("abcdefghij"), min_size=1, unique=True))
    years = draw(st.integers(1, 4))
    column = st.lists(masses, min_size=years, max_size=years)
    rows = [works(name, draw(column), draw(column)) for name in names]
    return [replace(rows[0], emitted_kg=(1,) * years, output=(1,) * years), *rows[1:]]


def counts(result: Allocation) -> dict[str, int]:
    return {share.source: share.count for share in result.shares}


def naive_split(pool: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Largest remainder, one allowance at a time: to whoever lacks most of its exact part, then to the lower id."""
    total = sum(weights.values())
    exact = {source: Fraction(pool * weight, total) for source, weight in weights.items()}
    shares = {source: int(part) for source, part in exact.items()}
    lacking = {source: exact[source] - shares[source] for source in sorted(weights)}
    while sum(shares.values()) < pool:
        source = max(lacking, key=lambda each: lacking[each])
        shares[source] += 1
        lacking[source] = Fraction(-1)
    return shares


@given(st.integers(0, 10**6), st.dictionaries(st.text("abc", min_size=1), st.integers(0, 50), min_size=1))
def test_the_largest_remainder_is_that_of_the_naive_reference(pool: int, weights: dict[str, int]) -> None:
    if sum(weights.values()):
        assert split(pool, weights) == naive_split(pool, weights)


@given(st.integers(0, 2**80), st.dictionaries(st.text(min_size=1), st.integers(0, 2**80), min_size=1))
def test_no_share_is_an_allowance_away_from_its_exact_part(pool: int, weights: dict[str, int]) -> None:
    total = sum(weights.values())
    if total:
        shares = split(pool, weights)
        assert sum(shares.values()) == pool
        assert all(abs(Fraction(pool * weights[source], total) - shares[source]) < 1 for source in weights)
        assert all(shares[source] == 0 for source, weight in weights.items() if weight == 0)


@given(st.sampled_from(sorted(METHODS)), st.integers(0, 10**15), activities(), baselines, st.data())
def test_every_method_conserves_the_pool_whatever_the_order_of_the_sources(
    method: str, pool: int, rows: list[Activity], baseline: Baseline, data: st.DataObject
) -> None:
    """I2. Shares sum to the pool, none is below zero, and order changes neither shares nor sentences."""
    result = METHODS[method](pool, rows, baseline)

    assert sum(counts(result).values()) == pool
    assert min(counts(result).values()) >= 0
    assert result == METHODS[method](pool, data.draw(st.permutations(rows)), baseline)


@given(st.integers(0, 10**12), st.integers(0, 5_000), st.integers(0, 5_000), activities(), st.integers(0, 10**9))
def test_the_tiers_of_a_cap_conserve_it(cap: int, kept: int, sold: int, rows: list[Activity], planned: int) -> None:
    """I2. Reserve, auction and free pool are the cap; so are shares, what stays in reserve and what is sold."""
    tiers = parts(cap, kept, sold)
    new = replace(works("new", (), ()), entrant=True, capacity=planned, utilisation_basis_points=8_000)
    result = allocate("history", "mean", tiers, [*rows, new])

    assert tiers.reserved + tiers.for_auction + tiers.free == cap
    assert sum(counts(result).values()) + result.reserved + result.for_auction == cap
    assert result.for_auction == tiers.for_auction
    assert counts(result)["new"] + result.reserved == tiers.reserved


def test_a_single_source_gets_the_whole_pool() -> None:
    for method in METHODS.values():
        assert counts(method(7, [works("only", (3, 5))])) == {"only": 7}


def test_equal_remainders_go_to_the_lower_source_id() -> None:
    assert split(5, {"b": 1, "c": 1, "a": 1}) == {"a": 2, "b": 2, "c": 1}


def test_history_follows_the_mean_or_the_median_of_the_baseline() -> None:
    rows = [works("a", (100, 100, 400)), works("b", (200, 200, 200))]

    assert counts(history(400, rows)) == {"a": 200, "b": 200}
    assert counts(history(300, rows, "median")) == {"a": 100, "b": 200}


def test_benchmark_follows_output_and_not_emission() -> None:
    rows = [works("clean", (1, 1), (1_000, 3_000)), works("dirty", (999, 999), (1_000, 1_000))]

    assert counts(benchmark(300, rows)) == {"clean": 200, "dirty": 100}


def test_limit_follows_the_permit_else_the_capacity_else_the_output() -> None:
    permit = replace(works("a", (1,), (5,)), quota_kg=1_000)
    capacity = replace(works("b", (1,), (5,)), capacity=4_000)
    output = works("c", (1,), (2_000,))

    assert counts(limit(400, [permit, capacity, output])) == {"a": 100, "b": 200, "c": 100}


def test_equal_cut_leaves_every_source_the_same_part_of_its_latest_year() -> None:
    rows = [works("a", (999, 100)), works("b", (0, 300))]

    assert counts(equal_cut(200, rows)) == {"a": 50, "b": 150}


def test_a_kiln_tail_at_its_limit_emits_one_kilogram_of_nox_per_tonne() -> None:
    """HJ 847: 2,500 m3 per tonne of clinker; GB 4915-2013: 400 mg/m3 (both to confirm)."""
    assert quota_g(2_500, 400) == 1_000


def test_every_share_says_why_in_both_languages() -> None:
    share = history(800, [works("a", (1_000, 1_400)), works("b", (400, 400))]).shares[0]

    assert share.en == (
        "History: mean emission of baseline years 2024-2025 is 1.200 t, 75.00 % of the 1.600 t claimed; "
        "the pool covers 50.00 % of every claim: 600 allowances."
    )
    assert share.zh.startswith("历史法：基准年2024—2025排放均值1.200吨")
    assert share.zh.endswith("得600份。")


def test_entrants_get_benchmark_times_capacity_at_standard_use_and_the_rest_stays() -> None:
    new = replace(works("new", (), ()), entrant=True, capacity=1_000, utilisation_basis_points=8_000)
    result = entrants(500, [new])

    assert counts(result) == {"new": 200}
    assert result.reserved == 300


def test_entrants_share_a_reserve_that_is_too_small_pro_rata() -> None:
    small = replace(works("small", (), ()), entrant=True, capacity=1_000, utilisation_basis_points=10_000)
    large = replace(small, source="large", capacity=3_000)
    result = entrants(100, [small, large])

    assert counts(result) == {"large": 75, "small": 25}
    assert result.reserved == 0
    assert "pro rata: 1,000 are asked of 100" in result.shares[0].en


def test_an_entrant_without_a_capacity_is_served_by_its_stated_output() -> None:
    assert counts(entrants(500, [replace(works("new", (7,), (800,)), entrant=True)])) == {"new": 200}


def test_a_larger_allowance_covers_a_larger_claim() -> None:
    new = replace(works("new", (), ()), entrant=True, capacity=1_000_000, utilisation_basis_points=8_000)

    assert counts(entrants(500, [new], size_kg=1_000)) == {"new": 200}


def test_history_and_equal_cut_whip_the_fast_ox_and_benchmark_and_limit_do_not() -> None:
    """Economics: dA/de is the pool's part of all claims for A1, 1 - rho for A4, nil for A2 and A3."""
    rows = [works("a", (10**6, 10**6), (5, 5)), works("b", (99 * 10**6, 99 * 10**6), (5, 5))]

    def lost(method: str) -> Fraction:
        return whip(lambda each: METHODS[method](80 * 10**6, each), rows, "a", 1_000)

    assert lost("benchmark") == lost("limit") == 0
    assert Fraction(79, 100) < lost("history") == lost("equal_cut") < Fraction(80, 100)


def test_nobody_can_have_abated_more_than_it_emitted() -> None:
    with pytest.raises(Malformed, match=r"source a: cannot have abated 11 kg"):
        whip(lambda rows: history(5, rows), [works("a", (10, 12))], "a", 11)


@pytest.mark.parametrize("method", ["history", "equal_cut"])
def test_a_missing_baseline_year_is_an_error_that_names_the_row_and_never_a_zero(method: str) -> None:
    row = replace(works("a", (5, None)), place="mine.csv line 2")

    with pytest.raises(Malformed, match=r"mine.csv line 2 \(source a\): no verified emission \(emitted_kg\) for 2025"):
        METHODS[method](10, [row])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (replace(works("a", (5,)), benchmark_g=None), "source a: benchmark_g is not given"),
        (replace(works("a", (5,)), benchmark_g=-1), "source a: benchmark_g is -1"),
        (works("a", (5,), (None,)), "source a: no verified output for 2024"),
        (works("a", (5,), (-5,)), "source a: output of 2024 is -5"),
        (replace(works("a", (5,)), output=(1, 2)), "source a: 2 years of output for 1 baseline years"),
        (replace(works("a", (5,)), entrant=True), "source a: a new entrant has no baseline"),
        (works("a", (0,)), "allocation: every claim on the 10 allowances is zero"),
    ],
)
def test_a_claim_that_cannot_be_made_is_one_clear_line(row: Activity, message: str) -> None:
    with pytest.raises(Malformed) as caught:
        benchmark(10, [row])
    assert str(caught.value).startswith(message)


def test_a_source_is_named_once_and_a_pool_needs_somebody() -> None:
    with pytest.raises(Malformed, match="source a: a stands there twice"):
        history(1, [works("a", (1,)), works("a", (2,))])
    with pytest.raises(Malformed, match="no source shares the 5 allowances"):
        history(5, [])
    assert history(0, []).shares == ()
    with pytest.raises(Malformed, match="no such method 'lottery'"):
        allocate("lottery", "mean", parts(1, 0, 0), [works("a", (1,))])
    with pytest.raises(Malformed, match="below zero"):
        split(-1, {"a": 1})


def test_what_is_set_aside_is_a_part_of_the_cap() -> None:
    assert reserve(999, 5_000) == (499, 500)
    with pytest.raises(Malformed, match="set aside 0 to 10000"):
        reserve(10, 10_001)
    with pytest.raises(Malformed, match="more than the whole cap"):
        parts(100, 6_000, 5_000)


# --- the zone


def test_the_zone_gives_every_source_its_baseline_and_benchmark() -> None:
    rules = load(find("dianzhong"))
    zone = load_zone(shipped("zones", "dianzhong"))
    rows = zone_activities(zone, rules, "SO2")

    assert len(rows) == len(regulated(zone, rules).sources) < len(zone.sources)
    assert [row.source for row in rows if row.entrant] == ["QJ-STL-04"]
    assert all(None not in row.emitted_kg + row.output for row in rows)
    assert {row.source[:2] for row in zone_activities(zone, rules, "SO2", "YX")} == {"YX"}
    with pytest.raises(Malformed, match="there is no such jurisdiction"):
        zone_activities(zone, rules, "SO2", "BJ")


def test_a_zone_without_a_baseline_year_of_an_incumbent_is_refused_not_filled() -> None:
    rules = load(find("dianzhong"))
    zone = load_zone(shipped("zones", "dianzhong"))
    gap = msgspec.structs.replace(zone, baseline=tuple(row for row in zone.baseline if row.year != 2025))

    with pytest.raises(Malformed, match="for 2025; have it verified or determined; it is not zero"):
        history(10, zone_activities(gap, rules, "SO2", "KM"))


# --- the command

HEADER = "source,sector,years,emitted_kg,output,benchmark_g,quota_kg\n"


def run(*arguments: str) -> tuple[int, str]:
    """The status and output of `airshed allocate`; a malformed input is its one line."""
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, list(arguments))
    if isinstance(result.exception, Malformed):
        return 2, str(result.exception)
    return result.exit_code, result.output


def mine(folder: Path, text: str) -> str:
    path = folder / "mine.csv"
    path.write_text(text, "utf-8")
    return str(path)


def test_the_command_shares_a_csv_of_ones_own_by_all_four_methods(tmp_path: Path) -> None:
    path = mine(
        tmp_path, HEADER + "a,cement,2025 2026,100 300,10 10,5000,400\nb,steel,2025 2026,200 200,30 30,5000,400\n"
    )
    status, output = run("--activities", path, "--pool", "300", "--auction", "10", "--json")

    assert status == 0
    (cap,) = json.loads(output)["caps"]
    assert (cap["cap"], cap["for_auction"], cap["free"]) == (300, 30, 270)
    shares = {name: [share["count"] for share in found["shares"]] for name, found in cap["methods"].items()}
    assert shares == {"history": [135, 135], "benchmark": [68, 202], "limit": [135, 135], "equal_cut": [162, 108]}


def test_the_command_explains_every_share_and_early_action(tmp_path: Path) -> None:
    path = mine(tmp_path, "source,emitted_kg\na,4000\nb,12000\n")
    status, output = run("--activities", path, "--pool", "8000", "--method", "history", "--explain")

    assert status == 0
    assert "the pool covers 50.00 % of every claim: 2,000 allowances." in output
    assert "had b abated 1,000 kg a year before, it would get 133 less" in output


def test_the_command_shares_the_caps_of_the_rulebook() -> None:
    rules = load(find("dianzhong"))
    status, output = run("--pollutant", "NOx", "--json")

    assert status == 0
    caps = json.loads(output)["caps"]
    assert [cap["name"] for cap in caps] == [f"NOx-{code}-2027" for code in ("KM", "QJ", "YX", "CX", "HH")]
    for cap in caps:
        assert cap["cap"] == lookup.cap(rules, cap["name"])
        for found in cap["methods"].values():
            given = sum(share["count"] for share in found["shares"])
            assert given + found["reserved"] + cap["for_auction"] == cap["cap"]
    assert "all jurisdictions, by sector" in run("--pollutant", "NOx")[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: column 'source' is missing"),
        ("source,emited_kg\na,1\n", "line 1 column emited_kg: no such column"),
        ("source,source\na,a\n", "line 1 column source: the column stands there twice"),
        ("source,emitted_kg\n", ": has no sources"),
        ("source,emitted_kg\na\n", "line 2: 1 cells for 2 columns"),
        ("source,emitted_kg\na,1\n,2\n", "line 3 column source: the cell is empty"),
        ("source,emitted_kg\na,1\na,2\n", "line 3 column source: 'a' stands in line 2 already"),
        ("source,emitted_kg\na,1.5\n", "line 2 column emitted_kg: '1.5' is not a whole number"),
        ("source,emitted_kg\na,-4\n", "line 2 column emitted_kg: '-4' is not a whole number"),
        ("source,years,emitted_kg\na,2025 2026,4\n", "line 2 column emitted_kg: 1 figures for 2 baseline years"),
        ("source,years,emitted_kg\na,2025 -,4 5\n", "line 2 column years: a year is left open"),
        ("source,emitted_kg,entrant\na,1,perhaps\n", "line 2 column entrant: 'perhaps' is neither"),
        ("source,emitted_kg\na,5 -\n", "line 2 (source a): no verified emission (emitted_kg) for 2"),
        ("source,emitted_kg\na,\n", "line 2 (source a): no verified emission (emitted_kg) for 1"),
        ('source,emitted_kg\n"a,1\n', "line 2: unexpected end of data"),
    ],
)
def test_a_malformed_csv_is_one_line_with_file_line_and_column(tmp_path: Path, text: str, message: str) -> None:
    status, output = run("--activities", mine(tmp_path, text), "--pool", "10", "--method", "history")

    assert status == 2
    assert "mine.csv" in output
    assert message in output
    assert "\n" not in output


def test_a_csv_that_is_no_text_or_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    with pytest.raises(Malformed, match=r"mine.csv: the file is missing"):
        read_activities(path)
    path.write_bytes(b"source,emitted_kg\na,1\n\xff,2\n")
    with pytest.raises(Malformed, match=r"mine.csv line 3: is not UTF-8"):
        read_activities(path)
    with pytest.raises(Malformed, match="cannot be read"):
        read_activities(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--method", "lottery"], "--method: no such method 'lottery'"),
        (["--pool", "5"], "--pool: goes only with --activities"),
        (["--activities", "x.csv"], "--pool: --activities needs the allowances"),
        (["--activities", "x.csv", "--pool", "-5"], "--pool: --activities needs the allowances"),
        (["--activities", "x.csv", "--pool", "5", "--vintage", "2027"], "--vintage: goes only with a rulebook"),
        (["--activities", "x.csv", "--pool", "5", "--reserve", "101"], "--reserve: 101 percent is no part"),
        (["--activities", "x.csv", "--pool", "5", "--baseline", "mode"], "--baseline: no such baseline 'mode'"),
        (["--activities", "x.csv", "--pool", "5", "--size-kg", "0"], "--size-kg: 0 kg is no size"),
        (["--pollutant", "CO2"], "--pollutant: no such pollutant 'CO2'; there are SO2, NOx, PM, VOC"),
        (["--jurisdiction", "BJ"], "--jurisdiction: no such jurisdiction 'BJ'; there are KM, QJ, YX, CX, HH"),
        (["--vintage", "1999"], "--vintage: SO2 has no cap for 1999"),
        (["--rulebook", "atlantis"], "atlantis: no such folder is shipped"),
    ],
)
def test_a_wrong_option_is_named_with_what_there_is(arguments: list[str], message: str) -> None:
    status, output = run(*arguments)

    assert status == 2
    assert message in output
