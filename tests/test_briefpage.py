"""The design brief at the shell and as a page: what it says, how it looks in a real browser, and on paper."""

from __future__ import annotations

import html as markup
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from airshed.cli.lab.group import app
from airshed.engine.runner import Runner
from airshed.lab.brief.facts import BriefFacts
from airshed.lab.brief.measures import CRITERIA
from airshed.lab.brief.run import brief
from airshed.lab.brief.tasks import MOVES
from airshed.lab.brief.world import Assumed
from airshed.model.provenance import Figures
from airshed.model.provenance import said as told_of
from airshed.model.refusal import Malformed
from airshed.pages.brief import build
from airshed.pages.brief.charts import effects
from airshed.pages.brief.measured import measures
from airshed.pages.brief.page import _keys, number
from airshed.pages.brief.reasons import headline, lead, of_bounds, reasons
from airshed.pages.brief.sentences import of_band, sensitivity, unknown
from airshed.pages.brief.summary import summary
from airshed.pages.brief.words import AXES, COLOURS, DESIGNS, OPTIONS, PLACES, SPOKEN
from airshed.pages.kit.chromium import BROWSERS
from airshed.pages.kit.html import in_css
from airshed.pages.kit.pdf import print_page
from airshed.pages.kit.words import LANGUAGES, Language, Phrase
from airshed.pages.report.labels import place_names
from airshed.registry.accounts import PRIVATE, AccountKind
from airshed.rulebook.digest import digest
from airshed.rulebook.load import find, load
from airshed.rulebook.shipped import shipped
from airshed.service.book.first_vintage import seen_in
from airshed.service.book.sqlite import Book
from airshed.service.marketdata import read_market
from airshed.service.marketdata.frames import market_frames
from airshed.zone.load import load as load_zone
from beijing import BEIJING
from browsers import LARGEST_FILE, Seen, opened, sent, show_at, sizes
from laws import FILES, RULES
from story import story

DESK, TELEPHONE = 1280, 400
YUAN = Phrase("yuan", "元")
#: Every piece of text that can be seen, charts included.
VISIBLE = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    const text = walk.currentNode.textContent.trim();
    if (text && !["SCRIPT", "STYLE", "NOSCRIPT"].includes(parent.tagName) && parent.getClientRects().length)
      found.push(text);
  }
  return found;
}"""
#: A short brief, so that a test is not long.
SHORT = ["brief", "--pollutant", "PM", "--years", "2", "--sessions", "1", "--workers", "1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("brief")


@pytest.fixture(scope="module")
def facts(folder: Path) -> BriefFacts:
    """The brief as JSON, with the page and the book's own trade beside it."""
    book = folder / "story.book"
    with Book.create(book) as opened_:
        runner = Runner(opened_, RULES)
        for at, command in story(RULES):
            instant = datetime.fromisoformat(at).replace(tzinfo=BEIJING)
            runner.send(command, int(instant.timestamp() * 1000))
        opened_.keep_law(digest(RULES), FILES)
    done = CliRunner().invoke(app, [*SHORT, "--out", str(folder / "out"), "--book", str(book), "--json"])
    assert done.exception is None, done.exception
    (folder / "answer.json").write_text(done.stdout, "utf-8")
    return msgspec.json.decode(done.stdout, type=BriefFacts)


@pytest.fixture(scope="module")
def page(folder: Path, facts: BriefFacts) -> Path:
    return folder / "out" / "brief.html"


@pytest.fixture(scope="module")
def seen(page: Path) -> Iterator[Seen]:
    with opened(page) as found:
        yield found


def text_of(path: Path) -> str:
    return markup.unescape(re.sub(r"<[^>]*>", " ", path.read_text("utf-8").split('<script type="application', 1)[0]))


def test_everything_that_may_be_chosen_has_words_in_both_languages(facts: BriefFacts) -> None:
    assert {axis for axis, _ in OPTIONS} == set(AXES)
    assert set(OPTIONS) == set(SPOKEN)
    assert set(facts.scores) <= set(DESIGNS)
    assert {(knob, at) for knob, at, _ in MOVES} == set(PLACES)
    assert set(measures(YUAN, 2020)) == {name for name in facts.pollutants[0].judged["choice"] if name != "offered"}
    for phrase in (*AXES.values(), *OPTIONS.values(), *SPOKEN.values(), *DESIGNS.values()):
        assert phrase.en
        assert phrase.zh
        assert phrase.en != phrase.zh


