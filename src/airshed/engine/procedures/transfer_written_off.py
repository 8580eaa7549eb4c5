"""Writing off: what nobody surrendered of a vintage, years after the last day on which it counted."""

from __future__ import annotations

from airshed.compliance.banking import last_year
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures.deadlines import BEYOND, deadline, surrender_day
from airshed.engine.procedures.guards import Decision, Procedure, known_series, moved, no
from airshed.engine.procedures.transfer import LAW
from airshed.engine.state import State
from airshed.model.allowance import Series
from airshed.model.refusal import Why
from airshed.registry import accounts
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

#: Most holders whose allowances one command writes off; the next one goes on.
MOST_HOLDERS = 10_000


def write_off(state: State, rules: Rulebook, at: int, actor: str, body: c.WriteOff) -> Decision:
    """From every kind of account that the table has, frozen or not; what is pledged, leased or withheld stays there."""
    refusal = known_series(state, rules, body.series)
    if refusal:
        return refusal
    row, years = lookup.transaction(rules, "write_off"), rules.transactions.write_off_years
    if row is None or years is None:
        return no(rules, LAW, Why.WRONG_KIND, "this rulebook writes nothing off")
    series = Series.parse(body.series)
    last = last_year(series.vintage, lookup.vintages_back(rules, series.pollutant)) + years
    if last >= BEYOND or at <= deadline(rules, last):
        until = "it counts for good" if last >= BEYOND else f"it is written off after {surrender_day(rules, last)}"
        return no(rules, LAW, Why.TOO_EARLY, f"{body.series} may still be held; {until}")
    kinds = row.origins.split(" ")
    held = {
        account: position
        for (account, name), position in state.ledger.positions.items()
        if name == body.series and position.count and state.ledger.accounts[account].kind.value in kinds
    }
    target = accounts.cancelled(series.jurisdiction)
    free = {account: position.free for account, position in sorted(held.items()) if position.free}
    moves = [
        move
        for account, count in list(free.items())[:MOST_HOLDERS]
        for move in moved(state, account, target, body.series, count)
    ]
    if not moves:
        aside = sum(position.held for position in held.values())
        what = f"nobody holds any of {body.series}" + (f" but what is set aside, {aside}" if aside else "")
        return no(rules, LAW, Why.NOTHING_DUE, what)
    count = sum(list(free.values())[:MOST_HOLDERS])
    return (e.AllowancesWrittenOff(body.series, count, tuple(moves)),)


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {c.WriteOff: write_off}
