"""The government reserve: how its events change the state, and why allowances came and went."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from airshed.engine import events as e
from airshed.engine.apply import sealed
from airshed.engine.apply.fold import Apply
from airshed.engine.nouns import Application, Circulation, Grant, Repurchase, ReverseAsk
from airshed.engine.state import State
from airshed.model.allowance import Series, count_of
from airshed.registry.accounts import TREASURY, cancelled, reserve
from airshed.registry.moves import Delivered

PREFIX = reserve("")


class ReserveFlow(NamedTuple):
    """Allowances of a series that came into a reserve, or went out: why, and from or to which account."""

    series: str
    direction: str
    why: str
    other: str
    moved: int


def flows(state: State, event: e.Event) -> Iterator[ReserveFlow]:
    """What an event of `TOUCHING` moves into and out of reserves."""
    for move in getattr(event, "entry", ()):
        if type(move) is not Delivered:
            continue
        count = count_of(move.blocks)
        if move.target.startswith(PREFIX):
            for why, part in FLOWS[type(event)](state, event, count):
                yield ReserveFlow(move.series, "in", why, move.origin, part)
        if move.origin.startswith(PREFIX):
            why = DRAWN[type(event)](event, move)
            yield ReserveFlow(move.series, "out", why, move.target, count)


def count_flows(state: State, event: e.Event) -> None:
    """Add an event to the statement of flows."""
    for flow in flows(state, event):
        key = (flow.series, flow.direction, flow.why)
        state.flows[key] = state.flows.get(key, 0) + flow.moved


def flowed(state: State, series: str, direction: str, *why: str) -> int:
    """Allowances of a series that flowed for any of these reasons."""
    return sum(state.flows.get((series, direction, each), 0) for each in why)


def entrants_left(state: State, series: str) -> int:
    """What is left of the part of a cap that was set aside for new entrants."""
    out = flowed(state, series, "out", "new_entrants", "unused")
    return max(0, flowed(state, series, "in", "set_aside") - out)


def check(state: State) -> None:
    """What came in less what went out is what each reserve holds (I2)."""
    left: dict[str, int] = {}
    for (series, direction, _), count in state.flows.items():
        left[series] = left.get(series, 0) + (count if direction == "in" else -count)
    for series in state.ledger.caps:
        held = state.ledger.held_of(reserve(Series.parse(series).jurisdiction), series).count
        made = left.get(series, 0)
        assert made == held, f"I2: the reserve holds {held} of {series}, its flows make {made}"


def set_aside(state: State) -> Iterator[tuple[tuple[str, str], int]]:
    """Allowances that open reverse auctions set aside, and those that wait in reserves to be released."""
    for series, kept in state.supply_kept.items():
        yield (reserve(Series.parse(series).jurisdiction), series), kept
    for repurchase in state.repurchases.values():
        if repurchase.open:
            yield from (((ask.account, repurchase.series), ask.count) for ask in repurchase.asks)


def money_set_aside(state: State) -> Iterator[tuple[str, int]]:
    """Money that open reverse auctions and applications set aside."""
    yield from ((each.account, each.held) for each in state.applications.values() if each.state == "waiting")
    yield from ((TREASURY, each.budget_fen) for each in state.repurchases.values() if each.open)


def opened(state: State, event: e.RepurchaseOpened) -> None:
    """A reverse auction gathers asks."""
    state.repurchases[event.repurchase] = Repurchase(
        event.repurchase, event.series, event.count, event.budget_fen, event.ceiling, event.terms
    )
    state.ledger.purses[TREASURY].held += event.budget_fen


def asked(state: State, event: e.AskPlaced) -> None:
    """An ask stands."""
    repurchase = state.repurchases[event.repurchase]
    repurchase.asks.append(ReverseAsk(len(repurchase.asks) + 1, event.account, event.count, event.price))
    state.ledger.position(event.account, repurchase.series).held += event.count


def ask_returned(state: State, event: e.AskReturned) -> None:
    """An ask is free again; its place in the reverse auction stays, with nothing in it."""
    repurchase = state.repurchases[event.repurchase]
    ask = repurchase.asks[event.number - 1]
    repurchase.asks[event.number - 1] = ReverseAsk(ask.number, ask.account, 0, ask.price)
    state.ledger.position(ask.account, repurchase.series).held -= event.count


def asks_of(state: State, account: str) -> Iterator[e.AskReturned]:
    """What gives an account back all that it asks for in open reverse auctions."""
    for repurchase in state.repurchases.values():
        for ask in repurchase.asks:
            if repurchase.open and ask.account == account and ask.count:
                yield e.AskReturned(repurchase.id, ask.number, account, ask.count)


def cleared(state: State, event: e.RepurchaseCleared) -> None:
    """A reverse auction is over."""
    repurchase = state.repurchases[event.repurchase]
    for ask in repurchase.asks:
        state.ledger.position(ask.account, repurchase.series).held -= ask.count
    state.ledger.purses[TREASURY].held -= repurchase.budget_fen
    state.ledger.post(event.entry)
    sealed.over(state, "repurchase", event.repurchase)
    repurchase.open = False
    repurchase.price, repurchase.bought, repurchase.paid_fen = event.price, event.bought, event.fen


def circulation_stated(state: State, event: e.CirculationStated) -> None:
    """The number in circulation is known."""
    known = Circulation(event.circulation, event.held, event.released, event.vintage, dict(event.parts))
    state.circulations[event.year, event.pollutant] = known


def supply_adjusted(state: State, event: e.SupplyAdjusted) -> None:
    """What auctions hold back is set aside until it is released."""
    series = Series.parse(event.series)
    for move in event.entry:
        assert isinstance(move, Delivered), move
        count = count_of(move.blocks) * (1 if event.way == "held" else -1)
        state.supply_kept[move.series] = state.supply_kept.get(move.series, 0) + count
        state.shared_out[move.series] -= count
        if event.way == "released":
            state.ledger.position(move.origin, move.series).held += count
    state.ledger.post(event.entry)
    if event.way == "held":
        state.ledger.position(reserve(series.jurisdiction), event.series).held += event.count
    adjusted = state.circulations[event.year, series.pollutant].adjusted
    adjusted[series.jurisdiction] = event.count


def supply_lapsed(state: State, event: e.SupplyLapsed) -> None:
    """What lapses is set aside no more, and cancelled."""
    kept_less(state, event)
    for move in event.entry:
        assert isinstance(move, Delivered), move
        state.ledger.position(move.origin, move.series).held -= count_of(move.blocks)
    state.ledger.post(event.entry)


def kept_less(state: State, event: e.SupplyLapsed) -> None:
    """So many less wait to be released."""
    for move in event.entry:
        assert isinstance(move, Delivered), move
        state.supply_kept[move.series] -= count_of(move.blocks)


def posted(state: State, event: e.ReserveFed | e.ReserveDrawn) -> None:
    """Allowances went into a reserve or out of one."""
    state.ledger.post(event.entry)


def applied(state: State, event: e.ApplicationMade) -> None:
    """An application waits, its price set aside."""
    state.applications[event.application] = Application(
        event.application,
        event.source,
        event.account,
        event.series,
        event.kind,
        event.capacity,
        event.wanted,
        event.price,
        event.held,
    )
    state.next_application = event.application + 1
    state.ledger.purses[event.account].held += event.held


def application_dropped(state: State, event: e.ApplicationDropped) -> None:
    """An application is gone."""
    application = state.applications[event.application]
    application.state = "dropped"
    state.ledger.purses[application.account].held -= application.held


def reserve_granted(state: State, event: e.ReserveGranted) -> None:
    """Applications are served."""
    for grant in event.grants:
        application = state.applications[grant.application]
        application.state, application.granted, application.fen = "granted", grant.count, grant.fen
        state.ledger.purses[application.account].held -= application.held
        if grant.made_up:
            state.makeup_due[grant.source, Series.parse(event.series).pollutant] -= grant.made_up
        key = (grant.source, event.series)
        known = state.grants.get(key)
        if known is None:
            state.grants[key] = Grant(grant.count, True, state.at)
        else:
            known.count += grant.count
    state.ledger.post(event.entry)


def unused_released(state: State, event: e.UnusedReleased) -> None:
    """What nobody was granted is for auction, or given to the others."""
    state.ledger.post(event.entry)
    for share in event.shares:
        state.grants[share.source, event.series].count += share.count
        key = (share.account, event.series)
        state.allocated[key] = state.allocated.get(key, 0) + share.count


WhyOf = Callable[[State, Any, int], list[tuple[str, int]]]


def _always(why: str) -> WhyOf:
    return lambda state, event, count: [(why, count)]


def _allocated(state: State, event: e.Allocated, count: int) -> list[tuple[str, int]]:
    made_up = sum(award.made_up for award in event.awards)
    parts = [("set_aside", count - made_up - event.kept_back), ("make_up", made_up), ("kept_back", event.kept_back)]
    return [part for part in parts if part[1]]


def _auctioned(state: State, event: e.AuctionCleared, count: int) -> list[tuple[str, int]]:
    parts = [("unsold", count - event.withheld), ("price_under_trigger", event.withheld)]
    return [part for part in parts if part[1]]


#: Why an event brings allowances into a reserve; `check` finds an event that is missing here.
FLOWS: dict[type, WhyOf] = {
    e.Allocated: _allocated,
    e.TruedUp: _always("trued_up"),
    e.Repurchased: _always("repurchase"),
    e.RepurchaseCleared: _always("reverse_auction"),
    e.UnpaidWithdrawn: _always("unpaid"),
    e.AllowancesWithdrawn: lambda state, event, count: [(state.withdrawals[event.withdrawal].ground, count)],
    e.AllocationReversed: _always("reversal"),
    e.WithheldForfeited: _always("forfeited"),
    e.AuctionCleared: _auctioned,
    e.YearClosed: _always("banking"),
    e.ReserveFed: _always("set_aside_later"),
    e.SupplyAdjusted: _always("supply_held"),
    e.Transferred: _always("gift"),
    e.ExcessReturned: _always("returned"),
    e.AccountClosed: _always("account_closed"),
}
#: Why an event takes allowances out of a reserve.
DRAWN: dict[type, Callable[[Any, Delivered], str]] = {
    e.ReserveGranted: lambda event, move: "new_entrants",
    e.UnusedReleased: lambda event, move: "unused",
    e.ReserveDrawn: lambda event, move: str(event.purpose),
    e.AuctionCleared: lambda event, move: "price_over_trigger",
    e.WithdrawalRestored: lambda event, move: "restored",
    e.RightGranted: lambda event, move: "rights",
    e.RightRenewed: lambda event, move: "rights",
    e.SupplyAdjusted: lambda event, move: "supply_released",
    e.SupplyLapsed: lambda event, move: "supply_lapsed",
    e.TruedUp: lambda event, move: "unclaimed" if move.target.startswith(cancelled("")) else "trued_up",
    e.AllowancesWrittenOff: lambda event, move: "written_off",
    e.CreditsVoided: lambda event, move: "void",
}
#: Events that may move allowances into a reserve or out of one.
TOUCHING = frozenset((*FLOWS, *DRAWN))
#: What the reasons mean, in English and Chinese.
REASONS: dict[str, tuple[str, str]] = {
    "set_aside": ("set aside of the cap for new entrants", "总量中为新建源预留"),
    "set_aside_later": ("set aside later", "主管部门追加预留"),
    "kept_back": ("kept until output is verified", "留待产量核定"),
    "trued_up": ("settled by verified output", "按核定产量清算"),
    "unclaimed": ("claimed by nobody, cancelled", "无人申请而注销"),
    "supply_held": ("held back from auction, much is in circulation", "流通总量偏高，从拍卖中扣留"),
    "supply_released": ("released to auction, little is in circulation", "流通总量偏低，转入拍卖"),
    "supply_lapsed": ("lapsed, the reserve kept more than it may", "超出储备保留上限而失效"),
    "make_up": ("made up for an earlier year", "以往年度补扣"),
    "repurchase": ("bought at the standing price", "按固定价格回购"),
    "reverse_auction": ("bought by reverse auction", "反向拍卖回购"),
    "unpaid": ("withdrawn because it was not paid for", "未付款收回"),
    "closure": ("withdrawn after closure", "关停收回"),
    "idle": ("withdrawn after idle years", "闲置收回"),
    "excess": ("withdrawn as excess allocation", "超额配额收回"),
    "paid_reduction": ("withdrawn, reduced with public money", "财政出资减排收回"),
    "reversal": ("an error of an allocation", "配额分配纠错"),
    "forfeited": ("withheld and forfeited", "暂扣后没收"),
    "unsold": ("not sold at auction", "拍卖流拍"),
    "price_under_trigger": ("kept back at auction, price under the trigger", "拍卖价低于触发价留存"),
    "banking": ("over the banking limit, or expired", "超出结转限额或到期"),
    "returned": ("returned by its holder as granted too much", "持有人退还的超额配额"),
    "account_closed": ("left in an account that was closed", "账户注销后的结余"),
    "gift": ("given by a holder", "持有人无偿交回"),
    "new_entrants": ("granted to new entrants", "配给新建源"),
    "unused": ("not used by new entrants", "新建源未用而转出"),
    "auction": ("drawn for auction", "调出拍卖"),
    "containment": ("drawn to contain the price", "调出平抑价格"),
    "price_over_trigger": ("sold at auction, price over the trigger", "拍卖价高于触发价投放"),
    "restored": ("a withdrawal was wrong", "收回有误退还"),
    "rights": ("served to rights granted later", "兑付后授予的排污权"),
    "void": ("credits that were found void", "被撤销的信用"),
    "written_off": ("never surrendered, written off", "过期未清缴核销"),
}
#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.ApplicationMade: applied,
    e.ApplicationDropped: application_dropped,
    e.ReserveGranted: reserve_granted,
    e.UnusedReleased: unused_released,
    e.RepurchaseOpened: opened,
    e.AskPlaced: asked,
    e.AskReturned: ask_returned,
    e.RepurchaseCleared: cleared,
    e.ReserveFed: posted,
    e.CirculationStated: circulation_stated,
    e.SupplyAdjusted: supply_adjusted,
    e.SupplyLapsed: supply_lapsed,
    e.ReserveDrawn: posted,
}
