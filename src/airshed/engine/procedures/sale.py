"""Granting against payment: sales at the fixed price, instalments, and what becomes of what is not paid for."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Purchase, Sale, Source
from airshed.engine.procedures.control_periods import emitted
from airshed.engine.procedures.deadlines import expired
from airshed.engine.procedures.guards import (
    Decision,
    Procedure,
    capped_series,
    known_source,
    no,
    own_account,
    positive,
    staying,
    thawed,
)
from airshed.engine.state import State
from airshed.market.entitlement import entitlement
from airshed.market.instalments import DueDay, days_late, first_fen, late_fen, price_of, schedule, unpaid
from airshed.model.allowance import Series, lowest
from airshed.model.measures import yuan
from airshed.model.refusal import Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Delivered, Move, Paid
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

LAW = "paid_allocation"


def vintages(series: Series, years: int) -> tuple[str, ...]:
    """The series of a strip: `years` vintages from that of `series` on."""
    return tuple(str(series._replace(vintage=series.vintage + n)) for n in range(years))


def open_sale(state: State, rules: Rulebook, at: int, actor: str, body: c.OpenSale) -> Decision:
    """Every vintage of the sale is issued, and the jurisdiction's auction account has so many of each free."""
    law = rules.paid_allocation
    refusal = capped_series(state, rules, body.series)
    if refusal:
        return refusal
    first = Series.parse(body.series)
    strip = vintages(first, body.years)
    for name in strip:
        refusal = capped_series(state, rules, name)
        if refusal:
            return refusal
    if body.sale in state.sales:
        return no(rules, LAW, Why.ALREADY_EXISTS, f"the sale {body.sale} exists; choose another name")
    price = lookup.sale_price(rules, first.pollutant)
    if not law.open or price is None:
        return no(rules, LAW, Why.TOO_LATE, f"nothing of {first.pollutant} is sold at a fixed price")
    if body.until < rules.civil.day_of(at):
        return no(rules, LAW, Why.TOO_LATE, f"the last day, {body.until}, is over")
    refusal = expired(rules, at, body.series) or positive(rules, LAW, "the count", body.count)
    if refusal:
        return refusal
    if body.years > law.longest_years:
        return no(rules, LAW, Why.TOO_LARGE, f"{body.years} years are more than the longest term, {law.longest_years}")
    if body.count % law.smallest_purchase:
        return no(rules, LAW, Why.OFF_LOT, f"{body.count} is not a multiple of the lot, {law.smallest_purchase}")
    seller = accounts.auction(first.jurisdiction)
    for name in strip:
        free = state.ledger.held_of(seller, name).free
        if free < body.count:
            return no(rules, LAW, Why.INSUFFICIENT_HOLDING, f"{seller} has {free} of {name} free, not {body.count}")
    return (e.SaleOpened(body.sale, strip, seller, body.count, price, body.until),)


def close_sale(state: State, rules: Rulebook, at: int, actor: str, body: c.CloseSale) -> Decision:
    """At any time; purchases already made go on."""
    sale = _open_sale(state, rules, body.sale)
    return sale if isinstance(sale, Refusal) else (e.SaleClosed(sale.id, sale.left),)


