"""The ledger: who holds which serials and how much money, and what of both is set aside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from airshed.model.allowance import Blocks, SerialBlock, count_of, joined, without
from airshed.registry.account_types import NOBODY, number_of
from airshed.registry.accounts import BANK, Account
from airshed.registry.moves import Delivered, Entry, Paid


@dataclass(slots=True, eq=False)
class Position:
    """What an account holds of one series: sorted blocks, their count, and how many of them are set aside."""

    blocks: Blocks = ()
    count: int = 0
    held: int = 0

    @property
    def free(self) -> int:
        """Allowances that no order and no pledge has set aside."""
        return self.count - self.held


@dataclass(slots=True, eq=False)
class Purse:
    """The money of an account in fen: the balance, and what of it is set aside."""

    fen: int = 0
    held: int = 0

    @property
    def free(self) -> int:
        """Fen that no order and no bid has set aside."""
        return self.fen - self.held


@dataclass(slots=True, eq=False)
class Ledger:
    """Folded from entries. Nothing here refuses: what is decided happens, and a broken invariant ends the process."""

    accounts: dict[str, Account] = field(default_factory=dict)
    purses: dict[str, Purse] = field(default_factory=dict)
    positions: dict[tuple[str, str], Position] = field(default_factory=dict)
    #: The series in which each account has a position, in the order in which it got them.
    series_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    frozen: dict[str, str] = field(default_factory=dict)
    #: Accounts that are over, with the reason; their names are not given again.
    closed: dict[str, str] = field(default_factory=dict)
    caps: dict[str, int] = field(default_factory=dict)
    #: The letters with which the numbers of its accounts begin.
    registry: str = NOBODY
    #: The number of each account, in the order in which they were opened; none is given again.
    numbers: dict[str, str] = field(default_factory=dict)

    def open(self, account: Account) -> None:
        """Open an account with nothing in it, under the next number."""
        assert account.id not in self.accounts, account
        self.numbers[account.id] = number_of(self.registry, account.kind, len(self.numbers) + 1)
        self.accounts[account.id] = account
        self.purses[account.id] = Purse()

    def absent(self, account: str) -> str | None:
        """Why an account takes part in nothing, None when it may."""
        if account not in self.accounts:
            return f"there is no account {account}; a registrar opens accounts"
        if account in self.closed:
            return f"{account} is closed ({self.closed[account]}) and takes part in nothing any more"
        return None

    def close(self, account: str, reason: str) -> None:
        """Close an account that has nothing in it, for good."""
        assert self.absent(account) is None, account
        self.closed[account] = reason
        self._check_closed(account)

    def issue(self, series: str, account: str, count: int) -> None:
        """Bring the serials 1..count of a series into being, the only way there is (I2)."""
        assert series not in self.caps, f"I2: {series} is issued already"
        self.caps[series] = count
        position = self.position(account, series)
        position.blocks = (SerialBlock(1, count),)
        position.count = count

    def add(self, series: str, account: str, first: int, count: int) -> None:
        """Bring further serials of a series into being that has no cap: credits, as they are issued (I2)."""
        assert first == self.caps.get(series, 0) + 1, f"I2: {series} goes on from {self.caps.get(series, 0)}"
        self.caps[series] = first + count - 1
        position = self.position(account, series)
        position.blocks = joined(position.blocks, (SerialBlock(first, first + count - 1),))
        position.count += count

    def position(self, account: str, series: str) -> Position:
        """The position, made when first asked for."""
        position = self.positions.get((account, series))
        if position is None:
            position = self.positions[account, series] = Position()
            self.series_of[account] = (*self.series_of.get(account, ()), series)
        return position

    def held_of(self, account: str, series: str) -> Position:
        """The position to look at; an empty one that is not kept when there is none."""
        return self.positions.get((account, series)) or Position()

    def post(self, entry: Entry) -> None:
        """Carry out all moves of an entry."""
        purses = self.purses
        for move in entry:
            if type(move) is Paid:
                origin = purses[move.origin]
                origin.fen -= move.fen
                purses[move.target].fen += move.fen
                assert move.fen > 0, move
                assert origin.fen >= origin.held or move.origin == BANK, f"I4: {move} of {origin.fen}"
            else:
                assert type(move) is Delivered
                self._deliver(move)

    def _deliver(self, move: Delivered) -> None:
        count = count_of(move.blocks)
        origin = self.positions[move.origin, move.series]
        target = self.position(move.target, move.series)
        origin.blocks = without(origin.blocks, move.blocks)
        origin.count -= count
        assert origin.count >= origin.held, f"I1: {move} leaves less than is set aside"
        target.blocks = joined(target.blocks, move.blocks)
        target.count += count

    def of_series(self, series: str) -> Iterator[tuple[str, Position]]:
        """Every account that holds some of a series."""
        for (account, name), position in self.positions.items():
            if name == series and position.count:
                yield account, position

    def of_account(self, account: str) -> Iterator[tuple[str, Position]]:
        """Every series of which an account holds some."""
        for series in self.series_of.get(account, ()):
            position = self.positions[account, series]
            if position.count:
                yield series, position

    def check(self) -> None:
        """Assert I1 to I4 over the whole ledger."""
        tiles: dict[str, list[SerialBlock]] = {series: [] for series in self.caps}
        for (account, series), position in self.positions.items():
            assert position.count == count_of(position.blocks), f"I2: {account} {series}"
            assert 0 <= position.held <= position.count, f"I2: {account} {series} sets aside {position.held}"
            assert series in self.series_of[account], f"I2: {account} is not known to have {series}"
            tiles[series].extend(position.blocks)
        for series, blocks in tiles.items():
            following = 1
            for block in sorted(blocks):
                assert block.first == following, f"I1: {series} has no single holder for serial {following}"
                following = block.last + 1
            assert following == self.caps[series] + 1, f"I2: {series} ends at {following - 1}"
        for account in self.closed:
            self._check_closed(account)
        assert sum(purse.fen for purse in self.purses.values()) == 0, "I3: money does not sum to zero"
        for account, purse in self.purses.items():
            assert purse.held >= 0, f"I4: {account} sets aside {purse.held}"
            assert account == BANK or purse.fen >= purse.held, f"I4: {account} has {purse.fen}"

    def _check_closed(self, account: str) -> None:
        assert not any(self.of_account(account)), f"I2: {account} is closed and holds allowances"
        assert self.purses[account].fen == 0, f"I4: {account} is closed and has money"
