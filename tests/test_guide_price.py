"""Taxes, fees and floors beside published prices, and a guide price before trading starts."""

from __future__ import annotations

import html as markup
import json
import re
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from airshed.cli.lab.group import app
from airshed.lab.equilibrium import Steps
from airshed.lab.equilibrium.case import Case
from airshed.lab.prices.floors import floors_of, read_traded
from airshed.lab.prices.guide_price import Collar, collar_of, guide_prices, once_floor
from airshed.lab.prices.operating import kept_on, read_operating
from airshed.lab.prices.quotes import TAX, PublishedPrice, alarms, famous, in_one_language, read_quotes, yields
from airshed.lab.prices.taxes import read_bar, read_fees, read_reliefs, read_taxes, reliefs_of, tax_of
from airshed.market.emission_tax import Relief, due, guided, part_paid, per_tonne, taxed
from airshed.market.tenor import annualised, implied_yield
from airshed.model.refusal import Malformed
from airshed.pages.quotes.page import QuoteFacts, build, headline
from airshed.rulebook.load import find, load
from browsers import Seen, cut_off, opened, show_at, sizes

DESK, TELEPHONE = 1280, 400


def test_yunnan_taxes_a_tonne_of_sulphur_dioxide_at_2947() -> None:
    """2.8 yuan an equivalent since 2019, of 0.95 kg (SO2, NOx), 4 (general dust), 2.18 (soot), 16.7 (CO)."""
    known = {row.pollutant: round(row.yuan_per_t, 2) for row in read_taxes() if row.place == "Yunnan"}

    assert known == {
        "SO2": 2947.37,
        "NOx": 2947.37,
        "industrial dust": 700.0,
        "soot": 1284.40,
        "PM": 1284.40,
        "CO": 167.66,
    }
    assert all(row.status == "to confirm" for row in read_taxes())


@pytest.mark.parametrize(
    ("below", "yuan"), [(0, 2947.37), (29.9, 2947.37), (30, 2210.53), (50, 1473.68), (90, 1473.68)]
)
def test_who_stays_under_the_standard_pays_less(below: float, yuan: float) -> None:
    """Article 13: at least 30 % below the standard pays 75 %, at least 50 % below pays half."""
    assert tax_of("Yunnan", "SO2", below) == pytest.approx(yuan, abs=0.005)
    assert {row.status for row in read_reliefs()} == {"confirmed"}


def test_an_hour_above_a_limit_bars_every_relief() -> None:
    """Implementation regulation, article 10: no hour of the month above the limit, at no outlet of the payer."""
    clean, over = ["tax", "--emits", "SO2=95", "--below", "SO2=60"], ["--hours-over", "1"]
    half, full = (CliRunner().invoke(app, [*clean, *more, "--json"]).stdout for more in ([], over))

    assert (json.loads(half)["total_yuan"], json.loads(half)["barred"]) == (pytest.approx(140_000), False)
    assert (json.loads(full)["total_yuan"], json.loads(full)["barred"]) == (pytest.approx(280_000), True)
    assert [len(reliefs_of(hours)) for hours in (0, 1, 744)] == [2, 0, 0]
    assert read_bar().status == "to confirm", "it was read on a secondary page"


def test_what_no_table_taxes_has_no_tax() -> None:
    assert tax_of("Yunnan", "VOC") is None
    assert tax_of("Atlantis", "SO2") is None


def test_only_the_three_largest_of_an_outlet_are_taxed() -> None:
    """Article 9, by equivalents, not by kilograms."""
    kg = {"SO2": 95.0, "NOx": 190.0, "dust": 396.0, "CO": 2_000.0}
    assert taxed(kg, {"SO2": 0.95, "NOx": 0.95, "dust": 4.0, "CO": 16.7}) == ("NOx", "CO", "SO2")