def buy(state: State, rules: Rulebook, at: int, actor: str, body: c.BuyAllocation) -> Decision:
    """An existing source of the place buys up to its entitlement: first instalment and delivery are one entry."""
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    refusal = own_account(state, rules, actor, source.account)
    if refusal:
        return refusal
    sale = _open_sale(state, rules, body.sale)
    if isinstance(sale, Refusal) and sale.why is Why.UNKNOWN_SALE:
        return sale
    refusal = thawed(state, rules, source.account) or staying(state, rules, source.id)
    if refusal:
        return refusal
    if isinstance(sale, Refusal):
        return sale
    if rules.civil.day_of(at) > sale.until:
        return no(rules, LAW, Why.TOO_LATE, f"the last day of the sale {sale.id} was {sale.until}")
    refusal = expired(rules, at, sale.series[0]) or _not_for(state, rules, sale, source, body)
    if refusal:
        return refusal
    law = rules.paid_allocation
    fen = price_of(body.count, len(sale.series), sale.price)
    first = first_fen(fen, body.first)
    free = state.ledger.purses[source.account].free
    if free < first:
        what = f"{source.account} has {yuan(free)} yuan free, the first instalment is {yuan(first)}"
        return no(rules, LAW, Why.INSUFFICIENT_CASH, what)
    due = [DueDay(each.on, each.years_later, each.basis_points) for each in rules.instalments]
    left = schedule(fen - first, int(rules.civil.day_of(at)[:4]), due)
    entry: list[Move] = [Paid(source.account, accounts.TREASURY, first)] if first else []
    for name in sale.series:
        taken, _ = lowest(state.ledger.positions[sale.seller, name].blocks, body.count)
        entry.append(Delivered(sale.seller, source.account, name, taken))
    bought = e.AllocationBought(
        purchase=state.next_purchase,
        sale=sale.id,
        source=source.id,
        account=source.account,
        series=sale.series,
        count=body.count,
        price=sale.price,
        fen=fen,
        first_fen=first,
        blocked=unpaid(body.count, fen, first),
        instalments=tuple(e.Owed(each.on, each.fen) for each in left),
        grace_days=law.grace_days,
        late_basis_points=law.late_basis_points,
        late_cap_basis_points=law.late_cap_basis_points,
        withdraw_after_days=law.withdraw_after_days,
        entry=tuple(entry),
    )
    return (bought,)


def _not_for(state: State, rules: Rulebook, sale: Sale, source: Source, body: c.BuyAllocation) -> Refusal | None:
    """Why this source may not buy so much in this sale."""
    law = rules.paid_allocation
    first = Series.parse(sale.series[0])
    if source.jurisdiction != first.jurisdiction:
        what = f"{source.id} lies in {source.jurisdiction}; {sale.id} is for sources of {first.jurisdiction}"
        return no(rules, LAW, Why.NOT_ELIGIBLE, what)
    if source.id in state.closures:
        return no(rules, LAW, Why.NOT_ELIGIBLE, f"{source.id} has closed on {state.closures[source.id]}")
    base = _base(state, rules, source.id, first)
    if base is None:
        what = f"{source.id} is no existing source of {first}; it bids at auction or applies for the reserve"
        return no(rules, LAW, Why.NOT_ELIGIBLE, what)
    refusal = positive(rules, LAW, "the count", body.count)
    if refusal:
        return refusal
    if body.count > sale.left:
        return no(rules, LAW, Why.TOO_LARGE, f"{sale.id} has {sale.left} left, not {body.count}")
    most = entitlement(base, law.entitlement_basis_points)
    room = most - max(state.bought_paid.get((source.id, name), 0) for name in sale.series)
    if body.count > room:
        what = f"{source.id} may buy {most} of {first} in all, {max(room, 0)} more, not {body.count}"
        return no(rules, LAW, Why.OVER_ENTITLEMENT, what)
    if body.count % law.smallest_purchase:
        return no(rules, LAW, Why.OFF_LOT, f"{body.count} is not a multiple of the lot, {law.smallest_purchase}")
    if body.first < law.first_basis_points:
        least = f"the least first instalment, {law.first_basis_points / 100:g} %"
        what = f"{body.first / 100:g} % at once is less than {least}"
        return no(rules, LAW, Why.FIRST_TOO_SMALL, what)
    return None


def _base(state: State, rules: Rulebook, source: str, series: Series) -> int | None:
    """What the entitlement of a source is a share of; None when it is none of the existing sources."""
    granted = state.grants.get((source, str(series)))
    if granted is not None and granted.entrant:
        return None
    if rules.paid_allocation.base == "allocated":
        return granted.count if granted is not None else None
    verified = [
        (year.year, emitted(state, year, series.pollutant))
        for year in state.years.values()
        if year.source == source and year.verified_mg is not None
    ]
    return max(verified, key=lambda each: each[0])[1] if verified else None


