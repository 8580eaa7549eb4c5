"""Methods side by side: who pays what, whom early abatement costs, what entrants pay more; the screen and the page."""

from __future__ import annotations

import html as markup
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from airshed.cli.lab.group import app
from airshed.lab.equilibrium import Steps, equilibrium
from airshed.lab.equilibrium.case import CurveLine
from airshed.lab.methods import apart, changed, compare, plans
from airshed.lab.positions import going_alone, passed_on, positions, together
from airshed.market.allocation import Activity
from airshed.market.claims import PowerRule
from airshed.market.linear import ProgrammeColumns, solve
from airshed.market.sharing.named import NAMED
from airshed.market.sharing.plan import Member, Plan, SharingTier
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase
from airshed.pages.methods.chart import COLUMNS, chart
from airshed.pages.methods.page import ComparedTerms, MethodsFacts, basis, build, headline
from browsers import LARGEST_FILE, Seen, cut_off, opened, sent, show_at, sizes

DESK, TELEPHONE = 1280, 400


def member(name: str, sector: str, kg: int, output: int, entrant: bool = False) -> Member:
    row = Activity(name, sector, (2025, 2026), (kg, kg), (output, output), 500, 900, entrant=entrant)
    return Member(row, "KM" if name < "m" else "QJ")


@st.composite
def markets(draw: st.DrawFn) -> tuple[list[Member], list[CurveLine], int]:
    """Some sources, what abating costs each, and a cap that their steps can keep."""
    members, steps = [], []
    for name in ("a", "b", "p", "q")[: draw(st.integers(2, 4))]:
        tonnes = draw(st.integers(10, 90))
        members.append(member(name, draw(st.sampled_from(("cement", "power"))), tonnes * 1000, tonnes * 2_000))
        for step, part in enumerate((0.4, 0.6)):
            cost = float(draw(st.integers(1, 50)) + 50 * step)
            steps.append(CurveLine(members[-1].jurisdiction, name, f"t{step}", cost, tonnes * part))
    emitted = sum(each.activity.emitted_kg[0] or 0 for each in members)
    return members, steps, emitted * draw(st.integers(30, 95)) // 100


def market_price(members: list[Member], steps: list[CurveLine], cap: int) -> float:
    need = sum((each.activity.emitted_kg[0] or 0) for each in members) / 1000 - cap / 1000
    curve = Steps([each.cost_yuan_per_t for each in steps], [each.potential_t for each in steps], [1.0])
    return float(equilibrium(curve, [need], [1.0]).price[0])


@settings(max_examples=40, deadline=None)
@given(markets())
def test_what_all_pay_is_what_abating_costs_and_what_is_bought_of_others(
    market: tuple[list[Member], list[CurveLine], int],
) -> None:
    """The budget identity: sum of C + p (e - A) over sources is all abatement and p x (emissions - allowances)."""
    members, steps, cap = market
    price = market_price(members, steps, cap)
    place = positions(members, steps, price)
    emitted, cost = (sum(getattr(each, key) for each in place.values()) for key in ("emitted_t", "cost_yuan"))
    for each in compare(cap, members, steps, price):
        given_t = sum(each.shares.values()) / 1000
        net = each.loss_yuan - each.windfall_yuan
        assert net == pytest.approx(cost + price * (emitted - given_t), rel=1e-9, abs=1e-6), each.name


@settings(max_examples=40, deadline=None)
@given(markets())
def test_trade_never_costs_more_than_going_alone_whatever_the_method(
    market: tuple[list[Member], list[CurveLine], int],
) -> None:
    """What the market of all costs does not depend on who was given what (Montgomery 1972); going alone does."""
    members, steps, cap = market
    need = sum((each.activity.emitted_kg[0] or 0) for each in members) / 1000 - cap / 1000
    curve = Steps([each.cost_yuan_per_t for each in steps], [each.potential_t for each in steps], [1.0])
    together = equilibrium(curve, [need], [1.0]).cost
    assume(need > 0)
    for each in compare(cap, members, steps, 10.0):
        if each.short_t < 1e-9 and not each.reserved:
            assert each.alone_yuan >= together - 1e-6, each.name


