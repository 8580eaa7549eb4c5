"""A slow second opinion on every record: plain lists and sums that share no code with what they check (I1 to I11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from msgspec import Struct

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.accounts import Accounts
from airshed.lab.simulator.mirror.auctions import Auctions
from airshed.lab.simulator.mirror.cases import Cases
from airshed.lab.simulator.mirror.claims import Claims
from airshed.lab.simulator.mirror.issuing import Issuing
from airshed.lab.simulator.mirror.known import confirmed
from airshed.lab.simulator.mirror.listed import Listed
from airshed.lab.simulator.mirror.market import MarketMirror
from airshed.lab.simulator.mirror.marks import Marks
from airshed.lab.simulator.mirror.people import People
from airshed.lab.simulator.mirror.prices import Prices
from airshed.lab.simulator.mirror.primary import Blocked
from airshed.lab.simulator.mirror.returns import Returns, short_of
from airshed.lab.simulator.mirror.sealed import SealedBids
from airshed.lab.simulator.mirror.seals import Seals
from airshed.lab.simulator.mirror.second import Second
from airshed.lab.simulator.mirror.supply import SupplyMirror
from airshed.lab.simulator.mirror.transfers import Transfers
from airshed.lab.simulator.mirror.years import Years
from airshed.lab.simulator.mirror.zone import ZoneMirror
from airshed.registry.moves import Delivered, Paid
from airshed.rulebook.schema import Rulebook

Place = tuple[str, str]


#: Fields that name an account.
PARTIES = ("account", "seller", "buyer", "pledgor", "pledgee", "lessor", "lessee", "holder", "origin", "target")


def _parties(value: object) -> Iterator[str]:
    """Every account that an event names, at any depth."""
    if isinstance(value, Struct):
        for field in value.__struct_fields__:
            held = getattr(value, field)
            if isinstance(held, str):
                yield from (held,) * (field in PARTIES)
            else:
                yield from _parties(held)
    elif isinstance(value, tuple):
        for each in value:
            yield from _parties(each)


class Mirror:
    """Follows the book record by record; an `AssertionError` names the invariant and the record."""

    def __init__(self) -> None:
        self.seq = self._at = 0
        self.checks: Counter[str] = Counter()
        self._cash: Counter[str] = Counter()
        self._issued: set[str] = set()
        self._closed: set[str] = set()
        self._held: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._people = People(self._claim)
        self._second = Second(self._claim, self._people)
        self._prices = Prices(self._claim)
        self._years = Years(self._claim, self._held, self._prices, self._cannot_move)
        self._cases = Cases(self._claim, self._years.penalties)
        self._market = MarketMirror(self._claim, self._held, self._prices, self._years.owed)
        self._listed = Listed(self._claim, self._market)
        self._auctions = Auctions(self._claim, self._market.own)
        self._seals = Seals(self._claim)
        self._sealed = SealedBids(self._claim)
        self._zone = ZoneMirror(self._claim, self._market.wall, self._market.own)
        self._claims = Claims(self._claim, self.count_of)
        self._blocked = Blocked(self._claim)
        self._returns = Returns(self._claim)
        self._marks = Marks(self._claim)
        self._transfers = Transfers(self._claim)
        self._accounts = Accounts(self._claim)
        self._supply = SupplyMirror(self._claim, self._held)
        self._issuing = Issuing(self._claim, self._years.makeup, self.count_of)

    def follow(self, record: Record, rules: Rulebook) -> None:
        """Check one record against everything before it."""
        self.seq = record.seq
        self._claim("I12", record.at >= self._at, "time runs backwards")
        if record.refusal is None:
            self._at = record.at
        else:
            self._claim("I12", not record.events, "a refusal with events")
        deed = self._second.deed(record)
        self._second.follow(record, rules)
        self._people.follow(record, rules)
        record = deed
        if isinstance(record.body, c.PlaceOrder):
            self._listed.order(record.body, record, rules)
        confirmed(self._claim, record, rules)
        self._claims.follow(record, rules)
        self._years.flow.turned(record, rules)
        for event in record.events:
            self._of_none_closed(event)
            self._moved(event)
            self._emptied(event)
            self._blocked.follow(event, record.at, rules)
            self._returns.follow(event, record.at, rules)
            self._listed.follow(event, rules)
            self._auctions.follow(event, record, rules)
            self._years.follow(event, record.at, rules)
            self._cases.follow(event, record, rules)
            self._marks.follow(event, record.at, rules)
            self._transfers.follow(event, record, rules)
            self._accounts.follow(event, record, rules)
            self._issuing.follow(event, record, rules)
            self._supply.follow(event, record.at, rules)
        self._years.periods.settle(rules)
        self._market.follow(record, rules)
        for event in record.events:
            self._prices.follow(event, record.at, rules)
        self._claims.settle()
        self._zone.follow(record, rules)
        self._seals.follow(record)
        self._sealed.follow(record)
        if record.events:
            self._at_rest()

    def count_of(self, account: str, series: str) -> int:
        """What an account holds of a series."""
        return sum(last - first + 1 for first, last in self._held.get((account, series), []))

    def aside(self, accounts: Collection[str]) -> tuple[dict[Place, int], dict[str, int]]:
        """What some accounts have set aside, in allowances and in fen, for all that waits."""
        goods, cash = self._cannot_move(), Counter[str]()
        for room in (
            self._listed,
            self._auctions,
            self._market,
            self._zone,
            self._claims,
            self._returns,
            self._transfers,
            self._sealed,
        ):
            room.aside(goods, cash)
        return (
            {place: count for place, count in goods.items() if count and place[0] in accounts},
            {account: fen for account, fen in cash.items() if fen and account in accounts},
        )

    def _claim(self, number: str, holds: bool, what: str) -> None:
        self.checks[number] += 1
        assert holds, f"{number}: record {self.seq}: {what}"

    def _cannot_move(self) -> Counter[Place]:
        """What is there and must not leave, though nobody has offered it: unpaid for, under notice, withheld."""
        return self._blocked.wanted() + self._returns.blocked()

    def _moved(self, event: e.Event) -> None:
        """Serials and money, one by one."""
        if isinstance(event, e.CapSet):
            self._claim("I2", event.series not in self._issued, f"{event.series} is issued twice")
            self._issued.add(event.series)
            self._held[event.account, event.series] = [(1, event.count)]
        for move in getattr(event, "entry", ()):
            if isinstance(move, Paid):
                self._cash[move.origin] -= move.fen
                self._cash[move.target] += move.fen
            else:
                self._deliver(move)
                self._claims.left(move.origin, move.series)

    def _of_none_closed(self, event: e.Event) -> None:
        """Nothing happens for an account that is closed."""
        over = self._closed.intersection(_parties(event))
        self._claim("I12", not over, f"{event} is of {over}, closed")

    def _emptied(self, event: e.Event) -> None:
        """An account that is closed has nothing."""
        if isinstance(event, e.AccountClosed):
            self._closed.add(event.account)
            left = [series for (account, series), held in self._held.items() if account == event.account and held]
            self._claim("I2", not left, f"{event.account} is closed and holds {left}")
            self._claim("I4", not self._cash[event.account], f"{event.account} is closed and has money")
            aside = self.aside((event.account,))
            self._claim("I4", aside == ({}, {}), f"{event.account} is closed and sets aside {aside}")

    def _at_rest(self) -> None:
        """After a record: money sums to zero, nobody is below it, no book is crossed, what is blocked is there."""
        self._claim("I3", sum(self._cash.values()) == 0, "money does not sum to zero")
        below = [account for account, fen in self._cash.items() if fen < 0 and account != "bank"]
        self._claim("I4", not below, f"{below} below zero")
        self._listed.at_rest()
        short = short_of(self._cannot_move() + self._returns.asked(), self._held)
        self._claim("I2", not short, f"{short} hold less than is blocked")

    def _deliver(self, move: Delivered) -> None:
        held = self._held.get((move.origin, move.series), [])
        for block in move.blocks:
            home = [each for each in held if each[0] <= block.first <= block.last <= each[1]]
            self._claim("I1", len(home) == 1, f"{move.origin} gives {move.series} {block} and does not hold it")
            held.remove(home[0])
            sides = ((home[0][0], block.first - 1), (block.last + 1, home[0][1]))
            held += [side for side in sides if side[0] <= side[1]]
        got = sorted([*self._held.get((move.target, move.series), []), *((b.first, b.last) for b in move.blocks)])
        grown: list[tuple[int, int]] = []
        for first, last in got:
            if grown and grown[-1][1] + 1 == first:
                grown[-1] = (grown[-1][0], last)
            else:
                grown.append((first, last))
        self._held[move.target, move.series] = grown
