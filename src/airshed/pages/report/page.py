"""Puts the page together: facts, charts, words and notes into one HTML file that loads nothing."""

from __future__ import annotations

from airshed.model.provenance import Simulation
from airshed.pages.kit import colours, words
from airshed.pages.kit.details import detail, item, reason, subject_name
from airshed.pages.kit.html import environment, script_json
from airshed.pages.kit.words import Phrase, told
from airshed.pages.report import charts
from airshed.pages.report.facts import Asked, Facts, read
from airshed.pages.report.labels import place_names, sector_names, source_label
from airshed.pages.report.notes import headline, key_figures, method_lines, notes
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook

PACKAGE = "airshed.pages.report"
#: Rows of a long table that are shown at once; the rest unfolds.
ROWS_AT_ONCE = 15
NOTHING_MORE = Asked()


def build(book: KeptBook, rules: Rulebook, asked: Asked = NOTHING_MORE) -> str:
    """The report of a year of a book as one HTML page.

    What the book has nothing of is said to be missing. The same arguments give the same bytes.
    """
    return page_of(read(book, rules, asked), rules)


def page_of(facts: Facts, rules: Rulebook) -> str:
    """The page of what was read."""
    drawn = charts.charts(facts, rules)
    return (
        environment(PACKAGE)
        .get_template("report.html.j2")
        .render(
            provenance=told(facts.provenance),
            facts=facts,
            rules=rules,
            simulated=isinstance(facts.provenance, Simulation),
            headline=headline(facts, rules),
            key_figures=key_figures(facts, rules),
            methods=method_lines(facts),
            notes=notes(rules),
            charts=script_json(drawn),
            drawn=frozenset(drawn),
            map_choices=charts.map_choices(rules),
            flow_choices=charts.flow_choices(facts, rules),
            auction_choices=charts.auction_choices(facts, rules),
            first_auction=charts.first_auction(facts),
            places=place_names(rules),
            sectors=sector_names(rules),
            marks={row.mark: Phrase(row.name_en, row.name_zh) for row in rules.marks.rows},
            words=words,
            detail=detail,
            subject_name=subject_name,
            item=item,
            reason=reason,
            style=colours,
            codes=[rule.code for rule in rules.pollutants],
            sector_codes=[rule.code for rule in rules.sectors],
            at_once=ROWS_AT_ONCE,
            label=lambda source: source_label(facts, source),
        )
    )
