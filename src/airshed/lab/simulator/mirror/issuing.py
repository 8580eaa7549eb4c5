"""A second opinion on how a cap is shared out: every part of it, and the claims of the simpler methods (I2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from statistics import median

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.advances import Advances
from airshed.lab.simulator.mirror.figures import delivered, paid_in, worth
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]


class Issuing:
    """Follows caps and shares; `makeup` is what sources make up for, by pollutant."""

    def __init__(self, claim: Claim, makeup: Counter[tuple[str, str]], count_of: Callable[[str, str], int]) -> None:
        self._claim = claim
        self._makeup = makeup
        self._count_of = count_of
        self._withdrawn: dict[int, tuple[str, str]] = {}
        self._advances = Advances(claim, self._makes_up)

    def follow(self, event: e.Event, record: Record, rules: Rulebook) -> None:
        """Take in a fact; anything that shares nothing out is passed over."""
        self._advances.follow(event, rules)
        match event:
            case e.CapSet():
                pollutant, place, vintage = event.series.split("-")
                rows = rules.caps.rows
                found = [
                    row.count
                    for row in rows
                    if (row.pollutant, row.jurisdiction, row.vintage) == (pollutant, place, int(vintage))
                ]
                self._claim("I2", found == [event.count], f"{event}, the law has {found}")
            case e.Allocated():
                assert isinstance(record.body, c.Allocate)
                self._shared(event, record.body, rules)
            case e.ReserveGranted():
                pollutant = event.series.split("-")[0]
                for grant in event.grants:
                    self._makes_up(grant.source, pollutant, grant.count + grant.made_up, grant.made_up)
            case e.Repurchased():
                self._back(event, rules)
            case e.WithdrawalNoticed():
                self._withdrawn[event.withdrawal] = (event.source, event.series.split("-")[0])
            case e.AllowancesWithdrawn():
                self._makeup[self._withdrawn[event.withdrawal]] += event.make_up
            case e.WithdrawalRestored():
                self._makeup[self._withdrawn[event.withdrawal]] -= event.cancelled
            case e.AllocationReversed():
                self._makeup[event.source, event.series.split("-")[0]] += event.due
            case e.TruedUp():
                for line in event.lines:
                    self._makeup[line.source, event.series.split("-")[0]] += line.due
            case _:
                pass

    def _shared(self, event: e.Allocated, body: c.Allocate, rules: Rulebook) -> None:
        pollutant = body.pollutant
        law = rules.allocation
        rest = self._count_of(f"issuance-{body.jurisdiction}", event.series)
        self._claim("I2", rest == 0, f"{rest} of {event.series} are shared out to nobody")
        cap = delivered(event.entry, event.series)
        kept = cap * law.reserve_basis_points // 10_000
        for_auction = cap * law.auction_basis_points // 10_000
        self._claim("I2", event.for_auction == for_auction, f"{event.series}: {event.for_auction} for auction")
        free = cap - kept - for_auction
        entrants = {line.source for line in body.activities if line.entrant}
        shares = {award.source: award.count for award in event.awards if award.source not in entrants}
        self._whole(event, rules, shares, free)
        claims = _claims(body, rules)
        if claims is not None:
            advance = rules.allocation.advance_basis_points
            due = _largest_remainder(_shared_pool(free, claims, rules), claims)
            due = due if advance is None else {source: count * advance // 10_000 for source, count in due.items()}
            self._claim("I2", shares == due, f"{event.series} is shared {shares}, by the law {due}")
            above = max(0, free - round(sum(claims.values()))) if law.unclaimed != "cancelled" else 0
            said = body.knowing.get(f"above {event.series}", 0)
            self._claim("I2", said == above, f"{event.series}: {above} above all claims, known are {said}")
        for award in event.awards:
            self._makes_up(award.source, pollutant, award.count, award.made_up)

    def _whole(self, event: e.Allocated, rules: Rulebook, shares: Mapping[str, int], free: int) -> None:
        """All that is to share goes to sources, but for what an advance keeps of every share."""
        law = rules.allocation
        advance = law.advance_basis_points
        given = sum(shares.values())
        self._claim("I2", given + event.kept_back == free, f"{event.series}: {shares} are not the {free} to share")
        if advance in (None, 10_000):
            self._claim("I2", event.kept_back == 0, f"{event.series}: {event.kept_back} are kept for nothing")
        else:
            least = 0 if law.unclaimed == "cancelled" else free * advance // 10_000 - len(shares)
            due = least <= given <= free * advance // 10_000
            self._claim("I2", due, f"{event.series}: {shares} are not {advance / 100:g} % of the {free} to share")

    def _makes_up(self, source: str, pollutant: str, count: int, made_up: int) -> None:
        """An earlier shortfall comes off the next allocation, as far as it goes."""
        due = min(count, self._makeup[source, pollutant])
        self._claim("I2", made_up == due, f"{source} makes up {made_up} of {pollutant}, {due} are due of {count}")
        self._makeup[source, pollutant] -= made_up

    def _back(self, event: e.Repurchased, rules: Rulebook) -> None:
        """The government pays its own price, for a part of what it has allocated."""
        rule = next(each for each in rules.pollutants if each.code == event.series.split("-")[0])
        self._claim("I3", event.price == rule.repurchase_fen_per_t, f"{event} at another price than the law's")
        fen = worth(event.count, event.price)
        self._claim("I3", paid_in(event.entry) == fen, f"{event} pays another sum than {fen}")
        self._claim("I2", delivered(event.entry, event.series) == event.count, f"{event} takes another count")


def _claims(body: c.Allocate, rules: Rulebook) -> Mapping[str, Fraction] | None:
    """What old sources claim by history or an equal cut; other methods need the tables of benchmarks."""
    law = rules.allocation
    old = [line for line in body.activities if not line.entrant]
    if law.method == "history" and law.baseline == "mean":
        return {line.source: Fraction(sum(line.emitted_kg), len(line.emitted_kg)) for line in old}
    if law.method == "history" and law.baseline == "median":
        return {line.source: Fraction(median(Fraction(kg) for kg in line.emitted_kg)) for line in old}
    if law.method == "history":
        many = int(law.baseline[-1])
        return {line.source: Fraction(sum(sorted(line.emitted_kg)[-many:]), many) for line in old}
    if law.method == "equal_cut":
        return {line.source: Fraction(line.emitted_kg[-1]) for line in old}
    return None


def _shared_pool(free: int, claims: Mapping[str, Fraction], rules: Rulebook) -> int:
    """What claims share of what is free: all of it, or no more than they are where the rest waits for output."""
    return min(free, int(sum(claims.values()))) if rules.allocation.unclaimed == "cancelled" else free


def _largest_remainder(pool: int, claims: Mapping[str, Fraction]) -> dict[str, int]:
    """In proportion, rounded down; what is left goes to the largest remainders, equal ones to the lower name."""
    total = sum(claims.values())
    exact = {source: pool * claim / total for source, claim in claims.items()}
    shares = {source: share.numerator // share.denominator for source, share in exact.items()}
    order = sorted(exact, key=lambda source: (shares[source] - exact[source], source))
    for source in order[: pool - sum(shares.values())]:
        shares[source] += 1
    return shares
