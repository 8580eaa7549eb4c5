"""The demo season: a programme opened, a year traded and measured, reported, verified, surrendered and settled.

Firms, exchange, bank, verifiers and authority send the same commands that people send; there is no back door.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from airshed.engine import commands as c
from airshed.engine.runner import Answer, Runner
from airshed.lab import yearend
from airshed.lab.firms import Firm, decide_installations, firms_of, guide_prices
from airshed.lab.marking import PlannedMark
from airshed.lab.trader import View, bids_for, order_for
from airshed.lab.yearend import HOST_ACTOR, INSPECTOR_ACTOR
from airshed.lab.zone import Zone
from airshed.model.allowance import Pollutant, Series
from airshed.model.period import instant
from airshed.registry import accounts
from airshed.rulebook import look
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook

EXCHANGE_ACTOR = "zone-exchange"
BANK_ACTOR = "settlement-bank"
VERIFIERS = ("verifier-kunming", "verifier-yuxi", "verifier-mengzi")
#: Who of a verifier's house reviews an opinion before it counts.
REVIEWERS = tuple(f"{name}-review" for name in VERIFIERS)
#: Days of the year on which a quarter of the auction part is offered.
AUCTION_DAYS = ("02-10", "05-12", "08-11", "11-10")
FIRST_SESSION, LAST_SESSION = "01-04", "06-26"
TRADING_ROUNDS = 2


@dataclass(slots=True)
class Season:
    """A season in play.

    `sealed` gives the monitoring host's commands by day, `corrections` those that it sends on a later day, `findings`
    what it notes by stack; `marks` are the operators', `doubts` what a verifier sees by source.
    """

    runner: Runner
    rules: Rulebook
    zone: Zone
    seed: int
    year: int
    firms: list[Firm] = field(default_factory=list)
    guide: dict[str, int] = field(default_factory=dict)
    sealed: Mapping[str, Sequence[c.SealDay]] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, c.NoteFindings] = field(default_factory=dict)
    marks: Sequence[PlannedMark] = ()
    corrections: Mapping[str, Sequence[c.SealDay]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    sent: int = 0

    # --- sending

    def tell(self, at: int, wishes: Sequence[tuple[str, c.Body]]) -> list[Answer]:
        """Send commands as one group at one instant; keys number them, refusals are counted."""
        if not wishes:
            return []
        group = []
        for actor, body in wishes:
            self.sent += 1
            group.append((c.Command(actor, f"{self.year}-{self.sent}", body), at))
        answers = self.runner.send_all(group)
        for answer in answers:
            if answer.refusal is not None:
                self.refused[answer.refusal.why] += 1
        return answers

    def must(self, at: int, wishes: Sequence[tuple[str, c.Body]]) -> list[Answer]:
        """Send commands of which none may be refused in a sound programme."""
        answers = self.tell(at, wishes)
        for (actor, body), answer in zip(wishes, answers, strict=True):
            assert answer.refusal is None, f"{actor} {type(body).__name__}: {answer.refusal}"
        return answers

    # --- opening

    def decide(self) -> None:
        """The authority publishes guide prices; firms form beliefs and decide what to install.

        What the new-entrant reserve keeps is not there to cover emissions, so the guide price leaves it out.
        """
        caps: dict[str, int] = {pollutant.code: 0 for pollutant in self.rules.pollutants}
        for cap in self.rules.caps.rows:
            if cap.vintage == self.year:
                kept = look.local(self.rules, cap.jurisdiction).allocation.reserve_basis_points
                caps[cap.pollutant] += cap.count * (10_000 - kept) // 10_000
        self.firms = firms_of(self.zone, self.seed)
        self.guide = guide_prices(self.firms, caps)
        floor = {rule.code: rule.reserve_fen_per_t for rule in self.rules.pollutants}
        decide_installations(self.firms, self.guide, floor)

    def open(self) -> None:
        """Adopt the rules, enter everybody, set and share out the caps."""
        authority = self.rules.programme.authority
        at = instant(self.rules.programme.effective, 9)
        programme = self.rules.programme
        self.must(
            at,
            [
                (authority, c.AdoptRulebook(programme.id, programme.version, digest(self.rules))),
                (authority, c.RegisterActor(EXCHANGE_ACTOR, "exchange")),
                (authority, c.RegisterActor(BANK_ACTOR, "bank")),
                (authority, c.RegisterActor(HOST_ACTOR, "monitor")),
                (authority, c.RegisterActor(INSPECTOR_ACTOR, "authority")),
                *((authority, c.RegisterActor(name, "verifier")) for name in (*VERIFIERS, *REVIEWERS)),
            ],
        )
        stacks: dict[str, list[c.StackEntry]] = {}
        for stack in self.zone.stacks:
            names = tuple(pollutant.value for pollutant in stack.monitors)
            stacks.setdefault(stack.source, []).append(c.StackEntry(stack.stack, names))
        entering: list[tuple[str, c.Body]] = []
        for firm in self.firms:
            source = firm.source
            name = source.name_en
            entering += [
                (
                    authority,
                    c.OpenAccount(firm.account, "operator", name, source.jurisdiction, source.group or ""),
                ),
                (authority, c.RegisterActor(firm.account, "operator", firm.account)),
                (
                    authority,
                    c.RegisterSource(
                        source.source,
                        name,
                        firm.account,
                        source.jurisdiction,
                        source.sector.value,
                        source.origin == "synthetic",
                        tuple(stacks.get(source.source, ())),
                    ),
                ),
                (BANK_ACTOR, c.Deposit(firm.account, max(firm.cash_fen, 1))),
            ]
        self.must(at + 60_000, entering)
        self.issue(self.year, instant(f"{self.year - 1}-12-10", 9))

    def issue(self, vintage: int, at: int) -> None:
        """Set the caps of a vintage and share them out."""
        authority = self.rules.programme.authority
        wishes: list[tuple[str, c.Body]] = []
        for cap in self.rules.caps.rows:
            if cap.vintage == vintage:
                wishes += [
                    (authority, c.SetCap(cap.pollutant, cap.jurisdiction, vintage)),
                    (
                        authority,
                        c.Allocate(
                            cap.pollutant, cap.jurisdiction, vintage, self.activities(cap.pollutant, cap.jurisdiction)
                        ),
                    ),
                ]
        self.must(at, wishes)

    def activities(self, pollutant: str, jurisdiction: str) -> tuple[c.ActivityLine, ...]:
        """The baseline of a jurisdiction's sources, as the authority puts it into the book."""
        wanted = Pollutant(pollutant)
        lines: list[c.ActivityLine] = []
        for source in self.zone.sources:
            if source.jurisdiction == jurisdiction:
                rows = [row for row in self.zone.baseline if row.source == source.source]
                lines.append(
                    c.ActivityLine(
                        source.source,
                        tuple(row.year for row in rows),
                        tuple(row.kg(wanted) for row in rows),
                        tuple(row.output for row in rows),
                        source.role == "new_entrant",
                    )
                )
        return tuple(lines)

    # --- the season, day by day

    def days(self) -> list[date]:
        """From the first day of the year to the last session."""
        first = date(self.year, 1, 1)
        last = date.fromisoformat(f"{self.year + 1}-{LAST_SESSION}")
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def play(self) -> Iterator[str]:
        """Play day by day and yield each day when it is over."""
        days = self.days()
        first = date.fromisoformat(f"{self.year}-{FIRST_SESSION}")
        chores = self._chores()
        series = self._series()
        for number, day in enumerate(days):
            iso = day.isoformat()
            yesterday = (day - timedelta(days=1)).isoformat()
            yearend.enter_marks(self, instant(iso, 8))
            self.must(instant(iso, 8), [(HOST_ACTOR, body) for body in self.sealed.get(yesterday, ())])
            for chore in chores.get(iso, ()):
                chore(instant(iso, 9))
            self.must(instant(iso, 9, 15), [(HOST_ACTOR, body) for body in self.corrections.get(iso, ())])
            if day >= first and look.worked(self.rules, iso):
                view = View(self.rules, self.runner.state, number / (len(days) - 1), self.year, series)
                self._session(iso, view)
            yield iso

    def _series(self) -> dict[str, tuple[str, ...]]:
        issued = [Series.parse(name) for name in self.runner.state.ledger.caps]
        return {
            pollutant.value: tuple(str(series) for series in issued if series.pollutant == pollutant.value)
            for pollutant in Pollutant
        }

    def _session(self, day: str, view: View) -> None:
        self.must(instant(day, 9, 30), [(EXCHANGE_ACTOR, c.OpenSession(day))])
        shuffled = list(self.firms)
        random.Random(f"{self.seed} session {day}").shuffle(shuffled)
        for turn in range(TRADING_ROUNDS):
            half = shuffled[turn::TRADING_ROUNDS]
            wishes: list[tuple[str, c.Body]] = []
            for firm in half:
                for pollutant in view.series:
                    order = order_for(firm, view, pollutant, self._owed(firm, pollutant))
                    if order is not None:
                        wishes.append((firm.account, order))
            self.tell(instant(day, 10 + turn), wishes)
        self.must(instant(day, 15), [(EXCHANGE_ACTOR, c.CloseSession(day))])

    def _owed(self, firm: Firm, pollutant: str) -> int | None:
        year = self.runner.state.years.get((firm.source.source, self.year))
        if year is None or year.verified_mg is None:
            return None
        return year.obligation[pollutant] - year.surrendered.get(pollutant, 0)

    def _chores(self) -> dict[str, list[Callable[[int], None]]]:
        """What happens on which day beside sealing and trading."""
        following = self.year + 1
        chores: dict[str, list[Callable[[int], None]]] = {}
        for number, day in enumerate(AUCTION_DAYS):
            left = len(AUCTION_DAYS) - number
            chores.setdefault(f"{self.year}-{day}", []).append(partial(self._auctions, number=number + 1, left=left))
        for number, firm in enumerate(self.firms):
            report = date(following, 2, 1) + timedelta(days=firm.rng.randrange(50))
            verify = date(following, 4, 1) + timedelta(days=number % 25)
            chores.setdefault(report.isoformat(), []).append(partial(yearend.report, self, firm=firm))
            verifier = VERIFIERS[number % len(VERIFIERS)]
            ask = verify - timedelta(days=5)
            chores.setdefault(ask.isoformat(), []).append(partial(yearend.ask, self, firm=firm, verifier=verifier))
            chores.setdefault(verify.isoformat(), []).append(
                partial(yearend.verify, self, firm=firm, verifier=verifier)
            )
        for number, mark in enumerate(self.marks, start=1):
            decide = partial(yearend.decide_mark, self, number=number, mark=mark)
            chores.setdefault(mark.decided_on(self.year), []).append(decide)
        chores.setdefault(f"{following}-01-20", []).append(partial(yearend.note, self))
        chores.setdefault(f"{following}-04-28", []).append(partial(yearend.determine, self))
        return chores

    def _auctions(self, at: int, number: int, left: int) -> None:
        """Offer a share of what each auction account holds, take sealed bids, clear."""
        authority = self.rules.programme.authority
        state = self.runner.state
        lot = self.rules.auction.lot
        opening: list[tuple[str, c.Body]] = []
        names: list[str] = []
        for cap in self.rules.caps.rows:
            if cap.vintage != self.year:
                continue
            series = str(Series(cap.pollutant, cap.jurisdiction, cap.vintage))
            free = state.ledger.held_of(accounts.auction(cap.jurisdiction), series).free
            count = free // left // lot * lot
            if count:
                names.append(f"{series}-{number}")
                opening.append((authority, c.OpenAuction(names[-1], series, count)))
        self.must(at, opening)
        bids: list[tuple[str, c.Body]] = []
        for name in names:
            auction = state.auctions[name]
            for firm in self.firms:
                pollutant = Series.parse(auction.series).pollutant
                held = sum(
                    position.count
                    for held_series, position in state.ledger.of_account(firm.account)
                    if held_series.startswith(f"{pollutant}-")
                )
                if firm.rng.random() < 0.35:
                    bids += [
                        (firm.account, bid)
                        for bid in bids_for(firm, auction, lot, self.rules.auction.tick_fen_per_t, {pollutant: held})
                    ]
        self.tell(at + 3_600_000, bids)
        self.must(at + 5 * 3_600_000, [(authority, c.CloseAuction(name, self.seed)) for name in names])

    # --- settling

    def settle(self) -> None:
        """Surrender, sell leftovers back, close the year, pay penalties, issue the next vintage with make-up."""
        following = self.year + 1
        deadline = f"{following}-{self.rules.calendar.surrender_by}"
        series = self._series()
        for firm in self.firms:
            wishes: list[tuple[str, c.Body]] = []
            for pollutant, names in series.items():
                owed = self._owed(firm, pollutant) or 0
                free = sum(self.runner.state.ledger.held_of(firm.account, name).free for name in names)
                if min(owed, free):
                    wishes.append(
                        (firm.account, c.Surrender(firm.source.source, self.year, pollutant, min(owed, free)))
                    )
            self.must(instant(deadline, 10), wishes)
        for firm in self.firms:
            self.tell(instant(deadline, 14), self._leftovers(firm, series))
        after = (date.fromisoformat(deadline) + timedelta(days=1)).isoformat()
        authority = self.rules.programme.authority
        self.must(instant(after, 9), [(authority, c.CloseYear(firm.account, self.year)) for firm in self.firms])
        self._penalties(instant(after, 11))
        if any(cap.vintage == following for cap in self.rules.caps.rows):
            self.issue(following, instant(f"{following}-07-15", 9))

    def _leftovers(self, firm: Firm, series: Mapping[str, Sequence[str]]) -> list[tuple[str, c.Body]]:
        """What may not be banked is offered to the government, as far as it buys."""
        state = self.runner.state
        offers: list[tuple[str, c.Body]] = []
        for pollutant, names in series.items():
            year = state.years[firm.source.source, self.year]
            room = year.obligation[pollutant] * self.rules.banking.limit_basis_points // 10_000
            over = sum(state.ledger.held_of(firm.account, name).free for name in names) - room
            for name in names:
                most = state.allocated.get((firm.account, name), 0) * self.rules.repurchase.limit_basis_points // 10_000
                count = min(over, most, state.ledger.held_of(firm.account, name).free)
                if count > 0:
                    offers.append((firm.account, c.OfferRepurchase(firm.account, name, count)))
                    over -= count
        return offers

    def _penalties(self, at: int) -> None:
        """Firms pay at once what their cash allows; the rest stays due."""
        for (source, year), known in list(self.runner.state.years.items()):
            for pollutant, due in known.due_fen.items():
                account = self.runner.state.sources[source].account
                if due and self.runner.state.ledger.purses[account].free >= due:
                    self.must(at, [(account, c.PayPenalty(source, year, pollutant))])
