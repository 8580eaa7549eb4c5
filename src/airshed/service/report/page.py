"""Puts the page together: facts, charts, words and notes into one HTML file that loads nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from plotly.offline import get_plotlyjs

from airshed.lab.stacks.episodes import Episode
from airshed.lab.zones.zone import Zone
from airshed.model.refusal import Malformed
from airshed.mrv.year import StackYear
from airshed.rulebook.schema import Rulebook
from airshed.service.book import Book
from airshed.service.report import charts, style, words
from airshed.service.report.facts import read
from airshed.service.report.labels import place_names, sector_names, source_label
from airshed.service.report.notes import headline, key_figures, method_lines, notes
from airshed.service.report.words import Phrase, percent_text, tonnes_text, yuan_text

#: Rows of a long table that are shown at once; the rest unfolds.
ROWS_AT_ONCE = 15


def build(
    book: Book,
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
        environment()
        .get_template("report.html.j2")
        .render(
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
            style=style,
            at_once=ROWS_AT_ONCE,
            label=lambda source: Phrase(source_label(facts, source, "en"), source_label(facts, source, "zh")),
            plotly=Markup(get_plotlyjs()),
        )
    )


def write(path: Path, html: str) -> None:
    """Put the page there whole or not at all; `Malformed` when the folder is missing."""
    if not path.parent.is_dir():
        raise Malformed(str(path), "its folder does not exist", f"make {path.parent} first")
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_text(html, encoding="utf-8", newline="\n")
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def environment(package: str = "airshed.service.report") -> Environment:
    """Where the templates of a package become pages; with the filters and words that every page has."""
    made = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["both"] = both
    made.filters["t"] = tonnes_text
    made.filters["yuan"] = yuan_text
    made.globals["both"] = lambda en, zh: both(Phrase(en, zh))
    made.globals["percent"] = percent_text
    made.globals["source_text"] = _source
    return made


def both(phrase: Phrase) -> Markup:
    """A phrase in both languages, of which the page shows one.

    >>> both(Phrase("cap & trade", "总量"))
    Markup('<span lang="en">cap &amp; trade</span><span lang="zh-Hans">总量</span>')
    """
    return Markup(f'<span lang="en">{escape(phrase.en)}</span><span lang="zh-Hans">{escape(phrase.zh)}</span>')


def _source(name: str) -> Markup:
    """A style sheet or script of the page, as it is."""
    return Markup((files("airshed.service.report") / "templates" / name).read_text("utf-8"))


def script_json(value: object) -> Markup:
    """JSON that may stand inside a script element."""
    text = msgspec.json.encode(value).decode()
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))
