"""What each event touches in the read tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airshed.engine import events as e
from airshed.engine.apply import reserve
from airshed.engine.apply.auction import of_event, offered
from airshed.engine.journal import Record
from airshed.engine.state import State
from airshed.engine.tables import notes_primary, notes_reserve, notes_returning
from airshed.engine.tables.gather import Tables
from airshed.engine.tables.notes_market import MARKET_NOTES
from airshed.engine.tables.notes_zone import ZONE_NOTES
from airshed.engine.tables.rows import pollutants_of, provenance_row


def note(tables: Tables, state: State, record: Record) -> None:
    """Remember what a record, applied already, has touched."""
    refusal = record.refusal
    if refusal is not None:
        command = type(record.body).__name__
        tables.add(
            "refusals",
            (record.seq, record.at, record.actor, command, refusal.why.value, refusal.detail, refusal.cite),
        )
    for event in record.events:
        NOTES[type(event)](tables, state, record, event)
        if type(event) in reserve.TOUCHING:
            notes_reserve.statement(tables, state, record, event)


def _note_adopted(tables: Tables, state: State, record: Record, event: e.RulebookAdopted) -> None:
    tables.touch("accounts", *(account.id for account in event.opened))
    tables.touch("actors", event.authority, record.actor)
    if event.provenance is not None:
        tables.add("provenance", (record.seq, *provenance_row(event.provenance)))
    tables.add("rulebooks", (record.seq, event.programme, event.version, event.digest))


def _note_actor(tables: Tables, state: State, record: Record, event: e.ActorRegistered) -> None:
    tables.touch("actors", event.actor)


def _note_opened(tables: Tables, state: State, record: Record, event: e.AccountOpened) -> None:
    tables.touch("accounts", event.account.id)


def _note_account(tables: Tables, state: State, record: Record, event: e.AccountFrozen | e.AccountThawed) -> None:
    tables.touch("accounts", event.account)


def _note_source(tables: Tables, state: State, record: Record, event: e.SourceRegistered) -> None:
    tables.touch("sources", event.source)


def _note_entry(tables: Tables, state: State, record: Record, event: e.MoneyMoved | e.Transferred) -> None:
    tables.touch_entry(event.entry)


def _note_cap(tables: Tables, state: State, record: Record, event: e.CapSet) -> None:
    tables.touch("caps", event.series)
    tables.touch("holdings", (event.account, event.series))


def _note_allocated(tables: Tables, state: State, record: Record, event: e.Allocated) -> None:
    tables.touch_entry(event.entry)
    for award in event.awards:
        tables.add(
            "allocations",
            (
                record.seq,
                event.series,
                award.source,
                award.account,
                event.method,
                award.count,
                award.made_up,
                award.en,
                award.zh,
            ),
        )


def _note_auction(tables: Tables, state: State, record: Record, event: e.AuctionOpened) -> None:
    tables.touch("auctions", event.auction)
    tables.touch("holdings", *((account, event.series) for account, _ in offered(state.auctions[event.auction])))


def _note_lot(tables: Tables, state: State, record: Record, event: e.LotConsigned) -> None:
    auction = state.auctions[event.auction]
    tables.touch("auctions", event.auction)
    tables.touch("lots", (event.auction, len(auction.lots)))
    tables.touch("holdings", (event.account, auction.series))


def _note_returned(tables: Tables, state: State, record: Record, event: e.LotReturned) -> None:
    tables.touch("auctions", event.auction)
    tables.touch("lots", (event.auction, event.number))
    tables.touch("holdings", (event.account, state.auctions[event.auction].series))


def _note_bid(tables: Tables, state: State, record: Record, event: e.BidPlaced) -> None:
    tables.touch("bids", (event.auction, len(state.auctions[event.auction].bids)))
    tables.touch("accounts", event.account)


def _note_cleared(tables: Tables, state: State, record: Record, event: e.AuctionCleared) -> None:
    auction = state.auctions[event.auction]
    for each in of_event(state, auction.event):
        tables.touch("auctions", each.id)
        tables.touch("holdings", *((account, each.series) for account, _ in offered(each)))
        tables.touch("accounts", *(bid.account for bid in each.bids))
    tables.touch_entry(event.entry)
    for award in event.awards:
        tables.add("awards", (record.seq, event.auction, award.account, award.count, award.fen, award.fee))


def _note_nothing(tables: Tables, state: State, record: Record, event: e.SessionOpened) -> None:
    pass


def _note_session_closed(tables: Tables, state: State, record: Record, event: e.SessionClosed) -> None:
    for series, price in event.opens.items():
        tables.add("opens", (record.seq, event.day, series, price))
    for series, price in event.closes.items():
        tables.add("closes", (record.seq, event.day, series, price))


def _note_order(tables: Tables, state: State, record: Record, event: e.OrderPlaced) -> None:
    tables.touch("orders", event.order)
    if event.side == "sell":
        tables.touch_holdings(event.account, event.series)
    else:
        tables.touch("accounts", event.account)


def _note_traded(tables: Tables, state: State, record: Record, event: e.Traded) -> None:
    orders = tables.touched["orders"]
    orders[event.maker] = None
    orders[event.taker] = None
    tables.touch_entry(event.entry)
    tables.added["trades"].append(
        (
            record.seq,
            event.maker,
            event.taker,
            record.at,
            event.series,
            event.buyer,
            event.seller,
            event.count,
            event.price,
            event.fen,
            event.buyer_fee,
            event.seller_fee,
        )
    )


def _note_cancelled(tables: Tables, state: State, record: Record, event: e.OrderCancelled) -> None:
    tables.touch("orders", event.order)
    tables.touch_holdings(event.account, event.series)
    tables.touch("accounts", event.account)


def _note_repurchased(tables: Tables, state: State, record: Record, event: e.Repurchased) -> None:
    tables.touch_entry(event.entry)
    tables.add("repurchases", (record.seq, event.account, event.series, event.count, event.price))


def _note_pledge_offered(tables: Tables, state: State, record: Record, event: e.PledgeOffered) -> None:
    tables.touch("pledges", event.pledge)
    tables.touch_holdings(event.pledgor, event.series)


def _note_pledge(tables: Tables, state: State, record: Record, event: e.PledgeAccepted | e.PledgeCalled) -> None:
    tables.touch("pledges", event.pledge)


def _note_pledge_free(
    tables: Tables, state: State, record: Record, event: e.PledgeReleased | e.PledgeRedeemed | e.PledgeEnforced
) -> None:
    tables.touch("pledges", event.pledge)
    tables.touch_holdings(event.pledgor, event.series)
    if not isinstance(event, e.PledgeReleased):
        tables.touch_entry(event.entry)


def _note_pledge_sale(tables: Tables, state: State, record: Record, event: e.PledgeForSale | e.PledgeServed) -> None:
    tables.touch("pledges", event.pledge)
    tables.touch_holdings(event.pledgor, event.pledged if isinstance(event, e.PledgeServed) else event.series)


def _note_cut(tables: Tables, state: State, record: Record, event: e.ClaimCut) -> None:
    tables.touch(f"{event.kind}s", event.number)
    tables.touch("holdings", (event.account, event.series))


def _note_lease(
    tables: Tables,
    state: State,
    record: Record,
    event: e.LeaseOffered | e.LeaseDropped | e.LeaseDelivered | e.LeaseShortened | e.LeaseEnded,
) -> None:
    """The lease, the one that it is a part of, and the positions of both sides."""
    part_of = 0 if isinstance(event, e.LeaseDelivered | e.LeaseShortened) else event.part_of
    tables.touch("leases", event.lease, *((part_of,) if part_of else ()))
    tables.touch_holdings(event.lessor, event.series)
    if isinstance(event, e.LeaseDelivered | e.LeaseEnded):
        tables.touch_holdings(event.lessee, event.series)
        tables.touch_entry(event.entry)


def _note_right(
    tables: Tables, state: State, record: Record, event: e.RightGranted | e.RightRenewed | e.RightSold
) -> None:
    tables.touch("rights", event.right)
    tables.touch_entry(event.entry)


def _note_served(tables: Tables, state: State, record: Record, event: e.RightsServed) -> None:
    tables.touch("rights", *(serving.right for serving in event.servings))
    tables.touch_entry(event.entry)


def _note_right_offer(tables: Tables, state: State, record: Record, event: e.RightOffered | e.RightDropped) -> None:
    tables.touch("rights", event.right)
    tables.touch("holdings", *((event.seller, series) for series in event.aside))


def _note_sealed(tables: Tables, state: State, record: Record, event: e.DaySealed) -> None:
    tables.touch("days", *((event.stack, event.day, pollutant) for pollutant in event.hours))
    tables.touch("evidence", (event.stack, event.day))


def _note_act(
    tables: Tables, state: State, record: Record, event: e.ActProposed | e.ActConfirmed | e.ActRejected
) -> None:
    tables.touch("acts", event.act)


def _note_mark(
    tables: Tables, state: State, record: Record, event: e.HoursMarked | e.MarkProven | e.MarkApproved | e.MarkReverted
) -> None:
    tables.touch("marks", event.mark)


def _note_reversed(tables: Tables, state: State, record: Record, event: e.DayReversed) -> None:
    for pollutant, mass in event.mass_mg.items():
        difference = event.difference_mg[pollutant]
        tables.add(
            "corrections",
            (record.seq, event.stack, event.day, pollutant, -mass, difference, event.evidence, event.reason),
        )


def _note_findings(tables: Tables, state: State, record: Record, event: e.FindingsNoted) -> None:
    """Those of now and those that an earlier note had more."""
    most = max(event.before, len(event.findings))
    tables.touch("findings", *((event.stack, event.year, number) for number in range(1, most + 1)))


def _note_reported(tables: Tables, state: State, record: Record, event: e.YearReported) -> None:
    _note_year(tables, state, record, event)
    report = (record.seq, event.source, event.year, event.version)
    tables.add("reports", (*report, event.actor, event.rests_on, event.reason))
    for each in event.checks:
        answer = (each.number, each.check, each.severity, int(each.passed), each.detail, each.explanation)
        tables.add("checks", (*report, *answer))


def _note_improvement(
    tables: Tables,
    state: State,
    record: Record,
    event: e.ImprovementRequested | e.ImprovementAnswered | e.ImprovementClosed,
) -> None:
    tables.touch("improvements", (event.source, event.year, event.number))


def _note_verified(tables: Tables, state: State, record: Record, event: e.YearVerified) -> None:
    _note_year(tables, state, record, event)
    opinion = (event.version, event.opinion, event.actor, "\n".join(event.comments))
    tables.add("opinions", (record.seq, event.source, event.year, *opinion))


def _note_reopened(tables: Tables, state: State, record: Record, event: e.YearReopened) -> None:
    _note_year(tables, state, record, event)


def _note_year(tables: Tables, state: State, record: Record, event: Any) -> None:
    year = state.years[event.source, event.year]
    tables.touch("years", *((event.source, event.year, pollutant) for pollutant in pollutants_of(year)))
    if hasattr(event, "entry"):
        tables.touch_entry(event.entry)


def _note_closed(tables: Tables, state: State, record: Record, event: e.YearClosed) -> None:
    tables.touch("years", *((settled.source, event.year, settled.pollutant) for settled in event.settlements))
    tables.touch_entry(event.entry)


NOTES: dict[type, Callable[[Tables, State, Record, Any], None]] = {
    e.RulebookAdopted: _note_adopted,
    e.ActorRegistered: _note_actor,
    e.AccountOpened: _note_opened,
    e.AccountFrozen: _note_account,
    e.AccountThawed: _note_account,
    e.SourceRegistered: _note_source,
    e.MoneyMoved: _note_entry,
    e.CapSet: _note_cap,
    e.Allocated: _note_allocated,
    e.SaleOpened: notes_primary.sale,
    e.SaleClosed: notes_primary.sale,
    e.AllocationBought: notes_primary.bought,
    e.InstalmentPaid: notes_primary.paid,
    e.UnpaidWithdrawn: notes_primary.withdrawn,
    e.ApplicationMade: notes_primary.applied,
    e.ApplicationDropped: notes_primary.application_dropped,
    e.ReserveGranted: notes_primary.reserve_granted,
    e.UnusedReleased: notes_primary.unused_released,
    e.SourceClosed: notes_returning.source_closed,
    e.SourceReopened: notes_returning.source_closed,
    e.WithdrawalNoticed: notes_returning.withdrawal,
    e.WithdrawalAppealed: notes_returning.withdrawal,
    e.AppealDecided: notes_returning.withdrawal,
    e.AllowancesWithdrawn: notes_returning.withdrawal,
    e.PaidBack: notes_returning.withdrawal,
    e.WithdrawalRestored: notes_returning.withdrawal,
    e.AllocationReversed: notes_returning.reversed_,
    e.AllowancesWithheld: notes_returning.withholding,
    e.WithholdingReleased: notes_returning.withholding,
    e.WithheldForfeited: notes_returning.withholding,
    e.RepurchaseOpened: notes_reserve.opened,
    e.AskPlaced: notes_reserve.asked,
    e.AskReturned: notes_reserve.ask_returned,
    e.RepurchaseCleared: notes_reserve.cleared,
    e.ReserveFed: notes_reserve.entry,
    e.ReserveDrawn: notes_reserve.entry,
    e.Transferred: _note_entry,
    e.AuctionOpened: _note_auction,
    e.LotConsigned: _note_lot,
    e.LotReturned: _note_returned,
    e.BidPlaced: _note_bid,
    e.AuctionCleared: _note_cleared,
    e.SessionOpened: _note_nothing,
    e.SessionClosed: _note_session_closed,
    e.OrderPlaced: _note_order,
    e.Traded: _note_traded,
    e.OrderCancelled: _note_cancelled,
    e.Repurchased: _note_repurchased,
    **MARKET_NOTES,
    e.PledgeOffered: _note_pledge_offered,
    e.PledgeAccepted: _note_pledge,
    e.PledgeReleased: _note_pledge_free,
    e.PledgeRedeemed: _note_pledge_free,
    e.PledgeCalled: _note_pledge,
    e.PledgeEnforced: _note_pledge_free,
    e.PledgeForSale: _note_pledge_sale,
    e.PledgeServed: _note_pledge_sale,
    e.ClaimCut: _note_cut,
    e.LeaseOffered: _note_lease,
    e.LeaseDropped: _note_lease,
    e.LeaseDelivered: _note_lease,
    e.LeaseShortened: _note_lease,
    e.LeaseEnded: _note_lease,
    e.RightGranted: _note_right,
    e.RightRenewed: _note_right,
    e.RightsServed: _note_served,
    e.RightOffered: _note_right_offer,
    e.RightDropped: _note_right_offer,
    e.RightSold: _note_right,
    **ZONE_NOTES,
    e.ActProposed: _note_act,
    e.ActConfirmed: _note_act,
    e.ActRejected: _note_act,
    e.HoursMarked: _note_mark,
    e.MarkProven: _note_mark,
    e.MarkApproved: _note_mark,
    e.MarkReverted: _note_mark,
    e.DayReversed: _note_reversed,
    e.DaySealed: _note_sealed,
    e.FindingsNoted: _note_findings,
    e.YearReported: _note_reported,
    e.ImprovementRequested: _note_improvement,
    e.ImprovementAnswered: _note_improvement,
    e.ImprovementClosed: _note_improvement,
    e.YearReopened: _note_reopened,
    e.YearVerified: _note_verified,
    e.YearDetermined: _note_year,
    e.Surrendered: _note_year,
    e.YearClosed: _note_closed,
    e.PenaltyPaid: _note_year,
}
