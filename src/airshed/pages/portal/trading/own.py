"""What is one's own beside the order: orders that stand, and what may still be spent and sold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from airshed.engine.state import State
from airshed.model.allowance import members
from airshed.model.measures import Unit
from airshed.pages.kit.words import same
from airshed.pages.portal.happening import amount, lots_of
from airshed.pages.portal.live import Sight
from airshed.pages.portal.trading.figures import plain_price, plain_tonnes, price_unit
from airshed.service.book.position import positions


class OwnOrder(NamedTuple):
    """An order of one's own that stands."""

    number: int
    series: str
    side: str
    price: str
    left: str
    tonnes: str
    #: Filled of the whole, in percent.
    filled: int


def orders(sight: Sight) -> Mapping[str, Any]:
    """The orders of an account that stand."""
    assert sight.actor is not None
    size = sight.rules.allowance.size_kg
    resting = sight.once("orders", lambda: _by_account(sight.market.state))
    mine = resting.get(sight.actor.account, ())
    return {
        "orders": [
            OwnOrder(
                order.id,
                order.series,
                order.side,
                plain_price(order.limit),
                plain_tonnes(order.left, size),
                plain_tonnes(order.count, size),
                round(100 * (order.count - order.left) / order.count),
            )
            for order in mine
        ],
        "unit": price_unit(sight.rules),
    }


def _by_account(state: State) -> Mapping[str, Sequence[Any]]:
    found: dict[str, list[Any]] = {}
    for order in state.orders.values():
        if order.state == "open" and order.left:
            found.setdefault(order.account, []).append(order)
    return found


def purse_of(sight: Sight) -> Mapping[str, Any]:
    """What somebody may still spend and sell, beside the order."""
    assert sight.actor is not None
    state, rules = sight.market.state, sight.rules
    name = sight.market.known(sight.asked.get("series", ""))
    purse = state.ledger.purses.get(sight.actor.account)
    held = (state.ledger.positions.get((sight.actor.account, member)) for member in members(name))
    free = min(0 if position is None else position.free for position in held)
    short = next(
        (each for each in positions(state, rules, sight.actor.account, sight.at) if each.series == name and each.short),
        None,
    )
    return {
        "free": same("–") if purse is None else amount(purse.free, Unit.FEN, rules),
        "held": amount(free, Unit.ALLOWANCES, rules),
        "lacking": None if short is None else amount(short.short, Unit.ALLOWANCES, rules),
        "lacking_t": "" if short is None else lots_of(short.short, rules),
        "series": name,
    }
