"""The lab as a library: data frames in and out, every bad row named, and six worked examples that run."""

from __future__ import annotations

import importlib.util
import inspect
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from airshed import lab
from airshed.engine.runner import Runner
from airshed.lab import frames
from airshed.lab.equilibrium.case import case_of, closed, linked, solved
from airshed.lab.frames.reading import frame_in
from airshed.lab.methods import plans
from airshed.lab.scenarios.draw import Setting
from airshed.lab.scenarios.path import play_path
from airshed.lab.scenarios.schema import find as find_scenario
from airshed.lab.scenarios.schema import read as read_scenario
from airshed.lab.scenarios.summary import SHAPE, framed
from airshed.model.refusal import Malformed
from airshed.rulebook.digest import digest
from airshed.rulebook.shipped import shipped
from airshed.service.book.sqlite import Book
from airshed.service.marketdata.frames import market_frames
from airshed.zone.load import load as load_zone
from beijing import BEIJING
from laws import FILES, RULES
from story import story

EXAMPLES = Path(__file__).parents[1] / "examples"
LIBRARY = Path(__file__).parents[1] / "docs" / "how-to" / "use-the-lab-as-a-library.md"

CURVES = pl.DataFrame(
    {
        "zone": ["A", "A", "B"],
        "source": ["a1", "a2", "b1"],
        "technology": ["wet", "dry", "wet"],
        "cost_yuan_per_t": [40.0, 25.0, 10.0],
        "potential_t": [10.0, 3.0, 10.0],
    }
)
CAPS = pl.DataFrame({"zone": ["A", "B"], "year": [2027, 2027], "baseline_t": [110.0, 100.0], "cap_t": [100.0, 100.0]})
SOURCES = pl.DataFrame(
    {
        "source": ["a1", "a1", "b1", "b1"],
        "jurisdiction": ["A", "A", "B", "B"],
        "sector": ["cement", "cement", "steel", "steel"],
        "year": [2025, 2026, 2025, 2026],
        "emitted_kg": [300, 100, 200, 200],
        "output": [10, 10, 30, 30],
        "benchmark_g": [10_000, 10_000, 10_000, 10_000],
        "quota_g": [20_000, 20_000, 20_000, 20_000],
    }
)


#: The same with what every method asks for, and a new works that is served from a reserve.
PLANTS = pl.concat(
    [
        SOURCES.with_columns(
            heat_mmbtu=pl.Series([10, 10, 30, 30]),
            fuel=pl.lit("coal"),
            cooling=pl.lit("water"),
            load_basis_points=pl.lit(8_500),
        ),
        SOURCES.head(2).with_columns(
            source=pl.lit("n1"), entrant=pl.lit(True), capacity=pl.lit(10), utilisation_basis_points=pl.lit(5_000)
        ),
    ],
    how="diagonal",
)
#: The same without its types, to be called as nobody should.
ANY: Any = lab


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_importing_the_lab_reads_neither_frames_nor_solver() -> None:
    code = "import sys, airshed.lab; print({'polars', 'numpy', 'highspy'} & set(sys.modules), airshed.lab.solve_market)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("set() <function solve_market")
    assert set(lab.FRAMES) == set(frames.__all__) <= set(dir(lab))
    with pytest.raises(AttributeError, match="no attribute 'solve'"):
        _ = lab.solve


def test_the_frames_of_the_shipped_zone_give_the_equilibrium_of_the_command() -> None:
    tables = lab.zone_tables("dianzhong", "SO2", years=3)
    case = case_of(load_zone(shipped("zones", "dianzhong")), RULES, "SO2", 3, 0.05, 0.01, 0.03)
    for border, air in (("open", linked(case.zones)), ("closed", closed(case.zones))):
        found, own = lab.solve_market(tables.curves, tables.caps, border=border), solved(case, air)
        assert found.cost_yuan == pytest.approx(own.found.cost, rel=1e-12)
        prices = dict(zip(case.zones, own.found.price[:, 0].tolist(), strict=True))
        first = found.prices.filter(pl.col("year") == 2027)
        assert dict(first.select("zone", "price_yuan_per_t").iter_rows()) == pytest.approx(prices, rel=1e-12)