@given(
    st.dictionaries(st.sampled_from(("SO2", "NOx", "CO", "dust", "PM")), st.floats(0, 1e6), min_size=1),
    st.floats(0, 1),
)
def test_the_tax_of_an_outlet_is_that_of_its_three_largest(kg: dict[str, float], below: float) -> None:
    """Article 9; what is owed is what a tonne is worth times the tonnes, and a relief never costs more."""
    rates, equivalents = dict.fromkeys(kg, 2.8), {"SO2": 0.95, "NOx": 0.95, "CO": 16.7, "dust": 4.0, "PM": 2.18}
    reliefs = [Relief(0.3, 0.75), Relief(0.5, 0.5)]
    full, less = (due(kg, rates, equivalents, dict.fromkeys(kg, part), reliefs) for part in (0.0, below))

    assert [each.pollutant for each in full if each.taxed] == list(taxed(kg, equivalents))
    largest = sorted((mass / equivalents[name] for name, mass in kg.items()), reverse=True)[:3]
    assert sum(each.yuan for each in full) == pytest.approx(2.8 * sum(largest))
    assert all(each.yuan == pytest.approx(each.kg / 1_000 * each.yuan_per_t) for each in full)
    assert sum(each.yuan for each in less) <= sum(each.yuan for each in full)


def test_a_fourth_pollutant_is_worth_no_tax() -> None:
    """120 t SO2 at half under the standard, 300 t NOx, 2,000 t CO, 20 t dust of 2.18 kg an equivalent."""
    words = ["--emits", "SO2=120", "--emits", "NOx=300", "--emits", "CO=2000", "--emits", "PM=20", "--below", "SO2=50"]
    told = json.loads(CliRunner().invoke(app, ["tax", *words, "--json"]).stdout)
    by_name = {each["pollutant"]: each for each in told["outlet"]}

    assert by_name["SO2"]["yuan"] == pytest.approx(120 * 1473.684, abs=1)
    assert (by_name["PM"]["taxed"], by_name["PM"]["yuan_per_t"]) == (False, 0.0)
    assert told["total_yuan"] == pytest.approx(176_842.11 + 300 * 2947.3684 + 2_000_000 / 16.7 * 2.8, abs=0.5)
    assert told["to_confirm"] == ["CO", "NOx", "PM", "SO2"]


@given(st.floats(0, 1e5), st.floats(0, 1e5), st.floats(0, 1e4), st.floats(0, 1e4))
def test_a_guide_price_lies_in_its_collar_and_the_tax_takes_its_part(
    marginal: float, tax: float, floor: float, width: float
) -> None:
    found = guided(marginal, tax, floor, floor + width)

    assert floor <= found.price <= floor + width
    if not found.bound:
        assert found.price == max(0.0, marginal - tax)
    assert guided(marginal, tax + 1, floor, floor + width).price <= found.price


def test_the_guide_price_of_a_city_is_its_own_scarcity() -> None:
    """KM needs 10 t at 60 yuan, QJ 10 t at 20; together 20 t cost 20 to 60: the last step works at 60."""
    curves = (Steps([60.0], [30.0], [1.0]), Steps([20.0], [15.0], [1.0]))
    case = Case(("KM", "QJ"), (2027,), 0.08, curves, np.array([[50.0], [50.0]]), np.array([[40.0], [40.0]]))
    found = guide_prices(case, 5.0, Collar(10.0, 50.0, "x", "y"), {"KM": 1.3})

    assert (found.together.marginal, found.together.price, found.together.bound) == (60.0, 50.0, "ceiling")
    km, qj = found.cities
    assert (km.guided.price, km.times, km.exceedance) == (50.0, 1.0, 1.3)
    assert (qj.guided.price, qj.times, qj.exceedance) == (15.0, 0.3, None)


def test_a_city_that_cannot_keep_its_cap_has_the_ceiling() -> None:
    curves = (Steps([60.0], [5.0], [1.0]), Steps([20.0], [50.0], [1.0]))
    case = Case(("KM", "QJ"), (2027,), 0.08, curves, np.array([[50.0], [50.0]]), np.array([[40.0], [40.0]]))
    found = guide_prices(case, 0.0, Collar(10.0, 500.0, "x", "y"))

    assert (found.cities[0].guided.marginal, found.cities[0].guided.price) == (inf, 500.0)
    assert found.together.price == 20.0


def test_the_collar_is_the_law_unless_somebody_asks_for_another() -> None:
    rules = load(find("dianzhong"))
    (rule,) = (each for each in rules.pollutants if each.code == "SO2")
    by_law = collar_of(rules, rule, None, None)

    assert (by_law.floor, by_law.floor_origin) == (rule.reserve_fen_per_t / 100, "reserve_fen_per_t")
    assert by_law.ceiling == rules.shortfall.price_multiple * rules.shortfall.fixed_fen_per_t / 100 == 50_000.0
    assert by_law.ceiling_origin == "shortfall.price_multiple"
    assert collar_of(rules, rule, 7.0, 9.0) == Collar(7.0, 9.0, "asked for", "asked for")
    with pytest.raises(Malformed, match="a floor of 9 over a ceiling of 7"):
        collar_of(rules, rule, 9.0, 7.0)


