"""Read tables of the government reserve and its flows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airshed.engine import events as e
from airshed.engine.apply.reserve import flows
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.sealed import touch_over
from airshed.engine.tables.table import Column, Note, Table, Tables, touching
from airshed.model.allowance import Series
from airshed.model.measures import Unit
from airshed.registry.accounts import TREASURY


def _application_row(state: State, key: int) -> Row:
    each = state.applications[key]
    asked = (each.capacity, each.wanted, each.price, each.held if each.state == "waiting" else 0)
    return (key, each.source, each.account, each.series, each.kind, *asked, each.state, each.granted, each.fen)


def _repurchase_row(state: State, key: str) -> Row:
    each = state.repurchases[key]
    wanted = (each.series, each.count, each.budget_fen, each.ceiling, int(each.open))
    return (key, *wanted, each.price, each.bought, each.paid_fen)


def _ask_row(state: State, key: tuple[str, int]) -> Row:
    ask = state.repurchases[key[0]].asks[key[1] - 1]
    return (*key, ask.account, ask.count, ask.price)


def _ask_keys(state: State) -> Iterator[Any]:
    for each in state.repurchases.values():
        for ask in each.asks:
            yield (each.id, ask.number)


def _circulation_row(state: State, key: tuple[int, str]) -> Row:
    known = state.circulations[key]
    did = sum(known.adjusted.values())
    return (*key, known.circulation, known.held, known.released, known.vintage, sum(known.parts.values()), did)


TABLES = (
    Table(
        "circulation",
        "How many allowances were in circulation after a year, and what auctions do about it, where the law says so.",
        (
            Column("year INTEGER"),
            Column("pollutant TEXT"),
            Column("circulation INTEGER", "allowances that accounts held, less what was owed", Unit.KG),
            Column("held INTEGER", "allowances that the law holds back from auction for it", Unit.KG),
            Column("released INTEGER", "allowances that the law releases for it", Unit.KG),
            Column("vintage INTEGER", "year whose auctions are adjusted; empty where none are"),
            Column("planned INTEGER", "allowances that these auctions hold back or release", Unit.KG),
            Column("adjusted INTEGER", "of these, what was held back or released as series were shared out", Unit.KG),
        ),
        key=2,
        keys=lambda state: state.circulations,
        row=_circulation_row,
    ),
    Table(
        "applications",
        "Applications for the new-entrant reserve.",
        (
            Column("application INTEGER", "number of the application"),
            Column("source TEXT"),
            Column("account TEXT"),
            Column("series TEXT"),
            Column("kind TEXT", "new or extension"),
            Column("capacity INTEGER", "the new capacity, in the measure of the benchmark"),
            Column("wanted INTEGER", "what the rule gives for the capacity", Unit.KG),
            Column("price INTEGER"),
            Column("held_fen INTEGER", "money set aside for it"),
            Column("state TEXT", "waiting, dropped or granted"),
            Column("granted INTEGER", "allowances granted", Unit.KG),
            Column("fen INTEGER", "what was paid for what was granted"),
        ),
        key=1,
        keys=lambda state: state.applications,
        row=_application_row,
    ),
    Table(
        "tenders",
        "Reverse auctions of the government, open and over.",
        (
            Column("repurchase TEXT"),
            Column("series TEXT"),
            Column("count INTEGER"),
            Column("budget_fen INTEGER", "most that is spent"),
            Column("ceiling INTEGER", "highest ask", Unit.FEN_PER_T),
            Column("open INTEGER"),
            Column("price INTEGER", "the one price, or the highest ask served; NULL when nothing is bought"),
            Column("bought INTEGER", "allowances bought", Unit.KG),
            Column("paid_fen INTEGER", "what was paid"),
        ),
        key=1,
        keys=lambda state: state.repurchases,
        row=_repurchase_row,
    ),
    Table(
        "asks",
        "Sealed asks of reverse auctions.",
        (
            Column("repurchase TEXT"),
            Column("number INTEGER", "place in the reverse auction"),
            Column("account TEXT"),
            Column("count INTEGER"),
            Column("price INTEGER", "the least the seller takes"),
        ),
        key=2,
        keys=_ask_keys,
        row=_ask_row,
    ),
    Table(
        "buybacks",
        "What sellers sold in reverse auctions.",
        (
            Column("seq INTEGER"),
            Column("repurchase TEXT"),
            Column("account TEXT"),
            Column("count INTEGER"),
            Column("fen INTEGER", "what the seller is paid"),
        ),
        key=3,
    ),
    Table(
        "flows",
        "What came into a government reserve and what went out, and why.",
        (
            Column("seq INTEGER"),
            Column("series TEXT"),
            Column("direction TEXT", "in or out"),
            Column(
                "flow TEXT",
                "why: set_aside, set_aside_later, make_up, repurchase, reverse_auction, unpaid, closure, idle, "
                "excess, paid_reduction, reversal, forfeited, unsold, price_under_trigger, banking, gift, kept_back,"
                " trued_up and supply_held come in; new_entrants, unused, auction, containment, price_over_trigger,"
                " rights, restored, trued_up, unclaimed, supply_released, supply_lapsed, void and written_off go out",
            ),
            Column("other TEXT", "account from which or to which"),
            Column("at INTEGER"),
            Column("count INTEGER"),
        ),
        key=5,
    ),
)


def _note_application_dropped(tables: Tables, state: State, record: Record, event: e.ApplicationDropped) -> None:
    tables.touch("applications", event.application)
    tables.touch("accounts", state.applications[event.application].account)


def _note_reserve_granted(tables: Tables, state: State, record: Record, event: e.ReserveGranted) -> None:
    for grant in event.grants:
        tables.touch("applications", grant.application)
        tables.touch("accounts", grant.account)
        share = (grant.source, grant.account, "reserve", grant.count, grant.made_up, grant.en, grant.zh)
        tables.add("allocations", (record.seq, event.series, *share))


def _note_opened(tables: Tables, state: State, record: Record, event: e.RepurchaseOpened) -> None:
    tables.touch("tenders", event.repurchase)
    tables.touch("accounts", TREASURY)


def _note_asked(tables: Tables, state: State, record: Record, event: e.AskPlaced) -> None:
    known = state.repurchases[event.repurchase]
    tables.touch("asks", (known.id, len(known.asks)))
    tables.touch("holdings", (event.account, known.series))


def _note_ask_returned(tables: Tables, state: State, record: Record, event: e.AskReturned) -> None:
    known = state.repurchases[event.repurchase]
    tables.touch("asks", (known.id, event.number))
    tables.touch("holdings", (event.account, known.series))


def _note_cleared(tables: Tables, state: State, record: Record, event: e.RepurchaseCleared) -> None:
    known = state.repurchases[event.repurchase]
    tables.touch("tenders", known.id)
    tables.touch("accounts", TREASURY)
    tables.touch("holdings", *((each.account, known.series) for each in known.asks))
    touch_over(tables, state, "repurchase", known.id)
    for award in event.awards:
        tables.add("buybacks", (record.seq, known.id, award.account, award.count, award.fen))


def statement(tables: Tables, state: State, record: Record, event: e.Event) -> None:
    """What an event moved into and out of reserves, added up by reason and other account."""
    sums: dict[tuple[str, str, str, str], int] = {}
    for flow in flows(state, event):
        key = (flow.series, flow.direction, flow.why, flow.other)
        sums[key] = sums.get(key, 0) + flow.moved
    for key, count in sums.items():
        tables.add("flows", (record.seq, *key, record.at, count))


def _note_unused(tables: Tables, state: State, record: Record, event: e.UnusedReleased) -> None:
    for each in event.shares:
        share = (each.source, each.account, "unused", each.count, 0, each.en, each.zh)
        tables.add("allocations", (record.seq, event.series, *share))


def _note_adjusted(tables: Tables, state: State, record: Record, event: e.SupplyAdjusted) -> None:
    tables.touch("circulation", (event.year, Series.parse(event.series).pollutant))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.ApplicationMade: touching(applications="application", accounts="account"),
    e.ApplicationDropped: _note_application_dropped,
    e.ReserveGranted: _note_reserve_granted,
    e.UnusedReleased: _note_unused,
    e.RepurchaseOpened: _note_opened,
    e.AskPlaced: _note_asked,
    e.AskReturned: _note_ask_returned,
    e.RepurchaseCleared: _note_cleared,
    e.CirculationStated: touching(circulation="year pollutant"),
    e.SupplyAdjusted: _note_adjusted,
    e.SupplyLapsed: touching(),
    e.ReserveFed: touching(),
    e.ReserveDrawn: touching(),
}
