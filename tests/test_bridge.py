"""Every price beside the price under the law: the steps add up to the fen, and nothing is left unexplained."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from airshed.cli.main import ROOMS, build
from airshed.lab.equilibrium.lawful import lawful
from airshed.lab.equilibrium.supply import supply_of
from airshed.lab.equilibrium.terms import terms_of
from airshed.lab.prices.agents_gap import agents_gap, plays_of
from airshed.lab.prices.bridge import Assumptions, Bridge, Bridged, Switched, Words, bridged
from airshed.lab.season.firms import firms_of
from airshed.lab.season.guide import guide
from airshed.pages.bridge import BridgeFacts
from airshed.pages.bridge import build as bridge_page
from airshed.pages.bridge.chart import waterfall
from airshed.pages.kit.words import Phrase
from airshed.rulebook import lookup
from airshed.rulebook.load import find, load
from airshed.zone.load import of_law

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "comparing-prices.md"
LAWS = [("dianzhong", code) for code in ("SO2", "NOx", "PM", "VOC")] + [("shanxi", "SO2"), ("acidrain", "SO2")]


@cache
def of(book: str, code: str) -> Bridged:
    rules = load(find(book))
    return bridged(of_law(rules, ""), rules, code, Assumptions(), 2_947.37 if book == "dianzhong" else 0.0)


@pytest.mark.parametrize(("book", "code"), LAWS)
def test_the_steps_of_every_bridge_add_up_to_the_fen(book: str, code: str) -> None:
    for each in of(book, code).bridges:
        sizes = [size for size in each.sizes if size is not None]
        if len(sizes) == len(each.steps) and each.origin is not None and each.said is not None:
            assert each.origin + sum(sizes) + (each.rest or 0) == each.said, each.name


@pytest.mark.parametrize(("book", "code"), LAWS)
def test_nothing_is_left_unexplained(book: str, code: str) -> None:
    """What the last switch gives is what the other command or the law says, by its own code."""
    for each in of(book, code).bridges:
        assert each.rest in (0, None), (each.name, each.rest)


def test_a_bridge_ends_at_what_the_others_say() -> None:
    rules = load(find("dianzhong"))
    zone = of_law(rules, "")
    found = of("dianzhong", "NOx")
    said = {each.name.en: each.said for each in found.bridges}
    published = guide(zone, rules, firms_of(zone, 7, rules), 2027)
    assert said["guide price of the demo's authority, others"] == published[""]["NOx"]
    assert said["guide price of the demo's authority, behind the wall of power"] == published["power"]["NOx"]
    assert said["reference price of the law"] == lookup.pollutant(rules, "NOx").reference_fen_per_t
    hub = lawful(supply_of(zone, rules, "NOx", 10, 0.05, 0.01, 0.03), terms_of(rules, "NOx"))
    assert found.price == round(100 * float(hub.mean_price()[0]))


def test_the_page_of_prices_has_the_bridges_of_today() -> None:
    page = " ".join(
        Path(__file__).parents[1].joinpath("docs/explanation/comparing-prices.md").read_text("utf-8").split()
    )
    for code in ("SO2", "NOx"):
        found = of("dianzhong", code)
        said = [found.price, *(each.said for each in found.bridges)]
        for price in said:
            assert f"{(price or 0) / 100:,.0f}" in page, (code, price)
    free, *_ = of("dianzhong", "SO2").bridges
    bank = next(size for step, size in zip(free.steps, free.sizes, strict=True) if "banked" in step.words.en)
    assert f"no limit on what is banked +{(bank or 0) / 100:,.0f}" in page


def test_the_page_of_prices_says_what_the_reference_price_of_voc_is_held_to() -> None:
    page = " ".join(PAGE.read_text("utf-8").split())
    found = of("dianzhong", "VOC")
    *_, last = found.bridges
    assert f"({(last.said or 0) / 100:,.0f} yuan/t)" in page
    assert f"{(last.steps[0].fen or 0) / 100:,.0f} over the two vintages" in page
    assert f"{(found.price or 0) / 100:,.0f} over ten years" in page


def test_a_step_without_a_price_has_no_size() -> None:
    words = Words("", "")
    one = Bridge(words, "", 100, (Switched(words, 150), Switched(words, None), Switched(words, 90)), 95)
    assert one.sizes == (50, None, None)
    assert one.rest == 5


def test_reference_prices_lie_near_the_price_over_the_vintages_that_the_law_states() -> None:
    """The first session trades around them: one that is a fraction of it lets nobody name a price without loss."""
    for code in ("SO2", "NOx", "PM", "VOC"):
        *_, last = of("dianzhong", code).bridges
        stated, reference = last.steps[0].fen, last.said
        assert stated is not None
        assert reference is not None
        assert 0.9 < reference / stated < 1.4, code


def test_the_page_draws_each_way_from_bar_to_bar() -> None:
    """A cause's bar lies between the prices before and after it, and the table beside has the same figures."""
    found = of("dianzhong", "SO2")
    html = bridge_page(BridgeFacts("dianzhong", found, found.bridges, found.origins, "airshed lab bridge"))
    for one in found.bridges:
        drawn = waterfall(one, Phrase("yuan", "元"))
        assert drawn is not None
        assert one.origin is not None
        assert one.said is not None
        under, whole, raised, lowered = ([mark["value"] for mark in row["data"]] for row in drawn["series"])
        assert (whole[0], whole[-1]) == (one.origin / 100, one.said / 100)
        price = whole[0]
        for at, *moves in list(zip(under, raised, lowered, strict=True))[1:-1]:
            assert at == pytest.approx(min(price, price + moves[0] - moves[1]))
            price += moves[0] - moves[1]
        assert price == pytest.approx(whole[-1])
        for size in one.sizes:
            said = f"{(size or 0) / 100:+,.2f}".replace("-", "\u2212")
            assert size == 0 or f'<td class="n">{said}</td>' in html
    assert html.count("data-chart=") == 1 + len(found.bridges)