def test_a_solution_says_who_abates_with_what_and_carries_its_proof() -> None:
    found = lab.solve_market(CURVES, CAPS, border="closed")

    assert found.steps.rows() == [("A", "a2", "dry", 25.0, 2027, 3.0), ("A", "a1", "wet", 40.0, 2027, 7.0)]
    assert found.cost_yuan == found.bound_yuan == 3 * 25.0 + 7 * 40.0
    assert found.gap == 0.0
    assert found.years["emitted_t"].to_list() == [100.0, 100.0]
    assert found.bank["receptor"].to_list() == ["A", "B"]
    assert found.prove() == found.certificate["digest"]
    found.certificate["cost"] = 1.0
    with pytest.raises(Malformed, match="digest"):
        found.prove()


def test_steps_add_up_to_what_each_zone_abates_in_each_year() -> None:
    tables = lab.zone_tables("dianzhong", "NOx", years=4)
    found = lab.solve_market(tables.curves, tables.caps, matrix=tables.matrix)
    sums = found.steps.group_by("zone", "year").agg(pl.col("abated_t").sum().alias("sum"))
    both = found.years.join(sums, on=["zone", "year"], how="left").fill_null(0.0)
    assert (both["abated_t"] - both["sum"]).abs().max() == pytest.approx(0.0, abs=1e-9)
    spent = (found.steps["abated_t"] * found.steps["cost_yuan_per_t"] * 1.05 ** -(found.steps["year"] - 2027)).sum()
    assert spent == pytest.approx(found.cost_yuan, rel=1e-9)


def test_linked_cities_share_one_saving() -> None:
    found = lab.link_cities(CURVES, CAPS)
    saved = lab.solve_market(CURVES, CAPS, border="closed").cost_yuan - lab.solve_market(CURVES, CAPS).cost_yuan
    assert found["alone_yuan"].to_list() == [355.0, 0.0]
    assert found["shapley_yuan"].sum() == pytest.approx(saved)
    assert found["nucleolus_yuan"].sum() == pytest.approx(saved)


def test_a_cap_is_shared_to_the_allowance_and_methods_are_compared() -> None:
    """I2."""
    found = lab.share_cap(333, SOURCES, {"tiers": [{"by": "source", "claim": "benchmark"}]})
    assert dict(found.select("source", "count").iter_rows()) == {"a1": 83, "b1": 250}
    assert found["why_en"][0].endswith("83 allowances.")
    # a1 makes a quarter of all products and burns a quarter of the heat; n1 asks 50 of a reserve of 20
    for claim in ("heat_input", "output_based", "benchmark"):
        shared = lab.share_cap(420, PLANTS, {"tiers": [{"by": "source", "claim": claim}], "reserve_basis_points": 477})
        assert dict(shared.select("source", "count").iter_rows()) == {"a1": 100, "b1": 300, "n1": 20}
    every = lab.compare_methods(333, PLANTS.filter(pl.col("source") != "n1"), CURVES, 20.0)
    assert {"heat_input", "output_based"} < set(every["method"])
    assert every["entrant_gap_yuan"].null_count() == len(every)
    kept = {"kept": {"tiers": [{"by": "source", "claim": "benchmark"}], "reserve_basis_points": 477}}
    gap = lab.compare_methods(420, PLANTS, CURVES, 20.0, kept, pass_through=0.5)["entrant_gap_yuan"].item()
    assert gap == pytest.approx(20.0 * ((50 - 20) / 50 - 0))
    compared = lab.compare_methods(333, SOURCES, CURVES, 20.0)
    assert compared["method"].to_list() == list(plans())
    # a1 emitted 200 kg and 200 kg: half of what is counted, so a tonne less is 5/12 of an allowance less
    assert compared.filter(pl.col("method") == "history")["whip"].item() == pytest.approx(333 / 800, abs=0.1)
    assert compared.filter(pl.col("method") == "benchmark")["whip"].item() == 0


def test_quotes_become_yearly_prices_and_alarms() -> None:
    quotes = lab.published_prices()
    said = lab.annual_prices(quotes, rate=0.08)
    shanxi = (pl.col("place") == "Shanxi") & (pl.col("yuan_per_t") == 18_000) & (pl.col("pollutant") == "SO2")
    assert said.filter(shanxi)["yuan_per_t_year"].item() == pytest.approx(1_440.0)
    assert said.filter(shanxi)["fee_per_t_year"].item() == pytest.approx(10.8)
    assert said.filter(shanxi)["all_in_per_t_year"].item() == pytest.approx(1_440 + 10.8 + 1.8 / 0.95 * 1_000)
    assert said.filter(pl.col("years").is_null())["yuan_per_t_year"].is_null().all()
    inside = lab.price_alarms(quotes).filter("inside")
    assert ("SO2", "Zhuzhou") in inside.select("pollutant", "low_place").rows()