def test_a_floor_keeps_the_dearest_control_running() -> None:
    """NOx: the SNCR of nine cement works runs at 8,333 yuan/t (indicative); a tenth on top, less 2,947.37 of tax."""
    words = ["guide", "--pollutant", "NOx", "--json"]
    law, kept = (json.loads(CliRunner().invoke(app, [*words, *more]).stdout) for more in ([], ["--margin", "10"]))

    assert law["collar"]["floor"] == 2_500.0
    assert kept["collar"]["floor"] == pytest.approx(8_333 * 1.1 - 2_947.3684)
    assert kept["collar"]["floor_origin"] == "cement-nox-sncr runs at 8,333.00, indicative"
    assert (kept["controls"][0]["technology"], kept["controls"][0]["works"]) == ("cement-nox-sncr", 9)
    assert kept["guide"]["together"]["bound"] == "floor"
    assert "emissions: simulated" in kept["origins"]


@given(st.floats(0, 1e5), st.floats(0, 2), st.floats(0, 1e4))
def test_who_switches_a_control_off_at_that_price_gains_nothing(cost: float, margin: float, tax: float) -> None:
    """What it saves by not running is at most the price and the tax it then pays."""
    assert kept_on(cost, margin, tax) + tax >= cost * (1 - 1e-12)


def test_a_law_keeps_its_own_tax_and_money() -> None:
    """The American law pays no tax of Yunnan, and is in dollars; Shanxi's is its own."""
    said = CliRunner().invoke(app, ["guide", "--rulebook", "acidrain"]).stdout
    assert "dollars per t and year" in said
    assert "no tax" in said
    words = ["guide", "--rulebook", "shanxi", "--pollutant", "NOx", "--json"]
    shanxi = json.loads(CliRunner().invoke(app, words).stdout)
    assert shanxi["tax_place"] == "Shanxi"
    assert shanxi["tax_yuan_per_t"] == pytest.approx(1.8 / 0.95 * 1_000)
    assert shanxi["floor_published"]["yearly"] == pytest.approx(1_520.0)


def test_two_prices_of_nothing_are_alike() -> None:
    curves = (Steps([60.0], [30.0], [1.0]), Steps([20.0], [15.0], [1.0]))
    case = Case(("KM", "QJ"), (2027,), 0.08, curves, np.array([[50.0], [50.0]]), np.array([[40.0], [40.0]]))
    found = guide_prices(case, 1_000.0, Collar(0.0, 50.0, "x", "y"))

    assert found.together.price == 0.0
    assert [each.times for each in found.cities] == [1.0, 1.0]


def test_a_floor_above_what_a_missing_tonne_costs_has_no_ceiling() -> None:
    """Shanxi: a floor of 18,000 yuan, here with a missing tonne at 10,000; its own penalty is one for all tonnes."""
    own = load(find("shanxi"))
    rules = msgspec.structs.replace(own, shortfall=msgspec.structs.replace(own.shortfall, penalty="fixed_per_tonne"))
    (rule,) = (each for each in rules.pollutants if each.code == "SO2")
    found = collar_of(rules, rule, None, None)

    assert (found.floor, found.ceiling) == (18_000.0, inf)
    assert "shortfall.fixed_fen_per_t is 10,000.00" in found.ceiling_origin
    assert collar_of(own, rule, None, None).ceiling_origin == "none: shortfall.flat_fen"
    done = CliRunner().invoke(app, ["guide", "--rulebook", "shanxi"])
    assert "at the floor" in done.stdout
    assert "as a price a year it is 1,440.00 at 8 %" in done.stdout
    assert once_floor(found, "Yunnan", "SO2", 0.08) is None
    assert CliRunner().invoke(app, ["frictions", "--rulebook", "shanxi"]).exit_code == 0


