"""Puts the pages together: each one HTML file in English and Chinese that loads nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from airshed.mrv import states
from airshed.mrv.spans import hour_text
from airshed.pages.kit import words as report_words
from airshed.pages.kit.colours import pollutant_colour
from airshed.pages.kit.details import detail, subject_name
from airshed.pages.kit.html import environment, script_json
from airshed.pages.kit.words import STATISTICS, Language, Phrase, percent_text, same, told
from airshed.pages.stack import charts, words
from airshed.pages.stack.charts_hours import STATE_COLOURS, height_of_hours, hours_chart, reason_colour
from airshed.pages.stack.completeness import Completeness
from airshed.pages.stack.completeness_chart import STEPS, heat_map, height_of_map
from airshed.pages.stack.facts import StackFacts

PACKAGE = "airshed.pages.stack"
#: Rows of a long table that are shown at once; the rest unfolds.
ROWS_AT_ONCE = 15
#: Width of the picture of a stack's hours in pixels, and the height of its words above and below the chart.
PICTURE_WIDTH, PICTURE_WORDS = 1280, 190


class StackFigure(msgspec.Struct, frozen=True):
    """A figure at the top of the page and the section that explains it."""

    key: str
    value: Phrase
    label: Phrase
    detail: Phrase
    anchor: str
    bad: bool = False


def build(facts: StackFacts, law: Phrase) -> str:
    """The page of a stack's year, counted by a law. The same evidence and rules give the same bytes."""
    return _render("stack.html.j2", facts, law, charts=script_json(charts.charts(facts)), keys=key_figures(facts))


def picture_page(facts: StackFacts, law: Phrase, language: Language) -> str:
    """The hours of the year alone, as a page of `picture_size` to be taken as a picture."""
    drawn = {charts.WHOLE: hours_chart(facts)}
    return _render("picture.html.j2", facts, law, charts=script_json(drawn), language=language)


def picture_size(facts: StackFacts) -> tuple[int, int]:
    """Width and height in pixels of the picture of a stack's hours."""
    return PICTURE_WIDTH, height_of_hours(facts) + PICTURE_WORDS


def build_completeness(facts: Completeness, law: Phrase) -> str:
    """The page of a zone's completeness, counted by a law. The same evidence and rules give the same bytes."""
    drawn = {"days": heat_map(facts)}
    return (
        environment(PACKAGE)
        .get_template("completeness.html.j2")
        .render(
            provenance=told(facts.provenance),
            law=words.counted_by(law),
            facts=facts,
            charts=script_json(drawn),
            height=height_of_map(facts),
            steps=STEPS,
            when=lambda hour: hour_text(facts.year, hour),
        )
    )


def headline(facts: StackFacts) -> Phrase:
    """The year in two sentences: its masses, and whether the limits were kept."""
    masses = ", ".join(f"{each.pollutant} {_t(each.mass_mg)} t" for each in facts.closed.masses)
    masses_zh = "、".join(f"{each.pollutant} {_t(each.mass_mg)} 吨" for each in facts.closed.masses)
    if not facts.found.rows:
        en, zh = "Every limit was kept.", "全部限值均达标。"
        if not facts.exceedances:
            en, zh = "No limit applies.", "无适用限值。"
            if facts.absences:
                en, zh = "Compared with no limit: its figures are in no table.", "限值数据未收录，未作比较。"
        return Phrase(f"{masses}. {en}", f"{masses_zh}。{zh}")
    worst = facts.found.rows[0]
    what, read = worst.limit, worst.as_read
    return Phrase(
        f"{masses}. Worst exceedance: {what.pollutant} {read.worst_mg_m3:,.1f} mg/m³ against {what.limit_mg_m3:g}, "
        f"{read.times_over} times over{'' if worst.breaches else ', under a mark of the operator'}.",
        f"{masses_zh}。最严重超标：{what.pollutant} {read.worst_mg_m3:,.1f} 毫克/立方米，"
        f"限值 {what.limit_mg_m3:g}，超标 {read.times_over} 倍{'' if worst.breaches else '（企业标记时段）'}。",
    )