def test_every_design_is_a_row_and_the_best_stands_first() -> None:
    found = lab.judge_designs("dianzhong", "SO2", years=2)
    only = lab.judge_designs("dianzhong", "SO2", years=2, weights={"cost": 100})
    assert only["score"].to_list() == pytest.approx(sorted((100 * found["value_cost"]).to_list(), reverse=True))
    assert found.height == 540
    assert found["score"].to_list() == sorted(found["score"].to_list(), reverse=True)
    assert found["gains"].is_null().all()
    free = found.filter((pl.col("sale") == "free") & (pl.col("wall") == "none") & (pl.col("collar") == "none"))
    means = dict(free.group_by("border").agg(pl.col("cost").mean()).iter_rows())
    assert means["zone"] < means["guarded"] < means["cities"]
    with pytest.raises(Malformed, match="no such pollutant 'CO'"):
        lab.judge_designs("dianzhong", "CO")
    with pytest.raises(Malformed, match="--years: 0 years"):
        lab.judge_designs(years=0)


def without(frame: pl.DataFrame, column: str, row: int, value: object) -> pl.DataFrame:
    cells: list[object] = frame[column].to_list()
    cells[row] = value
    return frame.with_columns(pl.Series(column, cells, dtype=frame.schema[column]))


@pytest.mark.parametrize(
    ("curves", "caps", "said"),
    [
        (CURVES.drop("zone"), CAPS, "curves: column 'zone' is missing"),
        (without(CURVES, "cost_yuan_per_t", 1, None), CAPS, "curves row 2 column cost_yuan_per_t: expected `float`"),
        (without(CURVES, "cost_yuan_per_t", 1, float("nan")), CAPS, "curves row 2 column cost_yuan_per_t: is nan"),
        (without(CURVES, "potential_t", 0, -1.0), CAPS, "curves row 1 column potential_t: expected `float` >= 0"),
        (without(CURVES, "zone", 2, "C"), CAPS, "curves row 3: no such zone 'C'; there are A, B"),
        (CURVES, CAPS.head(0), "caps: has no rows"),
        (CURVES, pl.concat([CAPS, CAPS.head(1)]), "caps row 3: A 2027 stands twice"),
        (
            CURVES,
            pl.concat([CAPS, CAPS.head(1).with_columns(year=pl.lit(2029, dtype=pl.Int64))]),
            "caps: the years 2027 to 2029 have a hole at 2028",
        ),
        (
            CURVES,
            without(CAPS, "cap_t", 0, 1.0),
            "caps row 1: A 2027: 96.000 t more must be abated in that year than its steps can; raise caps of 2027",
        ),
    ],
)
def test_a_bad_row_is_named(curves: pl.DataFrame, caps: pl.DataFrame, said: str) -> None:
    with pytest.raises(Malformed) as raised:
        lab.solve_market(curves, caps, border="closed")
    assert said in str(raised.value)


