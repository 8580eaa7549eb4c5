"""A firm's first page: where it stands today, what is due, what waits for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from starlette.responses import Response

from airshed.engine.procedures.deadlines import ends
from airshed.engine.state import State
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.dues import Due, dues
from airshed.pages.portal.frame import Visitor, page
from airshed.pages.portal.happening import in_column, lots_of
from airshed.pages.portal.lacking import Cost, cost
from airshed.pages.portal.live import Part, Sight, parts
from airshed.pages.portal.opening import Session, session_of
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.book.acts import waiting_for
from airshed.service.book.position import Position, positions
from airshed.service.marketdata.reading import Market

#: What an expectation rests on, as a page says it.
BASES = {
    "verified": Phrase("verified", "已核查"),
    "pace": Phrase(
        "assumed: the rest of the year as the sealed days so far; range: about nine of ten years like it end "
        "within, by how the works' own stretches of four weeks differ",
        "假设：余下日期按已封存日均值推算；区间按该源自身每四周排放量的差异估计，同类年份十年中约九年落在区间内",
    ),
    "reported": Phrase("reported, not verified yet", "已报告，尚未核查"),
    "first days": Phrase(
        "assumed: the rest of the year as the sealed days so far; range: from nothing more to every day as the "
        "highest, until eight weeks are sealed",
        "假设：余下日期按已封存日均值推算；封存未满八周前，区间下限为不再排放，上限为余下每日均按最高日计",
    ),
    "year before": Phrase(
        "assumed: as verified for the year before; range: if it changes as the cap does, or as much as it did last",
        "假设：与上年核查结果相同；区间按总量的变化幅度或该源上次年际变化推算",
    ),
    "none": Phrase("unknown: no day of the year is sealed yet", "未知：本年尚无封存日数据"),
}


#: How an account stands to a year.
How = Literal["short", "long", "carried", "even", "awaited", "unknown"]


class Stands(NamedTuple):
    """A pollutant of a year on a page."""

    position: Position
    held: Phrase
    #: Of what is held, what earlier years leave for this one, and what is still to be given of what is expected.
    free: Phrase
    to_give: Phrase
    owed: Phrase
    emitted: Phrase
    expected: Phrase
    range: Phrase
    basis: Phrase
    balance: Phrase
    state: How
    price: Phrase
    cost: Cost
    #: The fewest lots that cover what is short, in tonnes as a form takes them.
    lots: str
    surrendered: Phrase
    #: What is still to be surrendered for a year that is verified.
    left: int
    sources: Sequence[str]
    #: What earlier years take of what is held; empty where they take nothing.
    taken: Phrase
    #: What of the rest a later year counts, empty where none does, and what is over without it.
    carried: Phrase
    over: Phrase
    #: What of that is over even at the upper end of the range.
    safe: Phrase
    #: What of it is held in credits; empty where none is.
    credits: Phrase


class Held(NamedTuple):
    """A series in an account."""

    series: str
    whole: Phrase
    free: Phrase
    aside: Phrase
    price: Phrase
    #: Whether it counts for a year yet.
    over: bool


def stands(market: Market, rules: Rulebook, account: str, at: int) -> list[Stands]:
    """Where a firm stands, as its page shows it."""
    return [_stands(market, rules, each) for each in positions(market.state, rules, account, at)]


def _stands(market: Market, rules: Rulebook, each: Position) -> Stands:
    state = market.state

    def tonnes(count: int) -> Phrase:
        return in_column(count, Unit.ALLOWANCES, rules)

    unknown = Phrase("unknown", "未知")
    balance, over = each.balance, unknown
    if balance is None:
        how: How = "awaited" if each.awaited else "unknown"
    else:
        how = "short" if balance < 0 else "long" if balance > each.carried else "carried" if balance else "even"
        over = tonnes(abs(balance))
    low, high = each.low, each.high
    between = same("")
    if low is not None and high is not None and low != high:
        between = Phrase(f"{tonnes(low).en} to {tonnes(high).en}", f"{tonnes(low).zh}至{tonnes(high).zh}")
    price = in_column(each.price, Unit.FEN_PER_T, rules)
    verified = each.basis == "verified"
    left = max(0, each.owed - each.surrendered) if verified and each.owed is not None else 0
    mine = [
        source.id
        for source in state.sources.values()
        if source.account == each.account and lookup.owes(rules, source.sector, each.pollutant)
    ]
    return Stands(
        each,
        tonnes(each.held),
        tonnes(each.held - each.taken),
        unknown if each.expected is None else tonnes(each.expected - each.surrendered),
        unknown if each.owed is None else tonnes(each.owed),
        in_column(round(each.emitted_mg / 1_000_000), Unit.KG, rules),
        unknown if each.expected is None else tonnes(each.expected),
        between,
        BASES[each.basis],
        over,
        how,
        price,
        cost(market, rules, each),
        lots_of(each.short, rules),
        tonnes(each.surrendered),
        left,
        mine,
        tonnes(each.taken) if each.taken else same(""),
        tonnes(each.carried) if each.carried else same(""),
        over if balance is None else tonnes(abs(balance) - each.carried),
        tonnes(each.safe),
        tonnes(each.credits) if each.credits else same(""),
    )


def holdings(state: State, rules: Rulebook, account: str, at: int) -> list[Held]:
    """What lies in an account, the newest vintage first."""
    found = []
    for name, position in state.ledger.of_account(account):
        if not position.count:
            continue
        price = state.references.get(name)
        found.append(
            Held(
                name,
                in_column(position.count, Unit.ALLOWANCES, rules),
                in_column(position.free, Unit.ALLOWANCES, rules),
                in_column(position.count - position.free, Unit.ALLOWANCES, rules),
                same("–") if price is None else in_column(price, Unit.FEN_PER_T, rules),
                at > ends(rules, name),
            )
        )
    return sorted(found, key=lambda held: (-int(held.series.rpartition("-")[2]), held.series))


class Money(NamedTuple):
    """The money of an account."""

    free: Phrase
    aside: Phrase


def money_of(state: State, rules: Rulebook, account: str) -> Money:
    """What is free and what is set aside."""
    purse = state.ledger.purses[account]
    return Money(in_column(purse.free, Unit.FEN, rules), in_column(purse.held, Unit.FEN, rules))


class Shown(NamedTuple):
    """The first page of a firm."""

    stands: Sequence[Stands]
    dues: Sequence[Due]
    money: Money
    session: Session
    frozen: str
    #: Series that stand still, or "" for all, with the reason.
    halted: Mapping[str, str]
    #: What all that is short would cost, and of how many pollutants and years that is.
    lacking: Phrase
    short: int
    #: Years that are still to be shared out, in which nobody can say what is lacking.
    awaited: Sequence[int]


def _today(sight: Sight) -> Mapping[str, Any]:
    assert sight.actor is not None
    state, rules, account = sight.market.state, sight.rules, sight.actor.account
    waiting = len(waiting_for(state, rules, sight.actor.id, sight.at))
    standing = stands(sight.market, rules, account, sight.at)
    short = [each.cost.fen for each in standing if each.state == "short"]
    shown = Shown(
        standing,
        dues(state, rules, account, sight.at, waiting),
        money_of(state, rules, account),
        session_of(state, sight.at),
        state.ledger.frozen.get(account, ""),
        state.halted,
        in_column(sum(short), Unit.FEN, rules),
        len(short),
        sorted({each.position.year for each in standing if each.state == "awaited"}),
    )
    return {"shown": shown}


PARTS: Mapping[str, Part] = {"today": Part("parts/firm_today.html.j2", _today, whose="account")}


async def today(visitor: Visitor) -> Response:
    """The first page of somebody who acts for an account."""
    return page(visitor, "firm.html.j2", parts=await parts(visitor, PARTS))