def test_the_page_says_the_figures_of_the_brief(facts: BriefFacts, page: Path) -> None:
    said = " ".join(text_of(page).split())
    assert f"{facts.score:.1f}" in said
    told = reasons(facts, YUAN)
    rows = [row for each in told for row in each.rows]
    words = (*(each.why for each in told), *(row.what for row in rows))
    assert all(" ".join(figure.split()) in said for row in rows for figure in row.figures.values())
    for phrase in (lead(facts), sensitivity(facts), *words, *unknown(facts)):
        assert " ".join(phrase.en.split()) in said
        assert phrase.zh in said
    own = facts.pollutants[0]
    assert own.found.linking is not None
    for figure in (*own.found.linking.alone[:0], own.found.linking.together, own.found.linking.saved):
        assert f"{figure:,.1f}" in said
    assert all(proof.digest in said and proof.file in said for proof in own.found.proofs)
    for word in ("indicative", "simulated", "to confirm", "参考值", "模拟", "待核实"):
        assert word in said


def test_the_first_page_says_what_it_saves_for_whom_and_how_sure_in_sums(facts: BriefFacts) -> None:
    (_, choice), (_, saves), (_, whom), (_, sure), (_, turn) = summary(
        facts, place_names(load(find("dianzhong"))), YUAN
    )
    found = [each.found.linking for each in facts.pollutants if each.found.linking is not None]
    assert (
        f"{sum(each.saved for each in found):,.1f} of {sum(sum(each.alone) for each in found):,.1f} million" in saves.en
    )
    parts = dict(zip(found[0].cities, found[0].shapley, strict=True))
    assert place_names(load(find("dianzhong")))[max(parts, key=lambda city: parts[city])].zh in whom.zh
    assert "a point of it" in sure.en
    assert turn == sensitivity(facts)
    assert choice.zh in headline(facts).zh
    # What stands in the table of the first page is not said once more in its prose.
    shown = [value for _, value, _, _ in _keys(facts, YUAN)]
    prose = " ".join(f"{said.en} {said.zh}" for said in (lead(facts), saves, whom, sure, turn))
    for value in shown:
        assert not re.search(rf"(?<![\d.,]){re.escape(value)}(?![\d.,])", prose), value


def test_figures_of_several_pollutants_stand_in_rows_and_none_in_a_sentence(facts: BriefFacts) -> None:
    own = facts.pollutants[0]
    two = replace(facts, pollutants=(own, replace(own, pollutant="SO2")))
    for phrase in (
        headline(two),
        *(each.why for each in reasons(two, YUAN)),
        *(said for _, said in summary(two, place_names(RULES), YUAN)),
    ):
        assert not re.search(r"(PM|SO2)[ :]*[-+]?\d", phrase.en + phrase.zh), phrase
    rows = [row for each in reasons(two, YUAN) for row in each.rows]
    assert rows
    assert all(list(row.figures) == ["PM", "SO2"] for row in rows)