def test_other_bad_input_is_named_too() -> None:
    plan = {"tiers": [{"by": "source", "claim": "history"}]}
    matrix = pl.DataFrame({"receptor": ["k"], "zone": ["A"], "coefficient": [1.0], "origin": ["x"]})
    call = pl.DataFrame({"number": [1, 1], "side": ["buy", "sell"], "limit": [2_000, 1_000], "count": [1, 1]})
    quotes = lab.published_prices()
    wrong: list[tuple[Callable[[], object], str]] = [
        (lambda: lab.solve_market(CURVES, CAPS, border="half"), "border: is 'half'"),
        (lambda: lab.solve_market(CURVES, CAPS, matrix=matrix), "matrix: k has no coefficient for B"),
        (lambda: lab.solve_market(CURVES.to_dict(), CAPS), "give a Polars or a pandas"),  # type: ignore[arg-type]
        (lambda: lab.zone_tables("dianzhong", "CO"), "no such pollutant 'CO'"),
        (lambda: lab.play_sessions("futures"), "no such market 'futures'"),
        (lambda: lab.play_sessions("zone", pollutant="CO"), "no such pollutant 'CO'"),
        (lambda: lab.play_sessions(strategies=("zippy",)), "no such strategy 'zippy'"),
        (lambda: lab.play_sessions(sessions=0), "sessions: is 0"),
        (lambda: lab.share_cap(9, SOURCES, {"tiers": [{"by": "moon", "claim": "history"}]}), "plan: invalid enum"),
        (lambda: lab.share_cap(9, without(SOURCES, "year", 1, 2025), plan), "sources row 2: a1 2025 stands twice"),
        (lambda: lab.share_cap(9, without(SOURCES, "sector", 1, "x"), plan), "another jurisdiction, sector"),
        (lambda: lab.share_cap(9, PLANTS.with_columns(cooling=None), plan), "sources, a1: fuel or cooling is missing"),
        (lambda: lab.share_cap(9, PLANTS.with_columns(fuel=pl.lit("peat")), plan), "row 1 column fuel: invalid enum"),
        (lambda: lab.share_cap(9, PLANTS.with_columns(heat_gj=-1), plan), "row 1 column heat_gj"),
        (lambda: lab.share_cap(9, without(SOURCES, "emitted_kg", 1, None), plan), "a1"),
        (lambda: lab.clear_call(call, reference=0), "orders row 2 column number: 1 stands twice"),
        (lambda: lab.clear_call(call, reference=0, tick=1_500), "orders row 1 column limit: 2000 is off the tick"),
        (lambda: lab.annual_prices(without(quotes, "years", 0, None)), "quotes row 1: years and per_year"),
        (lambda: lab.annual_prices(without(quotes, "yuan_per_t", 0, 0.0)), "quotes row 1 column yuan_per_t"),
    ]
    for ask, said in wrong:
        with pytest.raises(Malformed) as raised:
            ask()
        assert said in str(raised.value)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: ANY.solve_market(CURVES, CAPS, rate=math.nan), "rate: is nan; give a number from -0.5 to 1.0"),
        (lambda: ANY.solve_market(CURVES, CAPS, rate="5 %"), "rate: is '5 %'"),
        (lambda: ANY.zone_tables(years=0), "years: is 0; give a whole number from 1 to 100"),
        (lambda: ANY.zone_tables(years=1.5), "years: is 1.5"),
        (lambda: ANY.zone_tables(growth=math.nan), "growth: is nan"),
        (lambda: ANY.zone_tables(decline=2.0), "decline: is 2.0"),
        (lambda: ANY.share_cap(1.5, SOURCES, {}), "pool: is 1.5; give a whole number"),
        (lambda: ANY.compare_methods(9, SOURCES, CURVES, 5.0, [1]), "methods: is a list"),
        (lambda: ANY.compare_methods(9, SOURCES, CURVES, "x"), "price: is 'x'"),
        (lambda: ANY.clear_call(pl.DataFrame(), reference=math.nan), "reference: is nan"),
        (lambda: ANY.annual_prices(ANY.published_prices(), rate=-0.5), "rate: is -0.5"),
        (lambda: ANY.price_alarms(ANY.published_prices(), far=0), "far: is 0; give a number from 1"),
        (lambda: ANY.judge_designs("shanxi", "SOOT"), "pollutant: SOOT is a part of PM"),
        (lambda: ANY.play_scenario("atlantis"), "no such file is shipped; there are"),
        (lambda: ANY.play_scenario(draws=0), "draws: is 0"),
        (lambda: ANY.play_scenario(yeers=2), "dianzhong: no such key 'yeers'.*did you mean 'years'"),
        (lambda: ANY.play_scenario(design={"crossing": "open"}), "dianzhong design crossing: no such choice 'open'"),
        (lambda: ANY.play_scenario(design=7), "dianzhong design: is 7 .a whole number., not a table"),
        (lambda: ANY.weigh_inputs(method="fast"), "method: is 'fast'; say morris or sobol"),
        (lambda: ANY.weigh_inputs(through="air"), "through: is 'air'"),
        (lambda: ANY.weigh_inputs(method="sobol", size=100), "no power of two"),
    ],
)
def test_an_argument_that_cannot_be_is_named_with_what_can(ask: Callable[[], object], said: str) -> None:
    with pytest.raises(Malformed, match=said):
        ask()


