"""How a year of the season is noted, reported, improved, verified and determined, by the commands that people send."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from airshed.engine import commands as c
from airshed.engine.procedures.report import MG_PER_G
from airshed.engine.procedures.report_checks import Draft, answers
from airshed.lab.season.desk import SeasonDesk
from airshed.lab.season.firms import Firm, per_product_g
from airshed.lab.season.marking import PlannedMark
from airshed.model.allowance import Series
from airshed.model.measures import KG_PER_T
from airshed.model.period import DAY_MS, HOUR_MS
from airshed.rulebook import lookup
from airshed.zone.activities import activity_details
from airshed.zone.entering import HOST
from airshed.zone.zone import BaselineYear

#: What an operator of the demo says to every question, and to every item of its improvement list.
EXPLANATION = "see the monitoring log of the year, which the verifier has"
IMPROVED = "the maker of the monitor has been called; the log shows the repair"


def enter_marks(season: SeasonDesk, at: int) -> None:
    """What operators have marked since the day before."""
    for mark in season.marks:
        entered = mark.entered(season.year, season.rules.standard)
        if at - DAY_MS < entered <= at:
            account = season.runner.state.sources[season.runner.state.stack_source[mark.stack]].account
            season.must(entered, [(account, mark.command(season.year))])


def decide_mark(season: SeasonDesk, at: int, number: int, mark: PlannedMark) -> None:
    """The authority approves or refuses, its inspector confirms; what has no proof lapses."""
    authority = season.rules.programme.authority
    if mark.decision == "lapsed":
        season.must(at, [(authority, c.LapseMark(number))])
        return
    body = c.DecideMark(number, mark.decision == "approved", mark.note)
    season.must(at, [(authority, body)])


def note(season: SeasonDesk, at: int) -> None:
    """The monitoring host says of every stack what it found, be it nothing."""
    stacks = sorted(season.runner.state.stack_source)
    notes = [season.findings.get(stack, c.NoteFindings(stack, season.year)) for stack in stacks]
    season.must(at, [(HOST, note) for note in notes])


def report(season: SeasonDesk, at: int, firm: Firm) -> None:
    source = firm.source.source
    last = [row for row in season.zone.baseline if row.source == source][-1]
    declared = {
        name: max(
            0,
            firm.output * per_product_g(season.zone, firm.source, firm.owes[name], last)
            - firm.abated_kg(name) * KG_PER_T,
        )
        for name in firm.declared
    }
    declared_mg = {name: grams * MG_PER_G for name, grams in declared.items()}
    draft = Draft(season.runner.state, season.rules, season.runner.state.sources[source], season.year, declared_mg)
    said = {each.check: EXPLANATION for each in answers(draft) if not each.passed}
    season.must(at, [(firm.account, c.ReportYear(source, season.year, declared, said))])


def verify(season: SeasonDesk, at: int, firm: Firm, verifier: str) -> None:
    source = firm.source.source
    opinion: c.Opinion = "satisfactory"
    comments: tuple[str, ...] = ()
    if source in season.doubts:
        opinion, comments = "adverse", (season.doubts[source],)
    elif season.runner.state.years[source, season.year].improvements:
        opinion, comments = (
            "with comments",
            tuple(item.item for item in season.runner.state.years[source, season.year].improvements),
        )
    season.must(at, [(verifier, c.VerifyYear(source, season.year, opinion, comments))])


def ask(season: SeasonDesk, at: int, firm: Firm, verifier: str) -> None:
    """What was found in the readings goes on the improvement list, and the operator answers."""
    source = firm.source.source
    found = [
        line
        for stack, _ in season.runner.state.sources[source].stacks
        for line in season.runner.state.findings.get((stack, season.year), ())
    ]
    if found and source not in season.doubts:
        worst = max(found, key=lambda line: line.hours)
        item = f"{worst.finding} {worst.subject} over {worst.hours} hours: {worst.detail}"
        season.must(at, [(verifier, c.RequestImprovement(source, season.year, item))])
        answer = c.AnswerImprovement(source, season.year, 1, IMPROVED)
        season.must(at + HOUR_MS, [(firm.account, answer)])


def mean_g(years: Sequence[BaselineYear], pollutant: str) -> int:
    """The mean of the baseline years that know the mass, in grams; nothing where none does."""
    known = [kg for year in years if (kg := year.kg(pollutant)) is not None]
    return sum(known) * 1000 // len(known) if known else 0


def determine(season: SeasonDesk, at: int) -> None:
    """The larger of what was reported and the baseline mean, where the verifier was not satisfied."""
    wishes: list[tuple[str, c.Body]] = []
    for source, doubt in sorted(season.doubts.items()):
        year = season.runner.state.years[source, season.year]
        rows = [row for row in season.zone.baseline if row.source == source]
        reported = {**year.measured_mg, **year.declared_mg}
        owed = lookup.owed(season.rules, season.runner.state.sources[source].sector)
        mass = {
            rule.code: max(
                -(-reported[rule.code] // 1000),
                mean_g(rows, rule.measured),
            )
            for rule in owed
        }
        wishes.append((season.rules.programme.authority, c.DetermineYear(source, season.year, mass, doubt)))
    season.must(at, wishes)


def settle_advances(season: SeasonDesk, at: int) -> None:
    """What was given in advance is settled by the output of the year, once all is verified."""
    authority = season.rules.programme.authority
    season.must(at, [(authority, body) for body in _true_ups(season)])


def _true_ups(season: SeasonDesk) -> Iterator[c.TrueUp]:
    """What settles the advances of the year: what each firm made."""
    made = {firm.source.source: firm.output for firm in season.firms}
    for name, advance in season.runner.state.advances.items():
        series = Series.parse(name)
        if series.vintage == season.year:
            where = (series.pollutant, series.jurisdiction)
            lines = tuple(c.OutputLine(source, made[source]) for source in advance.given)
            details = activity_details(season.zone, season.rules, *where)
            latest = tuple(
                msgspec.structs.replace(each, heat_mmbtu=each.heat_mmbtu[-1:], heat_gj=each.heat_gj[-1:])
                for each in details
                if each.source in advance.given
            )
            yield c.TrueUp(*where, series.vintage, lines, latest)