def pay_instalment(state: State, rules: Rulebook, at: int, actor: str, body: c.PayInstalment) -> Decision:
    """The next instalment with its interest, in one payment; early is welcome, later than the withdrawal is not."""
    purchase = _purchase(state, rules, body.purchase)
    if isinstance(purchase, Refusal):
        return purchase
    refusal = own_account(state, rules, actor, purchase.account) or thawed(state, rules, purchase.account)
    if refusal:
        return refusal
    due = purchase.due[0] if purchase.due else None
    if due is None:
        return no(rules, LAW, Why.NOTHING_DUE, f"purchase {purchase.id} is {purchase.state}; nothing is due")
    interest = late_fen(
        due.fen,
        days_late(due.on, rules.civil.day_of(at)),
        purchase.grace_days,
        purchase.late_basis_points,
        purchase.late_cap_basis_points,
    )
    free = state.ledger.purses[purchase.account].free
    if free < due.fen + interest:
        what = (
            f"{purchase.account} has {yuan(free)} yuan free, {yuan(due.fen)} and interest of {yuan(interest)} are due"
        )
        return no(rules, LAW, Why.INSUFFICIENT_CASH, what)
    paid = purchase.paid_fen + due.fen
    entry = (Paid(purchase.account, accounts.TREASURY, due.fen + interest),)
    blocked = unpaid(purchase.count, purchase.fen, paid)
    return (e.InstalmentPaid(purchase.id, purchase.instalments_paid + 1, due.fen, interest, blocked, entry),)


def withdraw_unpaid(state: State, rules: Rulebook, at: int, actor: str, body: c.WithdrawUnpaid) -> Decision:
    """Once an instalment is overdue beyond its term, what is blocked goes to the reserve; what is paid for stays."""
    purchase = _purchase(state, rules, body.purchase)
    if isinstance(purchase, Refusal):
        return purchase
    if not purchase.due:
        return no(rules, LAW, Why.NOTHING_DUE, f"purchase {purchase.id} is {purchase.state}; nothing is due")
    late = days_late(purchase.due[0].on, rules.civil.day_of(at))
    if late <= purchase.withdraw_after_days:
        what = f"the instalment of {purchase.due[0].on} is {late} days late; withdrawal follows after "
        return no(rules, LAW, Why.TOO_EARLY, f"{what}{purchase.withdraw_after_days}")
    moves: list[Move] = []
    for name in purchase.series:
        taken, _ = lowest(state.ledger.positions[purchase.account, name].blocks, purchase.blocked)
        moves.append(Delivered(purchase.account, accounts.reserve(Series.parse(name).jurisdiction), name, taken))
    left = sum(each.fen for each in purchase.due)
    return (e.UnpaidWithdrawn(purchase.id, purchase.blocked, left, tuple(moves)),)


def _open_sale(state: State, rules: Rulebook, name: str) -> Sale | Refusal:
    sale = state.sales.get(name)
    if sale is None:
        return no(rules, LAW, Why.UNKNOWN_SALE, f"there is no sale {name!r}")
    if not sale.open:
        return no(rules, LAW, Why.SALE_CLOSED, f"the sale {name} is over")
    return sale


def _purchase(state: State, rules: Rulebook, number: int) -> Purchase | Refusal:
    purchase = state.purchases.get(number)
    if purchase is None:
        return no(rules, LAW, Why.UNKNOWN_PURCHASE, f"there is no purchase {number}")
    return purchase


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.OpenSale: open_sale,
    c.CloseSale: close_sale,
    c.BuyAllocation: buy,
    c.PayInstalment: pay_instalment,
    c.WithdrawUnpaid: withdraw_unpaid,
}
