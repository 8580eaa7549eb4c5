"""Flow control: what is stated when a year is over, and which serials go for what is owed. Refuses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from airshed.compliance.flow_control import Taken, controlled, one_for_one, take
from airshed.compliance.surrender import Holding
from airshed.engine import events as e
from airshed.engine.nouns import Source
from airshed.engine.state import State
from airshed.model.allowance import Blocks, Series, lowest
from airshed.registry import accounts
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import running


def due(state: State, rules: Rulebook, at: int) -> tuple[e.FlowControlStated, ...]:
    """What is to be stated of the years that have ended since the last record, as things stood at their end.

    A year ends with its season. Of one for whose vintage caps are set; of one without, nothing is stated, and all that
    counts does so one for one. What happens first after the end finds the holdings as it left them.
    """
    return _ended(state, rules, *(running(rules, rules.civil.day_of(each)) for each in (state.at, at)))


def due_by_adoption(state: State, before: Rulebook, rules: Rulebook, at: int) -> tuple[e.FlowControlStated, ...]:
    """What is to be stated of the years that end at once, because another law has their season over already."""
    return _ended(state, rules, *(running(law, law.civil.day_of(at)) for law in (before, rules)))


def _ended(state: State, rules: Rulebook, before: int, now: int) -> tuple[e.FlowControlStated, ...]:
    """What is to be stated of the years from one that ran to before the one that runs now."""
    share = rules.banking.flow_basis_points
    if share is None or before >= now:
        return ()
    budgets: dict[tuple[int, str], int] = {}
    for name, count in state.ledger.caps.items():
        series = Series.parse(name)
        if series.pollutant in state.credits:
            continue
        if before <= series.vintage < now and (series.vintage, series.pollutant) not in state.flow_controls:
            key = (series.vintage, series.pollutant)
            budgets[key] = budgets.get(key, 0) + count
    return tuple(_stated(state, rules, year, code, budget, share) for (year, code), budget in sorted(budgets.items()))


def _stated(state: State, rules: Rulebook, year: int, code: str, budget: int, share: int) -> e.FlowControlStated:
    banked: dict[str, int] = {}
    for (account, name), position in state.ledger.positions.items():
        series = Series.parse(name)
        counts = series.pollutant == code and year - rules.allowance.vintages_back <= series.vintage < year
        if counts and position.count and state.ledger.accounts[account].kind in accounts.PRIVATE:
            banked[account] = banked.get(account, 0) + position.count
    bank = sum(banked.values())
    if not controlled(bank, budget, share):
        return e.FlowControlStated(year, code, budget, bank)
    rooms = {account: one_for_one(own, bank, budget, share) for account, own in sorted(banked.items())}
    return e.FlowControlStated(year, code, budget, bank, {account: room for account, room in rooms.items() if room})


def room(state: State, account: str, year: int, pollutant: str) -> int | None:
    """How many banked allowances of an account count one for one yet; None where all do."""
    known = state.flow_controls.get((year, pollutant))
    if known is None or known.one_for_one is None:
        return None
    return known.left.get(account, 0)


def going(
    rules: Rulebook, holdings: Iterable[Holding], wanted: int, source: Source, year: int, room: int | None
) -> Taken:
    """What goes for what a source owes, by the ratio of the law."""
    return take(holdings, wanted, source.jurisdiction, year, room, rules.banking.flow_ratio or 1)


def covered(
    state: State, rules: Rulebook, holdings: Iterable[Holding], wanted: int, source: str, year: int, pollutant: str
) -> int:
    """How many of `wanted` what a source's account has of these series can be surrendered for."""
    known = state.sources[source]
    there = room(state, known.account, year, pollutant)
    return going(rules, holdings, wanted, known, year, there).counted


def moves(
    source: Source, account: str, taken: Taken, blocks: Mapping[str, Blocks]
) -> tuple[tuple[Delivered, ...], dict[str, Blocks]]:
    """The moves, lowest serials first, and what is left of each series.

    What counts is surrendered; what goes besides is cancelled, for it stands for no emission.
    """
    made: list[Delivered] = []
    left = dict(blocks)
    for holdings, target in ((taken.counts, accounts.surrendered), (taken.besides, accounts.cancelled)):
        for series, count in holdings:
            gone, left[str(series)] = lowest(left[str(series)], count)
            made.append(Delivered(account, target(source.jurisdiction), str(series), gone))
    return tuple(made), left
