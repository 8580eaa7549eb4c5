"""A slow second opinion on pledges and leases: what they bind never leaves the account, and never grows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.figures import count_of, day_of, days_after, last_day, vintages, worth
from airshed.registry.moves import Delivered, Paid
from airshed.rulebook.schema import Rulebook

Key = tuple[str, int]


class Claims:
    """Follows claims record by record. `claim` asserts, `count_of` says what the mirror holds for an account."""

    def __init__(self, claim: Callable[[str, bool, str], None], count_of: Callable[[str, str], int]) -> None:
        self._claim = claim
        self._count_of = count_of
        #: What each pledge or lease binds, by account and series.
        self._binds: dict[Key, Counter[tuple[str, str]]] = {}
        #: Those that the other side has accepted.
        self._accepted: set[Key] = set()
        self._debts: dict[int, tuple[int, str, str]] = {}
        self._pay_by: dict[int, str] = {}
        self._enforce_from: dict[int, str] = {}
        #: The account that somebody acts for.
        self._acts_for: dict[str, str] = {}
        #: Last day of each lease, and the day of its first delivery.
        self._ends: dict[int, str] = {}
        self._since: dict[int, str] = {}
        #: Every lease as it was offered.
        self._terms: dict[int, e.LeaseOffered] = {}

        #: What a delivery or an end binds once its moves are made.
        self._later: list[tuple[Key, tuple[str, str], int]] = []

    def follow(self, record: Record, rules: Rulebook) -> None:
        """Take in what the events of a record say of claims, before their moves are looked at."""
        today = day_of(record.at, rules)
        for event in record.events:
            match event:
                case e.PledgeOffered():
                    key = ("pledge", event.pledge)
                    self._claim("I2", key not in self._binds, f"{key} is given twice")
                    bound = {(event.pledgor, series): event.count for series in vintages(event.series)}
                    self._binds[key] = Counter(bound)
                    self._debts[event.pledge] = (event.secured, event.pledgor, event.pledgee)
                    self._pay_by[event.pledge] = event.until
                case e.PledgeCalled():
                    late = self._pay_by[event.pledge] < today
                    self._claim("I2", late, f"{event} before the debt is due")
                    first = days_after(today, rules.pledge.notice_days)
                    self._claim("I2", event.enforce_from == first, f"{event}, by the law from {first}")
                    self._enforce_from[event.pledge] = event.enforce_from
                case e.PledgeAccepted():
                    self._accepted.add(("pledge", event.pledge))
                case e.ClaimCut():
                    held = self._binds[event.kind, event.number]
                    held[event.account, event.series] -= event.count
                    self._claim("I2", held[event.account, event.series] >= 0, f"{event} cuts more than is bound")
                case e.PledgeReleased():
                    self._released(event.pledge, record)
                case e.PledgeRedeemed() | e.PledgeEnforced():
                    if isinstance(event, e.PledgeEnforced):
                        self._called(event, today)
                    self._yielded(event)
                case e.PledgeForSale():
                    self._called(event, today)
                    bound = self._binds["pledge", event.pledge]
                    bound[event.pledgor, event.series] -= event.count
                    self._claim("I2", bound[event.pledgor, event.series] >= 0, f"{event} sells more than is bound")
                case e.PledgeServed():
                    self._served(event, record)
                case e.LeaseOffered():
                    ends = last_day(rules, int(vintages(event.series)[-1][-4:]))
                    self._claim("I2", event.ends == ends, f"{event}, its last vintage counts until {ends}")
                    self._ends[event.lease] = event.ends
                    self._lease_offered(event)
                case e.RightOffered():
                    aside = {(event.seller, series): count for series, count in event.aside.items()}
                    self._claim("I2", ("right", event.right) not in self._binds, f"{event} is a second offer")
                    self._binds["right", event.right] = Counter(aside)
                case e.RightDropped() | e.RightSold():
                    del self._binds["right", event.right]
                case e.ActorRegistered():
                    self._acts_for[event.actor] = event.account
                case e.LeaseDelivered():
                    self._delivered(event)
                case e.LeaseDropped() | e.LeaseShortened() | e.LeaseEnded():
                    if isinstance(record.body, c.EndLease):
                        self._in_time(event, record, rules)
                    self._lease_over(event, rules)
                case _:
                    pass

    def left(self, account: str, series: str) -> None:
        """After a move out of an account: what is bound there is there still. No pledged allowance is ever sold."""
        bound = sum(held[account, series] for held in self._binds.values())
        held = self._count_of(account, series)
        self._claim("I2", held >= bound, f"{account} holds {held} of {series}, {bound} are bound")

    def _called(self, event: e.PledgeEnforced | e.PledgeForSale, today: str) -> None:
        first = self._enforce_from.get(event.pledge)
        self._claim("I2", first is not None and today >= first, f"{event} on {today}, notice runs until {first}")

    def _in_time(self, event: e.Event, record: Record, rules: Rulebook) -> None:
        """The lessor gets back after the last day, and before it only what was not paid for in time."""
        today = day_of(record.at, rules)
        if isinstance(event, e.LeaseEnded) and self._acts_for.get(record.actor) != event.lessee:
            over = today > self._ends[event.lease]
            self._claim("I2", over, f"{event} by {record.actor} on {today}, it runs until {self._ends[event.lease]}")
        if isinstance(event, e.LeaseShortened):
            due = max(f"{min(event.kept)[-4:]}-{rules.lease.rent_by}", self._since[event.lease])
            patient = days_after(due, rules.lease.notice_days)
            self._claim("I2", today > patient, f"{event} on {today}, rent is waited for until {patient}")
            self._ends[event.lease] = event.ends

    def _released(self, number: int, record: Record) -> None:
        _, pledgor, _ = self._debts[number]
        mine = ("pledge", number) in self._accepted and record.actor == pledgor
        self._claim("I2", not mine, f"pledge {number} is released by its pledgor")
        del self._binds["pledge", number]

    def _yielded(self, event: e.PledgeRedeemed | e.PledgeEnforced) -> None:
        secured, pledgor, pledgee = self._debts[event.pledge]
        self._claim("I2", ("pledge", event.pledge) in self._accepted, f"{event} of a pledge nobody accepted")
        bound = self._binds.pop(("pledge", event.pledge))
        if isinstance(event, e.PledgeRedeemed):
            paid = [(move.origin, move.target, move.fen) for move in event.entry if hasattr(move, "fen")]
            self._claim("I3", paid == [(pledgor, pledgee, secured)], f"{event} pays something else than the debt")
            return
        for move in event.entry:
            assert not hasattr(move, "fen"), move
            taken = sum(block.last - block.first + 1 for block in move.blocks)
            within = taken <= bound[pledgor, move.series] and (move.origin, move.target) == (pledgor, pledgee)
            self._claim("I2", within, f"{event} takes more than the pledge binds")

    def _served(self, event: e.PledgeServed, record: Record) -> None:
        """The debt first, out of what the winners paid less the fee; a debt that is paid binds nothing."""
        secured, pledgor, pledgee = self._debts[event.pledge]
        sales = [each for each in record.events if isinstance(each, e.AuctionCleared) and each.auction == event.auction]
        earned = sum(award.fen for each in sales for award in each.awards) - sum(each.seller_fee for each in sales)
        payments = [move for each in sales for move in each.entry if isinstance(move, Paid)]
        paid = sum(move.fen for move in payments if (move.origin, move.target) == (pledgor, pledgee))
        right = event.fen == paid == min(secured, earned) and event.owed == secured - paid
        self._claim("I3", right, f"{event} pays {paid} of {secured} out of {earned}")
        self._debts[event.pledge] = (event.owed, pledgor, pledgee)
        bound = self._binds["pledge", event.pledge]
        bound[pledgor, event.series] += event.back
        if not event.owed or not any(bound.values()):
            del self._binds["pledge", event.pledge]

    # --- leases

    def _lease_offered(self, event: e.LeaseOffered) -> None:
        key = ("lease", event.lease)
        self._claim("I2", key not in self._binds, f"{key} is given twice")
        self._terms[event.lease] = event
        self._binds[key] = Counter({(event.lessor, series): event.count for series in vintages(event.series)})
        if event.part_of:
            self._binds["lease", event.part_of].subtract(self._binds[key])
            enough = min(self._binds["lease", event.part_of].values()) >= 0
            self._claim("I2", enough, f"{event} offers more than was leased")

    def _delivered(self, event: e.LeaseDelivered) -> None:
        self._since.setdefault(event.lease, event.day)
        terms, bound = self._terms[event.lease], self._binds["lease", event.lease]
        counts = {series: bound.pop((terms.lessor, series)) for series in event.delivered}
        value = worth(sum(counts.values()), terms.rent)
        paid = [(move.origin, move.target, move.fen) for move in event.entry if isinstance(move, Paid)]
        rent = [(terms.lessee, terms.lessor, value)] if value else []
        self._claim("I3", paid == rent, f"{event} pays another rent")
        for series, count in counts.items():
            self._claim("I2", 0 < count <= terms.count, f"{event} delivers what does not wait")
            self._later.append((("lease", event.lease), (terms.lessee, series), count))

    def _lease_over(self, event: e.LeaseDropped | e.LeaseShortened | e.LeaseEnded, rules: Rulebook) -> None:
        """What waits is free again at the lessor's; what lies with the lessee goes back, or is free there."""
        terms, bound = self._terms[event.lease], self._binds["lease", event.lease]
        freed = {place: count for place, count in bound.items() if place[0] == terms.lessor}
        if isinstance(event, e.LeaseEnded):
            left = {place: count for place, count in bound.items() if place[0] == terms.lessee and count}
            back = {(move.origin, move.series): count_of(move) for move in event.entry if isinstance(move, Delivered)}
            due = left if rules.lease.leftovers == "hand_back" else {}
            self._claim("I2", back == due, f"{event} hands {back} back, {due} by the law")
            if back and terms.part_of:
                self._later += [
                    (("lease", terms.part_of), (terms.lessor, place[1]), count) for place, count in left.items()
                ]
        if terms.part_of:
            self._binds["lease", terms.part_of].update(freed)
        for place in freed:
            del bound[place]
        if not isinstance(event, e.LeaseShortened):
            del self._binds["lease", event.lease]

    def aside(self, goods: Counter[tuple[str, str]], cash: Counter[str]) -> None:
        """Add what pledges, leases and rights on offer bind."""
        for bound in self._binds.values():
            goods.update(bound)

    def settle(self) -> None:
        """After the moves of a record: bind what arrived."""
        for key, place, count in self._later:
            self._binds[key][place] += count
        self._later.clear()
