"""What holds of a state at rest (I1 to I4, I6), and that all that is set aside has its reason."""

from __future__ import annotations

from collections import Counter

from airshed.engine.apply import auction, issue, pledge, reserve, sale, sealed, transfer, withdrawal, zone_call
from airshed.engine.state import State
from airshed.model.allowance import members


def check(state: State) -> None:
    """Assert the invariants that concern a state at rest: I1 to I4, I6, and what is set aside."""
    state.ledger.check()
    purses: dict[str, int] = {}
    positions: dict[tuple[str, str], int] = {}
    for order in state.orders.values():
        assert order.left > 0, order
        if order.side == "buy":
            purses[order.account] = purses.get(order.account, 0) + order.held
        else:
            for series in members(order.series):
                key = (order.account, series)
                positions[key] = positions.get(key, 0) + order.left
    auction.set_aside(state, purses, positions)
    wanted = _waiting(state, purses, positions)
    zone_call.waiting(state, purses, positions, wanted)
    assert wanted == {key: count for key, count in state.wanted.items() if count}, "orders ask for other counts"
    for _, bid in sealed.waiting(state):
        purses[bid.account] = purses.get(bid.account, 0) + bid.guarantee_fen
        if bid.series:
            _add(positions, bid.account, bid.series, bid.count)
    for key, count in pledge.bound(state):
        positions[key] = positions.get(key, 0) + count
    for chapter in (issue, sale, reserve, withdrawal, transfer):
        for place, count in chapter.set_aside(state):
            positions[place] = positions.get(place, 0) + count
    for account, fen in reserve.money_set_aside(state):
        purses[account] = purses.get(account, 0) + fen
    reserve.check(state)
    for account, purse in state.ledger.purses.items():
        assert purse.held == purses.get(account, 0), f"I4: {account} sets aside {purse.held}"
    for place, position in state.ledger.positions.items():
        assert position.held == positions.get(place, 0), f"I2: {place} sets aside {position.held}"
    for name, book in state.books.items():
        book.check()
        resting = sum(order.left for order in state.orders.values() if order.book == name)
        assert resting == book.resting_count(), f"I6: {name} book and orders differ"


def blocked(state: State, account: str, series: str) -> int:
    """Allowances of an account that no offer of its own has set aside: unpaid for, under notice, withheld."""
    return all_blocked(state)[account, series]


def all_blocked(state: State) -> Counter[tuple[str, str]]:
    """The same of every account and series."""
    found: Counter[tuple[str, str]] = Counter()
    for room in (sale, withdrawal):
        for place, count in room.set_aside(state):
            found[place] += count
    return found


def _waiting(state: State, purses: dict[str, int], positions: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Add what deals and calls set aside; what all orders and bids that wait ask for, to check what is remembered."""
    wanted: dict[tuple[str, str], int] = {}
    for order in state.orders.values():
        if order.side == "buy":
            _add(wanted, order.account, order.series, order.left)
    for sale_by_bids in state.auctions.values():
        for bid in sale_by_bids.bids if sale_by_bids.open else ():
            _add(wanted, bid.account, sale_by_bids.series, bid.count)
    for deal in state.deals.values():
        _add(positions, deal.seller, deal.series, deal.count)
    for call in state.calls.values():
        for each in call.orders.values() if call.open else ():
            if each.side == "buy":
                purses[each.account] = purses.get(each.account, 0) + each.held
                _add(wanted, each.account, call.series, each.count)
            else:
                _add(positions, each.account, call.series, each.count)
    return wanted


def _add(counts: dict[tuple[str, str], int], account: str, series: str, count: int) -> None:
    for member in members(series):
        key = (account, member)
        counts[key] = counts.get(key, 0) + count
