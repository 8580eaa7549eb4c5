"""The users of a service beside its book, and never in it: who signs in, and as which actor of the book they act.

Nothing of it is ever in the book: no password, no session, no address. The actor of a user is set when the user is made
and does not change; who is to act as somebody else gets a user of that name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from typing import Any

import msgspec

from airshed.model.names import unlike_itself
from airshed.model.refusal import Malformed
from airshed.service.book.addressed import have_driver
from airshed.service.book.places import in_database
from airshed.service.gateway.lockout import Guessed
from airshed.service.sign_in import addresses, codes, seals
from airshed.service.sign_in.nouns import Identity, Key, Nonce, Passkey, Session, User
from airshed.service.sign_in.seals import Seal
from airshed.service.sign_in.signatures import AHEAD_S, OLDEST_S
from airshed.service.sign_in.steps import STEPS
from airshed.service.sign_in.store import Store, Taken
from airshed.service.sign_in.store_file import StoreHere, beside

#: How long a link for the first sign-in is good.
LINK_MS = 24 * 3_600_000
#: A session ends after so long without a request, and after so long in any case.
IDLE_MS, WHOLE_MS = 30 * 60_000, 12 * 3_600_000
#: How long a one-time code counts for signing acts.
PROVEN_MS = 5 * 60_000
#: Sessions of one user; the oldest ends where another begins.
MOST_SESSIONS = 10
#: How long what was asked of a browser may take to come back, and how many such askings are kept.
ASKED_MS, MOST_ASKED = 10 * 60_000, 20_000
#: How far a clock that went back is held to: nothing that was signed before it did is taken after so long.
HELD_MS = (OLDEST_S + AHEAD_S) * 1000
#: Passkeys and keys of machines of one user.
MOST_PASSKEYS = MOST_KEYS = 10
#: The user that the first start makes.
FIRST = "administrator"


def users_of(book: Path | str, clock: Callable[[], int]) -> Users:
    """The users of a book, wherever it lies."""
    if not in_database(book):
        return Users(StoreHere(beside(Path(book)), STEPS), clock)
    have_driver()
    from airshed.service.sign_in.store_postgresql import StoreThere

    return Users(StoreThere(str(book), STEPS), clock)


class Users:
    """The users of a service in a store; `clock` gives milliseconds."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self.path = store.path
        self._sql = store
        self._clock = clock
        #: Told of a clock that was that many milliseconds ahead before and keeps machines out for a while.
        self.went_back: Callable[[int], None] = lambda ms: None
        #: Where notices go by mail.
        self.addresses = addresses.Addresses(store, clock)

    def close(self) -> None:
        """Let go of the store."""
        self._sql.close()

    # --- users

    def add(self, name: str, actor: str, *, admin: bool = False) -> str:
        """A new user, invited: the token of the link with which they choose a password, once."""
        for text, place in ((name, "user"), (actor, "--actor")):
            _named(text, place, empty=text is actor)
        if not actor and not admin:
            raise Malformed("--actor", "is empty", "name the actor of the book, or say --admin")
        try:
            self._sql.execute(
                "INSERT INTO users (name, actor, admin, state, made_at) VALUES (?, ?, ?, 'invited', ?)",
                (name, actor, int(admin), self._clock()),
            )
        except Taken:
            raise Malformed(f"user {name}", "is there already", "airshed user list shows all") from None
        return self.invite(name)

    def invite(self, name: str) -> str:
        """Another link for a user: what they had, password, code, passkeys and address, ends once it is used."""
        if self.known(name).state == "locked":
            raise Malformed(f"user {name}", "is locked, and a link would open nothing", "unlock the user first")
        token = token_urlsafe(32)
        with self._sql.transaction():
            self._sql.execute("DELETE FROM links WHERE user = ? OR until < ?", (name, self._clock()))
            self._sql.execute("INSERT INTO links VALUES (?, ?, ?)", (digest_of(token), name, self._clock() + LINK_MS))
        return token

    def invited(self, token: str) -> User | None:
        """Whose link this is; None for one that was used, is over or never was."""
        row = self._sql.execute(
            "SELECT user FROM links WHERE digest = ? AND until >= ?", (digest_of(token), self._clock())
        ).fetchone()
        user = None if row is None else self.get(row[0])
        return None if user is None or user.state == "locked" else user

    def accept(self, token: str, password: str) -> tuple[User, bytes] | None:
        """Use a link: keep the hash of a password, draw the secret of the codes; None if the link is good no more."""
        user = self.invited(token)
        if user is None:
            return None
        secret = token_bytes(20)
        with self._sql.transaction():
            used = self._sql.execute("DELETE FROM links WHERE digest = ?", (digest_of(token),)).rowcount
            if not used:
                return None
            self._sql.execute(
                "UPDATE users SET password = ?, secret = ?, last_step = 0, state = 'active' WHERE name = ?",
                (password, secret, user.name),
            )
            self._sql.execute("DELETE FROM sessions WHERE user = ?", (user.name,))
            self._sql.execute("DELETE FROM passkeys WHERE user = ?", (user.name,))
            self.addresses.end(user.name)
        return self.known(user.name), secret

    def rehearsing(self, name: str) -> User:
        """A user who acts as the actor of the same name and has no password: for simulated books, to show them."""
        if self.get(name) is None:
            self._sql.execute(
                "INSERT INTO users (name, actor, admin, state, made_at, secret) VALUES (?, ?, ?, 'active', ?, ?)",
                (name, name, 0, self._clock(), token_bytes(20)),
            )
        return self.known(name)

    def lock(self, name: str) -> None:
        """Nobody signs in as this user, with a password or a key, and who has ends."""
        self.known(name)
        with self._sql.transaction():
            self._sql.execute("UPDATE users SET state = 'locked' WHERE name = ?", (name,))
            self._sql.execute("DELETE FROM sessions WHERE user = ?", (name,))
            self._sql.execute("DELETE FROM links WHERE user = ?", (name,))

    def unlock(self, name: str) -> None:
        """A locked user signs in as before; one who never had a password needs a new link."""
        user = self.known(name)
        there = user.password is not None or any(each.user == name for each in self.identities())
        state = "active" if there else "invited"
        self._sql.execute("UPDATE users SET state = ? WHERE name = ? AND state = 'locked'", (state, name))

    def get(self, name: str) -> User | None:
        """A user by name."""
        row = self._sql.execute(f"SELECT {_USER} FROM users u WHERE u.name = ?", (name,)).fetchone()
        return None if row is None else _user(row)

    def known(self, name: str) -> User:
        """A user that is there, or `Malformed`."""
        user = self.get(name)
        if user is None:
            raise Malformed(f"user {name[:100]}", "is not there", "airshed user list shows all")
        return user

    def all(self) -> list[User]:
        """Every user, by name."""
        return [_user(row) for row in self._sql.execute(f"SELECT {_USER} FROM users u ORDER BY u.name")]

    def use_code(self, user: User, code: str) -> bool:
        """Whether it is the user's one-time code of now; it counts once."""
        if user.secret is None:
            return False
        step = codes.step_of(user.secret, code, self._clock() // 1000, user.last_step)
        if step is None:
            return False
        kept = self._sql.execute(
            "UPDATE users SET last_step = ? WHERE name = ? AND last_step < ?", (step, user.name, step)
        )
        return kept.rowcount == 1

    def used_last(self, user: User, code: str) -> bool:
        """Whether it is the code that this user gave last."""
        return user.secret is not None and user.last_step > 0 and codes.is_of(user.secret, user.last_step, code)

    # --- sessions

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
            f"SELECT {_USER}, s.csrf, s.made_at, s.proven_at, s.digest, s.seen_at "
            "FROM sessions s JOIN users u ON u.name = s.user "
            f"WHERE s.digest IN ({_marks(asked)}) AND s.seen_at >= ? AND s.made_at >= ? AND u.state = 'active'",
            (*asked, now - IDLE_MS, now - WHOLE_MS),
        ).fetchall():
            found[row[-2]] = Session(_user(row[:-5]), *row[-5:-1])
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

    # --- what was guessed

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

    def salt(self, name: str) -> bytes:
        """The salt of a kind of digest, drawn when it is asked for first."""
        self._sql.execute("INSERT INTO salts VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (name, token_bytes(16)))
        row = self._sql.execute("SELECT salt FROM salts WHERE name = ?", (name,)).fetchone()
        return bytes(row[0])

    def seal(self, name: str) -> Seal:
        """The key by which papers are signed, made when it is asked for first."""
        query = "SELECT seal FROM seals WHERE name = 'papers'"
        row = self._sql.execute(query).fetchone()
        if row is None:
            made = seals.new(name, self._clock()).text()
            self._sql.execute("INSERT INTO seals VALUES ('papers', ?) ON CONFLICT (name) DO NOTHING", (made,))
            row = self._sql.execute(query).fetchone()
        return seals.read(row[0])

    def guesses(self) -> list[Guessed]:
        """What was guessed before, as far as it counts still."""
        now = self._clock()
        query = "SELECT origin, name, until, wrong FROM guesses WHERE until > ? ORDER BY until, origin, name"
        rows = self._sql.execute(query, (now,)).fetchall()
        return [Guessed(origin, name, (until - now) / 1000, wrong) for origin, name, until, wrong in rows]

    # --- single sign-on

    def link(self, name: str, issuer: str, claim: str, known_as: str) -> None:
        """From here on whom a provider knows so is this user; one that was invited is active with it."""
        self.known(name)
        if not (0 < len(known_as) <= 255 and known_as.isprintable()):
            raise Malformed("--known-as", f"{known_as[:100]!a} names nobody", "give the value of the claim")
        try:
            self._sql.execute(
                "INSERT INTO identities VALUES (?, ?, ?, ?, ?)", (issuer, claim, known_as, name, self._clock())
            )
        except Taken:
            raise Malformed(
                f"{claim} {known_as[:100]}", "is linked already", "airshed user list --json has whom it is"
            ) from None
        self._sql.execute("UPDATE users SET state = 'active' WHERE name = ? AND state = 'invited'", (name,))

    def unlink(self, name: str) -> None:
        """No provider signs this user in any more, and their sessions end."""
        user = self.known(name)
        self._sql.execute("DELETE FROM identities WHERE user = ?", (name,))
        self._sql.execute("DELETE FROM sessions WHERE user = ?", (name,))
        if user.password is None:
            self._sql.execute("UPDATE users SET state = 'invited' WHERE name = ? AND state = 'active'", (name,))

    def linked(self, issuer: str, claim: str, known_as: str) -> User | None:
        """The user whom a provider knows so."""
        row = self._sql.execute(
            f"SELECT {_USER} FROM identities i JOIN users u ON u.name = i.user "
            "WHERE i.issuer = ? AND i.claim = ? AND i.known_as = ?",
            (issuer, claim, known_as),
        ).fetchone()
        return None if row is None else _user(row)

    def identities(self) -> list[Identity]:
        """Everybody whom a provider knows."""
        query = "SELECT issuer, claim, known_as, user FROM identities ORDER BY user, issuer, known_as"
        return [Identity(*row) for row in self._sql.execute(query)]

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

    # --- a session that a browser gives to a shell

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
            f"SELECT {_USER}, s.made_at, s.subject, s.provider_session, s.given_by "
            "FROM sessions s JOIN users u ON u.name = s.user "
            "WHERE s.digest = ? AND s.seen_at >= ? AND s.made_at >= ? AND u.state = 'active'",
            (given, now - IDLE_MS, now - WHOLE_MS),
        ).fetchone()
        if row is None:
            return None
        made_at, subject, provider_session, given_by = row[-4:]
        return self._begin(_user(row[:-4]), made_at, 0, (subject, provider_session, given_by or given))

    # --- passkeys

    def add_passkey(self, user: str, name: str, public: bytes, count: int, label: str) -> str:
        """Keep a passkey of a user."""
        _named(label, "label", empty=False)
        if len(self.passkeys(user)) >= MOST_PASSKEYS:
            raise Malformed("passkeys", f"{user} has {MOST_PASSKEYS}", "remove one first")
        try:
            self._sql.execute(
                "INSERT INTO passkeys VALUES (?, ?, ?, ?, ?, ?, ?)",
                (name, user, public, count, label, self._clock(), 0),
            )
        except Taken:
            raise Malformed("passkey", "is kept already", "sign in with it") from None
        return name

    def passkey(self, name: str) -> Passkey | None:
        """A passkey by its name."""
        row = self._sql.execute(f"SELECT {_PASSKEY} FROM passkeys WHERE id = ?", (name,)).fetchone()
        return None if row is None else Passkey(*row)

    def passkeys(self, user: str) -> list[Passkey]:
        """Those of a user, the oldest first."""
        query = f"SELECT {_PASSKEY} FROM passkeys WHERE user = ? ORDER BY made_at, id"
        return [Passkey(*row) for row in self._sql.execute(query, (user,))]

    def used_passkey(self, name: str, count: int) -> None:
        """A passkey was shown now."""
        self._sql.execute("UPDATE passkeys SET shown = ?, used_at = ? WHERE id = ?", (count, self._clock(), name))

    def end_passkey(self, user: str, name: str) -> bool:
        """A passkey opens nothing any more; whether it was the user's."""
        return bool(self._sql.execute("DELETE FROM passkeys WHERE id = ? AND user = ?", (name, user)).rowcount)

    # --- keys of machines

    def add_key(self, user: str, public: bytes) -> str:
        """Keep a machine's public key (Ed25519, 32 bytes) for a user; the name under which it signs."""
        self.known(user)
        query = "SELECT count(*) FROM keys WHERE user = ? AND state = 'active'"
        if self._sql.execute(query, (user,)).fetchone()[0] >= MOST_KEYS:
            raise Malformed("keys", f"{user} has {MOST_KEYS}", "end one first")
        name = sha256(public).hexdigest()[:32]
        try:
            self._sql.execute("INSERT INTO keys VALUES (?, ?, ?, ?, 'active')", (name, user, public, self._clock()))
        except Taken:
            raise Malformed(f"key {name}", "is kept already", "make another; a key is one machine's") from None
        return name

    def end_key(self, name: str) -> None:
        """A key signs nothing from here on; its name is not given again."""
        if not self._sql.execute("UPDATE keys SET state = 'ended' WHERE id = ?", (name,)).rowcount:
            raise Malformed(f"key {name[:100]}", "is not there", "airshed user list --json has them")

    def key(self, name: str) -> Key | None:
        """A key that may sign, of a user who may."""
        return self.keys_named((name,))[0]

    def keys_named(self, names: Sequence[str]) -> list[Key | None]:
        """The same of several, in one question."""
        asked = list(dict.fromkeys(names))
        rows = self._sql.execute(
            f"SELECT {_USER}, k.id, k.public, k.made_at, k.state FROM keys k JOIN users u ON u.name = k.user "
            f"WHERE k.id IN ({_marks(asked)}) AND k.state = 'active' AND u.state <> 'locked'",
            asked,
        ).fetchall()
        found = {key.id: key for key in map(_key, rows)}
        return [found.get(name) for name in names]

    def keys(self) -> list[Key]:
        """Every key."""
        query = f"SELECT {_USER}, k.id, k.public, k.made_at, k.state FROM keys k JOIN users u ON u.name = k.user"
        return [_key(row) for row in self._sql.execute(query + " ORDER BY k.made_at, k.id")]

    def first_uses(self, nonces: Sequence[Nonce]) -> list[bool]:
        """Whether each nonce is new, also among these; all are on disk when this returns.

        Up to when nonces were forgotten is kept beside them: where the clock goes back, none before that is new, for
        as long as what was signed before could still be sent again. Where it was ahead for longer, only what was signed
        for those hours, by a clock as wrong, and forgotten in them would be taken once more when they come.
        """
        insert, now = "INSERT INTO nonces VALUES (?, ?, ?) ON CONFLICT DO NOTHING", self._clock()
        with self._sql.transaction():
            row = self._sql.execute("SELECT until FROM nonces WHERE key = ''").fetchone()
            forgotten = now if row is None else max(now, int(row[0]))
            if forgotten - now > HELD_MS:
                self.went_back(forgotten - now)
                forgotten = now + HELD_MS
            self._sql.execute("DELETE FROM nonces WHERE until < ? OR key = ''", (forgotten,))
            self._sql.execute(insert, ("", "", forgotten))
            return [each.until >= forgotten and self._sql.execute(insert, each).rowcount == 1 for each in nonces]


