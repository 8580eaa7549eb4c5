"""The page of a zone-wide call: what it says, and how it looks in a real browser."""

from __future__ import annotations

import html as markup
import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from airshed.cli.call.group import app
from airshed.market.zonecall import CallAir, CallRules, NotCleared, ZoneCleared, clear_in_rounds
from airshed.model.provenance import Simulation
from airshed.model.refusal import Malformed
from airshed.pages.call import CallFacts, build
from airshed.pages.call.charts import flows, limits, prices
from airshed.pages.call.facts import round_facts
from airshed.pages.call.page import headline
from airshed.pages.kit.words import Phrase
from browsers import LARGEST_FILE, Seen, opened, sent, show_at, sizes
from test_zonecall import two_zones

DESK, TELEPHONE = 1280, 400
NAMES = {"KM": Phrase("Kunming", "昆明"), "YX": Phrase("Yuxi", "玉溪")}


def facts(trade: str = "zone", names: dict[str, Phrase] | None = None, matrix: str = "worked example") -> CallFacts:
    offers, bids, air, rules = two_zones()
    done = clear_in_rounds(offers, bids, air, msgspec.structs.replace(rules, trade=trade))
    assert not isinstance(done, NotCleared)
    rounds = tuple(round_facts(each, "0" * 64) for each in done)
    return CallFacts("SO2", rounds, matrix, "airshed", Simulation("test"), names or NAMES)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("call")
    (folder / "orders.csv").write_text(
        "order,side,account,sector,pollutant,jurisdiction,year,place,count,limit\n"
        "1,offer,yuxi-steel,steel,SO2,YX,2027,,1000,3000\n"
        "2,bid,kunming-cement,cement,SO2,KM,2027,,800,6000\n"
        "3,bid,yuxi-cement,cement,SO2,YX,2027,,600,4000\n"
    )
    (folder / "matrix.csv").write_text("receptor,jurisdiction,coefficient,origin\nair,KM,1,it\nair,YX,0.5,it\n")
    (folder / "receptors.csv").write_text("receptor,limit,standard\nair,0.2,met\n")
    tables = ["--matrix", str(folder / "matrix.csv"), "--receptors", str(folder / "receptors.csv")]
    done = CliRunner().invoke(app, ["clear", str(folder / "orders.csv"), *tables, "--html", str(folder / "call.html")])
    assert done.exception is None, done.exception
    assert "call.html: " in done.stdout
    return folder / "call.html"


@pytest.fixture(scope="module")
def seen(made: Path) -> Iterator[Seen]:
    with opened(made) as found:
        yield found


def test_a_price_is_taken_apart_into_cover_and_air() -> None:
    """p = mu + H lambda, as in docs/tutorials/prices/zone-call.md."""
    (each,) = facts().rounds

    assert [(price.place, price.fen, price.parts, price.sellers_fen) for price in each.prices] == [
        ("KM", 600_000, (("", 100_000.0), ("receptor kunming-air", 500_000.0)), None),
        ("YX", 350_000, (("", 100_000.0), ("receptor kunming-air", 250_000.0)), 350_000),
    ]
    assert [(flow.origin, flow.target, flow.count) for flow in each.flows] == [("YX", "KM", 400), ("YX", "YX", 600)]
    assert [(limit.load, limit.most, limit.fen, limit.rent_fen) for limit in each.limits] == [
        (0.2, 0.2, 500_000.0, 100_000.0)
    ]
    drawn = prices(facts(), each)
    assert [[bar["value"] for bar in series["data"]] for series in drawn["series"]][:2] == [
        [1_000.0] * 2,
        [5_000.0, 2_500.0],
    ]
    assert [name.en for name in drawn["yAxis"]["data"]] == ["Kunming 2027", "Yuxi 2027"]
    assert [link["value"] for link in flows(facts(), each)["series"][0]["links"]] == [0.4, 0.6]
    assert limits(facts(), each)["series"][0]["data"][0]["value"] == pytest.approx(100.0)


def test_the_headline_says_what_changed_hands_at_which_prices_and_how_good_that_is() -> None:
    assert headline(facts()).en == (
        "1.000 t of SO2 changed hands at 3,500.00 to 6,000.00 yuan/t, 0.400 t of it across a border."
        " No allocation gains more than 0.00 yuan above this one."
    )
    assert "其中跨区0.400吨" in headline(facts()).zh
    assert headline(CallFacts("SO2", (), "", "", None)).en == "Nothing changed hands."


def test_the_page_says_what_the_call_says(made: Path) -> None:
    page = markup.unescape(re.sub(r"<[^>]*>", " ", made.read_text("utf-8").split("<script", 1)[0]))
    for figure in ("1.000 t", "1,800.00", "6,000.00", "3,500.00", "5,000.00", "1,000.00"):
        assert figure in page, figure
    assert "indicative" not in page
    assert "indicative" in build(facts(matrix="indicative: built-in Gaussian plume"))


def test_two_rounds_have_two_sets_of_charts_and_a_call_of_nobody_has_none() -> None:
    page = build(facts("city_first"))
    drawn = json.loads(page.split('id="figures">', 1)[1].split("</script>", 1)[0])
    assert list(drawn) == ["prices-1", "flows-1", "prices-2", "flows-2", "limits-2"]
    nobody = clear_in_rounds((), (), CallAir(), CallRules())
    assert isinstance(nobody, tuple)
    (none,) = nobody
    assert isinstance(none, ZoneCleared)
    assert "No bid met an offer." in build(CallFacts("", (round_facts(none, "0" * 64),), "", "airshed", None))


def test_the_same_facts_give_the_same_bytes_and_names_cannot_break_out() -> None:
    evil = {"KM": Phrase("<script>alert(1)</script>", "</script>")}
    page = build(facts(names=evil))
    assert page == build(facts(names=evil))
    assert "<script>alert" not in page


def test_the_page_loads_nothing_and_complains_of_nothing(made: Path, seen: Seen) -> None:
    assert seen.complaints == []
    assert seen.requests == [made.as_uri()]
    assert sent(made.read_bytes()) < LARGEST_FILE


@pytest.mark.parametrize("width", [DESK, TELEPHONE])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_fits_a_desk_and_a_telephone(seen: Seen, width: int, language: str) -> None:
    page = seen.page
    show_at(page, width, language)

    assert page.evaluate("document.documentElement.scrollWidth") == width
    charts = sizes(page)
    assert [name for name, _, _ in charts] == ["prices-1", "flows-1", "limits-1"]
    for name, wide, high in charts:
        assert 250 < wide <= width, name
        assert high > 100, name
    other = "zh-Hans" if language == "en" else "en"
    assert page.evaluate(f"getComputedStyle(document.querySelector('h1 [lang=\"{other}\"]')).display") == "none"


def test_a_page_that_cannot_be_written_is_named_before_anything_is_solved(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "no" / "call.html"):
        done = CliRunner().invoke(app, ["clear", "nowhere.csv", "--html", str(path)])
        assert isinstance(done.exception, Malformed)
        assert "cannot be written; name a file in a folder that exists" in str(done.exception)


def test_the_page_names_the_money_of_the_law() -> None:
    page = build(msgspec.structs.replace(facts("city_first"), money=Phrase("US dollars", "美元")))

    for part in (page.partition("<main")[2].partition("</main>")[0], page.split('id="figures">', 1)[1]):
        assert "US dollars" in part
        assert "yuan" not in part.partition("</script>")[0]
        assert "元/" not in part.partition("</script>")[0].replace("美元", "")
