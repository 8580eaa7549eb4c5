"""Closing a source, and taking that back when it was wrong."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures.guards import Decision, Procedure, from_day, known_source, no
from airshed.engine.state import State
from airshed.model.refusal import Refusal, Why
from airshed.rulebook.schema import Rulebook

LAW = "withdrawal"


def close_source(state: State, rules: Rulebook, at: int, actor: str, body: c.CloseSource) -> Decision:
    """Once, with a reason, and not before its last day is over."""
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    if source.id in state.closures:
        return no(rules, LAW, Why.ALREADY_EXISTS, f"{source.id} has closed on {state.closures[source.id]}")
    if body.day >= rules.civil.day_of(at):
        next_day = rules.civil.day_of(rules.civil.over(body.day))
        return no(rules, LAW, Why.TOO_EARLY, from_day(f"{body.day} is not over", next_day))
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say on what the closure of {source.id} rests")
    return (e.SourceClosed(source.id, body.day, body.reason),)


def reopen_source(state: State, rules: Rulebook, at: int, actor: str, body: c.ReopenSource) -> Decision:
    """With a reason; what was withdrawn because of the closure is given back by `RestoreWithdrawn`."""
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say why {source.id} is not closed")
    if source.id not in state.closures:
        return no(rules, LAW, Why.NOTHING_DUE, f"{source.id} has not closed")
    return (e.SourceReopened(source.id, body.reason),)


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.CloseSource: close_source,
    c.ReopenSource: reopen_source,
}
