"""Read tables of sales at the fixed price."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, Tables, touching
from airshed.model.measures import Unit


def _sale_row(state: State, key: str) -> Row:
    sale = state.sales[key]
    return (key, sale.series[0], len(sale.series), sale.count, sale.left, sale.price, sale.until, int(sale.open))


def _purchase_row(state: State, key: int) -> Row:
    purchase = state.purchases[key]
    due = purchase.due[0] if purchase.due else None
    return (
        key,
        purchase.sale,
        purchase.source,
        purchase.account,
        purchase.series[0],
        len(purchase.series),
        purchase.count,
        purchase.blocked,
        purchase.withdrawn,
        purchase.fen,
        purchase.paid_fen,
        purchase.interest_fen,
        due.on if due else None,
        due.fen if due else None,
        purchase.state,
    )


TABLES = (
    Table(
        "sales",
        "Sales at the fixed price, open and over.",
        (
            Column("sale TEXT"),
            Column("series TEXT", "the first vintage"),
            Column("years INTEGER"),
            Column("offered INTEGER"),
            Column("rest INTEGER", "allowances not sold yet; after the end, those that went back", Unit.KG),
            Column("price INTEGER", "price of every year"),
            Column("until TEXT", "last day on which may be bought"),
            Column("open INTEGER"),
        ),
        key=1,
        keys=lambda state: state.sales,
        row=_sale_row,
    ),
    Table(
        "purchases",
        "What sources bought in them, paid and blocked; counts are of every vintage.",
        (
            Column("purchase INTEGER"),
            Column("sale TEXT"),
            Column("source TEXT"),
            Column("account TEXT"),
            Column("series TEXT", "the first vintage"),
            Column("years INTEGER"),
            Column("count INTEGER"),
            Column("blocked INTEGER", "allowances of every vintage that are not paid for yet", Unit.KG),
            Column("withdrawn INTEGER", "allowances of every vintage that were withdrawn unpaid", Unit.KG),
            Column("fen INTEGER", "the whole price"),
            Column("paid_fen INTEGER", "what is paid of the price"),
            Column("interest_fen INTEGER"),
            Column("due_on TEXT", "last day of the next instalment; NULL when nothing is due"),
            Column("due_fen INTEGER", "the next instalment; NULL when nothing is due"),
            Column("state TEXT", "owing, paid or withdrawn"),
        ),
        key=1,
        keys=lambda state: state.purchases,
        row=_purchase_row,
    ),
    Table(
        "payments",
        "First payments and instalments of purchases.",
        (
            Column("seq INTEGER"),
            Column("purchase INTEGER"),
            Column("number INTEGER", "0 for the first payment, then the instalments"),
            Column("at INTEGER"),
            Column("fen INTEGER", "the payment without interest"),
            Column("interest_fen INTEGER"),
        ),
        key=1,
    ),
)


def _note_sale(tables: Tables, state: State, record: Record, event: e.SaleOpened | e.SaleClosed) -> None:
    known = state.sales[event.sale]
    tables.touch("sales", event.sale)
    tables.touch("holdings", *((known.seller, name) for name in known.series))


def _note_bought(tables: Tables, state: State, record: Record, event: e.AllocationBought) -> None:
    tables.touch("sales", event.sale)
    tables.touch("purchases", event.purchase)
    tables.add("payments", (record.seq, event.purchase, 0, record.at, event.first_fen, 0))


def _note_paid(tables: Tables, state: State, record: Record, event: e.InstalmentPaid) -> None:
    purchase = state.purchases[event.purchase]
    tables.touch("purchases", event.purchase)
    tables.touch("holdings", *((purchase.account, name) for name in purchase.series))
    tables.add("payments", (record.seq, event.purchase, event.number, record.at, event.fen, event.interest_fen))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.SaleOpened: _note_sale,
    e.SaleClosed: _note_sale,
    e.AllocationBought: _note_bought,
    e.InstalmentPaid: _note_paid,
    e.UnpaidWithdrawn: touching(purchases="purchase"),
}
