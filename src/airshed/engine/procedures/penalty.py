"""Penalties that were imposed: by when they are paid, in which parts, and what being late adds."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from functools import partial

from airshed.compliance.deadline import next_business_day
from airshed.compliance.late import LONGEST_DAYS, Change, RateTerm, instalments, late_interest, months_after, overdue
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Penalty, PenaltyKey
from airshed.engine.procedures.guards import MOST, Decision, Procedure, known_source, no, own_account, own_source
from airshed.engine.state import State
from airshed.model.measures import yuan
from airshed.model.refusal import Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Paid
from airshed.rulebook import lookup
from airshed.rulebook.breach_sections import LatePaymentRule
from airshed.rulebook.schema import Rulebook

LAW = "late_payment"
WHOLE = 10_000


def pay_by(rules: Rulebook, at: int, deadline: str) -> str:
    """The last day to pay a penalty that is settled at an instant for what was missing on a day."""
    law = rules.late_payment
    return day_to_pay(rules, deadline if law.pay_from == "deadline" else rules.civil.day_of(at))


def day_to_pay(rules: Rulebook, day: str) -> str:
    """The last day to pay what is imposed on a day; the calendar moves it, or not, as it does with deadlines."""
    first = date.fromisoformat(day)
    last = first + timedelta(days=min(rules.late_payment.pay_days, (date.max - first).days))
    return _moved(rules, last.isoformat())


def _moved(rules: Rulebook, day: str) -> str:
    if rules.calendar.on_closed_days == "stays":
        return day
    return next_business_day(day, partial(lookup.worked, rules))


def interest(rules: Rulebook, known: Penalty, day: str) -> int:
    """What late days have added until a day, itself included; of a penalty that is paid in full, what was fixed."""
    if known.interest_fen is not None:
        return known.interest_fen
    law = rules.late_payment
    late = [date.fromisoformat(when) for when, fen in known.flow if fen > 0]
    if law.interest == "none" or not late or min(late) >= date.fromisoformat(day):
        return known.before_fen
    first = min(late) + timedelta(days=1)
    last = min(date.fromisoformat(day), first + timedelta(days=LONGEST_DAYS - 1))
    changes = [Change(date.fromisoformat(when), fen) for when, fen in known.flow]
    if law.interest == "by_quarter":
        found = late_interest(0, first, last, _rates(law), changes)
    else:
        rate = Fraction(law.daily_basis_points, WHOLE)
        compounds = law.interest == "daily_compounded"
        found = overdue(0, first, last, rate, changes, law.cap_times, compounds=compounds, imposed=known.fen)
    together = known.before_fen + found.amount
    if law.cap_times is not None:  # what was fixed before a correction counts towards the cap, and is not taken back
        together = max(known.before_fen, min(together, law.cap_times * known.fen))
    return min(together, MOST)


def owed_of(state: State, rules: Rulebook, key: PenaltyKey, day: str) -> tuple[int, int]:
    """What is still to be paid of a penalty, and of its interest until a day."""
    known = state.penalties.get(key)
    return (known.due_fen, interest(rules, known, day) - known.interest_paid_fen) if known else (0, 0)


def _rates(law: LatePaymentRule) -> list[RateTerm]:
    """Each row until the day before the next one; the first also before, the last without an end."""
    firsts = [date.min, *(date.fromisoformat(row.first) for row in law.rates[1:])]
    lasts = [*(first - timedelta(days=1) for first in firsts[1:]), date.max]
    return [
        RateTerm(first, last, Fraction(row.yearly_basis_points, WHOLE))
        for first, last, row in zip(firsts, lasts, law.rates, strict=True)
    ]


def pay_penalty(state: State, rules: Rulebook, at: int, actor: str, body: c.PayPenalty) -> Decision:
    """All that is owed, or a part, to the treasury: the penalty first, its oldest instalment first, then interest.

    A frozen account pays too: late days would else cost what it is kept from paying.
    """
    refusal = own_source(state, rules, actor, body.source, though_frozen=True)
    if refusal:
        return refusal
    source = state.sources[body.source]
    key = (body.source, body.year, body.pollutant, body.case)
    section = "cases" if body.case else "shortfall"
    if body.case in state.cases and state.cases[body.case].state == "appealed":
        return no(rules, LAW, Why.APPEAL_OPEN, _waits(body))
    due, added = owed_of(state, rules, key, rules.civil.day_of(at))
    owed = due + added
    fen = body.fen or owed
    if fen < 0:
        return no(rules, LAW, Why.NOT_POSITIVE, f"{yuan(fen)} yuan is below zero; leave it out to pay all that is owed")
    if owed and fen > owed:
        what = f"{body.source} owes {yuan(owed)} yuan for {breach_of(state, key)} {body.year}, not {yuan(fen)} yuan"
        return no(rules, LAW, Why.TOO_LARGE, what)
    free = state.ledger.purses[source.account].free
    if owed and free < fen:
        what = f"{source.account} has {yuan(free)} yuan free, {yuan(fen)} is due"
        return no(rules, section, Why.INSUFFICIENT_CASH, what)
    if not owed:
        return no(rules, section, Why.NOTHING_DUE, _owes_none(state, key))
    entry = (Paid(source.account, accounts.TREASURY, fen),)
    of_interest = max(0, fen - due)
    fixed = added + state.penalties[key].interest_paid_fen if fen >= due else 0
    return (e.PenaltyPaid(body.source, body.year, body.pollutant, entry, of_interest, fixed, body.case),)


def ask_instalments(state: State, rules: Rulebook, at: int, actor: str, body: c.AskInstalments) -> Decision:
    """By who acts for the account, frozen or not; one application at a time, within what the law allows."""
    source = known_source(state, rules, body.source)
    refusal = source if isinstance(source, Refusal) else own_account(state, rules, actor, source.account)
    if refusal:
        return refusal
    planned = _planned(state, rules, at, body)
    if isinstance(planned, Refusal):
        return planned
    named = (body.source, body.year, body.pollutant, actor)
    wish = (body.parts, body.first_due, body.every_months, body.reason)
    return (e.InstalmentsAsked(*named, *wish, body.case, body.evidence),)


def grant_instalments(state: State, rules: Rulebook, at: int, actor: str, body: c.GrantInstalments) -> Decision:
    """As many parts, within as many months, as the law allows; once for a penalty.

    What is asked in the book is answered by it, with these terms or with others; an application may come on paper.
    """
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    planned = _planned(state, rules, at, body)
    if isinstance(planned, Refusal):
        return planned
    return (e.InstalmentsGranted(body.source, body.year, body.pollutant, actor, planned, body.reason, body.case),)


def refuse_instalments(state: State, rules: Rulebook, at: int, actor: str, body: c.RefuseInstalments) -> Decision:
    """With the reason; who asked may ask again."""
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    key = (body.source, body.year, body.pollutant, body.case)
    known = state.penalties.get(key)
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say why {_which(state, key)} is not to be paid in instalments")
    if known is None or known.asked is None:
        return no(rules, LAW, Why.NOTHING_DUE, f"nobody asks to pay {_which(state, key)} in instalments")
    return (e.InstalmentsRefused(body.source, body.year, body.pollutant, actor, body.reason, body.case),)


def _planned(
    state: State, rules: Rulebook, at: int, body: c.AskInstalments | c.GrantInstalments
) -> tuple[e.Part, ...] | Refusal:
    """The parts in which what is owed would be paid, or why the law does not allow them."""
    key = (body.source, body.year, body.pollutant, body.case)
    known, which = state.penalties.get(key), _which(state, key)
    if known is not None and known.granted:
        return no(rules, LAW, Why.ALREADY_EXISTS, f"{which} is paid in instalments already")
    if known is not None and known.asked is not None and isinstance(body, c.AskInstalments):
        return no(rules, LAW, Why.ALREADY_EXISTS, f"an application for {which} waits for its answer")
    law, today = rules.late_payment, rules.civil.day_of(at)
    if not law.most_instalments:
        return no(rules, LAW, Why.WRONG_KIND, "a penalty is paid at once under this rulebook")
    if known is not None and known.suspended:
        return no(rules, LAW, Why.APPEAL_OPEN, _waits(body))
    if body.first_due < today:
        return no(rules, LAW, Why.TOO_EARLY, f"the first part would be due on {body.first_due}, before today")
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say on what hardship {which} is to be paid in instalments")
    if body.parts < 2 or body.every_months < 1:
        what = f"{body.parts} parts every {body.every_months} months are no instalments; two or more, a month or more"
        return no(rules, LAW, Why.NOT_POSITIVE, what)
    if body.parts > law.most_instalments:
        return no(rules, LAW, Why.TOO_LARGE, f"{body.parts} parts; the most are {law.most_instalments}")
    latest = months_after(date.fromisoformat(today), law.longest_months)
    last = months_after(date.fromisoformat(body.first_due), (body.parts - 1) * body.every_months)
    if last is None or (latest is not None and last > latest):
        what = f"the last part would be due on {last or 'no day of the calendar'}, the latest day is {latest}"
        return no(rules, LAW, Why.TERM_TOO_LONG, what)
    if known is None or not known.due_fen:
        return no(rules, LAW, Why.NOTHING_DUE, _owes_none(state, key))
    planned = instalments(known.due_fen, body.parts, date.fromisoformat(body.first_due), body.every_months)
    return tuple(e.Part(_moved(rules, day.isoformat()), fen) for day, fen in planned if fen)


def _waits(body: c.PayPenalty | c.AskInstalments | c.GrantInstalments) -> str:
    return f"case {body.case} is appealed; nothing is to be paid until that is decided"


def _which(state: State, key: PenaltyKey) -> str:
    return f"the penalty of {key[0]} for {breach_of(state, key)} {key[1]}"


def _owes_none(state: State, key: PenaltyKey) -> str:
    source, year, _, case = key
    of_case = f" by case {case}" if case else ""
    return f"{source} owes no penalty for {breach_of(state, key)} {year}{of_case}"


def breach_of(state: State, key: PenaltyKey) -> str:
    """What a penalty is for, in a word: the pollutant, or the ground of a case that concerns none."""
    _, _, pollutant, case = key
    return pollutant or (state.cases[case].ground if case in state.cases else "no pollutant")


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.PayPenalty: pay_penalty,
    c.AskInstalments: ask_instalments,
    c.GrantInstalments: grant_instalments,
    c.RefuseInstalments: refuse_instalments,
}
