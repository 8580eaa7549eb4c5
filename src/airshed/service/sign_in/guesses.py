"""What was guessed, and what is drawn once for a service: salts, and the key by which papers are signed."""

from __future__ import annotations

from secrets import token_bytes

from airshed.service.gateway.lockout import Guessed
from airshed.service.sign_in import seals
from airshed.service.sign_in.kept import Kept
from airshed.service.sign_in.seals import StatementSeal


class Guesses(Kept):
    """What a restart forgives nobody, and what it does not change."""

    def remember(self, guessed: Guessed) -> None:
        """Keep what was guessed of a name or from an address, so that a restart forgives nothing.

        A name that is no user's comes here blinded: it may be a password in the wrong field. It is kept as one that is,
        so that neither time nor a restart tells who is a user.
        """
        now = self._clock()
        with self._sql.transaction():
            self._sql.execute("DELETE FROM guesses WHERE until < ?", (now,))
            self._sql.execute(
                "INSERT INTO guesses VALUES (?, ?, ?, ?) ON CONFLICT (origin, name) "
                "DO UPDATE SET until = excluded.until, wrong = excluded.wrong",
                (guessed.origin, guessed.mn, now + int(guessed.full_in_s * 1000), guessed.wrong),
            )

    def guesses(self) -> list[Guessed]:
        """What was guessed before, as far as it counts still."""
        now = self._clock()
        query = "SELECT origin, name, until, wrong FROM guesses WHERE until > ? ORDER BY until, origin, name"
        rows = self._sql.execute(query, (now,)).fetchall()
        return [Guessed(origin, name, (until - now) / 1000, wrong) for origin, name, until, wrong in rows]

    def salt(self, name: str) -> bytes:
        """The salt of a kind of digest, drawn when it is asked for first."""
        self._sql.execute("INSERT INTO salts VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (name, token_bytes(16)))
        row = self._sql.execute("SELECT salt FROM salts WHERE name = ?", (name,)).fetchone()
        return bytes(row[0])

    def seal(self, name: str) -> StatementSeal:
        """The key by which papers are signed, made when it is asked for first."""
        query = "SELECT seal FROM seals WHERE name = 'papers'"
        row = self._sql.execute(query).fetchone()
        if row is None:
            made = seals.new(name, self._clock()).text()
            self._sql.execute("INSERT INTO seals VALUES ('papers', ?) ON CONFLICT (name) DO NOTHING", (made,))
            row = self._sql.execute(query).fetchone()
        return seals.read(row[0])
