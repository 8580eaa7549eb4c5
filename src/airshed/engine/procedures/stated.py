"""What the book states by itself with the first record of a day, before it decides what somebody sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from airshed.engine import events as e
from airshed.engine.apply import reserve, settling
from airshed.engine.procedures import flow_control, supply, supply_lapsing
from airshed.engine.state import State
from airshed.rulebook.schema import Rulebook

Fact = e.FlowControlStated | e.CirculationStated | e.SupplyLapsed


def due(state: State, rules: Rulebook, at: int) -> tuple[Fact, ...]:
    """What is to be stated by then: nothing under most laws, and nothing twice."""
    if rules.banking.flow_basis_points is None and rules.reserve.supply_stated_on is None:
        return ()
    lapsed = supply_lapsing.due(state, rules, at)
    with meanwhile(state, lapsed):
        circulating = supply.due(state, rules, at)
    return (*flow_control.due(state, rules, at), *lapsed, *circulating)


def due_by_adoption(state: State, rules: Rulebook, text: Rulebook | None, at: int) -> tuple[Fact, ...]:
    """What is to be stated of the years that another law ends the moment it is in force; at first none has begun."""
    if state.rulebook is None or text is None:
        return ()
    return flow_control.due_by_adoption(state, rules, text, at)


@contextmanager
def meanwhile(state: State, facts: tuple[Fact, ...]) -> Iterator[None]:
    """Within, the state is as these facts will have made it; they take effect when the record is applied, or never."""
    before = state.flow_controls, state.circulations, state.supply_kept
    state.flow_controls, state.circulations = dict(state.flow_controls), dict(state.circulations)
    state.supply_kept = dict(state.supply_kept)
    for fact in facts:
        if isinstance(fact, e.FlowControlStated):
            settling.flow_stated(state, fact)
        elif isinstance(fact, e.SupplyLapsed):
            # serials go when the record is applied; until then nothing that is decided touches what was set aside
            reserve.kept_less(state, fact)
        else:
            reserve.circulation_stated(state, fact)
    try:
        yield
    finally:
        state.flow_controls, state.circulations, state.supply_kept = before
