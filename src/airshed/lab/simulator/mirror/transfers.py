"""A second opinion on transfers: what waits is set aside and goes when its hour has come, by a clock of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, time, timedelta

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.figures import (
    count_of,
    counts_for,
    day_of,
    days_after,
    instant_of,
    last_day,
    shown,
    vintages,
    worked,
)
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]
Place = tuple[str, str]


class Transfers:
    """Follows transfers record by record; `claim` counts a check and fails with its number."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._holders: dict[str, str] = {}
        self._since: dict[Place, int] = {}
        #: What waits, with the instant at which it was asked for and the one from which it may go.
        self._waits: dict[int, tuple[e.TransferDelayed, int, int]] = {}
        self._seen: set[int] = set()
        #: What waits for a second person, by the number of the act.
        self._proposed: dict[int, c.Transfer] = {}
        #: By account: since when which limits hold; the last two count.
        self._limits: dict[str, list[tuple[int, int | None, int | None]]] = {}
        #: What was carried out and may be reversed: when, what, its type.
        self._done: dict[int, tuple[int, tuple[Delivered, ...], str]] = {}
        #: What an account gave of a vintage on a day, and what of it to accounts that it did not trust.
        self._gave: Counter[tuple[str, str, str, str]] = Counter()
        self._day = ""

    def follow(self, event: e.Event, record: Record, rules: Rulebook) -> None:
        """Take in a fact; what is about something else is passed over."""
        self._day = day_of(record.at, rules)
        match event:
            case e.AccountOpened():
                one = event.account
                self._holders[one.id] = f"group {one.group}" if one.group else f"name {one.name}"
            case e.AccountTrusted():
                since = _trusted_from(record.at, rules)
                self._claim("I12", event.since == since, f"{event}, by the law from {since}")
                self._since[event.account, event.trusted] = event.since
            case e.AccountDistrusted():
                del self._since[event.account, event.trusted]
            case e.TransferDelayed():
                self._asked(event, event.origin, event.target, record, rules)
                trusted = self._trusts(event.origin, event.target, record.at)
                due = _due(record.at, event.type, rules, trusted=trusted)
                right = event.due == due > record.at and event.trusted == trusted
                self._claim("I12", right, f"{event}, by the law from {due}")
                self._waits[event.transfer] = (event, record.at, event.due)
            case e.AllowancesCancelled():
                self._alone(event.account, event.series, event.count, record, f"{event}")
            case e.TransferMoved():
                asked, at, _ = self._waits[event.transfer]
                due = _due(at, asked.type, rules, trusted=asked.trusted)
                right = rules.transactions.moved_holidays == "moves" and event.due == due
                self._claim("I12", right, f"{event}, by the law {rules.transactions.moved_holidays} at {due}")
                self._waits[event.transfer] = (asked, at, due)
            case e.TransferCancelled():
                self._claim("I2", event.transfer in self._waits, f"{event} does not wait")
                del self._waits[event.transfer]
            case e.Transferred():
                self._transferred(event, record, rules)
            case e.ActProposed(body=c.Transfer() as body):
                self._proposed[event.act] = body
            case e.ActConfirmed() | e.ActRejected() | e.ActLapsed():
                self._proposed.pop(event.act, None)
            case e.TransferLimitsSet():
                self._bound(event, record.at, rules)
            case e.HoldingsCut():
                self._cut(event, rules)
            case e.AllowancesWrittenOff():
                self._written_off(event, record, rules)
            case e.TransferReversed():
                self._reversed(event, record.at, rules)
            case _:
                pass

    def aside(self, goods: Counter[Place], cash: Counter[str]) -> None:
        """Add what transfers that wait have set aside."""
        for event, _, _ in self._waits.values():
            for series in vintages(event.series):
                goods[event.origin, series] += event.count
        for body in self._proposed.values():
            for series in vintages(body.series):
                goods[body.origin, series] += body.count

    def _transferred(self, event: e.Transferred, record: Record, rules: Rulebook) -> None:
        moves = [move for move in event.entry if isinstance(move, Delivered)]
        ends = {(move.origin, move.target) for move in moves}
        self._claim("I2", len(ends) == 1 and len(moves) == len(event.entry), f"{event} is between {ends}")
        counts = {move.series: count_of(move) for move in moves}
        right = counts == dict.fromkeys(vintages(event.series), event.count)
        self._claim("I2", right, f"{event} moves {counts}")
        origin, target = ends.pop()
        self._done[event.transfer] = (record.at, tuple(moves), event.type)
        if event.transfer in self._waits:
            asked, _, due = self._waits.pop(event.transfer)
            self._claim("I12", record.at >= due, f"{event} at {record.at}, it waits until {due}")
            same = (asked.origin, asked.target, asked.series, asked.count) == (
                origin,
                target,
                event.series,
                event.count,
            )
            self._claim("I2", same, f"{event} is not what was asked for, {asked}")
            return
        self._asked(event, origin, target, record, rules)
        due = _due(record.at, event.type, rules, trusted=self._trusts(origin, target, record.at))
        self._claim("I12", due <= record.at, f"{event} goes at once, by the law at {due}")

    def _asked(
        self, event: e.TransferDelayed | e.Transferred, origin: str, target: str, record: Record, rules: Rulebook
    ) -> None:
        """A number is given once; no more goes by one person alone, or to others, than the law and its holder allow."""
        number, count = event.transfer, event.count
        self._claim("I12", number not in self._seen, f"transfer {number} is given twice")
        self._seen.add(number)
        row = next(row for row in rules.transactions.rows if row.type == event.type)
        what = f"{origin} gives {count} to {target}"
        self._alone(origin, event.series, count, record, what, never=row.approvals == 2)
        if target not in self._holders:
            return
        most = rules.trade_rules.largest_transfer
        series = event.series
        self._claim("I5", most is None or count <= most, f"{origin} gives {count} of {series} at once, not {most}")
        trusted = self._trusts(origin, target, record.at)
        limit = rules.transactions.largest_untrusted
        self._claim("I5", limit is None or count <= limit or trusted, f"{what} and trusts it not, beyond {limit}")
        if not trusted:
            most = self._in_force(origin, record.at)[1]
            gave = self._sum("others", origin, series, count)
            self._claim(
                "I5", most is None or gave <= most, f"{what}, on one day {gave} to whom it trusts not, not {most}"
            )

    def _alone(self, account: str, series: str, count: int, record: Record, what: str, *, never: bool = False) -> None:
        """What one person gives away alone on a day is no more than the holder allows."""
        two = any(isinstance(each, e.ActConfirmed) for each in record.events)
        most = 0 if never else self._in_force(account, record.at)[0]
        gave = self._sum("all", account, series, count)
        self._claim("I11", two or most is None or gave <= most, f"{what} by one person, on one day {gave}, not {most}")

    def _sum(self, what: str, account: str, series: str, count: int) -> int:
        for vintage in vintages(series):
            self._gave[what, account, vintage, self._day] += count
        return max(self._gave[what, account, vintage, self._day] for vintage in vintages(series))

    def _bound(self, event: e.TransferLimitsSet, at: int, rules: Rulebook) -> None:
        """A looser limit counts from when a new trusted account would."""
        old, new = self._in_force(event.account, at), (event.two_above, event.trusted_above)
        looser = any(_at_most(was, wish) != wish for was, wish in zip(old, new, strict=True))
        since = _trusted_from(at, rules) if looser else at
        self._claim("I12", event.since == since, f"{event}, by the law from {since}")
        self._limits[event.account] = [(at, *old), (event.since, *new)]

    def _in_force(self, account: str, at: int) -> tuple[int | None, int | None]:
        """The last limits that count, and until they do the stricter of them and those before."""
        (_, *before), (since, *last) = self._limits.get(account, [(0, None, None), (0, None, None)])
        if at >= since:
            return last[0], last[1]
        return _at_most(before[0], last[0]), _at_most(before[1], last[1])

    def _reversed(self, event: e.TransferReversed, at: int, rules: Rulebook) -> None:
        """Once, in time, and the same serials the other way."""
        self._claim("I12", event.transfer in self._done, f"{event} was not carried out, or is reversed already")
        when, moves, kind = self._done.pop(event.transfer)
        days = next(row.reversible_days for row in rules.transactions.rows if row.type == kind)
        late = days is None or day_of(at, rules) > days_after(day_of(when, rules), days)
        self._claim(
            "I12",
            not late,
            f"{event} of {day_of(when, rules)} on {day_of(at, rules)}, it may be reversed for {days} days",
        )
        back = [(move.target, move.origin, move.series, move.blocks) for move in moves]
        same = [(m.origin, m.target, m.series, m.blocks) for m in event.entry if isinstance(m, Delivered)] == back
        self._claim("I1", same, f"{event} does not give back {back}")

    def _written_off(self, event: e.AllowancesWrittenOff, record: Record, rules: Rulebook) -> None:
        """So many years after the last on which it counted, and to where what is of no use lies."""
        years = rules.transactions.write_off_years
        last = int(event.series[-4:]) + counts_for(event.series, rules)
        late = years is not None and day_of(record.at, rules) > last_day(rules, last + years)
        self._claim("I12", late, f"{event} on {day_of(record.at, rules)}, by the law after {years} years")
        moves = [move for move in event.entry if isinstance(move, Delivered)]
        ends = {(move.target, move.series) for move in moves}
        there = (f"cancelled-{event.series.split('-')[1]}", event.series)
        total = sum(count_of(move) for move in moves)
        right = ends == {there} and total == event.count and len(moves) == len(event.entry)
        self._claim("I2", right, f"{event} moves {total} to {ends}")

    def _cut(self, event: e.HoldingsCut, rules: Rulebook) -> None:
        """No holding loses more than the share, and all of that lies with what is cancelled."""
        most = rules.banking.haircut_most_basis_points or 0
        self._claim("I2", 0 < event.share <= most, f"a cut of {event.share}, the law has {most}")
        moved = {
            (move.origin, move.series): count_of(move)
            for move in event.entry
            if isinstance(move, Delivered) and move.target == f"cancelled-{move.series.split('-')[1]}"
        }
        said = {(cut.account, cut.series): cut.count for cut in event.cuts}
        self._claim("I2", moved == said and len(moved) == len(event.entry), f"{event} moves {moved}")
        for cut in event.cuts:
            code, _, vintage = cut.series.split("-")
            of_it = code == event.pollutant and int(vintage) <= event.through
            within = cut.count * 10_000 <= cut.base * event.share
            self._claim("I2", of_it and within, f"{cut} is more than {event.share / 100:g} %")

    def _trusts(self, origin: str, target: str, at: int) -> bool:
        """Those of one holder, those that are named for long enough, and the government."""
        if target not in self._holders or self._holders[origin] == self._holders[target]:
            return True
        return self._since.get((origin, target), at + 1) <= at


