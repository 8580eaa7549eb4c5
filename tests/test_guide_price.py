"""Taxes, fees and floors beside published prices, and a guide price before trading starts."""

from __future__ import annotations

import html as markup
import json
import re
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from airshed.cli.lab import app
from airshed.lab.equilibrium import Steps
from airshed.lab.equilibrium.case import Case
from airshed.lab.prices.floors import floors_of, read_traded
from airshed.lab.prices.guide_price import Collar, collar_of, guide_prices
from airshed.lab.prices.quotes import TAX, Quote, alarms, in_one_language, read_quotes, yields
from airshed.lab.prices.taxes import read_fees, read_reliefs, read_taxes, tax_of
from airshed.market.emission_tax import Relief, guided, part_paid, per_tonne, taxed
from airshed.model.refusal import Malformed
from airshed.rulebook.load import find, load
from airshed.service.quotepage.page import QuoteFacts, build, headline
from browsers import Seen, opened, sizes

DESK, TELEPHONE = 1280, 400


def test_yunnan_taxes_a_tonne_of_sulphur_dioxide_at_2947() -> None:
    """2.8 yuan an equivalent since 2019; equivalents of 0.95 kg (SO2, NOx), 4 (general dust), 2.18 (soot, recalled)."""
    known = {row.pollutant: round(row.yuan_per_t, 2) for row in read_taxes() if row.place == "Yunnan"}

    assert known == {"SO2": 2947.37, "NOx": 2947.37, "industrial dust": 700.0, "soot": 1284.40, "PM": 1284.40}
    assert all(row.status == "to confirm" for row in read_taxes())


@pytest.mark.parametrize(
    ("below", "yuan"), [(0, 2947.37), (29.9, 2947.37), (30, 2210.53), (50, 1473.68), (90, 1473.68)]
)
def test_who_stays_under_the_standard_pays_less(below: float, yuan: float) -> None:
    """Article 13: at least 30 % below the standard pays 75 %, at least 50 % below pays half."""
    assert tax_of("Yunnan", "SO2", below) == pytest.approx(yuan, abs=0.005)
    assert {row.status for row in read_reliefs()} == {"confirmed"}


def test_what_no_table_taxes_has_no_tax() -> None:
    assert tax_of("Yunnan", "VOC") is None
    assert tax_of("Atlantis", "SO2") is None


def test_only_the_three_largest_of_an_outlet_are_taxed() -> None:
    """Article 9, by equivalents, not by kilograms."""
    kg = {"SO2": 95.0, "NOx": 190.0, "dust": 396.0, "CO": 2_000.0}
    assert taxed(kg, {"SO2": 0.95, "NOx": 0.95, "dust": 4.0, "CO": 16.7}) == ("NOx", "CO", "SO2")


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
    assert by_law.ceiling_origin == "shortfall.fixed_fen_per_t"
    assert collar_of(rules, rule, 7.0, 9.0) == Collar(7.0, 9.0, "asked for", "asked for")
    with pytest.raises(Malformed, match="a floor of 9 over a ceiling of 7"):
        collar_of(rules, rule, 9.0, 7.0)


def test_a_floor_above_what_a_missing_tonne_costs_has_no_ceiling() -> None:
    """Shanxi: a floor of 18,000 yuan, and a missing tonne at 10,000."""
    rules = load(find("shanxi"))
    (rule,) = (each for each in rules.pollutants if each.code == "SO2")
    found = collar_of(rules, rule, None, None)

    assert (found.floor, found.ceiling) == (18_000.0, inf)
    assert "shortfall.fixed_fen_per_t is 10,000.00" in found.ceiling_origin
    done = CliRunner().invoke(app, ["guide", "--rulebook", "shanxi", "--tax", "Shanxi"])
    assert "at the floor" in done.stdout
    assert CliRunner().invoke(app, ["frictions", "--rulebook", "shanxi"]).exit_code == 0


