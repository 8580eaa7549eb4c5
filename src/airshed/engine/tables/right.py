"""Read tables of rights."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, Tables, touching
from airshed.model.measures import Unit


def _right_row(state: State, key: int) -> Row:
    right = state.rights[key]
    offer = right.offer
    asked = (offer.buyer, offer.start, offer.fen) if offer else (None, None, None)
    terms = (right.holder, right.pollutant, right.jurisdiction, right.count, right.first, right.last, right.until)
    return (key, *terms, sum(right.served.values()), *asked)


TABLES = (
    Table(
        "rights",
        "Claims on so many allowances of every vintage, and who may buy one that is on offer.",
        (
            Column("right INTEGER", "number of the right"),
            Column("account TEXT", "account that holds it"),
            Column("pollutant TEXT"),
            Column("jurisdiction TEXT"),
            Column("count INTEGER", "allowances of every vintage"),
            Column("first INTEGER", "its first vintage"),
            Column("last INTEGER", "its last vintage; 0 without an end"),
            Column("until INTEGER", "last vintage for which it is served without a renewal"),
            Column("served INTEGER", "allowances delivered to its holder under it, over all vintages", Unit.KG),
            Column("buyer TEXT", "account that may accept; NULL while it is not on offer"),
            Column("start INTEGER", "first vintage that goes along; NULL while it is not on offer"),
            Column("asked_fen INTEGER", "price asked for the right; NULL while it is not on offer"),
        ),
        key=1,
        keys=lambda state: state.rights,
        row=_right_row,
    ),
)


def _note_served(tables: Tables, state: State, record: Record, event: e.RightsServed) -> None:
    tables.touch("rights", *(serving.right for serving in event.servings))


def _note_right_offer(tables: Tables, state: State, record: Record, event: e.RightOffered | e.RightDropped) -> None:
    tables.touch("rights", event.right)
    tables.touch("holdings", *((event.seller, series) for series in event.aside))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.RightGranted: touching(rights="right"),
    e.RightRenewed: touching(rights="right"),
    e.RightsServed: _note_served,
    e.RightOffered: _note_right_offer,
    e.RightDropped: _note_right_offer,
    e.RightSold: touching(rights="right"),
}