def key_figures(facts: StackFacts) -> tuple[StackFigure, ...]:
    """Mass per pollutant, the share of hours measured, the worst exceedance, the gaps."""
    closed = facts.closed
    found = [
        StackFigure(
            f"mass-{each.pollutant}",
            Phrase(f"{_t(each.mass_mg)} t", f"{_t(each.mass_mg)} 吨"),
            Phrase(f"{each.pollutant} in {facts.year}", f"{facts.year}年 {each.pollutant}"),
            Phrase(
                f"{percent_text(each.mass_mg - each.measured_mg, each.mass_mg, 2)} of it substituted"
                + (f"; {each.missing:,} h missing" if each.missing else ""),
                f"其中替代 {percent_text(each.mass_mg - each.measured_mg, each.mass_mg, 2)}"
                + (f"；缺失 {each.missing:,} 小时" if each.missing else ""),
            ),
            "mass",
            bool(each.missing),
        )
        for each in closed.masses
    ]
    measured = sum(each.measured for each in closed.masses)
    running = measured + sum(each.substituted + each.missing for each in closed.masses)
    rates = [(rate.basis_points, rate) for rate in closed.quarters if rate.basis_points is not None]
    lowest = min((points for points, _ in rates), default=None)
    found.append(
        StackFigure(
            "measured",
            same(percent_text(measured, running, 2)),
            Phrase("of running hours measured", "运行小时实测率"),
            Phrase(
                f"lowest quarter {lowest / 100:.2f} %" if lowest is not None else "stood still all year",
                f"最低季度 {lowest / 100:.2f} %" if lowest is not None else "全年停运",
            ),
            "capture",
            any(not rate.at_least(facts.rules.capture_target_basis_points) for _, rate in rates),
        )
    )
    worst = facts.found.rows[0] if facts.found.rows else None
    read = worst.as_read if worst else None
    at = hour_text(facts.year, read.worst_hour or 0) if read else ""
    found.append(
        StackFigure(
            "worst",
            Phrase(f"{read.times_over} times", f"{read.times_over} 倍") if read else same("0"),
            Phrase("over the limit at worst", "最大超标倍数"),
            Phrase(
                f"{worst.limit.pollutant}, {at}; {read.hours_over} h over",
                f"{worst.limit.pollutant}，{at}；超标 {read.hours_over} 小时",
            )
            if worst and read
            else (
                Phrase("every limit kept", "全部达标")
                if facts.exceedances
                else Phrase("no figures of the limit", "限值数据未收录")
                if facts.absences
                else Phrase("no limit applies", "无适用限值")
            ),
            "exceedances",
            worst is not None,
        )
    )
    longest = max((row.gap.run_hours for row in facts.gaps), default=0)
    found.append(
        StackFigure(
            "gaps",
            same(f"{len(facts.gaps):,}"),
            Phrase("gaps in the readings", "数据缺口"),
            Phrase(f"longest {longest:,} h", f"最长 {longest:,} 小时"),
            "gaps",
        )
    )
    return tuple(found)


def _render(template: str, facts: StackFacts, law: Phrase, **more: Any) -> str:
    codes = dict.fromkeys(span.code for each in facts.pollutants for span in each.raw_spans)
    shown = {states.MEASURED} | {span.code for each in facts.pollutants for span in each.final_spans}
    names = {
        "en": f"{facts.source.name_en}, {facts.stack.outlet_en}",
        "zh": f"{facts.source.name_zh} {facts.stack.outlet_zh}",
    }
    return (
        environment(PACKAGE)
        .get_template(template)
        .render(
            provenance=told(facts.provenance),
            law=words.counted_by(law),
            facts=facts,
            headline=headline(facts),
            name=Phrase(names["en"], names["zh"]),
            reasons=[(words.why_said(code), reason_colour(code)) for code in sorted(codes)],
            states=[(words.STATES[code], STATE_COLOURS[code]) for code in sorted(shown)],
            colour=pollutant_colour,
            height=height_of_hours(facts),
            words=words,
            statistics=STATISTICS,
            findings=report_words.FINDINGS,
            detail=detail,
            subject_name=subject_name,
            at_once=ROWS_AT_ONCE,
            when=lambda hour: hour_text(facts.year, hour),
            kg=lambda mg: f"{Decimal(mg).scaleb(-6):,.3f}",
            tonnes=_t,
            **more,
        )
    )


def _t(milligrams: int) -> str:
    return f"{Decimal(milligrams).scaleb(-9):,.3f}"