def test_shanxis_trades_of_2015_were_worth_little_more_than_its_floors() -> None:
    """851.27 million yuan over 814.34 million at the floors: 4.5 % above (the floors of SO2 and COD are of 2017)."""
    (found,) = floors_of(read_traded())

    assert found.at_floor_yuan / 1e6 == pytest.approx(814.34, abs=0.005)
    assert round(found.ratio, 3) == 1.045
    assert found.bound
    assert found.status == "to confirm"


def test_a_price_is_all_in_only_with_a_term_and_a_tax() -> None:
    """Shanxi: 1,440 a year, 0.75 % of it for the buyer, 1.8 yuan an equivalent (recalled) are 1,894.74 a tonne."""
    quote = Quote("Shanxi", "SO2", "floor", 18_000, "open", "no", "2017", "x", "confirmed")
    fees = {each.place: each.percent_each_side / 100 for each in read_fees()}
    taxes = {(each.place, each.pollutant): each.yuan_per_t for each in read_taxes()}
    (said,) = in_one_language([quote], 0.08, 20, fees, taxes)

    assert said.fee == pytest.approx(10.8)
    assert said.all_in == pytest.approx(1440 + 10.8 + 1.8 / 0.95 * 1000)
    assert in_one_language([quote], 0.08)[0].all_in is None


def test_a_price_for_a_year_over_one_for_ever_is_a_yield() -> None:
    """Chongqing against Shanxi 1,000 / 18,000; Zhuzhou 200 / 15,000 (SO2) and 200 / 25,000 (NOx)."""
    found = {(each.endless.place, each.yearly.pollutant): each.rate for each in yields(read_quotes())}

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


HEAD = "place,year,pollutant,traded_t,floor_yuan_per_t,value_million_yuan,cite,status\n"


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
        ("A,2015,SO2,1,2,3,x,confirmed\nA,2015,SO2,1,2,3,x,confirmed", "line 3: A 2015 SO2 stands twice"),
        ("A,2015,SO2,1,2,3,x,confirmed\nA,2015,NOx,1,2,4,x,confirmed", "line 3: another value of A 2015"),
        ("A,2015,SO2,-1,2,3,x,confirmed", "line 2 column traded_t"),
        ("A,2015,SO2,0,2,3,x,confirmed", "nothing was traded"),
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


# --- the page


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
    page.set_viewport_size({"width": width, "height": 900})
    page.click(f'[data-say="{language}"]')
    page.wait_for_timeout(200)

    assert page.evaluate("document.documentElement.scrollWidth") == width
    names = [name for name, _, _ in sizes(page)]
    assert names == ["pair", *(f"quotes-{number}" for number in range(5))]


def test_the_headline_follows_the_rate() -> None:
    said = in_one_language([each for each in read_quotes() if each.place != "Zhuzhou"], 0.05)
    facts = QuoteFacts(5.0, 20.0, said, alarms(said), (), yields(read_quotes()), "airshed <lab>")

    assert headline(facts).en.startswith("18,000 yuan once against 1,000 a year is not 18 times but 0.90 at 5 %.")
    assert build(facts) == build(facts)
    assert "airshed &lt;lab&gt;" in build(facts)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["guide", "--pollutant", "CO"], "no such pollutant 'CO'"),
        (["guide", "--tax", "Atlantis"], "no such place 'Atlantis'"),
        (["guide", "--exceedance", "KM"], "write CITY=TIMES"),
        (["guide", "--exceedance", "BJ=2"], "no such city 'BJ'"),
        (["guide", "--exceedance", "KM=0"], "KM is 0"),
        (["guide", "--curves", "x.csv"], "one of --curves and --caps is missing"),
        (["guide", "--floor", "9", "--ceiling", "8"], "a floor of 9 over a ceiling of 8"),
        (["prices", "--html", "nowhere/page.html"], "cannot be written"),
        (["prices", "--traded", "nowhere.csv"], "the file is missing"),
    ],
)
def test_what_the_commands_cannot_take_is_named(words: list[str], said: str) -> None:
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, Malformed)
    assert said in str(done.exception)