def test_pandas_frames_are_taken_as_they_are() -> None:
    """Without pyarrow, which Polars would ask for; what is missing in pandas is null here, and whole numbers whole."""
    pandas = pytest.importorskip("pandas")
    curves, caps = (pandas.DataFrame(frame.to_dict(as_series=False)) for frame in (CURVES, CAPS))
    assert lab.solve_market(curves, caps).prices.equals(lab.solve_market(CURVES, CAPS).prices)
    holes = without(SOURCES, "emitted_kg", 0, None)
    given = pandas.DataFrame(holes.to_dict(as_series=False))
    assert given["emitted_kg"].dtype == float
    assert frame_in(given, "sources").equals(holes)
    plan = {"tiers": [{"by": "source", "claim": "benchmark"}]}
    own = pandas.DataFrame(SOURCES.to_dict(as_series=False))
    assert lab.share_cap(333, own, plan).equals(lab.share_cap(333, SOURCES, plan))
    quotes = lab.published_prices()
    theirs = lab.annual_prices(pandas.DataFrame(quotes.to_dict(as_series=False)))
    assert theirs.equals(lab.annual_prices(quotes))
    with pytest.raises(Malformed, match="curves: is a list; give a Polars or a pandas data frame"):
        lab.solve_market([1], CAPS)  # type: ignore[arg-type]
    back = pandas.DataFrame(theirs.to_dict(as_series=False))  # as docs/how-to/use-the-lab-as-a-library.md says
    assert list(back.columns) == theirs.columns


def test_a_scenario_is_played_into_a_frame_and_a_change_is_a_key_of_its_file(tmp_path: Path) -> None:
    short: dict[str, Any] = {"years": 2, "trade": {"days": 2, "turns": 8}}
    found = lab.play_scenario("calls", draws=2, **short, design={"no_export": ("KM",)})
    assert found.columns == list(SHAPE)
    assert found.select("draw", "year").rows() == [(0, 2027), (0, 2028), (1, 2027), (1, 2028)]
    told = find_scenario("calls").read_text("utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(
        told.replace("[trade]", 'years = 2\n[design]\nno_export = ["KM"]\n[trade]\ndays = 2\nturns = 8'), "utf-8"
    )
    assert lab.play_scenario(path, draws=2).equals(found)
    setting = Setting(read_scenario(path), RULES, load_zone(shipped("zones", "dianzhong")))
    assert framed(play_path(setting, 1)).equals(found.filter(draw=1))


def test_the_inputs_of_a_scenario_are_weighed_into_a_frame() -> None:
    found = lab.weigh_inputs("dianzhong", size=2, years=1)
    assert found.columns == ["output", "unit", "factor", "low", "high", "mu_star", "mu_star_conf", "sigma"]
    assert found.filter(output="cost", factor="caps").select("unit", "low", "high").row(0) == ("yuan", 90.0, 110.0)
    parts = lab.weigh_inputs("dianzhong", method="sobol", size=8, years=1, costs={"technology_spread_percent": 0.0})
    assert parts["factor"].unique().sort().to_list() == ["all costs", "caps", "growth", "rate"]
    assert parts.columns[-4:] == ["first", "first_conf", "total", "total_conf"]


def test_every_name_says_what_it_is_and_nothing_else_is_offered() -> None:
    shown = [name for name in dir(lab) if not name.startswith("_")]
    assert shown == lab.__all__ == sorted(lab.__all__)
    for name in shown:
        what = getattr(lab, name)
        said = inspect.getdoc(what) or ""
        assert len(said) > 60, name
        if inspect.isfunction(what):
            assert all(
                each.annotation is not inspect.Parameter.empty for each in inspect.signature(what).parameters.values()
            )
            assert "Malformed" in said or name == "published_prices", f"{name}: its errors"
            assert any(unit in said for unit in ("yuan", "fen", "kg", "fraction", "t a year")), f"{name}: its units"
            assert re.search(r"\b[Aa] row|shape|Columns|columns|frames", said), f"{name}: its shape"
        else:
            hints = [each for each in getattr(what, "__annotations__", {})]
            source = inspect.getsource(what)
            assert all(f"`{each}`" in said or "#: " in source for each in hints), name