def test_shanxis_trades_of_2015_were_worth_little_more_than_its_floors() -> None:
    """851.27 million yuan over 814.34 million at the floors of 2012 (SO2 and COD: 2017), 4.5 % above; 1.0 at those of
    2017."""
    old, new = floors_of(read_traded())

    assert [each.at_floor_yuan / 1e6 for each in (old, new)] == pytest.approx([814.34, 842.79], abs=0.005)
    assert [round(each.ratio, 3) for each in (old, new)] == [1.045, 1.010]
    assert (old.floors, new.floors) == ("2012 (SO2 and COD: 2017)", "2017")
    assert all(each.bound and each.status == "to confirm" for each in (old, new))


def test_a_price_is_all_in_only_with_a_term_and_a_tax() -> None:
    """Shanxi: 1,440 a year, 0.75 % of it for the buyer, 1.8 yuan an equivalent (recalled) are 1,894.74 a tonne."""
    quote = PublishedPrice("Shanxi", "SO2", "floor", 18_000, "open", "no", "2017", "x", "confirmed")
    fees = {each.place: each.percent_each_side / 100 for each in read_fees()}
    taxes = {(each.place, each.pollutant): each.yuan_per_t for each in read_taxes()}
    (said,) = in_one_language([quote], 0.08, 20, fees, taxes)

    assert said.fee == pytest.approx(10.8)
    assert said.all_in == pytest.approx(1440 + 10.8 + 1.8 / 0.95 * 1000)
    assert in_one_language([quote], 0.08)[0].all_in is None


def test_the_taxes_among_the_quotes_are_those_of_the_tables() -> None:
    quoted = {(each.place, each.pollutant): each.yuan_per_t for each in read_quotes() if each.kind == TAX}
    table = {(each.place, each.pollutant): round(each.yuan_per_t, 2) for each in read_taxes()}

    assert {place for place, _ in quoted} == {"Yunnan"}
    assert quoted == {name: table[name] for name in quoted}
    assert len(quoted) == 4


@given(st.floats(0.01, 1e5), st.floats(0.5, 60), st.floats(-0.5, 3))
def test_the_implied_yield_makes_both_prices_the_same(price: float, years: float, rate: float) -> None:
    yearly = annualised(price, years, rate)

    assert annualised(price, years, implied_yield(yearly, price, years)) == pytest.approx(yearly, rel=1e-9)


def test_a_right_of_five_years_has_a_yield_too() -> None:
    """1,000 at once for five years, 250 for each of them: 7.931 %."""
    once = PublishedPrice("A", "SO2", "sale", 1_000, "5", "no", "2026", "x", "confirmed")
    each = PublishedPrice("A", "SO2", "use fee", 250, "1", "yes", "2026", "x", "confirmed")
    (found,) = yields([once, each])

    assert found.rate == pytest.approx(0.07930826)
    assert implied_yield(100, 1_000, 5) < 0
    with pytest.raises(Malformed, match="prices of the same right"):
        implied_yield(1e9, 1.0, 5)


@given(st.floats(1, 1e6), st.floats(0.0001, 0.5), st.integers(1, 100))
def test_a_price_without_a_term_lies_between_one_year_and_no_end(yuan: float, rate: float, years: int) -> None:
    """Whatever its term of whole years turns out to be."""
    unsaid = PublishedPrice("A", "SO2", "bid", yuan, None, None, None, "x", "to confirm")
    (found,) = in_one_language([unsaid], rate)

    assert found.at_least is not None
    assert found.at_most is not None
    assert found.at_least <= annualised(yuan, years, rate) * (1 + 1e-9)
    assert annualised(yuan, years, rate) <= found.at_most * (1 + 1e-9)
    assert (found.yearly, found.all_in) == (None, None)


def test_a_term_may_be_assumed_where_none_is_said_and_accuses_nobody() -> None:
    """16,630 yuan once for five years at 8 % is 4,165.09 a year; the national rule is five years (to confirm)."""
    told = json.loads(CliRunner().invoke(app, ["prices", "--unsaid", "5", "--pollutant", "SO2", "--json"]).stdout)
    mean = next(each for each in told["prices"] if each["quote"]["yuan_per_t"] == 16_630)

    assert mean["yearly"] == pytest.approx(4_165.0909, abs=0.001)
    assert mean["at_least"] < mean["yearly"] < mean["at_most"]
    assert (mean["assumed"], told["unsaid_years"]) == (5.0, 5.0)
    known = {each["low"]["assumed"] for each in told["alarms"]} | {each["high"]["assumed"] for each in told["alarms"]}
    assert known == {None}


