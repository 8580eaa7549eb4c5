"""What events of the paid initial allocation touch in the read tables."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.engine.state import State
from airshed.engine.tables.gather import Tables


def sale(tables: Tables, state: State, record: Record, event: e.SaleOpened | e.SaleClosed) -> None:
    """A sale stands or is over."""
    known = state.sales[event.sale]
    tables.touch("sales", event.sale)
    tables.touch("holdings", *((known.seller, name) for name in known.series))


def bought(tables: Tables, state: State, record: Record, event: e.AllocationBought) -> None:
    """A purchase is made."""
    tables.touch("sales", event.sale)
    tables.touch("purchases", event.purchase)
    tables.touch_entry(event.entry)
    tables.add("payments", (record.seq, event.purchase, 0, record.at, event.first_fen, 0))


def paid(tables: Tables, state: State, record: Record, event: e.InstalmentPaid) -> None:
    """An instalment is paid."""
    purchase = state.purchases[event.purchase]
    tables.touch("purchases", event.purchase)
    tables.touch("holdings", *((purchase.account, name) for name in purchase.series))
    tables.touch_entry(event.entry)
    tables.add("payments", (record.seq, event.purchase, event.number, record.at, event.fen, event.interest_fen))


def withdrawn(tables: Tables, state: State, record: Record, event: e.UnpaidWithdrawn) -> None:
    """What was unpaid is gone."""
    tables.touch("purchases", event.purchase)
    tables.touch_entry(event.entry)


def applied(tables: Tables, state: State, record: Record, event: e.ApplicationMade) -> None:
    """An application waits."""
    tables.touch("applications", event.application)
    tables.touch("accounts", event.account)


def application_dropped(tables: Tables, state: State, record: Record, event: e.ApplicationDropped) -> None:
    """An application is gone."""
    tables.touch("applications", event.application)
    tables.touch("accounts", state.applications[event.application].account)


def reserve_granted(tables: Tables, state: State, record: Record, event: e.ReserveGranted) -> None:
    """Applications are served."""
    tables.touch_entry(event.entry)
    for grant in event.grants:
        tables.touch("applications", grant.application)
        tables.touch("accounts", grant.account)
        share = (grant.source, grant.account, "reserve", grant.count, grant.made_up, grant.en, grant.zh)
        tables.add("allocations", (record.seq, event.series, *share))


def unused_released(tables: Tables, state: State, record: Record, event: e.UnusedReleased) -> None:
    """What nobody was granted is for auction."""
    tables.touch_entry(event.entry)
