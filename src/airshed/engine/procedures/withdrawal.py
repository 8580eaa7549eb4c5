"""Withdrawing: closure, idle years, excess, publicly paid reductions; notice, appeal, and what is sold on already."""

from __future__ import annotations

from airshed.compliance.obligation import admitted
from airshed.compliance.withdrawable import excess, gone, idle, paid_reduction, takeable
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import blocked
from airshed.engine.nouns import Source, Withdrawal
from airshed.engine.procedures.claims import bound
from airshed.engine.procedures.control_periods import emitted
from airshed.engine.procedures.deadlines import expired
from airshed.engine.procedures.guards import (
    Decision,
    Procedure,
    capped_series,
    known_account,
    known_source,
    no,
    own_account,
)
from airshed.engine.procedures.taken_off import sales_off
from airshed.engine.procedures.trade_rules import reference_price
from airshed.engine.state import State
from airshed.model.allowance import Series, lowest
from airshed.model.measures import part_fen, value_fen, yuan
from airshed.model.refusal import Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Delivered, Move, Paid
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

LAW = "withdrawal"


def owed(state: State, rules: Rulebook, source: Source, series: Series) -> int:
    """What the account of a source still owes for verified years in which the series counts."""
    law = rules.allowance
    due = 0
    for year in state.years.values():
        other = state.sources[year.source]
        if other.account != source.account or year.verified_mg is None:
            continue
        if (source.account, year.year) in state.closed:
            continue
        counts = admitted(series, series.pollutant, other.jurisdiction, year.year, law.admitted, law.vintages_back)
        if counts:
            due += year.obligation.get(series.pollutant, 0) - year.surrendered.get(series.pollutant, 0)
    return due


def reachable(state: State, account: str, series: str) -> int:
    """What the account has once all that it offers is taken back: not what others have a claim on, nor what is blocked.

    Else an order far from the market would hide allowances from a withdrawal.
    """
    return state.ledger.held_of(account, series).count - bound(state, account, series) - blocked(state, account, series)


def offers_off(state: State, account: str, series: str, count: int, actor: str) -> list[e.Event]:
    """What takes the offers of an account back, when `count` of the series are not free without it.

    What a pledgee sells goes on: the security is the pledgee's.
    """
    return sales_off(state, account, actor, pledges=False) if state.ledger.held_of(account, series).free < count else []


def notice(state: State, rules: Rulebook, at: int, actor: str, body: c.NoticeWithdrawal) -> Decision:
    """How much is the rule's to say. What is owed for emissions stays; what is there is blocked; the rest is gone.

    Who bought it keeps it: the rule of the ground says whether the source makes up for it or pays.
    """
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    refusal = capped_series(state, rules, body.series)
    if refusal:
        return refusal
    mine = [
        each
        for each in state.withdrawals.values()
        if (each.source, each.series) == (source.id, body.series) and each.state not in ("fallen", "restored")
    ]
    if any(each.ground == body.ground and body.ground != "paid_reduction" for each in mine):
        return no(rules, LAW, Why.ALREADY_EXISTS, f"{source.id} has notice for {body.series} ({body.ground}) already")
    refusal = expired(rules, at, body.series)
    if refusal:
        return refusal
    granted = state.grants.get((source.id, body.series))
    if granted is None:
        return no(rules, LAW, Why.NOT_ELIGIBLE, f"{source.id} was granted nothing of {body.series}")
    law = {each.ground: each for each in rules.withdrawal_grounds}.get(body.ground)
    if law is None:
        return no(rules, LAW, Why.NOT_ELIGIBLE, f"nothing is withdrawn for {body.ground} under this rulebook")
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, "say on what the notice rests")
    series = Series.parse(body.series)
    by_rule = _by_rule(state, rules, source, series, granted.count, body)
    if isinstance(by_rule, Refusal):
        return by_rule
    wanted = min(by_rule, granted.count - sum(each.withdrawn + each.blocked + each.short for each in mine))
    if wanted <= 0:
        return no(rules, LAW, Why.NOTHING_DUE, f"by rule nothing of {body.series} is to be withdrawn from {source.id}")
    there = reachable(state, source.account, body.series)
    due = owed(state, rules, source, series)
    count = takeable(wanted, there, due)
    short = 0 if law.sold_on == "none" else gone(wanted, there, due)
    if not count and not short:
        what = f"{source.account} has {there} of {body.series} and owes {due} for emissions"
        return no(rules, LAW, Why.STILL_OWED, what)
    usual = lookup.pollutant(rules, series.pollutant).repurchase_fen_per_t
    last = reference_price(state, rules, body.series)
    noticed = e.WithdrawalNoticed(
        withdrawal=state.next_withdrawal,
        actor=actor,
        source=source.id,
        account=source.account,
        series=body.series,
        ground=body.ground,
        count=count,
        price=part_fen(usual, law.price_basis_points),
        short=short,
        sold_on=law.sold_on,
        pay_back=part_fen(last, rules.withdrawal.pay_back_basis_points) if law.sold_on == "pay_back" else 0,
        appeal_by=rules.civil.days_after(at, rules.withdrawal.appeal_days),
        notice_until=rules.civil.days_after(at, rules.withdrawal.notice_days),
        reason=body.reason,
        figure=body.reduced_kg if body.ground == "paid_reduction" else body.figure,
        base=body.public_share if body.ground == "paid_reduction" else body.base,
    )
    return (*offers_off(state, source.account, body.series, count, actor), noticed)


