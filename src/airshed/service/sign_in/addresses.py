"""Where notices go by mail: an address that its owner has set and proven to read, and how far it was told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from hmac import compare_digest
from secrets import randbelow
from typing import Any, NamedTuple

from airshed.model.refusal import Malformed
from airshed.service.sign_in.store import Store

#: How long a code holds, how often it may be guessed, and how many codes a user has sent in an hour.
CODE_MS, MOST_TRIES, HOUR_MS, MOST_CODES = 30 * 60_000, 5, 3_600_000, 5
DIGITS = 8
#: A server refuses an address so often, each a day after the one before, until nothing is sent there any more.
MOST_REFUSALS, DAY_MS = 3, 24 * 3_600_000


class Address(NamedTuple):
    """Where notices of a user go."""

    user: str
    #: Empty until one is proven.
    address: str
    language: str
    #: The record through which it was told.
    heard: int
    #: What is to be proven by a code; empty where nothing is.
    wanted: str
    #: The server refused it for days: nothing is sent there until its owner proves one anew.
    refused: bool = False


class Heard(NamedTuple):
    """How far an address was told."""

    user: str
    address: str
    seq: int


class Addresses:
    """The addresses of the users of a store; `clock` gives milliseconds."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._sql, self._clock = store, clock

    def of(self, user: str) -> Address | None:
        """What a user has set; a code that is over proves nothing, and so nothing is wanted any more."""
        row = self._row(user)
        if row is None:
            return None
        found = Address(*row[:5])._replace(refused=row[10] >= MOST_REFUSALS)
        return found if row[6] >= self._clock() and row[7] < MOST_TRIES else found._replace(wanted="")

    def confirmed(self) -> list[Address]:
        """Every address that is proven and takes letters, of users who may sign in."""
        query = (
            "SELECT a.user, a.address, a.language, a.heard, '' FROM addresses a JOIN users u ON u.name = a.user "
            "WHERE a.address <> '' AND a.refusals < ? AND u.state = 'active' ORDER BY a.user"
        )
        return [Address(*row) for row in self._sql.execute(query, (MOST_REFUSALS,))]

    def ask(self, user: str, address: str, language: str) -> str:
        """An address that a user wants: the code which is sent there. The one before holds until that comes back."""
        now, code = self._clock(), f"{randbelow(10**DIGITS):0{DIGITS}}"
        row = self._row(user)
        asked, since = (0, now) if row is None or now - row[9] > HOUR_MS else row[8:10]
        if asked >= MOST_CODES:
            raise Malformed("address", f"{MOST_CODES} codes were sent within an hour", "wait an hour")
        self._sql.execute(
            "INSERT INTO addresses (user, address, language, heard, wanted, code, until, tries, asked, since) "
            "VALUES (?, '', ?, 0, ?, ?, ?, 0, ?, ?) ON CONFLICT (user) DO UPDATE SET "
            "wanted = excluded.wanted, language = excluded.language, code = excluded.code, until = excluded.until, "
            "tries = 0, asked = excluded.asked, since = excluded.since",
            (user, language, address, _digest(user, code), now + CODE_MS, asked + 1, since),
        )
        return code

    def confirm(self, user: str, code: str, heard: int) -> bool:
        """Whether it is the code that was sent: the address holds from here on, and hears what comes after a record."""
        tried = "UPDATE addresses SET tries = tries + 1 WHERE user = ? AND wanted <> '' AND until >= ? AND tries < ?"
        if not self._sql.execute(tried, (user, self._clock(), MOST_TRIES)).rowcount:
            return False
        row = self._row(user)
        if row is None or not compare_digest(row[5], _digest(user, code)):
            return False
        done = (
            "UPDATE addresses SET address = wanted, wanted = '', code = '', heard = ?, refusals = 0 "
            "WHERE user = ? AND code = ?"
        )
        return self._sql.execute(done, (heard, user, row[5])).rowcount == 1

    def heard(self, told: Iterable[Heard]) -> None:
        """The server took what there was up to a record for addresses; what they heard once they have heard."""
        with self._sql.transaction():
            for user, address, seq in told:
                self._sql.execute(
                    "UPDATE addresses SET heard = ?, refusals = 0 WHERE user = ? AND address = ? AND heard < ?",
                    (seq, user, address, seq),
                )

    def refused(self, user: str, address: str) -> bool:
        """The server refuses an address, which counts once a day; whether it has for days, so that it is given up."""
        now = self._clock()
        self._sql.execute(
            "UPDATE addresses SET refusals = refusals + 1, refused_at = ? "
            "WHERE user = ? AND address = ? AND (refusals = 0 OR refused_at <= ?)",
            (now, user, address, now - DAY_MS),
        )
        known = self.of(user)
        return known is not None and known.address == address and known.refused

    def end(self, user: str) -> None:
        """Nothing goes to a user any more; how many codes were sent is remembered."""
        self._sql.execute("UPDATE addresses SET address = '', wanted = '', code = '' WHERE user = ?", (user,))

    def _row(self, user: str) -> Any:
        columns = "user, address, language, heard, wanted, code, until, tries, asked, since, refusals"
        return self._sql.execute(f"SELECT {columns} FROM addresses WHERE user = ?", (user,)).fetchone()


def _digest(user: str, code: str) -> str:
    return sha256(f"{user}\0{code}".encode()).hexdigest()