def test_prices_next_to_a_rate_of_zero_are_a_plain_share() -> None:
    assert annualised(1_000, 4, 1e-17) == annualised(1_000, 4, 0.0) == 250.0
    assert annualised(1_000, 999, -0.99) == 0.0


def test_eighteen_times_are_explained() -> None:
    pair = famous(in_one_language(read_quotes(), 0.08))
    assert pair is not None
    assert (pair.said_times, pair.times) == pytest.approx((18.0, 1.44))
    assert pair.equal_rate == pytest.approx(1 / 18)
    cheap = famous(in_one_language(read_quotes(), 0.05))
    assert cheap is not None
    assert cheap.times == pytest.approx(0.9)
    assert famous(in_one_language([each for each in read_quotes() if each.place != "Shanxi"], 0.08)) is None


def test_prices_of_one_time_contradict_and_those_of_others_may_have_moved() -> None:
    """A place at 100 and 500 in 2020 contradicts itself; at 100 in 2010 and 700 in 2020 it may not."""
    rows = [
        PublishedPrice("A", "SO2", kind, yuan, "1", "yes", when, "x", "confirmed")
        for kind, yuan, when in (
            ("fee", 100, "2020"),
            ("trade", 500, "2020"),
            ("trade", 700, "2021"),
            ("old", 90, None),
        )
    ]
    found = alarms(in_one_language(rows, 0.08))

    assert [(each.low.quote.kind, each.times, each.inside, each.together) for each in found] == [
        ("fee", 5.0, True, True),
        ("old", pytest.approx(700 / 90), True, False),
    ]


def test_a_price_for_a_year_over_one_for_ever_is_a_yield() -> None:
    """Chongqing against Shanxi 1,000 / 18,000; Zhuzhou 200 / 15,000 (SO2) and 200 / 25,000 (NOx)."""
    found = {(each.once.place, each.yearly.pollutant): each.rate for each in yields(read_quotes())}

    assert found == {
        ("Zhuzhou", "SO2"): pytest.approx(0.0133333333),
        ("Zhuzhou", "NOx"): pytest.approx(0.008),
        ("Shanxi", "SO2"): pytest.approx(0.0555555556),
    }


def test_a_tax_contradicts_no_price_of_a_right() -> None:
    said = in_one_language(read_quotes(), 0.08)
    named = {each.quote.kind for alarm in alarms(said) for each in (alarm.low, alarm.high)}
    assert TAX not in named
    assert any(each.quote.kind == TAX for each in said)


HEAD = "place,year,floors,pollutant,traded_t,floor_yuan_per_t,value_million_yuan,cite,status\n"


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda: per_tonne(2.8, 0.0), "2.8 yuan for 0 kg"),
        (lambda: per_tonne(-1.0, 0.95), "-1 yuan"),
        (lambda: part_paid(1.5, [Relief(0.3, 0.75)]), "below the standard: is 1.5"),
        (lambda: taxed({"SO2": 1.0}, {}), "none for SO2"),
        (lambda: guided(1.0, 0.0, 3.0, 2.0), "a floor of 3 and a ceiling of 2"),
        (lambda: guided(float("nan"), 0.0), "a cost of nan"),
        (lambda: guided(1.0, -1.0), "a tax of -1"),
    ],
)
def test_what_is_no_tax_or_guide_is_named(work: Any, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        work()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("A,2015,f,SO2,1,2,3,x,confirmed\nA,2015,f,SO2,1,2,3,x,confirmed", "line 3: A 2015 SO2 stands twice"),
        ("A,2015,f,SO2,1,2,3,x,confirmed\nA,2015,f,NOx,1,2,4,x,confirmed", "line 3: another value of A 2015"),
        ("A,2015,f,SO2,-1,2,3,x,confirmed", "line 2 column traded_t"),
        ("A,2015,f,SO2,0,2,3,x,confirmed", "nothing was traded"),
        ("A,2015,f,SO2,1,2,3,x,confirmed\nA,2015,g,SO2,2,2,3,x,confirmed", "line 3: other tonnes of A 2015 SO2"),
        ("A,2015,f,SO2,1,2,3,x,confirmed\nA,2015,f,NOx,1,2,3,x,confirmed\nA,2015,g,SO2,1,2,3,x,confirmed", "no NOx"),
    ],
)
def test_trades_that_do_not_fit_are_named(tmp_path: Path, rows: str, said: str) -> None:
    (tmp_path / "traded.csv").write_text(HEAD + rows + "\n")
    with pytest.raises(Malformed, match=said):
        floors_of(read_traded(tmp_path / "traded.csv"))