def _by_rule(
    state: State, rules: Rulebook, source: Source, series: Series, granted: int, body: c.NoticeWithdrawal
) -> int | Refusal:
    """What the ground gives, or why it does not hold."""
    law = rules.withdrawal
    if body.ground == "closure":
        closed = state.closures.get(source.id)
        if closed is None or series.vintage <= int(closed[:4]):
            when = f"closed on {closed}" if closed else "has not closed"
            return no(rules, LAW, Why.NOTHING_DUE, f"{source.id} {when}; {series} is not for a year after")
        return granted
    if body.ground == "idle":
        years = [_year(state, source, series, series.vintage - n) for n in range(1, law.idle_years + 1)]
        if not idle(years, law.idle_basis_points):
            what = f"{source.id} did not stand still in the {law.idle_years} verified years before {series.vintage}"
            return no(rules, LAW, Why.NOTHING_DUE, what)
        return granted
    if body.ground == "excess":
        if body.figure < 0 or body.base <= 0:
            what = f"figure {body.figure} and base {body.base}: give the base above zero and the figure from zero up"
            return no(rules, LAW, Why.NOT_POSITIVE, what)
        return excess(granted, body.base, body.figure, law.excess_tolerance_basis_points)
    if body.reduced_kg <= 0 or body.public_share <= 0:
        what = "a paid reduction names what it reduces in a year and the public share, both above zero"
        return no(rules, LAW, Why.NOT_POSITIVE, what)
    if body.public_share > lookup.WHOLE:
        return no(rules, LAW, Why.TOO_LARGE, f"a public share of {body.public_share / 100:g} % is more than the whole")
    return paid_reduction(body.reduced_kg, body.public_share)


def _year(state: State, source: Source, series: Series, year: int) -> tuple[int, int] | None:
    """Obligation and grant of an earlier year, None where one of them is not known."""
    known = state.years.get((source.id, year))
    granted = state.grants.get((source.id, str(series._replace(vintage=year))))
    if known is None or known.verified_mg is None or granted is None:
        return None
    return emitted(state, known, series.pollutant) or 0, granted.count


