"""What is surrendered, settled and paid at the end of a year."""

from __future__ import annotations

import msgspec

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.report import owes
from airshed.engine.nouns import FlowControl, Instalment, PartsAsked, Penalty, PenaltyKey, Year
from airshed.engine.state import State
from airshed.model.allowance import Series, count_of, joined, lowest
from airshed.registry.accounts import AccountKind
from airshed.registry.moves import Delivered, Paid
from airshed.rulebook.breach_sections import SHORTFALL


def flow_stated(state: State, event: e.FlowControlStated) -> None:
    """How much of a bank counts one for one is known."""
    stated = event.one_for_one
    known = FlowControl(event.budget, event.bank, stated, dict(stated or {}))
    state.flow_controls[event.year, event.pollutant] = known


def surrendered(state: State, event: e.Surrendered) -> None:
    """Allowances are given for emissions."""
    state.ledger.post(event.entry)
    year = state.years[event.source, event.year]
    year.surrendered[event.pollutant] = year.surrendered.get(event.pollutant, 0) + event.count
    owes(state, year, event.pollutant, -event.count)
    if year.extra.get(event.pollutant):
        year.extra[event.pollutant] -= event.count
        if not any(year.extra.values()):
            del state.extras[event.source, event.year]
    year.surrenders.setdefault(event.pollutant, []).append((state.at, event.count))
    counted = [
        move
        for move in event.entry
        if isinstance(move, Delivered) and state.ledger.accounts[move.target].kind is AccountKind.SURRENDERED
    ]
    year.given.setdefault(event.pollutant, []).extend(counted)
    _controlled(state, year, event, counted)


def _controlled(state: State, year: Year, event: e.Surrendered, counted: list[Delivered]) -> None:
    """Of what was banked, the last pairs are remembered, and the rest takes up what counts one for one."""
    known = state.flow_controls.get((event.year, event.pollutant))
    if known is None or known.one_for_one is None:
        return
    pairs = event.pairs
    for move in reversed(counted):
        series = Series.parse(move.series)
        if series.vintage >= event.year or series.pollutant != event.pollutant:
            continue
        single, paired = lowest(move.blocks, count_of(move.blocks) - min(pairs, count_of(move.blocks)))
        pairs -= count_of(paired)
        year.paired[move.series] = joined(year.paired.get(move.series, ()), paired)
        left = known.left.get(move.origin, 0) - count_of(single)
        assert left >= 0, f"I11: {move.origin} gives {-left} banked allowances too many one for one"
        if single:
            known.left[move.origin] = left
    assert not pairs, f"I11: {pairs} pairs of {event.source} are of nothing"


def closed(state: State, event: e.YearClosed) -> None:
    """A year is settled: what is short, lost and due."""
    state.ledger.post(event.entry)
    state.closed[event.account, event.year] = True
    for key in [key for key in state.net_sold if key[0] == event.account]:
        del state.net_sold[key]
    for settled in event.settlements:
        year = state.years[settled.source, event.year]
        year.settled[settled.pollutant] = settled
        owes(state, year, settled.pollutant, -settled.shortfall)
        if not event.by_case:
            imposed(state, (settled.source, event.year, settled.pollutant, 0), settled.penalty_fen, event.pay_by)
        if settled.makeup:
            key = (settled.source, settled.pollutant)
            state.makeup_due[key] = state.makeup_due.get(key, 0) + settled.makeup
    for late in event.late:
        _missing(state, late, event.by_case)


def group_settled(state: State, event: e.GroupSettled) -> None:
    """What is owed besides is open like what a correction adds."""
    state.groups_settled[event.group, event.year] = None
    for line in event.lines:
        if line.more:
            year = state.years[line.source, event.year]
            waits = any(year.extra.values())
            year.extra_until = max(year.extra_until, event.until) if waits else event.until
            year.obligation = _more(year.obligation, event.pollutant, line.more)
            year.extra = _more(year.extra, event.pollutant, line.more)
            year.for_group = _more(year.for_group, event.pollutant, line.more)
            owes(state, year, event.pollutant, line.more)
            state.extras[line.source, event.year] = None


def _more(counts: dict[str, int], pollutant: str, more: int) -> dict[str, int]:
    """Counts of which one is so much more; those of an event stay as they are."""
    return {**counts, pollutant: counts.get(pollutant, 0) + more}


def _missing(state: State, late: e.LateSettlement, by_case: bool) -> None:
    """What a correction added is missing as well."""
    year, key = state.years[late.source, late.year], (late.source, late.pollutant)
    settled = year.settled[late.pollutant]
    year.settled[late.pollutant] = msgspec.structs.replace(
        settled,
        shortfall=settled.shortfall + late.shortfall,
        penalty_fen=settled.penalty_fen + late.penalty_fen,
        makeup=settled.makeup + late.makeup,
    )
    if not by_case:
        imposed(state, (late.source, late.year, late.pollutant, 0), late.penalty_fen, late.pay_by)
    state.makeup_due[key] = state.makeup_due.get(key, 0) + late.makeup
    year.extra[late.pollutant] = 0
    owes(state, year, late.pollutant, -late.shortfall)
    if not any(year.extra.values()):
        state.extras.pop((late.source, late.year), None)


