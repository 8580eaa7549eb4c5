"""Scenarios: read strictly, played through the engine, the same bytes wherever and however often they are run."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest

from airshed.engine import events as e
from airshed.engine.journal import decode
from airshed.lab.scenarios import acts
from airshed.lab.scenarios.draw import Setting, draw, expected
from airshed.lab.scenarios.law import law_of
from airshed.lab.scenarios.path import YearRow, _Path, play_path
from airshed.lab.scenarios.schema import Caps, Costs, Design, Entry, Scenario, Shock, TradeHabits, every, find, read
from airshed.lab.scenarios.summary import framed, summed
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.load import find as find_rules
from airshed.rulebook.load import load, load_texts
from airshed.rulebook.shipped import shipped
from airshed.service.run import scenario as scenario_run
from airshed.service.run.lock import only_writer
from airshed.service.run.parts import put
from airshed.service.run.scenario import MANIFEST, SUMS, DrawsJob, run
from airshed.zone.load import load as load_zone
from clusters import cluster
from laws import RULES, SHIPPED

ZONE = load_zone(shipped("zones", "dianzhong"))
SHORT = Scenario(
    name_en="short",
    name_zh="短",
    question_en="?",
    question_zh="?",
    rulebook="dianzhong",
    pollutant="SO2",
    years=2,
    draws=2,
    trade=TradeHabits(days=3, turns=12),
)
TOLD = """
name_en = "Short"
name_zh = "短"
question_en = "What?"
question_zh = "什么？"
rulebook = "dianzhong"
pollutant = "SO2"
years = 1
draws = 10
[trade]
days = 2
turns = 6
"""


def scenario(**changed: object) -> Scenario:
    return msgspec.structs.replace(SHORT, **changed)


def setting(**changed: object) -> Setting:
    return Setting(scenario(**changed), RULES, ZONE)


@lru_cache(maxsize=16)
def played(**changed: object) -> tuple[YearRow, ...]:
    return tuple(row for number in range(2) for row in play_path(setting(**changed), number))


def total(rows: tuple[YearRow, ...], name: str) -> float:
    return float(np.nansum([getattr(row, name) for row in rows]))


# --- reading


def test_every_shipped_scenario_is_read_and_has_a_law_and_a_guide_price() -> None:
    found = every()
    assert len(found) >= 5
    assert "dianzhong" in found
    for name, told in found.items():
        made = Setting(told, load(find_rules(told.rulebook)), ZONE)
        assert (made.guide > 0).all(), name
        assert told.question_en.endswith("?")
        assert told.question_zh.endswith("？")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("years = 1", "years = 0"), "years: 0 is out of bounds; write a whole number from 1 to 20"),
        (("years = 1", "yeers = 1"), "no such key 'yeers'; there are .*did you mean 'years'"),
        (("years = 1", 'years = "1"'), "years: is '1' .text., not a whole number"),
        (('pollutant = "SO2"', ""), "key 'pollutant' is missing"),
        (("days = 2", "days = 2\nagents = ['zippy']"), "trade agents: no such strategy 'zippy'"),
        (("days = 2", "days = 2\nagents = []"), "trade agents: is empty"),
        (("days = 2", "days = nan"), "days: is nan"),
        (("days = 2", "days = [2"), "is no TOML"),
        (("[trade]", "[design]\nfloor_yuan_per_t = 9.0\nceiling_yuan_per_t = 8.0\n[trade]"), "9 is above the ceiling"),
        (("[trade]", "[design]\ncrossing = 'open'\n[trade]"), "design crossing: no such choice 'open'"),
        (("[trade]", "[[shocks]]\nwhat = ' '\nyear = 2029\n[trade]"), "shocks item 1 what: is empty"),
        (("[trade]", "[[shocks]]\nwhat = 'flood'\n[trade]"), "shocks item 1: key 'year' is missing"),
        (("[trade]", "[demand]\ngrowth_percent = inf\n[trade]"), "growth_percent: inf is not a finite number"),
        (
            ("[trade]", "[costs]\nfirm_spread_percent = 300.0\n[trade]"),
            "costs firm_spread_percent: 300.0 is out of bou",
        ),
        (
            ("[trade]", "[[shocks]]\nwhat = 'flood'\nyear = 2027\n[[shocks]]\nwhat = 'flood'\nyear = 2028\n[trade]"),
            "shocks item 2 what: 'flood' stands twice",
        ),
    ],
)
def test_a_scenario_that_says_it_wrong_is_told_where_and_how(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    path = tmp_path / "told.toml"
    path.write_text(TOLD.replace(*change))
    with pytest.raises(Malformed, match=said) as caught:
        read(path)
    assert "told.toml" in str(caught.value)


def test_a_scenario_that_is_not_there_is_told_which_are() -> None:
    with pytest.raises(Malformed, match=r"there are: .*dianzhong"):
        find("atlantis")
    with pytest.raises(Malformed, match="no such file"):
        find("atlantis.toml")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"pollutant": "CO2"}, "no such pollutant 'CO2'; there are NOx, PM, SO2, VOC"),
        ({"design": Design(no_export=("XX",))}, "no such city"),
        ({"design": Design(ceiling_yuan_per_t=1.0)}, "ceiling_yuan_per_t: 1 is off the tick of 10 yuan/t"),
        ({"design": Design(floor_yuan_per_t=2_005.0)}, "floor_yuan_per_t: 2005 is off the tick"),
        ({"shocks": (Shock(what="late", year=2040),)}, "shocks item 1 year: 2040 is not played; .* 2027 to 2028"),
        ({"shocks": (Shock(what="early", year=2026, years=3),)}, "2026 is not played"),
        ({"caps": Caps(decline_percent=100.0), "years": 6}, "caps: nothing is left of the caps of 2029"),
    ],
)
def test_a_law_that_has_no_such_thing_is_refused(changed: dict[str, object], said: str) -> None:
    with pytest.raises(Malformed, match=said):
        law_of(scenario(**changed), RULES)


def test_a_ceiling_of_the_law_is_not_left_below_a_floor_of_the_scenario() -> None:
    (so2,) = (rule for rule in RULES.pollutants if rule.code == "SO2")
    others = tuple(rule for rule in RULES.pollutants if rule.code != "SO2")
    capped = msgspec.structs.replace(so2, ceiling_fen_per_t=300_000, reference_fen_per_t=300_000)
    with pytest.raises(Malformed, match="a floor of 4000 is above the ceiling, 3000"):
        law_of(
            scenario(design=Design(floor_yuan_per_t=4_000.0)),
            msgspec.structs.replace(RULES, pollutants=(capped, *others)),
        )


def test_in_a_hole_between_the_vintages_of_a_law_the_earlier_caps_hold() -> None:
    """The Acid Rain rulebook has 2003, 2004, 2010 and 2011: there is no year without a cap between them."""
    caps = {row.vintage: row.count for row in law_of(scenario(years=5), load(find_rules("acidrain"))).caps.rows}
    assert list(caps) == [2003, 2004, 2005, 2006, 2007]
    assert caps[2005] == caps[2007] == caps[2004] > 0


def test_a_penalty_that_follows_an_index_ends_where_the_index_does() -> None:
    acid = load(find_rules("acidrain"))
    with pytest.raises(Malformed, match="the penalty follows an index"):
        law_of(scenario(years=20), acid)


def test_the_switches_of_a_design_are_keys_of_the_law() -> None:
    design = Design(
        crossing="never",
        no_export=("KM",),
        wall=False,
        method="history",
        paid_percent=50.0,
        floor_yuan_per_t=2_000.0,
        ceiling_yuan_per_t=9_000.0,
        banking=False,
        fee_percent=1.5,
        band_percent=30.0,
    )
    law = law_of(scenario(design=design), RULES)
    rule = lookup.pollutant(law, "SO2")
    assert (rule.floor_fen_per_t, rule.ceiling_fen_per_t, rule.reserve_fen_per_t) == (200_000, 900_000, 200_000)
    assert (law.trade_rules.crossing, law.trade_rules.no_export, law.trade_rules.walled_sectors) == (
        "never",
        ("KM",),
        (),
    )
    assert (law.allocation.method, law.allocation.auction_basis_points, law.banking.open) == ("history", 5_000, False)
    assert (law.trading.buyer_fee_basis_points, law.trading.band_basis_points) == (150, 3_000)
    assert [row.count for row in law.caps.rows if row.vintage == 2027] == [
        row.count for row in RULES.caps.rows if (row.pollutant, row.vintage) == ("SO2", 2027)
    ]


# --- what is drawn


def test_nature_draws_the_same_for_every_design() -> None:
    """So that designs differ by their rules alone."""
    one, other = setting(), setting(design=Design(crossing="never"), trade=TradeHabits(session="call"))
    for number in range(3):
        a, b = draw(one, number), draw(other, number)
        assert (a.emission == b.emission).all()
        assert a.step_factors == b.step_factors
        assert (a.beliefs == b.beliefs).all()
    assert not (draw(one, 0).emission == draw(one, 1).emission).all()


def test_what_a_scenario_adds_leaves_all_else_on_the_path_as_it_was() -> None:
    """A shock that does not come, works that come, more years and other spreads: the rest is drawn as before."""
    plain = setting()
    shock = setting(shocks=(Shock(what="none", year=2028, chance_percent=0.0, emission_percent=200.0),))
    longer, larger = setting(years=4), setting(entry=Entry(firms_a_year=5.0))
    for number in range(3):
        path, old = draw(plain, number), len(draw(plain, number).works)
        assert (draw(shock, number).emission == path.emission).all()
        assert draw(shock, number).step_factors == path.step_factors
        assert (draw(longer, number).emission[:, :2] == path.emission[:, :2]).all()
        more = draw(larger, number)
        assert len(more.works) > old
        assert (more.emission[:old] == path.emission).all()
        assert (more.beliefs[:old] == path.beliefs).all()
        assert more.step_factors[:old] == path.step_factors
        calm = draw(setting(costs=Costs(common_spread_percent=0.0)), number)
        assert (calm.emission == path.emission).all()
        assert calm.step_factors == path.step_factors
        assert not (calm.cost_level == path.cost_level).any()


def test_shocks_come_when_and_as_they_are_said_to() -> None:
    sure = Shock(what="boom", year=2028, years=1, emission_percent=150.0, cost_percent=200.0)
    calm, boom = expected(setting()), expected(setting(shocks=(sure,)))
    ratio = boom.planned.sum(axis=0) / calm.planned.sum(axis=0)
    assert ratio[:3].tolist() == pytest.approx([1.0, 1.5, 1.0])
    assert (boom.cost_level / calm.cost_level)[:3].tolist() == pytest.approx([1.0, 2.0, 1.0])
    never = msgspec.structs.replace(sure, chance_percent=0.0)
    assert not any(draw(setting(shocks=(never,)), number).happened[0] for number in range(20))


def test_entrants_come_late_and_emit_nothing_before() -> None:
    found = [draw(setting(years=4, entry=Entry(firms_a_year=3.0)), number) for number in range(3)]
    late = [(path, place) for path in found for place, work in enumerate(path.works) if work.since]
    assert late
    for path, place in late:
        assert not path.emission[place, : path.works[place].since].any()
        assert path.emission[place, path.works[place].since :].all()


def test_without_banking_every_year_is_cleared_by_itself() -> None:
    """Discounted prices of a market with banking never rise; without it a boom shows in its own year."""
    boom = (Shock(what="boom", year=2028, emission_percent=115.0),)
    kept = setting(shocks=boom).guide
    alone = setting(shocks=boom, design=Design(banking=False)).guide
    calm = setting(design=Design(banking=False)).guide
    discounted = kept[:2] / np.array([1.0, 1.05])
    assert discounted[1] <= discounted[0] + 1e-9
    assert alone[0] == pytest.approx(calm[0])
    assert alone[1] > calm[1]


# --- what is played


def test_a_path_is_played_through_the_engine_and_keeps_the_caps() -> None:
    rows = played()
    assert [(row.draw, row.year) for row in rows] == [(0, 2027), (0, 2028), (1, 2027), (1, 2028)]
    for number in (0, 1):
        path = [row for row in rows if row.draw == number]
        covered = sum(row.emitted - row.short for row in path)
        assert covered <= sum(row.cap for row in path)
        assert all(row.trades > 0 and row.price > 0 and row.works == 56 for row in path)
        assert all(row.cost >= row.cheapest - 1e-6 * row.cost for row in path)
        assert all(row.revenue > 0 and row.auctioned > 0 for row in path)


def test_walls_and_closed_cities_cost_more_than_the_cheapest_way_to_the_same_emissions() -> None:
    """NOx, where the wall binds: without it, with it, and with closed borders on top."""
    trade = TradeHabits(days=6, turns=30)
    designs = (Design(wall=False), Design(), Design(crossing="never"))
    found = [played(pollutant="NOx", trade=trade, design=design) for design in designs]
    above = [total(rows, "cost") / total(rows, "cheapest") - 1 for rows in found]
    assert 0 < above[0] < above[1] < above[2]


def sold_out_of(place: str, **changed: object) -> int:
    """Allowances of a city that were traded to works of another."""
    path = _Path(setting(**changed), 0)
    path.play()
    home = {work.account: work.firm.source.jurisdiction for work in path.drawn.works}
    trades = (event for line in path.desk.runner.journal.lines() for event in decode(line).events)
    return sum(
        each.count
        for each in trades
        if isinstance(each, e.Traded) and each.series.split("-")[1] == place != home[each.buyer]
    )


def test_a_city_that_lets_nothing_out_sells_nothing_to_the_others() -> None:
    assert sold_out_of("KM") > 0
    assert sold_out_of("KM", design=Design(no_export=("KM",))) == 0


@pytest.mark.parametrize("floor", [8_000.0, 12_000.0])
def test_a_floor_above_the_reference_price_leaves_a_market(floor: float) -> None:
    """The reference, around which the first day trades, lies inside the collar: else nothing could be bid at all."""
    rows = played(design=Design(floor_yuan_per_t=floor), trade=TradeHabits(days=6, turns=30))
    assert all(row.price >= floor for row in rows if row.trades)
    assert total(rows, "volume") > 500


@pytest.mark.parametrize("name", ["acidrain", "shanxi"])
def test_the_other_shipped_laws_are_played_too(name: str) -> None:
    """Each with its own deadlines, penalty and money; in the Acid Rain Program the last day is 1 March."""
    law = load(find_rules(name))
    made = Setting(scenario(rulebook=name), law, load_zone(shipped("zones", law.programme.zone)))
    rows = play_path(made, 0)
    assert len(rows) == 2
    assert all(row.trades > 0 and row.emitted > 0 for row in rows)
    for year in made.years:
        days = acts.days_of(made.law, year)
        assert days.report < days.verify < days.true_up < days.surrender
        assert days.left > 0


def test_what_was_paid_is_never_less_than_the_cheapest_way_even_where_all_is_abated() -> None:
    rows = played(caps=Caps(level_percent=1.0))
    assert total(rows, "short") > 0
    assert all(row.cost >= row.cheapest * (1 - 1e-6) for row in rows)


def test_entrants_that_the_reserve_serves_are_no_reason_for_a_higher_equilibrium_price() -> None:
    """What entrants emit is in the need, so what the reserve gives them is in the supply."""
    small = setting(years=3, entry=Entry(firms_a_year=2.0, size_percent=1.0))
    number = next(number for number in range(9) if any(work.since for work in draw(small, number).works))
    with_them, without = draw(small, number), draw(setting(years=3), number)
    assert small.equilibrium(with_them).price == pytest.approx(setting(years=3).equilibrium(without).price, rel=1e-3)
    assert small.claim(next(work for work in with_them.works if work.since)) > 0


def test_what_is_paid_for_brings_revenue() -> None:
    sold = played(design=Design(paid_percent=50.0))
    assert total(sold, "revenue") > 5 * total(played(), "revenue")
    assert total(sold, "auctioned") <= 0.5 * total(sold, "cap") + 1


def test_a_ceiling_holds_every_price() -> None:
    capped = played(design=Design(ceiling_yuan_per_t=4_500.0))
    assert all(row.price <= 4_500 for row in capped if row.trades)


def test_calls_and_entrants_are_played_too() -> None:
    rows = played(trade=TradeHabits(session="call", rounds=4), entry=Entry(firms_a_year=4.0))
    assert all(row.trades > 0 for row in rows)
    assert max(row.works for row in rows) > 56


def test_summaries_leave_out_what_is_not_there() -> None:
    rows = list(played())
    frame = framed(rows)
    found = summed(frame, 5.0)
    assert found.paths == 2
    assert list(found.years) == [2027, 2028]
    paths = [sum(row.cost / 1.05 ** (row.year - 2027) for row in rows if row.draw == number) for number in (0, 1)]
    assert found.totals["cost"].mean == pytest.approx(np.mean(paths))
    least = [sum(row.cheapest / 1.05 ** (row.year - 2027) for row in rows if row.draw == number) for number in (0, 1)]
    above = [100 * (cost / cheapest - 1) for cost, cheapest in zip(paths, least, strict=True)]
    assert found.totals["above"].mean == pytest.approx(np.mean(above))
    assert min(above) > 0
    assert found.years[2027]["price"].median == pytest.approx(
        np.median([row.price for row in rows if row.year == 2027])
    )


# --- same seeds, same bytes


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


LONG = scenario(years=1, draws=8, trade=TradeHabits(days=2, turns=6))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("alone") / "draws"
    frame, kept = run(LONG, RULES, ZONE, out)
    assert (frame.height, kept) == (8, 0)
    return out


def test_a_pool_and_a_cluster_write_the_bytes_that_one_process_writes(alone: Path, tmp_path: Path) -> None:
    run(LONG, RULES, ZONE, tmp_path / "pool", workers=2)
    assert contents(tmp_path / "pool") == contents(alone)
    with cluster(tmp_path / "cluster") as made:
        made.add_worker("one")
        run(LONG, RULES, ZONE, tmp_path / "dask", cluster=made.address)
        assert contents(tmp_path / "dask") == contents(alone)
        many, out = msgspec.structs.replace(LONG, draws=60), tmp_path / "lost"
        with pytest.raises(Malformed, match=r"the scheduler at .* was lost; start it again"):
            run(many, RULES, ZONE, out, cluster=made.address, progress=lambda job: made.processes[0].kill())
    assert (out / "draws-000000-000004.parquet").read_bytes() == contents(alone)["draws-000000-000004.parquet"]


def test_a_run_that_was_ended_is_carried_on_and_what_is_whole_is_not_played_again(alone: Path, tmp_path: Path) -> None:
    out = tmp_path / "draws"

    def end(job: DrawsJob) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(LONG, RULES, ZONE, out, progress=end)
    (out / "draws-000005-000007.parquet").write_bytes(b"PAR1 and no more")
    told: list[int] = []
    run(LONG, RULES, ZONE, out, progress=lambda job: told.append(job.first))
    assert told[-1] == 5
    assert contents(out) == contents(alone)
    again: list[int] = []
    _, kept = run(LONG, RULES, ZONE, out, progress=lambda job: again.append(job.first))
    assert (kept, again) == (2, [0, 5])


def test_a_batch_that_was_changed_is_played_again(alone: Path, tmp_path: Path) -> None:
    """Parquet would read other figures from it without a word."""
    out = tmp_path / "draws"
    run(LONG, RULES, ZONE, out)
    path = out / "draws-000000-000004.parquet"
    other = pl.read_parquet(path).with_columns(pl.col("price") * 2)
    other.write_parquet(path, compression="zstd", statistics=False)
    _, kept = run(LONG, RULES, ZONE, out)
    assert kept == 1
    assert contents(out) == contents(alone)
    for line in (out / SUMS).read_text().splitlines():
        told, name = line.split("  ")
        assert sha256((out / name).read_bytes()).hexdigest() == told
    (out / SUMS).write_text("nonsense\n" + "0" * 64 + "  draws-")
    _, kept = run(LONG, RULES, ZONE, out)
    assert kept == 0
    assert contents(out) == contents(alone)


def test_no_draw_stands_twice_in_a_folder(alone: Path, tmp_path: Path) -> None:
    """A last batch of two draws goes when five take its place; fewer draws are read from the longer batch."""
    out = tmp_path / "draws"
    for draws, batches in ((7, 0), (8, 1), (6, 2)):
        frame, kept = run(msgspec.structs.replace(LONG, draws=draws), RULES, ZONE, out)
        assert (kept, frame["draw"].to_list()) == (batches, list(range(draws)))
        there = [number for path in out.glob("*.parquet") for number in pl.read_parquet(path)["draw"].to_list()]
        assert sorted(there) == list(range(max(7, draws) if draws != 6 else 8))
    assert contents(out) == contents(alone)


def test_two_runs_do_not_write_into_one_folder(alone: Path) -> None:
    with only_writer(alone, "lab run"), pytest.raises(Malformed, match=r"is being written by process .*lab run"):
        run(LONG, RULES, ZONE, alone)


def test_a_disk_that_takes_a_part_only_is_said_and_nothing_is_left_of_it(tmp_path: Path) -> None:
    """A limit on the size of files stands for it: it too takes what fits, and refuses the rest."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, hard))
    try:
        with pytest.raises(Malformed, match=r"cannot be written \(File too large\); make room and run again"):
            put(tmp_path, tmp_path / "batch", b"x" * 10_000)
        put(tmp_path, tmp_path / "small", b"x" * 9_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["small"]


def test_more_draws_are_added_to_those_that_are_there(alone: Path, tmp_path: Path) -> None:
    out = tmp_path / "draws"
    run(msgspec.structs.replace(LONG, draws=5), RULES, ZONE, out)
    frame, kept = run(LONG, RULES, ZONE, out)
    assert kept == 1
    assert frame.equals(pl.concat([pl.read_parquet(path) for path in sorted(alone.glob("*.parquet"))]))


def test_a_run_that_is_killed_leaves_whole_batches_only(tmp_path: Path) -> None:
    told, out = tmp_path / "told.toml", tmp_path / "draws"
    told.write_text(TOLD)
    command = [sys.executable, "-m", "airshed", "lab", "run", str(told), "--out", str(out), "--workers", "2", "--json"]
    running = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": "src"}, start_new_session=True)
    while not list(out.glob("*.parquet")):
        assert running.poll() is None, "it ended before there was a batch"
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert all(pl.read_parquet(path).height == 5 for path in out.glob("*.parquet"))
    asked, rules = read(told), load_texts(SHIPPED)
    run(asked, rules, ZONE, out)
    run(asked, rules, ZONE, tmp_path / "clean")
    assert contents(out) == contents(tmp_path / "clean")


def test_a_folder_of_something_else_is_left_alone(alone: Path, tmp_path: Path) -> None:
    before = contents(alone)
    with pytest.raises(Malformed, match="draws of another scenario"):
        run(msgspec.structs.replace(LONG, seed=8), RULES, ZONE, alone)
    law = msgspec.structs.replace(RULES, banking=msgspec.structs.replace(RULES.banking, limit_basis_points=1))
    with pytest.raises(Malformed, match="draws of another rulebook"):
        run(LONG, law, ZONE, alone)
    assert contents(alone) == before
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(Malformed, match=r"has files and no scenario\.json"):
        run(LONG, RULES, ZONE, tmp_path)
    (tmp_path / MANIFEST).write_text("{}")
    with pytest.raises(Malformed, match="cannot be read"):
        run(LONG, RULES, ZONE, tmp_path)


def test_every_batch_says_that_it_is_simulated(alone: Path) -> None:
    said = {pl.read_parquet_metadata(path)["provenance"] for path in alone.glob("*.parquet")}
    assert said == {f'{{"is":"simulation","scenario":"trading agents","seed":{LONG.seed}}}'}


def test_a_worker_with_other_code_is_refused() -> None:
    (job, *_) = scenario_run.jobs_of(Setting(LONG, RULES, ZONE))
    with pytest.raises(Malformed, match="other code"):
        scenario_run.work(job._replace(code="0" * 64))