def appeal(state: State, rules: Rulebook, at: int, actor: str, body: c.AppealWithdrawal) -> Decision:
    """Once, within the days for it."""
    found = withdrawal_of(state, rules, body.withdrawal)
    if isinstance(found, Refusal):
        return found
    refusal = own_account(state, rules, actor, found.account)
    if refusal:
        return refusal
    if found.state == "appealed":
        return no(rules, LAW, Why.APPEAL_OPEN, f"withdrawal {found.id} is appealed already")
    if rules.civil.day_of(at) > found.appeal_by:
        return no(rules, LAW, Why.TOO_LATE, f"the last day to appeal withdrawal {found.id} was {found.appeal_by}")
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say why withdrawal {found.id} should fall")
    if found.state != "noticed":
        return no(rules, LAW, Why.NOTHING_DUE, f"withdrawal {found.id} is {found.state}")
    return (e.WithdrawalAppealed(found.id, body.reason),)


def decide_appeal(state: State, rules: Rulebook, at: int, actor: str, body: c.DecideAppeal) -> Decision:
    """By somebody who did not give the notice."""
    found = state.withdrawals.get(body.withdrawal)
    if found is not None and found.actor == actor:
        return no(rules, "roles", Why.OWN_ACT, f"{actor} gave notice {found.id}; another decides the appeal")
    if found is None:
        return no(rules, LAW, Why.UNKNOWN_WITHDRAWAL, f"there is no withdrawal {body.withdrawal}")
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, "say why the appeal is decided so")
    if found.state != "appealed":
        return no(rules, LAW, Why.NOTHING_DUE, f"withdrawal {found.id} is {found.state}, not appealed")
    return (e.AppealDecided(found.id, actor, body.upheld, body.reason),)


def withdraw(state: State, rules: Rulebook, at: int, actor: str, body: c.WithdrawAllowances) -> Decision:
    """After the notice, with no appeal open; what has come to be owed since then stays."""
    found = withdrawal_of(state, rules, body.withdrawal)
    if isinstance(found, Refusal):
        return found
    if found.state == "appealed":
        return no(rules, LAW, Why.APPEAL_OPEN, f"the appeal of withdrawal {found.id} is not decided")
    if rules.civil.day_of(at) <= found.notice_until:
        return no(rules, LAW, Why.TOO_EARLY, f"the notice of withdrawal {found.id} runs until {found.notice_until}")
    series = Series.parse(found.series)
    position = state.ledger.held_of(found.account, found.series)
    due = owed(state, rules, state.sources[found.source], series)
    count = takeable(found.blocked, position.free + found.blocked, due)
    fen = value_fen(count, found.price)
    free = state.ledger.purses[accounts.TREASURY].free
    if free < fen:
        return no(rules, LAW, Why.INSUFFICIENT_CASH, f"the treasury has {yuan(free)} yuan free, not {yuan(fen)}")
    if found.state not in ("noticed", "confirmed"):
        return no(rules, LAW, Why.NOTHING_DUE, f"withdrawal {found.id} is {found.state}")
    if not count and not found.short:
        return no(rules, LAW, Why.STILL_OWED, f"{found.account} owes {due} for emissions, all that is there")
    moves: list[Move] = []
    if count:
        taken, _ = lowest(position.blocks, count)
        moves.append(Delivered(found.account, accounts.reserve(series.jurisdiction), found.series, taken))
    if fen:
        moves.append(Paid(accounts.TREASURY, found.account, fen))
    make_up = found.short if found.sold_on == "make_up" else 0
    due_fen = value_fen(found.short, found.pay_back)
    return (e.AllowancesWithdrawn(found.id, count, found.blocked - count, fen, make_up, due_fen, tuple(moves)),)


def withdrawal_of(state: State, rules: Rulebook, number: int) -> Withdrawal | Refusal:
    """The withdrawal, or that there is none or its account takes no part."""
    found = state.withdrawals.get(number)
    if found is None:
        return no(rules, LAW, Why.UNKNOWN_WITHDRAWAL, f"there is no withdrawal {number}")
    return known_account(state, rules, found.account) or found


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.NoticeWithdrawal: notice,
    c.AppealWithdrawal: appeal,
    c.DecideAppeal: decide_appeal,
    c.WithdrawAllowances: withdraw,
}