def imposed(state: State, key: PenaltyKey, fen: int, pay_by: str) -> None:
    """A penalty is to be paid, or more of one."""
    if not fen:
        return
    known = state.penalties.get(key)
    if known is None:
        known = state.penalties[key] = Penalty(state.sources[key[0]].account)
    if known.interest_fen is not None:
        known.before_fen, known.flow, known.interest_fen = known.interest_fen, [], None
    known.instalments.append(Instalment(pay_by, fen))
    known.most = max(known.most, len(known.instalments))
    known.flow.append((pay_by, fen))
    note_due(state, key)


def lowered(state: State, source: str, year: int, pollutant: str, due_fen: int) -> None:
    """Less is to be paid for what was missing, the newest penalty first, as though the rest had never been."""
    keys = of_shortfall(state, source, year, pollutant)
    less = sum(state.penalties[key].due_fen for key in keys) - due_fen
    for key in reversed(keys):
        less -= _taken(state.penalties[key], min(less, state.penalties[key].due_fen))
        note_due(state, key)
    assert less == 0, (source, year, pollutant, due_fen)


def of_shortfall(state: State, source: str, year: int, pollutant: str) -> list[PenaltyKey]:
    """The penalties for what was missing: that of the settlement, and those of cases in their order."""
    cases = (each.id for each in state.cases.values() if each.ground == SHORTFALL)
    keys = ((source, year, pollutant, case) for case in (0, *cases))
    return [key for key in keys if key in state.penalties]


def _taken(known: Penalty, less: int) -> int:
    """Take so much of what is due away, from the last part on; what becomes nothing bears nothing."""
    left = less
    for part in reversed(known.instalments):
        taken = min(left, part.fen - part.paid_fen)
        if taken:
            at = max(n for n, (day, fen) in enumerate(known.flow) if day == part.pay_by and fen >= taken)
            known.flow[at] = (part.pay_by, known.flow[at][1] - taken)
        part.fen -= taken
        left -= taken
    assert left == 0, (known, less)
    if less and not known.due_fen:
        known.interest_fen = max(known.before_fen, known.interest_paid_fen)
    return less


def paid(state: State, event: e.PenaltyPaid) -> None:
    """A penalty is paid, or a part of it: the oldest instalment first."""
    state.ledger.post(event.entry)
    key = (event.source, event.year, event.pollutant, event.case)
    known = state.penalties[key]
    (move,) = event.entry
    assert isinstance(move, Paid), move
    known.interest_paid_fen += event.interest_fen
    left = move.fen - event.interest_fen
    if left:
        known.flow.append((state.civil.day_of(state.at), -left))
    for part in known.instalments:
        taken = min(left, part.fen - part.paid_fen)
        part.paid_fen += taken
        left -= taken
    if not known.due_fen:
        known.asked = None
    if not known.due_fen and known.interest_fen is None:
        known.interest_fen = event.accrued_fen
    note_due(state, key)


def asked(state: State, event: e.InstalmentsAsked) -> None:
    """An application waits; nothing else changes."""
    known = state.penalties[event.source, event.year, event.pollutant, event.case]
    known.asked = PartsAsked(event.parts, event.first_due, event.every_months)


def refused(state: State, event: e.InstalmentsRefused) -> None:
    """It is answered."""
    state.penalties[event.source, event.year, event.pollutant, event.case].asked = None


def granted(state: State, event: e.InstalmentsGranted) -> None:
    """What is owed is to be paid in parts: nothing of it is late any more, and what was paid stays as it was."""
    known = state.penalties[event.source, event.year, event.pollutant, event.case]
    today = state.civil.day_of(state.at)
    known.instalments = [
        *(Instalment(part.pay_by, part.paid_fen, part.paid_fen) for part in known.instalments if part.paid_fen),
        *(Instalment(part.pay_by, part.fen) for part in event.parts),
    ]
    known.most = max(known.most, len(known.instalments))
    begun = [(day, fen) for day, fen in known.flow if day < today or fen < 0]
    bears = sum(fen for _, fen in begun)
    known.flow = [*begun, *(((today, -bears),) if bears else ()), *((part.pay_by, part.fen) for part in event.parts)]
    known.granted, known.asked = True, None


def note_due(state: State, key: PenaltyKey) -> None:
    """Remember with the year what is still to be paid for what was missing in it."""
    source, year, pollutant, case = key
    if case == 0 or state.cases[case].ground == SHORTFALL:
        keys = of_shortfall(state, source, year, pollutant)
        state.years[source, year].due_fen[pollutant] = sum(state.penalties[each].due_fen for each in keys)


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.FlowControlStated: flow_stated,
    e.Surrendered: surrendered,
    e.YearClosed: closed,
    e.GroupSettled: group_settled,
    e.PenaltyPaid: paid,
    e.InstalmentsAsked: asked,
    e.InstalmentsGranted: granted,
    e.InstalmentsRefused: refused,
}
