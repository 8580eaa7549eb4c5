"""A second opinion on auctions: who wins what and pays what, the fees, the holders' share, the reserve price (I8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.figures import part, worth
from airshed.registry.moves import Paid
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.trading_sections import AuctionRule

Claim = Callable[[str, bool, str], None]
Place = tuple[str, str]


@dataclass(slots=True)
class AuctionSeen:
    """An auction: what is on offer, (account, count, limit) of every bid, and what each holder sells."""

    series: str
    count: int
    reserve: int
    #: Who sells, and who gets the money.
    seller: str
    payee: str
    #: What a reserve may add.
    more: int
    terms: AuctionRule
    #: Fees of buyers and seller, in basis points.
    fees: tuple[int, int]
    bids: list[tuple[str, int, int]]
    #: Fen that each bid sets aside.
    held: list[int]
    lots: Counter[str]
    open: bool = True


class Auctions:
    """Follows auctions; `claim` counts a check and ends the run when it fails."""

    def __init__(self, claim: Claim, own: Callable[[str, Rulebook], list[str]]) -> None:
        self._claim = claim
        self._own = own
        self._sales: dict[str, AuctionSeen] = {}

    def follow(self, event: e.Event, record: Record, rules: Rulebook) -> None:
        """Take in a fact; anything that is not about auctions is passed over."""
        match event:
            case e.AuctionOpened():
                self._opened(event, rules)
            case e.LotConsigned():
                self._sales[event.auction].lots[event.account] += event.count
            case e.LotReturned():
                self._sales[event.auction].lots[event.account] -= event.count
            case e.BidPlaced():
                self._sales[event.auction].bids.append((event.account, event.count, event.limit))
                self._sales[event.auction].held.append(event.held)
                sale = self._sales[event.auction]
                fine = event.limit >= sale.reserve and event.limit % sale.terms.tick_fen_per_t == 0
                self._claim("I8", fine, f"{event} is under the reserve price or off the tick")
                value = worth(event.count, event.limit)
                fee = part(value, sale.fees[0]) if sale.payee != "treasury" else 0
                due = part(value + fee, sale.terms.guarantee_basis_points)
                self._claim("I8", event.held == due, f"{event} sets {event.held} fen aside, its guarantee is {due}")
            case e.AuctionCleared():
                self._cleared(event, record)
                self._sales[event.auction].open = False
            case _:
                pass

    def aside(self, goods: Counter[Place], cash: Counter[str]) -> None:
        """Add what open auctions have set aside."""
        for sale in self._sales.values():
            if sale.open:
                goods[sale.seller, sale.series] += sale.count
                for account, count in sale.lots.items():
                    goods[account, sale.series] += count
                for (account, _, _), held in zip(sale.bids, sale.held, strict=True):
                    cash[account] += held

    def _opened(self, event: e.AuctionOpened, rules: Rulebook) -> None:
        more = event.cost_containment.count if event.cost_containment else 0
        payee = "treasury" if event.seller.startswith("auction-") else event.seller
        fees = (rules.trading.auction_buyer_fee_basis_points, rules.trading.auction_seller_fee_basis_points)
        self._sales[event.auction] = AuctionSeen(
            event.series, event.count, event.reserve, event.seller, payee, more, event.terms, fees, [], [], Counter()
        )

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
        if event.price is not None and terms.tie == "random":
            self._drawn(event, sale, record)
        public = sum(move.fen for move in payments if move.target == sale.payee)
        public -= sum(move.fen for move in payments if move.origin == sale.payee)
        due = paid - event.seller_fee - debt
        self._claim("I3", due == public >= 0, f"{sale.payee} gets {public} fen of {due}")
        shares = sale.fees if sale.payee != "treasury" else (0, 0)
        for fee, fen, share in (
            *((award.fee, award.fen, shares[0]) for award in event.awards),
            (event.seller_fee, paid, shares[1]),
        ):
            self._claim("I3", fee == part(fen, share), f"a fee of {fee} on {fen} fen")
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
                value = worth(award.count, price)
                self._claim("I8", award.fen == value, f"{award.account} pays {award.fen}, not {value}")
            else:
                best = sorted(mine, reverse=True)
                bids_say, left = Fraction(0), award.count
                for limit, count in best:
                    bids_say += Fraction(min(left, count) * limit, 1000)
                    left -= min(left, count)
                cut = min(terms.purchase_basis_points, terms.holding_basis_points, terms.guarantee_basis_points)
                self._claim(
                    "I8",
                    abs(award.fen - bids_say) <= 1 or cut < 10_000,
                    f"{award.account} pays {award.fen}, its bids say {bids_say}",
                )
            limits = min(terms.purchase_basis_points, terms.holding_basis_points)
            if terms.guarantee_basis_points == limits == 10_000:
                least = sum(count for limit, count in mine if limit > price)
                self._claim("I8", award.count >= least, f"{award.account} wins {award.count} of {least}")

    def _drawn(self, event: e.AuctionCleared, sale: AuctionSeen, record: Record) -> None:
        """Equal bids at the price are served in the order of `random.Random(seed)`; asked where nothing else cuts them.

        Not where a limit or a guarantee trims bids, a holder sells too, or several auctions of an event clear together.
        """
        terms, body = sale.terms, record.body
        assert event.price is not None
        alone = sum(isinstance(each, e.AuctionCleared) for each in record.events) == 1 and not +sale.lots
        plain = min(terms.purchase_basis_points, terms.holding_basis_points, terms.guarantee_basis_points) == 10_000
        if not (alone and plain and isinstance(body, c.CloseAuction)) or event.released or event.withheld:
            return
        refused = {each.number for each in event.refused}
        bids = [bid for number, bid in enumerate(sale.bids, 1) if number not in refused]
        above: Counter[str] = Counter()
        for account, count, limit in bids:
            above[account] += count if limit > event.price else 0
        tied = [(account, count) for account, count, limit in bids if limit == event.price]
        left = event.sold - above.total()
        turn = list(range(len(tied)))
        Random(body.seed).shuffle(turn)
        for place in turn:
            account, count = tied[place]
            above[account] += min(count, left)
            left -= min(count, left)
        won = {award.account: award.count for award in event.awards}
        self._claim("I8", won == dict(+above), f"{event.auction}: {won} win, in the order of seed {body.seed} {above}")
