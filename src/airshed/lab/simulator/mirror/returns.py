"""The mirror's second opinion on the way back: the reserve, new entrants, reverse auctions, withdrawal, withholding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from airshed.engine import events as e
from airshed.lab.simulator.mirror.figures import count_of, day_of, delivered, paid_in, worth
from airshed.lab.simulator.mirror.primary import Claim, Place
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook

#: What may bring allowances into a government reserve, and what may take them out.
INTO = (
    e.Allocated,
    e.SupplyAdjusted,
    e.TruedUp,
    e.Repurchased,
    e.RepurchaseCleared,
    e.UnpaidWithdrawn,
    e.AllowancesWithdrawn,
    e.AllocationReversed,
    e.WithheldForfeited,
    e.AuctionCleared,
    e.YearClosed,
    e.ReserveFed,
    e.Transferred,
    e.ExcessReturned,
    e.AccountClosed,
)
OUT_OF = (
    e.SupplyAdjusted,
    e.TruedUp,
    e.ReserveGranted,
    e.UnusedReleased,
    e.ReserveDrawn,
    e.AuctionCleared,
    e.WithdrawalRestored,
    e.RightGranted,
    e.RightRenewed,
    e.SupplyLapsed,
    e.AllowancesWrittenOff,
    e.CreditsVoided,
)


@dataclass(slots=True)
class ReverseSeen:
    """A reverse auction and its asks: who, how many, at which price."""

    opened: e.RepurchaseOpened
    asks: list[tuple[str, int, int]] = field(default_factory=list)


class Returns:
    """Follows what comes back; `claim` counts a check and fails with its number."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._caps: dict[str, int] = {}
        self._for_entrants: Counter[str] = Counter()
        self._drawn: Counter[tuple[str, str]] = Counter()
        self._applied: dict[int, e.ApplicationMade] = {}
        self._tenders: dict[str, ReverseSeen] = {}
        self._noticed: dict[int, e.WithdrawalNoticed] = {}
        self._done: dict[int, e.AllowancesWithdrawn] = {}
        self._paid_back: Counter[int] = Counter()
        self._appealed: set[int] = set()
        self._withheld: dict[int, e.AllowancesWithheld] = {}

    def follow(self, event: e.Event, at: int, rules: Rulebook) -> None:
        """Take in a fact; anything that is not about what comes back is passed over."""
        self._by_rule(event)
        today = day_of(at, rules)
        match event:
            case e.CapSet():
                self._caps[event.series] = event.count
            case e.Allocated():
                kept = _kept(event)
                self._for_entrants[event.series] = kept - sum(each.made_up for each in event.awards) - event.kept_back
            case e.ApplicationMade():
                self._applied[event.application] = event
                last = f"{event.series[-4:]}-{rules.new_entrants.apply_by}"
                self._claim("I2", today <= last, f"{event} on {today}, the last day was {last}")
            case e.ApplicationDropped():
                del self._applied[event.application]
            case e.ReserveGranted():
                self._granted(event)
                if rules.new_entrants.order == "pro_rata":
                    last = f"{event.series[-4:]}-{rules.new_entrants.apply_by}"
                    self._claim("I2", today > last, f"{event} on {today}, others may apply until {last}")
            case e.UnusedReleased():
                first = f"{event.series[-4:]}-{rules.new_entrants.unused_on}"
                self._claim("I2", today >= first, f"{event} on {today}, not before {first}")
                self._for_entrants[event.series] -= event.count
                self._claim("I2", self._for_entrants[event.series] >= 0, f"{event.series}: more is unused than kept")
                self._unused(event, rules)
            case e.ReserveDrawn():
                self._draw(event, rules)
            case e.AuctionCleared():
                for move in event.entry:
                    if isinstance(move, Delivered) and move.origin.startswith("reserve-"):
                        self._drawn[move.series, "containment"] += count_of(move)
            case e.RepurchaseOpened():
                self._tenders[event.repurchase] = ReverseSeen(event)
            case e.AskPlaced():
                self._tenders[event.repurchase].asks.append((event.account, event.count, event.price))
            case e.AskReturned():
                asks = self._tenders[event.repurchase].asks
                account, count, price = asks[event.number - 1]
                self._claim("I2", (account, count) == (event.account, event.count), f"{event} is not what was asked")
                asks[event.number - 1] = (account, 0, price)
            case e.RepurchaseCleared():
                self._cleared(event)
            case _:
                self._back(event, today)

    def asked(self) -> Counter[Place]:
        """What waits in reverse auctions."""
        found: Counter[Place] = Counter()
        for tender in self._tenders.values():
            for account, count, _ in tender.asks:
                found[account, tender.opened.series] += count
        return found

    def blocked(self) -> Counter[Place]:
        """What must not leave its account though nobody offered it: under notice, withheld."""
        found: Counter[Place] = Counter()
        for noticed in self._noticed.values():
            found[noticed.account, noticed.series] += noticed.count
        for withheld in self._withheld.values():
            found[withheld.account, withheld.series] += withheld.count
        return found

    def aside(self, goods: Counter[Place], cash: Counter[str]) -> None:
        """Add what asks have set aside, and applications in money; what is blocked is counted elsewhere."""
        goods.update(self.asked())
        for each in self._applied.values():
            cash[each.account] += each.held

    def _by_rule(self, event: e.Event) -> None:
        """A reserve is fed and drawn by what the law names, and holds what its own place has issued (I2)."""
        for move in getattr(event, "entry", ()):
            if not isinstance(move, Delivered):
                continue
            for account, kinds in ((move.target, INTO), (move.origin, OUT_OF)):
                if account.startswith("reserve-"):
                    home = account == f"reserve-{move.series.split('-')[1]}"
                    self._claim("I2", home and isinstance(event, kinds), f"{account} moves {move.series} by {event}")

    def _unused(self, event: e.UnusedReleased, rules: Rulebook) -> None:
        """All of it goes to auction, or to sources, each of which gets what its share says."""
        place = event.series.split("-")[1]
        to = {move.target: count_of(move) for move in event.entry if isinstance(move, Delivered)}
        said = Counter[str]()
        for share in event.shares:
            said[share.account] += share.count
        got = Counter[str]()
        for move in event.entry:
            assert isinstance(move, Delivered), move
            got[move.target] += count_of(move)
        if rules.new_entrants.unused_to == "auction":
            self._claim("I2", to == {f"auction-{place}": event.count}, f"{event.series}: what is unused goes to {to}")
        else:
            right = got == said and sum(got.values()) == event.count
            self._claim("I2", right, f"{event.series}: {got} for {said} of {event.count}")

    def _granted(self, event: e.ReserveGranted) -> None:
        for grant in event.grants:
            asked = self._applied.pop(grant.application)
            most = grant.count + grant.made_up <= asked.wanted
            self._claim("I2", most, f"application {asked.application} gets more than the {asked.wanted} it claims")
            fen = worth(grant.count, asked.price)
            self._claim("I3", grant.fen == fen <= asked.held, f"application {asked.application} pays {grant.fen}")
        given = sum(grant.count for grant in event.grants)
        self._claim("I2", delivered(event.entry, event.series) == given, "delivers another count than it grants")
        self._claim("I3", paid_in(event.entry) == sum(grant.fen for grant in event.grants), "pays another sum")
        self._for_entrants[event.series] -= given
        self._claim("I2", self._for_entrants[event.series] >= 0, f"grants more of {event.series} than was kept")

    def _draw(self, event: e.ReserveDrawn, rules: Rulebook) -> None:
        law = rules.reserve
        share = law.auction_basis_points if event.purpose == "auction" else law.containment_basis_points
        self._drawn[event.series, event.purpose] += event.count
        drawn = self._drawn[event.series, event.purpose]
        most = self._caps[event.series] * share // 10_000
        self._claim("I2", drawn <= most, f"{drawn} of {event.series} drawn for {event.purpose}, at most {most}")

    def _cleared(self, event: e.RepurchaseCleared) -> None:
        """No cheaper ask is left behind, and nobody gets less than it asked, or more than the law lets (I8)."""
        tender = self._tenders.pop(event.repurchase)
        terms = tender.opened
        bought = sum(award.count for award in event.awards)
        self._claim("I8", bought == event.bought <= terms.count, f"buys {bought} of {terms.count}")
        self._claim("I8", delivered(event.entry, terms.series) == bought, "moves another count than it buys")
        paid = sum(award.fen for award in event.awards)
        self._claim("I8", paid == event.fen == paid_in(event.entry) <= terms.budget_fen, f"pays {paid}")
        if event.price is None:
            self._claim("I8", not event.awards, "buys without a price")
            return
        self._claim("I8", event.price <= terms.ceiling, f"{event.price} is above the ceiling of {terms.ceiling}")
        for award in event.awards:
            asks = sorted((price, count) for account, count, price in tender.asks if account == award.account)
            cheaper = sum(count for price, count in asks if price < event.price)
            within = sum(count for price, count in asks if price <= event.price)
            self._claim("I8", cheaper <= award.count <= within, f"{award.account} sells {award.count}")
            if terms.terms.price_rule == "uniform":
                value = worth(award.count, event.price)
            else:
                value = (2 * _worth(asks, award.count) + 1000) // 2000
            self._claim("I8", abs(award.fen - value) <= 1, f"{award.account} gets {award.fen} fen for {value}")
        sold = {award.account for award in event.awards}
        left = [each for each in tender.asks if each[1] and each[2] < event.price and each[0] not in sold]
        self._claim("I8", not left, f"{left} are cheaper than {event.price} and left behind")

    def _back(self, event: e.Event, today: str) -> None:
        match event:
            case e.WithdrawalNoticed():
                self._noticed[event.withdrawal] = event
            case e.AppealDecided():
                noticed = self._noticed[event.withdrawal]
                self._claim("I11", noticed.actor != event.actor, f"{event.actor} decides on an act of its own")
                self._appealed.discard(event.withdrawal)
                if event.upheld:
                    del self._noticed[event.withdrawal]
            case e.WithdrawalAppealed():
                noticed = self._noticed[event.withdrawal]
                self._claim("I11", today <= noticed.appeal_by, f"{event} on {today}, by {noticed.appeal_by}")
                self._appealed.add(event.withdrawal)
            case e.AllowancesWithdrawn():
                noticed = self._noticed.pop(event.withdrawal)
                over = today > noticed.notice_until and event.withdrawal not in self._appealed
                self._claim("I2", over, f"{event} on {today}, notice runs until {noticed.notice_until}, or an appeal")
                self._claim("I2", event.count + event.kept == noticed.count, f"withdraws {event.count}")
                self._claim("I2", delivered(event.entry, noticed.series) == event.count, "moves another count")
                fen = worth(event.count, noticed.price)
                self._claim("I3", event.fen == fen == paid_in(event.entry), f"pays {event.fen} for {fen}")
                self._done[event.withdrawal] = event
            case e.PaidBack():
                due = self._done[event.withdrawal].due_fen - self._paid_back[event.withdrawal]
                self._claim("I3", event.fen == due == paid_in(event.entry), f"pays {event.fen} back, owes {due}")
                self._paid_back[event.withdrawal] += event.fen
            case e.WithdrawalRestored():
                done = self._done.pop(event.withdrawal)
                due = done.count + done.make_up
                self._claim("I2", event.count + event.cancelled == due, f"gives {event.count} back of {due}")
                fen = abs(done.fen - self._paid_back.pop(event.withdrawal, 0))
                self._claim("I3", paid_in(event.entry) == fen, f"money of withdrawal {event.withdrawal}")
            case e.AllowancesWithheld():
                self._withheld[event.withholding] = event
            case e.WithholdingReleased():
                del self._withheld[event.withholding]
            case e.WithheldForfeited():
                held = self._withheld.pop(event.withholding)
                late = today > held.until and held.ground != "investigation"
                self._claim("I2", late, f"{event} on {today}; {held.ground} may be met until {held.until}")
                self._claim("I2", event.count + event.kept == held.count, f"forfeits {event.count} of {held.count}")
                self._claim("I2", delivered(event.entry, held.series) == event.count, "forfeits another count")
            case _:
                pass


def short_of(wanted: Mapping[Place, int], held: Mapping[Place, Sequence[tuple[int, int]]]) -> list[Place]:
    """Where less is held than must not leave."""
    return [
        place for place, count in wanted.items() if sum(last - first + 1 for first, last in held.get(place, ())) < count
    ]


def _worth(asks: Sequence[tuple[int, int]], count: int) -> int:
    """What the cheapest `count` of a seller's asks are worth, in thousandths of a fen."""
    worth = 0
    for price, most in asks:
        part = min(most, count)
        worth += part * price
        count -= part
    return worth


def _kept(event: e.Allocated) -> int:
    return sum(
        count_of(move) for move in event.entry if isinstance(move, Delivered) and move.target.startswith("reserve-")
    )
