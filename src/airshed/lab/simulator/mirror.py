"""A slow second opinion on every record: plain lists and sums that share no code with what they check (I1 to I11)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror_claims import Claims
from airshed.lab.simulator.mirror_market import MarketMirror, vintages
from airshed.lab.simulator.mirror_primary import Blocked
from airshed.lab.simulator.mirror_returns import Returns, short_of
from airshed.lab.simulator.mirror_seal import Seals
from airshed.lab.simulator.mirror_zone import ZoneMirror
from airshed.model.refusal import Why
from airshed.registry.moves import Delivered, Paid
from airshed.rulebook.schema import AuctionRule, Rulebook


@dataclass(slots=True)
class Waiting:
    """An order that waits; the list it stands in has the oldest first."""

    id: int
    account: str
    side: str
    limit: int
    left: int


@dataclass(slots=True)
class Sale:
    """An auction: what is on offer, (account, count, limit) of every bid, and what each holder sells."""

    count: int
    reserve: int
    #: Who gets the money.
    payee: str
    #: What a reserve may add.
    more: int
    terms: AuctionRule
    #: Fees of buyers and seller, in basis points.
    fees: tuple[int, int]
    bids: list[tuple[str, int, int]]
    lots: Counter[str]


class Mirror:
    """Follows the book record by record; an `AssertionError` names the invariant and the record."""

    def __init__(self) -> None:
        self.seq = self._at = 0
        self.checks: Counter[str] = Counter()
        self._cash: Counter[str] = Counter()
        self._issued: set[str] = set()
        self._closed: set[tuple[str, int]] = set()
        self._held: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._orders: dict[tuple[str, str], list[Waiting]] = {}
        self._market = MarketMirror(self._claim, self._held)
        self._seals = Seals(self._claim)
        self._zone = ZoneMirror(self._claim, self._market.wall, self._market.own)
        self._sales: dict[str, Sale] = {}
        self.claims = Claims(self._claim, self.count_of)
        self._sealed: dict[tuple[str, str], str] = {}
        self._masses: dict[tuple[str, str], dict[str, int]] = {}
        self._stacks: dict[str, tuple[str, ...]] = {}
        self._obliged: Counter[tuple[str, int, str]] = Counter()
        self._given: Counter[tuple[str, int, str]] = Counter()
        self._difference: dict[tuple[str, str], dict[str, int]] = {}
        self._stands: dict[str, str] = {}
        self._places: dict[str, str] = {}
        self._blocked = Blocked(self._claim)
        self._returns = Returns(self._claim)

    def follow(self, record: Record, rules: Rulebook) -> None:
        """Check one record against everything before it."""
        self.seq = record.seq
        self._claim("I12", record.at >= self._at, "time runs backwards")
        if record.refusal is None:
            self._at = record.at
        else:
            self._claim("I12", not record.events, "a refusal with events")
        self._second_eyes(record, rules)
        body = record.body
        if isinstance(body, c.PlaceOrder):
            self._order(body, record, rules)
        self.claims.follow(record)
        for event in record.events:
            for move in getattr(event, "entry", ()):
                if isinstance(move, Paid):
                    self._cash[move.origin] -= move.fen
                    self._cash[move.target] += move.fen
                else:
                    self._deliver(move)
                    self.claims.left(move.origin, move.series)
            self._blocked.follow(event)
            self._returns.follow(event, rules)
            match event:
                case e.CapSet():
                    self._claim("I2", event.series not in self._issued, f"{event.series} is issued twice")
                    self._issued.add(event.series)
                    self._held[event.account, event.series] = [(1, event.count)]
                case e.OrderPlaced():
                    waiting = Waiting(event.order, event.account, event.side, event.limit, event.count)
                    self._orders.setdefault((event.series, event.wall), []).append(waiting)
                case e.Traded():
                    self._trade(event)
                case e.OrderCancelled():
                    for waits in self._orders.values():
                        waits[:] = [each for each in waits if each.id != event.order]
                case e.AuctionOpened():
                    self._opened(event, rules)
                case e.LotConsigned():
                    self._sales[event.auction].lots[event.account] += event.count
                case e.LotReturned():
                    self._sales[event.auction].lots[event.account] -= event.count
                case e.BidPlaced():
                    self._sales[event.auction].bids.append((event.account, event.count, event.limit))
                case e.AuctionCleared():
                    self._cleared(event, record)
                case e.DayReversed():
                    self._reversed(event)
                case e.YearReported():
                    self._reported(event)
                case e.DaySealed():
                    self._day(event)
                case e.SourceRegistered():
                    self._stands[event.source] = event.account
                    self._stacks[event.source] = tuple(entry.stack for entry in event.stacks)
                    self._places[event.source] = event.jurisdiction
                case e.YearVerified() | e.YearDetermined():
                    self._verified(event, rules)
                case e.Surrendered():
                    self._surrendered(event, rules)
                case e.YearClosed():
                    key = (event.account, event.year)
                    self._claim("I11", key not in self._closed, f"{key} is settled twice")
                    self._closed.add(key)
                case _:
                    pass
        self._market.follow(record, rules)
        self.claims.settle()
        self._zone.follow(record, rules)
        self._seals.follow(record)
        self._claim("I3", sum(self._cash.values()) == 0, "money does not sum to zero")
        below = [account for account, fen in self._cash.items() if fen < 0 and account != "bank"]
        self._claim("I4", not below, f"{below} below zero")
        self._crossed()
        short = short_of(self._blocked.wanted() + self._returns.wanted(), self._held)
        self._claim("I2", not short, f"{short} hold less than is blocked")

    def _claim(self, number: str, holds: bool, what: str) -> None:
        self.checks[number] += 1
        assert holds, f"{number}: record {self.seq}: {what}"

    def count_of(self, account: str, series: str) -> int:
        """What an account holds of a series."""
        return sum(last - first + 1 for first, last in self._held.get((account, series), []))

    def _deliver(self, move: Delivered) -> None:
        held = self._held.get((move.origin, move.series), [])
        for block in move.blocks:
            home = [each for each in held if each[0] <= block.first <= block.last <= each[1]]
            self._claim("I1", len(home) == 1, f"{move.origin} gives {move.series} {block} and does not hold it")
            held.remove(home[0])
            sides = ((home[0][0], block.first - 1), (block.last + 1, home[0][1]))
            held += [side for side in sides if side[0] <= side[1]]
        got = sorted([*self._held.get((move.target, move.series), []), *((b.first, b.last) for b in move.blocks)])
        grown: list[tuple[int, int]] = []
        for first, last in got:
            if grown and grown[-1][1] + 1 == first:
                grown[-1] = (grown[-1][0], last)
            else:
                grown.append((first, last))
        self._held[move.target, move.series] = grown

    # --- the order book

    def _order(self, body: c.PlaceOrder, record: Record, rules: Rulebook) -> None:
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
        before = [type(event) is e.OrderPlaced for event in record.events].index(True)
        gone = [event.order for event in record.events[:before] if isinstance(event, e.OrderCancelled)]
        self._claim("I7", gone == met, f"{gone} of its own are cancelled, not {met}")
        fills = [(trade.maker, trade.price, trade.count) for trade in trades]
        self._claim("I7", fills == expected, f"fills {fills}, a plain list gives {expected}")
        for trade in trades:
            self._claim("I5", sign * trade.price <= sign * body.limit, f"{trade.price} is beyond {body.limit}")
            value = (2 * trade.count * trade.price + 1000) // 2000
            self._claim("I5", trade.fen == value, f"{trade.fen} fen paid for {value} fen")
            moves = [move for move in trade.entry if isinstance(move, Delivered)]
            given = [(move.series, sum(block.count for block in move.blocks)) for move in moves]
            due = [(series, trade.count) for series in vintages(trade.series)]
            self._claim("I5", given == due, f"{given} delivered, not {due}")

    def _trade(self, event: e.Traded) -> None:
        for waiting in self._orders.values():
            for each in waiting:
                if each.id in (event.maker, event.taker):
                    each.left -= event.count
                    self._claim("I7", each.left >= 0, f"order {each.id} is overfilled")
            waiting[:] = [each for each in waiting if each.left]

    def _crossed(self) -> None:
        for book, waiting in self._orders.items():
            bids = [each.limit for each in waiting if each.side == "buy"]
            asks = [each.limit for each in waiting if each.side == "sell"]
            crossed = bool(bids and asks) and max(bids) >= min(asks)
            self._claim("I6", not crossed, f"{book} is crossed")

    # --- auctions

    def _opened(self, event: e.AuctionOpened, rules: Rulebook) -> None:
        more = event.cost_containment.count if event.cost_containment else 0
        payee = "treasury" if event.seller.startswith("auction-") else event.seller
        fees = (rules.trading.auction_buyer_fee_basis_points, rules.trading.auction_seller_fee_basis_points)
        self._sales[event.auction] = Sale(event.count, event.reserve, payee, more, event.terms, fees, [], Counter())

    def _cleared(self, event: e.AuctionCleared, record: Record) -> None:
        sale, terms = self._sales[event.auction], self._sales[event.auction].terms
        holders = sum(each.count for each in event.proceeds)
        own = event.sold - holders - event.released
        self._claim("I8", 0 <= event.released <= sale.more, f"{event.released} released of {sale.more}")
        self._claim("I8", own + event.unsold + event.withheld == sale.count, f"{own} of {sale.count} sold, no rest")
        self._claim("I8", sum(award.count for award in event.awards) == event.sold, "awards are not what is sold")
        for each in event.proceeds:
            lots = sale.lots[each.account]
            self._claim("I8", each.count <= lots, f"{each.account} sells {each.count} of {lots}")
        paid = sum(award.fen for award in event.awards) - sum(each.fen for each in event.proceeds)
        payments = [move for move in event.entry if isinstance(move, Paid)]
        fees = sum(move.fen for move in payments if move.target == "exchange")
        served = [each for each in record.events if isinstance(each, e.PledgeServed)]
        debt = sum(each.fen for each in served if each.auction == event.auction)
        public = sum(move.fen for move in payments if move.target == sale.payee)
        public -= sum(move.fen for move in payments if move.origin == sale.payee)
        due = paid - event.seller_fee - debt
        self._claim("I3", due == public >= 0, f"{sale.payee} gets {public} fen of {due}")
        shares = sale.fees if sale.payee != "treasury" else (0, 0)
        for fee, fen, share in (
            *((award.fee, award.fen, shares[0]) for award in event.awards),
            (event.seller_fee, paid, shares[1]),
        ):
            self._claim("I3", fee == (2 * fen * share + 10_000) // 20_000, f"a fee of {fee} on {fen} fen")
        total = sum(award.fee for award in event.awards) + event.seller_fee
        self._claim("I3", fees == total, f"the exchange gets {fees}, not {total}")
        for award in event.awards:
            mine = [(limit, count) for account, count, limit in sale.bids if account == award.account]
            assert event.price is not None
            price = event.price
            self._claim("I8", price >= sale.reserve, f"sold at {price}, under the reserve price")
            most = sum(count for limit, count in mine if limit >= price)
            self._claim("I8", award.count <= most, f"{award.account} wins {award.count}, bid for {most} at {price}")
            if terms.rule == "uniform":
                value = (2 * award.count * price + 1000) // 2000
                self._claim("I8", award.fen == value, f"{award.account} pays {award.fen}, not {value}")
            limits = min(terms.purchase_basis_points, terms.holding_basis_points)
            if terms.guarantee_basis_points == limits == 10_000:
                least = sum(count for limit, count in mine if limit > price)
                self._claim("I8", award.count >= least, f"{award.account} wins {award.count} of {least}")

    # --- measuring and complying

    def _day(self, event: e.DaySealed) -> None:
        key = (event.stack, event.day)
        self._claim("I9", self._sealed.get(key, "") == event.replaces, f"{key} is sealed already")
        self._sealed[key] = event.evidence
        before = self._masses.get(key, {})
        booked = self._difference.pop(key, {})
        change = {name: mass - before.get(name, 0) for name, mass in event.mass_mg.items()}
        self._claim("I9", not before or booked == change, f"{key} changes by {change}, its entry says {booked}")
        self._masses[key] = event.mass_mg
        for pollutant, hours in event.hours.items():
            self._claim("I10", sum(hours) == 24 and min(hours) >= 0, f"{key} {pollutant} has {hours}")

    def _reversed(self, event: e.DayReversed) -> None:
        key = (event.stack, event.day)
        self._claim("I9", self._masses.get(key) == event.mass_mg, f"{key} takes back what was never booked")
        self._difference[key] = event.difference_mg

    def _reported(self, event: e.YearReported) -> None:
        stacks = self._stacks[event.source]
        for pollutant, mass in event.measured_mg.items():
            booked = sum(
                day.get(pollutant, 0)
                for (stack, iso), day in self._masses.items()
                if stack in stacks and iso[:4] == str(event.year)
            )
            self._claim("I9", mass == booked, f"{event.source} reports {mass} mg of {pollutant}, {booked} are sealed")

    def _second_eyes(self, record: Record, rules: Rulebook) -> None:
        """What needs a second actor has one: its events stand in no record that does not confirm it."""
        confirmed = [event for event in record.events if isinstance(event, e.ActConfirmed)]
        own = [each for each in confirmed if each.proposer == each.actor]
        self._claim("I11", not own, f"{own} confirms an act of its own")
        if type(record.body).__name__ in rules.roles.second:
            alone = [event for event in record.events if not isinstance(event, e.ActProposed)]
            self._claim("I11", not alone, f"{alone} without a second pair of eyes")

    def _verified(self, event: e.YearVerified | e.YearDetermined, rules: Rulebook) -> None:
        for pollutant, owed in event.obligation.items():
            whole, part = divmod(event.mass_mg[pollutant], 1_000_000)
            up = {"up": part > 0, "half_up": part >= 500_000, "down": False}[rules.allowance.rounding]
            self._claim("I11", owed == whole + up, f"{event.source} owes {owed} for {event.mass_mg[pollutant]} mg")
            key = (event.source, event.year, pollutant)
            self._obliged[key] = owed
        for move in event.entry:
            assert isinstance(move, Delivered)
            self._given[event.source, event.year, move.series.partition("-")[0]] -= sum(b.count for b in move.blocks)
        for key, given in self._given.items():
            if key[:2] == (event.source, event.year) and event.obligation:
                self._claim("I11", given <= self._obliged[key], f"{key} has given {given} of {self._obliged[key]}")

    def _surrendered(self, event: e.Surrendered, rules: Rulebook) -> None:
        key = (event.source, event.year, event.pollutant)
        self._given[key] += event.count
        over = self._given[key] - self._obliged[key]
        self._claim("I11", over <= 0, f"{key} surrenders {over} too many")
        given = 0
        vintages = [move.series[-4:] for move in event.entry if isinstance(move, Delivered)]
        self._claim("I11", vintages == sorted(vintages), f"{key} does not give its oldest vintage first")
        for move in event.entry:
            assert isinstance(move, Delivered)
            pollutant, jurisdiction, vintage = move.series.split("-")
            given += sum(block.count for block in move.blocks)
            counts = pollutant == event.pollutant and event.year - rules.allowance.vintages_back <= int(vintage)
            counts = counts and int(vintage) <= event.year
            if rules.allowance.admitted == "jurisdiction":
                counts = counts and jurisdiction == self._places[event.source]
            self._claim("I11", counts, f"{move.series} does not count for {key}")
            left = [first for first, _ in self._held[move.origin, move.series]]
            lowest = not left or min(left) > max(block.last for block in move.blocks)
            self._claim("I11", lowest, f"{move.series} of {key} does not give its lowest serials")
            self._claim("I11", move.origin == self._stands[event.source], f"{move.origin} pays for {event.source}")
        self._claim("I11", given == event.count, f"{given} given, {event.count} counted")