def test_a_tax_that_stands_twice_is_named(tmp_path: Path) -> None:
    row = "Yunnan,SO2,2.8,0.95,2019,x,to confirm\n"
    (tmp_path / "t.csv").write_text(
        "place,pollutant,yuan_per_equivalent,kg_per_equivalent,since,cite,status\n" + row + row
    )
    with pytest.raises(Malformed, match="line 3: Yunnan SO2 stands twice"):
        read_taxes(tmp_path / "t.csv")
    (tmp_path / "f.csv").write_text("place,percent_each_side,cite,status\nA,1,x,confirmed\nA,2,x,confirmed\n")
    with pytest.raises(Malformed, match="line 3: A stands twice"):
        read_fees(tmp_path / "f.csv")


def test_operating_costs_that_do_not_fit_are_named(tmp_path: Path) -> None:
    head = "technology,low_yuan_per_t,central_yuan_per_t,high_yuan_per_t,cite,status\n"
    for rows, said in (("a,1,2,3,x,audited\na,1,2,3,x,audited\n", "a stands twice"), ("a,3,2,1,x,audited\n", "order")):
        (tmp_path / "o.csv").write_text(head + rows)
        with pytest.raises(Malformed, match=said):
            read_operating(tmp_path / "o.csv")
    assert {row.status for row in read_operating()} == {"indicative"}


# --- the page of quotes


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    path = tmp_path_factory.mktemp("prices") / "prices.html"
    done = CliRunner().invoke(app, ["prices", "--html", str(path), "--json"])
    assert done.exception is None, done.exception
    return path, json.loads(done.stdout)


@pytest.fixture(scope="module")
def seen(made: tuple[Path, dict[str, Any]]) -> Iterator[Seen]:
    with opened(made[0]) as found:
        yield found


def test_the_page_says_what_the_command_says(made: tuple[Path, dict[str, Any]]) -> None:
    page = markup.unescape(re.sub(r"<[^>]*>", " ", made[0].read_text("utf-8").split("<script", 1)[0]))
    for each in made[1]["prices"]:
        assert each["quote"]["source"] in page
        if each["yearly"] is not None:
            assert f"{each['yearly']:,.2f}" in page
    for each in made[1]["alarms"]:
        assert f"{each['times']:.1f}" in page
    assert "1.045" in page
    for each in made[1]["yields"]:
        assert f"is a yield of {100 * each['rate']:.3f} %" in page


def test_the_page_loads_nothing_and_complains_of_nothing(made: tuple[Path, Any], seen: Seen) -> None:
    assert seen.complaints == []
    assert seen.requests == [made[0].as_uri()]


@pytest.mark.parametrize("width", [DESK, TELEPHONE])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_fits_a_desk_and_a_telephone(seen: Seen, width: int, language: str) -> None:
    page = seen.page
    show_at(page, width, language)

    assert page.evaluate("document.documentElement.scrollWidth") == width
    names = [name for name, _, _ in sizes(page)]
    assert names == ["pair", *(f"quotes-{number}" for number in range(5))]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_figure_of_a_chart_is_cut_off_on_a_telephone(seen: Seen, language: str) -> None:
    page = seen.page
    show_at(page, TELEPHONE, language)
    assert cut_off(page) == []


QUOTES = "place,pollutant,kind,yuan_per_t,years,per_year,when,source,status\n"
OWN = QUOTES + "KM,SO2,sale,9000,5,no,2026,own,confirmed\nKM,SO2,use fee,900,1,yes,2026,own,confirmed\n"


