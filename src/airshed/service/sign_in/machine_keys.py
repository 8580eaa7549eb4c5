"""Keys by which machines of users sign, and the nonces that were signed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

from airshed.model.refusal import Malformed
from airshed.service.sign_in.kept import USER, marks, user_of
from airshed.service.sign_in.nouns import Key, Nonce
from airshed.service.sign_in.people import People
from airshed.service.sign_in.signatures import AHEAD_S, OLDEST_S
from airshed.service.sign_in.store import Store, Taken

#: Keys of one user.
MOST_KEYS = 10
#: How far a clock that went back is held to: nothing that was signed before it did is taken after so long.
HELD_MS = (OLDEST_S + AHEAD_S) * 1000


class MachineKeys(People):
    """The keys of users' machines."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        super().__init__(store, clock)
        #: Told of a clock that was that many milliseconds ahead before and keeps machines out for a while.
        self.went_back: Callable[[int], None] = lambda ms: None

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
            f"SELECT {USER}, k.id, k.public, k.made_at, k.state FROM keys k JOIN users u ON u.name = k.user "
            f"WHERE k.id IN ({marks(asked)}) AND k.state = 'active' AND u.state <> 'locked'",
            asked,
        ).fetchall()
        found = {key.id: key for key in map(_key, rows)}
        return [found.get(name) for name in names]

    def keys(self) -> list[Key]:
        """Every key."""
        query = f"SELECT {USER}, k.id, k.public, k.made_at, k.state FROM keys k JOIN users u ON u.name = k.user"
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


def _key(row: Any) -> Key:
    return Key(row[-4], user_of(row[:-4]), row[-3], row[-2], row[-1])
