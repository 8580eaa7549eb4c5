"""Where an account stands to a year: what it owes to date, what is to be expected, what it holds, what it lacks."""

from __future__ import annotations

from calendar import isleap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Literal

import msgspec

from airshed.compliance.credit_limit import Rooms
from airshed.compliance.obligation import admitted, obligation
from airshed.engine.nouns import Day, Source, Year
from airshed.engine.procedures import credits
from airshed.engine.procedures.claims import usable
from airshed.engine.procedures.control_periods import emitted, waiting
from airshed.engine.procedures.deadlines import surrender_day
from airshed.engine.procedures.obliged import owes_in
from airshed.engine.procedures.trade_rules import reference_price
from airshed.engine.state import State
from airshed.model.allowance import Series
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.book.outlook import outlook

#: What an expectation rests on: a verified year; what the works has reported; the sealed days of this year; so few
#: of them that they say little of how it varies; the year before; nothing.
Basis = Literal["verified", "reported", "pace", "first days", "year before", "none"]
_LEAST_SURE_FIRST: tuple[Basis, ...] = ("none", "year before", "first days", "pace", "reported", "verified")


class Position(msgspec.Struct, frozen=True):
    """An account, a pollutant and a year; allowances."""

    account: str
    pollutant: str
    year: int
    #: Last day to surrender for it.
    until: str
    #: Whether the account has settled the year.
    settled: bool
    #: Emitted to date, as days are sealed, in milligrams, and how many days of stacks that is.
    emitted_mg: int
    days: int
    #: Hours of those days, and how many of them are substituted.
    hours: int
    substituted: int
    #: Owed for what is emitted to date, or for what is verified; None before any day is sealed, and of a pollutant that
    #: no stack measures, which is declared once the year is over.
    owed: int | None
    #: What the whole year is expected to oblige to, its range, and what that rests on.
    expected: int | None
    low: int | None
    high: int | None
    basis: Basis
    surrendered: int
    #: Free allowances that count for the year, pledged or leased ones among them that may be surrendered, and credits
    #: as far as they may cover it.
    held: int
    #: The series that it would buy, its reference price in fen per tonne, and whether that comes from the market; while
    #: the series was never traded it is the law's.
    series: str
    price: int
    traded: bool
    #: Whether its allowances are still to be shared out: what it will be given nobody knows yet.
    awaited: bool
    #: Of what is held, what years before it that are not settled are expected to take.
    taken: int = 0
    #: Of what is over, what counts for a later year too that has begun, and is said to be over there.
    carried: int = 0
    #: Of what is held, credits.
    credits: int = 0
    #: The series of which most is over, which may be of an earlier vintage; empty where nothing is.
    spare: str = ""

    @property
    def balance(self) -> int | None:
        """What is over when all goes as expected; below zero what is lacking; None while that cannot be said."""
        if self.expected is None or self.awaited:
            return None
        return self.held - self.taken + self.surrendered - self.expected

    def lacking(self, obligation: int | None) -> int:
        """What is lacking if the year obliges to so much; nothing while nobody can say."""
        if obligation is None or self.awaited:
            return 0
        return max(0, obligation - (self.held - self.taken + self.surrendered))

    @property
    def safe(self) -> int:
        """What is over even at the upper end of the range, without what is carried on: it may be sold."""
        if self.high is None or self.awaited:
            return 0
        return max(0, self.held - self.taken + self.surrendered - self.high - self.carried)

    @property
    def short(self) -> int:
        """What is lacking as expected."""
        return self.lacking(self.expected)


def positions(
    state: State, rules: Rulebook, account: str, at: int, moved: Mapping[str, int] = MappingProxyType({})
) -> list[Position]:
    """Where an account stands to every year that it has begun and not settled, the earliest first.

    What an earlier year is expected to take is not there for a later one: allowances count once. With `moved`, where it
    would stand if so many more were free of each series, or with a count below zero fewer. What one year leaves and the
    next one counts is carried on: it is over only when both need none of it.
    """
    sources = [source for source in state.sources.values() if source.account == account]
    now = int(rules.civil.day_of(at)[:4])
    years = {now} if sources else set()
    years |= {year.year for year in state.years.values() if any(year.source == each.id for each in sources)}
    found: list[tuple[Position, Mapping[str, int], Mapping[str, int]]] = []
    gone: dict[str, Counter[str]] = {}
    for year in sorted(years):
        if year <= now and (account, year) not in state.closed:
            for position, counts in _of_year(state, rules, account, sources, year, moved):
                taken_of = gone.setdefault(position.pollutant, Counter())
                taken = sum(min(taken_of[name], count) for name, count in counts.items())
                _take(taken_of, counts, max(0, (position.expected or 0) - position.surrendered))
                spare = {name: max(0, count - taken_of[name]) for name, count in counts.items()}
                found.append((msgspec.structs.replace(position, taken=taken), counts, spare))
    return [
        msgspec.structs.replace(
            position,
            carried=_carried(position, spare, [each[:2] for each in found[number + 1 :]]),
            spare=max(spare, key=lambda name: spare[name]) if any(spare.values()) else "",
        )
        for number, (position, _, spare) in enumerate(found)
    ]