def test_an_entrant_pays_for_what_the_old_have_for_nothing() -> None:
    """The old one is given its whole need of 50 t, the new one 10 t of its 50: at 100 yuan/t it pays 80 yuan/t more.

    At a benchmark of 0.5 kg a product that is 0.04 yuan a product, every year.
    """
    members = [member("old", "cement", 100_000, 100_000), member("new", "cement", 100_000, 100_000, entrant=True)]
    from airshed.market.allocation import Parts

    (found,) = compare(
        60_000, members, [], 100.0, {"benchmark": NAMED["benchmark"].plan}, law=Parts(60_000, 10_000, 0, 50_000)
    )

    assert found.shares == {"old": 50_000, "new": 10_000}
    assert found.entrant_gap_yuan == pytest.approx(80.0)
    assert found.entrant_gaps == {"cement": pytest.approx(0.04)}


def test_who_gains_and_who_loses_adds_up_to_nothing() -> None:
    members = [member("a", "cement", 100_000, 100_000), member("p", "power", 100_000, 300_000)]
    by_history, by_benchmark = compare(
        100_000, members, [], 2.0, {name: NAMED[name].plan for name in ("history", "benchmark")}
    )
    change = changed(by_history, by_benchmark, members, 2.0, 1)

    assert [(each.source, each.count, each.yuan) for each in change] == [("p", 25_000, 50.0), ("a", -25_000, -50.0)]


def test_going_alone_takes_the_cheapest_steps_and_says_what_is_left() -> None:
    """50 t of 100 given; steps of 20 t at 10 and 20 t at 30 yuan/t: 800 yuan, and 10 t nobody can abate."""
    members = [member("a", "cement", 100_000, 100_000)]
    steps = [CurveLine("KM", "a", "late", 30.0, 20.0), CurveLine("KM", "a", "first", 10.0, 20.0)]
    (found,) = compare(50_000, members, steps, 1.0, {"history": NAMED["history"].plan})

    assert (found.alone_yuan, found.short_t) == (800.0, 10.0)


def test_who_lacks_most_dearly_buys_what_is_auctioned() -> None:
    """a and p lack 50 t each and may buy 30: 10 t that a cannot abate, and 20 t of its step at 30 yuan/t.

    Left are 20 t at 10 of a and 50 t at 5 of p: 450 yuan, and nobody short.
    """
    members = [member("a", "cement", 100_000, 100_000), member("p", "power", 100_000, 100_000)]
    steps = [
        CurveLine("KM", "a", "dear", 30.0, 20.0),
        CurveLine("KM", "a", "cheap", 10.0, 20.0),
        CurveLine("QJ", "p", "cheap", 5.0, 60.0),
    ]
    plan = Plan((SharingTier("source", "history"),), auction_basis_points=2_308)
    (found,) = compare(130_000, members, steps, 1.0, {"sold": plan})

    assert found.for_auction == 30_004
    assert found.revenue_yuan == pytest.approx(30.004)
    assert found.alone_yuan == pytest.approx(450.0, abs=0.2)
    assert found.short_t == 0
    assert together(members, steps, 130.0) == pytest.approx(50 * 5 + 10 * 5 + 10 * 10)
    assert together(members, steps, 90.0) is None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_other_way_of_buying_the_auctioned_part_is_cheaper(data: st.DataObject) -> None:
    """Against a linear programme: abate x of each step, buy y, at most what is sold; a missing tonne costs far more."""
    names = ("a", "b", "c")
    wanted = {name: float(data.draw(st.integers(-20, 60))) for name in names}
    ladder = st.lists(st.tuples(st.integers(1, 90).map(float), st.integers(1, 40).map(float)), max_size=3)
    own = {name: sorted(data.draw(ladder)) for name in names}
    sold = float(data.draw(st.integers(0, 80)))
    cost, short = going_alone(wanted, own, sold)

    missing, columns = 1e5, ProgrammeColumns()
    for at, name in enumerate(names):
        for each_t, most in own[name]:
            columns.add(each_t, 0.0, most, [(at, 1.0)])
        columns.add(0.0, 0.0, inf, [(at, 1.0), (3, 1.0)])
        columns.add(missing, 0.0, inf, [(at, 1.0)])
    best = solve(columns.programme([*wanted.values(), 0.0], [inf, inf, inf, sold]))
    assert cost + missing * short == pytest.approx(best.cost, abs=1e-5)