def _at_most(one: int | None, other: int | None) -> int | None:
    """The lower of two limits; None is no limit."""
    return other if one is None else one if other is None else min(one, other)


def _due(at: int, kind: str, rules: Rulebook, *, trusted: bool) -> int:
    """From when it may go, walked day by day."""
    row = next(each for each in rules.transactions.rows if each.type == kind)
    how = row.trusted if trusted else row.delay
    if how == "none":
        return at
    opens, closes = _time(rules.transactions.opens), _time(rules.transactions.closes)
    wall = shown(at, rules)
    if how == "noon":
        early = _open(wall, rules) and wall.hour < 12
        return instant_of(_next(wall, rules, 1 if early else 2).replace(hour=12), rules)
    if not _open(wall, rules) or wall.time() > closes:
        wall = _at(_next(wall, rules, 1), opens)
    elif wall.time() < opens:
        wall = _at(wall, opens)
    days, minutes = divmod(0 if trusted else row.delay_minutes or 0, 1_440)
    for _ in range(days):
        wall = _at(_next(wall, rules, 1), wall.time())
    wall += timedelta(minutes=minutes)
    if wall.time() > closes:
        wall = _at(_next(wall, rules, 1), opens)
    elif not _open(wall, rules):
        wall = _at(_next(wall, rules, 1), max(wall.time(), opens))
    return instant_of(_at(wall, max(wall.time(), opens)), rules)


def _trusted_from(at: int, rules: Rulebook) -> int:
    law = rules.transactions
    if not law.trust_working_days:
        return at
    return instant_of(_at(_next(shown(at, rules), rules, law.trust_working_days), _time(law.trust_at)), rules)


def _next(wall: datetime, rules: Rulebook, count: int) -> datetime:
    """Midnight of the so many-th day after that one that is worked."""
    day = _at(wall, time())
    while count:
        day += timedelta(days=1)
        count -= _open(day, rules)
    return day


def _open(wall: datetime, rules: Rulebook) -> bool:
    return worked(rules, wall.date().isoformat())


def _at(wall: datetime, clock: time) -> datetime:
    return datetime.combine(wall.date(), clock)


def _time(text: str) -> time:
    return time(int(text[:2]), int(text[3:]))
