"""Puts the page together: facts, charts, words and notes into one HTML file that loads nothing."""

from __future__ import annotations

from collections.abc import Sequence

from airshed.lab.stacks.episodes import Episode
from airshed.mrv.year import StackYear
from airshed.pages.kit import colours, words
from airshed.pages.kit.details import detail, item, reason
from airshed.pages.kit.html import environment, script_json
from airshed.pages.kit.words import Phrase, told
from airshed.pages.report import charts
from airshed.pages.report.facts import read
from airshed.pages.report.labels import place_names, sector_names, source_label
from airshed.pages.report.notes import headline, key_figures, method_lines, notes
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.zone.zone import Zone

PACKAGE = "airshed.pages.report"
#: Rows of a long table that are shown at once; the rest unfolds.
ROWS_AT_ONCE = 15


def build(
    book: KeptBook,
    zone: Zone,
    rules: Rulebook,
    monitoring: Sequence[StackYear],
    *,
    seed: int,
    episodes: Sequence[Episode] = (),
) -> str:
    """The report of the latest year of a book as one HTML page; `Malformed` when no year was reported.

    `monitoring` are the closed years of the stacks (exceedances, capture, findings); `episodes` what was made to happen
    to them, so that the page can set the truth beside what was found. The same arguments give the same bytes.
    """
    facts = read(book, zone, rules, monitoring, episodes, seed)
    return (
        environment(PACKAGE)
        .get_template("report.html.j2")
        .render(
            provenance=told(facts.provenance),
            facts=facts,
            rules=rules,
            zone=zone,
            headline=headline(facts, rules),
            key_figures=key_figures(facts, rules),
            methods=method_lines(facts),
            notes=notes(rules),
            charts=script_json(charts.charts(facts, rules, zone)),
            map_choices=charts.map_choices(rules),
            flow_choices=charts.flow_choices(rules),
            auction_choices=charts.auction_choices(facts, rules),
            first_auction=charts.first_auction(facts),
            places=place_names(rules),
            sectors=sector_names(rules),
            marks={row.mark: Phrase(row.name_en, row.name_zh) for row in rules.marks.rows},
            words=words,
            detail=detail,
            item=item,
            reason=reason,
            style=colours,
            at_once=ROWS_AT_ONCE,
            label=lambda source: source_label(facts, source),
        )
    )
