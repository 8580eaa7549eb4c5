"""The proof of what frictions do as plain values: a market, its trades, and what each firm could make of the price."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airshed.lab.equilibrium.trading import Ladder, TradePlan
from airshed.lab.power import FirmPower
from airshed.lab.proofs.frictions import FORMAT
from airshed.lab.proofs.reading import digest


def friction_certificate(
    name: str,
    needs_t: dict[str, float],
    ladders: Sequence[Ladder],
    ceiling: float,
    plans: Sequence[tuple[float, TradePlan]],
    powers: Sequence[FirmPower],
) -> dict[str, Any]:
    """The certificate, ready for JSON; `plans` with the cost of a tonne traded, `needs_t` by source in their order."""
    made = {
        "format": FORMAT,
        "name": name,
        "ceiling": ceiling,
        "sources": [
            {"name": source, "need_t": need, "steps": [list(step) for step in ladder]}
            for (source, need), ladder in zip(needs_t.items(), ladders, strict=True)
        ],
        "trading": [_trading(each, plan) for each, plan in plans],
        "power": [_power(each) for each in powers],
    }
    return {**made, "digest": digest(made)}


def _trading(each: float, plan: TradePlan) -> dict[str, Any]:
    columns = (plan.bought.tolist(), plan.sold.tolist(), plan.over.tolist(), plan.worth.tolist())
    return {
        "each": each,
        "price": plan.price,
        "dealings": [
            {"abated": list(abated), "bought": bought, "sold": sold, "over": over, "price": worth}
            for abated, bought, sold, over, worth in zip(plan.abated, *columns, strict=True)
        ],
        "cost": plan.total.cost_yuan,
        "bound": plan.bound,
        "gap": plan.gap,
    }


def _power(each: FirmPower) -> dict[str, Any]:
    done = each.outcome
    return {
        "firm": each.firm,
        "slope": each.own.slope,
        "emission": each.own.emission,
        "given": each.own.given,
        "fringe_slope": each.fringe.slope,
        "fringe_emission": each.fringe.emission,
        "fringe_given": each.fringe.given,
        "abated": done.abated,
        "fringe_abated": done.fringe_abated,
        "price": done.price,
        "cost": done.cost,
        "competitive_abated": done.competitive_abated,
        "competitive_price": done.competitive_price,
        "competitive_cost": done.competitive_cost,
    }
