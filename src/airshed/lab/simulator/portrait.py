"""A state as plain values, to tell whether two are the same."""

from __future__ import annotations

from typing import Any

from airshed.engine.state import State
from airshed.engine.tables import everything
from airshed.registry.ledger import Position


def portrait(state: State) -> dict[str, Any]:
    """Everything that a state holds, as plain values that can be compared."""
    ledger = state.ledger
    return {
        "rows": sorted((name, *map(repr, row)) for name, row in everything(state)),
        "purses": {account: (purse.fen, purse.held) for account, purse in ledger.purses.items()},
        "positions": {place: _held(position) for place, position in ledger.positions.items() if position.count},
        "ledger": {name: getattr(ledger, name) for name in ledger.__slots__ if name not in ("positions", "purses")},
        "books": {
            series: [(o.id, o.account, o.limit, o.left) for side in ("buy", "sell") for o in book.orders(side)]
            for series, book in state.books.items()
        },
        "orders": {number: repr(order) for number, order in state.orders.items()},
        "auctions": {name: repr(auction) for name, auction in state.auctions.items()},
        "pledges": {number: repr(pledge) for number, pledge in state.pledges.items()},
        "leases": {number: repr(lease) for number, lease in state.leases.items()},
        "rights": {number: repr(right) for number, right in state.rights.items()},
        "paid": (
            {key: repr(grant) for key, grant in state.grants.items()},
            {name: repr(sale) for name, sale in state.sales.items()},
            {number: repr(purchase) for number, purchase in state.purchases.items()},
            {key: count for key, count in state.bought_paid.items() if count},
            state.next_purchase,
            {number: repr(application) for number, application in state.applications.items()},
            {name: repr(repurchase) for name, repurchase in state.repurchases.items()},
            state.flows,
        ),
        "returned": (
            state.closures,
            {number: repr(withdrawal) for number, withdrawal in state.withdrawals.items()},
            {number: repr(withholding) for number, withholding in state.withholdings.items()},
        ),
        "transfers": (
            {number: repr(each) for number, each in state.transfers.items()},
            list(state.waiting_transfers),
            state.trusted,
            state.cancellations,
        ),
        "years": {key: repr(year) for key, year in state.years.items()},
        "days": state.days,
        "sources": state.sources,
        "actors": state.actors,
        "keys": state.keys,
        "counts": (state.allocated, state.repurchased, state.shared_out, state.makeup_due, state.closed),
        "prices": (state.references, state.day_trades, state.month_trades),
        "zone_calls": repr(state.zone_calls),
        "market": (repr(state.deals), repr(state.calls), state.halted, state.crossings, state.bought, state.wanted),
        "now": (
            state.at,
            state.seq,
            state.session,
            state.next_order,
            state.next_deal,
            state.next_pledge,
            state.next_lease,
            state.next_right,
            state.next_transfer,
            state.rulebook,
        ),
    }


def _held(position: Position) -> tuple[Any, ...]:
    return (position.blocks, position.count, position.held)