def test_what_products_take_up_is_the_sectors_price_and_not_the_firms_cost() -> None:
    """a and b make 100,000 products each and emit 100 and 50 t: at 2 yuan/t half passed on is 75 yuan to each."""
    members = [member("a", "cement", 100_000, 100_000), member("b", "cement", 50_000, 100_000)]
    plain, passed = (
        compare(150_000, members, [], 2.0, {"history": NAMED["history"].plan}, pass_through=part)[0]
        for part in (0.0, 0.5)
    )

    assert passed_on(members, positions(members, [], 2.0), 2.0, 0.5) == {"a": 75.0, "b": 75.0}
    assert (plain.windfall_yuan, plain.loss_yuan) == (0.0, 0.0)
    assert (passed.windfall_yuan, passed.loss_yuan) == (150.0, 0.0)
    with pytest.raises(Malformed, match="pass-through: a part of"):
        compare(1, members, [], 2.0, pass_through=1.5)


def test_other_yardsticks_find_other_methods_even() -> None:
    """By need a benchmark is even as such, by emission history is, by permits the permitted quantity."""
    members = [member("a", "cement", 100_000, 100_000), member("b", "cement", 20_000, 100_000)]
    members.append(replace(members[0], activity=replace(members[0].activity, source="c", quota_kg=400_000)))
    found = {each.name: each for each in compare(10**6, members, [], 2.0)}

    assert found["benchmark"].gini == pytest.approx(0, abs=1e-5)
    assert found["benchmark"].gini_emission > 0.1
    assert found["history"].gini_emission == pytest.approx(0, abs=1e-5)
    assert found["history"].gini > 0.1
    assert found["limit"].gini_permit == pytest.approx(0, abs=1e-5)
    bare = [replace(each, activity=replace(each.activity, quota_g=None, quota_kg=None)) for each in members]
    assert compare(10**6, bare, [], 2.0, {"history": NAMED["history"].plan})[0].gini_permit is None


@given(st.lists(st.tuples(st.integers(-50, 50).map(float), st.integers(1, 9).map(float)), min_size=1, max_size=7))
def test_how_far_burdens_are_apart_is_the_mean_over_pairs(rows: list[tuple[float, float]]) -> None:
    amounts, sizes = [row[0] for row in rows], [row[1] for row in rows]
    total = sum(sizes)
    pairs = sum(w * v * abs(a / w - b / v) for a, w in rows for b, v in rows) / total**2

    assert apart(amounts, sizes) == pytest.approx(pairs, abs=1e-9)


def test_a_whip_is_in_kilograms_whatever_an_allowance_covers() -> None:
    """Of two alike a loses half of what the pool covers, 0.5, with allowances of a kilogram and of a tonne."""
    members = [member("a", "cement", 10**9, 10**6), member("b", "cement", 10**9, 10**6)]
    history = {"history": NAMED["history"].plan}
    (small,) = compare(2 * 10**9, members, [], 2.0, history)
    (large,) = compare(2 * 10**6, members, [], 2.0, history, size_kg=1_000)

    assert small.whip == pytest.approx(0.5, abs=0.01)
    assert large.whip == pytest.approx(0.5, abs=0.01)


