"""Case files: what is noticed, replied to, decided and appealed."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.settling import imposed, note_due
from airshed.engine.nouns import Case, Instalment, PenaltyKey
from airshed.engine.state import State


def noticed(state: State, event: e.CaseNoticed) -> None:
    """A case is open."""
    state.cases[event.case] = Case(
        id=event.case,
        actor=event.actor,
        source=event.source,
        account=event.account,
        year=event.year,
        ground=event.ground,
        pollutant=event.pollutant,
        proposed_fen=event.fen,
        cite=event.cite,
        reply_until=event.reply_until,
        stack=event.stack,
        day=event.day,
    )
    state.next_case = event.case + 1
    _brought(state, event)


def replied(state: State, event: e.CaseReplied) -> None:
    """The account has replied."""
    state.cases[event.case].replies += 1
    _brought(state, event)


def decided(state: State, event: e.CaseDecided) -> None:
    """A case is dropped, or its penalty is to be paid."""
    known = state.cases[event.case]
    known.state, known.fen = "decided" if event.fen else "dropped", event.fen
    known.decided_by = tuple(name for name in (event.actor, event.confirmed_by) if name)
    known.appeal_until = event.appeal_until
    _brought(state, event)
    imposed(state, key_of(known), event.fen, event.pay_by)


def appealed(state: State, event: e.CaseAppealed) -> None:
    """An appeal waits; nothing is due meanwhile."""
    known = state.cases[event.case]
    known.state = "appealed"
    _brought(state, event)
    state.penalties[key_of(known)].suspended = True
    note_due(state, key_of(known))


def appeal_decided(state: State, event: e.CaseAppealDecided) -> None:
    """The penalty is what the appeal left of it, to be paid anew; what was paid counts for it."""
    known = state.cases[event.case]
    assert known.fen is not None, event
    known.state = "upheld" if event.fen == known.fen else "lowered" if event.fen else "quashed"
    known.fen = event.fen
    _brought(state, event)
    state.ledger.post(event.entry)
    penalty = state.penalties[key_of(known)]
    paid = min(event.fen, penalty.paid_fen + penalty.interest_paid_fen)
    penalty.suspended = penalty.granted = False
    penalty.asked = None
    penalty.instalments = [Instalment(event.pay_by, event.fen, paid)] if event.fen else []
    penalty.flow = [(event.pay_by, event.fen), (state.civil.day_of(state.at), -paid)] if event.fen else []
    penalty.before_fen = penalty.interest_paid_fen = 0
    penalty.interest_fen = 0 if paid == event.fen else None
    note_due(state, key_of(known))


def _brought(state: State, event: e.CaseEvent) -> None:
    brought = state.cases[event.case].evidence
    if event.evidence and event.evidence not in brought:
        brought.append(event.evidence)


def key_of(known: Case) -> PenaltyKey:
    """Under what its penalty is kept."""
    return known.source, known.year, known.pollutant, known.id


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.CaseNoticed: noticed,
    e.CaseReplied: replied,
    e.CaseDecided: decided,
    e.CaseAppealed: appealed,
    e.CaseAppealDecided: appeal_decided,
}
