"""Credits: they are issued for a project, and cover a part of what is owed, in the order of the law."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from airshed.compliance.credit_limit import Rooms, UsedOf, room
from airshed.compliance.flow_control import Taken
from airshed.compliance.obligation import admitted
from airshed.compliance.surrender import Holding, order
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Source, Year
from airshed.engine.procedures import flow_control
from airshed.engine.procedures.guards import MOST, Decision, Procedure, no, positive, private_account, thawed
from airshed.engine.state import State
from airshed.model.allowance import Series, count_of
from airshed.model.refusal import Refusal, Why
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

LAW = "compliance"


def issue(state: State, rules: Rulebook, at: int, actor: str, body: c.IssueCredits) -> Decision:
    """As many as a project is credited with, to whoever it names; what was avoided is not of a year to come."""
    refusal = private_account(state, rules, body.account) or thawed(state, rules, body.account)
    if refusal:
        return refusal
    row = lookup.credits(rules).get(body.credit)
    if row is None:
        return no(rules, LAW, Why.UNKNOWN_SERIES, f"the rulebook knows no credit {body.credit}")
    if body.jurisdiction not in {each.code for each in rules.jurisdictions}:
        return no(rules, "roles", Why.WRONG_KIND, f"there is no jurisdiction {body.jurisdiction}")
    if body.vintage > int(rules.civil.day_of(at)[:4]):
        what = f"{body.vintage} has not begun, and credits are for what was avoided already"
        return no(rules, LAW, Why.WRONG_KIND, what)
    refusal = positive(rules, LAW, "the count", body.count)
    if refusal:
        return refusal
    if not body.project.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"name the project that {body.credit} is credited to")
    if not body.evidence:
        return no(rules, LAW, Why.UNEXPLAINED, f"give the digest of what shows {body.count} of {body.credit}")
    series = str(Series(body.credit, body.jurisdiction, body.vintage))
    before = state.ledger.caps.get(series, 0)
    if before + body.count > MOST:
        return no(rules, LAW, Why.TOO_LARGE, f"{body.count} are more of {series} than accounts can hold")
    issued = e.CreditsIssued(
        series, body.account, before + 1, body.count, row.pollutant, body.project, body.evidence, actor
    )
    return (issued,)


def counts(rules: Rulebook, series: Series, pollutant: str, jurisdiction: str, year: int) -> bool:
    """Whether a series of allowances or of credits counts for a source of a jurisdiction, a pollutant and a year."""
    row = lookup.credits(rules).get(series.pollutant)
    if row is not None and row.pollutant == pollutant:
        series = series._replace(pollutant=pollutant)
    back = rules.allowance.vintages_back if row is None else row.vintages_back
    return admitted(series, pollutant, jurisdiction, year, rules.allowance.admitted, back)


def rooms(state: State, rules: Rulebook, source: str, year: int, pollutant: str) -> Rooms:
    """How many more of each credit, and of several together, may be used for a year: what the period owes so far."""
    mine = [row.credit for row in rules.compliance.credits if row.pollutant == pollutant]
    groups = {row.codes for row in rules.compliance.credits_together if row.codes[0] in mine}

    def left(*codes: str) -> int:
        return room(list(_used(state, rules, source, year, pollutant, codes)), year)

    return Rooms({credit: left(credit) for credit in mine}, {codes: left(*codes) for codes in sorted(groups)})


def _used(
    state: State, rules: Rulebook, source: str, year: int, pollutant: str, codes: tuple[str, ...]
) -> Iterator[UsedOf]:
    """The verified years of the control period of a year: what is owed for each, and what credits covered."""
    row = lookup.control_period(rules, year)
    for number in range(row.first, row.last + 1) if row is not None else (year,):
        known = state.years.get((source, number))
        if known is not None:
            share = _share(rules, codes, pollutant, number)
            used = sum(used_in(known, pollutant, credit) for credit in codes)
            yield UsedOf(number, known.obligation.get(pollutant, 0), share, used)


def _share(rules: Rulebook, codes: tuple[str, ...], pollutant: str, year: int) -> int:
    """What one credit, or several together, may cover; several without a limit in a year may cover all of it."""
    if len(codes) == 1:
        return lookup.credit_share(rules, codes[0], year)
    return lookup.credits_together(rules, pollutant, year).get(codes, lookup.WHOLE)


def used_in(year: Year, pollutant: str, credit: str) -> int:
    """How many of a credit were given for a year."""
    given = year.given.get(pollutant, ())
    return sum(count_of(move.blocks) for move in given if Series.parse(move.series).pollutant == credit)


def over_limit(
    state: State, rules: Rulebook, source: str, year: int, pollutant: str, named: Mapping[Series, int]
) -> Refusal | None:
    """No more of a credit is named than may be used yet."""
    left = rooms(state, rules, source, year, pollutant)
    for credit in list(left.own):
        count = sum(each for series, each in named.items() if series.pollutant == credit)
        most, codes = left.most(credit), tuple(left.narrowest(credit))
        if count > most:
            owed = f"{_share(rules, codes, pollutant, year) / 100:g} % of what {source} owes for {year}"
            what = f"{count} of {credit} are over its use limit, {owed}, of which {most} are left"
            if len(codes) > 1:
                together = " and ".join(codes)
                what = f"{count} of {credit} are over the use limit of {together} together, {owed}; {most} are left"
            return no(rules, LAW, Why.TOO_LARGE, f"{what}; name no more and give allowances for the rest")
        left.take(credit, count)
    return None


def going(
    state: State,
    rules: Rulebook,
    holdings: Iterable[Holding],
    wanted: int,
    source: Source,
    year: int,
    pollutant: str,
    banked: int | None,
    *,
    named: bool = False,
    gone: Mapping[str, int] | None = None,
) -> Taken:
    """What goes for `wanted`: credits that the law puts first, allowances, and then other credits, as far as may be.

    Where serials are named, all that is named goes. `gone` are credits that this record uses already.
    """
    rows, there = lookup.credits(rules), list(holdings)
    left = rooms(state, rules, source.id, year, pollutant) if rows else Rooms({}, {})
    for credit, used in (gone or {}).items():
        if credit in left.own:
            left.take(credit, used)

    def of(use: str) -> list[Holding]:
        wants = (each for each in there if each[0].pollutant in left.own)
        return [
            each for each in wants if (named and use == "first") or (not named and rows[each[0].pollutant].use == use)
        ]

    first, wanted = _credits(of("first"), wanted, left, source)
    own = [each for each in there if each[0].pollutant not in left.own]
    taken = flow_control.going(rules, own, wanted, source, year, banked)
    last, _ = _credits(of("last"), wanted - taken.counted, left, source)
    return Taken((*first, *taken.counts, *last), taken.besides, taken.pairs)


def _credits(holdings: Iterable[Holding], wanted: int, left: Rooms, source: Source) -> tuple[list[Holding], int]:
    """The oldest first, each kind as far as its room; and what is wanted yet."""
    taken: list[Holding] = []
    for series, count in sorted(holdings, key=lambda each: order(each[0], source.jurisdiction)):
        part = min(count, wanted, left.most(series.pollutant))
        if part:
            taken.append((series, part))
            left.take(series.pollutant, part)
            wanted -= part
    return taken, wanted


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {c.IssueCredits: issue}
