"""A second opinion on the listed book: a plain list, oldest first, for every fill, fee and cancellation (I5 to I7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.figures import part, vintages, worth
from airshed.lab.simulator.mirror.market import MarketMirror
from airshed.model.refusal import Why
from airshed.registry.moves import Delivered, Paid
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]
Place = tuple[str, str]


@dataclass(slots=True)
class WaitingOrder:
    """An order that waits; the list it stands in has the oldest first."""

    id: int
    account: str
    side: str
    limit: int
    left: int
    #: Fen that it sets aside.
    held: int
    #: Value and fees of what it has traded.
    fen: int = 0
    fees: int = 0


class Listed:
    """Follows orders; `claim` counts a check and ends the run when it fails."""

    def __init__(self, claim: Claim, market: MarketMirror) -> None:
        self._claim = claim
        self._market = market
        self._orders: dict[tuple[str, str], list[WaitingOrder]] = {}
        self._known: dict[int, WaitingOrder] = {}

    def order(self, body: c.PlaceOrder, record: Record, rules: Rulebook) -> None:
        """What the order should have met, from the list of those that waited before it."""
        wall = self._market.wall(body.account, rules)
        against = [each for each in self._orders.get((body.series, wall), []) if each.side != body.side]
        sign = 1 if body.side == "buy" else -1
        against.sort(key=lambda each: (sign * each.limit, each.id))
        wanted, expected, met, own = body.count, [], [], False
        for each in against:
            if wanted <= 0 or sign * each.limit > sign * body.limit:
                break
            if each.account in self._market.own(body.account, rules):
                if rules.trade_rules.self_trade == "cancel_resting":
                    met.append(each.id)
                    continue
                own = True
                break
            expected.append((each.id, each.limit, min(wanted, each.left)))
            wanted -= expected[-1][2]
        if record.refusal is not None:
            if record.refusal.why is Why.SELF_TRADE:
                self._claim("I7", own, "refused as a trade with itself, which it is not")
            return
        trades = [event for event in record.events if isinstance(event, e.Traded)]
        self._claim("I7", not own, "an account trades with itself")
        law = rules.trading
        whole = body.count % law.lot == 0 and body.limit % law.tick_fen_per_t == 0 and body.count <= law.largest_order
        self._claim("I5", whole, f"{body} is off the lot or the tick, or too large")
        before = [type(event) is e.OrderPlaced for event in record.events].index(True)
        gone = [event.order for event in record.events[:before] if isinstance(event, e.OrderCancelled)]
        self._claim("I7", gone == met, f"{gone} of its own are cancelled, not {met}")
        fills = [(trade.maker, trade.price, trade.count) for trade in trades]
        self._claim("I7", fills == expected, f"fills {fills}, a plain list gives {expected}")
        for trade in trades:
            self._claim("I5", sign * trade.price <= sign * body.limit, f"{trade.price} is beyond {body.limit}")
            value = worth(trade.count, trade.price)
            self._claim("I5", trade.fen == value, f"{trade.fen} fen paid for {value} fen")
            moves = [move for move in trade.entry if isinstance(move, Delivered)]
            given = [(move.series, sum(block.count for block in move.blocks)) for move in moves]
            due = [(series, trade.count) for series in vintages(trade.series)]
            self._claim("I5", given == due, f"{given} delivered, not {due}")

    def follow(self, event: e.Event, rules: Rulebook) -> None:
        """Take in what happens to orders; the fee of an order is a share of all that it has traded so far."""
        match event:
            case e.OrderPlaced():
                waiting = WaitingOrder(event.order, event.account, event.side, event.limit, event.count, event.held)
                self._orders.setdefault((event.series, event.wall), []).append(waiting)
                self._known[event.order] = waiting
            case e.Traded():
                self._trade(event, rules)
            case e.OrderCancelled():
                one = self._known.pop(event.order)
                self._claim("I7", event.left == one.left, f"{event} has {one.left} left")
                for waits in self._orders.values():
                    waits[:] = [each for each in waits if each.id != event.order]
            case _:
                pass

    def aside(self, goods: Counter[Place], cash: Counter[str]) -> None:
        """Add what orders that wait have set aside."""
        for (series, _), waiting in self._orders.items():
            for each in waiting:
                cash[each.account] += each.held
                for name in vintages(series) if each.side == "sell" else ():
                    goods[each.account, name] += each.left

    def _trade(self, event: e.Traded, rules: Rulebook) -> None:
        buys = event.taker if self._known[event.taker].side == "buy" else event.maker
        for number in (event.maker, event.taker):
            each = self._known[number]
            each.left -= event.count
            self._claim("I7", each.left >= 0, f"order {number} is overfilled")
            each.fen += event.fen
            law = rules.trading
            share = law.buyer_fee_basis_points if number == buys else law.seller_fee_basis_points
            fee = event.buyer_fee if number == buys else event.seller_fee
            due = part(each.fen, share) - each.fees
            self._claim("I3", fee == due, f"order {number} pays a fee of {fee} fen, {due} are due on its whole value")
            each.fees += fee
            each.held = event.buyer_held if number == buys else 0
        got = {account: 0 for account in (event.buyer, event.seller, "exchange")}
        for move in event.entry:
            if isinstance(move, Paid):
                got[move.origin] -= move.fen
                got[move.target] += move.fen
        due_all = {event.buyer: -event.fen - event.buyer_fee, event.seller: event.fen - event.seller_fee}
        due_all["exchange"] = event.buyer_fee + event.seller_fee
        self._claim("I3", got == due_all, f"{got} moved, {due_all} due")
        for waiting in self._orders.values():
            waiting[:] = [each for each in waiting if each.left]

    def at_rest(self) -> None:
        """No book at rest is crossed."""
        for book, waiting in self._orders.items():
            bids = [each.limit for each in waiting if each.side == "buy"]
            asks = [each.limit for each in waiting if each.side == "sell"]
            crossed = bool(bids and asks) and max(bids) >= min(asks)
            self._claim("I6", not crossed, f"{book} is crossed")