def test_an_entrants_gap_by_product_is_of_its_own_products() -> None:
    """The new works has a benchmark of its own, 0.25 kg: it makes 200,000 products of its 50 t, and pays 0.02 more."""
    from airshed.market.allocation import Parts

    old, new = member("old", "cement", 100_000, 100_000), member("new", "cement", 100_000, 200_000, entrant=True)
    members = [old, replace(new, activity=replace(new.activity, benchmark_g=250))]
    plan = {"benchmark": NAMED["benchmark"].plan}
    (found,) = compare(60_000, members, [], 100.0, plan, law=Parts(60_000, 10_000, 0, 50_000))

    assert found.entrant_gap_yuan == pytest.approx(80.0)
    assert found.entrant_gaps == {"cement": pytest.approx(0.02)}


def test_what_is_given_when_output_is_verified_counts_as_given() -> None:
    power = PowerRule("coal", "water", load_basis_points=8_500)
    members = [member("a", "power", 100_000, 100_000), member("b", "power", 50_000, 100_000)]
    members = [replace(each, activity=replace(each.activity, power=power)) for each in members]
    (found,) = compare(1_000, members, [], 2.0, {"output_based": NAMED["output_based"].plan})

    assert (sum(found.shares.values()), found.reserved) == (1_000, 0)


def test_methods_without_figures_are_left_out() -> None:
    assert set(NAMED) - set(plans()) == {
        name for name, each in NAMED.items() if each.needs or name in ("heat_input", "output_based")
    }


def test_a_price_below_zero_is_none() -> None:
    with pytest.raises(Malformed, match="price: is -1"):
        compare(1, [member("a", "cement", 1, 1)], [], -1.0)


# --- the command and its page


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    path = tmp_path_factory.mktemp("methods") / "methods.html"
    words = ["methods", "--from", "history", "--to", "benchmark", "--price", "1440", "--html", str(path), "--json"]
    done = CliRunner().invoke(app, words)
    assert done.exception is None, done.exception
    return path, json.loads(done.stdout)


@pytest.fixture(scope="module")
def seen(made: tuple[Path, dict[str, object]]) -> Iterator[Seen]:
    with opened(made[0]) as found:
        yield found


def test_the_page_says_what_the_command_says(made: tuple[Path, dict[str, object]]) -> None:
    page = markup.unescape(re.sub(r"<[^>]*>", " ", made[0].read_text("utf-8").split("<script", 1)[0]))
    methods = made[1]["methods"]
    assert isinstance(methods, list)

    assert len(methods) == len(NAMED) - 2
    for each in methods:
        assert NAMED[each["name"]].zh in page
        for figure in (f"{each['gini']:.4f}", f"{each['whip']:+.3f}", f"{each['alone_yuan'] / 1e6:,.2f}"):
            assert figure in page
    assert f"{NAMED['heat_input'].en}: not compared, it asks for heat input." in page
    assert f"{NAMED['early_action'].en}: assumed that" in page, "and by no key"
    assert "early_action:" not in page
    assert "热输入法：未比较，缺热输入。" in page
    assert "--from history --to benchmark" in page
    changes = made[1]["changes"]
    assert isinstance(changes, list)
    assert sum(each["count"] for each in changes) == 0


def test_the_page_loads_nothing_and_complains_of_nothing(made: tuple[Path, object], seen: Seen) -> None:
    assert seen.complaints == []
    assert seen.requests == [made[0].as_uri()]
    assert sent(made[0].read_bytes()) < LARGEST_FILE


@pytest.mark.parametrize("width", [DESK, TELEPHONE])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_fits_a_desk_and_a_telephone(seen: Seen, width: int, language: str) -> None:
    page = seen.page
    show_at(page, width, language)

    assert page.evaluate("document.documentElement.scrollWidth") == width
    ((name, wide, high),) = sizes(page)
    assert name == "methods"
    assert wide >= 640
    assert high > 600
    assert cut_off(page) == []
    if width == TELEPHONE:
        pushed = page.evaluate(
            "[...document.querySelectorAll('main .scroll')].filter(each => each.offsetParent"
            " && !each.closest('.wide-only') && each.scrollWidth > each.clientWidth + 1).length"
        )
        assert pushed == 0, "nothing has to be pushed aside to be read"


