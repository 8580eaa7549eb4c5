"""A call for the whole zone among agents: orders are sent, the solver answers, and the book judges what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import ZoneCall
from airshed.engine.procedures.zone_call_law import left_out, line_of, problem
from airshed.lab.agents.desk import EXCHANGE_ACTOR, AgentsDesk
from airshed.lab.agents.market import SessionMarket
from airshed.lab.agents.nouns import AgentQuote
from airshed.lab.seals import salt_of, sealed
from airshed.market.zonecall import NotCleared, ZoneCleared, solve_in_rounds
from airshed.model.refusal import Why

#: What a call is counted as refused for that the solver does not clear.
WHY: dict[str, Why] = {"infeasible": Why.INFEASIBLE, "unfunded": Why.INSUFFICIENT_CASH}


@dataclass(slots=True)
class RoundTrades:
    """Trades as (series, buyer, seller, allowances given, what the buyer pays in fen/t); orders by their place."""

    trades: list[tuple[str, int, int, int, int]] = field(default_factory=list)
    fills: dict[int, tuple[int, int]] = field(default_factory=dict)
    fees_fen: int = 0


def held(
    desk: AgentsDesk, market: SessionMarket, orders: Sequence[tuple[int, str, AgentQuote]], day: str, seed: int
) -> RoundTrades:
    """Hold a call of the market's pollutant: what came of it, nothing where it does not clear.

    Such a call counts as refused; its orders are dropped, and it gathers those of the next day.
    """
    call = next((each.id for each in desk.runner.state.zone_calls.values() if each.open), "")
    if not call:
        call = f"zone-{market.pollutant}-{day}"
        desk.seeds[call] = seed
        desk.must(EXCHANGE_ACTOR, c.OpenZoneCall(call, market.pollutant, sealed(call, seed)))
    seed = desk.seeds[call]
    places: dict[int, int] = {}
    for place, (number, series, quote) in enumerate(orders):
        trader = market.traders[number]
        body: c.PlaceZoneOffer | c.PlaceZoneBid
        if quote.side == "sell":
            body = c.PlaceZoneOffer(call, trader.account, series, trader.place, quote.count, quote.limit)
        else:
            body = c.PlaceZoneBid(call, trader.account, trader.place, market.year, quote.count, quote.limit)
        for event in desk.tell(trader.account, body).events:
            if isinstance(event, e.ZoneOfferPlaced | e.ZoneBidPlaced):
                places[event.number] = place
    state, rules = desk.runner.state, desk.runner.rules
    known = state.zone_calls[call]
    struck = left_out(state, rules, desk.at, known)
    found = solve_in_rounds(*problem(state, rules, known, seed, struck))
    if isinstance(found, NotCleared):
        desk.refused[WHY.get(found.why, Why.SOLVER_FAILED)] += 1
        return _dropped(desk, known)
    lines = tuple(line_of(given) for given, _ in found)
    answer = desk.tell(EXCHANGE_ACTOR, c.CloseZoneCall(call, seed, lines, salt_of(call, seed)))
    if answer.refusal is not None:
        # the treasury may be too poor to even out the rounding
        return _dropped(desk, known)
    desk.refused.update(refusal.why for refusal in struck.values())
    (event,) = answer.events
    assert isinstance(event, e.ZoneCallCleared)
    return _round(orders, places, [done for _, done in found], event)


def _dropped(desk: AgentsDesk, call: ZoneCall) -> RoundTrades:
    for order in list(call.orders.values()):
        desk.must(order.account, c.DropZoneOrder(call.id, order.number))
    return RoundTrades()


def _round(
    orders: Sequence[tuple[int, str, AgentQuote]],
    places: dict[int, int],
    rounds: Sequence[ZoneCleared],
    event: e.ZoneCallCleared,
) -> RoundTrades:
    told = RoundTrades(fees_fen=sum(fill.fee for fill in event.fills))
    paid: Counter[int] = Counter()
    counts: Counter[int] = Counter()
    price: dict[tuple[int, int], int] = {}
    for fill in event.fills:
        place = places[fill.number]
        counts[place] += fill.count
        paid[place] += fill.count * fill.price
        price[fill.round, fill.number] = fill.price
    told.fills = {place: (count, round(paid[place] / count)) for place, count in counts.items() if count}
    for number, done in enumerate(rounds, 1):
        for each in done.deliveries:
            seller, series, _ = orders[places[int(each.offer)]]
            buyer = orders[places[int(each.bid)]][0]
            if each.count:
                told.trades.append((series, buyer, seller, each.count, price[number, int(each.bid)]))
    return told
