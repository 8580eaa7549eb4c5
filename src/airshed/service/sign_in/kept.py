"""What every room of the users is kept in, and how a row of them is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from airshed.model.names import unlike_itself
from airshed.model.refusal import Malformed
from airshed.service.sign_in.nouns import User
from airshed.service.sign_in.store import Store

#: Columns of a user; what reads them calls the table `u`.
USER = "u.name, u.actor, u.admin, u.state, u.made_at, u.password, u.secret, u.last_step"


class Kept:
    """A room in a store; `clock` gives milliseconds."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self.path = store.path
        self._sql = store
        self._clock = clock


def user_of(row: Any) -> User:
    """A user, from those columns."""
    name, actor, admin, state, made_at, password, secret, last_step = row
    return User(name, actor, bool(admin), state, made_at, password, secret, last_step)


def marks(values: Sequence[str]) -> str:
    """A mark for each value."""
    return ", ".join("?" * len(values))


def new_word() -> str:
    """A word that nobody guesses."""
    return token_urlsafe(32)


def digest_of(token: str) -> str:
    """What is kept of a token: who reads the file cannot sign in with it."""
    return sha256(token.encode(errors="replace")).hexdigest()


def named(text: str, place: str, *, empty: bool) -> None:
    """`Malformed` for what is no name."""
    if (not text and empty) or (
        0 < len(text) <= 100 and text.isprintable() and text == text.strip() and not unlike_itself(text)
    ):
        return
    raise Malformed(place, f"{text[:100]!a} is no name", "take 1 to 100 letters that cannot be mistaken for others")