#: What is asked where a shell is to get a session, and what is given once its code was entered.
_ASKED, _GIVEN = "shell asks", "shell gets"
_PASSKEY = "id, user, public, shown, label, made_at, used_at"
_USER = "u.name, u.actor, u.admin, u.state, u.made_at, u.password, u.secret, u.last_step"


def _user(row: Any) -> User:
    name, actor, admin, state, made_at, password, secret, last_step = row
    return User(name, actor, bool(admin), state, made_at, password, secret, last_step)


def _key(row: Any) -> Key:
    return Key(row[-4], _user(row[:-4]), row[-3], row[-2], row[-1])


def _marks(values: Sequence[str]) -> str:
    """A mark for each value."""
    return ", ".join("?" * len(values))


def new_word() -> str:
    """A word that nobody guesses."""
    return token_urlsafe(32)


def digest_of(token: str) -> str:
    """What is kept of a token: who reads the file cannot sign in with it."""
    return sha256(token.encode(errors="replace")).hexdigest()


def _named(text: str, place: str, *, empty: bool) -> None:
    if (not text and empty) or (
        0 < len(text) <= 100 and text.isprintable() and text == text.strip() and not unlike_itself(text)
    ):
        return
    raise Malformed(place, f"{text[:100]!a} is no name", "take 1 to 100 letters that cannot be mistaken for others")
