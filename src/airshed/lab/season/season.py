"""The demo season: a programme opened, a year traded and measured, reported, verified, surrendered and settled.

Firms, exchange, bank, verifiers and authority send the same commands that people send; there is no back door.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from airshed.engine import commands as c
from airshed.engine.nouns import Auction
from airshed.engine.procedures.deadlines import surrender_day
from airshed.lab.seals import salt_of, sealed
from airshed.lab.season import days, monthly_call, settling, yearend
from airshed.lab.season.claiming import priced_by_claim
from airshed.lab.season.desk import LOOK_MS, SeasonDesk
from airshed.lab.season.firms import Firm, decide_installations, firms_of
from airshed.lab.season.guide import guide, side_of
from airshed.lab.season.trader import CALLED, SeasonView, advance_bids_for, bids_for, order_for
from airshed.market.allocation import parts
from airshed.market.claims import ALL_BASIS_POINTS
from airshed.market.sharing.lawful import share_by_law
from airshed.model.allowance import Series
from airshed.model.refusal import Malformed
from airshed.registry import accounts
from airshed.rulebook import lookup
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import due_day, over
from airshed.zone.activities import activity_details, activity_lines, zone_activities
from airshed.zone.entering import BANK, EXCHANGE, HOST, people_of, second_people, works_of
from airshed.zone.zone import outlets_of

TRADING_ROUNDS = 2
#: Days after the end of the year, or of its season, on which the host says what it found.
NOTED_AFTER = 19
#: From which part of a cap on that rights may claim, in hundredths of a percent, a law counts as one of rights.
MOSTLY_RIGHTS = 5_000
#: From which part on, in hundredths of a percent, a cap counts as one that is mostly auctioned; and how likely a firm
#: bids in an auction of another one.
MOSTLY_AUCTIONED, BIDDING_CHANCE = 5_000, 0.35
HALF = 5_000
#: Day of the year on which the authority gives leave to buy across borders, where the law wants leave.
LEAVE = "07-01"
#: Days before its end in which firms report, most days over which opinions are spread, and how long before its opinion
#: a verifier asks.
REPORTING_DAYS, VERIFYING_DAYS, ASKING_DAYS = 59, 25, 5
MOST_REPORTING_DAYS = 50


def first_year(rules: Rulebook) -> int:
    """The first year with a cap: the one that a season of these rules plays."""
    return min(cap.vintage for cap in rules.caps.rows)


@dataclass(slots=True)
class Season(SeasonDesk):
    """A season in play, from its opening to the next vintage."""

    # --- opening

    def decide(self) -> None:
        """The authority publishes guide prices; firms form beliefs and decide what to install.

        The guide price is that of the firm's own side of the walls: only there will it find whom to trade with.
        """
        self.firms = firms_of(self.zone, self.seed, self.rules)
        for firm in self.firms:
            priced_by_claim(self.rules, firm, self.year)
        self.guide = guide(self.zone, self.rules, self.firms, self.year)
        floor = {rule.code: max(rule.reserve_fen_per_t, rule.floor_fen_per_t) for rule in self.rules.pollutants}
        side = partial(side_of, self.rules)
        decide_installations(self.firms, lambda firm: self.guide[side(firm)], floor, bought=self.mostly_auctioned)

    @property
    def mostly_auctioned(self) -> bool:
        """Whether most of a cap is auctioned, so that nobody is covered who stays away."""
        return self.rules.allocation.auction_basis_points > MOSTLY_AUCTIONED

    def open(self) -> None:
        """Adopt the rules, enter everybody, set and share out the caps."""
        authority = self.rules.programme.authority
        registrar = lookup.founders(self.rules, "RegisterActor")[0]
        at = self.rules.civil.instant(self.rules.programme.effective, 9)
        programme = self.rules.programme
        self.must(
            at,
            [
                (authority, c.AdoptRulebook(programme.id, programme.version, digest(self.rules), self.provenance)),
                *((registrar, body) for body in people_of(self.zone, self.rules)),
            ],
        )
        accounts: list[tuple[str, c.Body]] = []
        entering: list[tuple[str, c.Body]] = []
        outlets = outlets_of(self.zone)
        for firm in self.firms:
            for body in works_of(self.rules, firm.source, outlets[firm.source.source]):
                sender = authority if isinstance(body, c.RegisterSource) else registrar
                (accounts if isinstance(body, c.OpenAccount) else entering).append((sender, body))
            entering.append((BANK, c.Deposit(firm.account, max(firm.cash_fen, 1))))
        self.must(at + LOOK_MS, accounts)  # those of one group wait for a second person
        self.must(at + 3 * LOOK_MS, entering)
        self.must(at + 5 * LOOK_MS, [(registrar, body) for body in second_people(self.zone, self.rules)])
        self.grant(self.rules.civil.instant(f"{self.year - 1}-12-10", 9))
        for vintage in self._offered():
            self.issue(vintage, self.rules.civil.instant(f"{self.year - 1}-12-10", 9))

    def grant(self, at: int) -> None:
        """Where rights without an end may claim most of a cap, sources get them once; the rest goes out by the year.

        A right is for the source's part, by the method of the law, of the smallest cap that is known: so much can
        be promised for every year.
        """
        law = self.rules.terms
        if not law.open_rights or law.rights_basis_points < MOSTLY_RIGHTS:
            return
        known: dict[tuple[str, str], list[int]] = {}
        for cap in self.rules.caps.rows:
            known.setdefault((cap.pollutant, cap.jurisdiction), []).append(cap.count)
        accounts_of = {source.source: source.account for source in self.zone.sources}
        wishes: list[tuple[str, c.Body]] = []
        for (pollutant, place), counts in known.items():
            local = lookup.local(self.rules, place)
            tiers = parts(min(counts) * law.rights_basis_points // ALL_BASIS_POINTS, 0, 0)
            incumbents = [each for each in zone_activities(self.zone, local, pollutant, place) if not each.entrant]
            shared = share_by_law(local.allocation, tiers, incumbents)
            wishes += [
                (
                    self.rules.programme.authority,
                    c.GrantRight(accounts_of[share.source], pollutant, place, share.count, self.year, 0),
                )
                for share in shared.shares
                if share.count
            ]
        self.must(at, wishes)

    def _offered(self) -> list[int]:
        """The year's vintage, and that of the farthest year which may be auctioned, where it has a cap."""
        ahead = self.year + self.rules.auction.advance_years
        capped = {cap.vintage for cap in self.rules.caps.rows}
        return [self.year, *([ahead] if ahead > self.year and ahead in capped else [])]

    def issue(self, vintage: int, at: int) -> None:
        """Set the caps of a vintage and share them out."""
        authority = self.rules.programme.authority
        caps = [cap for cap in self.rules.caps.rows if cap.vintage == vintage]
        self.must(at, [(authority, c.SetCap(cap.pollutant, cap.jurisdiction, vintage)) for cap in caps])
        shared = [
            c.Allocate(
                cap.pollutant,
                cap.jurisdiction,
                vintage,
                activity_lines(self.zone, self.rules, cap.pollutant, cap.jurisdiction),
                details=activity_details(self.zone, self.rules, cap.pollutant, cap.jurisdiction),
            )
            for cap in caps
        ]
        self.must(at + LOOK_MS, [(authority, body) for body in shared])

    # --- the season, day by day

    def play(self, until: str = "") -> Iterator[str]:
        """Play day by day and yield each day when it is over; leave `until` at nine, when offices open."""
        chores = self._chores()
        series = self.series()
        listing = bool(lookup.senders(self.rules, "PlaceOrder"))
        calling, called = monthly_call.held(self.rules), ""
        traded = days.traded(self.rules, self.year)
        first = date.fromisoformat(f"{self.year}-{days.FIRST_SESSION}")
        for number, day in enumerate(days.days(self.rules, self.year)):
            iso = day.isoformat()
            yesterday = (day - timedelta(days=1)).isoformat()
            yearend.enter_marks(self, self.rules.civil.instant(iso, 8))
            self.must(self.rules.civil.instant(iso, 8), [(HOST, body) for body in self.sealed.get(yesterday, ())])
            if iso == until:
                return
            for chore in chores.get(iso, ()):
                chore(self.rules.civil.instant(iso, 9))
            self.must(self.rules.civil.instant(iso, 9, 15), [(HOST, body) for body in self.corrections.get(iso, ())])
            if first <= day <= traded[-1] and lookup.worked(self.rules, iso):
                view = SeasonView(self.rules, self.runner.state, number / (len(traded) - 1), self.year, series)
                if calling and iso[:7] != called:
                    called = iso[:7]
                    self._call(iso, view)
                if listing:
                    self._session(iso, view)
            yield iso

    def _call(self, day: str, view: SeasonView) -> None:
        """The calls of a month, over before the session of the day opens."""
        calls = monthly_call.calls_of(view, day[:7])
        self.must(self.rules.civil.instant(day, 9, 16), monthly_call.opened(EXCHANGE, calls, self.seed))
        orders = [order for firm in self.firms for order in self._orders(firm, view, CALLED)]
        self.tell(self.rules.civil.instant(day, 9, 20), list(monthly_call.gathered(view, calls, orders)))
        self.must(self.rules.civil.instant(day, 9, 25), monthly_call.closed(EXCHANGE, calls, self.seed))

    def _orders(self, firm: Firm, view: SeasonView, chance: float | None = None) -> list[c.PlaceOrder]:
        wanted = (order_for(firm, view, pollutant, self.owed(firm, pollutant), chance) for pollutant in firm.owes)
        return [order for order in wanted if order is not None]

    def _session(self, day: str, view: SeasonView) -> None:
        self.must(self.rules.civil.instant(day, 9, 30), [(EXCHANGE, c.OpenSession(day))])
        shuffled = list(self.firms)
        random.Random(f"{self.seed} session {day}").shuffle(shuffled)
        for turn in range(TRADING_ROUNDS):
            half = shuffled[turn::TRADING_ROUNDS]
            wishes: list[tuple[str, c.Body]] = []
            for firm in half:
                for pollutant in firm.owes:
                    order = order_for(firm, view, pollutant, self.owed(firm, pollutant))
                    if order is not None:
                        wishes.append((firm.account, order))
            self.tell(self.rules.civil.instant(day, 10 + turn), wishes)
        self.must(self.rules.civil.instant(day, 15), [(EXCHANGE, c.CloseSession(day))])

    def _chores(self) -> dict[str, list[Callable[[int], None]]]:
        """What happens on which day beside sealing and trading."""
        calendar = self.rules.calendar
        chores: dict[str, list[Callable[[int], None]]] = {}
        offers = self.rules.auction.days
        for number, day in enumerate(offers):
            left = len(offers) - number
            chores.setdefault(f"{self.year}-{day}", []).append(partial(self._auctions, number=number + 1, left=left))
        last_report = date.fromisoformat(due_day(self.rules, self.year, calendar.report_by))
        last_opinion = date.fromisoformat(due_day(self.rules, self.year, calendar.verify_by))
        noted = date.fromisoformat(over(self.rules, self.year)) + timedelta(days=NOTED_AFTER)
        first = max(last_report - timedelta(days=REPORTING_DAYS), noted + timedelta(days=1))
        reporting = min(MOST_REPORTING_DAYS, (last_report - first).days - ASKING_DAYS + 1)
        verifying = min(VERIFYING_DAYS, (last_opinion - last_report).days - days.QUIET_DAYS)
        if min(reporting, verifying) < 1:
            what = f"report_by {calendar.report_by} and verify_by {calendar.verify_by}"
            raise Malformed("rulebook.toml [calendar]", f"{what} leave no day to report or verify in", "part them")
        houses = self.zone.verifiers
        for number, firm in enumerate(self.firms):
            report = first + timedelta(days=firm.rng.randrange(reporting))
            verify = last_report + timedelta(days=1 + number % verifying)
            chores.setdefault(report.isoformat(), []).append(partial(yearend.report, self, firm=firm))
            verifier = houses[number % len(houses)]
            ask = verify - timedelta(days=ASKING_DAYS)
            chores.setdefault(ask.isoformat(), []).append(partial(yearend.ask, self, firm=firm, verifier=verifier))
            chores.setdefault(verify.isoformat(), []).append(
                partial(yearend.verify, self, firm=firm, verifier=verifier)
            )
        for number, mark in enumerate(self.marks, start=1):
            decide = partial(yearend.decide_mark, self, number=number, mark=mark)
            chores.setdefault(mark.decided_on(self.year), []).append(decide)
        if self.rules.trade_rules.crossing == "approval":
            chores.setdefault(f"{self.year}-{LEAVE}", []).append(self._allow_crossing)
        chores.setdefault(noted.isoformat(), []).append(partial(yearend.note, self))
        determined = last_opinion - timedelta(days=2)
        chores.setdefault(determined.isoformat(), []).append(partial(yearend.determine, self))
        chores.setdefault(last_opinion.isoformat(), []).append(partial(yearend.settle_advances, self))
        for number, firm in enumerate(self.firms):
            surrenders = days.surrenders(self.rules, self.year, number)
            chores.setdefault(surrenders, []).append(partial(settling.surrender, self, firm=firm))
        chores.setdefault(surrender_day(self.rules, self.year), []).append(partial(settling.sell_leftovers, self))
        chores.setdefault(days.settled(self.rules, self.year), []).append(partial(settling.close, self))
        chores.setdefault(days.issued(self.rules, self.year), []).append(partial(settling.decide_cases, self))
        if any(cap.vintage == self.year + 1 for cap in self.rules.caps.rows):
            chores.setdefault(days.issued(self.rules, self.year), []).append(partial(self.issue, self.year + 1))
        return chores

    def _allow_crossing(self, at: int) -> None:
        """Half a year has shown what cities lack: every firm that asks gets leave to buy elsewhere until the end."""
        authority = self.rules.programme.authority
        places = [place.code for place in self.rules.jurisdictions]
        until = surrender_day(self.rules, self.year)
        self.must(
            at,
            [
                (authority, c.AllowCrossing(firm.account, place, until, "asked for"))
                for firm in self.firms
                for place in places
                if place != firm.source.jurisdiction
            ],
        )

    def _part(self, auction: Auction) -> int | None:
        """Most that a firm bids for: where most of a cap is auctioned half of what is on offer, or what one may buy."""
        if not self.mostly_auctioned:
            return None
        return auction.count * min(HALF, self.rules.auction.purchase_basis_points) // ALL_BASIS_POINTS

    def _auctions(self, at: int, number: int, left: int) -> None:
        """Offer a share of what each auction account holds, take sealed bids, clear; advance vintages with the spot."""
        authority = self.rules.programme.authority
        state = self.runner.state
        lot = self.rules.auction.lot
        opening: list[tuple[str, c.Body]] = []
        names: list[str] = []
        closing: list[tuple[str, str]] = []
        offered = self._offered()
        for cap in self.rules.caps.rows:
            if cap.vintage not in offered:
                continue
            series = str(Series(cap.pollutant, cap.jurisdiction, cap.vintage))
            event = f"{cap.pollutant}-{cap.jurisdiction}-{self.year}-{number}" if len(offered) > 1 else ""
            there = state.ledger.held_of(accounts.auction(cap.jurisdiction), series).free
            waits = (
                state.unsold[series].count if series in state.unsold else 0
            )  # comes back by rule, beside what is new
            count = (there - waits) // left // lot * lot
            if count:
                names.append(f"{series}-{number}")
                whole = event or names[-1]
                seal = sealed(whole, self.seed)
                opening.append((authority, c.OpenAuction(names[-1], series, count, event, seal)))
                if not event or cap.vintage == self.year:
                    closing.append((names[-1], salt_of(whole, self.seed)))
        self.must(at, opening)
        law = self.rules.banking
        keeps = law.open and law.of == "holdings" and law.limit_basis_points == 10_000
        bids: list[tuple[str, c.Body]] = []
        for name in names:
            auction = state.auctions[name]
            for firm in self.firms:
                on_offer = Series.parse(auction.series)
                pollutant = on_offer.pollutant
                if pollutant not in firm.owes:
                    continue
                if on_offer.vintage > self.year:
                    bids += [
                        (firm.account, bid)
                        for bid in advance_bids_for(
                            firm, auction, lot, self.rules.auction.tick_fen_per_t, on_offer.vintage - self.year
                        )
                    ]
                elif self.mostly_auctioned or firm.rng.random() < BIDDING_CHANCE:
                    held = sum(
                        position.count
                        for held_series, position in state.ledger.of_account(firm.account)
                        if held_series.startswith(f"{pollutant}-") and Series.parse(held_series).vintage <= self.year
                    )
                    bids += [
                        (firm.account, bid)
                        for bid in bids_for(
                            firm,
                            auction,
                            lot,
                            self.rules.auction.tick_fen_per_t,
                            {pollutant: held},
                            keeps=keeps,
                            part=self._part(auction),
                        )
                    ]
        self.tell(at + 3_600_000, bids)
        self.must(at + 5 * 3_600_000, [(authority, c.CloseAuction(name, self.seed, salt)) for name, salt in closing])
