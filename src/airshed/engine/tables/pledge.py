"""Read tables of pledges."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, Tables, touching
from airshed.model.measures import Unit


def _pledge_row(state: State, key: int) -> Row | None:
    pledge = state.pledges.get(key)
    if pledge is None:
        return None
    parties = (pledge.pledgor, pledge.pledgee, pledge.series, pledge.count, sum(pledge.left.values()))
    return (key, *parties, pledge.secured, pledge.until, pledge.state, pledge.enforce_from, pledge.sale)


TABLES = (
    Table(
        "pledges",
        "Allowances that secure a debt; those set free have no row.",
        (
            Column("pledge INTEGER", "number of the pledge"),
            Column("pledgor TEXT", "account that owes"),
            Column("pledgee TEXT", "account that is owed"),
            Column("series TEXT", "series, or strip as SO2-KM-2027..2031"),
            Column("count INTEGER", "allowances pledged, of each vintage of a strip"),
            Column("bound INTEGER", "allowances still bound, over all vintages", Unit.KG),
            Column("secured_fen INTEGER", "debt secured"),
            Column("until TEXT", "last day"),
            Column("state TEXT", "offered, standing or called"),
            Column("enforce_from TEXT", "first day on which it may be enforced; empty while it is not called"),
            Column("sale TEXT"),
        ),
        key=1,
        keys=lambda state: state.pledges,
        row=_pledge_row,
    ),
)


def _note_pledge_sale(tables: Tables, state: State, record: Record, event: e.PledgeForSale | e.PledgeServed) -> None:
    tables.touch("pledges", event.pledge)
    tables.touch_holdings(event.pledgor, event.pledged if isinstance(event, e.PledgeServed) else event.series)


def _note_cut(tables: Tables, state: State, record: Record, event: e.ClaimCut) -> None:
    tables.touch(f"{event.kind}s", event.number)
    tables.touch("holdings", (event.account, event.series))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.PledgeOffered: touching(pledges="pledge", holdings="pledgor series"),
    e.PledgeAccepted: touching(pledges="pledge"),
    e.PledgeReleased: touching(pledges="pledge", holdings="pledgor series"),
    e.PledgeRedeemed: touching(pledges="pledge", holdings="pledgor series"),
    e.PledgeCalled: touching(pledges="pledge"),
    e.PledgeEnforced: touching(pledges="pledge", holdings="pledgor series"),
    e.PledgeForSale: _note_pledge_sale,
    e.PledgeServed: _note_pledge_sale,
    e.ClaimCut: _note_cut,
}