def test_where_a_cause_leaves_no_price_the_page_says_so_and_draws_no_way() -> None:
    found = of("dianzhong", "VOC")
    without = [one for one in found.bridges if None in one.sizes]
    html = bridge_page(BridgeFacts("<b>", found, found.bridges, found.origins, "airshed lab bridge"))
    assert without
    assert all(waterfall(one, Phrase("yuan", "元")) is None for one in without)
    assert html.count("there is no way to draw") == len(without)
    assert "<b>" not in html


def test_agents_end_at_what_they_pay() -> None:
    rules = load(find("dianzhong"))
    found = agents_gap(of_law(rules, ""), rules, "PM", Assumptions(), 1)
    assert len(found.steps) == 1 + len(plays_of("PM", "dianzhong", Assumptions()))
    assert found.rest == 0
    assert found.origin is not None
    assert None not in found.sizes
    assert found.origin + sum(size or 0 for size in found.sizes) == found.said


def test_the_command_prints_and_says_the_same_bridges(tmp_path: Path) -> None:
    app = build({"lab": ROOMS["lab"]})
    plain = CliRunner().invoke(app, ["lab", "bridge", "--pollutant", "VOC", "--years", "3", "--json"])
    assert plain.exit_code == 0, plain.output
    made = json.loads(plain.stdout)
    for each in made["bridges"]:
        total = each["origin_yuan_per_t"] + sum(step["yuan_per_t"] for step in each["steps"])
        assert total == pytest.approx(each["price_yuan_per_t"])
        assert each["unexplained_yuan_per_t"] == 0
    page = tmp_path / "bridge.html"
    shown = CliRunner().invoke(app, ["lab", "bridge", "--pollutant", "VOC", "--years", "3", "--html", str(page)])
    assert shown.exit_code == 0, shown.output
    assert "airshed lab equilibrium" in shown.stdout
    assert f"{made['price_yuan_per_t']:,.2f}" in page.read_text("utf-8")
    assert "airshed lab bridge --pollutant VOC --years 3" in page.read_text("utf-8")
