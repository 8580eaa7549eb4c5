"""Sessions: somebody who signed in, for a while; and a session that a browser gives to a shell."""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_urlsafe

import msgspec

from airshed.service.sign_in.kept import USER, Kept, digest_of, marks, new_word, user_of
from airshed.service.sign_in.nouns import Session, User

#: A session ends after so long without a request, and after so long in any case.
IDLE_MS, WHOLE_MS = 30 * 60_000, 12 * 3_600_000
#: How long a one-time code counts for signing acts.
PROVEN_MS = 5 * 60_000
#: Sessions of one user; the oldest ends where another begins.
MOST_SESSIONS = 10
#: How long what was asked of a browser may take to come back, and how many such askings are kept.
ASKED_MS, MOST_ASKED = 10 * 60_000, 20_000
#: What is asked where a shell is to get a session, and what is given once its code was entered.
_ASKED, _GIVEN = "shell asks", "shell gets"


class Sessions(Kept):
    """Who is signed in, and what a browser was asked."""

    def begin(
        self, user: User, proven_at: int | None = None, *, subject: str = "", provider_session: str = ""
    ) -> tuple[str, Session]:
        """A new session and its token, which nobody has had before; only its digest is kept.

        A second factor was given now unless it says when; the last two are those of single sign-on.
        """
        now = self._clock()
        return self._begin(user, now, now if proven_at is None else proven_at, (subject, provider_session, ""))

    def _begin(self, user: User, made_at: int, proven_at: int, kept: tuple[str, str, str]) -> tuple[str, Session]:
        """`kept` is whose session it is at a provider, which there, and of which session here it ends with."""
        token, csrf, now = token_urlsafe(32), token_urlsafe(32), self._clock()
        with self._sql.transaction():
            self._sql.execute("DELETE FROM sessions WHERE seen_at < ? OR made_at < ?", (now - IDLE_MS, now - WHOLE_MS))
            self._sql.execute(
                "DELETE FROM sessions WHERE user = ? AND digest NOT IN "
                "(SELECT digest FROM sessions WHERE user = ? ORDER BY made_at DESC LIMIT ?)",
                (user.name, user.name, MOST_SESSIONS - 1),
            )
            digest = digest_of(token)
            self._sql.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (digest, user.name, csrf, made_at, now, proven_at, *kept),
            )
        return token, Session(user, csrf, made_at, proven_at, digest)

    def session(self, token: str) -> Session | None:
        """The session of a token, while it lasts and the user is active."""
        return self.sessions((token,))[0]

    def sessions(self, tokens: Sequence[str]) -> list[Session | None]:
        """The same of several, in one question."""
        now, digests = self._clock(), [digest_of(token) for token in tokens]
        asked = list(dict.fromkeys(digests))
        found: dict[str, Session] = {}
        for row in self._sql.execute(
            f"SELECT {USER}, s.csrf, s.made_at, s.proven_at, s.digest, s.seen_at "
            "FROM sessions s JOIN users u ON u.name = s.user "
            f"WHERE s.digest IN ({marks(asked)}) AND s.seen_at >= ? AND s.made_at >= ? AND u.state = 'active'",
            (*asked, now - IDLE_MS, now - WHOLE_MS),
        ).fetchall():
            found[row[-2]] = Session(user_of(row[:-5]), *row[-5:-1])
            if now - row[-1] > 60_000:
                self._sql.execute("UPDATE sessions SET seen_at = ? WHERE digest = ?", (now, row[-2]))
        return [found.get(digest) for digest in digests]

    def proven(self, session: Session) -> None:
        """A one-time code was given in this session now."""
        self._sql.execute("UPDATE sessions SET proven_at = ? WHERE digest = ?", (self._clock(), session.digest))

    def fresh(self, session: Session) -> bool:
        """Whether a code was given lately enough to sign."""
        return self._clock() - session.proven_at <= PROVEN_MS

    def end(self, session: Session) -> None:
        """Sign out, and with it whatever shell this session was handed to."""
        self._sql.execute("DELETE FROM sessions WHERE digest = ? OR given_by = ?", (session.digest, session.digest))

    def end_by(self, digest: str, user: User) -> None:
        """End a session of a user by the digest under which it is kept."""
        self._sql.execute("DELETE FROM sessions WHERE digest = ? AND user = ?", (digest, user.name))

    def end_of_provider(self, subject: str, provider_session: str) -> int:
        """Sign out who signed in by a provider: of a subject, of a session there, or both; how many ended."""
        wanted = [
            (column, value) for column, value in (("subject", subject), ("provider_session", provider_session)) if value
        ]
        assert wanted, "a provider names whose sessions have ended"
        where = " AND ".join(f"{column} = ?" for column, _ in wanted)
        found = self._sql.execute(f"DELETE FROM sessions WHERE {where}", [value for _, value in wanted])
        return int(found.rowcount)

    # --- what a browser brings back

    def ask(self, what: str, said: str, word: str = "") -> str:
        """A word that a browser brings back once, with what belongs to it; nobody can say it who was not told."""
        token, now = word or new_word(), self._clock()
        self._sql.execute("DELETE FROM asked WHERE until < ?", (now,))
        (kept,) = self._sql.execute("SELECT count(*) FROM asked").fetchone()
        if kept >= MOST_ASKED:
            oldest = "SELECT digest FROM asked ORDER BY until, digest LIMIT ?"
            self._sql.execute(f"DELETE FROM asked WHERE digest IN ({oldest})", (kept - MOST_ASKED + 1,))
        self._sql.execute("INSERT INTO asked VALUES (?, ?, ?, ?)", (digest_of(token), what, said, now + ASKED_MS))
        return token

    def answered(self, what: str, token: str) -> str | None:
        """What belongs to a word that is brought back; None where it was, is over or never was."""
        rows = self._sql.execute(
            "DELETE FROM asked WHERE digest = ? AND what = ? AND until >= ? RETURNING said",
            (digest_of(token), what, self._clock()),
        ).fetchall()
        return str(rows[0][0]) if rows else None

    def ask_hand_over(self, code: str, word: str, asker: str) -> None:
        """Somebody at an address shows a code, and takes the session of who enters it by a word."""
        self.ask(_ASKED, msgspec.json.encode((digest_of(word), asker)).decode(), code)

    def hand_over(self, code: str, session: Session) -> str | None:
        """A code was entered in a session: the address of who asked for it; None for one that is not good."""
        said = self.answered(_ASKED, code)
        if said is None:
            return None
        digest, asker = msgspec.json.decode(said, type=tuple[str, str])
        until = self._clock() + ASKED_MS
        self._sql.execute("INSERT INTO asked VALUES (?, ?, ?, ?)", (digest, _GIVEN, session.digest, until))
        return asker

    def take_hand_over(self, word: str) -> tuple[str, Session] | None:
        """A session of the user who has entered the code, while theirs lasts; it has their twelve hours.

        It ends when they sign out here or at a provider, however often it is handed on.
        """
        given = self.answered(_GIVEN, word)
        if given is None:
            return None
        now = self._clock()
        row = self._sql.execute(
            f"SELECT {USER}, s.made_at, s.subject, s.provider_session, s.given_by "
            "FROM sessions s JOIN users u ON u.name = s.user "
            "WHERE s.digest = ? AND s.seen_at >= ? AND s.made_at >= ? AND u.state = 'active'",
            (given, now - IDLE_MS, now - WHOLE_MS),
        ).fetchone()
        if row is None:
            return None
        made_at, subject, provider_session, given_by = row[-4:]
        return self._begin(user_of(row[:-4]), made_at, 0, (subject, provider_session, given_by or given))