def test_every_bar_of_every_column_has_its_figure(made: tuple[Path, object]) -> None:
    drawn = json.loads(re.search(r'id="figures">(.*?)</script>', made[0].read_text("utf-8"))[1])["methods"]  # type: ignore[index]
    assert len(drawn["series"]) == len(COLUMNS)
    for column in drawn["series"]:
        assert len(column["data"]) == len(NAMED) - 2
        assert all(bar["label"]["show"] and bar["label"]["formatter"] for bar in column["data"])


def test_the_method_of_the_law_is_marked_and_judged(made: tuple[Path, object], seen: Seen) -> None:
    seen.page.click('[data-say="en"]')
    assert 'The law shares by "' in seen.page.inner_text(".lead")
    assert seen.page.locator("tr.chosen").count() == 3
    assert "（现行）" in made[0].read_text("utf-8")


DOLLARS = Phrase("dollars", "美元")


def test_the_headline_and_the_chart_name_the_hardest_whip() -> None:
    members = [member("a", "cement", 100_000, 100_000), member("p", "power", 100_000, 300_000)]
    found = tuple(
        compare(100_000, members, [], 2.0, {name: NAMED[name].plan for name in ("history", "benchmark", "limit")})
    )
    terms = ComparedTerms("a < b", 100_000, 2.0, 1.5e6, 0.25, ("costs: guessed & more",), "airshed & more", DOLLARS)
    facts = MethodsFacts(terms, found, "", "", (), ())

    assert headline(facts).en == (
        '"history, mean" takes 0.25 allowances for each one abated early; "benchmark x exposure x closing factor (EU)"'
        " takes none and shares by need most evenly (Gini 0.00)."
    )
    assert headline(MethodsFacts(terms, found[:1], "", "", (), ())).zh == (
        "“历史均值法”使早减排者每少排一份少得0.25份配额。"
    )
    names = [name.zh for name in chart(found, DOLLARS, ["benchmark"])["yAxis"][0]["data"]]
    assert names == ["历史均值法", "基准法（现行）", "许可限值法"]
    assert headline(MethodsFacts(replace(terms, law=("history",)), found, "", "", (), ())).en.endswith(
        'The law shares by "history, mean": punishes early abatement (+0.25), very uneven by need.'
    )
    assert build(facts) == build(facts)
    assert "yuan" not in build(facts).partition("<main")[2].partition("</main")[0]
    assert "万元" not in build(facts)
    assert "Windfall (M dollars)" in build(facts)
    assert "a &lt; b" in build(facts)
    assert build(facts).count("costs: guessed &amp; more") == 4  # on top, and beside the command, in both languages
    assert basis(terms).en == (
        "100,000 allowances at 2.00 dollars a tonne and year; one market keeps them for 1.50 million dollars a year,"
        " whatever the method; products' prices take up 25% of what allowances cost."
    )
    assert "cannot keep the cap" in basis(replace(terms, market_yuan=None)).en


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "history"], "one of --from and --to is missing"),
        (["--from", "history", "--to", "lottery"], "no such method 'lottery'"),
        (["--html", "nowhere/page.html"], "cannot be written"),
        (["--pollutant", "CO"], "no such pollutant 'CO'"),
        (["--vintage", "2020"], "SO2 has no cap for 2020"),
        (["--from", "heat_input", "--to", "history"], "--from: no such method 'heat_input'"),
    ],
)
def test_what_cannot_be_compared_is_named(words: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["methods", *words])
    assert isinstance(done.exception, Malformed)
    assert said in str(done.exception)
