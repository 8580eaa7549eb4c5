"""Allowances that the government sells at a fixed price, and what is blocked until it is paid."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.nouns import Purchase, Sale
from airshed.engine.state import State


def set_aside(state: State) -> Iterator[tuple[tuple[str, str], int]]:
    """What sales and purchases set aside."""
    for sale in state.sales.values():
        if sale.open:
            yield from (((sale.seller, name), sale.left) for name in sale.series)
    for purchase in state.purchases.values():
        yield from (((purchase.account, name), purchase.blocked) for name in purchase.series)


def sale_opened(state: State, event: e.SaleOpened) -> None:
    """A sale stands."""
    state.sales[event.sale] = Sale(
        event.sale, event.series, event.seller, event.count, event.price, event.until, event.count
    )
    _hold(state, event.seller, event.series, event.count)


def sale_closed(state: State, event: e.SaleClosed) -> None:
    """A sale is over."""
    sale = state.sales[event.sale]
    sale.open = False
    _hold(state, sale.seller, sale.series, -sale.left)


def bought(state: State, event: e.AllocationBought) -> None:
    """A purchase is made; what is unpaid is blocked."""
    sale = state.sales[event.sale]
    sale.left -= event.count
    _hold(state, sale.seller, sale.series, -event.count)
    state.ledger.post(event.entry)
    _hold(state, event.account, event.series, event.blocked)
    state.purchases[event.purchase] = Purchase(
        id=event.purchase,
        sale=event.sale,
        source=event.source,
        account=event.account,
        series=event.series,
        count=event.count,
        fen=event.fen,
        paid_fen=event.first_fen,
        blocked=event.blocked,
        due=list(event.instalments),
        grace_days=event.grace_days,
        late_basis_points=event.late_basis_points,
        late_cap_basis_points=event.late_cap_basis_points,
        withdraw_after_days=event.withdraw_after_days,
        state="owing" if event.instalments else "paid",
    )
    state.next_purchase = event.purchase + 1
    for name in event.series:
        key = (event.source, name)
        state.bought_paid[key] = state.bought_paid.get(key, 0) + event.count


def instalment_paid(state: State, event: e.InstalmentPaid) -> None:
    """An instalment is paid; what it pays for is free."""
    purchase = state.purchases[event.purchase]
    state.ledger.post(event.entry)
    _hold(state, purchase.account, purchase.series, event.blocked - purchase.blocked)
    purchase.blocked = event.blocked
    purchase.paid_fen += event.fen
    purchase.interest_fen += event.interest_fen
    purchase.instalments_paid += 1
    del purchase.due[0]
    if not purchase.due:
        purchase.state = "paid"


def unpaid_withdrawn(state: State, event: e.UnpaidWithdrawn) -> None:
    """What was blocked is gone, and nothing more is due."""
    purchase = state.purchases[event.purchase]
    _hold(state, purchase.account, purchase.series, -purchase.blocked)
    state.ledger.post(event.entry)
    purchase.withdrawn = event.count
    purchase.blocked = 0
    purchase.due = []
    purchase.state = "withdrawn"
    for name in purchase.series:
        state.bought_paid[purchase.source, name] -= event.count


def _hold(state: State, account: str, series: tuple[str, ...], count: int) -> None:
    for name in series:
        state.ledger.position(account, name).held += count


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.SaleOpened: sale_opened,
    e.SaleClosed: sale_closed,
    e.AllocationBought: bought,
    e.InstalmentPaid: instalment_paid,
    e.UnpaidWithdrawn: unpaid_withdrawn,
}
