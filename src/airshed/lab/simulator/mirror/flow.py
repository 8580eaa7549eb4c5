"""A second opinion on flow control: what is stated at the end of a year, and what counts several for one (I11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from math import floor

from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.figures import count_of, day_of
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]
Key = tuple[str, int, str]
#: Serials of a series, from the first to the last.
Span = tuple[str, int, int]


class Flow:
    """Follows what was banked; `held` is what the mirror says that accounts hold."""

    def __init__(self, claim: Claim, held: Mapping[tuple[str, str], list[tuple[int, int]]]) -> None:
        self._claim = claim
        self._held = held
        self._holders: set[str] = set()
        self._budgets: Counter[tuple[int, str]] = Counter()
        self._stated: set[tuple[int, str]] = set()
        self._rooms: dict[tuple[int, str], Counter[str]] = {}
        #: What went for more than one, by obligation.
        self._paired: dict[Key, list[Span]] = {}
        #: When the last record was, the law it found in force and the one it left.
        self._at = 0
        self._old: Rulebook | None = None
        self._law: Rulebook | None = None

    def turned(self, record: Record, rules: Rulebook) -> None:
        """With the first record of a year, all is stated that the law wants of the years before it.

        The law is that before the record: where it adopts another, that is in force for what comes after, and at once
        for a year that by it is over already.
        """
        if record.refusal is not None:
            return
        old = self._old = self._law or rules
        self._law = rules
        said = {(each.year, each.pollutant) for each in record.events if isinstance(each, e.FlowControlStated)}
        due = self._ended(_running(old, self._at), _running(old, record.at), old)
        due |= self._ended(_running(old, record.at), _running(rules, record.at), rules)
        self._at = record.at
        self._claim("I11", said == due, f"flow control is stated of {said}, by the law of {due}")

    def _ended(self, before: int, now: int, rules: Rulebook) -> set[tuple[int, str]]:
        if rules.banking.flow_basis_points is None:
            return set()
        return {key for key in self._budgets if before <= key[0] < now and key not in self._stated}

    def follow(self, event: e.Event, rules: Rulebook) -> None:
        """Take in a fact; holdings are those after it."""
        match event:
            case e.AccountOpened():
                self._holders.add(event.account.id)
            case e.CapSet():
                pollutant, _, vintage = event.series.split("-")
                self._budgets[int(vintage), pollutant] += event.count
            case e.FlowControlStated():
                self._state(event, self._old if self._old and event.year < _running(self._old, self._at) else rules)
            case _:
                pass

    def _state(self, event: e.FlowControlStated, rules: Rulebook) -> None:
        key = (event.year, event.pollutant)
        self._stated.add(key)
        self._claim("I11", event.budget == self._budgets[key], f"{key} has a budget of {self._budgets[key]}")
        banked = Counter[str]()
        for (account, series), blocks in self._held.items():
            pollutant, _, vintage = series.split("-")
            back = event.year - int(vintage)
            if account in self._holders and pollutant == event.pollutant and 0 < back <= rules.allowance.vintages_back:
                banked[account] += sum(last - first + 1 for first, last in blocks)
        bank = banked.total()
        self._claim("I11", event.bank == bank, f"{key} has a bank of {bank}, stated are {event.bank}")
        share = Fraction(rules.banking.flow_basis_points or 0, 10_000) * event.budget
        rooms = None
        if bank > share:
            rooms = {account: floor(own * share / bank) for account, own in banked.items()}
            rooms = {account: room for account, room in rooms.items() if room}
            self._rooms[key] = Counter(rooms)
        self._claim("I11", event.one_for_one == rooms, f"{key}: {event.one_for_one} count one for one, not {rooms}")

    def given(self, event: e.Surrendered, rules: Rulebook) -> bool:
        """What is given for a year under flow control; whether it is one."""
        rooms = self._rooms.get((event.year, event.pollutant))
        besides = sum(count_of(move) for move in _moves(event) if move.target.startswith("cancelled-"))
        if rooms is None:
            self._claim("I11", not besides and not event.pairs, f"{event} cancels {besides} without flow control")
            return False
        ratio = rules.banking.flow_ratio or 1
        self._claim("I11", besides == event.pairs * (ratio - 1), f"{event} cancels {besides} for {event.pairs}")
        banked = [
            move
            for move in _moves(event)
            if move.target.startswith("surrendered-") and move.series.split("-")[0] == event.pollutant
            if int(move.series[-4:]) < event.year
        ]
        single = sum(map(count_of, banked)) - event.pairs
        (account,) = {move.origin for move in _moves(event)}
        self._claim("I11", single <= rooms[account], f"{event} gives {single} one for one, {rooms[account]} may")
        rooms[account] -= single
        if event.pairs:
            self._claim("I11", not rooms[account], f"{event} gives pairs while {rooms[account]} count one for one")
            paired = self._paired.setdefault((event.source, event.year, event.pollutant), [])
            paired += _last(banked, event.pairs)
        return True

    def back(self, source: str, year: int, move: Delivered) -> None:
        """What is returned and counted one for one may do so again."""
        pollutant, _, vintage = move.series.split("-")
        rooms = self._rooms.get((year, pollutant))
        if rooms is None or int(vintage) >= year:
            return
        paired = self._paired.get((source, year, pollutant), [])
        left = [rest for span in paired for rest in _without(span, move)]
        rooms[move.target] += count_of(move) - (_count(paired) - _count(left))
        paired[:] = left


def _last(moves: list[Delivered], count: int) -> Iterator[Span]:
    """Of what was moved the last serials, so many."""
    for move in reversed(moves):
        for block in reversed(move.blocks):
            taken = min(count, block.last - block.first + 1)
            if taken:
                yield move.series, block.last - taken + 1, block.last
            count -= taken


def _without(span: Span, move: Delivered) -> Iterator[Span]:
    """What is left of serials after some were moved."""
    series, first, last = span
    for block in sorted(move.blocks, key=lambda each: each.first) if series == move.series else ():
        if first <= block.last and block.first <= last:
            if first < block.first:
                yield series, first, block.first - 1
            first = block.last + 1
    if first <= last:
        yield series, first, last


def _count(spans: list[Span]) -> int:
    return sum(last - first + 1 for _, first, last in spans)


def _moves(event: e.Surrendered) -> Iterator[Delivered]:
    for move in event.entry:
        assert isinstance(move, Delivered), move
        yield move


def _running(rules: Rulebook, at: int) -> int:
    """The year whose season is not over."""
    today = day_of(at, rules)
    ends = rules.calendar.season[1] if rules.calendar.season else "12-31"
    return int(today[:4]) + (today[5:] > ends)