def test_one_law_against_another_is_played_on_the_same_paths() -> None:
    found = example("two_designs").main("1")
    assert found["a year on average"].to_list() == ["cost", "short", "volume", "penalties"]
    short = found.row(1, named=True)
    assert short["closed_cities"] > short["one_zone"]


def test_closed_cities_cost_more_than_one_zone() -> None:
    prices = example("closed_cities").main("SO2")
    assert prices["one_market"].n_unique() == 1
    assert prices["closed"].n_unique() == 5


def test_history_whips_and_a_benchmark_does_not() -> None:
    found = dict(example("whip_index").main("SO2").select("method", "whip").iter_rows())
    assert found["benchmark"] == 0
    assert found["history"] > found["history, credit for early action"] > 0.1


def test_eighteen_thousand_against_a_thousand_depends_on_the_rate() -> None:
    times = example("one_price_language").main()["times"].to_list()
    assert times == pytest.approx([0.54, 0.9, 1.0, 1.44, 2.16])


def test_a_call_to_which_all_come_finds_the_equilibrium_and_a_thin_one_strays() -> None:
    found = example("thin_market").main("SO2")
    thin, whole = found.row(0, named=True), found.row(-1, named=True)
    assert whole["deviation_yuan_per_t"] == 0
    assert thin["deviation_yuan_per_t"] > 500
    assert thin["firms"] == 3


def test_the_tape_of_a_book_is_a_frame(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "story.book"
    with Book.create(path) as book:
        runner = Runner(book, RULES)
        for at, command in story(RULES):
            instant = datetime.fromisoformat(at).replace(tzinfo=BEIJING)
            runner.send(command, int(instant.timestamp() * 1000))
        book.keep_law(digest(RULES), FILES)
    ways = example("book_tape").main(str(path))
    assert {"listed", "call", "zone_call", "auction", "sale"} <= set(ways["kind"])
    assert "the mean price by month" in capsys.readouterr().out
    with pytest.raises(Malformed, match="there is no table 'gossip'"):
        market_frames(path, ("gossip",))


def test_every_example_is_listed_and_run_here() -> None:
    here, listed = Path(__file__).read_text("utf-8"), LIBRARY.read_text("utf-8")
    names = {path.stem for path in EXAMPLES.glob("*.py")}
    assert len(names) == 6
    for name in names:
        assert f"(../../examples/{name}.py)" in listed
        assert f'example("{name}").main' in here
    for name in frames.__all__:
        assert f"`{name}" in listed, name


def test_the_notebook_for_a_paper_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cells = json.loads((EXAMPLES / "for_a_paper.ipynb").read_text("utf-8"))["cells"]
    names: dict[str, object] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)

    assert "\\toprule" in (tmp_path / "methods.tex").read_text("utf-8")
    assert pl.read_csv(tmp_path / "methods.csv").height == 2
    assert (tmp_path / "methods.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "own.pdf").exists()


def test_a_figure_without_matplotlib_and_a_column_that_is_not_there_name_the_cure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frame = pl.DataFrame({"a": ["x"], "b": [1.0]})
    with pytest.raises(Malformed, match="no such column 'c'"):
        lab.latex(frame, {"c": "C"})
    with pytest.raises(Malformed, match="holds no numbers"):
        lab.plot(frame, "b", "a")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(Malformed, match=r"airshed\[paper\]"):
        lab.plot(frame, "a", "b")


def test_a_method_that_forgets_a_source_is_named() -> None:
    with pytest.raises(Malformed, match="does not say of every source"):
        lab.share_cap(200, SOURCES, lambda frame: {"a1": 1.0})


def test_sessions_of_agents_are_frames_whose_trades_add_up_to_their_measures() -> None:
    found = lab.play_sessions("zone", ("officer",), mechanism="call", rounds=4, sessions=2, pollutant="VOC")
    volume = found.trades.group_by("session").agg((pl.col("count").sum() / 1_000).alias("t")).sort("session")["t"]
    assert found.measures["volume"].to_list() == pytest.approx(volume.to_list())
    assert found.measures["spread"].null_count() == 2  # calls have none
    assert "outside the limits" in found.notes[0]
    assert found.origins
    again = lab.play_sessions("zone", ("officer",), mechanism="call", rounds=4, sessions=2, pollutant="VOC")
    assert again.trades.equals(found.trades)
    assert not lab.play_sessions("single", turns=20, sessions=1).origins
