"""What an act leaves an account: what of a series is free then, and what a year would lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from airshed.engine.events import (
    ActConfirmed,
    ActRejected,
    AskPlaced,
    LotConsigned,
    SealedOpened,
    TransferCancelled,
    Transferred,
)
from airshed.engine.state import State
from airshed.model.allowance import count_of, members
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.happening import Change, amount, signed
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook
from airshed.service.book.position import positions

#: Events that only set allowances aside, with the field that names whose they are.
GIVERS = {
    **{"TransferDelayed": "origin", "DealOffered": "seller", "LeaseOffered": "lessor", "PledgeOffered": "pledgor"},
    **dict.fromkeys(("BidSealed", "AskPlaced", "LotConsigned", "ZoneOfferPlaced"), "account"),
}
#: Events that set money of an account aside, with the field that says how much.
PAYERS = {
    "BidSealed": "guarantee_fen",
    **dict.fromkeys(("BidPlaced", "CallOrderPlaced", "ZoneBidPlaced", "ApplicationMade"), "held"),
}
#: What is pledged may be surrendered still.
COUNTS_STILL = ("PledgeOffered",)


def left(events: Iterable[Any], state: State, account: str, rules: Rulebook, at: int) -> list[Change]:
    """What is free of money and of each series that events set aside, and where each year stands that they touch."""
    events = list(events)
    aside = _aside(events, state, account)
    gone = _aside((event for event in events if type(event).__name__ not in COUNTS_STILL), state, account)
    given, freed = _given(events, account), _freed(events, state, account)
    gone.subtract(given)
    gone.subtract(freed)
    aside.subtract(freed)
    aside.subtract({series: given[series] for series in freed})
    return [
        *_money(events, state, account, rules),
        *_free(aside, state, account, rules),
        *_years(gone, state, account, rules, at),
    ]


def _money(events: Iterable[Any], state: State, account: str, rules: Rulebook) -> Iterable[Change]:
    """What is free of money, where events set some aside: a sealed bid that is opened frees its guarantee first."""
    aside = 0
    for event in events:
        if getattr(event, "account", "") == account:
            aside += getattr(event, PAYERS.get(type(event).__name__, ""), 0)
            aside -= _guarantee(event, state) if isinstance(event, SealedOpened) else 0
    purse = state.ledger.purses.get(account)
    if aside and purse is not None:
        before, after = (amount(fen, Unit.FEN, rules) for fen in (purse.free, purse.free - aside))
        yield Change(Phrase("Money, free", "资金，可用"), before, after, signed(-aside, Unit.FEN, rules))


def _guarantee(event: SealedOpened, state: State) -> int:
    sealing = state.sealings.get((event.venue, event.name))
    bid = sealing.bids.get(event.number) if sealing is not None else None
    return bid.guarantee_fen if bid is not None else 0


def _aside(events: Iterable[Any], state: State, account: str) -> Counter[str]:
    """How many of each series of an account events set aside without moving them."""
    found: Counter[str] = Counter()
    for event in events:
        giver = GIVERS.get(type(event).__name__)
        # What is leased on was set aside before.
        if giver is not None and getattr(event, giver) == account and not getattr(event, "part_of", 0) and event.count:
            for series in members(_series_of(event, state)):
                found[series] += event.count
    return found


def _freed(events: Iterable[Any], state: State, account: str) -> Counter[str]:
    """How many of each series transfers had set aside that wait no longer, whatever then becomes of them."""
    found: Counter[str] = Counter()
    for event in events:
        match event:
            case ActConfirmed() | ActRejected() if event.act in state.acts:
                origin, name, count = state.proposed_transfers.get(event.act, ("", "", 0))
            case TransferCancelled(origin=origin, series=name, count=count):
                pass
            case _:
                continue
        if count and origin == account:
            found.update(dict.fromkeys(members(name), count))
    return found


def _series_of(event: Any, state: State) -> str:
    """Of which series it is; an ask and a lot name only where they are offered."""
    match event:
        case AskPlaced(repurchase=name):
            return state.repurchases[name].series
        case LotConsigned(auction=name):
            return state.auctions[name].series
        case _:
            return str(event.series)


def _given(events: Iterable[Any], account: str) -> Counter[str]:
    """How many of each series transfers bring an account; below zero what they take from it."""
    found: Counter[str] = Counter()
    for event in events:
        for move in event.entry if isinstance(event, Transferred) else ():
            if isinstance(move, Delivered) and move.origin != move.target and account in (move.origin, move.target):
                found[move.series] += count_of(move.blocks) * (1 if move.target == account else -1)
    return found


def _free(aside: Counter[str], state: State, account: str, rules: Rulebook) -> Iterable[Change]:
    for series, count in aside.items():
        if not count:
            continue
        position = state.ledger.positions.get((account, series))
        free = 0 if position is None else position.free
        before, after = (amount(each, Unit.ALLOWANCES, rules) for each in (free, free - count))
        what = Phrase(f"{series}, free", f"{series}，可用")
        yield Change(what, before, after, signed(-count, Unit.ALLOWANCES, rules))


def _years(gone: Counter[str], state: State, account: str, rules: Rulebook, at: int) -> Iterable[Change]:
    if not any(gone.values()):
        return
    moved = {series: -count for series, count in gone.items()}
    now, then = positions(state, rules, account, at), positions(state, rules, account, at, moved)
    for old, new in zip(now, then, strict=True):
        if old.balance is None or new.balance is None or old.balance == new.balance:
            continue
        what = Phrase(f"{old.pollutant} {old.year} as expected", f"{old.year}年度{old.pollutant}（按预计应缴）")
        difference = signed(new.balance - old.balance, Unit.ALLOWANCES, rules)
        yield Change(what, _stands(old.balance, rules), _stands(new.balance, rules), difference)


def _stands(balance: int, rules: Rulebook) -> Phrase:
    mass = amount(abs(balance), Unit.ALLOWANCES, rules)
    if not balance:
        return Phrase("even", "持平")
    how = Phrase("short", "短缺") if balance < 0 else Phrase("over", "盈余")
    return Phrase(f"{how.en} {mass.en}", f"{how.zh}{mass.zh}")