def _carried(position: Position, spare: Mapping[str, int], others: Sequence[tuple[Position, Mapping[str, int]]]) -> int:
    """What a year leaves of the series that count for a later one too."""
    later = [counts for each, counts in others if each.pollutant == position.pollutant]
    count = sum(left for name, left in spare.items() if any(name in counts for counts in later))
    return min(count, max(0, position.balance or 0))


def _take(taken: Counter[str], counts: Mapping[str, int], need: int) -> None:
    """A year takes what it needs, the oldest vintages first: they end first."""
    for name in sorted(counts, key=lambda each: Series.parse(each).vintage):
        more = min(need, counts[name] - min(taken[name], counts[name]))
        taken[name] += more
        need -= more


def _of_year(
    state: State, rules: Rulebook, account: str, sources: Sequence[Source], year: int, moved: Mapping[str, int]
) -> Iterator[tuple[Position, Mapping[str, int]]]:
    """Where it stands by pollutant, with what it holds for it by series."""
    claims = usable(state, rules, account)
    law = rules.allowance
    for pollutant in rules.pollutants:
        code = pollutant.code
        mine = [
            source
            for source in sources
            if lookup.owes(rules, source.sector, code)
            and owes_in(state, rules, source, year)
            and (source.id, year) not in state.excluded
        ]
        if not mine:
            continue
        known = [state.years.get((source.id, year)) for source in mine]
        counts: dict[str, int] = {}
        free = {name: position.free for name, position in state.ledger.of_account(account)}
        for name in (*free, *(name for name in moved if name not in free)):
            series = Series.parse(name)
            if any(admitted(series, code, each.jurisdiction, year, law.admitted, law.vintages_back) for each in mine):
                claimed = sum(claim.count for claim in claims.get(name, ()))
                counts[name] = free.get(name, 0) + moved.get(name, 0) + claimed
        position = _position(state, rules, account, mine, known, code, year, sum(counts.values()))
        if rules.compliance.credits:
            covering = _covering(state, rules, mine, position, Counter(free) + Counter(moved))
            counts |= covering
            own = sum(covering.values())
            position = msgspec.structs.replace(position, held=position.held + own, credits=own)
        yield position, counts


def _covering(
    state: State, rules: Rulebook, mine: Sequence[Source], position: Position, free: Mapping[str, int]
) -> dict[str, int]:
    """By series: credits that an account has free and may use for a year, as far as their share of what is expected."""
    code, year, found = position.pollutant, position.year, dict[str, int]()
    left = _rooms(state, rules, mine, position)
    for name in sorted(free, key=lambda each: Series.parse(each).vintage):
        series = Series.parse(name)
        counts = any(credits.counts(rules, series, code, each.jurisdiction, year) for each in mine)
        if series.pollutant in left.own and counts and free[name] > 0:
            part = min(free[name], left.most(series.pollutant))
            left.take(series.pollutant, part)
            if part:
                found[name] = part
    return found


