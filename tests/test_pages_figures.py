"""Figures of the zone that pages print: what takes seconds is worked out, so that a page of another zone is named.

The rest of such a page comes from longer runs of the commands that it names, of the same zone: they go together.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from airshed.cli.main import ROOMS, build
from airshed.lab.brief.facts import Found
from airshed.lab.brief.judge import Judge
from airshed.lab.brief.pollutant import found_of
from airshed.lab.brief.states import states_of
from airshed.lab.brief.world import ASSUMED
from airshed.lab.scenarios.draw import Setting
from airshed.lab.scenarios.schema import find, read
from airshed.rulebook.shipped import shipped
from airshed.zone.load import load as load_zone
from laws import RULES

DOCS = Path(__file__).parents[1] / "docs" / "explanation"
ZONE = load_zone(shipped("zones", "dianzhong"))
STALE = "the zone or its law has changed: run the commands that the page names, and put the figures of all of it right"


@cache
def text(name: str) -> str:
    """A page with its line breaks taken out."""
    return re.sub(r"\s+", " ", (DOCS / name).read_text("utf-8"))


@cache
def found(pollutant: str) -> Found:
    return found_of(ZONE, RULES, Judge(states_of(ZONE, RULES, pollutant, ASSUMED)), ASSUMED)


def said(page: str, *sentences: str) -> None:
    missing = [sentence for sentence in sentences if sentence not in text(page)]
    assert missing == [], f"{page}: {STALE}"


def saved(pollutant: str) -> tuple[str, str]:
    linking = found(pollutant).linking
    assert linking is not None
    alone = sum(linking.alone)
    return f"{100 * (1 - linking.together / alone):.1f} %", f"{alone - linking.together:.1f} of {alone:.1f}"


def test_the_guide_to_designing_says_what_linking_saves_today() -> None:
    (so2, of_so2), (nox, of_nox) = saved("SO2"), saved("NOx")

    said("designing.md", f"one market saves {so2} of what closed cities spend on SO2 ({of_so2} million yuan")
    said("designing.md", f"and {nox} on NOx ({of_nox})")


def test_the_guide_to_designing_says_what_a_tonne_costs_where_today() -> None:
    cities = {each.city: f"{each.cities:,.0f}" for each in found("SO2").prices}

    said("designing.md", f"a tonne costs {cities['KM']}, {cities['CX']} and {cities['HH']} yuan there")
    said(
        "designing.md", f"against {cities['QJ']} in Qujing, {cities['YX']} in Yuxi and {found('SO2').price:,.0f} in one"
    )


def test_the_guide_to_designing_shares_the_saving_as_today() -> None:
    linking = found("SO2").linking
    assert linking is not None
    names = {"KM": "Kunming", "QJ": "Qujing", "YX": "Yuxi", "CX": "Chuxiong", "HH": "Honghe"}
    parts = sorted(zip(linking.shapley, linking.cities, strict=True), reverse=True)

    said("designing.md", ", ".join(f"{names[city]} {part:.1f}" for part, city in parts))


def test_the_annex_says_what_a_guard_costs_today() -> None:
    costs = {each.guard_percent: f"{each.cost_million:.1f}" for each in found("NOx").frontier}
    linking = found("NOx").linking
    assert linking is not None
    alone, one = f"{sum(linking.alone):.1f}", f"{linking.together:.1f}"

    said(
        "designing-annex.md",
        f"(NOx {costs[0.0]} of {alone} million yuan, one zone {one}), with 3 % {costs[3.0]}.",
    )


def guided(*words: str) -> dict[str, Any]:
    """What `airshed lab guide` says."""
    ended = CliRunner().invoke(build({"lab": ROOMS["lab"]}), ["lab", "guide", "--json", *words])
    assert ended.exit_code == 0, ended.output
    held: dict[str, Any] = json.loads(ended.stdout)
    return held


def test_the_page_of_prices_has_the_guide_prices_of_today() -> None:
    full, half = (guided(*words)["guide"]["together"] for words in ((), ("--below", "50")))
    nox = guided("--pollutant", "NOx", "--margin", "10")
    left = f"{full['marginal'] - full['tax']:,.2f}"

    assert full["bound"] == "floor"
    assert nox["controls"][0]["works"] == 9
    said(
        "comparing-prices.md",
        f"the marginal cost of SO2 is {full['marginal']:,.0f} yuan/t as one market; less the full tax {left},",
        f"the guide price is the floor of {full['price']:,.0f}.",
        f"and it is {half['price']:,.2f}.",
        f"= {nox['collar']['floor']:,.2f} yuan/t.",
        f"It lies above the {nox['guide']['together']['marginal'] - nox['tax_yuan_per_t']:,.2f} that the cap leaves",
    )


def test_the_page_of_scenarios_has_the_guide_price_of_today() -> None:
    guide = Setting(read(find("dianzhong")), RULES, ZONE).guide

    said("scenarios.md", f"the guide price, {guide[0]:,.0f} if all comes as expected")
