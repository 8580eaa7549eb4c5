"""Cutting what is held by a share: a notice of the authority, alike for every holding, pledge and lease."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import all_blocked
from airshed.engine.procedures.claims import cut_alike
from airshed.engine.procedures.claims import standing as claims_of
from airshed.engine.procedures.guards import Decision, Procedure, no, positive
from airshed.engine.procedures.taken_off import sales_off
from airshed.engine.state import State
from airshed.model.allowance import Series, lowest
from airshed.model.refusal import Why
from airshed.registry import accounts
from airshed.registry.moves import Delivered
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

LAW = "banking"


def cut_holdings(state: State, rules: Rulebook, at: int, actor: str, body: c.CutHoldings) -> Decision:
    """What each holds free, and each claim that others have on it, is less by the share, each rounded down by itself.

    Who is cut offers nothing of it any more: all that it offers is taken back first. What is unpaid for, under notice
    or withheld is not cut, for whose it is has to be settled.
    """
    most = rules.banking.haircut_most_basis_points
    row = lookup.transaction(rules, "haircut")
    if body.pollutant not in lookup.pollutants(rules):
        return no(rules, "caps", Why.UNKNOWN_SERIES, f"the rulebook caps no {body.pollutant}")
    if most is None or row is None:
        return no(rules, LAW, Why.WRONG_KIND, "this rulebook cuts no holdings")
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, "say on what the cut rests")
    refusal = positive(rules, LAW, "the share", body.share)
    if refusal:
        return refusal
    if body.share > most:
        what = f"a cut of {body.share / 100:g} % is more than one notice may make, {most / 100:g} %"
        return no(rules, LAW, Why.TOO_LARGE, what)
    kinds = row.origins.split(" ")
    cuts: list[e.HoldingCut] = []
    besides: list[e.Event] = []
    moves: list[Delivered] = []
    standing, kept = claims_of(state), all_blocked(state)
    for (account, name), position in sorted(state.ledger.positions.items()):
        series = Series.parse(name)
        if series.pollutant != body.pollutant or series.vintage > body.through or not position.count:
            continue
        if state.ledger.accounts[account].kind.value not in kinds:
            continue
        mine = standing.get(account, {}).get(name, ())
        claims = cut_alike(mine, account, name, body.share)
        base = position.count - kept[account, name]
        free = (base - sum(claim.count for claim in mine)) * body.share // lookup.WHOLE
        count = free + sum(claim.count for claim in claims)
        if count:
            if account not in {each.account for each in cuts}:
                besides += sales_off(state, account, actor)
            besides += claims
            taken, _ = lowest(position.blocks, count)
            moves.append(Delivered(account, accounts.cancelled(series.jurisdiction), name, taken))
            cuts.append(e.HoldingCut(account, name, base, count))
    if not cuts:
        what = f"nobody holds so much {body.pollutant} of {body.through} or before that the cut takes an allowance"
        return no(rules, LAW, Why.NOTHING_DUE, what)
    cut = e.HoldingsCut(body.pollutant, body.through, body.share, body.reason, tuple(cuts), tuple(moves))
    return (*besides, cut)


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {c.CutHoldings: cut_holdings}