def _rooms(state: State, rules: Rulebook, mine: Sequence[Source], position: Position) -> Rooms:
    """How many credits may still be used: by the book once all is verified, before that of what is expected."""
    code, year, whole = position.pollutant, position.year, position.expected or 0
    if position.basis == "verified":
        each = [credits.rooms(state, rules, source.id, year, code) for source in mine]
        own = {name: sum(rooms.own[name] for rooms in each) for name in each[0].own}
        return Rooms(own, {codes: sum(rooms.together[codes] for rooms in each) for codes in each[0].together})
    limits = lookup.credits_together(rules, code, year)
    return Rooms(
        {
            row.credit: whole * lookup.credit_share(rules, row.credit, year) // lookup.WHOLE
            for row in rules.compliance.credits
            if row.pollutant == code
        },
        {codes: whole * share // lookup.WHOLE for codes, share in limits.items()},
    )


def _position(
    state: State,
    rules: Rulebook,
    account: str,
    mine: Sequence[Source],
    known: Sequence[Year | None],
    code: str,
    year: int,
    held: int,
) -> Position:
    emitted = days = hours = substituted = 0
    owed = expected = low = high = 0
    bases: set[Basis] = set()
    for source, of_year in zip(mine, known, strict=True):
        sealed = list(_sealed(state, source, code, year))
        mass = sum(day.mass_mg.get(code, 0) for _, day in sealed)
        emitted += mass
        days += len(sealed)
        for _, day in sealed:
            measured, replaced, _ = day.hours.get(code, (0, 0, 0))
            hours += measured + replaced
            substituted += replaced
        if of_year is not None and of_year.verified_mg is not None:
            due = of_year.obligation.get(code, 0)
            owed, expected, low, high = owed + due, expected + due, low + due, high + due
            bases.add("verified")
            continue
        reported = _reported(of_year).get(code)
        if reported is not None:
            due = _falls_due(state, rules, source, code, year, _allowances(reported, rules))
            owed, expected, low, high = owed + due, expected + due, low + due, high + due
            bases.add("reported")
            continue
        basis, emitting = _expected(state, rules, source, code, year, sealed)
        bases.add(basis)
        so_far, middle, least, most = (
            _falls_due(state, rules, source, code, year, count) for count in (_allowances(mass, rules), *emitting)
        )
        owed, expected, low, high = owed + so_far, expected + middle, low + least, high + most
    basis = next(each for each in _LEAST_SURE_FIRST if each in bases)
    series = f"{code}-{mine[0].jurisdiction}-{year}"
    unknown = basis == "none"
    return Position(
        account,
        code,
        year,
        surrender_day(rules, year),
        (account, year) in state.closed,
        emitted,
        days,
        hours,
        substituted,
        owed if days or bases & {"verified", "reported"} else None,
        None if unknown else expected,
        None if unknown else low,
        None if unknown else high,
        basis,
        sum(each.surrendered.get(code, 0) for each in known if each is not None),
        held,
        series,
        reference_price(state, rules, series),
        series in state.references,
        basis != "verified" and any(_awaited(state, account, f"{code}-{each.jurisdiction}-{year}") for each in mine),
    )


def _reported(year: Year | None) -> dict[str, int]:
    """What a works has reported of a year that nobody has verified yet, in milligrams by pollutant."""
    return {**year.measured_mg, **year.declared_mg} if year is not None and year.version else {}


def _awaited(state: State, account: str, series: str) -> bool:
    """Whether a series is still to be shared out; who has a right to it gets its part when the cap is set."""
    served = any(right.holder == account and series in right.served for right in state.rights.values())
    return series not in state.shared_out and not served


def _sealed(state: State, source: Source, code: str, year: int) -> Iterator[tuple[str, Day]]:
    """The sealed days of a year of the stacks that measure a pollutant."""
    for stack, measured in source.stacks:
        if code in measured:
            for day, sealed in state.days.get(stack, {}).items():
                if day.startswith(f"{year}-"):
                    yield day, sealed


def _expected(
    state: State, rules: Rulebook, source: Source, code: str, year: int, sealed: Sequence[tuple[str, Day]]
) -> tuple[Basis, tuple[int, int, int]]:
    """What a year will oblige to, least and most too: as its days so far, or as the year before."""
    by_day: dict[str, int] = {}
    for day, each in sealed:
        by_day[day] = by_day.get(day, 0) + each.mass_mg.get(code, 0)
    if by_day:
        whole, days = 365 + isleap(year), sorted(by_day)
        left = max(0, whole - date.fromisoformat(days[-1]).timetuple().tm_yday)
        found = outlook([by_day[day] for day in days], left, whole)
        expected, low, high = (_allowances(mass, rules) for mass in (found.expected, found.low, found.high))
        return "pace" if found.settled else "first days", (expected, low, high)
    before = state.years.get((source.id, year - 1))
    if before is not None and before.verified_mg is not None:
        due = emitted(state, before, code) or 0
        ends = [due, *_changed(state, rules, source, code, year, due)]
        return "year before", (due, min(ends), max(ends))
    return "none", (0, 0, 0)


def _changed(state: State, rules: Rulebook, source: Source, code: str, year: int, due: int) -> Iterator[int]:
    """What a year obliges to if it changes from the year before as the cap does, or as much as that one did."""
    new, old = (lookup.cap(rules, f"{code}-{source.jurisdiction}-{each}") for each in (year, year - 1))
    if new is not None and old:
        yield due * new // old
    earlier = state.years.get((source.id, year - 2))
    if earlier is not None and earlier.verified_mg is not None:
        change = abs(due - (emitted(state, earlier, code) or 0))
        yield from (max(0, due - change), due + change)


def _falls_due(state: State, rules: Rulebook, source: Source, code: str, year: int, count: int) -> int:
    """What falls due with a year that emits so much: the share of a control period that goes on, or all that waits."""
    row = lookup.control_period(rules, year)
    if row is not None and year < row.last:
        return -(-count * row.interim_basis_points // lookup.WHOLE)
    return count + waiting(state, source.id, year, code)


def _allowances(mass_mg: int, rules: Rulebook) -> int:
    return obligation(mass_mg, rules.allowance.size_kg, rules.allowance.rounding)
