"""A slow second opinion on zone-wide calls: who may fill whom, what the air gets, what everybody pays (I1 to I7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.figures import part
from airshed.registry.moves import Delivered, Paid
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]


@dataclass(slots=True)
class WaitingOrder:
    """An order of a zone-wide call."""

    account: str
    side: str
    series: str
    place: str
    year: int
    count: int
    limit: int
    held: int = 0


class ZoneMirror:
    """Follows zone-wide calls; `claim` counts a check and ends the run when it fails."""

    def __init__(
        self, claim: Claim, wall: Callable[[str, Rulebook], str], own: Callable[[str, Rulebook], list[str]]
    ) -> None:
        self._claim = claim
        self._wall = wall
        self._own = own
        self._calls: dict[str, dict[int, WaitingOrder]] = {}
        self._pollutants: dict[str, str] = {}

    def follow(self, record: Record, rules: Rulebook) -> None:
        """Check one record."""
        for event in record.events:
            match event:
                case e.ZoneCallOpened():
                    self._calls[event.call] = {}
                    self._pollutants[event.call] = event.pollutant
                case e.ZoneOfferPlaced():
                    vintage = int(event.series[-4:])
                    self._calls[event.call][event.number] = WaitingOrder(
                        event.account, "sell", event.series, event.place, vintage, event.count, event.limit
                    )
                case e.ZoneBidPlaced():
                    self._calls[event.call][event.number] = WaitingOrder(
                        event.account, "buy", "", event.place, event.year, event.count, event.limit, event.held
                    )
                case e.ZoneOrderDropped():
                    del self._calls[event.call][event.number]
                case e.ZoneCallCleared():
                    self._cleared(event, rules)
                case _:
                    pass

    def _cleared(self, event: e.ZoneCallCleared, rules: Rulebook) -> None:
        orders = self._calls.pop(event.call)
        for each in event.refused:
            order = orders.pop(each.number)
            self._claim("I7", order.account == each.account, f"{each} is of {order.account}")
            self._claim("I7", all(fill.number != each.number for fill in event.fills), f"{each} is filled")
        cover: dict[int, Fraction] = {}
        values, fees = Counter[int](), Counter[int]()
        for fill in event.fills:
            order = orders[fill.number]
            self._claim("I5", (order.account, order.side) == (fill.account, fill.side), f"{fill} is of another order")
            better = order.limit - fill.price if fill.side == "buy" else fill.price - order.limit
            self._claim("I5", better >= 0, f"{fill} is beyond {order.limit}")
            kilograms = Fraction(fill.cover)
            worth = (2 * kilograms * fill.price + 1000) // 2000
            self._claim("I5", fill.fen == worth, f"{fill} is worth {worth}")
            values[fill.number] += fill.fen
            fees[fill.number] += fill.fee
            law = rules.zone_call
            share = law.buyer_fee_basis_points if fill.side == "buy" else law.seller_fee_basis_points
            due = part(values[fill.number], share)
            self._claim(
                "I3", fees[fill.number] == due, f"{fill} pays {fees[fill.number]} fen of fees, {due} by the law"
            )
            cover[fill.number] = cover.get(fill.number, Fraction(0)) + kilograms
            self._claim("I7", cover[fill.number] <= order.count, f"{fill} is more than {order.count}")
        self._money(event)
        self._goods(event, orders, rules)
        self._nobody_passed_over(orders, cover, rules)

    def aside(self, goods: Counter[tuple[str, str]], cash: Counter[str]) -> None:
        """Add what orders of open calls have set aside."""
        for orders in self._calls.values():
            for order in orders.values():
                if order.side == "sell":
                    goods[order.account, order.series] += order.count
                cash[order.account] += order.held

    def _money(self, event: e.ZoneCallCleared) -> None:
        """Each pays and receives what its fills say; the treasury what is left."""
        due: dict[str, int] = {}
        for fill in event.fills:
            sign = -1 if fill.side == "buy" else 1
            due[fill.account] = due.get(fill.account, 0) + sign * fill.fen - fill.fee
            due["treasury"] = due.get("treasury", 0) - sign * fill.fen
            due["exchange"] = due.get("exchange", 0) + fill.fee
        got: dict[str, int] = {}
        for move in event.entry:
            if isinstance(move, Paid):
                got[move.origin] = got.get(move.origin, 0) - move.fen
                got[move.target] = got.get(move.target, 0) + move.fen
        plain = {account: fen for account, fen in due.items() if fen}
        self._claim("I3", {account: fen for account, fen in got.items() if fen} == plain, f"{got} moved, {plain} due")
        self._claim("I3", due.get("treasury", 0) == event.zone_fen, f"the treasury gets {due}, not {event.zone_fen}")

    def _goods(self, event: e.ZoneCallCleared, orders: dict[int, WaitingOrder], rules: Rulebook) -> None:
        """What each seller gives, over the wall, into a year that its vintage covers, and what the air gets of it."""
        sold: dict[tuple[str, str], int] = {}
        for fill in event.fills:
            if fill.side == "sell":
                sold[fill.account, fill.series] = sold.get((fill.account, fill.series), 0) + fill.count
        given: dict[tuple[str, str], int] = {}
        for move in event.entry:
            if not isinstance(move, Delivered):
                continue
            count = sum(block.last - block.first + 1 for block in move.blocks)
            key = (move.origin, move.series)
            given[key] = given.get(key, 0) + count
            if move.target.startswith("surrendered-"):
                continue
            wall = self._wall(move.origin, rules)
            self._claim("I7", wall == self._wall(move.target, rules), f"{move} goes over the wall")
            self._claim("I7", move.target not in self._own(move.origin, rules), f"{move} goes to itself")
            vintage = int(move.series[-4:])
            wants = [each for each in orders.values() if (each.account, each.side) == (move.target, "buy")]
            back = rules.allowance.vintages_back
            fits = any(each.year - back <= vintage <= each.year for each in wants)
            self._claim("I7", fits, f"{move} covers no year that {move.target} bid for")
        self._claim("I1", given == sold, f"{given} delivered, {sold} sold")
        for each in event.rounds:
            for limit in each.limits:
                self._claim("I7", Fraction(limit.load) <= Fraction(limit.most), f"{limit} is broken")
            self._claim("I7", Fraction(each.gap) >= 0, f"{each} gains more than it can")

    def _nobody_passed_over(self, orders: dict[int, WaitingOrder], cover: dict[int, Fraction], rules: Rulebook) -> None:
        """Inside a book nobody with a better limit is left behind, but for less than an allowance in each round."""
        for number, one in orders.items():
            for other, two in orders.items():
                if other == number or one.side != two.side or not cover.get(other):
                    continue
                mine, theirs = ((each.series, each.place, each.year) for each in (one, two))
                walls = {self._wall(each.account, rules) for each in (one, two)}
                better = one.limit > two.limit if one.side == "buy" else one.limit < two.limit
                if mine == theirs and len(walls) == 1 and better:
                    left = one.count - cover.get(number, Fraction(0))
                    self._claim("I7", left < 2, f"order {number} is passed over for {other}")
