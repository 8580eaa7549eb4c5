"""Random commands for the simulator: what a small market would send, and everything that nobody should."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from airshed.engine import commands as c
from airshed.engine.decide import knowing
from airshed.engine.nouns import Source
from airshed.engine.procedures.deadlines import deadline
from airshed.engine.procedures.mark import standing, standing_by_day
from airshed.engine.procedures.monitoring import estimates_of
from airshed.engine.state import State
from airshed.lab.seals import random_seal, shown
from airshed.lab.simulator.mischief import cases, listed, market, people, primary, terms, transfers, years, zone
from airshed.lab.simulator.mischief.able import buyer, seller
from airshed.lab.simulator.mischief.sealed import SealedDraws
from airshed.lab.simulator.mischief.spoil import spoiled
from airshed.lab.simulator.small_market import ACCOUNTS, BANK, HOST, YEARS, Wish
from airshed.model.allowance import Series
from airshed.model.period import DAY_MS, days_of
from airshed.registry.accounts import auction as auction_of
from airshed.rulebook import lookup
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook

#: Most days that one group seals.
DAYS_AT_ONCE = 90
Draw = Callable[[State, Rulebook, int], list[Wish]]


def _spoil(wish: Wish) -> float:
    """How often a command is spoiled; days come by the hundred, and a year with a gap is not reported."""
    return 0.02 if isinstance(wish[1], c.SealDay | c.OpenSession | c.CloseSession) else 0.12


class Mischief:
    """Draws commands from a stream of its own; it looks at the state to make most of them possible."""

    def __init__(self, rng: random.Random, authority: str) -> None:
        self.rng = rng
        self.authority = authority
        #: Pollutants that are shared out late, after the year before is settled.
        self.late = {code for code in ("NOx", "PM", "VOC") if rng.random() < 0.25}
        self.sealed = SealedDraws(random.Random(str(rng.getstate())))
        weighed = self._weighed()
        self.draws, self.weights = list(weighed), list(weighed.values())

    def group(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        """The next few commands, some of them spoiled."""
        rng = self.rng
        due = self._due(state, rules, at)
        wishes: list[Wish] = []
        if due and rng.random() < 0.8:
            wishes += rng.sample(due, min(len(due), rng.randint(1, 12)))
        if rng.random() < 0.5:
            wishes += self._days(state, at)
        if rng.random() < 0.95:
            wishes += listed.today(rng, state, at)
        if rng.random() < 0.85:
            wishes += years.second_eyes(rng, self.authority, state, rules, at)
        for draw in rng.choices(self.draws, self.weights, k=rng.randint(2, 14)):
            wishes += draw(state, rules, at)
        wishes = [*self.sealed.due(state, at), *self.sealed.sealed(state, rules, at, wishes)]
        wishes = [(actor, knowing(state, rules, at, actor, body)) for actor, body in wishes]
        waits = [act.body for act in state.acts.values()]
        fresh = [wish for wish in wishes if wish[1] not in waits or rng.random() < 0.05]
        return [spoiled(rng, state, wish) if rng.random() < _spoil(wish) else wish for wish in fresh]

    def _weighed(self) -> dict[Draw, int]:
        """How often each kind is drawn, beside the others."""
        rng, authority = self.rng, self.authority
        return {
            partial(listed.orders, rng): 8,
            partial(listed.cancel, rng): 1,
            partial(listed.close, rng): 1,
            self._auction: 3,
            self._bid: 4,
            self._consign: 2,
            partial(transfers.transfers, rng): 6,
            partial(transfers.undone, rng, authority): 3,
            self._cash: 2,
            self._freeze: 1,
            self._guests: 1,
            self._works: 2,
            self._repurchase: 1,
            self._correct: 1,
            self._law: 1,
            self._leave: 1,
            partial(market.deals, rng): 4,
            partial(market.calls, rng): 6,
            partial(market.halts, rng): 1,
            partial(market.holders, rng): 1,
            partial(zone.zone_calls, rng): 6,
            partial(terms.pledges, rng): 5,
            partial(terms.leases, rng): 5,
            partial(terms.rights, rng, authority): 3,
            partial(people.rights, rng): 4,
            partial(primary.sales, rng, authority): 4,
            partial(primary.entering, rng, authority): 4,
            partial(primary.reserve, rng, authority): 3,
            partial(primary.returning, rng, authority): 4,
            partial(primary.withholding, rng, authority): 3,
            partial(years.marks, rng): 3,
            partial(years.findings, rng): 1,
            partial(years.standings, rng, authority): 1,
            partial(cases.cases, rng, authority): 4,
        }

    # --- what is due by the calendar

    def _due(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        return [
            *self._issues(state, rules, at),
            *transfers.over(self.rng, self.authority, state, rules, at),
            *years.decisions(self.rng, self.authority, state),
            *(
                wish
                for year in YEARS
                if at >= rules.civil.instant(f"{year + 1}-01-01")
                for wish in self._year(state, rules, at, year)
            ),
        ]

    def _issues(self, state: State, rules: Rulebook, at: int) -> Iterator[Wish]:
        for cap in rules.caps.rows:
            series = str(Series(cap.pollutant, cap.jurisdiction, cap.vintage))
            if at < rules.civil.instant(
                f"{cap.vintage}-07-05" if cap.pollutant in self.late else f"{cap.vintage - 1}-12-01"
            ):
                continue
            if series not in state.ledger.caps:
                yield self.authority, c.SetCap(cap.pollutant, cap.jurisdiction, cap.vintage)
            elif series not in state.shared_out:
                there = [
                    source
                    for source in state.sources.values()
                    if source.jurisdiction == cap.jurisdiction and source.id not in state.closures
                ]
                if not there and self.rng.random() < 0.98:
                    continue
                lines = tuple(
                    c.ActivityLine(
                        source.id,
                        (2024, 2025),
                        (700 + 9 * n, 800),
                        (10**6, 10**6 + n),
                        n == 1 and self.rng.random() < 0.4,
                    )
                    for n, source in enumerate(there)
                )
                yield self.authority, c.Allocate(cap.pollutant, cap.jurisdiction, cap.vintage, lines)

    def _year(self, state: State, rules: Rulebook, at: int, year: int) -> Iterator[Wish]:
        yield from primary.true_ups(self.rng, self.authority, state, year)
        for source in state.sources.values():
            known = state.years.get((source.id, year))
            if known is None or known.opinion is None or known.reopened:
                filed = {each.pollutant for each in estimates_of(state, source.id, year)}
                measured = {*source.measured(), *filed}
                declared = {
                    rule.code: self._grams(state, rules, source.account, rule.code)
                    for rule in lookup.owed(rules, source.sector)
                    if rule.code not in measured
                }
                if known is None or not known.version or known.stale or self.rng.random() < 0.1:
                    yield source.account, years.report(self.rng, rules, source.id, year, declared)
            if known is not None:
                yield from years.verification(self.rng, self.authority, source, known)
            if known is not None and known.opinion == "adverse":
                codes = [rule.code for rule in lookup.owed(rules, source.sector)]
                mass = {code: self._grams(state, rules, source.account, code) for code in codes}
                yield self.authority, c.DetermineYear(source.id, year, mass, "no satisfactory opinion\n没有满意意见")
            if known is not None and known.verified_mg is not None:
                for pollutant, owed in known.obligation.items():
                    left = owed - known.surrendered.get(pollutant, 0)
                    if left and at <= deadline(rules, year) + 3 * DAY_MS:
                        part = self.rng.choice((left, left, left + 1, self.rng.randint(1, left)))
                        yield source.account, years.surrender(state, source, year, pollutant, part)
                for pollutant, extra in known.extra.items():
                    if extra and self.rng.random() < 0.3:
                        yield source.account, c.Surrender(source.id, year, pollutant, self.rng.randint(1, extra))
            yield from self._fines(state, source, year, at)
            if at > deadline(rules, year) - DAY_MS and (source.account, year) not in state.closed:
                yield self.authority, c.CloseYear(source.account, year)

    def _fines(self, state: State, source: Source, year: int, at: int) -> Iterator[Wish]:
        """What is owed is paid, in full or in part; now and then instalments are asked for, granted or refused."""
        rng = self.rng
        for key, known in list(state.penalties.items()):
            if key[:2] != (source.id, year) or not known.open:
                continue
            named, fen = key[:3], known.due_fen
            other = rng.choice(ACCOUNTS)[0] if rng.random() < 0.2 else source.account
            if rng.random() < 0.6:
                first = state.civil.day_of(at + rng.randint(-1, 40) * DAY_MS)
                parts, every = rng.choice((1, 2, 2, 3, 3, 7)), rng.choice((0, 1, 1, 1, 1, 2))
                reason = rng.choice(("application 申请", "application 申请", "application 申请", ""))
                yield other, c.AskInstalments(*named, parts, first, every, reason, key[3])
                if rng.random() < 0.5:
                    yield self.authority, c.RefuseInstalments(*named, reason, key[3])
                else:
                    yield self.authority, c.GrantInstalments(*named, parts, first, every, reason, key[3])
            yield other, c.PayPenalty(*named, rng.choice((0, 0, fen // 2, fen, fen + 1)), key[3])

    def _grams(self, state: State, rules: Rulebook, account: str, pollutant: str) -> int:
        """An emission near what the account holds, so that some are short and some are long."""
        held = sum(p.count for name, p in state.ledger.of_account(account) if name.startswith(f"{pollutant}-"))
        return max(0, held * 1000 * self.rng.randint(20, 130) // 100 + self.rng.randint(-999, 999))

    def _days(self, state: State, at: int) -> list[Wish]:
        """The next days of one stack that nobody has sealed."""
        today = state.civil.day_of(at)
        stacks = sorted(state.stack_source)
        self.rng.shuffle(stacks)
        for year in YEARS:
            for stack in stacks:
                days = state.days[stack]
                past = (day for day in days_of(year) if day < today and day not in days)
                open_days = list(islice(past, DAYS_AT_ONCE))
                if open_days:
                    measures = dict(state.sources[state.stack_source[stack]].stacks)[stack]
                    return [(HOST, self._seal(state, stack, day, measures, "")) for day in open_days]
        again: list[Wish] = [
            (HOST, self._seal(state, stack, day, dict(state.sources[source].stacks)[stack], sealed.evidence))
            for stack, source in state.stack_source.items()
            for stand in [standing_by_day(state, stack)]
            for day, sealed in state.days[stack].items()
            if sealed.marks != stand.get(day, ())
        ]
        return again[:DAYS_AT_ONCE]

    def _seal(self, state: State, stack: str, day: str, measures: tuple[str, ...], replaces: str) -> c.SealDay:
        stopped = self.rng.choice((0, 0, 0, 3, 24))
        substituted = self.rng.randint(0, 24 - stopped) if self.rng.random() < 0.2 else 0
        whole = 25 if self.rng.random() < 0.005 else 24
        hours = {name: (whole - stopped - substituted, substituted, stopped) for name in measures}
        mass = {name: self.rng.randint(0, 2 * 10**9) if stopped < 24 else 0 for name in measures}
        evidence = f"{self.rng.getrandbits(64):016x}"
        reason = self.rng.choice(("late frames", "迟到数据", "")) if replaces else ""
        return c.SealDay(stack, day, hours, mass, evidence, replaces, reason, standing(state, stack, day))

    # --- what anybody may want at any time

    def _leave(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        return market.leaves(self.rng, state, rules, self.authority, at)

    def _auction(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        """Close one that has bids, or open one with its first bids."""
        rng = self.rng
        open_ones = [auction for auction in state.auctions.values() if auction.open]
        if open_ones and rng.random() < 0.6:
            known = max(rng.sample(open_ones, min(3, len(open_ones))), key=lambda auction: len(auction.bids))
            seed, salt = shown(known.event, known.seal, rng.randint(0, 9))
            return [(self.authority, c.CloseAuction(known.id, seed, salt))]
        lot = rules.auction.lot
        for series in rng.sample(sorted(state.ledger.caps), min(6, len(state.ledger.caps))):
            free = state.ledger.held_of(auction_of(Series.parse(series).jurisdiction), series).free
            if free >= lot:
                count = lot * rng.randint(1, min(free // lot, 30))
                event = rng.choice(open_ones).event if open_ones and rng.random() < 0.2 else ""
                name = f"auction-{len(state.auctions) + 1}"
                opened = c.OpenAuction(name, series, count, event, random_seal(event or name))
                least = lookup.pollutant(rules, series.split("-")[0]).reserve_fen_per_t
                return [(self.authority, opened), *self._bids(state, rules, at, name, series, "", least, count // lot)]
        return []

    def _consign(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        """A lot of a holder, where the law takes any."""
        rng = self.rng
        open_ones = [auction for auction in state.auctions.values() if auction.open and not auction.of_holder]
        if not open_ones:
            return []
        auction = rng.choice(open_ones)
        account = seller(rng, state, auction.series, auction.terms.lot)
        free, lot = state.ledger.held_of(account, auction.series).free, auction.terms.lot
        tick = auction.terms.tick_fen_per_t
        minimum = (
            auction.reserve // tick * tick + tick * rng.randint(0, 3) if auction.terms.consignment == "last" else 0
        )
        return [(account, c.ConsignLot(auction.id, account, lot * rng.randint(1, max(1, free // lot)), minimum))]

    def _bid(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        """Several bids at one auction, many of them at one price."""
        rng = self.rng
        open_ones = [auction for auction in state.auctions.values() if auction.open]
        if not open_ones:
            return [("fund", c.PlaceBid("auction-0", "fund", 100, 1000))]
        one = rng.choice(open_ones)
        return self._bids(state, rules, at, one.id, one.series, one.seller, one.reserve, one.count // one.terms.lot)

    def _bids(
        self, state: State, rules: Rulebook, at: int, auction: str, series: str, other: str, least: int, lots: int
    ) -> list[Wish]:
        rng, law, wishes = self.rng, rules.auction, list[Wish]()
        for _ in range(rng.randint(1, 4)):
            account = buyer(rng, state, rules, at, series, other)
            limit = least // law.tick_fen_per_t * law.tick_fen_per_t
            limit += law.tick_fen_per_t * rng.choice((-1, 0, 1, 1, 1, 2, 2, 6))
            wishes.append((account, c.PlaceBid(auction, account, law.lot * rng.randint(1, max(lots, 1)), limit)))
        return wishes

    def _cash(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        owing = [
            state.sources[year.source].account
            for year in state.years.values()
            if any(state.ledger.purses[state.sources[year.source].account].free < fen for fen in year.due_fen.values())
        ]
        owing += [each.account for each in state.withdrawals.values() if each.due_fen]
        if owing and self.rng.random() < 0.7:
            return [(BANK, c.Deposit(self.rng.choice(owing), 10**11))]
        account = self.rng.choice(ACCOUNTS)[0]
        kind = c.Deposit if self.rng.random() < 0.6 else c.Withdraw
        return [(BANK, kind(account, self.rng.choice((1, 99, 10**6, 10**10, c.LARGEST))))]

    def _freeze(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        """An account is held back, and soon goes on; now and then it is held back in two ways."""
        held = [*state.ledger.frozen, *state.restricted]
        if held and self.rng.random() < 0.9:
            return [(self.authority, c.ThawAccount(self.rng.choice(held)))]
        if self.rng.random() < 0.4:
            kind = self.rng.choice((c.FreezeAccount, c.RestrictAccount, c.SuspendAccount))
            return [(self.authority, kind(self.rng.choice(ACCOUNTS)[0], "inspection 检查"))]
        return []

    def _works(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        """A works is sold: its source is offered, claimed, transferred; now and then somebody backs out."""
        rng = self.rng
        if state.passing:
            sale = rng.choice(list(state.passing.values()))
            if rng.random() < 0.2:
                return [(rng.choice((sale.origin, sale.target, self.authority)), c.DropSource(sale.source, "no 不"))]
            claimed = sale.state == "claimed"
            return [
                (self.authority, c.TransferSource(sale.source))
                if claimed
                else (sale.target, c.ClaimSource(sale.source))
            ]
        if rng.random() < 0.4:
            return []
        source = rng.choice(list(state.sources.values()))
        return [
            (
                source.account,
                c.OfferSource(source.id, rng.choice([name for name, kind, _ in ACCOUNTS if kind == "operator"])),
            )
        ]

    def _guests(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        """A trader comes, is given something, gives it back and is closed; now and then somebody has more left.

        Whoever is closed is still written to.
        """
        rng, ledger = self.rng, state.ledger
        registrar = lookup.founders(rules, "RegisterActor")[0]
        if ledger.closed and rng.random() < 0.3:
            name = rng.choice(list(ledger.closed))
            bodies = (
                c.FreezeAccount(name, "late"),
                c.RegisterActor("x", "trader", name),
                c.CloseAccount(name, "again"),
            )
            body = rng.choice(bodies)
            sender = registrar if isinstance(body, c.RegisterActor) else self.authority
            return [(sender, body), (BANK, c.Deposit(name, 100))]
        if rng.random() < 0.1:
            return [(self.authority, c.CloseAccount(rng.choice(list(ledger.accounts)), "left 离场"))]
        guests = [name for name in ledger.accounts if name.startswith("guest") and name not in ledger.closed]
        if not guests:
            name = f"guest-{len(ledger.closed) + 1}"
            kind = rng.choice(("trader", "public")) if lookup.may(rules, "public", "CancelAllowances") else "trader"
            entered = c.RegisterActor(name, kind, name)
            opened = c.OpenAccount(name, "public" if kind == "public" else "trader", name, "KM")
            return [(registrar, opened), (registrar, entered)]
        guest, host = guests[0], rng.choice(ACCOUNTS)[0]
        if guest in state.closing:
            back = rng.random() < 0.1
            wish: c.Body = c.ThawAccount(guest) if back else c.CloseAccount(guest, "left behind 遗留")
            return [(self.authority, wish)] if at >= state.closing[guest].until or rng.random() < 0.1 else []
        if rng.random() < 0.3:
            return [(rng.choice((guest, self.authority)), c.NoticeClosure(guest, "leaves 离场"))]
        goods = [(name, position.free) for name, position in ledger.of_account(host) if position.free]
        if goods and rng.random() < 0.3:
            return [transfers.given(host, guest, rng.choice(goods)[0], 1), (BANK, c.Deposit(guest, 100))]
        gives_up = ledger.accounts[guest].kind == "public" and rng.random() < 0.9
        wishes: list[Wish] = [
            (guest, c.CancelAllowances(guest, series, position.free))
            if gives_up
            else transfers.given(guest, host, series, position.free)
            for series, position in ledger.of_account(guest)
            if position.free
        ]
        if ledger.purses[guest].free:
            wishes.append((BANK, c.Withdraw(guest, ledger.purses[guest].free)))
        return [*wishes, (self.authority, c.CloseAccount(guest, rng.choice(("gone home", "gone home", ""))))]

    def _repurchase(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        account = self.rng.choice(ACCOUNTS)[0]
        held = [name for name, position in state.ledger.of_account(account) if position.free]
        series = self.rng.choice(held or ["PM-QJ-2027"])
        return [(account, c.OfferRepurchase(account, series, self.rng.randint(1, 20_000)))]

    def _correct(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        """A correction of a sealed day, or a second sealing of it."""
        stack = self.rng.choice(sorted(state.stack_source))
        days = state.days[stack]
        if not days:
            return []
        day = self.rng.choice(list(days))
        measures = dict(state.sources[state.stack_source[stack]].stacks)[stack]
        return [(HOST, self._seal(state, stack, day, measures, days[day].evidence if self.rng.random() < 0.7 else ""))]

    def _law(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        """The law in force once more, or one that nobody has at hand."""
        programme = rules.programme
        text = self.rng.choice((digest(rules), "0" * 64))
        return [(self.authority, c.AdoptRulebook(programme.id, programme.version, text))]
