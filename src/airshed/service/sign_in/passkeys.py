"""Passkeys of users, by what is public of each."""

from __future__ import annotations

from airshed.model.refusal import Malformed
from airshed.service.sign_in.kept import Kept, named
from airshed.service.sign_in.nouns import Passkey
from airshed.service.sign_in.store import Taken

#: Passkeys of one user.
MOST_PASSKEYS = 10
_PASSKEY = "id, user, public, shown, label, made_at, used_at"


class Passkeys(Kept):
    """What browsers made for users."""

    def add_passkey(self, user: str, name: str, public: bytes, count: int, label: str) -> str:
        """Keep a passkey of a user."""
        named(label, "label", empty=False)
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