def test_own_quotes_bring_their_own_taxes_and_fees_and_no_page_of_others(tmp_path: Path) -> None:
    """9,000 for five years at 8 % is 2,254.11 a year; 1 % of it for the buyer; 5 yuan an equivalent of 1 kg."""
    for name, text in (
        ("q", OWN),
        ("t", "place,pollutant,yuan_per_equivalent,kg_per_equivalent,since,cite,status\nKM,SO2,5,1,2026,x,confirmed\n"),
        ("f", "place,percent_each_side,cite,status\nKM,1,x,confirmed\n"),
    ):
        (tmp_path / f"{name}.csv").write_text(text)
    words = [f"--{option}={tmp_path / name}.csv" for option, name in (("quotes", "q"), ("taxes", "t"), ("fees", "f"))]
    done = CliRunner().invoke(app, ["prices", *words, "--html", str(tmp_path / "p.html"), "--json"])
    told = json.loads(done.stdout)
    once, fee = told["prices"]
    page = (tmp_path / "p.html").read_text("utf-8")

    assert once["yearly"] == pytest.approx(2_254.1081)
    assert once["all_in"] == pytest.approx(2_254.1081 * 1.01 + 5_000)
    assert fee["all_in"] == pytest.approx(900 + 9 + 5_000)
    assert (told["famous"], told["floors"]) == (None, [])
    assert told["yields"][0]["rate"] < 0
    assert 'id="pair"' not in page
    assert 'id="floors"' not in page
    assert "2 published prices, 0 of them without a term." in page


def test_the_headline_follows_the_rate() -> None:
    said = in_one_language([each for each in read_quotes() if each.place != "Zhuzhou"], 0.05)
    facts = QuoteFacts(5.0, 20.0, said, alarms(said), (), yields(read_quotes()), "airshed <lab>", famous(said))

    assert headline(facts).en.startswith("18,000 yuan once against 1,000 a year is not 18 times but 0.90 at 5 %.")
    assert build(facts) == build(facts)
    assert "airshed &lt;lab&gt;" in build(facts)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["guide", "--pollutant", "CO"], "no such pollutant 'CO'"),
        (["guide", "--tax", "Atlantis"], "no such place 'Atlantis'"),
        (["guide", "--exceedance", "KM"], "write it as KM=1.2"),
        (["guide", "--exceedance", "BJ=2"], "no such name 'BJ'"),
        (["guide", "--exceedance", "KM=0"], "KM is 0"),
        (["guide", "--curves", "x.csv"], "one of --curves and --caps is missing"),
        (["guide", "--floor", "9", "--ceiling", "8"], "a floor of 9 over a ceiling of 8"),
        (["guide", "--exceedance", "KM=1", "--exceedance", "KM=2"], "KM is said twice"),
        (["guide", "--exceedance", "KM=inf"], "KM is inf"),
        (["guide", "--rate", "nan"], "--rate: nan percent"),
        (["guide", "--margin", "-1"], "--margin: -1 percent"),
        (["guide", "--margin", "5", "--floor", "3"], "a floor is asked for too"),
        (["guide", "--margin", "5", "--pollutant", "PM"], "no operating cost of a control of PM"),
        (["guide", "--operating", "nowhere.csv"], "the file is missing"),
        (["guide", "--html", "nowhere/page.html"], "cannot be written"),
        (["tax", "--emits", "SO2"], "write it as SO2=120"),
        (["tax", "--emits", "SO2=-1"], "SO2 is -1"),
        (["tax", "--emits", "SO2=nan"], "SO2 is nan"),
        (["tax", "--emits", "SO2=1", "--emits", "SO2=1"], "SO2 is said twice"),
        (["tax", "--emits", "Hg=1"], "no such name 'Hg'"),
        (["tax", "--emits", "SO2=1", "--below", "NOx=3"], "no such name 'NOx'"),
        (["tax", "--emits", "SO2=1", "--below", "SO2=101"], "give 100 at most"),
        (["tax", "--emits", "SO2=1", "--place", "Atlantis"], "no such place 'Atlantis'"),
        (["prices", "--html", "nowhere/page.html"], "cannot be written"),
        (["prices", "--traded", "nowhere.csv"], "the file is missing"),
        (["prices", "--fees", "nowhere.csv"], "the file is missing"),
        (["prices", "--rate", "1e-9"], "give a rate from 0.01 up"),
        (["prices", "--rate", "nan"], "--rate: nan percent"),
        (["prices", "--life", "inf"], "--life: inf years"),
        (["prices", "--unsaid", "0"], "--unsaid: 0 years"),
        (["prices", "--far", "0.5"], "--far: 0.5 times"),
    ],
)
def test_what_the_commands_cannot_take_is_named(words: list[str], said: str) -> None:
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, Malformed)
    assert said in str(done.exception)
