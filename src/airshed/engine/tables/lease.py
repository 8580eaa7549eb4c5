"""Read tables of leases."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, Tables
from airshed.model.measures import Unit


def _lease_row(state: State, key: int) -> Row | None:
    lease = state.leases.get(key)
    if lease is None:
        return None
    terms = (lease.lessor, lease.lessee, lease.series, lease.count, lease.rent, lease.pay, lease.part_of)
    return (key, *terms, sum(lease.waiting.values()), sum(lease.leased.values()), lease.ends, lease.state)


TABLES = (
    Table(
        "leases",
        "Allowances for use against rent; those that are over have no row.",
        (
            Column("lease INTEGER", "number of the lease"),
            Column("lessor TEXT", "account that gives for use"),
            Column("lessee TEXT", "account that uses"),
            Column("series TEXT", "series, or strip as SO2-KM-2027..2031"),
            Column("count INTEGER", "allowances, of each vintage of a strip"),
            Column("rent INTEGER", "rent of a year", Unit.FEN_PER_T),
            Column("pay TEXT", "once or yearly"),
            Column("part_of INTEGER", "lease under which the lessor holds them itself; 0 when they are its own"),
            Column(
                "waiting INTEGER", "allowances set aside at the lessor's for rent to come, over all vintages", Unit.KG
            ),
            Column("leased INTEGER", "allowances that lie with the lessee for use, over all vintages", Unit.KG),
            Column("ends TEXT", "last day of the lease"),
            Column("state TEXT", "offered or standing"),
        ),
        key=1,
        keys=lambda state: state.leases,
        row=_lease_row,
    ),
)


def _note_lease(
    tables: Tables,
    state: State,
    record: Record,
    event: e.LeaseOffered | e.LeaseDropped | e.LeaseDelivered | e.LeaseShortened | e.LeaseEnded,
) -> None:
    part_of = 0 if isinstance(event, e.LeaseDelivered | e.LeaseShortened) else event.part_of
    tables.touch("leases", event.lease, *((part_of,) if part_of else ()))
    tables.touch_holdings(event.lessor, event.series)
    if isinstance(event, e.LeaseDelivered | e.LeaseEnded):
        tables.touch_holdings(event.lessee, event.series)


#: What each event touches.
NOTES: dict[type, Note] = {
    e.LeaseOffered: _note_lease,
    e.LeaseDropped: _note_lease,
    e.LeaseDelivered: _note_lease,
    e.LeaseShortened: _note_lease,
    e.LeaseEnded: _note_lease,
}
