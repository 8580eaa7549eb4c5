"""How events of the paid initial allocation change the state, and what they set aside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from airshed.engine import events as e
from airshed.engine.nouns import Application, Grant, Purchase, Sale
from airshed.model.allowance import Series

if TYPE_CHECKING:
    from airshed.engine.state import State

#: An account and a series, of which some are set aside.
Place = tuple[str, str]


def set_aside(state: State) -> Iterator[tuple[Place, int]]:
    """What sales and purchases set aside, for `State.check`."""
    for sale in state.sales.values():
        if sale.open:
            yield from (((sale.seller, name), sale.left) for name in sale.series)
    for purchase in state.purchases.values():
        yield from (((purchase.account, name), purchase.blocked) for name in purchase.series)


def money_set_aside(state: State) -> Iterator[tuple[str, int]]:
    """What applications set aside, for `State.check`."""
    yield from ((each.account, each.held) for each in state.applications.values() if each.state == "waiting")


def granted(state: State, event: e.Allocated) -> None:
    """Who got how much of a series free, and when."""
    for award in event.awards:
        state.grants[award.source, event.series] = Grant(award.count, award.entrant, state.at)


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


def applied(state: State, event: e.ApplicationMade) -> None:
    """An application waits, its price set aside."""
    state.applications[event.application] = Application(
        event.application,
        event.source,
        event.account,
        event.series,
        event.kind,
        event.capacity,
        event.wanted,
        event.price,
        event.held,
    )
    state.next_application = event.application + 1
    state.ledger.purses[event.account].held += event.held


def application_dropped(state: State, event: e.ApplicationDropped) -> None:
    """An application is gone."""
    application = state.applications[event.application]
    application.state = "dropped"
    state.ledger.purses[application.account].held -= application.held


def reserve_granted(state: State, event: e.ReserveGranted) -> None:
    """Applications are served."""
    for grant in event.grants:
        application = state.applications[grant.application]
        application.state, application.granted, application.fen = "granted", grant.count, grant.fen
        state.ledger.purses[application.account].held -= application.held
        if grant.made_up:
            state.makeup_due[grant.source, Series.parse(event.series).pollutant] -= grant.made_up
        key = (grant.source, event.series)
        known = state.grants.get(key)
        if known is None:
            state.grants[key] = Grant(grant.count, True, state.at)
        else:
            known.count += grant.count
    state.ledger.post(event.entry)


def unused_released(state: State, event: e.UnusedReleased) -> None:
    """What nobody was granted is for auction."""
    state.ledger.post(event.entry)
