"""What is surrendered, settled and paid at the end of a year."""

from __future__ import annotations

import msgspec

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.report import owes
from airshed.engine.nouns import FlowControl, Instalment, Penalty, PenaltyKey, Year
from airshed.engine.state import State
from airshed.model.allowance import Series, count_of, joined, lowest
from airshed.model.period import day_of
from airshed.registry.accounts import AccountKind
from airshed.registry.moves import Delivered, Paid


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
        if Series.parse(move.series).vintage >= event.year:
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
    for settled in event.settlements:
        year = state.years[settled.source, event.year]
        year.settled[settled.pollutant] = settled
        owes(state, year, settled.pollutant, -settled.shortfall)
        imposed(state, (settled.source, event.year, settled.pollutant), settled.penalty_fen, event.pay_by)
        if settled.makeup:
            key = (settled.source, settled.pollutant)
            state.makeup_due[key] = state.makeup_due.get(key, 0) + settled.makeup
    for late in event.late:
        _missing(state, late)


def _missing(state: State, late: e.LateSettlement) -> None:
    """What a correction added is missing as well."""
    year, key = state.years[late.source, late.year], (late.source, late.pollutant)
    settled = year.settled[late.pollutant]
    year.settled[late.pollutant] = msgspec.structs.replace(
        settled,
        shortfall=settled.shortfall + late.shortfall,
        penalty_fen=settled.penalty_fen + late.penalty_fen,
        makeup=settled.makeup + late.makeup,
    )
    imposed(state, (late.source, late.year, late.pollutant), late.penalty_fen, late.pay_by)
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
    known.flow.append((pay_by, fen))
    note_due(state, key)


def lowered(state: State, key: PenaltyKey, due_fen: int) -> None:
    """Less is to be paid, from the last part on, as though it had never been; what becomes nothing bears nothing."""
    known = state.penalties.get(key)
    if known is None:
        return
    less = known.due_fen - due_fen
    for part in reversed(known.instalments):
        taken = min(less, part.fen - part.paid_fen)
        part.fen -= taken
        less -= taken
        if taken:
            at = max(n for n, (day, fen) in enumerate(known.flow) if day == part.pay_by and fen >= taken)
            known.flow[at] = (part.pay_by, known.flow[at][1] - taken)
    assert less == 0, (key, due_fen)
    if not due_fen and known.interest_fen is None:
        known.interest_fen = max(known.before_fen, known.interest_paid_fen)
    note_due(state, key)


def paid(state: State, event: e.PenaltyPaid) -> None:
    """A penalty is paid, or a part of it: the oldest instalment first."""
    state.ledger.post(event.entry)
    key = (event.source, event.year, event.pollutant)
    known = state.penalties[key]
    (move,) = event.entry
    assert isinstance(move, Paid), move
    known.interest_paid_fen += event.interest_fen
    left = move.fen - event.interest_fen
    if left:
        known.flow.append((day_of(state.at), -left))
    for part in known.instalments:
        taken = min(left, part.fen - part.paid_fen)
        part.paid_fen += taken
        left -= taken
    assert left == 0, event
    if not known.due_fen and known.interest_fen is None:
        known.interest_fen = event.accrued_fen
    note_due(state, key)


def granted(state: State, event: e.InstalmentsGranted) -> None:
    """What is owed is to be paid in parts: nothing of it is late any more, and what was paid stays as it was."""
    known = state.penalties[event.source, event.year, event.pollutant]
    today = day_of(state.at)
    known.instalments = [
        *(Instalment(part.pay_by, part.paid_fen, part.paid_fen) for part in known.instalments if part.paid_fen),
        *(Instalment(part.pay_by, part.fen) for part in event.parts),
    ]
    begun = [(day, fen) for day, fen in known.flow if day < today or fen < 0]
    bears = sum(fen for _, fen in begun)
    known.flow = [*begun, *(((today, -bears),) if bears else ()), *((part.pay_by, part.fen) for part in event.parts)]
    known.granted = True


def note_due(state: State, key: PenaltyKey) -> None:
    """Remember with the year what is still to be paid."""
    state.years[key[0], key[1]].due_fen[key[2]] = state.penalties[key].due_fen


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.FlowControlStated: flow_stated,
    e.Surrendered: surrendered,
    e.YearClosed: closed,
    e.PenaltyPaid: paid,
    e.InstalmentsGranted: granted,
}