def test_tables_charts_and_json_have_the_same_figures(facts: BriefFacts, page: Path) -> None:
    """Every cell of both tables of designs, and what each chart draws, against the JSON."""
    html = page.read_text("utf-8")
    shown = [name for name in facts.scores if name != facts.same_as]
    order = sorted(shown, key=lambda name: (-round(facts.scores[name], 1), name != "choice", -facts.scores[name]))

    def cells(table: str) -> list[list[str]]:
        rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0], re.DOTALL)
        return [[re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows]

    heat, measured = (
        re.findall(rf'<table class="{name}">.*?</table>', html, re.DOTALL)[0] for name in ("heat", "tight")
    )
    for name, row in zip(order, cells(heat), strict=True):
        values = [facts.values[name][criterion] for criterion in facts.weights]
        assert row[1:] == ["–" if v is None else f"{100 * v:.0f}" for v in values] + [f"{facts.scores[name]:.1f}"], name
    own = facts.pollutants[0]
    for name, row in zip(order, cells(measured), strict=True):
        for text, (measure, how) in zip(row[1:], measures(YUAN, facts.cost_year).items(), strict=True):
            assert text == number(own.judged[name][measure], how.decimals, how.signed), (name, measure)
    drawn = json.loads(html.split('id="figures">', 1)[1].split("</script>", 1)[0])

    def of(name: str, place: int) -> list[float]:
        """What a series shows: the values of its bars, or how high or far its points lie."""
        data = [each["value"] if isinstance(each, dict) else each for each in drawn[name]["series"][place]["data"]]
        across = drawn[name]["yAxis"]["type"] == "category"
        return [value[0 if across else 1] if isinstance(value, list) else value for value in data]

    parts = range(len(drawn["scores"]["series"]) - 1)  # behind them the sum in figures
    sums = np.sum([of("scores", part) for part in parts], axis=0)
    assert sums == pytest.approx([facts.scores[name] for name in order])
    found = own.found
    assert found.linking is not None
    assert of("linking-PM", 0) == pytest.approx(list(found.linking.shapley))
    assert of("frontier-PM", 0) == pytest.approx([each.cost_million for each in found.frontier])
    assert of("loads-PM", 2) == pytest.approx([each.zone for each in found.loads])
    assert of("prices-PM", 1) == pytest.approx([each.cities for each in found.prices])
    assert of("trade-PM", 0) == pytest.approx([100 * part for part in own.diagnoses[0].volume_left])
    assert of("path-PM", 1) == pytest.approx([row.central for row in found.path])
    assert of("path-PM", 3) == pytest.approx([row.collared for row in found.path])


def test_what_is_chosen_below_an_alternative_says_why(facts: BriefFacts) -> None:
    means = [each for each in effects(facts)["series"][0]["data"] if each["itemStyle"]["color"] == COLOURS["cost"]]
    assert len(means) == len(facts.axes)
    best = [max(options.values()) for options in facts.effects.values()]
    for mark, most in zip(means, best, strict=True):
        assert ("best with the others" in mark["label"]["formatter"].en) == (mark["value"][0] < most)


def test_each_certificate_lies_beside_the_page_and_is_accepted(facts: BriefFacts, page: Path) -> None:
    proofs = facts.pollutants[0].found.proofs
    assert [proof.border for proof in proofs] == ["zone", "cities", "guarded"]
    assert {each.name for each in page.parent.glob("*.json")} == {proof.file for proof in proofs}
    for proof in proofs:
        done = CliRunner().invoke(app, ["check", str(page.parent / proof.file), "--json"])
        assert done.exception is None, done.exception
        said = json.loads(done.stdout)
        assert (said["holds"], said["digest"]) == (True, proof.digest)
        assert said["cost_yuan"] / 1e6 == pytest.approx(proof.cost_million)


def test_a_band_that_keeps_trade_from_its_price_is_told_and_one_that_does_not_is_not(facts: BriefFacts) -> None:
    own = facts.pollutants[0]
    law = next(rule for rule in RULES.pollutants if rule.code == "PM")
    assert own.found.reference == law.reference_fen_per_t / 100
    assert own.found.band_percent == RULES.trading.band_basis_points / 100
    for price, said in ((1_000.0, "begins at 1,350"), (1_500.0, ""), (1_650.0, ""), (9_000.0, "ends at 1,650")):
        at = replace(own, found=replace(own.found, price=price))
        told = of_band(at, YUAN)
        assert told is None if not said else told is not None and said in told.en, price


def test_the_price_of_the_played_sessions_says_why_it_is_not_that_of_one_market(facts: BriefFacts) -> None:
    own = facts.pollutants[0]
    name = next(name for name in own.sessions if name.startswith("zone none "))
    bounds = ("The equilibrium price, 4,413 yuan/t, lies outside the limits.", "均衡价4,413元/吨不在限价之内。")
    at = replace(own, sessions={name: replace(own.sessions[name], bounds=bounds)})
    told = of_bounds(at)
    assert told is not None
    assert told.en.startswith(f"Of the played sessions: {bounds[0]} That price is their own mean")
    assert f"The {own.found.price:,.0f} of one market is the first year's of the central state" in told.en
    assert "就模拟交易而言" in told.zh
    assert f"{own.found.price:,.0f}则为中值情景" in told.zh
    assert of_bounds(replace(at, sessions={name: replace(own.sessions[name], bounds=("", ""))})) is None


def test_of_one_pollutant_no_sum_over_all_is_spoken_of(facts: BriefFacts) -> None:
    names = place_names(load(find("dianzhong")))
    own = facts.pollutants[0]
    two = replace(facts, pollutants=(own, replace(own, pollutant="SO2")))
    assert "all pollutants together" not in summary(facts, names, YUAN)[1][1].en
    assert "各污染物合计" not in summary(facts, names, YUAN)[1][1].zh
    assert "all pollutants together" in summary(two, names, YUAN)[1][1].en


def test_what_the_figures_are_follows_from_the_rows_the_played_sessions_and_the_book(
    folder: Path, facts: BriefFacts
) -> None:
    """Of audited works, confirmed costs and no sessions nothing is simulated; beside a simulated book something is."""
    answer = json.loads((folder / "answer.json").read_bytes())
    assert answer["provenance"] == {"is": "figures", "of": ["assumed", "simulated"]}
    sure = ("abatement costs: confirmed", "emissions: verified 2026", "caps: a notice")
    audited = tuple(
        replace(each, found=replace(each.found, origins=sure, air_origins=("a transport model",)))
        for each in facts.pollutants
    )
    unplayed = build(replace(facts, pollutants=audited, sessions=0), RULES, "airshed lab brief")
    assert line_of(unplayed)[:2] == told_of(Figures(("given", "assumed")))
    played = build(replace(facts, pollutants=audited, sessions=6), RULES, "airshed lab brief")
    assert line_of(played)[:2] == told_of(Figures(("assumed", "simulated")))


def line_of(page: str) -> tuple[str, ...]:
    """What a page says under its title that its figures are, in English and Chinese."""
    (line,) = re.findall(r'id="provenance">(.*?)</p>', page)
    return tuple(re.findall(r"<span[^>]*>(.*?)</span>", line))


def test_observed_trade_stands_beside_what_should_be_traded(facts: BriefFacts, page: Path) -> None:
    assert facts.observed
    assert [each.observed_t for each in facts.pollutants[0].diagnoses] == [0.0] * 4
    assert "The book does not have the works of the zone" in text_of(page)
    assert "Seen in the book (t)" in text_of(page)


def test_what_is_observed_is_trade_between_firms_of_the_first_vintage(folder: Path, facts: BriefFacts) -> None:
    """3,000 listed, 3,000 in the zone's call, 500 by transfer, 300 in a call; no sale, auction or repurchase."""
    tape = market_frames(folder / "story.book", ("trades",))["trades"]
    firms = tape.filter(~pl.col("kind").is_in(["auction", "sale", "repurchase", "reverse_auction"]))
    assert firms["count"].to_list() == [3_000, 3_000, 500, 300]
    assert firms.height < tape.height
    found = seen_in(folder / "story.book", ["SO2", "PM"], 2027, "dianzhong")
    assert {name: trade.traded_t for name, trade in found.trades.items()} == {"SO2": 6.8, "PM": 0.0}
    assert found.law == RULES
    with Book.read(folder / "story.book") as book:
        state = read_market(book.lines()).state
    kept = sum(
        position.count
        for (account, series), position in state.ledger.positions.items()
        if series in {f"SO2-{city}-2027" for city in ("KM", "QJ", "YX", "CX", "HH")}
        and state.ledger.accounts[account].kind in (*PRIVATE, AccountKind.SURRENDERED)
    )
    # What works got they have or gave up; a trader, which is no works, has the rest.
    assert 0.99 * kept / 1_000 < sum(found.trades["SO2"].given_t.values()) <= kept / 1_000
    later = seen_in(folder / "story.book", ["SO2"], 2031, "dianzhong").trades["SO2"]
    assert (later.traded_t, sum(later.given_t.values())) == (0.0, 0.0)
    with pytest.raises(Malformed, match="is of dianzhong; give a book of shanxi"):
        seen_in(folder / "story.book", ["SO2"], 2027, "shanxi")


def test_weights_may_be_moved_on_the_page_and_all_designs_are_ranked_anew(facts: BriefFacts, seen: Seen) -> None:
    page, order = seen.page, list(CRITERIA)
    page.click('[data-say="en"]')
    assert "stays first of 540" in page.inner_text("#own .answer")
    assert page.inner_text("#own tbody tr:first-child td:last-child") == f"{facts.score:.1f}"
    values = np.array([[value or 0.0 for value in row] for row in facts.all_values])
    for moved, weight in (("air", 100), ("revenue", 60)):
        page.click("#own button")
        page.fill(f"#weight-{moved}", str(weight))
        raw = np.array([weight if name == moved else facts.weights[name] for name in order], dtype=np.float64)
        known = raw * np.array([facts.values["choice"][name] is not None for name in order])
        scores = 100 * values @ known / known.sum()
        shown = page.locator("#own tbody tr td:last-child").all_inner_texts()
        assert shown[:5] == [f"{score:.1f}" for score in sorted(scores.tolist(), reverse=True)[:5]], moved
        assert page.inner_text(f"#weight-{moved} + output") == f"{100 * weight / raw.sum():.0f} %"
        choice = facts.designs.index(tuple(facts.choice.values()))
        behind = float(scores.max() - scores[choice])
        assert f"{behind:.1f} points behind" in page.inner_text("#own .answer") or behind < 1e-9
    page.click('[data-say="zh"]')
    assert "本报告的选择" in page.inner_text("#own .answer")
    page.click("#own button")
    assert seen.complaints == []


def test_weights_of_ones_own_are_what_the_page_begins_with(seen: Seen, tmp_path: Path) -> None:
    """Not what a slider makes of them: of weights with a fraction the brief's choice is still the first."""
    said = ["--weights", "air=33.3,cost=7.7", "--years", "1", "--sessions", "0", "--workers", "1"]
    done = CliRunner().invoke(app, ["brief", "--rulebook", "shanxi", *said, "--out", str(tmp_path), "--json"])
    assert done.exception is None, done.exception
    found = msgspec.json.decode(done.stdout, type=BriefFacts)
    browser = seen.page.context.browser
    assert browser is not None
    other = browser.new_page()
    other.goto((tmp_path / "brief.html").as_uri())
    other.click('[data-say="en"]')
    assert "stays first of 432" in other.inner_text("#own .answer")
    assert other.inner_text("#own tbody tr:first-child td:last-child") == f"{found.score:.1f}"
    assert other.inner_text("#weight-air + output") == "33 %"
    assert "The brief's usual weights" in other.inner_text("#weights ~ .eyes")
    assert "--weights air=33.3,cost=7.7" in other.inner_text("pre")
    other.close()


def test_chinese_pages_have_no_english_and_english_ones_no_chinese(seen: Seen) -> None:
    """But for codes, file names, what people type, and the words of the law that is quoted."""
    quoted = r"SO2|NOx|PM|VOC|kg|CSV|[a-z]+\.csv|A|Airshed|Hahn|SHA|English|airshed|lab|check|brief|dianzhong|PATH"
    for language, foreign in (("zh", r"[A-Za-z]{3,}"), ("en", r"[\u4e00-\u9fff]")):
        show_at(seen.page, DESK, language)
        texts = seen.page.evaluate(VISIBLE)
        found = [
            text
            for text in texts
            if re.search(
                foreign,
                re.sub(
                    rf"(?<![A-Za-z])({quoted})(?![A-Za-z])|--\w+( [\w=,]+)?|certificate-\S+|[0-9a-f]{{64}}", "", text
                ),
            )
            and "原文" not in text
            and text not in ("中文", "English")
            and not text.startswith("airshed ")
        ]
        assert found == [], language


def test_the_page_loads_nothing_and_complains_of_nothing(page: Path, seen: Seen) -> None:
    assert seen.complaints == []
    assert seen.requests == [page.as_uri()]
    assert sent(page.read_bytes()) < LARGEST_FILE


@pytest.mark.parametrize("width", [DESK, TELEPHONE])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_fits_a_desk_and_a_telephone(seen: Seen, width: int, language: str) -> None:
    page = seen.page
    show_at(page, width, language)

    assert page.evaluate("document.documentElement.scrollWidth") == width
    charts = sizes(page)
    names = "scores effects accepted holds prices-PM linking-PM loads-PM frontier-PM methods-PM path-PM"
    assert [name for name, _, _ in charts] == [*names.split(), "price-PM", "saving-PM", "trade-PM"]
    for name, wide, high in charts:
        assert 200 < wide <= width, name
        assert high > 150, name
    other = "zh-Hans" if language == "en" else "en"
    assert page.evaluate(f"getComputedStyle(document.querySelector('h1 [lang=\"{other}\"]')).display") == "none"


def test_the_same_facts_give_the_same_bytes_and_names_cannot_break_out(facts: BriefFacts) -> None:
    evil = replace(facts, rulebook="<script>alert(1)</script>")
    one = build(evil, RULES, "a & b")
    assert one == build(evil, RULES, "a & b")
    assert "<script>alert" not in one
    assert "a &amp; b" in one


def test_a_brief_of_one_city_without_a_matrix_has_a_page_without_borders_and_air() -> None:
    rules = load(find("acidrain"))
    zone = load_zone(shipped("zones", rules.programme.zone))
    made = build(brief(zone, rules, ("SO2",), Assumed(years=2), sessions=0), rules, "airshed lab brief")
    drawn = json.loads(made.split('id="figures">', 1)[1].split("</script>", 1)[0])
    assert list(drawn) == [
        "scores",
        "effects",
        "accepted",
        "holds",
        "methods-SO2",
        "path-SO2",
        "trade-SO2",
        "price-SO2",
    ]
    assert "dollars per tonne" in json.dumps(drawn["path-SO2"])


def test_the_page_is_printed_in_each_language(page: Path, tmp_path: Path) -> None:
    target = tmp_path / "brief-zh.pdf"
    print_page(page, target, "zh")
    printed = target.read_bytes()
    assert printed.startswith(b"%PDF-")
    assert pages_of(printed) >= 6
    assert [each.name for each in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_paper_the_summary_is_one_page_and_the_annex_begins_after_eight_at_most(
    page: Path, tmp_path: Path, language: Language
) -> None:
    html = page.read_text("utf-8")
    assert html.count('<section class="annex">') == 1
    for begins, most in (('<section>\n<h2 id="choice"', 1), ('<section class="annex">', 8)):
        before, after = html.split(begins, 1)
        cut, target = tmp_path / "cut.html", tmp_path / "cut.pdf"
        cut.write_text(before + after[after.rindex("</section>") + len("</section>") :], "utf-8")
        print_page(cut, target, language)
        assert 1 <= pages_of(target.read_bytes()) <= most


def pages_of(printed: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", printed))


def test_without_a_browser_the_cure_is_named_before_anything_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(app, [*SHORT, "--out", str(tmp_path / "out"), "--pdf"])
    assert isinstance(done.exception, Malformed)
    assert "no browser is on the path" in str(done.exception)
    assert "install Chromium" in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_a_browser_that_prints_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dummy = tmp_path / BROWSERS[0]
    dummy.write_text("#!/bin/sh\necho 'no display' >&2\nexit 3\n")
    dummy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(Malformed, match="drew nothing: no display"):
        print_page(tmp_path / "brief.html", tmp_path / "brief.pdf", "en")
    assert not (tmp_path / "brief.pdf").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--pollutant", "CO"], "no such pollutant 'CO'"),
        (["--pdf"], "there is no folder to print to"),
        (["--growth", "900"], "--growth: 900 percent a year"),
        (["--tax", "Atlantis"], "'Atlantis' taxes none of these"),
        (["--out", "{folder}/no/such"], "cannot be written"),
        (["--book", "{folder}/no.book"], "no.book"),
        (["--pollutant", "SO2,CO"], "no such pollutant 'CO'"),
        (["--weights", "smog=3"], "no such criterion 'smog'"),
        (["--weights", "air"], "'air' is no weight"),
        (["--weights", "air=1,air=2"], "air stands twice"),
    ],
)
def test_what_cannot_be_is_named(words: list[str], said: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["brief", *(word.replace("{folder}", str(tmp_path)) for word in words)])
    assert isinstance(done.exception, Malformed)
    assert said in str(done.exception)


def test_every_printed_page_says_what_its_figures_are(page: Path) -> None:
    """A sheet that goes round by itself; the first page alone said it."""
    text = page.read_text("utf-8")
    told = html_text(re.search(r'<p class="warn" id="provenance">(.*?)</span><span lang="zh-Hans">(.*?)</span>', text))
    assert "No real firm did this." in told[0]
    for language, line in zip(("en", "zh"), told, strict=True):
        assert f'@page paper-{language} {{ @bottom-left {{ content: "{in_css(line)}";' in text
        assert f'html[data-paper="{language}"] {{ page: paper-{language}; }}' in text
    assert 'dataset.paper = location.hash.endsWith("zh") ? "zh" : "en"' in text


def html_text(found: re.Match[str] | None) -> tuple[str, str]:
    """The two languages of a phrase."""
    assert found
    english, chinese = (markup.unescape(re.sub("<[^>]*>", "", each)) for each in found.groups())
    return english, chinese
