"""Users: invited, active or locked, and known to a provider of single sign-on or not."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_bytes, token_urlsafe

from airshed.model.refusal import Malformed
from airshed.service.sign_in import addresses, codes
from airshed.service.sign_in.kept import USER, Kept, digest_of, named, user_of
from airshed.service.sign_in.nouns import Identity, User
from airshed.service.sign_in.store import Store, Taken

#: How long a link for the first sign-in is good.
LINK_MS = 24 * 3_600_000


class People(Kept):
    """Who may sign in."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        super().__init__(store, clock)
        #: Where notices go by mail.
        self.addresses = addresses.Addresses(store, clock)

    def add(self, name: str, actor: str, *, admin: bool = False) -> str:
        """A new user, invited: the token of the link with which they choose a password, once."""
        for text, place in ((name, "user"), (actor, "--actor")):
            named(text, place, empty=text is actor)
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
        row = self._sql.execute(f"SELECT {USER} FROM users u WHERE u.name = ?", (name,)).fetchone()
        return None if row is None else user_of(row)

    def known(self, name: str) -> User:
        """A user that is there, or `Malformed`."""
        user = self.get(name)
        if user is None:
            raise Malformed(f"user {name[:100]}", "is not there", "airshed user list shows all")
        return user

    def all(self) -> list[User]:
        """Every user, by name."""
        return [user_of(row) for row in self._sql.execute(f"SELECT {USER} FROM users u ORDER BY u.name")]

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
            f"SELECT {USER} FROM identities i JOIN users u ON u.name = i.user "
            "WHERE i.issuer = ? AND i.claim = ? AND i.known_as = ?",
            (issuer, claim, known_as),
        ).fetchone()
        return None if row is None else user_of(row)

    def identities(self) -> list[Identity]:
        """Everybody whom a provider knows."""
        query = "SELECT issuer, claim, known_as, user FROM identities ORDER BY user, issuer, known_as"
        return [Identity(*row) for row in self._sql.execute(query)]
