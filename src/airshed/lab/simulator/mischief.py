"""Random commands for the simulator: what a small market would send, and everything that nobody should."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec

from airshed.engine import commands as c
from airshed.engine.procedures.deadlines import deadline
from airshed.engine.procedures.mark import standing
from airshed.engine.procedures.trade_rules import reference_price
from airshed.engine.state import State
from airshed.lab.seals import random_seal, shown
from airshed.lab.simulator import mischief_market as market
from airshed.lab.simulator import mischief_primary as primary
from airshed.lab.simulator import mischief_terms as terms
from airshed.lab.simulator import mischief_years as years
from airshed.lab.simulator import mischief_zone as zone
from airshed.lab.simulator.small_market import ACCOUNTS, BANK, EXCHANGE, HOST, YEARS, Wish
from airshed.market.fees import band
from airshed.model.allowance import Series
from airshed.model.period import day_of, days_of, instant
from airshed.registry.accounts import auction as auction_of
from airshed.rulebook import look
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook

#: Most days that one group seals.
DAYS_AT_ONCE = 90
#: Values that a field is spoiled with: whole numbers and texts.
NUMBERS = (0, -1, 1, 7, -100, 2**31, c.LARGEST, c.LARGEST + 1, 2**63, -(2**63) - 1, 10**30)
TEXTS = (
    "",
    "nobody",
    "bank",
    "issuance-KM",
    "SO2-KM-2099",
    "2027-02-30",
    "10000-01-01",
    "昆明",
    "a\x00b",
    "\ud800",
    "x" * 101,
)


class Mischief:
    """Draws commands from a stream of its own; it looks at the state to make most of them possible."""

    def __init__(self, rng: random.Random, authority: str) -> None:
        self.rng = rng
        self.authority = authority

    def group(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        """The next few commands, some of them spoiled."""
        rng = self.rng
        due = self._due(state, rules, at)
        wishes: list[Wish] = []
        if due and rng.random() < 0.6:
            wishes += rng.sample(due, min(len(due), rng.randint(1, 6)))
        if rng.random() < 0.3:
            wishes += self._days(state, at)
        if rng.random() < 0.6:
            wishes += self._today(state, at)
        for _ in range(rng.randint(0, 8)):
            draw = rng.choice(self._draws())
            wishes += draw(state, rules, at)
        return [self._spoiled(state, wish) if rng.random() < 0.2 else wish for wish in wishes]

    def _draws(self) -> list[Callable[[State, Rulebook, int], list[Wish]]]:
        return [
            *[self._order] * 16,
            self._cancel,
            self._session,
            self._session,
            self._auction,
            self._bid,
            self._bid,
            self._consign,
            self._transfer,
            self._cash,
            self._freeze,
            self._repurchase,
            self._correct,
            self._law,
            partial(market.deals, self.rng),
            partial(market.deals, self.rng),
            partial(market.calls, self.rng),
            partial(market.calls, self.rng),
            partial(market.halts, self.rng),
            partial(zone.zone_calls, self.rng),
            partial(zone.zone_calls, self.rng),
            partial(market.holders, self.rng),
            self._leave,
            partial(terms.strips, self.rng),
            partial(terms.strips, self.rng),
            partial(terms.pledges, self.rng),
            partial(terms.leases, self.rng),
            partial(terms.leases, self.rng),
            partial(terms.rights, self.rng, self.authority),
            partial(primary.sales, self.rng, self.authority),
            partial(primary.sales, self.rng, self.authority),
            partial(primary.entering, self.rng, self.authority),
            partial(primary.reserve, self.rng, self.authority),
            partial(primary.returning, self.rng, self.authority),
            partial(primary.withholding, self.rng, self.authority),
            partial(years.marks, self.rng),
            partial(years.findings, self.rng),
            partial(years.second_eyes, self.rng, self.authority),
        ]

    # --- what is due by the calendar

    def _due(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        return [
            *self._issues(state, rules, at),
            *(
                wish
                for year in YEARS
                if at >= instant(f"{year + 1}-01-01")
                for wish in self._year(state, rules, at, year)
            ),
        ]

    def _issues(self, state: State, rules: Rulebook, at: int) -> Iterator[Wish]:
        for cap in rules.caps.rows:
            series = str(Series(cap.pollutant, cap.jurisdiction, cap.vintage))
            if at < instant(f"{cap.vintage - 1}-12-01"):
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
                    c.ActivityLine(source.id, (2024, 2025), (700 + 9 * n, 800), (10**6, 10**6 + n), n == 1)
                    for n, source in enumerate(there)
                )
                yield self.authority, c.Allocate(cap.pollutant, cap.jurisdiction, cap.vintage, lines)

    def _year(self, state: State, rules: Rulebook, at: int, year: int) -> Iterator[Wish]:
        for source in state.sources.values():
            known = state.years.get((source.id, year))
            if known is None or known.opinion is None or known.reopened:
                measured = source.measured()
                declared = {
                    rule.code: self._grams(state, rules, source.account, rule.code)
                    for rule in look.owed(rules, source.sector)
                    if rule.code not in measured
                }
                if known is None or not known.version or known.stale or self.rng.random() < 0.1:
                    yield source.account, years.report(self.rng, rules, source.id, year, declared)
            if known is not None:
                yield from years.verification(self.rng, self.authority, source, known)
            if known is not None and known.opinion == "adverse":
                codes = [rule.code for rule in look.owed(rules, source.sector)]
                mass = {code: self._grams(state, rules, source.account, code) for code in codes}
                yield self.authority, c.DetermineYear(source.id, year, mass, "no satisfactory opinion\n没有满意意见")
            if known is not None and known.verified_mg is not None:
                for pollutant, owed in known.obligation.items():
                    left = owed - known.surrendered.get(pollutant, 0)
                    if left and at <= deadline(rules, year):
                        part = self.rng.choice((left, left, left + 1, self.rng.randint(1, left)))
                        yield source.account, c.Surrender(source.id, year, pollutant, part)
                for pollutant, fen in known.due_fen.items():
                    if fen:
                        yield source.account, c.PayPenalty(source.id, year, pollutant)
            if at > deadline(rules, year) and (source.account, year) not in state.closed:
                yield self.authority, c.CloseYear(source.account, year)

    def _grams(self, state: State, rules: Rulebook, account: str, pollutant: str) -> int:
        """An emission near what the account holds, so that some are short and some are long."""
        held = sum(p.count for name, p in state.ledger.of_account(account) if name.startswith(f"{pollutant}-"))
        return max(0, held * 1000 * self.rng.randint(20, 130) // 100 + self.rng.randint(-999, 999))

    def _days(self, state: State, at: int) -> list[Wish]:
        """The next days of one stack that nobody has sealed."""
        stack = self.rng.choice(sorted(state.stack_source))
        measures = dict(state.sources[state.stack_source[stack]].stacks)[stack]
        days = state.days[stack]
        today = day_of(at)
        year = self.rng.choice(YEARS)
        open_days = [day for day in days_of(year) if day < today and day not in days][:DAYS_AT_ONCE]
        return [(HOST, self._seal(state, stack, day, measures, "")) for day in open_days]

    def _seal(self, state: State, stack: str, day: str, measures: tuple[str, ...], replaces: str) -> c.SealDay:
        stopped = self.rng.choice((0, 0, 0, 3, 24))
        substituted = self.rng.randint(0, 24 - stopped) if self.rng.random() < 0.2 else 0
        hours = {name: (24 - stopped - substituted, substituted, stopped) for name in measures}
        mass = {name: self.rng.randint(0, 2 * 10**9) if stopped < 24 else 0 for name in measures}
        evidence = f"{self.rng.getrandbits(64):016x}"
        reason = self.rng.choice(("late frames", "迟到数据", "")) if replaces else ""
        return c.SealDay(stack, day, hours, mass, evidence, replaces, reason, standing(state, stack, day))

    # --- what anybody may want at any time

    def _order(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        rng = self.rng
        account = rng.choice(ACCOUNTS)[0]
        held = [name for name, position in state.ledger.of_account(account) if position.free >= rules.trading.lot]
        favourite = [name for name in state.ledger.caps if name.startswith(("SO2-KM", "NOx-QJ"))]
        side: c.Side = "sell" if held and rng.random() < 0.5 else "buy"
        pool = (
            (held if rng.random() < 0.4 else [name for name in held if name in favourite])
            if side == "sell"
            else favourite
        )
        series = rng.choice(pool or favourite or ["SO2-KM-2027"])
        floor, ceiling = 1000, 2000
        if series in state.ledger.caps:
            reference = reference_price(state, rules, series)
            floor, ceiling = band(reference, rules.trading.band_basis_points, rules.trading.tick_fen_per_t)
        tick = rules.trading.tick_fen_per_t
        limit = floor + tick * rng.randint(0, max(0, min((ceiling - floor) // tick, 5)))
        count = rules.trading.lot * rng.choice((1, 1, 2, 3, 5, 40, 700))
        return [(account, c.PlaceOrder(account, series, side, count, limit))]

    def _cancel(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        if not state.orders:
            return [("broker", c.CancelOrder(self.rng.randint(0, state.next_order)))]
        order = self.rng.choice(list(state.orders.values()))
        return [(order.account, c.CancelOrder(order.id))]

    def _leave(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        return market.leaves(self.rng, state, rules, self.authority, at)

    def _today(self, state: State, at: int) -> list[Wish]:
        """The session of the day, after that of an earlier one."""
        today = day_of(max(at, state.at))
        old: list[Wish] = []
        if state.session is not None and state.session != today:
            old.append((EXCHANGE, c.CloseSession(state.session)))
        return old if state.session == today else [*old, (EXCHANGE, c.OpenSession(today))]

    def _session(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        if state.session is None:
            return [(EXCHANGE, c.OpenSession(day_of(max(at, state.at))))]
        return [(EXCHANGE, c.CloseSession(state.session))] if self.rng.random() < 0.2 else []

    def _auction(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        rng = self.rng
        open_ones = [auction for auction in state.auctions.values() if auction.open]
        if open_ones and rng.random() < 0.4:
            known = rng.choice(open_ones)
            seed, salt = shown(known.event, known.seal, rng.randint(0, 9))
            return [(self.authority, c.CloseAuction(known.id, seed, salt))]
        lot = rules.auction.lot
        for series in rng.sample(sorted(state.ledger.caps), min(3, len(state.ledger.caps))):
            free = state.ledger.held_of(auction_of(Series.parse(series).jurisdiction), series).free
            if free >= lot:
                count = lot * rng.randint(1, min(free // lot, 60))
                event = rng.choice(open_ones).event if open_ones and rng.random() < 0.5 else ""
                name = f"auction-{len(state.auctions) + 1}"
                seal = random_seal(event or name)
                return [(self.authority, c.OpenAuction(name, series, count, event, seal))]
        return []

    def _consign(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        rng = self.rng
        open_ones = [auction for auction in state.auctions.values() if auction.open]
        account = rng.choice(ACCOUNTS)[0]
        if not open_ones:
            return []
        auction = rng.choice(open_ones)
        free, lot = state.ledger.held_of(account, auction.series).free, auction.terms.lot
        tick = auction.terms.tick_fen_per_t
        minimum = (
            auction.reserve // tick * tick + tick * rng.randint(0, 3) if auction.terms.consignment == "last" else 0
        )
        return [(account, c.ConsignLot(auction.id, account, lot * rng.randint(1, max(1, free // lot)), minimum))]

    def _bid(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        rng = self.rng
        open_ones = [auction for auction in state.auctions.values() if auction.open]
        if not open_ones:
            return [("fund", c.PlaceBid("auction-0", "fund", 100, 1000))]
        auction = rng.choice(open_ones)
        tick, lot = auction.terms.tick_fen_per_t, auction.terms.lot
        account = rng.choice(ACCOUNTS)[0]
        limit = auction.reserve // tick * tick + tick * rng.randint(-1, 6)
        return [(account, c.PlaceBid(auction.id, account, lot * rng.randint(1, auction.count // lot), limit))]

    def _transfer(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        rng = self.rng
        account = rng.choice(ACCOUNTS)[0]
        target = rng.choice(ACCOUNTS)[0]
        held = [(name, position.free) for name, position in state.ledger.of_account(account) if position.free]
        series, free = rng.choice(held) if held else ("SO2-KM-2027", 1)
        if rng.random() < 0.1:
            target = f"reserve-{series.split('-')[1]}"
        return [(account, c.Transfer(account, target, series, rng.randint(1, min(free, 5_000))))]

    def _cash(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        account = self.rng.choice(ACCOUNTS)[0]
        kind = c.Deposit if self.rng.random() < 0.6 else c.Withdraw
        return [(BANK, kind(account, self.rng.choice((1, 99, 10**6, 10**10, c.LARGEST))))]

    def _freeze(self, state: State, rules: Rulebook, at: int) -> list[Wish]:
        if state.ledger.frozen:
            return [(self.authority, c.ThawAccount(self.rng.choice(list(state.ledger.frozen))))]
        if self.rng.random() < 0.2:
            return [(self.authority, c.FreezeAccount(self.rng.choice(ACCOUNTS)[0], "inspection 检查"))]
        return []

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

    # --- spoiling

    def _spoiled(self, state: State, wish: Wish) -> Wish:
        """The same command with the wrong sender or with one field that is wrong in some way."""
        rng = self.rng
        actor, body = wish
        if rng.random() < 0.2:
            actors = [*state.actors, "nobody", "", "\ud800"]
            return rng.choice(actors), body
        field = rng.choice(body.__struct_fields__)
        value = self._wrong(state, getattr(body, field))
        return actor, msgspec.structs.replace(body, **{field: value})

    def _wrong(self, state: State, value: Any) -> Any:
        rng = self.rng
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            near = (value + 1, value - 1, -value, value * 1000)
            return rng.choice((*near, *NUMBERS))
        if isinstance(value, str):
            known = [*state.ledger.accounts, *state.sources, *state.ledger.caps, *state.stack_source, *state.auctions]
            known += [*state.calls, *state.zone_calls]
            return rng.choice((rng.choice(known), *TEXTS, value + " ", value.upper()))
        if isinstance(value, dict):
            if not value:
                return {"SO2": 0}
            key = rng.choice(list(value))
            rest = {name: held for name, held in value.items() if name != key}
            return rng.choice(({}, rest, {**value, "CO": value[key]}, {**rest, key: self._wrong(state, value[key])}))
        if value is None:
            return rng.choice((7, ""))
        if isinstance(value, msgspec.Struct):
            field = rng.choice(value.__struct_fields__)
            return msgspec.structs.replace(value, **{field: self._wrong(state, getattr(value, field))})
        assert isinstance(value, tuple), value
        if not value:
            return rng.choice(((c.StackEntry("new-stack", ("SO2", "SO2")),), (7,), ("",)))
        first = value[0]
        first = self._wrong(state, first)
        return rng.choice(((), (*value, value[0]), (first, *value[1:])))
