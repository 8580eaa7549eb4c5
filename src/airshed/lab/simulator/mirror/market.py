"""A slow second opinion on deals, calls and the rules of trade: who buys what from whom, at which price (I5, I7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.figures import day_of, part, terms_of_code, useful, vintages, worth
from airshed.lab.simulator.mirror.prices import Prices
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]
Held = dict[tuple[str, str], list[tuple[int, int]]]


@dataclass(slots=True)
class Gathered:
    """An order of a call."""

    account: str
    side: str
    count: int
    limit: int
    held: int


class MarketMirror:
    """Follows the market beside the listed book; `claim` counts a check and ends the run when it fails."""

    def __init__(self, claim: Claim, held: Held, prices: Prices, owed: Callable[[str, str], int]) -> None:
        self._claim = claim
        self._held = held
        self._prices = prices
        self._owed = owed
        self._accounts: dict[str, tuple[str, str, str]] = {}
        self._sectors: dict[str, list[str]] = {}
        self._places: dict[str, list[str]] = {}
        self._entered: dict[str, tuple[str, str]] = {}
        self._caps: dict[str, int] = {}
        self._frozen: set[str] = set()
        self._halted: set[str] = set()
        self._leaves: dict[tuple[str, str], str] = {}
        #: Buyers that wait: (kind, name or number of the order): account, series, count.
        self._wants: dict[tuple[str, str | int, int], list[str | int]] = {}
        self._calls: dict[str, dict[int, Gathered]] = {}
        self._series: dict[str, str] = {}
        self._auctions: dict[str, tuple[str, str]] = {}
        self._bids = 0
        #: Deals that wait: what each seller has set aside.
        self._deals: dict[int, e.DealOffered] = {}

    def wall(self, account: str, rules: Rulebook) -> str:
        """The walled sector of an account."""
        mine = [each for each in rules.trade_rules.walled_sectors if each in self._sectors.get(account, [])]
        return mine[0] if mine else ""

    def own(self, account: str, rules: Rulebook) -> list[str]:
        """The accounts that nobody of this one trades with."""
        group = self._accounts[account][2] if account in self._accounts else ""
        if rules.trade_rules.self_trade_of == "account" or not group:
            return [account]
        return [name for name, known in self._accounts.items() if known[2] == group]

    def follow(self, record: Record, rules: Rulebook) -> None:
        """Check one record; holdings are those after it."""
        for event in record.events:
            self._lives(event, record.at, rules)
            match event:
                case e.AccountOpened():
                    one = event.account
                    self._accounts[one.id] = (str(one.kind), one.jurisdiction, one.group)
                case e.SourceRegistered():
                    self._sectors.setdefault(event.account, []).append(event.sector)
                    self._places.setdefault(event.account, []).append(event.jurisdiction)
                    self._entered[event.source] = (event.sector, event.jurisdiction)
                case e.SourceTransferred():
                    for mine, each in zip((self._sectors, self._places), self._entered[event.source], strict=True):
                        mine[event.origin].remove(each)
                        mine.setdefault(event.target, []).append(each)
                case e.CapSet():
                    self._caps[event.series] = event.count
                case e.AccountFrozen() | e.AccountSuspended():
                    self._frozen.add(event.account)
                case e.AccountThawed():
                    self._frozen.discard(event.account)
                case e.MarketHalted():
                    self._halted.add(event.series)
                case e.MarketResumed():
                    self._halted.discard(event.series)
                case e.CrossingAllowed():
                    self._leaves[event.account, event.jurisdiction] = event.until
                case e.DealOffered():
                    self._deals[event.deal] = event
                case e.DealDropped():
                    del self._deals[event.deal]
                case e.OrderPlaced() | e.Traded() | e.OrderCancelled():
                    self._listed(event, record, rules)
                case e.AuctionOpened() | e.BidPlaced() | e.AuctionCleared():
                    self._auction(event, record, rules)
                case e.DealSettled():
                    self._deal(event, record, rules)
                    del self._deals[event.deal]
                case e.CallOpened() | e.CallOrderPlaced() | e.CallOrderDropped():
                    self._gather(event, record, rules)
                case e.CallCleared():
                    assert isinstance(record.body, c.CloseCall)
                    self._called(event, record.body.seed, record.at, rules)
                case _:
                    pass

    def _lives(self, event: e.Event, at: int, rules: Rulebook) -> None:
        """What is traded still counts for some year."""
        match event:
            case e.OrderPlaced() | e.Traded() | e.DealOffered() | e.DealSettled() | e.CallOpened() | e.AuctionOpened():
                series = event.series
            case e.CallCleared(fills=fills) if fills:
                series = self._series[event.call]
            case e.AuctionCleared(sold=sold) if sold:
                series = self._auctions[event.auction][1]
            case e.PledgeOffered() | e.LeaseOffered() | e.Repurchased():
                series = event.series
            case _:
                return
        self._claim("I11", useful(series, at, rules), f"{event} trades {series}, which counts for no year")

    # --- the listed book and auctions

    def _listed(self, event: e.OrderPlaced | e.Traded | e.OrderCancelled, record: Record, rules: Rulebook) -> None:
        if isinstance(event, e.OrderPlaced):
            wall = self.wall(event.account, rules)
            self._claim("I5", event.wall == wall, f"{event.account} waits behind {event.wall!r}, not {wall!r}")
            self._priced(event.series, event.limit, rules.trading.band_basis_points, rules)
            if event.side == "buy":
                self._wants["order", event.order, 0] = [event.account, event.series, event.count]
                # what it meets at once is delivered already when this is looked at
                filled = sum(
                    each.count for each in record.events if isinstance(each, e.Traded) and each.taker == event.order
                )
                self._buys(event.account, event.series, record.at, rules, delivered=filled)
        elif isinstance(event, e.Traded):
            self._parts(event.seller, event.buyer, event.series, rules)
            self._apart({event.seller}, {event.buyer}, rules)
            for number in (event.maker, event.taker):
                want = self._wants.get(("order", number, 0))
                if want is not None:
                    assert isinstance(want[2], int)
                    want[2] -= event.count
        else:
            self._wants.pop(("order", event.order, 0), None)

    def _auction(
        self, event: e.AuctionOpened | e.BidPlaced | e.AuctionCleared, record: Record, rules: Rulebook
    ) -> None:
        if isinstance(event, e.AuctionOpened):
            self._auctions[event.auction] = (event.seller, event.series)
            return
        seller, series = self._auctions[event.auction]
        if isinstance(event, e.AuctionCleared):
            self._apart({seller, *(each.account for each in event.proceeds)}, {a.account for a in event.awards}, rules)
            for key in [key for key in self._wants if key[:2] == ("bid", event.auction)]:
                del self._wants[key]
            if event.price is not None:
                self._prices.auctioned(series, event.price)
            return
        if seller in self._accounts:
            same = self.wall(seller, rules) == self.wall(event.account, rules)
            self._claim("I5", same, f"{event.account} bids at {seller} across a wall")
        self._bids += 1
        self._wants["bid", event.auction, self._bids] = [event.account, series, event.count]
        self._buys(event.account, series, record.at, rules)

    def aside(self, goods: Counter[tuple[str, str]], cash: Counter[str]) -> None:
        """Add what deals and orders of calls have set aside."""
        for deal in self._deals.values():
            for name in vintages(deal.series):
                goods[deal.seller, name] += deal.count
        for call, orders in self._calls.items():
            for order in orders.values():
                cash[order.account] += order.held
                for name in vintages(self._series[call]) if order.side == "sell" else ():
                    goods[order.account, name] += order.count

    # --- deals

    def _deal(self, event: e.DealSettled, record: Record, rules: Rulebook) -> None:
        self._parts(event.seller, event.buyer, event.series, rules, listed=event.kind == "block")
        self._apart({event.seller}, {event.buyer}, rules)
        value, law = worth(event.count, event.price), rules.trading
        self._claim("I5", event.fen == value, f"deal {event.deal} costs {event.fen}, not {value}")
        fees = (part(value, law.buyer_fee_basis_points), part(value, law.seller_fee_basis_points))
        paid = (event.buyer_fee, event.seller_fee)
        self._claim("I3", paid == fees, f"deal {event.deal} pays fees of {paid} fen, {fees} by the law")
        offer = self._deals[event.deal]
        terms = (event.seller, event.buyer, event.series, event.count, event.price)
        same = terms == (offer.seller, offer.buyer, offer.series, offer.count, offer.price)
        self._claim("I5", same, f"{event} is not what was offered, {offer}")
        moves = [move for move in event.entry if isinstance(move, Delivered)]
        given = [(move.series, sum(block.count for block in move.blocks)) for move in moves]
        due = [(series, event.count) for series in vintages(event.series)]
        self._claim("I5", given == due, f"deal {event.deal} delivers {given}, not {due}")
        width = rules.trading.block_band_basis_points if event.kind == "block" else None
        self._priced(event.series, event.price, width, rules)
        if event.kind == "block":
            self._claim("I5", event.count >= rules.trading.block_from, f"deal {event.deal} is no block")
        self._buys(event.buyer, event.series, record.at, rules)

    # --- calls

    def _gather(
        self, event: e.CallOpened | e.CallOrderPlaced | e.CallOrderDropped, record: Record, rules: Rulebook
    ) -> None:
        if isinstance(event, e.CallOpened):
            self._calls[event.call] = {}
            self._series[event.call] = event.series
        elif isinstance(event, e.CallOrderDropped):
            del self._calls[event.call][event.number]
            self._wants.pop(("call", event.call, event.number), None)
        else:
            series = self._series[event.call]
            order = Gathered(event.account, event.side, event.count, event.limit, event.held)
            across = {each.account for each in self._calls[event.call].values() if each.side != event.side}
            own = sorted(across & set(self.own(event.account, rules)))
            self._claim("I7", not own, f"{event.account} and {own} stand on both sides of {event.call}")
            self._calls[event.call][event.number] = order
            self._priced(series, event.limit, rules.trading.call_band_basis_points, rules)
            if event.side == "buy":
                self._wants["call", event.call, event.number] = [event.account, series, event.count]
                self._buys(event.account, series, record.at, rules)

    def _called(self, event: e.CallCleared, seed: int, at: int, rules: Rulebook) -> None:
        series, orders = self._series[event.call], self._calls.pop(event.call)
        for number in orders:
            self._wants.pop(("call", event.call, number), None)
        if not useful(series, at, rules):
            orders = {}
        selling = {name for o in orders.values() if o.side == "sell" for name in self.own(o.account, rules)}
        orders = {
            n: o
            for n, o in orders.items()
            if o.side == "sell" or not (o.account in selling or self._barred(o.account, series, at, rules))
        }
        price, count = _naive(orders, self._prices.last(series, rules), rules.trading.tick_fen_per_t)
        self._claim("I7", (event.price, event.count) == (price, count), f"{event.call} should be {count} at {price}")
        got = {fill.number: fill.count for fill in event.fills}
        drawn = _in_turn(orders, price, count, seed)
        self._claim("I7", got == drawn, f"{event.call} fills {got}, in the order of seed {seed} {drawn}")
        for fill in event.fills:
            buys, law = fill.side == "buy", rules.trading
            share = law.buyer_fee_basis_points if buys else law.seller_fee_basis_points
            due = part(fill.fen, share)
            self._claim("I3", fill.fee == due, f"{event.call}: {fill} pays a fee of {due} fen by the law")
            if buys:
                value = worth(fill.count, price or 0)
                self._claim("I5", fill.fen == value, f"{event.call}: {fill} costs {value}")
        worst = {side: [orders[n].limit for n in got if orders[n].side == side] for side in ("buy", "sell")}
        for number, order in orders.items():
            sign = 1 if order.side == "buy" else -1
            there = got.get(number, 0)
            self._claim("I7", there <= order.count, f"{event.call} overfills order {number}")
            if there and event.price is not None:
                self._claim("I5", sign * event.price <= sign * order.limit, f"order {number} pays beyond its limit")
                self._parts(order.account, order.account, series, rules)
            better = [limit for limit in worst[order.side] if sign * order.limit > sign * limit]
            self._claim("I7", not better or there == order.count, f"{event.call} leaves better order {number} behind")
        for side in ("buy", "sell"):
            total = sum(fill.count for fill in event.fills if fill.side == side)
            self._claim("I7", total == event.count, f"{event.call} fills {total} of {event.count} to {side}")
        paid = sum(fill.fen for fill in event.fills if fill.side == "buy")
        earned = sum(fill.fen for fill in event.fills if fill.side == "sell")
        self._claim("I3", paid == earned, f"{event.call}: buyers pay {paid}, sellers get {earned}")
        sides = {side: {orders[n].account for n in got if orders[n].side == side} for side in ("buy", "sell")}
        self._apart(sides["sell"], sides["buy"], rules)
        walls = {self.wall(orders[number].account, rules) for number in got}
        self._claim("I5", len(walls) <= 1, f"{event.call} trades across a wall")

    # --- the rules of trade

    def _parts(self, seller: str, buyer: str, series: str, rules: Rulebook, *, listed: bool = True) -> None:
        same = self.wall(seller, rules) == self.wall(buyer, rules)
        self._claim("I5", same, f"{seller} and {buyer} trade across a wall")
        self._claim("I5", not {seller, buyer} & self._frozen, f"a frozen one of {seller} and {buyer} trades")
        still = {"", series, *vintages(series)} & self._halted
        self._claim("I5", not (listed and still), f"{series} trades while {still} stands still")

    def _apart(self, sellers: set[str], buyers: set[str], rules: Rulebook) -> None:
        own = {name for seller in sellers for name in self.own(seller, rules)}
        self._claim("I5", not own & buyers, f"{sorted(own & buyers)} trade with themselves")

    def _priced(self, series: str, price: int, basis_points: int | None, rules: Rulebook) -> None:
        _, floor, ceiling = terms_of_code(series, rules)
        years = len(vintages(series))
        within = floor * years <= price <= (ceiling * years or price)
        self._claim("I5", within, f"{series} at {price} is outside the collar")
        if basis_points is not None:
            reference = self._prices.last(series, rules)
            far = abs(price - reference) * 10_000 <= basis_points * reference
            self._claim("I5", far, f"{series} at {price} is outside the band around {reference}")

    def _barred(self, account: str, series: str, at: int, rules: Rulebook) -> str:
        """Why an account may not buy a series on this day, or nothing."""
        law = rules.trade_rules
        kind, home, _ = self._accounts[account]
        pollutant, issued, _ = series.split("-")
        places = self._places.get(account) or [home]
        failing = [place for place in places if place != issued and f"{place} {pollutant}" in law.failing]
        if kind != "operator":
            return ""
        if failing:
            return f"{account} adds load in {failing}"
        leave = law.crossing == "approval" and self._leaves.get((account, issued), "") >= day_of(at, rules)
        if issued in places or (issued not in law.no_export and (leave or law.crossing in ("free", "first"))):
            return ""
        return f"{account} buys {series} and may not, or without leave"

    def _buys(self, account: str, series: str, at: int, rules: Rulebook, *, delivered: int = 0) -> None:
        """Where it comes from, and what the group of the buyer holds and waits for by now.

        `delivered` of what it waits for is in its account by now.
        """
        law = rules.trade_rules
        group = self._accounts[account][2]
        barred = self._barred(account, series, at, rules)
        self._claim("I5", not barred, barred)
        if law.group_limit_basis_points:
            mates = [name for name, known in self._accounts.items() if name == account or (group and known[2] == group)]
            for each in vintages(series) if series in self._caps or ".." in series else ():  # credits have no cap
                held = sum(last - first + 1 for name in mates for first, last in self._held.get((name, each), []))
                mine = [want for want in self._wants.values() if want[0] in mates and each in vintages(str(want[1]))]
                waits = sum(int(want[2]) for want in mine) - delivered
                cap, base = self._caps[each], law.group_limit_base
                first = cap if base is None or base > cap else base
                beyond = law.group_limit_beyond_basis_points
                most = (first * law.group_limit_basis_points + (cap - first) * beyond) // 10_000
                if law.group_limit_exempts_owed:
                    most += sum(self._owed(name, each.partition("-")[0]) for name in mates)
                self._claim("I5", held + waits <= most, f"{mates} hold {held} and want {waits} of {each}, may {most}")


def _naive(orders: dict[int, Gathered], reference: int, tick: int) -> tuple[int | None, int]:
    """Every price on the tick tried out: most volume, least imbalance, nearest to the reference, the higher one."""
    limits = [order.limit for order in orders.values()]
    best: tuple[int, int, int, int] | None = None
    for price in range(min(limits, default=0), max(limits, default=-1) + 1, tick):
        wanted = sum(order.count for order in orders.values() if order.side == "buy" and order.limit >= price)
        offered = sum(order.count for order in orders.values() if order.side == "sell" and order.limit <= price)
        found = (min(wanted, offered), -abs(wanted - offered), -abs(price - reference), price)
        best = found if best is None or found > best else best
    return (best[3], best[0]) if best and best[0] else (None, 0)


def _in_turn(orders: dict[int, Gathered], price: int | None, count: int, seed: int) -> dict[int, int]:
    """Better limits first; equal ones in the order in which `random.Random(seed)` shuffles all orders of the call."""
    if price is None:
        return {}
    places = list(range(len(orders)))
    Random(seed).shuffle(places)
    turn = {number: places.index(place) for place, number in enumerate(orders)}
    found: dict[int, int] = {}
    for side, sign in (("buy", -1), ("sell", 1)):
        left = count
        for number in sorted(orders, key=lambda each: (sign * orders[each].limit, turn[each])):
            order = orders[number]
            if order.side == side and left and sign * order.limit <= sign * price:
                found[number] = min(order.count, left)
                left -= found[number]
    return found
