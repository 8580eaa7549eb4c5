"""Every design that a brief can choose is written as a law that `rules check` passes, and that says the design."""

from __future__ import annotations

import tomllib

import pytest

from airshed.engine.journal import MemoryJournal
from airshed.lab.brief.adopted import Told, adopted, code_of, design_of
from airshed.lab.brief.designs import AXES, NAMED, PILOTS, SOLD, BriefDesign, every
from airshed.lab.brief.run import designs_of
from airshed.lab.brief.world import CEILING
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.diff import diff
from airshed.rulebook.load import find, load_texts, read, texts
from airshed.rulebook.schema import Rulebook
from airshed.zone.load import of_law
from seasons import played

TOLD = Told("airshed lab brief --rulebook dianzhong --design CODE", "Assumed: growth of 1 percent a year; seed 7.")
SHIPPED = texts(find("dianzhong"))
RULES = load_texts(SHIPPED)


@pytest.mark.parametrize("part", range(6))
def test_every_design_of_the_zone_is_a_law_that_says_it(part: int) -> None:
    designs = list(every())
    assert len(designs) == 540
    for design in designs[part::6]:
        rules, faults = read(adopted(SHIPPED, design, TOLD))
        assert not faults, (code_of(design), [str(fault) for fault in faults])
        assert rules is not None
        says(design, rules)


def says(design: BriefDesign, law: Rulebook) -> None:
    """The law has each of the seven choices."""
    closed = design.border == "cities"
    assert law.trade_rules.crossing == ("never" if closed else "free")
    assert law.allowance.admitted == ("jurisdiction" if closed else "zone")
    assert law.trade_rules.walled_sectors == (("power",) if design.wall == "wall" else ())
    assert law.allocation.method == design.method
    assert law.allocation.auction_basis_points == 10_000 * SOLD[design.sale]
    assert law.terms.open_rights == (design.term == "open")
    assert law.terms.longest_years == (1 if design.term == "year" else 5)
    assert bool(law.terms.rights_basis_points) == (design.term != "year" and design.sale != "paid")
    assert all(bool(rule.ceiling_fen_per_t) == (design.collar == "collar") for rule in law.pollutants)
    assert bool(lookup.senders(law, "PlaceOrder")) == (design.trading == "continuous")
    assert bool(lookup.senders(law, "PlaceCallOrder")) == (design.border != "guarded")
    guards = {float(row.limit) for row in law.receptors.rows} != {2.0}
    assert guards == (design.border == "guarded")


@pytest.mark.parametrize("name", ["shanxi", "acidrain"])
def test_every_design_of_another_programme_is_a_law(name: str) -> None:
    files = texts(find(name))
    rules = load_texts(files)
    _, designs = designs_of(of_law(rules), rules, [rules.pollutants[0].code])
    for design in designs:
        assert not read(adopted(files, design, TOLD))[1], code_of(design)


def test_a_code_is_that_of_one_design_and_a_name_too() -> None:
    assert len({code_of(design) for design in every()}) == 540
    assert all(design_of(code_of(design)) == design for design in every())
    assert design_of("pilots") == PILOTS
    with pytest.raises(Malformed, match="no such sale 'most'; there are free, part, paid"):
        design_of("zone-none-benchmark-most-year-none-continuous")
    with pytest.raises(
        Malformed, match="'best' is no design; give BORDER-WALL-METHOD-SALE-TERM-COLLAR-TRADING, or one"
    ):
        design_of("best")
    with pytest.raises(Malformed, match="a guard on receptors needs calls; end with calls"):
        design_of("guarded-none-benchmark-free-year-none-continuous")
    with pytest.raises(Malformed, match="where all is sold no method shares anything; write benchmark"):
        design_of("zone-none-history-paid-year-none-continuous")


def test_what_a_design_does_not_say_stays_and_each_change_says_where_it_comes_from() -> None:
    rules = load_texts(adopted(SHIPPED, NAMED["part"], TOLD))
    changes = diff(RULES, rules)
    assert {change.section for change in changes} == {"programme", "trade_rules", "allocation", "terms", "lease"}
    assert "[allocation] auction_basis_points: 5 % becomes 20 %" in [change.sentence for change in changes]
    assert all(
        "design zone-none-benchmark-part-year-none-continuous of a brief (assumed)" in getattr(rules, section).cite
        for section in ("trade_rules", "allocation", "terms", "lease")
    )
    assert rules.programme.version == f"{RULES.programme.version}-zone-none-benchmark-part-year-none-continuous"


def test_the_draft_keeps_the_comments_of_the_law_and_says_what_is_assumed() -> None:
    text = adopted(SHIPPED, NAMED["collar"], TOLD)["rulebook.toml"].decode()
    assert text.startswith("# Drafted from dianzhong 2027.1 by: airshed lab brief")
    assert "# Assumed: growth of 1 percent a year; seed 7." in text
    assert "# The rules of the Dianzhong demonstration programme." in text
    assert tomllib.loads(text)["pollutants"][0]["ceiling_fen_per_t"] == round(CEILING * 400_000)


def test_a_city_that_varies_what_a_design_says_is_named() -> None:
    files = {**SHIPPED, "vary/KM.toml": b'cite = "Kunming notice 3"\n[allocation]\nmethod = "history"\n'}
    with pytest.raises(Malformed, match=r"vary/KM.toml: it says allocation.method itself"):
        adopted(files, NAMED["part"], TOLD)


def test_a_law_that_never_auctioned_gets_days_where_a_design_sells() -> None:
    files = texts(find("shanxi"))
    assert not load_texts(files).auction.days
    assert load_texts(adopted(files, NAMED["part"], TOLD)).auction.days == ("02-10", "05-12", "08-11", "11-10")
    assert not load_texts(adopted(files, NAMED["calls"], TOLD)).auction.days


def test_a_year_is_played_under_designs_of_every_kind() -> None:
    files = texts(find("shanxi"))
    rules = load_texts(files)
    _, designs = designs_of(of_law(rules), rules, ["SO2"])
    sample = [PILOTS, *designs[::41]]
    for axis, options in AXES.items():
        there = {getattr(design, axis) for design in designs}
        assert {getattr(design, axis) for design in sample} == there & set(options), axis
    for design in sample:
        law = load_texts(adopted(files, design, TOLD))
        season = played(MemoryJournal(), law="shanxi", rules=law, tables=False)
        closed = [year for year in season.runner.state.years.values() if year.verified_mg is not None]
        assert len(closed) == len(season.firms), code_of(design)
