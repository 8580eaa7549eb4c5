"""What events of the government reserve touch in the read tables, and the statement of its flows."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply.reserve import flows
from airshed.engine.journal import Record
from airshed.engine.state import State
from airshed.engine.tables.gather import Tables
from airshed.registry.accounts import TREASURY


def opened(tables: Tables, state: State, record: Record, event: e.RepurchaseOpened) -> None:
    """A reverse auction gathers asks."""
    tables.touch("tenders", event.repurchase)
    tables.touch("accounts", TREASURY)


def asked(tables: Tables, state: State, record: Record, event: e.AskPlaced) -> None:
    """An ask stands."""
    known = state.repurchases[event.repurchase]
    tables.touch("asks", (known.id, len(known.asks)))
    tables.touch("holdings", (event.account, known.series))


def ask_returned(tables: Tables, state: State, record: Record, event: e.AskReturned) -> None:
    """An ask is free again."""
    known = state.repurchases[event.repurchase]
    tables.touch("asks", (known.id, event.number))
    tables.touch("holdings", (event.account, known.series))


def cleared(tables: Tables, state: State, record: Record, event: e.RepurchaseCleared) -> None:
    """A reverse auction is over."""
    known = state.repurchases[event.repurchase]
    tables.touch("tenders", known.id)
    tables.touch("accounts", TREASURY)
    tables.touch("holdings", *((each.account, known.series) for each in known.asks))
    tables.touch_entry(event.entry)
    for award in event.awards:
        tables.add("buybacks", (record.seq, known.id, award.account, award.count, award.fen))


def entry(tables: Tables, state: State, record: Record, event: e.ReserveFed | e.ReserveDrawn) -> None:
    """Allowances went into a reserve or out of one."""
    tables.touch_entry(event.entry)


def statement(tables: Tables, state: State, record: Record, event: e.Event) -> None:
    """What an event moved into and out of reserves, added up by reason and other account."""
    sums: dict[tuple[str, str, str, str], int] = {}
    for flow in flows(state, event):
        key = (flow.series, flow.direction, flow.why, flow.other)
        sums[key] = sums.get(key, 0) + flow.moved
    for key, count in sums.items():
        tables.add("flows", (record.seq, *key, record.at, count))
