"""Groups that answer together: once all of a year is settled, a group that is above its level owes besides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from airshed.compliance.assurance import GroupAccount, owed_besides
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Source, Year
from airshed.engine.procedures.control_periods import emitted
from airshed.engine.procedures.guards import MOST, Decision, Procedure, known_source, no
from airshed.engine.procedures.obliged import obliged
from airshed.engine.procedures.standing import next_deadline
from airshed.engine.state import State
from airshed.market.allocation import split
from airshed.model.allowance import Series
from airshed.model.measures import half_up
from airshed.model.refusal import Refusal, Why
from airshed.rulebook import lookup
from airshed.rulebook.group_table import AssuranceGroup
from airshed.rulebook.schema import Rulebook

LAW = "compliance"


def settle_group(state: State, rules: Rulebook, at: int, actor: str, body: c.SettleGroup) -> Decision:
    """Once, of a year of which every source of the group is settled; what is owed besides has a day of its own.

    A correction of the year that comes later changes nothing of it, as under 40 CFR 97.425(b)(6).
    """
    row = lookup.assurance_group(rules, body.group, body.year)
    if row is None:
        return no(rules, LAW, Why.WRONG_KIND, f"the rulebook knows no group {body.group} in {body.year}")
    if (body.group, body.year) in state.groups_settled:
        return no(rules, LAW, Why.ALREADY_EXISTS, f"{body.group} {body.year} is settled")
    members = _members(state, rules, row, body.year)
    if isinstance(members, Refusal):
        return members
    years = _settled(state, rules, row, body.year, members)
    if isinstance(years, Refusal):
        return years
    own = _own_parts(state, rules, row, body, years)
    if isinstance(own, Refusal):
        return own
    level, parts = own
    lines = _lines(state, row, level, parts, years)
    if any(line.more + years[line.source].obligation[row.pollutant] > MOST for line in lines):
        return no(rules, LAW, Why.TOO_LARGE, f"{body.group} {body.year} would owe more than accounts can hold")
    until = _until(rules, at, row, body.year)
    return (e.GroupSettled(row.group, body.year, row.pollutant, level, lines, until, actor),)


def settleable(state: State, rules: Rulebook) -> Iterator[tuple[AssuranceGroup, int, list[str]]]:
    """Groups and years of which every source is settled and the group is not, with those sources."""
    years = sorted({year for _, year in state.closed})
    for name in dict.fromkeys(row.group for row in rules.compliance.assurance_groups):
        for year in years:
            row = lookup.assurance_group(rules, name, year)
            if row is None or (name, year) in state.groups_settled:
                continue
            members = _members(state, rules, row, year)
            known = members if isinstance(members, Refusal) else _settled(state, rules, row, year, members)
            if not isinstance(known, Refusal):
                yield row, year, sorted(known)


def _members(state: State, rules: Rulebook, row: AssuranceGroup, year: int) -> list[Source] | Refusal:
    """The sources of the group that owe its pollutant for the year."""
    for name in row.members or ():
        known = known_source(state, rules, name, LAW)
        if isinstance(known, Refusal):
            return known
    found = [
        source
        for source in obliged(state, rules, year, row.pollutant)
        if (source.jurisdiction == row.jurisdiction if row.members is None else source.id in row.members)
    ]
    if not found:
        return no(rules, LAW, Why.NOTHING_DUE, f"no source of {row.group} owes {row.pollutant} for {year}")
    return found


def _settled(
    state: State, rules: Rulebook, row: AssuranceGroup, year: int, members: list[Source]
) -> dict[str, Year] | Refusal:
    """The years of the members, all of them settled: before, what they owe can still change."""
    found: dict[str, Year] = {}
    for source in members:
        known = state.years.get((source.id, year))
        if known is None or row.pollutant not in known.settled:
            what = f"{source.id} of {row.group} is not settled for {year}"
            return no(rules, LAW, Why.CONDITION_OPEN, f"{what}; close the year of {source.account} first")
        found[source.id] = known
    return found


def _own_parts(
    state: State, rules: Rulebook, row: AssuranceGroup, body: c.SettleGroup, years: dict[str, Year]
) -> tuple[int, dict[str, int]] | Refusal:
    """The level of the group, and how much of it is each source's own: by its output, or by what it was given free."""
    if row.level_g_per_output is not None:
        refusal = _outputs(rules, body, years)
        if refusal:
            return refusal
        grams_each = 1_000 * rules.allowance.size_kg
        rated = {line.source: line.output * row.level_g_per_output // grams_each for line in body.outputs}
        return sum(rated.values()), rated
    if body.outputs:
        what = f"the level of {row.group} is no rate"
        return no(rules, LAW, Why.WRONG_KIND, f"{what}; leave its outputs out")
    granted = {name: _granted(state, row, name, body.year) for name in years}
    if row.level_basis_points is None:
        assert row.level_count is not None, row
        level, of = row.level_count, sum(granted.values())
    else:
        cap = lookup.cap(rules, Series(row.pollutant, str(row.jurisdiction), body.year))
        if cap is None:
            what = f"{row.jurisdiction} has no cap of {row.pollutant} for {body.year}"
            return no(rules, LAW, Why.UNKNOWN_SERIES, what)
        level, of = half_up(Fraction(cap * row.level_basis_points, lookup.WHOLE)), cap
    # what a works was given may be more than the cap that a later law has
    of = max(of, sum(granted.values()), 1)
    return level, {name: level * count // of for name, count in granted.items()}


def _outputs(rules: Rulebook, body: c.SettleGroup, years: dict[str, Year]) -> Refusal | None:
    """A line for each source of the group, once, and for no other."""
    seen = [line.source for line in body.outputs]
    for source in seen:
        if source not in years:
            what = f"{source} is not of {body.group}, or owes nothing for {body.year}"
            return no(rules, LAW, Why.NOT_ELIGIBLE, f"{what}; leave its line out")
        if seen.count(source) > 1:
            return no(rules, LAW, Why.ALREADY_EXISTS, f"{source} has two lines; give each source one")
    for source in years:
        if source not in seen:
            return no(rules, LAW, Why.NOT_ELIGIBLE, f"{source} of {body.group} has no line; give its output")
    return None


def _granted(state: State, row: AssuranceGroup, source: str, year: int) -> int:
    """What a source was given free of the vintage of the year, where it stands."""
    series = str(Series(row.pollutant, state.sources[source].jurisdiction, year))
    known = state.grants.get((source, series))
    return 0 if known is None else max(0, known.count)


def _lines(
    state: State, row: AssuranceGroup, level: int, parts: dict[str, int], years: dict[str, Year]
) -> tuple[e.GroupLine, ...]:
    """What each source owes besides: that of its account, among its sources by how far each is above its own part."""
    emission = {name: emitted(state, year, row.pollutant) or 0 for name, year in years.items()}
    accounts: dict[str, list[str]] = {}
    for name in years:
        accounts.setdefault(state.sources[name].account, []).append(name)
    sums = {
        account: GroupAccount(sum(emission[name] for name in mine), sum(parts[name] for name in mine))
        for account, mine in accounts.items()
    }
    more = Counter[str]()
    for account, count in owed_besides(level, sums, row.factor_basis_points).items():
        more.update(split(count, {name: max(0, emission[name] - parts[name]) for name in accounts[account]}))
    return tuple(e.GroupLine(name, emission[name], parts[name], more[name]) for name in sorted(years))


def _until(rules: Rulebook, at: int, row: AssuranceGroup, year: int) -> str:
    """The day of the law; where it has passed, the next deadline of all."""
    day = f"{year + 1}-{row.surrender_by}"
    return day if rules.civil.day_of(at) <= day else next_deadline(rules, at, year)


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {c.SettleGroup: settle_group}
